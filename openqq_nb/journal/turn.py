"""One transaction on a journal, in which nobody else can write."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from openqq_nb import bodies, records
from openqq_nb.columns import plain_text
from openqq_nb.database import Connection
from openqq_nb.errors import InvalidInput, listed
from openqq_nb.journal import statements
from openqq_nb.journal.told import Kept, News
from openqq_nb.models import Arrival, Recalled, Row
from openqq_nb.schema import MESSAGES

ASIDE_ROWS = 1_000
ASIDE_BYTES = 64 * 2**20
# There is no index by `msg_id`: it would cost something with each message, and few are taken back.
LOOKED_THROUGH = 200_000


def recorded(arrival: Arrival) -> records.Entry:
    """Write the row of an arrival as the tables have it."""
    return records.entry(records.ARRIVALS[records.kind_of(arrival)], arrival.row, arrival.extra)


@dataclass(frozen=True, slots=True)
class Mark:
    """Up to where the rows of a journal are known, and which dictionary new bodies are compressed with."""

    seq: int
    revision: int
    dictionary: int


def met(connection: Connection, known: Mark | None) -> Mark:
    """Meet a file for the first time, or once more after it was replaced."""
    dictionary = _dictionary(connection)
    seq, revision = _reached(connection)
    if known is None or seq < known.seq or revision < known.revision:
        return Mark(seq, revision, dictionary)
    return Mark(known.seq, known.revision, dictionary)


def _dictionary(connection: Connection) -> int:
    """Give the number of our dictionary in a file, which is told of it when it has none yet."""
    question = "SELECT number FROM dictionaries WHERE content = ?"
    found = connection.execute(question, (bodies.DICTIONARY,)).fetchone()
    if found is None:
        connection.execute("INSERT INTO dictionaries (content) VALUES (?)", (bodies.DICTIONARY,))
        found = connection.execute(question, (bodies.DICTIONARY,)).fetchone()
    return int(found[0])


def seq_before(connection: Connection, last_s: float) -> int:
    """Give the number of the last row that was received before a time."""
    return int(connection.execute(statements.BEFORE, (last_s, last_s)).fetchone()[0])


def _reached(connection: Connection) -> tuple[int, int]:
    seq, revision = connection.execute(statements.REACHED).fetchone()
    return int(seq or 0), int(revision or 0)


def present_in(connection: Connection, fingerprints: Sequence[str]) -> frozenset[str]:
    """Tell which of some fingerprints a journal holds."""
    found = connection.execute(statements.PRESENT, (json.dumps(fingerprints),))
    return frozenset(fingerprint for (fingerprint,) in found)


class Turn:
    """One transaction, in which nobody else can write.

    Args:
        connection: inside the transaction.
        mark: up to where the rows are known.
        packer: compresses bodies.
        anew: whether it is the first on another file than the turns before, as after the journal was moved away.

    Attributes:
        heard: up to where `news` has told of what others wrote.
    """

    def __init__(
        self, connection: Connection, mark: Mark, packer: bodies.Packer, *, anew: bool = False
    ) -> None:
        self.anew = anew
        self._connection = connection
        self._packer = packer
        self.mark = mark
        self.heard: Mark | None = None
        self._seq, self._revision = _reached(connection)

    def news(self) -> News:
        """Give what others have written since the last turn."""
        known, self.mark = self.mark, Mark(self._seq, self._revision, self.mark.dictionary)
        self.heard = self.mark
        if known.seq == self._seq and known.revision == self._revision:
            return News()
        kept = [*self._kept("message", known.seq), *self._kept("event", known.seq)]
        return News(sorted(kept, key=lambda one: one.seq), self._changed(known))

    def present(self, fingerprints: Sequence[str]) -> frozenset[str]:
        """Tell which of some fingerprints the journal holds."""
        return present_in(self._connection, fingerprints)

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
        for kind, statement in statements.INSERT.items():
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
                statements.TAKE_OVER,
                (post.fingerprint, self._packer.packed(post.raw), self.mark.dictionary, seq),
            )
        self._note()

    def recalled(self, recalled: Recalled) -> int | None:
        """Find the number of the message that was taken back; None if it is not among the last ones."""
        if recalled.gnumber is not None:
            question, place = statements.RECALLED_IN_GROUP, recalled.gnumber
        else:
            question, place = statements.RECALLED_BETWEEN_TWO, recalled.qq or ""
        since = max(0, self._seq - LOOKED_THROUGH)
        found = self._connection.execute(
            question, {"since": since, "msg_id": recalled.msg_id, "place": place}
        ).fetchone()
        return None if found is None else int(found[0])

    def set_aside(self, posts: Sequence[records.Aside]) -> None:
        """Keep posts that could not be read; see `Journal.set_aside`."""
        self._connection.executemany(
            "INSERT INTO aside (received_at, why, body) VALUES (?, ?, ?)",
            [(one.received_at, plain_text(one.why), bodies.packed_alone(one.body)) for one in posts],
        )
        self._connection.execute(statements.TRIM_ASIDE, (ASIDE_ROWS, ASIDE_BYTES))

    def aside(self) -> list[records.Aside]:
        """Give the posts that could not be read, oldest first."""
        return records.aside(self._connection)

    def seq_of(self, fingerprint: str) -> int:
        """Give the number of an arrival that is there."""
        return int(self._connection.execute(statements.SEQ, (fingerprint,)).fetchone()[0])

    def _note(self) -> None:
        self.mark = Mark(self._seq, self._revision, self.mark.dictionary)

    def _kept(self, kind: records.ArrivalKind, after: int) -> Iterator[Kept]:
        found = self._connection.execute(statements.KEPT[kind], (after,)).fetchall()
        rows = records.rows(records.ARRIVALS[kind], (one[4:] for one in found))
        for (seq, fingerprint, size, revision, *_), (row, extra) in zip(found, rows, strict=True):
            answerable = kind == "message" and row.get("msg_class") != "send"
            arrival = Arrival(kind, row, fingerprint, extra=extra, answerable=answerable)
            yield Kept(seq, arrival, size > 0, revision is not None)

    def _changed(self, known: Mark) -> dict[int, Row]:
        found = self._connection.execute(statements.CHANGED, (known.revision, known.seq)).fetchall()
        rows = records.rows(MESSAGES, (one[1:] for one in found))
        return {seq: row for (seq, *_), (row, _) in zip(found, rows, strict=True)}


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
