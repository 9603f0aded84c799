"""What a journal of any format holds, read in batches and without changing it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from openqq_nb.bodies import Unpacker
from openqq_nb.database import Connection
from openqq_nb.records import ARRIVALS, ArrivalKind, Value

BATCH_ROWS = 2_000

Told = Callable[[int], None]
"""Told how many arrivals were gone through since it was told last."""


@dataclass(frozen=True, slots=True)
class StoredRow:
    """An arrival as it stands in a journal.

    Attributes:
        seq: its number.
        kind: `message` or `event`.
        fingerprint: its identity.
        cells: the values of the declared columns in their order, then `extra`.
        packed: its body, compressed; empty where none came.
        dictionary: what the body was compressed with, see `bodies`.
    """

    seq: int
    kind: ArrivalKind
    fingerprint: str
    cells: Sequence[Value]
    packed: bytes
    dictionary: bytes | None

    def body(self, unpacker: Unpacker) -> bytes:
        """Give the bytes as they came.

        Raises:
            JournalFailed: they are damaged.
        """
        return unpacker.unpacked(self.packed, self.dictionary)


def format_of(connection: Connection) -> int:
    """Give the number of the format."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def bodies_table(connection: Connection) -> str:
    """Write what has the columns `seq`, `fingerprint`, `body` and `packed_with` in the format of a journal."""
    if _has_dictionaries(connection):
        return (
            "(SELECT seq, fingerprint, body, dictionaries.content AS packed_with "
            "FROM arrivals LEFT JOIN dictionaries ON number = dictionary)"
        )
    return "(SELECT seq, fingerprint, body, NULL AS packed_with FROM arrivals)"


def stored_rows(
    connection: Connection, kind: ArrivalKind, where: str, parameters: Sequence[Any]
) -> list[StoredRow]:
    """Read the arrivals of a kind for which an SQL expression is true."""
    found = connection.execute(asked(connection, kind, where), parameters)
    return [row_of(kind, row) for row in found]


def asked(connection: Connection, kind: ArrivalKind, where: str) -> str:
    """Write the question for arrivals of a kind; `row_of` takes the rows of the answer."""
    names = ", ".join(f'"{name}"' for name in (*ARRIVALS[kind].names, "extra"))
    return (
        f"SELECT seq, fingerprint, body, packed_with, {names} "  # noqa: S608 - names of our own
        f"FROM {table_of(kind)} JOIN {bodies_table(connection)} USING (seq) WHERE {where}"
    )


def row_of(kind: ArrivalKind, row: Sequence[Any]) -> StoredRow:
    """Name what an answer has."""
    seq, fingerprint, packed, dictionary, *cells = row
    return StoredRow(seq, kind, fingerprint, cells, packed, dictionary)


def walk(connection: Connection, kind: ArrivalKind, told: Told) -> Iterator[list[StoredRow]]:
    """Read all arrivals of a kind in order of their numbers, in batches; rows may be changed between two of them."""
    after = 0
    while found := stored_rows(connection, kind, "seq > ? ORDER BY seq LIMIT ?", (after, BATCH_ROWS)):
        yield found
        after = found[-1].seq
        told(len(found))


def count(connection: Connection, table: str) -> int:
    """Count the rows of a table of ours."""
    return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608 - names of our own


def table_of(kind: ArrivalKind) -> str:
    """Give the name of the table of a kind."""
    return ARRIVALS[kind].name.lower()


def unheard(_: int) -> None:
    """Stand in where nobody wants to be told."""


def _has_dictionaries(connection: Connection) -> bool:
    return bool(connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'dictionaries'").fetchone())
