"""The journal: every arrival, kept durably in order of arrival, before anybody is told that it came.

The file is an SQLite database. Its `application_id` is 0x4F514E42, its `user_version` the number of the format.
Its tables are:

- `arrivals`: `seq` (counts up, never used twice), `fingerprint` (the identity of the arrival, unique), `body`
  (the bytes as they came, compressed by zstd; empty for what the account sent itself), `dictionary` (the number of
  what they were compressed with; NULL for zlib);
- `messages`: `seq` of the arrival, the columns of `schema.MESSAGES`, `extra`, a JSON object of the keys
  that have no column, and `revision`, which counts the transactions that changed rows that were there;
- `events`: the same with the columns of `schema.EVENTS`, without `revision`;
- `aside`: `seq`, `received_at`, `why` and `body` (zlib) of what came but could not be read;
- `dictionaries`: `number` and `content`, see `bodies`;
- `holder`: who fills the journal at present, see `holding`.

Texts and identifiers are TEXT, times REAL (UTC seconds), counts and flags INTEGER (flags 0 or 1); what is not
known is NULL. An arrival whose fingerprint is there already is not stored again; another fingerprint makes
another row.

Several programs may write to one file. Each of them sees in a turn, before it writes, what the others have written
since its last one, so that all of them have the same rows in the same order.
"""

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa

from openqq_nb import bodies, records
from openqq_nb.columns import Schema, plain_text
from openqq_nb.database import Connection, Database
from openqq_nb.errors import InvalidInput, listed
from openqq_nb.models import Arrival, Row
from openqq_nb.schema import EVENTS, MESSAGES

ASIDE_ROWS = 1_000
ASIDE_BYTES = 64 * 2**20


def recorded(arrival: Arrival) -> records.Entry:
    """Write the row of an arrival as the tables have it."""
    return records.entry(records.ARRIVALS[arrival.kind], arrival.row, arrival.extra)


@dataclass(frozen=True, slots=True)
class Stored:
    """Where an arrival is kept.

    Attributes:
        seq: its number in the journal; of two arrivals the later one has the higher number.
        new: whether it came for the first time.
    """

    seq: int
    new: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """An arrival that another program has stored.

    Attributes:
        seq: its number in the journal.
        arrival: its row; `raw` is not read.
        posted: whether a body was kept, as it is of all that a server posted.
        whole: whether its row was changed after it was stored.
    """

    seq: int
    arrival: Arrival
    posted: bool
    whole: bool


