"""What pictures are put together from: labels that keep their room, an axis of time, and the picture of nothing."""

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd

from openqq_nb.charts.given import About, answer
from openqq_nb.charts.picture import Picture
from openqq_nb.charts.texts import SIZE, apart, clean, cut, widest
from openqq_nb.charts.themes import Spec
from openqq_nb.charts.wording import say
from openqq_nb.columns import Frame

LABEL = 190
"""The most pixels that a name at an axis may take."""

_DIGITS = 4
_DAYS_OF_YEARS, _DAYS_OF_MONTHS, _DAYS_OF_DAYS = 1500, 100, 4
_MS_PER_DAY = 86_400_000


def name(text: object, most: float = LABEL, size: float = SIZE) -> str:
    """Make a label of a name; of none, the words that say so."""
    return cut(text, most, size) if clean(text) else say("nameless")


def numbered(labels: Sequence[str]) -> list[str]:
    """Put a number before each label, so that two people of one name stay two; `rows` takes it away again."""
    return [f"{at:0{_DIGITS}}{label}" for at, label in enumerate(labels)]


def rows(labels: Sequence[str], kept: float | None = None) -> Spec:
    """Give the axis of numbered labels down the left side; the room for them is kept whatever the font.

    Args:
        labels: of this axis.
        kept: what `room` gives, of more labels, where several axes are to be as wide as each other.
    """
    axis: Spec = {
        "title": None,
        "labelExpr": f"slice(datum.value, {_DIGITS})",
        "minExtent": round((kept or room(labels)) - 6),
        "labelPadding": 6,
        "ticks": False,
        "domain": False,
        "labelOverlap": False,
    }
    return {"field": "label", "type": "nominal", "sort": None, "axis": axis}


def room(labels: Sequence[str]) -> float:
    """Tell how much of the width numbered labels take."""
    return widest(label[_DIGITS:] for label in labels) + 12


def milliseconds(moments: "pd.Series[pd.Timestamp]") -> "pd.Series[int]":
    """Give times without a zone as Vega counts them; drawn on a scale of UTC, they show as they are."""
    return moments.astype("datetime64[ms]").astype("int64")


def time_axis(first: int, last: int, title: str | None = None, room_px: float = 480) -> Spec:
    """Give an axis of time for a span, with labels so few that they stand apart.

    Args:
        first: the beginning in milliseconds.
        last: the end.
        title: of the axis.
        room_px: how long the axis is.
    """
    days = (last - first) / _MS_PER_DAY
    form, at_most = "minutes", room_px / 70
    if days >= _DAYS_OF_YEARS:
        form, at_most = "years", room_px / 60
    elif days >= _DAYS_OF_MONTHS:
        form, at_most = "months", room_px / 90
    elif days >= _DAYS_OF_DAYS:
        form, at_most = "days", room_px / 70
    elif days * 24 >= 1:
        form, at_most = "hours", room_px / 120
    steps = _ticks(first, last, form, max(1, int(at_most)))
    axis: Spec = {"format": say(f"format_{form}"), "values": steps, "grid": False, "labelFlush": False}
    return {"type": "temporal", "scale": {"type": "utc"}, "axis": axis | {"title": title}}


_FREQUENCIES = {
    "years": ("YS", "2YS", "5YS", "10YS"),
    "months": ("MS", "2MS", "3MS", "6MS", "12MS"),
    "days": ("D", "2D", "7D", "14D", "28D"),
    "hours": ("h", "3h", "6h", "12h", "24h"),
    "minutes": ("s", "5s", "15s", "60s", "5min", "15min", "30min"),
}


def _ticks(first: int, last: int, form: str, at_most: int) -> list[int]:
    begin, end = (pd.Timestamp(one, unit="ms") for one in (first, last))
    floor = begin.normalize() if form in ("years", "months", "days") else begin.floor("h")
    if form == "minutes":
        floor = begin.floor("min")
    for step in _FREQUENCIES[form]:
        found = pd.date_range(floor, end, freq=step)
        found = found[found >= begin]
        if len(found) <= at_most:
            break
    chosen = found if len(found) else pd.DatetimeIndex([begin])
    return [int(one.timestamp() * 1000) for one in chosen[:at_most]]


def picture_of(question: str, draw: Callable[[Frame, About], Picture], *given: Any) -> Picture:  # noqa: ANN401 - as the question takes it
    """Ask a question, unless its answer was given, and draw the answer if there is something in it.

    Args:
        question: its name in `openqq_nb.analysis`.
        draw: draws an answer that has rows.
        given: what `given.answer` takes.
    """
    found, about = answer(question, *given)
    return nothing(question, about) if found.empty else draw(found, about)


def nothing(title: str, about: About) -> Picture:
    """Give the picture that says that there is nothing."""
    body: Spec = {
        "width": 560,
        "height": 60,
        "data": {"values": [{}]},
        "mark": {"type": "text", "style": "muted", "fontSize": 14, "align": "left", "x": 4, "y": 30},
        "encoding": {"text": {"value": say("nothing")}},
    }
    return Picture(say(title), about.told(), say("nothing"), body)


def told(pairs: Sequence[tuple[str, str]], most: int = 3) -> str:
    """Say the first few of some names and values in one line."""
    return say("between").join(say("listed", name=apart(one), value=value) for one, value in pairs[:most])
