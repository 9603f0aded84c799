"""Finds out whether a journal is sound."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from openqq_nb.bodies import Unpacker
from openqq_nb.columns import Kind
from openqq_nb.database import Connection, open_readonly
from openqq_nb.errors import JournalFailed, NotUnderstood
from openqq_nb.records import ARRIVALS, ArrivalKind
from openqq_nb.upkeep.dialects import Decoder
from openqq_nb.upkeep.info import moment
from openqq_nb.upkeep.stored import StoredRow, Told, count, table_of, unheard, walk
from openqq_nb.upkeep.words import counted, first_few

# QQ is not older, and no clock is to be a day ahead.
_EARLIEST_S = 915_148_800.0
_AHEAD_S = 86_400.0
_SHOWN = 5
_STORED: dict[Kind, str] = {
    "text": "'text', 'null'",
    "time": "'real', 'integer', 'null'",
    "count": "'integer', 'null'",
    "flag": "'integer', 'null'",
}
_FROM_BEFORE = (
    "`openqq-nb journal merge new.db` with this journal behind it makes a new one of what can still be read; or go on "
    "with a copy from before that."
)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is not as it should be.

    Attributes:
        what: in a sentence.
        advice: what to do.
        serious: whether something is lost or cannot be read; else it is only worth knowing.
    """

    what: str
    advice: str
    serious: bool = True

    def __str__(self) -> str:
        """Say it."""
        return f"{'Wrong' if self.serious else 'Note'}: {self.what}\n  {self.advice}"


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found; falsy where something is wrong.

    Attributes:
        path: the file.
        arrivals: how many were looked at.
        problems: what was found.
    """

    path: Path
    arrivals: int
    problems: tuple[Problem, ...]

    def __bool__(self) -> bool:
        """Tell whether the journal is sound."""
        return not any(problem.serious for problem in self.problems)

    def __str__(self) -> str:
        """Say what was found."""
        verdict = "is sound" if self else "is not sound"
        return "\n".join(
            [f"{self.path} {verdict}: {counted(self.arrivals, 'arrival')}.", *map(str, self.problems)]
        )


def check(path: Path, told: Told = unheard, now_s: float | None = None) -> Checked:
    """Check a journal without changing it.

    Args:
        path: the file.
        told: told of the progress.
        now_s: the present, in UTC seconds; nothing should be from later.

    Raises:
        JournalFailed: there is no such file, or it is no journal.
    """
    with open_readonly(path):
        pass
    latest_s = (time.time() if now_s is None else now_s) + _AHEAD_S
    parts: Sequence[_Part] = (
        _integrity,
        _whole,
        lambda connection: _sane_times(connection, latest_s),
        lambda connection: _bodies(connection, told),
    )
    found = [problem for part in parts for problem in _examined(path, part)]
    # What keeps one part from being read is often told by others, too.
    return Checked(path, _arrivals(path), tuple(dict.fromkeys(found)))


_Part = Callable[[Connection], Iterator[Problem]]


def _examined(path: Path, part: _Part) -> list[Problem]:
    """Go through one part; where that cannot be read, it is told, and the others are examined all the same."""
    found: list[Problem] = []
    try:
        with open_readonly(path) as connection:
            found.extend(part(connection))
    except JournalFailed as error:
        found.append(Problem(str(error).replace("\n", " "), _FROM_BEFORE))
    return found


def _arrivals(path: Path) -> int:
    try:
        with open_readonly(path) as connection:
            return count(connection, "arrivals")
    except JournalFailed:
        return 0  # told as a problem already


def _integrity(connection: Connection) -> Iterator[Problem]:
    said = [text for (text,) in connection.execute(f"PRAGMA integrity_check({_SHOWN})")]
    if said != ["ok"]:
        yield Problem(f"The file is damaged, says SQLite: {'; '.join(said)}.", _FROM_BEFORE)


def _whole(connection: Connection) -> Iterator[Problem]:
    """Look for rows without what belongs to them, and cells that this package never wrote."""
    foreign = connection.execute("SELECT count(*) FROM pragma_foreign_key_check").fetchone()[0]
    if foreign:
        yield Problem(
            f"Rows of arrivals or dictionaries that are not there: {foreign:,}.",
            "Another program has changed the file. " + _FROM_BEFORE,
        )
    yield from _told_of(
        connection, _LONE, "Arrivals with no row as a message or event, or with both", _FROM_BEFORE
    )
    yield from _told_of(
        connection,
        _TWICE,
        "Fingerprints that are there several times",
        "Merge the journal into a new one, which takes each once.",
    )
    for kind in ARRIVALS:
        yield from _told_of(
            connection,
            _strange_cells(kind),
            f"{table_of(kind).capitalize()} with cells of another type than declared",
            "Another program has changed the file. " + _FROM_BEFORE,
        )


_LONE = """
SELECT seq FROM arrivals LEFT JOIN messages USING (seq) LEFT JOIN events USING (seq)
WHERE (messages.seq IS NULL) = (events.seq IS NULL)
"""
_TWICE = "SELECT min(seq) AS seq FROM arrivals NOT INDEXED GROUP BY fingerprint || '' HAVING count(*) > 1"


def _strange_cells(kind: ArrivalKind) -> str:
    cells = [f'typeof("{one.name}") NOT IN ({_STORED[one.kind]})' for one in ARRIVALS[kind].columns]
    strange = " OR ".join([*cells, "extra IS NOT NULL AND NOT json_valid(extra)"])
    return f"SELECT seq FROM {table_of(kind)} WHERE {strange}"  # noqa: S608 - names of our own


def _sane_times(connection: Connection, latest_s: float) -> Iterator[Problem]:
    for column, clock in (("msg_time", "the server's clock"), ("received_at", "the clock of this machine")):
        yield from _told_of(
            connection,
            f"SELECT seq FROM messages WHERE {column} NOT BETWEEN {_EARLIEST_S} AND {latest_s!r}",  # noqa: S608 - numbers
            f"Messages with a {column} before {moment(_EARLIEST_S):%Y} or later than now",
            f"Nothing is lost: {clock} was wrong then, or is now. Mind it when you sort by {column}.",
            serious=False,
        )


def _told_of(
    connection: Connection, sql: str, what: str, advice: str, *, serious: bool = True
) -> Iterator[Problem]:
    found = connection.execute(f"SELECT count(*), min(seq) FROM ({sql})").fetchone()  # noqa: S608 - our own text
    if found[0]:
        yield Problem(f"{what}: {found[0]:,}, the first is number {found[1]}.", advice, serious)


def _bodies(connection: Connection, told: Told) -> Iterator[Problem]:
    """Unpack each body, and read it."""
    unpacker, decoder = Unpacker(), Decoder()
    damaged: list[int] = []
    unread: list[int] = []
    for kind in ARRIVALS:
        for batch in walk(connection, kind, told):
            for entry in batch:
                _sort_out(entry, unpacker, decoder, damaged, unread)
    if damaged:
        yield Problem(
            f"Bodies that are damaged: {len(damaged):,}, number {first_few(damaged)}.",
            "The columns of these messages can still be read; `redecode` leaves them as they are.",
        )
    if unread:
        yield Problem(
            f"Bodies that are no posts of a server that is known: {len(unread):,}, number {first_few(unread)}.",
            "Their columns can still be read; `redecode` leaves them as they are.",
            serious=False,
        )


def _sort_out(
    entry: StoredRow, unpacker: Unpacker, decoder: Decoder, damaged: list[int], unread: list[int]
) -> None:
    try:
        body = entry.body(unpacker)
        if body:
            decoder.arrival(body)
    except JournalFailed:
        damaged.append(entry.seq)
    except NotUnderstood:
        unread.append(entry.seq)