@dataclass(frozen=True, slots=True)
class News:
    """What other programs have written since the last turn.

    Attributes:
        kept: new arrivals, in order of `seq`.
        changed: by `seq`, all known columns of messages that were there and were changed.
    """

    kept: Sequence[Kept] = ()
    changed: Mapping[int, Row] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Tell whether there is any."""
        return bool(self.kept or self.changed)


@dataclass(frozen=True, slots=True)
class Holder:
    """Who fills a journal, or did so last.

    Attributes:
        kind: what it is, in words.
        pid: its number among the processes of the machine.
        port: where it listens; None where it does not.
        since: when it began, in UTC seconds.
    """

    kind: str
    pid: int
    port: int | None
    since: float

    def __str__(self) -> str:
        """Say who it is."""
        return f"{self.kind} (process {self.pid})"


class Turn:
    """One transaction, in which nobody else can write.

    Args:
        connection: inside the transaction.
        mark: up to where the rows are known.
        packer: compresses bodies.
        anew: whether it is the first on another file than the turns before, as after the journal was moved away.
    """

    def __init__(
        self, connection: Connection, mark: "_Mark", packer: bodies.Packer, *, anew: bool = False
    ) -> None:
        self.anew = anew
        self._connection = connection
        self._packer = packer
        self.mark = mark
        self._seq, self._revision = _reached(connection)

    def news(self) -> News:
        """Give what others have written since the last turn."""
        known, self.mark = self.mark, _Mark(self._seq, self._revision, self.mark.dictionary)
        if known.seq == self._seq and known.revision == self._revision:
            return News()
        kept = [*self._kept("message", known.seq), *self._kept("event", known.seq)]
        return News(sorted(kept, key=lambda one: one.seq), self._changed(known))

    def present(self, fingerprints: Sequence[str]) -> frozenset[str]:
        """Tell which of some fingerprints the journal holds."""
        return _present(self._connection, fingerprints)

    def append(self, arrivals: Sequence[Arrival], entries: Sequence[records.Entry]) -> list[int]:
        """Store arrivals, none of which is there, with their rows as `recorded` writes them; gives their numbers."""
        packed, dictionary = self._packer.packed, self.mark.dictionary
        numbers = range(self._seq + 1, self._seq + 1 + len(arrivals))
        self._connection.executemany(
            "INSERT INTO arrivals (seq, fingerprint, body, dictionary) VALUES (?, ?, ?, ?)",
            [
                (seq, one.fingerprint, packed(one.raw), dictionary)
                for seq, one in zip(numbers, arrivals, strict=True)
            ],
        )
        for kind, statement in _INSERT.items():
            rows = [
                (seq, *entry.cells, records.extra_json(entry))
                for seq, one, entry in zip(numbers, arrivals, entries, strict=True)
                if one.kind == kind
            ]
            if rows:
                self._connection.executemany(statement, rows)
        self._seq += len(arrivals)
        self._note()
        return list(numbers)

    def amend(self, changes: Mapping[int, Row], posts: Mapping[int, Arrival]) -> None:
        """Fill or change cells of messages that are kept; see `Journal.amend`."""
        _check_columns(changes)
        if changes:
            self._revision += 1
        for seq, row in changes.items():
            _update(self._connection, seq, row, self._revision)
        for seq, post in posts.items():
            self._connection.execute(
                _TAKE_OVER, (post.fingerprint, self._packer.packed(post.raw), self.mark.dictionary, seq)
            )
        self._note()

    def set_aside(self, posts: Sequence[records.Aside]) -> None:
        """Keep posts that could not be read; see `Journal.set_aside`."""
        self._connection.executemany(
            "INSERT INTO aside (received_at, why, body) VALUES (?, ?, ?)",
            [(one.received_at, plain_text(one.why), bodies.packed_alone(one.body)) for one in posts],
        )
        self._connection.execute(_TRIM_ASIDE, (ASIDE_ROWS, ASIDE_BYTES))

    def aside(self) -> list[records.Aside]:
        """Give the posts that could not be read, oldest first."""
        return records.aside(self._connection)

    def seq_of(self, fingerprint: str) -> int:
        """Give the number of an arrival that is there."""
        return int(self._connection.execute(_SEQ, (fingerprint,)).fetchone()[0])

    def _note(self) -> None:
        self.mark = _Mark(self._seq, self._revision, self.mark.dictionary)

    def _kept(self, kind: records.ArrivalKind, after: int) -> Iterator[Kept]:
        found = self._connection.execute(_KEPT[kind], (after,)).fetchall()
        rows = records.rows(records.ARRIVALS[kind], (one[4:] for one in found))
        for (seq, fingerprint, size, revision, *_), (row, extra) in zip(found, rows, strict=True):
            answerable = kind == "message" and row.get("msg_class") != "send"
            arrival = Arrival(kind, row, fingerprint, extra=extra, answerable=answerable)
            yield Kept(seq, arrival, size > 0, revision is not None)

    def _changed(self, known: "_Mark") -> dict[int, Row]:
        found = self._connection.execute(_CHANGED, (known.revision, known.seq)).fetchall()
        rows = records.rows(MESSAGES, (one[1:] for one in found))
        return {seq: row for (seq, *_), (row, _) in zip(found, rows, strict=True)}


class Journal:
    """A durable store of arrivals; safe to use from several threads, and from several processes on one file.

    Args:
        database: an open database; `Journal.open` makes one.
        clock: tells the time in UTC seconds.
    """

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock
        self._packer = bodies.Packer()
        with self._database.writing() as connection:
            self._mark = _met(connection, None)
        self._connection, self._files = connection, self._database.files
        self._last_s = clock()

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

    @contextmanager
    def turn(self, *, writing: bool = True) -> Iterator[Turn]:
        """Give one durable transaction: when the block ends, all that was written in it is on the disk.

        Args:
            writing: False for one that only reads, which keeps nobody else from writing.

        Raises:
            JournalFailed: nothing of all this was stored.
        """
        with self._database.writing() if writing else self._database.looking() as connection:
            files = self._database.files
            mark, anew = self._mark, files != self._files
            if connection is not self._connection:
                mark = _met(connection, None if anew else self._mark)
                anew = anew or mark.seq < self._mark.seq or mark.revision < self._mark.revision
                if anew:
                    # Others who share the journal may have begun to fill this file already.
                    mark = replace(mark, seq=_seq_before(connection, self._last_s))
            turn = Turn(connection, mark, self._packer, anew=anew)
            yield turn
        self._connection, self._mark, self._files = connection, turn.mark, files
        self._last_s = self._clock()

    def version(self) -> int:
        """Give a number that changes when another program has written to the journal.

        Raises:
            JournalFailed: the file cannot be read.
        """
        return self._database.version()

    def append(self, arrivals: Sequence[Arrival]) -> list[Stored]:
        """Keep arrivals in one durable transaction; when it returns, they are on the disk.

        Args:
            arrivals: with complete rows; those that are already there by fingerprint are not stored again.

        Returns:
            One `Stored` an arrival, in the same order.

        Raises:
            JournalFailed: nothing of all this was stored.
        """
        with self.turn() as turn:
            present = turn.present([one.fingerprint for one in arrivals])
            first = {one.fingerprint: one for one in reversed(arrivals) if one.fingerprint not in present}
            new = [one for one in arrivals if first.get(one.fingerprint) is one]
            numbers = dict(
                zip((id(one) for one in new), turn.append(new, [recorded(one) for one in new]), strict=True)
            )
            return [
                Stored(seq, new=True)
                if (seq := numbers.get(id(one)))
                else Stored(turn.seq_of(one.fingerprint), new=False)
                for one in arrivals
            ]

    def present(self, fingerprints: Sequence[str]) -> frozenset[str]:
        """Tell which of some fingerprints the journal holds, also while another program keeps it from being written to.

        Raises:
            JournalFailed: the file cannot be read.
        """
        with self._database.reading() as connection:
            return _present(connection, fingerprints)

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
        with self.turn() as turn:
            turn.amend(changes, posts or {})

    def set_aside(self, body: bytes, why: str) -> None:
        """Keep a post that could not be read; the newest 1,000 are kept, as far as they fit into 64 MiB.

        Args:
            body: the bytes as they came.
            why: what was wrong, in a sentence.
        """
        with self.turn() as turn:
            turn.set_aside([records.Aside(self._clock(), why, body)])

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

    def numbers(self) -> list[int]:
        """Give the number of each row of `messages`, in the same order."""
        with self._database.reading() as connection:
            found = connection.execute(
                "SELECT seq FROM messages WHERE seq <= ? ORDER BY seq", (self._mark.seq,)
            )
            return [seq for (seq,) in found]

    def sign(self, holder: Holder) -> None:
        """Write down who fills the journal from now on."""
        with self._database.writing() as connection:
            connection.execute("DELETE FROM holder")
            connection.execute("INSERT INTO holder VALUES (?, ?, ?, ?)", astuple(holder))

    def holder(self) -> Holder | None:
        """Tell who fills the journal, or did so last; None if nobody ever did."""
        with self._database.reading() as connection:
            found = connection.execute("SELECT kind, pid, port, since FROM holder").fetchone()
        return None if found is None else Holder(*found)

    def body(self, seq: int) -> bytes:
        """Give the bytes of one arrival as they came.

        Raises:
            InvalidInput: the journal holds no arrival of that number.
        """
        with self._database.reading() as connection:
            row = connection.execute(_BODY, (seq,)).fetchone()
        if row is None:
            raise InvalidInput(
                f"The journal holds no arrival number {seq}.\nTake a number that `append` returned."
            )
        return bodies.unpacked(*row)

    def _read(self, schema: Schema) -> pa.Table:
        with self._database.reading() as connection:
            return records.read(connection, schema, self._mark.seq)


@dataclass(frozen=True, slots=True)
class _Mark:
    """Up to where the rows of a journal are known, and which dictionary new bodies are compressed with."""

    seq: int
    revision: int
    dictionary: int


def _met(connection: Connection, known: _Mark | None) -> _Mark:
    """Meet a file for the first time, or once more after it was replaced."""
    connection.execute("INSERT OR IGNORE INTO dictionaries (content) VALUES (?)", (bodies.DICTIONARY,))
    (dictionary,) = connection.execute(
        "SELECT number FROM dictionaries WHERE content = ?", (bodies.DICTIONARY,)
    ).fetchone()
    seq, revision = _reached(connection)
    if known is None or seq < known.seq or revision < known.revision:
        return _Mark(seq, revision, dictionary)
    return _Mark(known.seq, known.revision, dictionary)


def _seq_before(connection: Connection, last_s: float) -> int:
    return int(connection.execute(_BEFORE, (last_s, last_s)).fetchone()[0])


def _reached(connection: Connection) -> tuple[int, int]:
    seq, revision = connection.execute(_REACHED).fetchone()
    return int(seq or 0), int(revision or 0)


def _present(connection: Connection, fingerprints: Sequence[str]) -> frozenset[str]:
    found = connection.execute(_PRESENT, (json.dumps(fingerprints),))
    return frozenset(fingerprint for (fingerprint,) in found)


_REACHED = """
SELECT (SELECT seq FROM sqlite_sequence WHERE name = 'arrivals'),
    (SELECT max(revision) FROM messages WHERE revision IS NOT NULL)
