"""The ledger of broadcasts: what was planned, and what became of every single message.

It is one SQLite file per account, of a format of its own (`database.BROADCASTS`). Table `broadcasts` has one row a
key. Table `deliveries` has one row per (broadcast, recipient), with the text as it was frozen when it was first
planned, as given to the server (`text`) and, where the server changes it, as it arrives (`arrives`); `login` labels the
login that `id`, `gid` and `did` are of, and `by_id` tells that these find the recipient, and the permanent number,
which came from elsewhere, does not; `over_at` is when the last try was over. Table `delivery_history` has a row for
each change of state. Table `claims` counts the tries of all. Table `exclusions` has those who are never written to.
Beside them are kept the rosters by which logins are told apart, see `rosters`.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa

from openqq_nb.broadcast.pace import Pace
from openqq_nb.broadcast.pacing import DAY_S, Attempt
from openqq_nb.broadcast.rows import PLANNED, Due, Kept, just_planned, kept_of, read_rows, written
from openqq_nb.broadcast.states import Change, before
from openqq_nb.database import BROADCASTS, Connection, Database
from openqq_nb.errors import InvalidInput, JournalFailed, NotFound, listed
from openqq_nb.holds import PATIENCE_S, FileHold
from openqq_nb.models import Delivery
from openqq_nb.settings import file_name

# For the longest rest that anybody would have after so many messages in a row.
_ATTEMPTS = 1000
# A send without an outcome for longer is of a program that has ended.
_LONGEST_SEND_S = 60.0


class Hold:
    """The right to send a broadcast, until it is let go of; the system lets go of it when the program ends."""

    def __init__(self, release: Callable[[], object]) -> None:
        self._release: Callable[[], object] | None = release

    def let_go(self) -> None:
        """Let others send it; letting go twice does no harm."""
        release, self._release = self._release, None
        if release is not None:
            release()


class Planning:
    """One durable transaction in which a broadcast is planned; what others have written is seen whole or not at all.

    Args:
        connection: in a transaction.

    Attributes:
        made: the rows of broadcasts that are wholly of this transaction, by key; they need not be read.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._empty: set[str] = set()
        self.made: dict[str, pa.Table] = {}

    def kept(self, key: str) -> Kept | None:
        """Give a broadcast by its key."""
        return kept_of(self._connection, key)

    def rows(self, key: str) -> pa.Table:
        """Give the rows of a broadcast, in order; the columns `ROWS`."""
        found = self.made.get(key)
        return read_rows(self._connection, key) if found is None else found

    def begin(self, key: str, template: str, pace: Pace, at_s: float) -> None:
        """Make a broadcast without recipients."""
        self._connection.execute(
            "INSERT INTO broadcasts (key, template, pace, made_at) VALUES (?, ?, ?, ?)",
            (key, template, written(pace), at_s),
        )
        self._empty.add(key)

    def change_pace(self, key: str, pace: Pace) -> None:
        """Give a broadcast another pace."""
        self._connection.execute("UPDATE broadcasts SET pace = ? WHERE key = ?", (written(pace), key))

    def add(self, key: str, rows: pa.Table) -> None:
        """Add rows to a broadcast; of those that are there already nothing changes.

        Args:
            key: of the broadcast.
            rows: with the columns `PLANNED`.
        """
        if not rows.num_rows:
            return
        (number,) = self._connection.execute("SELECT seq FROM broadcasts WHERE key = ?", (key,)).fetchone()
        # What nobody has costs as much to write as what everybody has.
        names = [name for name in PLANNED if rows[name].null_count < rows.num_rows]
        places = ", ".join("?" * len(names))
        before = self._connection.total_changes
        self._connection.executemany(
            f"INSERT INTO deliveries (broadcast, {', '.join(names)}) VALUES ({number}, {places}) "  # noqa: S608 - our names
            "ON CONFLICT (identity, broadcast) DO NOTHING",
            zip(*(rows[name].to_pylist() for name in names), strict=True),
        )
        self.made.pop(key, None)
        if key in self._empty and self._connection.total_changes - before == rows.num_rows:
            (last,) = self._connection.execute("SELECT last_insert_rowid()").fetchone()
            self.made[key] = just_planned(rows, last)
        self._empty.discard(key)

    def mend(self, key: str, rows: pa.Table, at_s: float) -> None:
        """Plan skipped rows anew, with the text and the numbers of now.

        Args:
            key: of the broadcast.
            rows: with the columns `PLANNED` and `seq`.
            at_s: the time, in UTC seconds.
        """
        settings = ", ".join(f"{name} = :{name}" for name in PLANNED if name != "identity")
        self.made.pop(key, None)
        mended = rows.to_pylist()
        self._connection.executemany(
            f"UPDATE deliveries SET {settings} WHERE seq = :seq AND delivery = 'skipped'",  # noqa: S608 - our names
            mended,
        )
        self._connection.executemany(
            "INSERT INTO delivery_history (line, at, delivery, problem) VALUES (?, ?, ?, ?)",
            [(row["seq"], at_s, row["delivery"], row["problem"]) for row in mended],
        )

    def skip(self, key: str, rows: pa.Table, at_s: float) -> None:
        """Leave out pending rows after all.

        Args:
            key: of the broadcast.
            rows: with the columns `seq` and `problem`.
            at_s: the time, in UTC seconds.
        """
        self.made.pop(key, None)
        for row in rows.select(["seq", "problem"]).to_pylist():
            _write(self._connection, Change(row["seq"], Delivery.SKIPPED, problem=row["problem"]), at_s)

    def renew(self, key: str, rows: pa.Table) -> None:
        """Give pending rows the ids of the present login; their texts stay.

        Args:
            key: of the broadcast.
            rows: with the columns `seq`, `id`, `gid`, `login` and `by_id`.
        """
        self.made.pop(key, None)
        self._connection.executemany(
            "UPDATE deliveries SET id = :id, gid = :gid, login = :login, by_id = :by_id "
            "WHERE seq = :seq AND delivery = 'pending'",
            rows.to_pylist(),
        )


