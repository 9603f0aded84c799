"""Reads all that can still be read of a journal: damaged rows, bodies and pages keep nothing else from being read."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import NoneType

import numpy as np

from openqq_nb import messages, records
from openqq_nb.bodies import Unpacker
from openqq_nb.columns import Column, Kind
from openqq_nb.database import Connection
from openqq_nb.database.salvaging import Rows, answer, last_number, walk
from openqq_nb.errors import JournalFailed, NotUnderstood
from openqq_nb.models import Arrival, Cell
from openqq_nb.records import ARRIVALS, ArrivalKind, Aside, Entry, Value
from openqq_nb.upkeep.dialects import Decoder
from openqq_nb.upkeep.stored import BATCH_ROWS, StoredRow, asked, bodies_table, row_of, table_of

TIMES: dict[ArrivalKind, str] = {
    "message": "coalesce(received_at, msg_time, 0)",
    "event": "coalesce(received_at, 0)",
}
"""When an arrival of a kind came, in SQL."""

_TYPES: dict[Kind, tuple[type, ...]] = {
    "text": (str, NoneType),
    "time": (float, int, NoneType),
    "count": (int, NoneType),
    "flag": (int, NoneType),
}
_ALL = " WHERE seq BETWEEN ? AND ? ORDER BY seq LIMIT ?"
_TABLES = ("arrivals", *map(table_of, ARRIVALS))

Read = tuple[Arrival, Entry]


@dataclass(slots=True)
class Source:
    """A journal that is read, whatever is damaged.

    Attributes:
        path: the file.
        connection: to it.
        lost: the numbers at which nothing can be read.
        bodiless: the numbers of arrivals whose body cannot be read.
        strange: the numbers of those with cells that this package never wrote.
        reread: the numbers of those without a row that can be read, which was made from the body anew.
    """

    path: Path
    connection: Connection
    lost: set[int] = field(default_factory=set)
    bodiless: list[int] = field(default_factory=list)
    strange: list[int] = field(default_factory=list)
    reread: list[int] = field(default_factory=list)
    _unpacker: Unpacker = field(default_factory=Unpacker)
    _decoder: Decoder = field(default_factory=Decoder)

    def numbers(self) -> tuple[np.ndarray, np.ndarray]:
        """Give the numbers of all arrivals, ascending, and when they came in UTC seconds."""
        rows = np.concatenate(
            [
                self._numbers(f"SELECT seq, CAST({time} AS REAL) FROM {table_of(kind)}")  # noqa: S608 - our own names
                for kind, time in TIMES.items()
            ]
        )
        known, first = np.unique(rows[:, 0].astype(np.int64), return_index=True)
        bodies = self._numbers("SELECT seq, 0.0 FROM arrivals")[:, 0].astype(np.int64)
        alone = np.setdiff1d(bodies, known)
        # What has no row that tells came right after what stands before it.
        times = np.concatenate([[0.0], rows[first, 1]])
        joined = np.concatenate([known, alone])
        order = np.argsort(joined)
        self.lost -= set(joined.tolist())
        return joined[order], times[np.searchsorted(known, joined[order], "right")]

    def arrivals(self, numbers: Sequence[int]) -> Iterator[Read]:
        """Read arrivals and their rows, in the order of their numbers."""
        found: dict[int, StoredRow] = {}
        for kind in ARRIVALS:
            question = asked(self.connection, kind, "seq IN (SELECT value FROM json_each(?))")
            for row in answer(self.connection, question, (json.dumps(numbers),)) or ():
                found.setdefault(row[0], row_of(kind, row))
        for number in numbers:
            read = self._whole(found[number]) if number in found else self._single(number)
            if read is None:
                self.lost.add(number)
            else:
                yield read

    def aside(self) -> list[Aside]:
        """Read the posts that could not be understood, oldest first."""
        question = "SELECT seq, received_at, why, body FROM aside" + _ALL  # noqa: S608 - our own names
        last = last_number(self.connection, ["aside"]) or 0
        found = []
        # One that is lost was no arrival.
        for rows in walk(self.connection, question, last, BATCH_ROWS, set()):
            for _, received_at, why, packed in rows:
                body = self._unpacked(packed, None)
                if body is not None:
                    found.append(Aside(received_at, why, body))
        return found

    def _numbers(self, select: str) -> np.ndarray:
        last = last_number(self.connection, _TABLES)
        if last is None:
            self.lost.add(1)  # nobody knows how many there were
            return np.empty((0, 2))
        found = walk(self.connection, select + _ALL, last, BATCH_ROWS, self.lost)
        return np.concatenate([np.empty((0, 2)), *(np.array(rows, dtype=float) for rows in found)])

    def _whole(self, row: StoredRow) -> Read:
        body = self._unpacked(row.packed, row.dictionary)
        if body is None:
            self.bodiless.append(row.seq)
        return self._made(row, body or b"")

    def _single(self, number: int) -> Read | None:
        """Read an arrival of which not everything can be read; a part at a time."""
        for kind in ARRIVALS:
            for question in (
                asked(self.connection, kind, "seq = ?"),
                _without_body(kind, f"{table_of(kind)} JOIN arrivals USING (seq)", "fingerprint"),
                _without_body(kind, table_of(kind), "''"),
            ):
                if found := answer(self.connection, question, (number,)):
                    row = row_of(kind, found[0])
                    if row.packed:
                        return self._whole(row)
                    self.bodiless.append(number)
                    return self._made(row, b"")
        return self._decoded(number)

    def _decoded(self, number: int) -> Read | None:
        """Make the row of an arrival that has only its body left."""
        question = f"SELECT fingerprint, body, packed_with FROM {bodies_table(self.connection)} WHERE seq = ?"  # noqa: S608 - our own names
        found: Rows = answer(self.connection, question, (number,)) or []
        for fingerprint, packed, dictionary in found:
            body = self._unpacked(packed, dictionary)
            try:
                arrival = self._decoder.arrival(body or b"")
            except NotUnderstood:
                return None
            full = messages.complete(arrival.row) if arrival.kind == "message" else arrival.row
            self.reread.append(number)
            entry = records.entry(ARRIVALS[records.kind_of(arrival)], full, arrival.extra)
            return Arrival(arrival.kind, {}, fingerprint, body or b""), entry
        return None

    def _made(self, row: StoredRow, body: bytes) -> Read:
        *stored, extra = row.cells
        columns = ARRIVALS[row.kind].columns
        cells = [
            cell if isinstance(cell, _TYPES[column.kind]) else _mended(cell, column)
            for cell, column in zip(stored, columns, strict=True)
        ]
        keys = _extra(extra)
        if keys is None or any(one is not other for one, other in zip(cells, stored, strict=True)):
            self.strange.append(row.seq)
        return Arrival(row.kind, {}, row.fingerprint or _identity(row), body), Entry(cells, keys or {})

    def _unpacked(self, packed: bytes, dictionary: bytes | None) -> bytes | None:
        try:
            return self._unpacker.unpacked(packed, dictionary)
        except (JournalFailed, TypeError):  # it may be no bytes at all
            return None


def _without_body(kind: ArrivalKind, place: str, fingerprint: str) -> str:
    names = ", ".join(f'"{name}"' for name in (*ARRIVALS[kind].names, "extra"))
    return f"SELECT seq, {fingerprint}, x'', NULL, {names} FROM {place} WHERE seq = ?"  # noqa: S608 - our own names


def _mended(cell: Value | bytes, column: Column) -> Value:
    return records.cell(cell.decode("utf-8", "backslashreplace") if isinstance(cell, bytes) else cell, column)


def _extra(cell: Value) -> dict[str, Cell] | None:
    """Read the keys that have no column; `None` where there is something else."""
    try:
        found = json.loads(cell) if cell else {}  # type: ignore[arg-type]  # another program may have changed it
    except (ValueError, TypeError):
        return None
    return found if isinstance(found, dict) else None


def _identity(row: StoredRow) -> str:
    """Identify a row whose own fingerprint is gone by what stands in it, so that it is merged once."""
    return f"row {hashlib.sha256(repr([row.seq, *row.cells]).encode()).hexdigest()[:32]}"
