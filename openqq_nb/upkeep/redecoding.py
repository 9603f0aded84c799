"""Reads the bodies in a journal again with the decoders of today, and mends the columns that come from them.

What a body cannot tell stays: when it came, in which login, numbers and names that were learnt from the roster, and
what became of a send.
"""

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from openqq_nb import messages, records
from openqq_nb.bodies import Unpacker
from openqq_nb.columns import ZONE
from openqq_nb.database import Connection, Database, open_readonly
from openqq_nb.errors import InvalidInput, JournalFailed, NotUnderstood
from openqq_nb.models import Arrival, Cell, Row
from openqq_nb.records import ARRIVALS, ArrivalKind, Value
from openqq_nb.schema import MESSAGES
from openqq_nb.upkeep.dialects import Decoder
from openqq_nb.upkeep.holding import held
from openqq_nb.upkeep.stored import StoredRow, Told, table_of, unheard, walk
from openqq_nb.upkeep.words import counted

EXAMPLES = 3
_DIGITS = 6  # frames hold microseconds
# Of what a roster knows, and of a send that was recorded by ourselves, the body may not tell.
_LEARNT = ("sender", "receiver", "group", "discuss", "sender_qq", "receiver_qq", "gnumber")
_SETTLED = ("code", "status", "info", "delivery")
_OURS = ("received_at", "login", "recalled_at")


@dataclass(frozen=True, slots=True)
class Difference:
    """A cell that would be another one.

    Attributes:
        seq: the number of the arrival.
        before: as it is in the journal.
        after: as it is read today.
    """

    seq: int
    before: object
    after: object


@dataclass(slots=True)
class Redecoded:
    """What reading the bodies again changes.

    Attributes:
        path: the journal.
        read: how many bodies were read.
        bodiless: how many arrivals have no body, such as most sends of our own.
        unreadable: how many bodies are damaged, or are no posts; their rows stay.
        other: how many bodies look like posts of another dialect than the one that was named.
        moved: how many events are messages today, or the other way round.
        rows: how many rows change.
        columns: how many cells of each column change.
        examples: some of them, by column.
        backup: the copy of before; None as long as nothing was changed.
    """

    path: Path
    read: int = 0
    bodiless: int = 0
    unreadable: int = 0
    other: int = 0
    moved: int = 0
    rows: int = 0
    columns: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[Difference]] = field(default_factory=dict)
    backup: Path | None = None

    def __str__(self) -> str:
        """Say it."""
        lines = [
            f"{self.path}: {counted(self.read, 'body')} read, {counted(self.rows, 'row')} "
            f"{'changed' if self.backup else 'would change'}, {self.moved:,} of them to another kind; "
            f"{counted(self.bodiless, 'row')} without a body, {counted(self.unreadable, 'body')} that cannot be read."
        ]
        for column, number in self.columns.most_common():
            lines.append(f"  {column}: {number:,}")
            lines += [
                f"    number {one.seq}: {one.before!r} -> {one.after!r}" for one in self.examples[column]
            ]
        if self.backup:
            lines.append(f"As it was before, it is kept in {self.backup}.")
        return "\n".join(lines)

    def note(self, change: "_Change") -> None:
        """Count a row that changes."""
        self.rows += 1
        self.moved += change.kind != change.row.kind
        for column, after in change.cells.items():
            if after is None and change.before.get(column) is None:
                continue
            self.columns[column] += 1
            shown = self.examples.setdefault(column, [])
            if len(shown) < EXAMPLES:
                shown.append(Difference(change.row.seq, change.before.get(column), after))


@dataclass(frozen=True, slots=True)
class _Change:
    """A row that is to be another one: all cells of its new kind, or those that differ."""

    row: StoredRow
    kind: ArrivalKind
    before: Mapping[str, Value]
    cells: Mapping[str, Value]


def preview(path: Path, protocol: str | None = None, told: Told = unheard) -> Redecoded:
    """Find out what would change, and change nothing.

    Args:
        path: a journal.
        protocol: the dialect of all bodies; None to tell it from each.
        told: told of the progress.

    Raises:
        InvalidInput: there is no such dialect, or most bodies look like another one.
        JournalFailed: the journal cannot be read.
    """
    decoder, result = Decoder(protocol), Redecoded(path)
    with open_readonly(path) as connection:
        for change in _changes(connection, decoder, result, told):
            result.note(change)
    bodies = result.read + result.unreadable
    if 2 * result.other > bodies:
        raise InvalidInput(
            f"{path} was left as it is: most of it is not in the dialect {protocol}.\n"
            f"Found {result.other:,} of {counted(bodies, 'body')} that look like posts of another one.\n"
            "Without --protocol the dialect is told from each body."
        )
    return result


def redecode(path: Path, protocol: str | None = None, told: Told = unheard) -> Redecoded:
    """Change what reads differently today, all of it or nothing, after a copy was made beside the journal.

    Args:
        path: a journal that nobody fills.
        protocol: the dialect of all bodies; None to tell it from each.
        told: told of the progress.

    Raises:
        InvalidInput: there is no such dialect, or most bodies look like another one; nothing was changed.
        JournalFailed: somebody fills the journal, or it cannot be read or written; nothing was changed.
    """
    decoder, result = Decoder(protocol), Redecoded(path)
    with held(path):
        foreseen = preview(path, protocol)
        if not foreseen.rows:
            return foreseen
        database = Database(path)
        try:
            backup = _backup_path(path)
            database.copy_to(backup)
            with database.writing() as connection:
                revision = _next_revision(connection)
                for change in _changes(connection, decoder, result, told):
                    result.note(change)
                    _apply(connection, change, revision)
            result.backup = backup
        finally:
            database.close()
    return result


