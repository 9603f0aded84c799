"""The frame behind `inbox.df`: rows are added at the end, and a snapshot copies nothing that was there before.

Texts are Arrow chunks that are never written to again. Small chunks at the end are merged like the carries of a
binary counter, so that a snapshot after every single message leaves few chunks. Times, counts and flags stand in
buffers with room to grow; a snapshot is a read-only view of their beginning, and pandas copies a column before
the user's first write into it, because it knows that our own series looks at the same memory. A cell that is
amended gets a new chunk or buffer, so that earlier snapshots stay as they were.
"""

import bisect
import threading
import weakref
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

import pandas as pd
import pyarrow as pa
from pandas.api.extensions import ExtensionArray

from openqq_nb.columns import Column, Kind, Schema, plain_text, typed
from openqq_nb.errors import InvalidInput
from openqq_nb.inbox.buffers import Buffer, forget_unused, from_arrow, keep_while_used
from openqq_nb.models import Cell, Row
from openqq_nb.records import Entry, array

CHUNK_ROWS = 65_536
PENDING_ROWS = 1_024  # what a snapshot has to turn into columns at most, some milliseconds

_TEXT = (
    pa.large_string()
)  # what pandas keeps a `str` column in; anything else would be copied at each snapshot


class LiveFrame:
    """A frame that grows; safe to use from several threads.

    Args:
        schema: the declared columns.
        table: rows to begin with, as a journal reads them; columns without a declaration come last.
    """

    def __init__(self, schema: Schema, table: pa.Table | None = None) -> None:
        self._schema = schema
        self._lock = threading.Lock()
        self._pending: list[Entry] = []
        self._amended: dict[int, dict[str, Cell]] = {}
        self._length = 0
        self._texts = {c.name: _Texts() for c in schema.columns if c.kind == "text"}
        self._buffers = {c.name: Buffer(c) for c in schema.columns if c.kind != "text"}
        weakref.finalize(self, _keep_all, self._buffers).atexit = False
        forget_unused()
        if table is not None:
            self._add({name: table.column(name) for name in table.column_names}, table.num_rows)

    def __len__(self) -> int:
        with self._lock:
            return self._length + len(self._pending)

    def __repr__(self) -> str:
        return f"<LiveFrame of {len(self)} rows>"

    def append(self, entries: Sequence[Entry]) -> None:
        """Add rows at the end.

        Args:
            entries: of the same schema, as `records.entry` makes them; keys without a column become text columns.
        """
        with self._lock:
            self._pending.extend(entries)
            if len(self._pending) >= PENDING_ROWS:
                self._flush()

    def amend(self, position: int, values: Row) -> None:
        """Change cells of a row that is there; the next snapshot shows it, earlier ones stay as they were.

        Args:
            position: the number of the row, counted from 0.
            values: the new values of some of its declared columns.
        """
        with self._lock:
            self._check(position, values)
            self._amended.setdefault(position, {}).update(values)

    def frame(self) -> pd.DataFrame:
        """Take a snapshot; the cost does not depend on what was there before.

        Returns:
            A DataFrame of the schema's columns, then unknown ones; a RangeIndex, one row a row, in order of arrival.
        """
        return self.rows()

    def rows(self, start: int = 0, stop: int | None = None, columns: Sequence[str] = ()) -> pd.DataFrame:
        """Take a snapshot of a part.

        Args:
            start: position of the first row.
            stop: position after the last row; `None` is the end.
            columns: names of declared columns; none means all that there are.

        Returns:
            The columns of `frame()`; the RangeIndex begins with 0.
        """
        with self._lock:
            self._flush()
            begin, end, _ = slice(start, stop).indices(self._length)
            end = max(begin, end)
            parts = {name: self._column(name, begin, end) for name in columns or self._names()}
            return pd.DataFrame(parts, index=pd.RangeIndex(end - begin), copy=False)

    def take(self, positions: Sequence[int], columns: Sequence[str] = ()) -> pd.DataFrame:
        """Take a snapshot of single rows.

        Args:
            positions: numbers of rows, in the order in which they are wanted.
            columns: as for `rows`.

        Returns:
            The columns of `frame()`, one row a position; the RangeIndex begins with 0.
        """
        if not positions:
            return self.rows(0, 0, columns)
        first, last = min(positions), max(positions)
        part = self.rows(first, last + 1, columns)
        return part.take([position - first for position in positions]).reset_index(drop=True)

    def _names(self) -> list[str]:
        declared = self._schema.names
        return [*declared, *(name for name in self._texts if name not in declared)]

    def _column(self, name: str, start: int, stop: int) -> "ExtensionArray | pd.Series[Any]":
        if name in self._buffers:
            return self._buffers[name].view(start, stop)
        return self._texts[name].view(start, stop)

    def _check(self, position: int, values: Row) -> None:
        length = self._length + len(self._pending)
        if not 0 <= position < length:
            raise InvalidInput(f"There is no row {position}.\nThe frame has {length} rows.\nCount from 0.")
        unknown = sorted(set(values) - set(self._schema.names))
        if unknown:
            raise InvalidInput(f"There is no column {', '.join(unknown)}.\nUse one of {self._schema.names}.")

    def _flush(self) -> None:
        if self._pending:
            entries, self._pending = self._pending, []
            self._add(self._arrays(entries), len(entries))
        if self._amended:
            changes, self._amended = self._amended, {}
            self._change(changes)

    def _arrays(self, entries: Sequence[Entry]) -> dict[str, pa.ChunkedArray]:
        columns = zip(*(entry.cells for entry in entries), strict=True)
        arrays = {
            column.name: pa.chunked_array(
                [pa.array(values, _TEXT) if column.kind == "text" else array(values, column)]
            )
            for column, values in zip(self._schema.columns, columns, strict=True)
        }
        # In the order of their first appearance, as the frame shows them.
        unknown = dict.fromkeys(key for entry in entries for key in entry.extra if key not in arrays)
        return arrays | {
            plain_text(key): _array([entry.extra.get(key) for entry in entries], "text") for key in unknown
        }

    def _kind(self, name: str) -> Kind:
        return self._schema.column(name).kind if name in self._schema.names else "text"

    def _add(self, columns: Mapping[str, pa.ChunkedArray], count: int) -> None:
        for name in columns:
            if name not in self._texts and name not in self._buffers:
                self._texts[name] = _Texts(missing=self._length)
        for name, buffer in self._buffers.items():
            missing = self._schema.column(name).arrow_type
            buffer.append(columns[name] if name in columns else _nulls(count, missing))
        for name, texts in self._texts.items():
            texts.append(columns[name].cast(_TEXT) if name in columns else _nulls(count, _TEXT))
        self._length += count

    def _change(self, changes: Mapping[int, Row]) -> None:
        for name in {name for values in changes.values() for name in values}:
            cells = {position: values[name] for position, values in changes.items() if name in values}
            order = sorted(cells)
            array = _array([cells[position] for position in order], self._kind(name)).combine_chunks()
            part = self._buffers[name] if name in self._buffers else self._texts[name]
            part.change(order, array)


