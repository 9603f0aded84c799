"""What pictures are put together from: labels that keep their room, an axis of time, and the picture of nothing."""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pandas as pd

from openqq_nb.charts.given import About, answer
from openqq_nb.charts.picture import Picture
from openqq_nb.charts.texts import SIZE, apart, clean, cut, wide, widest
from openqq_nb.charts.themes import Spec
from openqq_nb.charts.wording import say
from openqq_nb.columns import Frame

LABEL = 190
"""The most pixels that a name at an axis may take."""

_DIGITS = 4
_NUMBER = re.compile(r"[0-9]+$")
_TAIL = 4
_DAYS_OF_YEARS, _DAYS_OF_MONTHS, _DAYS_OF_DAYS = 1500, 100, 4
_MS_PER_DAY = 86_400_000


def name(text: object, most: float = LABEL, size: float = SIZE) -> str:
    """Make a label of a name; of none, the words that say so."""
    return cut(text, most, size) if clean(text) else say("nameless")


def distinct(
    names: Iterable[object], numbers: Iterable[object], most: float = LABEL, size: float = SIZE
) -> list[str]:
    """Make labels of names such that those of two people, chats or groups differ: by the last digits of their numbers.

    Args:
        names: of who is shown; who is shown twice may be in them twice.
        numbers: theirs; who has none is told apart by name, and by the place among all.
        most: how wide a label is at most, in pixels.
        size: of the font, in pixels.
    """
    shown = list(names)
    labels = [name(one, most, size) for one in shown]
    whose = [clean(number) or clean(one) for one, number in zip(shown, numbers, strict=True)]
    owners: dict[str, list[str]] = {}
    for label, who in dict.fromkeys(zip(labels, whose, strict=True)):
        owners.setdefault(label, []).append(who)
    marks = [_mark(who, owners[label], whose) for label, who in zip(labels, whose, strict=True)]
    return [name(one, most - wide(mark, size), size) + mark for one, mark in zip(shown, marks, strict=True)]


def _mark(who: str, same: Sequence[str], all_of_them: Sequence[str]) -> str:
    """Write what stands behind a name that several have: the last digits of the number, all if these do not differ."""
    if len(same) == 1:
        return ""
    numbers = {one: found[0] if (found := _NUMBER.search(one)) else "" for one in same}
    if not numbers[who]:
        return say("same_name_place", place=all_of_them.index(who) + 1)
    tails = [number[-_TAIL:] for number in numbers.values()]
    tail = numbers[who][-_TAIL:]
    return say("same_name_number", number=tail if tails.count(tail) == 1 else numbers[who])


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


def time_axis(
    first: int, last: int, title: str | None = None, room_px: float = 480, dates: bool = False
) -> Spec:
    """Give an axis of time for a span, with labels so few that they stand apart.

    Args:
        first: the beginning in milliseconds.
        last: the end.
        title: of the axis.
        room_px: how long the axis is.
        dates: nothing shorter than days is on it.
    """
    days = (last - first) / _MS_PER_DAY
    form, at_most = "minutes", room_px / 70
    if days >= _DAYS_OF_YEARS:
        form, at_most = "years", room_px / 60
    elif days >= _DAYS_OF_MONTHS:
        form, at_most = "months", room_px / 90
    elif dates or days >= _DAYS_OF_DAYS:
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


def whole_ticks(least: int, most: int, count: int) -> Spec:
    """Give the ticks of an axis of counts, about so many: where there are few, Vega would write parts of one."""
    few = most - least < count
    return {"values": list(range(least, most + 1))} if few else {"tickCount": count}


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
