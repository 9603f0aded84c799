"""Conversations: when they were, how long, and of how many messages."""

from math import ceil
from typing import Any

import pandas as pd

from openqq_nb.charts.bars import length, span
from openqq_nb.charts.given import About, counted, times
from openqq_nb.charts.parts import milliseconds, picture_of, time_axis, whole_ticks
from openqq_nb.charts.picture import Picture
from openqq_nb.charts.themes import Spec
from openqq_nb.charts.wording import say
from openqq_nb.columns import Frame

_MOST = 600
_PLOT = 500
# Lengths are told in the largest unit of which the longest has some.
_UNITS = (("lasted_d", 86_400), ("lasted_h", 3_600), ("lasted_min", 60), ("lasted_s", 1))
_SOME = 3
# So many messages make a large circle.
_MANY = 10
_MARGIN_MS = 1_800_000


def conversations(log: Any, silence: Any = "30min", roster: Any = None) -> Picture:  # noqa: ANN401 - what `analysis.conversations` takes
    """Draw conversations: a circle each, when it began and how long it was, as large as its number of messages.

    Single messages are drawn only where there is nothing else. Of more than 600 conversations those are drawn that have
    some number of messages or more, and of those with just that number perhaps only some, spread evenly; the picture
    tells it, and of a log, which silence ends a conversation. The summary tells the longest of all.

    Args:
        log: a log, a frame of messages of any engine, or what `analysis.conversations` gave.
        silence: how long nothing is said between two talks: `30min`, or a timedelta.
        roster: names to show people by, as `analysis.conversations` takes it.

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
    return picture_of("conversations", draw_conversations, log, silence, roster)


def draw_conversations(found: Frame, about: About) -> Picture:
    """Draw an answer of `analysis.conversations`."""
    about = about.or_else(int(found["messages"].sum()), found["start"].min(), found["end"].max())
    shown, chosen = _largest(found)
    longest = found.iloc[int(found["seconds"].astype("float64").argmax())]
    summary = say(
        "conversations_told",
        length=length(float(longest["seconds"])),
        count=counted("messages", int(longest["messages"])),
    )
    silence = [say("conversations_silence", length=span(about.asked["silence"]))] if about.asked else []
    lines = [*about.told(), *silence, say("conversations_size"), *chosen]
    return Picture(say("conversations"), lines, summary, _circles(shown))


def _largest(found: Frame) -> tuple[Frame, list[str]]:
    """Choose the conversations of most messages, of the last size perhaps only some, and say which they are."""
    sizes = found["messages"].astype("int64")
    most = int(sizes.max())
    as_large = sizes[sizes >= min(most, 2)].value_counts().sort_index(ascending=False).cumsum()
    whole = as_large[as_large <= _MOST]
    drawn = int(whole.max()) if len(whole) else 0
    thinned = len(whole) < len(as_large) and 2 * drawn < _MOST
    least = int(as_large.index[len(whole) if thinned else len(whole) - 1])
    shown, some = found[sizes >= least], []
    if thinned:
        alike, room = found[sizes == least], _MOST - drawn
        shown = pd.concat([found[sizes > least], _evenly(alike, room)])
        count = counted("messages", least)
        some = [say("conversations_some", all=f"{len(alike):,}", shown=f"{room:,}", messages=count)]
    if int(sizes.min()) == least:
        return shown, some
    numbers = {"least": least, "shown": len(shown), "all": len(found)}
    return shown, [say("conversations_least", **{key: f"{one:,}" for key, one in numbers.items()}), *some]


def _evenly(found: Frame, count: int) -> Frame:
    """Choose so many of more conversations, the first and the last among them."""
    places = [at * (len(found) - 1) // (count - 1) for at in range(count)]
    return found.sort_values("start", kind="stable").iloc[places]


def _circles(found: Frame) -> Spec:
    moments = milliseconds(times(found["start"]))
    seconds = found["seconds"].astype("float64")
    unit, unit_s = next((one for one in _UNITS if seconds.max() >= _SOME * one[1]), _UNITS[-1])
    rows = [
        {"at": int(at), "took": round(float(took) / unit_s, 2), "messages": int(count)}
        for at, took, count in zip(moments, seconds, found["messages"], strict=True)
    ]
    first, last = int(moments.min()), int(moments.max())
    margin = max(_MARGIN_MS, (last - first) // 50)
    across = time_axis(first - margin, last + margin, say("begun"), _PLOT)
    across["scale"] = {"type": "utc", "domain": [first - margin, last + margin], "nice": False}
    least, most = (int(end(found["messages"])) for end in (min, max))
    return {
        "width": _PLOT,
        "height": 260,
        "data": {"values": rows},
        "mark": {"type": "circle", "style": "main", "opacity": 0.45},
        "encoding": {
            "x": {"field": "at"} | across,
            "y": _lengths(unit, max(1.0, seconds.max() / unit_s)),
            "size": {
                "field": "messages",
                "type": "quantitative",
                "scale": {"range": [12, 600], "domain": [0, max(_MANY, most)]},
                "legend": {
                    "title": say("messages"),
                    "values": sorted({least, max(least, most // 2), most}),
                    "format": ",d",
                    "symbolFillColor": "gray",
                    "symbolStrokeWidth": 0,
                },
            },
        },
    }


def _lengths(unit: str, longest: float) -> Spec:
    axis: Spec = {"title": say(unit), "format": ",d", "domain": False, "ticks": False}
    axis |= whole_ticks(0, ceil(longest), 6)
    # Where all took no time, Vega would put zero into the middle.
    scale: Spec = {"domain": [0, longest], "nice": True}
    return {"field": "took", "type": "quantitative", "scale": scale, "axis": axis}
