"""The names that people had."""

from dataclasses import replace
from typing import Any

import pandas as pd

from openqq_nb.charts.given import About, times
from openqq_nb.charts.parts import (
    distinct,
    milliseconds,
    nothing,
    numbered,
    picture_of,
    rows,
    time_axis,
    told,
)
from openqq_nb.charts.parts import room as room_of
from openqq_nb.charts.picture import WIDTH, Picture
from openqq_nb.charts.themes import Spec
from openqq_nb.charts.wording import say
from openqq_nb.columns import Frame

_NAMED = 7
NAMES = 6
_ROW = 22
_SHORTEST = 1 / 150


def nicknames(log: Any) -> Picture:  # noqa: ANN401 - what `analysis.nicknames` takes
    """Draw under which names people wrote, and when: the seven people with most names, of those with two or more.

    Args:
        log: a log, a frame of messages of any engine, or what `analysis.nicknames` gave.

    Returns:
        A `Picture`; show it as the last line of a cell, or `save` it.

    Raises:
        InvalidInput: it is neither messages nor an answer.
        NotSupported: what draws is not installed.

    Example:
        >>> import pandas as pd
        >>> from openqq_nb import charts
        >>> times = pd.to_datetime(["2026-11-16 01:30", "2026-11-16 01:31", "2026-11-23 02:00"])
        >>> log = pd.DataFrame({"msg_time": times, "sender": ["小灰", "小灰", "大灰"], "sender_qq": "10001"})
        >>> "大灰" in charts.nicknames(log).svg()
        True
    """
    return picture_of("nicknames", draw_nicknames, log)


def draw_nicknames(found: Frame, about: About) -> Picture:
    """Draw an answer of `analysis.nicknames`."""
    about = about.or_else(int(found["messages"].sum()), found["first"].min(), found["last"].max())
    named = most_named(found)
    if not named:
        return _unchanged(about)
    people = distinct(map(last_name, named), [one["qq"].iloc[0] for one in named])
    pairs = [(who, f"{len(one):,}") for who, one in zip(people, named, strict=True)]
    lines = [*about.told(), say("names_told")]
    if len(named) < int((found["qq"].value_counts() > 1).sum()):
        lines.append(say("more_names", shown=len(named)))
    return Picture(
        say("nicknames"), lines, told(pairs), _lives(pd.concat([one.tail(NAMES) for one in named]))
    )


def _unchanged(about: About) -> Picture:
    """Give the picture that says that nobody has a second name."""
    said = say("names_unchanged")
    empty = nothing("nicknames", about)
    return replace(empty, summary=said, body=empty.body | {"encoding": {"text": {"value": said}}})


def most_named(found: Frame) -> list[Frame]:
    """Take an answer of `analysis.nicknames` apart: the names of each of the people with most, two or more."""
    people = found["qq"].value_counts(sort=False).sort_values(ascending=False, kind="stable")
    chosen = people[people > 1].head(_NAMED)
    return [found[found["qq"] == qq].sort_values("first") for qq in chosen.index]


def last_name(names: Frame) -> object:
    """Tell what a person was called last, of the names of that person."""
    return names.sort_values("last")["displayname"].iloc[-1]


def _lives(names: Frame) -> Spec:
    labels = numbered(distinct(names["displayname"], names["qq"]))
    plot = round(WIDTH - room_of(labels))
    begun, ended = (milliseconds(times(names[one])) for one in ("first", "last"))
    first, last = int(begun.min()), int(ended.max())
    margin = max(60_000, (last - first) // 60)
    shortest = int((last - first + 2 * margin) * _SHORTEST)
    bands, person = _bands(names["qq"])
    bars = [
        {"label": label, "from": int(start), "to": max(int(end), int(start) + shortest), "person": who}
        for label, start, end, who in zip(labels, begun, ended, person, strict=True)
    ]
    across = time_axis(first - margin, last + margin, None, plot)
    across["scale"] = {"type": "utc", "domain": [first - margin, last + margin], "nice": False}
    down = rows(labels)
    down["scale"] = {"domain": labels}
    return {
        "width": plot,
        "height": {"step": _ROW},
        "encoding": {"y": down},
        "layer": [
            {
                "data": {"values": [{"label": labels[at]} for at in bands]},
                "mark": {"type": "rect", "style": "none", "opacity": 0.8},
            },
            {
                "data": {"values": bars},
                "mark": {"type": "bar", "style": "main", "cornerRadius": 3, "height": {"band": 0.55}},
                "encoding": {"x": {"field": "from"} | across, "x2": {"field": "to"}},
            },
        ],
    }


def _bands(people: "pd.Series[str]") -> tuple[list[int], list[int]]:
    """Tell which rows lie on a shaded ground, so that the names of one person are seen to belong together."""
    order = {qq: at for at, qq in enumerate(dict.fromkeys(people))}
    person = [order[qq] for qq in people]
    return [at for at, who in enumerate(person) if who % 2 == 0], person