class Ledger:
    """The broadcasts of one account; safe to use from several threads and beside several programs.

    Args:
        path: the file, in a folder that exists; `None` keeps everything in memory only.

    Attributes:
        database: the open file, for the exclusions in it.

    Raises:
        JournalFailed: the file is no ledger of broadcasts, is damaged, or is of a newer version; it is left as it is.
    """

    def __init__(self, path: Path | None) -> None:
        self.database = Database(path, BROADCASTS)
        self._locks: dict[str, threading.Lock] = {}
        # What was read last, and of which state of the file: people look several times at one broadcast.
        self._read: tuple[tuple[str, Connection, int, int], pa.Table] | None = None

    def __repr__(self) -> str:
        return f"<Ledger {self.database.path or 'in memory'}>"

    @contextmanager
    def planning(self) -> Iterator[Planning]:
        """Give one durable transaction: all that is planned in it is kept, or nothing.

        Raises:
            JournalFailed: it could not be written.
        """
        with self.database.writing() as connection:
            planning = Planning(connection)
            yield planning
            state = _state_of(connection)
        for key, rows in planning.made.items():
            self._read = (key, *state), rows

    def kept(self, key: str) -> Kept | None:
        """Give a broadcast by its key."""
        with self.database.looking() as connection:
            return kept_of(connection, key)

    def the(self, key: str) -> Kept:
        """Give a broadcast by its key.

        Raises:
            NotFound: there is none; the error lists those that there are.
        """
        kept = self.kept(key)
        if kept is None:
            keys = self.keys()
            choices = f" There are:{listed(keys)}" if keys else " There is none yet."
            raise NotFound(
                f"No broadcast has the key {key!r}.{choices}\nmy.broadcast(text, to=…, key={key!r}) plans one."
            )
        return kept

    def keys(self) -> list[str]:
        """Give the keys of all broadcasts, the oldest first."""
        with self.database.looking() as connection:
            return [key for (key,) in connection.execute("SELECT key FROM broadcasts ORDER BY seq")]

    def rows(self, key: str, states: Sequence[str] = ()) -> pa.Table:
        """Give the rows of a broadcast, or those in some states, in order; the columns `ROWS`."""
        with self.database.looking() as connection:
            if states:
                return read_rows(connection, key, states)
            asked = (key, *_state_of(connection))
            read = self._read
            if read is None or read[0] != asked:
                self._read = read = asked, read_rows(connection, key)
            return read[1]

    def summary(self) -> list[dict[str, Any]]:
        """Give one row a broadcast: key, template, times, and how many of it are in which state."""
        counts = ", ".join(f"count(*) FILTER (WHERE delivery = '{state}') AS {state}" for state in Delivery)
        with self.database.looking() as connection:
            found = connection.execute(
                f"SELECT key, template, made_at, count(deliveries.seq) AS recipients, {counts}, "  # noqa: S608 - our names
                "max(attempted_at) AS attempted_at FROM broadcasts LEFT JOIN deliveries "
                "ON deliveries.broadcast = broadcasts.seq GROUP BY broadcasts.seq ORDER BY broadcasts.seq"
            )
            names = [column[0] for column in found.description]
            return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def counts(self, key: str) -> dict[Delivery, int]:
        """Tell how many rows of a broadcast are in which state."""
        with self.database.looking() as connection:
            found = connection.execute(
                "SELECT delivery, count(*) FROM deliveries JOIN broadcasts ON broadcasts.seq = broadcast "
                "WHERE key = ? GROUP BY delivery",
                (key,),
            ).fetchall()
        return {state: dict(found).get(state.value, 0) for state in Delivery}

    def due(self, key: str) -> list[Due]:
        """Give what is to be sent of a broadcast, in order."""
        names = (
            "recipient_type",
            "qq",
            "gnumber",
            "did",
            "displayname",
            "nick",
            "gname",
            "dname",
            "id",
            "gid",
        )
        with self.database.looking() as connection:
            found = connection.execute(
                f"SELECT deliveries.seq, recipient_type, text, login, by_id, {', '.join(names)} FROM deliveries "  # noqa: S608 - our names
                "JOIN broadcasts ON broadcasts.seq = broadcast WHERE key = ? AND delivery = 'pending' "
                "ORDER BY deliveries.seq",
                (key,),
            ).fetchall()
        return [
            Due(seq, kind, dict(zip(names, row, strict=True)), text, login, bool(by_id))
            for seq, kind, text, login, by_id, *row in found
        ]

    def claims(self) -> int:
        """Tell how often a message was claimed, under any key."""
        with self.database.looking() as connection:
            (made,) = connection.execute("SELECT made FROM claims").fetchone()
        return int(made)

    def attempts(self, now_s: float, mine: str | None = None) -> list[Attempt]:
        """Give what was sent under any key of late, oldest first, as the pace wants it.

        Args:
            now_s: the time, in UTC seconds.
            mine: the key that is sent here; what of it has no outcome is of a program that has ended.
        """
        with self.database.looking() as connection:
            found = connection.execute(
                "SELECT CASE WHEN flies THEN :now ELSE max(attempted_at, coalesce(over_at, attempted_at)) END, "
                "is_group, flies FROM "
                "(SELECT attempted_at, over_at, recipient_type = 'group' AS is_group, over_at IS NULL AND broadcast "
                "IS NOT (SELECT seq FROM broadcasts WHERE key = :mine) AND attempted_at > :now - :longest "
                "AND attempted_at <= :now AS flies FROM deliveries "
                "WHERE attempted_at IS NOT NULL AND (attempted_at > :now - :day OR seq IN (SELECT seq FROM deliveries "
                "WHERE attempted_at IS NOT NULL ORDER BY attempted_at DESC LIMIT :least)) ORDER BY attempted_at DESC "
                "LIMIT :most)",
                {
                    "now": now_s, "mine": mine, "longest": _LONGEST_SEND_S, "day": DAY_S,
                    "least": _ATTEMPTS, "most": 100 * _ATTEMPTS,
                },
            ).fetchall()  # fmt: skip
        return [Attempt(at_s, bool(is_group), bool(flies)) for at_s, is_group, flies in sorted(found)]

    def open_rows(self, key: str) -> pa.Table:
        """Give the rows of which it is not known what became of them, the one that is under way included."""
        return self.rows(key, ("accepted", "unknown"))

    def write(self, changes: Sequence[Change], at_s: float) -> None:
        """Write what became of messages, in one durable transaction.

        Args:
            changes: in their order.
            at_s: the time, in UTC seconds.

        Raises:
            JournalFailed: nothing of it was written: the disk, or another program has changed one of them meanwhile.
        """
        with self.database.writing() as connection:
            for change in changes:
                _write(connection, change, at_s)

    def claim(self, claim: Change, owed: Sequence[Change], at_s: float, seen: int) -> bool:
        """Write that a message is about to leave, unless another broadcast has sent meanwhile.

        Args:
            claim: of the message.
            owed: what is to be written before, in the same transaction.
            at_s: the time, in UTC seconds.
            seen: how many claims are known, as `claims` counts them.

        Returns:
            False, and nothing was written, if there were others: the pace counts them, too.

        Raises:
            JournalFailed: as for `write`.
        """
        with self.database.writing() as connection:
            # A count, not a time: a clock may be set back.
            if connection.execute("UPDATE claims SET made = made + 1 WHERE made = ?", (seen,)).rowcount != 1:
                return False
            for change in (*owed, claim):
                _write(connection, change, at_s)
        return True

    def forget(self, key: str) -> None:
        """Drop a broadcast of which nothing was ever sent.

        Raises:
            InvalidInput: something was, or may have been.
        """
        with self.database.writing() as connection:
            kept = kept_of(connection, key)
            if kept is None:
                return
            (tried,) = connection.execute(
                "SELECT count(*) FROM deliveries WHERE broadcast = ? AND tries > 0", (kept.seq,)
            ).fetchone()
            if tried:
                raise InvalidInput(
                    f"The broadcast {key!r} cannot be forgotten: {tried} of its messages were sent, or may have been, "
                    "and must not be sent again. Use another key for something new."
                )
            connection.execute("DELETE FROM broadcasts WHERE seq = ?", (kept.seq,))

    def history(self, seq: int) -> list[tuple[float, Delivery, str | None]]:
        """Give each change of a message: when, to what, and why."""
        with self.database.looking() as connection:
            found = connection.execute(
                "SELECT at, delivery, problem FROM delivery_history WHERE line = ? ORDER BY seq", (seq,)
            ).fetchall()
        return [(at_s, Delivery(delivery), problem) for at_s, delivery, problem in found]

    def hold(self, key: str, patience_s: float = PATIENCE_S) -> Hold | None:
        """Take the right to send a broadcast; None if another program, or another run of this one, has it.

        Args:
            key: of the broadcast.
            patience_s: for how long to try, in seconds.

        Raises:
            JournalFailed: there is no place for the file that says so.
        """
        path = self.database.path
        if path is None:
            lock = self._locks.setdefault(key, threading.Lock())
            return Hold(lock.release) if lock.acquire(timeout=patience_s) else None
        beside = path.with_name(f"{path.name}.{file_name(key)}.lock")
        file = FileHold.of(beside, f"another program sends the broadcast {key!r}", patience_s)
        return None if file is None else Hold(file.let_go)

    def is_held(self, key: str) -> bool:
        """Tell whether anybody sends a broadcast at this moment, or has paused it."""
        hold = self.hold(key, patience_s=0)
        if hold is not None:
            hold.let_go()
        return hold is None

    def close(self) -> None:
        """Close the file; closing twice does no harm."""
        self.database.close()


