"""What changes as time goes by: messages of each chat, people who come and go, conversations, names."""

import json
import math
from typing import Any

import pandas as pd

from openqq_nb.charts.bars import length
from openqq_nb.charts.given import About, answer, counted, times
from openqq_nb.charts.parts import milliseconds, name, nothing, time_axis
from openqq_nb.charts.picture import WIDTH, Picture
from openqq_nb.charts.texts import widest
from openqq_nb.charts.themes import Spec
from openqq_nb.charts.wording import say
from openqq_nb.columns import Frame

_CHATS = 8
_STEPS = 240
_ENOUGH = 3
_PLOT = 540
_CONVERSATIONS = 600
_DAY = pd.Timedelta(days=1)
# What a step is called, what pandas calls it, its days, and those of the next larger one.
_TIME_STEPS = (
    ("each_hour", "h", 1 / 24, 1),
    ("each_day", "D", 1, 7),
    ("each_week", "W-MON", 7, 28),
    ("each_month", "MS", 28, 365),
    ("each_year", "YS", 365, math.inf),
)
_MINUTE_S = 60
_MARGIN_MS = 1_800_000


def timeline(log: Any, *more: Any, **asked: Any) -> Picture:  # noqa: ANN401 - what `analysis.timeline` takes
    """Draw how much is written as time goes by, the chats on top of each other: the eight largest, and all others.

    Args:
        log: a log, a frame of messages of any engine, or what `analysis.timeline` gave.
        more: what `analysis.timeline` takes besides.
        asked: the same by name, as `every="month"`.

    Returns:
        A `Picture`; show it as the last line of a cell, or `save` it.

    Raises:
        InvalidInput: it is neither messages nor an answer.
        NotSupported: what draws is not installed.

    Example:
        >>> import pandas as pd
        >>> from openqq_nb import charts
        >>> times = pd.to_datetime(["2026-11-16 01:30", "2026-11-16 01:31", "2026-11-23 02:00"])
        >>> log = pd.DataFrame({"msg_time": times, "chat": ["灰群", "饭友", "灰群"]})
        >>> "饭友" in charts.timeline(log, every="month").svg()
        True
    """
    columns = ("period", "chat", "chat_key", "messages", "people")
    found, about = answer("timeline", columns, log, *more, **asked)
    return draw_timeline(found, about)


def draw_timeline(found: Frame, about: About) -> Picture:
    """Draw an answer of `analysis.timeline`."""
    if found.empty:
        return nothing("timeline", about)
    about = about.or_else(int(found["messages"].sum()), found["period"].min(), found["period"].max())
    counts, chats = _by_chat(found)
    stepped, told = _stepped(counts)
    whole = stepped.sum(axis="columns")
    summary = say(
        "timeline_told", period=f"{whole.idxmax():%Y-%m-%d}", count=counted("messages", int(whole.max()))
    )
    return Picture(say("timeline"), [*about.told(), *told], summary, _areas(stepped, chats))


def _by_chat(found: Frame) -> tuple[Frame, dict[int, str]]:
    """Count each period's messages of the largest chats, the largest first, and of the others in the last column."""
    keys = found["chat_key"].fillna(found["chat"]).fillna("")
    size = found["messages"].astype("int64")
    largest = size.groupby(keys).sum().sort_values(ascending=False, kind="stable").index
    at = {key: min(place, _CHATS) for place, key in enumerate(largest)}
    names = found.assign(key=keys).groupby("key")["chat"].last()
    chats = {place: name(names.get(key), 150) for key, place in at.items() if place < _CHATS}
    if len(largest) > _CHATS:
        chats[_CHATS] = say("others")
    table = size.groupby([times(found["period"]), keys.map(at)]).sum().unstack(fill_value=0)
    return table.sort_index(), chats


def _stepped(counts: Frame) -> tuple[Frame, list[str]]:
    """Put zeros where nothing was written, and take larger steps where there are too many."""
    if len(counts) == 1:
        return counts, []
    moments = counts.index.to_series()
    smallest = moments.diff().min() / _DAY
    span = (moments.iloc[-1] - moments.iloc[0]) / _DAY
    key, frequency = next(
        (key, frequency)
        for key, frequency, days, next_days in _TIME_STEPS
        if smallest < next_days and (span / days <= _STEPS or next_days == math.inf)
    )
    return counts.resample(frequency, closed="left", label="left").sum(), [say(key)]


