"""What changes as time goes by: messages of each chat, people who come and go."""

import json
from collections.abc import Callable
from typing import Any

import pandas as pd

from openqq_nb import analysis
from openqq_nb.analysis.clock import Every
from openqq_nb.charts.given import About, answer, brought, counted, read_once, times
from openqq_nb.charts.parts import distinct, milliseconds, nothing, whole_ticks
from openqq_nb.charts.periods import STEPS, added_up, axis, beyond, called, ends, fewer, kind, whole
from openqq_nb.charts.picture import WIDTH, Picture
from openqq_nb.charts.texts import widest
from openqq_nb.charts.themes import Spec
from openqq_nb.charts.wording import say
from openqq_nb.columns import Frame

_CHATS = 8
_ENOUGH = 3
_PLOT = 540
_WIDEST = 64


def timeline(log: Any, every: Every = "week") -> Picture:  # noqa: ANN401 - what `analysis.timeline` takes
    """Draw how much is written as time goes by, the chats on top of each other: the eight largest, and all others.

    Of more than 240 periods a log is asked for longer ones. An answer is drawn in its own periods; where there are more
    than 240, days, months and quarters are added up to longer ones. Which they are, the subtitle tells; of a log also
    whether the first and the last reach beyond its messages.

    Args:
        log: a log, a frame of messages of any engine, or what `analysis.timeline` gave.
        every: `day`, `week`, `month`, `quarter` or `year`.

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
    held = read_once(log)
    found, about = answer("timeline", held, every)
    if about.messages is None:
        return draw_timeline(found, about)
    found, longer = fitting(held, found, every)
    return draw_timeline(found, about, longer)


def fitting(
    log: Any,  # noqa: ANN401 - as above
    found: Frame,
    every: Every,
    most: int = STEPS,
    ask: Callable[[Any, Every], Any] = analysis.timeline,
) -> tuple[Frame, Every]:
    """Ask a log again for longer periods where there is no room for an answer.

    Args:
        log: the log.
        found: the answer.
        every: its periods.
        most: for how many of them there is room.
        ask: the question.
    """
    longer = fewer(times(found["period"]), every, most)
    return (found if longer == every else brought(ask(log, longer))), longer


def draw_timeline(found: Frame, about: About, every: Every | None = None) -> Picture:
    """Draw an answer of `analysis.timeline`; by its moments if it is not told of which periods it is."""
    if found.empty:
        return nothing("timeline", about)
    counts, chats = by_chat(found)
    stepped, stepped_by = _stepped(counts, every)
    begun = pd.DatetimeIndex(stepped.index)
    told = [say(f"each_{stepped_by}")] if stepped_by else []
    told += beyond(begun, stepped_by, about)
    about = about.or_else(int(found["messages"].sum()), found["period"].min(), found["period"].max())
    sums = stepped.sum(axis="columns")
    most = begun[int(sums.argmax())]
    summary = say(
        "timeline_told", period=called(most, stepped_by), count=counted("messages", int(sums.max()))
    )
    return Picture(say("timeline"), [*about.told(), *told], summary, _areas(stepped, chats, stepped_by))


def by_chat(found: Frame) -> tuple[Frame, dict[int, str]]:
    """Count each period's messages of the largest chats, the largest first, and of the others in the last column.

    Args:
        found: an answer of `analysis.timeline`.

    Returns:
        A column of counts for each chat, the index tells when periods began; and the names of the columns.
    """
    keys = found["chat_key"].fillna(found["chat"]).fillna("")
    size = found["messages"].astype("int64")
    largest = size.groupby(keys).sum().sort_values(ascending=False, kind="stable").index
    at = {key: min(place, _CHATS) for place, key in enumerate(largest)}
    names = found.assign(key=keys).groupby("key")["chat"].last()
    shown = list(largest[:_CHATS])
    chats = dict(enumerate(distinct([names.get(key) for key in shown], shown, 150)))
    if len(largest) > _CHATS:
        chats[_CHATS] = say("others")
    table = size.groupby([times(found["period"]), keys.map(at)]).sum().unstack(fill_value=0)
    return table.sort_index(), chats


def _stepped(counts: Frame, every: Every | None) -> tuple[Frame, Every | None]:
    """Put zeros where nothing was written, and add up where there are too many periods; tell of which kind they are."""
    moments = counts.index.to_series()
    if len(counts) == 1:
        return counts, every
    every = every or kind(moments)
    if every is None:
        return counts, None
    longer = added_up(moments, every)
    return whole(counts, longer).fillna(0).astype("int64"), longer


def _areas(counts: Frame, chats: dict[int, str], every: Every | None) -> Spec:
    moments = milliseconds(counts.index.to_series()).tolist()
    points = [
        {"at": int(at), "chat": place, "messages": int(count)}
        for at, (_, row) in zip(moments, counts.iterrows(), strict=True)
        for place, count in row.items()
    ]
    upward: Spec = {"title": say("messages"), "format": ",d", "domain": False, "ticks": False}
    upward |= whole_ticks(0, int(counts.sum(axis="columns").max()), 5)
    enough = len(counts) >= _ENOUGH
    # A bar stands on both sides of its moment.
    beside = 0 if enough else (_ended(counts, every)[-1] - moments[-1]) // 2
    domain = (moments[0] - beside, moments[-1] + beside)
    across = {"field": "at"} | axis(moments, moments, domain, every, _PLOT)
    mark: Spec = {"type": "area"} if enough else {"type": "bar", "width": 24}
    return {
        "width": _PLOT,
        "height": 240,
        "data": {"values": points},
        "mark": mark,
        "encoding": {
            "x": across,
            "y": {"field": "messages", "type": "quantitative", "stack": "zero", "axis": upward},
            "color": _legend(chats),
            "order": {"field": "chat", "type": "quantitative"},
        },
    }


def _ended(counts: Frame, every: Every | None) -> list[int]:
    return milliseconds(ends(pd.DatetimeIndex(counts.index), every).to_series()).tolist()


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


def turnover(log: Any, every: Every = "month", gone_after: Any = "90D", events: Any = None) -> Picture:  # noqa: ANN401 - what `analysis.turnover` takes
    """Draw who comes and who goes: people as a line, newcomers upward and leavers downward.

    By messages alone all people of the first period are newcomers, for the log begins there. Of a log they are not
    drawn and not counted, and the subtitle tells how many they are, and whether the first and the last period reach
    beyond the messages. An answer does not tell whether it was asked with events: all of its newcomers are drawn.

    Args:
        log: what `analysis.turnover` takes, or what it gave.
        every: `day`, `week`, `month`, `quarter` or `year`.
        gone_after: how long a leaver has been silent: `90D`, or a timedelta.
        events: a frame such as `inbox.events`, which tells who joined and left.

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
    found, about = answer("turnover", log, every, gone_after, events)
    return draw_turnover(found, about, None if about.messages is None else every)


