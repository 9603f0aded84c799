"""The file of a journal, open for reading and writing."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import astuple, replace
from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa

from openqq_nb import bodies, records
from openqq_nb.columns import Schema
from openqq_nb.database import Database
from openqq_nb.errors import InvalidInput
from openqq_nb.journal import statements
from openqq_nb.journal.told import Holder, Stored
from openqq_nb.journal.turn import Turn, met, present_in, recorded, seq_before
from openqq_nb.models import Arrival, Row
from openqq_nb.schema import EVENTS, MESSAGES


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
            self._mark = met(connection, None)
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
                mark = met(connection, None if anew else self._mark)
                anew = anew or mark.seq < self._mark.seq or mark.revision < self._mark.revision
                if anew:
                    # Others who share the journal may have begun to fill this file already.
                    mark = replace(mark, seq=seq_before(connection, self._last_s))
            turn = Turn(connection, mark, self._packer, anew=anew)
            try:
                yield turn
            except BaseException:
                self._heard(turn, files)
                raise
        self._connection, self._mark, self._files = connection, turn.mark, files
        self._last_s = self._clock()

    def _heard(self, turn: Turn, files: int) -> None:
        """Take note of what was told of others in a turn that failed, so that it is not told again."""
        if turn.heard is not None:
            self._mark, self._files = replace(turn.heard, dictionary=self._mark.dictionary), files

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
            return present_in(connection, fingerprints)

    def last_written(self, before_s: float) -> Mapping[str, float]:
        """Tell when the last message of each chat with a friend or in a group was written, by its `chat_key`.

        Args:
            before_s: only what was received before that counts, in UTC seconds.
        """
        with self._database.reading() as connection:
            found = connection.execute(statements.LAST_WRITTEN, (before_s,)).fetchall()
        return {key: written_s for key, written_s in found if written_s is not None}

    def sent(self, chat_key: str, since_s: float) -> frozenset[str]:
        """Give the `msg_id` of what the account has written in a chat since a moment."""
        with self._database.reading() as connection:
            return frozenset(one for (one,) in connection.execute(statements.SENT, (chat_key, since_s)))

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
            connection.execute(
                "INSERT INTO holder (kind, pid, port, since, account) VALUES (?, ?, ?, ?, ?)", astuple(holder)
            )

    def holder(self) -> Holder | None:
        """Tell who fills the journal, or did so last; None if nobody ever did."""
        with self._database.reading() as connection:
            found = connection.execute("SELECT kind, pid, port, since, account FROM holder").fetchone()
        return None if found is None else Holder(*found)

    def body(self, seq: int) -> bytes:
        """Give the bytes of one arrival as they came.

        Raises:
            InvalidInput: the journal holds no arrival of that number.
        """
        with self._database.reading() as connection:
            row = connection.execute(statements.BODY, (seq,)).fetchone()
        if row is None:
            raise InvalidInput(
                f"The journal holds no arrival number {seq}.\nTake a number that `append` returned."
            )
        return bodies.unpacked(*row)

    def _read(self, schema: Schema) -> pa.Table:
        with self._database.reading() as connection:
            return records.read(connection, schema, self._mark.seq)
