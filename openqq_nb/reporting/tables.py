"""Small tables of a report: a heading, names of columns, and cells that are ready to be read."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from openqq_nb.charts.bars import length, percent
from openqq_nb.charts.given import times
from openqq_nb.charts.texts import cut
from openqq_nb.columns import Frame
from openqq_nb.reporting.wording import say

_ROWS = 10
_NAME, _TEXT = 240, 420


@dataclass(frozen=True, slots=True)
class Heading:
    """The head of a column.

    Attributes:
        text: what is in it.
        kind: what its cells are, which is a class of the page: `number`, `moment` or `text`.
    """

    text: str
    kind: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table that is ready to be written."""

    title: str
    headings: Sequence[Heading]
    rows: Sequence[Sequence[str]]


def ranking(found: Frame) -> Table:
    """Show who wrote most, of an answer of `analysis.ranking`."""
    return _table(
        "ranking",
        found.head(_ROWS),
        [
            ("person", "displayname", _name),
            ("messages", "messages", _count),
            ("share", "share", lambda part: percent(float(part))),
            ("days", "days", _count),
            ("first", "first", _day),
            ("last", "last", _day),
        ],
    )


def repeats(found: Frame) -> Table:
    """Show what most repeated, of an answer of `analysis.repeats`."""
    return _table(
        "repeats",
        found.sort_values("messages", ascending=False, kind="stable").head(_ROWS),
        [
            ("content", "content", lambda text: cut(text, _TEXT) or say("nameless")),
            ("messages", "messages", _count),
            ("people", "people", _count),
            ("chat", "chat", _name),
            ("start", "start", _minute),
            ("started_by", "started_by", _name),
        ],
    )


def conversations(found: Frame) -> Table:
    """Show the longest conversations, of an answer of `analysis.conversations`."""
    return _table(
        "conversations",
        found.sort_values("messages", ascending=False, kind="stable").head(_ROWS),
        [
            ("start", "start", _minute),
            ("chat", "chat", _name),
            ("length", "seconds", lambda seconds: length(float(seconds))),
            ("messages", "messages", _count),
            ("people", "people", _count),
            ("started_by", "started_by", _name),
        ],
    )


_MOMENTS = {"start", "first", "last"}
_NUMBERS = {"messages", "share", "days", "people", "length"}


def _table(title: str, found: Frame, columns: Sequence[tuple[str, str, Callable[[Any], str]]]) -> Table:
    moments = {name: times(found[name]) for _, name, write in columns if write in (_day, _minute)}
    shown = found.assign(**moments)
    headings = [Heading(say(f"column_{word}"), _kind(word)) for word, _, _ in columns]
    cells = [[_written(write, value) for value in shown[name]] for _, name, write in columns]
    return Table(say(f"table_{title}"), headings, list(zip(*cells, strict=True)))


def _kind(word: str) -> str:
    return "number" if word in _NUMBERS else "moment" if word in _MOMENTS else "text"


def _written(write: Callable[[Any], str], value: object) -> str:
    return write(value) if write is _name or pd.notna(value) else "–"  # type: ignore[call-overload]


def _name(text: object) -> str:
    return cut(text, _NAME) or say("nameless")


def _count(value: object) -> str:
    return f"{int(value):,}"  # type: ignore[call-overload]


def _day(moment: pd.Timestamp) -> str:
    return f"{moment:%Y-%m-%d}"


def _minute(moment: pd.Timestamp) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"