def draw_turnover(found: Frame, about: About, every: Every | None = None) -> Picture:
    """Draw an answer of `analysis.turnover`; by its moments if it is not told of which periods it is."""
    if found.empty:
        return nothing("turnover", about)
    every = every or (kind(times(found["period"])) if len(found) > 1 else None)
    told = comings(found, every)
    alone = "events" in about.asked and about.asked["events"] is None
    counts = without_first(told, told) if alone else told
    shown = counts.tail(STEPS)
    summary = _summary(counts, every)
    lines = [*about.or_else(None, found["period"].min(), found["period"].max()).told(), summary]
    if counts["newcomers"].isna().any():
        lines.append(say("turnover_before", people=counted("people", int(told["newcomers"].iloc[0]))))
    if len(shown) < len(counts):
        lines.append(say("new_periods", shown=len(shown), all=f"{len(counts):,}"))
    lines += beyond(pd.DatetimeIndex(shown.index), every, about)
    unknown = int(shown["leavers"].isna().sum())
    if unknown:
        lines.append(say("turnover_unknown", periods=counted("periods", unknown)))
    return Picture(say("turnover"), lines, summary, _panels(shown, every))


def comings(found: Frame, every: Every | None) -> Frame:
    """Count people, who came and who went in each period; who went is missing from where on it is not known.

    Args:
        found: an answer of `analysis.turnover`.
        every: its periods, of which those without messages are put in; None if they are of no kind.

    Returns:
        Columns `people`, `newcomers` and `leavers`, Int64; the index tells when periods began.
    """
    counts = (
        found[["people", "newcomers", "leavers"]]
        .astype("Int64")
        .set_axis(times(found["period"]), axis="index")
    )
    counts = counts.sort_index()
    unknown = counts.index[counts["leavers"].isna()].min()
    filled = (whole(counts, every) if every else counts).fillna(0).astype("Int64")
    return filled.assign(leavers=filled["leavers"].mask(filled.index >= unknown))