def _areas(counts: Frame, chats: dict[int, str]) -> Spec:
    moments = milliseconds(counts.index.to_series())
    points = [
        {"at": int(at), "chat": place, "messages": int(count)}
        for at, (_, row) in zip(moments, counts.iterrows(), strict=True)
        for place, count in row.items()
    ]
    axis: Spec = {"title": say("messages"), "format": ",d", "tickCount": 5, "domain": False, "ticks": False}
    across = {"field": "at"} | time_axis(int(moments.iloc[0]), int(moments.iloc[-1]), None, _PLOT)
    mark: Spec = {"type": "area"} if len(counts) >= _ENOUGH else {"type": "bar", "width": 24}
    return {
        "width": _PLOT,
        "height": 240,
        "data": {"values": points},
        "mark": mark,
        "encoding": {
            "x": across,
            "y": {"field": "messages", "type": "quantitative", "stack": "zero", "axis": axis},
            "color": _legend(chats),
            "order": {"field": "chat", "type": "quantitative"},
        },
    }


def _legend(chats: dict[int, str]) -> Spec:
    """Colour the chats; the colour of the others is the last of the theme."""
    names = list(chats.values())
    columns = max(1, int(WIDTH // (widest(names) + 34)))
    legend: Spec = {
        "title": None,
        "orient": "bottom",
        "columns": columns,
        "symbolType": "square",
        "labelExpr": _chosen(chats),
        "columnPadding": 16,
    }
    return {
        "field": "chat",
        "type": "ordinal",
        "scale": {"domain": list(range(_CHATS + 1)), "range": "category"},
        "legend": (legend | {"values": list(chats)}) if len(chats) > 1 else None,
    }


def _chosen(chats: dict[int, str]) -> str:
    """Write the expression that turns places into names; a name is a string literal in it and nothing more."""
    return f"{json.dumps({str(place): one for place, one in chats.items()})}[datum.label]"


def turnover(log: Any, *more: Any, **asked: Any) -> Picture:  # noqa: ANN401 - what `analysis.turnover` takes
    """Draw who comes and who goes: people as a line, newcomers upward and leavers downward.

    Args:
        log: what `analysis.turnover` takes, or what it gave.
        more: what `analysis.turnover` takes besides.
        asked: the same by name.

    Returns:
        A `Picture`; show it as the last line of a cell, or `save` it.

    Raises:
        InvalidInput: it is neither messages nor an answer.
        NotSupported: what draws is not installed.

    Example:
        >>> import pandas as pd
        >>> from openqq_nb import charts
        >>> times = pd.to_datetime(["2026-11-16 01:30", "2026-11-16 01:31", "2026-11-23 02:00"])
        >>> log = pd.DataFrame({"msg_time": times, "sender": ["小灰", "小明", "小灰"]})
        >>> charts.turnover(log, every="week").svg().startswith("<svg")
        True
    """
    columns = ("period", "people", "newcomers", "leavers")
    found, about = answer("turnover", columns, log, *more, **asked)
    return draw_turnover(found, about)


def draw_turnover(found: Frame, about: About) -> Picture:
    """Draw an answer of `analysis.turnover`."""
    if found.empty:
        return nothing("turnover", about)
    about = about.or_else(None, found["period"].min(), found["period"].max())
    found = found.sort_values("period").tail(_STEPS)
    moments = milliseconds(times(found["period"]))
    step = int(moments.diff().median()) if len(moments) > 1 else 86_400_000
    rows = [
        {"from": int(at + step * 0.12), "to": int(at + step * 0.88), "at": int(at + step / 2)} | counts
        for at, counts in zip(moments, _counts(found), strict=True)
    ]
    came, went = (int(found[one].fillna(0).sum()) for one in ("newcomers", "leavers"))
    summary = say("turnover_told", came=f"{came:,}", went=f"{went:,}")
    body = _panels(rows, int(moments.iloc[0]), int(moments.iloc[-1]) + step)
    return Picture(say("turnover"), [*about.told(), summary], summary, body)


def _counts(found: Frame) -> list[dict[str, int]]:
    whole = found[["people", "newcomers", "leavers"]].astype("Int64").fillna(0).astype("int64")
    return [
        {"people": int(people), "came": int(came), "went": -int(went)}
        for people, came, went in whole.itertuples(index=False)
    ]


def _panels(rows: list[dict[str, int]], first: int, last: int) -> Spec:
    base: Spec = {"width": _PLOT, "data": {"values": rows}}
    domain: Spec = {"type": "utc", "domain": [first, last], "nice": False}
    axis = time_axis(first, last, None, _PLOT)
    silent = {"type": "temporal", "scale": domain, "axis": axis["axis"] | {"labels": False, "ticks": False}}
    people = {
        "field": "people",
        "type": "quantitative",
        "axis": _counting(say("people")),
        "scale": {"zero": True},
    }
    line: Spec = {
        "type": "line",
        "style": "line",
        "point": {"size": 24, "filled": True, "style": "main"},
        "strokeWidth": 2,
    }
    return {
        "vconcat": [
            base | {"height": 130, "mark": line, "encoding": {"x": silent | {"field": "at"}, "y": people}},
            base | {"height": 130, "layer": _up_and_down(axis | {"scale": domain})},
        ],
        "spacing": 22,
    }


def _counting(title: str) -> Spec:
    # Leavers are drawn below zero, and are not negative.
    return {
        "title": title,
        "labelExpr": "format(abs(datum.value), ',d')",
        "tickCount": 4,
        "tickMinStep": 1,
        "domain": False,
        "ticks": False,
        "minExtent": 40,
    }


def _up_and_down(across: Spec) -> list[Spec]:
    title = say("came_and_went")

    def bars(field: str, style: str) -> Spec:
        return {
            "mark": {"type": "bar", "style": style},
            "encoding": {
                "x": across | {"field": "from"},
                "x2": {"field": "to"},
                "y": {"field": field, "type": "quantitative", "axis": _counting(title)},
                "y2": {"datum": 0},
            },
        }

    return [bars("came", "main"), bars("went", "other")]


def conversations(log: Any, *more: Any, **asked: Any) -> Picture:  # noqa: ANN401 - what `analysis.conversations` takes
    """Draw conversations: a circle each, when it began and how long it was, as large as its number of messages.

    Args:
        log: a log, a frame of messages of any engine, or what `analysis.conversations` gave.
        more: what `analysis.conversations` takes besides.
        asked: the same by name.

    Returns:
        A `Picture`; show it as the last line of a cell, or `save` it.

    Raises:
        InvalidInput: it is neither messages nor an answer.
        NotSupported: what draws is not installed.

    Example:
        >>> import pandas as pd
        >>> from openqq_nb import charts
        >>> times = pd.to_datetime(["2026-11-16 01:30", "2026-11-16 01:31", "2026-11-23 02:00"])
        >>> log = pd.DataFrame({"msg_time": times, "sender": ["小灰", "小明", "小灰"]})
        >>> charts.conversations(log, silence="1h").svg().startswith("<svg")
        True
    """
    columns = ("start", "end", "messages", "people", "seconds")
    found, about = answer("conversations", columns, log, *more, **asked)
    return draw_conversations(found, about)


def draw_conversations(found: Frame, about: About) -> Picture:
    """Draw an answer of `analysis.conversations`."""
    if found.empty:
        return nothing("conversations", about)
    about = about.or_else(int(found["messages"].sum()), found["start"].min(), found["end"].max())
    top = found.sort_values("messages", ascending=False, kind="stable").head(_CONVERSATIONS)
    longest = found.iloc[int(found["seconds"].astype("float64").argmax())]
    summary = say(
        "conversations_told",
        length=length(float(longest["seconds"])),
        count=counted("messages", int(longest["messages"])),
    )
    lines = [*about.told(), say("conversations_size")]
    if len(top) < len(found):
        lines.append(say("conversations_most", shown=f"{len(top):,}", all=f"{len(found):,}"))
    return Picture(say("conversations"), lines, summary, _circles(top))


def _circles(found: Frame) -> Spec:
    moments = milliseconds(times(found["start"]))
    minutes = found["seconds"].astype("float64") / _MINUTE_S
    rows = [
        {"at": int(at), "minutes": round(float(took), 2), "messages": int(count)}
        for at, took, count in zip(moments, minutes, found["messages"], strict=True)
    ]
    first, last = int(moments.min()), int(moments.max())
    margin = max(_MARGIN_MS, (last - first) // 50)
    across = time_axis(first - margin, last + margin, say("begun"), _PLOT - 40)
    across["scale"] = {"type": "utc", "domain": [first - margin, last + margin], "nice": False}
    most = max(one["messages"] for one in rows)
    return {
        "width": _PLOT - 40,
        "height": 260,
        "data": {"values": rows},
        "mark": {"type": "circle", "style": "main", "opacity": 0.45},
        "encoding": {
            "x": {"field": "at"} | across,
            "y": {
                "field": "minutes",
                "type": "quantitative",
                "scale": {"type": "sqrt", "zero": True},
                "axis": {"title": say("minutes"), "tickCount": 6, "domain": False, "ticks": False},
            },
            "size": {
                "field": "messages",
                "type": "quantitative",
                "scale": {"range": [12, 600], "domain": [0, most]},
                "legend": {
                    "title": say("messages"),
                    "values": sorted({max(1, most // 10), max(1, most // 2), most}),
                    "format": ",d",
                    "symbolFillColor": "gray",
                    "symbolStrokeWidth": 0,
                },
            },
        },
    }
