"""What a log is made of, and what it is asked for; each kind of it does this in its own way."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from openqq_nb.filtering import Filter
from openqq_nb.logs import containing
from openqq_nb.logs.origins import Piece
from openqq_nb.logs.people import Directory, Kind

_MICROS = 1_000_000.0
_LOOKED_AT_ROWS = 10_000

Span = tuple[datetime | None, datetime | None]


class Holdings(Protocol):
    """The rows of a log, wherever they are."""

    @property
    def name(self) -> str:
        """What the log is called: its file, or how many there are."""

    def unread(self) -> str | None:
        """Say what would have to be read whole to count the messages; `None` where that costs little."""

    def count(self) -> int:
        """Tell how many messages there are."""

    def span(self) -> Span:
        """Tell when the first and the last message was written."""

    def frame(self) -> Any:  # noqa: ANN401 - a frame of the engine that was asked for
        """Give all messages."""

    def scan(self, columns: Sequence[str]) -> Any:  # noqa: ANN401 - a frame of the engine that was asked for
        """Give some columns of all messages, without those that there are not."""

    def read(self, columns: Sequence[str] | None, keep: Filter) -> pa.Table:
        """Give the messages that pass, in order."""

    def events(self) -> pa.Table:
        """Give the events."""

    def problems(self) -> pa.Table:
        """Give what was not understood."""

    def directory(self, kind: Kind) -> Directory:
        """Find out who is named."""

    def others(self) -> Sequence[str]:
        """Name the columns that messages have besides the declared ones."""

    def journal(self) -> Path:
        """Give the one journal that this is.

        Raises:
            InvalidInput: it is something else, or several.
        """

    def stream(self) -> Iterator[Piece]:
        """Give everything in pieces, in order of arrival."""


def passing(rows: pa.Table, keep: Filter) -> pa.Table:
    """Leave the rows that a filter keeps."""
    rows, keep = containing.passing(rows, keep)
    if not keep.tests:
        return rows
    looked_at = [name for name in keep.columns if name in rows.column_names]
    if not looked_at:
        return rows if keep.keeps({}) else rows.slice(0, 0)
    cells = pa.table({name: _cells(rows.column(name)) for name in looked_at})
    if not _often_alike(cells):
        return rows.filter(_kept(cells, keep))
    first, place = _distinct(cells)
    return rows.filter(_kept(cells.take(first), keep).take(pa.array(place)))


def _kept(cells: pa.Table, keep: Filter) -> pa.Array:
    """Test row by row, in one mapping for all of them: a new one for each would take longer than the tests."""
    row: dict[str, Any] = {}
    columns = [column.to_pylist() for column in cells.columns]
    names = cells.column_names
    kept = []
    for values in zip(*columns, strict=True):
        row.update(zip(names, values, strict=True))
        kept.append(keep.keeps(row))
    return pa.array(kept, pa.bool_())


def _cells(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Give times as seconds, as which they are compared as well and read much faster."""
    if not pa.types.is_timestamp(column.type):
        return column
    return pc.divide(column.cast(pa.int64()).cast(pa.float64()), _MICROS)


def _often_alike(cells: pa.Table) -> bool:
    """Tell from the first rows whether it is worth while to test equal ones once."""
    some = cells.slice(0, _LOOKED_AT_ROWS)
    return bool(some.group_by(some.column_names).aggregate([]).num_rows * 2 < some.num_rows)


def _distinct(cells: pa.Table) -> tuple[np.ndarray, np.ndarray]:
    """Give the places of different rows, and for each row which of these it is like."""
    number = np.zeros(cells.num_rows, np.int64)
    first = number[:0]
    for column in cells.columns:
        coded = column.combine_chunks().dictionary_encode(null_encoding="encode")
        coded = coded.combine_chunks() if isinstance(coded, pa.ChunkedArray) else coded
        mixed = number * (len(coded.dictionary) + 1) + coded.indices.to_numpy()
        _, first, number = np.unique(mixed, return_index=True, return_inverse=True)
    return first, number


def chosen(rows: pa.Table, columns: Sequence[str] | None) -> pa.Table:
    """Leave columns, in the order in which they are asked for."""
    return rows if columns is None else rows.select(list(columns))


def span_of(times: pa.ChunkedArray) -> Span:
    """Tell the first and the last of some times."""
    ends = pc.min_max(times)
    return ends["min"].as_py(), ends["max"].as_py()


def with_size(name: str, size_bytes: int) -> str:
    """Say how long something is, for people.

    Example:
        >>> with_size("group.json", 349_000_000), with_size("group.txt", 120), with_size("2 logs", 0)
        ('group.json (349 MB)', 'group.txt (1 kB)', '2 logs')
    """
    size, unit = (size_bytes / 1_000_000, "MB") if size_bytes >= _MICROS else (size_bytes / 1_000, "kB")
    return f"{name} ({max(1, round(size)):,} {unit})" if size_bytes else name


def named(names: Sequence[str], what: str) -> str:
    """Call a log by its only file, or by how many there are."""
    return names[0] if len(names) == 1 else f"{len(names)} {what}"
