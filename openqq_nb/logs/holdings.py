"""What a log is made of, and what it is asked for; each kind of it does this in its own way."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.compute as pc

from openqq_nb.filtering import Filter
from openqq_nb.logs.origins import Piece
from openqq_nb.logs.people import Directory, Kind

Span = tuple[datetime | None, datetime | None]


class Holdings(Protocol):
    """The rows of a log, wherever they are."""

    @property
    def name(self) -> str:
        """What the log is called: its file, or how many there are."""

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
    if not keep.tests:
        return rows
    looked_at = [name for name in keep.columns if name in rows.column_names]
    kept = [keep.keeps(row) for row in rows.select(looked_at or rows.column_names[:1]).to_pylist()]
    return rows.filter(pa.array(kept, pa.bool_()))


def chosen(rows: pa.Table, columns: Sequence[str] | None) -> pa.Table:
    """Leave columns, in the order in which they are asked for."""
    return rows if columns is None else rows.select(list(columns))


def span_of(times: pa.ChunkedArray) -> Span:
    """Tell the first and the last of some times."""
    ends = pc.min_max(times)
    return ends["min"].as_py(), ends["max"].as_py()


def named(names: Sequence[str], what: str) -> str:
    """Call a log by its only file, or by how many there are."""
    return names[0] if len(names) == 1 else f"{len(names)} {what}"
