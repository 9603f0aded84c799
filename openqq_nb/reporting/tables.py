"""Small tables of a report: a heading, names of columns, and cells that are ready to be read."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from openqq_nb.charts.bars import cut_off
from openqq_nb.charts.given import times
from openqq_nb.charts.parts import distinct
from openqq_nb.charts.texts import cut
from openqq_nb.columns import Frame
from openqq_nb.reporting.wording import say

_ROWS = 20
UNKNOWN = "–"
_NAME, _TEXT = 240, 420

Kind = Literal["text", "number", "moment"]
"""What cells are, which is a class of the page."""


@dataclass(frozen=True, slots=True)
class Heading:
    """The head of a column.

    Attributes:
        text: what is in it.
        kind: what its cells are.
    """

    text: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Table:
    """A table that is ready to be written.

    Attributes:
        title: what is in it.
        headings: the heads of its columns.
        rows: their cells; the first one is the head of the row.
        rest: that not all is in it, if so.
    """

    title: str
    headings: Sequence[Heading]
    rows: Sequence[Sequence[str]]
    rest: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table, to be filled from a frame.

    Attributes:
        word: its head, a key of the words of the report.
        field: the column of the frame.
        write: writes one value of it.
        kind: what its cells are.
        numbers: the column of the numbers of those who are named in it; two of one name are told apart by them.
    """

    word: str
    field: str
    write: Callable[[Any], str]
    kind: Kind
    numbers: str = ""


def text(word: str, field: str, write: Callable[[Any], str] | None = None) -> Column:
    """Give a column of names, or of what `write` makes of values."""
    return Column(word, field, write or shown_name, "text")


def named(word: str, field: str, numbers: str) -> Column:
    """Give a column of names, with the column of their numbers."""
    return Column(word, field, str, "text", numbers)


def number(word: str, field: str = "", write: Callable[[Any], str] | None = None) -> Column:
    """Give a column of whole numbers, or of what `write` makes of values, under the word of its field."""
    return Column(word, field or word, write or _count, "number")


def moment(word: str, field: str, form: str = "%Y-%m-%d") -> Column:
    """Give a column of moments."""
    return Column(word, field, lambda at: f"{at:{form}}", "moment")


def filled(title: str, found: Frame, columns: Sequence[Column], most: int = _ROWS) -> Table:
    """Fill columns from the first rows of a frame.

    Args:
        title: a key of the words of the report.
        found: what is written.
        columns: what of it.
        most: how many rows.
    """
    top = found.head(most)
    top = _told_apart(top, [one for one in columns if one.numbers])
    cells = [[_written(one, value) for value in _values(top, one)] for one in columns]
    headings = [Heading(say(f"column_{one.word}"), one.kind) for one in columns]
    return Table(
        say(f"table_{title}"), headings, list(zip(*cells, strict=True)), cut_off(len(top), len(found))
    )


def _told_apart(found: Frame, columns: Sequence[Column]) -> Frame:
    """Write the names of columns such that all who are in them have their own."""
    names = [name for one in columns for name in found[one.field]]
    labels = distinct(names, [number for one in columns for number in found[one.numbers]], _NAME)
    rows = len(found)
    return found.assign(**{one.field: labels[at * rows : (at + 1) * rows] for at, one in enumerate(columns)})


def matrix(
    title: str, word: str, rows: Sequence[str], columns: Sequence[tuple[str, Sequence[object]]]
) -> Table:
    """Write numbers that have a head above them and one beside them.

    Args:
        title: a key of the words of the report.
        word: what the rows are, another one.
        rows: the heads beside them.
        columns: the heads above them, and the numbers below each.
    """
    headings = [Heading(say(f"column_{word}"), "moment"), *(Heading(above, "number") for above, _ in columns)]
    cells = [[_written(_COUNTS, one) for one in counts] for _, counts in columns]
    return Table(say(f"table_{title}"), headings, list(zip(rows, *cells, strict=True)))


def shown_name(text: object) -> str:
    """Write a name, or that there is none."""
    return cut(text, _NAME) or say("nameless")


def shown_text(text: object) -> str:
    """Write what somebody said."""
    return cut(text, _TEXT) or say("nameless")


def _count(value: Any) -> str:  # noqa: ANN401 - a cell of pandas
    return f"{int(value):,}"


_COUNTS = Column("messages", "messages", _count, "number")


def _values(found: Frame, column: Column) -> "pd.Series[Any]":
    return times(found[column.field]) if column.kind == "moment" else found[column.field]


def _written(column: Column, value: Any) -> str:  # noqa: ANN401 - a cell of pandas
    # Only a text says itself that it is missing.
    return column.write(value) if column.kind == "text" or pd.notna(value) else UNKNOWN