"""
_BEFORE = """
SELECT coalesce(max(seq), 0) FROM (
    SELECT seq FROM messages WHERE received_at < ? UNION ALL SELECT seq FROM events WHERE received_at < ?
)
"""
_PRESENT = "SELECT fingerprint FROM json_each(?) JOIN arrivals ON fingerprint = value"
_SEQ = "SELECT seq FROM arrivals WHERE fingerprint = ?"
_BODY = "SELECT body, content FROM arrivals LEFT JOIN dictionaries ON number = dictionary WHERE seq = ?"
# Where another row has that fingerprint already, both stay as they are.
_TAKE_OVER = "UPDATE OR IGNORE arrivals SET fingerprint = ?, body = ?, dictionary = ? WHERE seq = ?"

# Seen from the newest, a row stays while it is among the first so many and they fit; the newest always stays.
_TRIM_ASIDE = """
DELETE FROM aside WHERE seq IN (
    SELECT seq FROM (
        SELECT seq, row_number() OVER newest AS place, sum(length(body)) OVER newest AS bytes
        FROM aside WINDOW newest AS (ORDER BY seq DESC)
    ) WHERE place > ? OR (bytes > ? AND place > 1)
)
"""


def _columns(schema: Schema) -> str:
    return ", ".join(f'"{name}"' for name in (*schema.names, "extra"))


def _insert_statement(schema: Schema) -> str:
    marks = ", ".join("?" * (len(schema.names) + 2))
    return f"INSERT INTO {schema.name.lower()} (seq, {_columns(schema)}) VALUES ({marks})"  # noqa: S608 -- names of our own


def _kept_statement(schema: Schema, revision: str) -> str:
    return (
        f"SELECT seq, fingerprint, length(body), {revision}, {_columns(schema)} "  # noqa: S608 -- names of our own
        f"FROM {schema.name.lower()} JOIN arrivals USING (seq) WHERE seq > ? ORDER BY seq"
    )


_INSERT: Mapping[str, str] = {kind: _insert_statement(schema) for kind, schema in records.ARRIVALS.items()}
_KEPT: Mapping[str, str] = {
    "message": _kept_statement(MESSAGES, "revision"),
    "event": _kept_statement(EVENTS, "NULL"),
}
_CHANGED = f"SELECT seq, {_columns(MESSAGES)} FROM messages WHERE revision > ? AND seq <= ? ORDER BY seq"  # noqa: S608 -- as above


def _check_columns(changes: Mapping[int, Row]) -> None:
    unknown = sorted({name for row in changes.values() for name in row} - set(MESSAGES.names))
    if unknown:
        raise InvalidInput(
            f"Messages have no column {', '.join(unknown)}.\nThere are:{listed(MESSAGES.names)}"
        )


def _update(connection: Connection, seq: int, row: Row, revision: int) -> None:
    names = ", ".join(f'"{name}" = ?' for name in (*row, "revision"))
    cells = [records.cell(value, MESSAGES.column(name)) for name, value in row.items()]
    connection.execute(
        f"UPDATE messages SET {names} WHERE seq = ?",  # noqa: S608 -- the names were checked
        (*cells, revision, seq),
    )