class _Texts:
    """A text column in chunks of which the later ones are smaller."""

    def __init__(self, missing: int = 0) -> None:
        self._chunks: list[pa.Array] = []
        self._starts: list[int] = []
        self._length = 0
        if missing:
            self.append(_nulls(missing, _TEXT))

    def append(self, values: pa.ChunkedArray) -> None:
        for chunk in values.chunks:
            for start in range(0, len(chunk), CHUNK_ROWS):
                self._push(chunk.slice(start, CHUNK_ROWS))

    def _push(self, chunk: pa.Array) -> None:
        while self._chunks and len(self._chunks[-1]) <= len(chunk) <= CHUNK_ROWS - len(self._chunks[-1]):
            chunk = pa.concat_arrays([self._chunks.pop(), chunk])
            self._length = self._starts.pop()
        self._starts.append(self._length)
        self._chunks.append(chunk)
        self._length = self._starts[-1] + len(chunk)

    def view(self, start: int, stop: int) -> ExtensionArray:
        values = pa.chunked_array(self._chunks, _TEXT).slice(start, stop - start)
        return from_arrow(_STR, values)

    def change(self, positions: Sequence[int], values: pa.Array) -> None:
        """Replace the chunks that the positions, which must be sorted, lie in."""
        touched: dict[int, list[int]] = {}
        for rank, position in enumerate(positions):
            touched.setdefault(bisect.bisect_right(self._starts, position) - 1, []).append(rank)
        for number, ranks in touched.items():
            inside = [positions[rank] - self._starts[number] for rank in ranks]
            self._chunks[number] = _replaced(self._chunks[number], inside, values.take(pa.array(ranks)))


_STR = Column("", "text", "")


def _replaced(chunk: pa.Array, positions: Sequence[int], values: pa.Array) -> pa.Array:
    """Make a copy of a chunk with other values at some sorted positions."""
    values = values.cast(_TEXT)
    parts, begin = [], 0
    for rank, position in enumerate(positions):
        parts += [chunk.slice(begin, position - begin), values.slice(rank, 1)]
        begin = position + 1
    return pa.concat_arrays([*parts, chunk.slice(begin)])


def _array(values: Sequence[Cell], kind: Kind) -> pa.ChunkedArray:
    if kind == "text":
        # Nearly always they are what they should be; anything else is brought there one by one.
        with suppress(pa.ArrowInvalid, pa.ArrowTypeError, UnicodeEncodeError):
            return pa.chunked_array([pa.array(values, _TEXT)])
    texts = pa.array([None if value is None else plain_text(value) for value in values], pa.string())
    return pa.chunked_array([typed(texts, kind)])


def _nulls(count: int, kind: pa.DataType) -> pa.ChunkedArray:
    return pa.chunked_array([pa.nulls(count, kind)])


def _keep_all(buffers: Mapping[str, Buffer]) -> None:
    keep_while_used([buffer.memory for buffer in buffers.values()])