def _state_of(connection: Connection) -> tuple[Connection, int, int]:
    """Give what is another one when anybody has written to the file."""
    (version,) = connection.execute("PRAGMA data_version").fetchone()
    return connection, version, connection.total_changes


def _is_done(connection: Connection, change: Change) -> bool:
    """Tell whether a message has become the same before, or was found to be sent, which is the last word."""
    found = connection.execute("SELECT delivery FROM deliveries WHERE seq = ?", (change.seq,)).fetchone()
    return found is not None and found[0] in (Delivery.SENT.value, change.to.value)


def _write(connection: Connection, change: Change, at_s: float) -> None:
    states = before(change)
    tries = (
        ", attempted_at = :at, over_at = NULL, settled_at = NULL, tries = tries + 1"
        if change.claims
        else ", settled_at = :at, over_at = coalesce(over_at, :at)"
    )
    if change.to is Delivery.PENDING:
        tries = ""
    values = {
        "seq": change.seq, "to": change.to.value, "at": at_s, "code": change.code, "status": change.status,
        "info": change.info, "msg_id": change.msg_id, "problem": change.problem,
    }  # fmt: skip
    done = connection.execute(
        "UPDATE deliveries SET delivery = :to, code = :code, status = :status, info = :info, msg_id = :msg_id, "  # noqa: S608 - our names
        f"problem = :problem{tries} WHERE seq = :seq AND delivery IN ({', '.join(map(repr, map(str, states)))})",
        values,
    )
    if done.rowcount != 1 and not change.claims and _is_done(connection, change):
        return  # a post of the server has told another program before, or it was owed twice
    if done.rowcount != 1:
        raise JournalFailed(
            f"Message {change.seq} of a broadcast cannot become {change.to.value}; nothing was written.\n"
            "Found it in another state: another program has changed it meanwhile.\n"
            "Open the broadcast again with my.broadcast(key=…)."
        )
    connection.execute(
        "INSERT INTO delivery_history (line, at, delivery, code, problem) VALUES (:seq, :at, :to, :code, :problem)",
        values,
    )
