"""The journal: every arrival, kept durably in order of arrival, before anybody is told that it came.

The file is an SQLite database. Its `application_id` is 0x4F514E42, its `user_version` the number of the format.
Its tables are:

- `arrivals`: `seq` (counts up, never used twice), `fingerprint` (the identity of the arrival, unique), `body`
  (the bytes as they came, compressed with zlib);
- `messages`: `seq` of the arrival, the columns of `schema.MESSAGES`, and `extra`, a JSON object of the keys
  that have no column;
- `events`: the same with the columns of `schema.EVENTS`;
- `aside`: `seq`, `received_at`, `why` and `body` (zlib) of what came but could not be read.

Texts and identifiers are TEXT, times REAL (UTC seconds), counts and flags INTEGER (flags 0 or 1); what is not
known is NULL. An arrival whose fingerprint is there already is not stored again; another fingerprint makes
another row.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa

from openqq_nb import records
from openqq_nb.columns import Schema, plain_text
from openqq_nb.database import Connection, Database
from openqq_nb.errors import InvalidInput, listed
from openqq_nb.models import Arrival, Row
from openqq_nb.schema import EVENTS, MESSAGES

ASIDE_ROWS = 1_000
ASIDE_BYTES = 64 * 2**20

_SCHEMAS: Mapping[str, Schema] = {"message": MESSAGES, "event": EVENTS}


@dataclass(frozen=True, slots=True)
class Stored:
    """Where an arrival is kept.

    Attributes:
        seq: its number in the journal; of two arrivals the later one has the higher number.
        new: whether it came for the first time.
    """

    seq: int
    new: bool


class Journal:
    """A durable store of arrivals; safe to use from several threads, and from several processes on one file.

    Args:
        database: an open database; `Journal.open` makes one.
        clock: tells the time in UTC seconds.
    """

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    @classmethod
    def open(cls, path: Path | None) -> Self:
        """Open a journal, or make a new one.

        Args:
            path: the file, in a folder that exists; `None` keeps everything in memory only.

        Raises:
            JournalFailed: the file is no journal, is damaged, or is of a newer version; it is left as it is.
        """
        return cls(Database(path))

    def __repr__(self) -> str:
        return f"<Journal {self.path or 'in memory'}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def path(self) -> Path | None:
        """The file; `None` if the journal is in memory only."""
        return self._database.path

    @property
    def count(self) -> int:
        """How many messages the journal holds."""
        with self._database.reading() as connection:
            return int(connection.execute("SELECT count(*) FROM messages").fetchone()[0])

    def close(self) -> None:
        """Close the file; closing twice does no harm."""
        self._database.close()

    def append(self, arrivals: Sequence[Arrival]) -> list[Stored]:
        """Keep arrivals in one durable transaction; when it returns, they are on the disk.

        Args:
            arrivals: with complete rows; those that are already there by fingerprint are not stored again.

        Returns:
            One `Stored` an arrival, in the same order.

        Raises:
            JournalFailed: nothing of all this was stored.
        """
        with self._database.writing() as connection:
            return [_insert(connection, arrival) for arrival in arrivals]

    def holds(self, fingerprint: str) -> bool:
        """Tell whether an arrival of that identity is kept."""
        with self._database.reading() as connection:
            return bool(connection.execute(_HOLDS, (fingerprint,)).fetchone()[0])

    def amend(self, changes: Mapping[int, Row], posts: Mapping[int, Arrival] | None = None) -> None:
        """Fill or change cells of messages that are kept, such as numbers learnt later.

        Args:
            changes: by the number of the message, the new values of some of its columns.
            posts: by the number of the message, the arrival whose body and fingerprint it takes over: a send that
                was recorded by ourselves is the post that the server makes of it.

        Raises:
            InvalidInput: a column does not exist; nothing was changed.
            JournalFailed: nothing was changed.
        """
        _check_columns(changes)
        with self._database.writing() as connection:
            for seq, row in changes.items():
                _update(connection, seq, row)
            for seq, post in (posts or {}).items():
                connection.execute(_TAKE_OVER, (post.fingerprint, records.packed(post.raw), seq))

    def set_aside(self, body: bytes, why: str) -> None:
        """Keep a post that could not be read; the newest 1,000 are kept, as far as they fit into 64 MiB.

        Args:
            body: the bytes as they came.
            why: what was wrong, in a sentence.
        """
        with self._database.writing() as connection:
            connection.execute(
                "INSERT INTO aside (received_at, why, body) VALUES (?, ?, ?)",
                (self._clock(), plain_text(why), records.packed(body)),
            )
            connection.execute(_TRIM_ASIDE, (ASIDE_ROWS, ASIDE_BYTES))

    def aside(self) -> list[records.Aside]:
        """Give the posts that could not be read, oldest first."""
        with self._database.reading() as connection:
            return records.aside(connection)

    def messages(self) -> pa.Table:
        """Read all messages.

        Returns:
            One row a message in order of arrival: the columns of `schema.MESSAGES`, then unknown keys.
        """
        return self._read(MESSAGES)

    def events(self) -> pa.Table:
        """Read all events.

        Returns:
            One row an event in order of arrival: the columns of `schema.EVENTS`, then unknown keys.
        """
        return self._read(EVENTS)

    def body(self, seq: int) -> bytes:
        """Give the bytes of one arrival as they came.

        Raises:
            InvalidInput: the journal holds no arrival of that number.
        """
        with self._database.reading() as connection:
            row = connection.execute("SELECT body FROM arrivals WHERE seq = ?", (seq,)).fetchone()
        if row is None:
            raise InvalidInput(
                f"The journal holds no arrival number {seq}.\nTake a number that `append` returned."
            )
        return records.unpacked(row[0])

    def _read(self, schema: Schema) -> pa.Table:
        with self._database.reading() as connection:
            return records.read(connection, schema)


_HOLDS = "SELECT EXISTS (SELECT 1 FROM arrivals WHERE fingerprint = ?)"
# Where another row has that fingerprint already, both stay as they are.
_TAKE_OVER = "UPDATE OR IGNORE arrivals SET fingerprint = ?, body = ? WHERE seq = ?"

# Seen from the newest, a row stays while it is among the first so many and they fit; the newest always stays.
_TRIM_ASIDE = """
DELETE FROM aside WHERE seq IN (
    SELECT seq FROM (
        SELECT seq, row_number() OVER newest AS place, sum(length(body)) OVER newest AS bytes
        FROM aside WINDOW newest AS (ORDER BY seq DESC)
    ) WHERE place > ? OR (bytes > ? AND place > 1)
)
"""


def _insert_statement(schema: Schema) -> str:
    names = ", ".join(f'"{name}"' for name in ("seq", *schema.names, "extra"))
    marks = ", ".join("?" * (len(schema.names) + 2))
    return f"INSERT INTO {schema.name.lower()} ({names}) VALUES ({marks})"  # noqa: S608 -- names of our own


_INSERT: Mapping[str, str] = {kind: _insert_statement(schema) for kind, schema in _SCHEMAS.items()}


def _insert(connection: Connection, arrival: Arrival) -> Stored:
    cursor = connection.execute(
        "INSERT INTO arrivals (fingerprint, body) VALUES (?, ?) ON CONFLICT (fingerprint) DO NOTHING",
        (arrival.fingerprint, records.packed(arrival.raw)),
    )
    if not cursor.rowcount:
        return Stored(_seq(connection, arrival.fingerprint), new=False)
    seq = int(cursor.lastrowid or 0)
    schema = _SCHEMAS[arrival.kind]
    extra = records.extra_json(schema, arrival.row, arrival.extra)
    connection.execute(_INSERT[arrival.kind], (seq, *records.cells(schema, arrival.row), extra))
    return Stored(seq, new=True)


def _seq(connection: Connection, fingerprint: str) -> int:
    return int(
        connection.execute("SELECT seq FROM arrivals WHERE fingerprint = ?", (fingerprint,)).fetchone()[0]
    )


def _check_columns(changes: Mapping[int, Row]) -> None:
    unknown = sorted({name for row in changes.values() for name in row} - set(MESSAGES.names))
    if unknown:
        raise InvalidInput(
            f"Messages have no column {', '.join(unknown)}.\nThere are:{listed(MESSAGES.names)}"
        )


def _update(connection: Connection, seq: int, row: Row) -> None:
    for name, value in row.items():
        connection.execute(
            f'UPDATE messages SET "{name}" = ? WHERE seq = ?',  # noqa: S608 -- the name was checked
            (records.cell(value, MESSAGES.column(name)), seq),
        )