def _backup_path(path: Path) -> Path:
    now = dt.datetime.now(ZoneInfo(ZONE))
    return path.with_name(f"{path.name}.backup-{now:%Y%m%d-%H%M%S}.db")


def _changes(connection: Connection, decoder: Decoder, result: Redecoded, told: Told) -> Iterator[_Change]:
    """Give the rows that read differently today; those that are changed meanwhile are not met again."""
    unpacker = Unpacker()
    met: set[int] = set()
    for kind in ARRIVALS:
        for batch in walk(connection, kind, told):
            for row in batch:
                arrival = None if row.seq in met else _read(row, unpacker, decoder, result)
                change = None if arrival is None else _changed(row, arrival)
                if change is not None:
                    if change.kind != kind:
                        met.add(row.seq)
                    yield change


def _read(row: StoredRow, unpacker: Unpacker, decoder: Decoder, result: Redecoded) -> Arrival | None:
    if not row.packed:
        result.bodiless += 1
        return None
    try:
        body = row.body(unpacker)
        result.other += not decoder.suits(body)
        arrival = decoder.arrival(body)
    except (JournalFailed, NotUnderstood):
        result.unreadable += 1
        return None
    if arrival.kind == "state":
        result.unreadable += (
            1  # such a post becomes no row today; what stands there is not thrown away for that
        )
        return None
    result.read += 1
    return arrival


def _changed(row: StoredRow, arrival: Arrival) -> _Change | None:
    kind = records.kind_of(arrival)
    before = _named(row.kind, row.cells)
    known = before if kind == row.kind else {"received_at": before["received_at"]}
    full = _message(known, arrival) if arrival.kind == "message" else _event(known, arrival)
    entry = records.entry(ARRIVALS[kind], full, arrival.extra)
    after = _named(kind, [*entry.cells, records.extra_json(entry)])
    # What we know ourselves stays as it stands, to the last digit.
    after |= {name: before[name] for name in _OURS if name in before and name in after}
    if kind != row.kind:
        return _Change(row, kind, before, after)
    cells = {name: value for name, value in after.items() if not _same(name, before[name], value)}
    return _Change(row, row.kind, before, cells) if cells else None


def _named(kind: ArrivalKind, cells: Sequence[Value]) -> dict[str, Value]:
    return dict(zip((*ARRIVALS[kind].names, "extra"), cells, strict=True))


def _same(column: str, before: Value, after: Value) -> bool:
    if column == "extra" and isinstance(before, str) and isinstance(after, str):
        return bool(json.loads(before) == json.loads(after))
    if isinstance(before, float) and isinstance(after, float):
        return round(before, _DIGITS) == round(after, _DIGITS)
    return before == after


def _message(before: Mapping[str, Value], arrival: Arrival) -> Row:
    """Complete a message as it was when it came, with what was learnt of it since."""
    own = arrival.row.get("msg_class") == "send"
    # Our own record of a send may tell more than the post of it.
    kept = set(MESSAGES.names) if own else {*_LEARNT, *_SETTLED, "msg_time"}
    known = {name: before[name] for name in (*_OURS, *kept) if before.get(name) is not None}
    settled = {name: cell for name, cell in known.items() if name in (*_SETTLED, *_OURS)}
    read = {name: cell for name, cell in arrival.row.items() if name not in known or not _blank(cell)}
    return messages.complete({"msg_time": known.get("received_at"), **known, **read, **settled})


def _event(before: Mapping[str, Value], arrival: Arrival) -> Row:
    return {**arrival.row, "received_at": before.get("received_at")}


def _blank(cell: Cell) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _next_revision(connection: Connection) -> int:
    (last,) = connection.execute("SELECT max(revision) FROM messages").fetchone()
    return int(last or 0) + 1


def _apply(connection: Connection, change: _Change, revision: int) -> None:
    """Write a change; the revision tells other programs of it."""
    cells: dict[str, Any] = dict(change.cells)
    if change.kind == "message":
        cells["revision"] = revision
    names = [f'"{name}"' for name in cells]
    if change.kind == change.row.kind:
        statement = f"UPDATE {table_of(change.kind)} SET {' = ?, '.join(names)} = ? WHERE seq = ?"  # noqa: S608 - our names
        connection.execute(statement, (*cells.values(), change.row.seq))
        return
    connection.execute(f"DELETE FROM {table_of(change.row.kind)} WHERE seq = ?", (change.row.seq,))  # noqa: S608 - our names
    marks = ", ".join("?" * len(cells))
    connection.execute(
        f"INSERT INTO {table_of(change.kind)} ({', '.join(names)}, seq) VALUES ({marks}, ?)",  # noqa: S608 - our names
        (*cells.values(), change.row.seq),
    )
