"""What there is to say of a journal at a glance."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from openqq_nb.bodies import Unpacker
from openqq_nb.columns import ZONE
from openqq_nb.database import JOURNAL, Connection, open_readonly
from openqq_nb.errors import JournalFailed
from openqq_nb.journal import Holder
from openqq_nb.listening.holding import is_held
from openqq_nb.upkeep.dialects import dialect_of
from openqq_nb.upkeep.stored import bodies_table, count, format_of
from openqq_nb.upkeep.words import counted

_LARGE_WAL_BYTES = 64 * 2**20


@dataclass(frozen=True, slots=True)
class Info:
    """What a journal holds.

    Attributes:
        path: the file.
        format: the number of its format.
        messages: how many.
        events: how many.
        aside: how many posts that could not be read.
        first: when the earliest message was written; None if there is none.
        last: when the latest one was.
        logins: how many logins of the server its messages are of.
        accounts: the numbers of the accounts that it was filled for.
        dialects: what their servers speak, as far as the first and last body of each login tells.
        size_bytes: of the file and of what lies beside it.
        body_bytes: of the compressed bodies in it.
        held: whether anybody fills it now.
        holder: who does, or did so last.
        problems: what is worth a look, a sentence each.
    """

    path: Path
    format: int
    messages: int
    events: int
    aside: int
    first: dt.datetime | None
    last: dt.datetime | None
    logins: int
    accounts: tuple[str, ...]
    dialects: tuple[str, ...]
    size_bytes: int
    body_bytes: int
    held: bool
    holder: Holder | None
    problems: tuple[str, ...]

    def __str__(self) -> str:
        """Say all of it, a line each."""
        return "\n".join([str(self.path), *(f"  {name:<9} {said}" for name, said in self._said())])

    def _said(self) -> list[tuple[str, str]]:
        times = f"{self.first:%Y-%m-%d %H:%M} to {self.last:%Y-%m-%d %H:%M}" if self.first else "none"
        newest = len(JOURNAL.migrations)
        behind = "" if self.format == newest else f" (of {newest}; brought up when it is filled)"
        return [
            ("format", f"{self.format}{behind}"),
            ("messages", f"{self.messages:,}; {counted(self.events, 'event')}; {self.aside:,} set aside"),
            ("times", times),
            ("accounts", f"{', '.join(self.accounts) or 'unknown'}; {counted(self.logins, 'login')}"),
            ("dialects", ", ".join(self.dialects) or "unknown"),
            ("size", f"{size(self.size_bytes)}, of which bodies {size(self.body_bytes)}"),
            ("filled by", f"{self.holder or 'another program'}" if self.held else "nobody now"),
            *(("look at", problem) for problem in self.problems),
        ]


def info(path: Path) -> Info:
    """Look at a journal without changing it.

    Raises:
        JournalFailed: there is no such file, it is no journal, or it cannot be read.
    """
    with open_readonly(path) as connection:
        first, last, logins, body_bytes = connection.execute(_AT_A_GLANCE).fetchone()
        aside = count(connection, "aside")
        return Info(
            path=path,
            format=format_of(connection),
            messages=count(connection, "messages"),
            events=count(connection, "events"),
            aside=aside,
            first=moment(first),
            last=moment(last),
            logins=logins,
            accounts=tuple(str(one) for (one,) in connection.execute(ACCOUNTS)),
            dialects=_dialects(connection),
            size_bytes=size_on_disk(path),
            body_bytes=body_bytes or 0,
            held=is_held(path),
            holder=_holder(connection),
            problems=tuple(_problems(connection, path, aside)),
        )


def size_on_disk(path: Path) -> int:
    """Count the bytes of a journal and of what SQLite keeps beside it."""
    beside = (path.with_name(path.name + end) for end in ("", "-wal", "-shm"))
    return sum(one.stat().st_size for one in beside if one.exists())


def moment(seconds: float | None) -> dt.datetime | None:
    """Turn UTC seconds into an aware time; None for what no calendar has."""
    try:
        return None if seconds is None else dt.datetime.fromtimestamp(seconds, ZoneInfo(ZONE))
    except (OverflowError, ValueError, OSError):
        return None


def size(count_bytes: float) -> str:
    """Write a number of bytes for people."""
    for unit in ("bytes", "KiB", "MiB"):
        if count_bytes < 1024:  # noqa: PLR2004 - how many there are in the next unit
            return f"{count_bytes:,.0f} {unit}"
        count_bytes /= 1024
    return f"{count_bytes:,.1f} GiB"


ACCOUNTS = """
SELECT DISTINCT CASE WHEN own THEN sender_qq ELSE receiver_qq END AS account FROM messages
WHERE account IS NOT NULL AND (own OR msg_class = 'recv') ORDER BY 1
"""
_AT_A_GLANCE = """
SELECT (SELECT min(msg_time) FROM messages), (SELECT max(msg_time) FROM messages),
    (SELECT count(DISTINCT login) FROM messages), (SELECT sum(length(body)) FROM arrivals)
"""
_ENDS = """
SELECT min(seq) FROM messages JOIN arrivals USING (seq) WHERE length(body) GROUP BY login
UNION SELECT max(seq) FROM messages JOIN arrivals USING (seq) WHERE length(body) GROUP BY login
"""


def _dialects(connection: Connection) -> tuple[str, ...]:
    unpacker = Unpacker()
    found = connection.execute(
        f"SELECT body, packed_with FROM {bodies_table(connection)} WHERE seq IN ({_ENDS})"  # noqa: S608 - our own text
    )
    return tuple(sorted({_dialect(unpacker, *one) for one in found}))


def _dialect(unpacker: Unpacker, body: bytes, dictionary: bytes | None) -> str:
    try:
        return dialect_of(unpacker.unpacked(body, dictionary))
    except JournalFailed:
        return "a damaged body (see `journal check`)"


def _holder(connection: Connection) -> Holder | None:
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'holder'").fetchone():
        return None
    found = connection.execute("SELECT kind, pid, port, since FROM holder").fetchone()
    return None if found is None else Holder(*found)


def _problems(connection: Connection, path: Path, aside: int) -> list[str]:
    problems = []
    if aside:
        when, why = connection.execute(
            "SELECT received_at, why FROM aside ORDER BY seq DESC LIMIT 1"
        ).fetchone()
        problems.append(
            f"{counted(aside, 'post')} could not be read, the last one on {moment(when):%Y-%m-%d %H:%M}: {why} "
            "See oq.open_log(path).problems."
        )
    wal = path.with_name(path.name + "-wal")
    if wal.exists() and wal.stat().st_size > _LARGE_WAL_BYTES:
        problems.append(
            f"{wal.name} has {size(wal.stat().st_size)}: a program reads the journal and does not end. Close it."
        )
    return problems