def without_first(counts: Frame, finer: Frame) -> Frame:
    """Take away the newcomers of the first period where all people are: they may have been there before the log began.

    Args:
        counts: what `comings` gives; other newcomers of its first period stay, without any it has no number.
        finer: the same of the periods whose first is meant, which may be shorter.
    """
    people, newcomers = finer["people"].iloc[0], finer["newcomers"].iloc[0]
    if not 0 < newcomers == people:
        return counts
    others = counts["newcomers"] - newcomers
    first = counts.index == counts.index[0]
    return counts.assign(newcomers=counts["newcomers"].mask(first, others.mask(others == 0)))


def _summary(counts: Frame, every: Every | None) -> str:
    came, went = (f"{int(counts[one].sum()):,}" for one in ("newcomers", "leavers"))
    if counts["leavers"].notna().any():
        return say("turnover_told", came=came, went=went)
    if counts["newcomers"].notna().any():
        return say("turnover_came", came=came)
    only = called(pd.DatetimeIndex(counts.index)[0], every)
    return say("listed", name=only, value=counted("people", int(counts["people"].iloc[0])))


def _rows(counts: Frame, every: Every | None) -> tuple[list[dict[str, int]], int]:
    """Give the periods as they are drawn, and when the last one ends; what is not known is not in its row."""
    starts, ended = milliseconds(counts.index.to_series()).tolist(), _ended(counts, every)
    half = min(0.38, _WIDEST / 2 / _PLOT * len(counts))
    rows = []
    for start, end, (people, came, went) in zip(starts, ended, counts.itertuples(index=False), strict=True):
        wide = end - start
        middle = start + wide // 2
        place = {
            "begun": start,
            "from": int(middle - wide * half),
            "to": int(middle + wide * half),
            "at": middle,
        }
        known = {name: int(one) for name, one in (("came", came), ("went", -went)) if not pd.isna(one)}
        rows.append(place | {"people": int(people)} | known)
    return rows, ended[-1]


def _panels(counts: Frame, every: Every | None) -> Spec:
    rows, last = _rows(counts, every)
    base: Spec = {"width": _PLOT, "data": {"values": rows}}
    begun = [one["begun"] for one in rows]
    across = axis(begun, [one["at"] for one in rows], (begun[0], last), every, _PLOT)
    most, came, went = (max(abs(one.get(key, 0)) for one in rows) for key in ("people", "came", "went"))
    people = {
        "field": "people",
        "type": "quantitative",
        "axis": _counting(say("people"), 0, most),
        "scale": {"zero": True},
    }
    line: Spec = {
        "type": "line",
        "style": "line",
        "point": {"size": 24, "filled": True, "style": "main"},
        "strokeWidth": 2,
    }
    upper = base | {"height": 130, "mark": line}
    if not any(key in one for one in rows for key in ("came", "went")):
        return upper | {"encoding": {"x": across | {"field": "at"}, "y": people}}
    silent = across | {"field": "at", "axis": across["axis"] | {"labels": False, "ticks": False}}
    lower = base | {"height": 130, "layer": _up_and_down(across, came, went)}
    return {"vconcat": [upper | {"encoding": {"x": silent, "y": people}}, lower], "spacing": 22}


def _counting(title: str, least: int, most: int) -> Spec:
    # Leavers are drawn below zero, and are not negative.
    return {
        "title": title,
        "labelExpr": "format(abs(datum.value), ',d')",
        "domain": False,
        "ticks": False,
        "minExtent": 40,
    } | whole_ticks(least, most, 4)


def _up_and_down(across: Spec, came: int, went: int) -> list[Spec]:
    upward = _counting(say("came_and_went"), -went, came)

    def bars(field: str, style: str) -> Spec:
        return {
            "transform": [{"filter": f"isValid(datum.{field})"}],
            "mark": {"type": "bar", "style": style},
            "encoding": {
                "x": across | {"field": "from"},
                "x2": {"field": "to"},
                "y": {"field": field, "type": "quantitative", "axis": upward},
                "y2": {"datum": 0},
            },
        }

    return [bars("came", "main"), bars("went", "other")]
