"""Conversations: when they were, how long, and of how many messages."""

from typing import Any

from openqq_nb.charts.bars import length
from openqq_nb.charts.given import About, counted, times
from openqq_nb.charts.parts import milliseconds, picture_of, time_axis
from openqq_nb.charts.picture import Picture
from openqq_nb.charts.themes import Spec
from openqq_nb.charts.wording import say
from openqq_nb.columns import Frame

_MOST = 600
_PLOT = 500
_MINUTE_S = 60
_MARGIN_MS = 1_800_000


def conversations(log: Any, silence: Any = "30min", roster: Any = None) -> Picture:  # noqa: ANN401 - what `analysis.conversations` takes
    """Draw conversations: a circle each, when it began and how long it was, as large as its number of messages.

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
    top = found.sort_values("messages", ascending=False, kind="stable").head(_MOST)
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
    across = time_axis(first - margin, last + margin, say("begun"), _PLOT)
    across["scale"] = {"type": "utc", "domain": [first - margin, last + margin], "nice": False}
    most = max(one["messages"] for one in rows)
    return {
        "width": _PLOT,
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
