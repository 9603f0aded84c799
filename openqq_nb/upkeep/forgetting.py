"""Removes a person or a group from a journal, so that nothing of them is left in the bytes of its files."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from openqq_nb.bodies import Unpacker
from openqq_nb.database import Connection, Database, open_readonly
from openqq_nb.errors import Ambiguous, InvalidInput, JournalFailed, NotFound, listed
from openqq_nb.records import ARRIVALS, aside
from openqq_nb.upkeep.holding import held
from openqq_nb.upkeep.info import ACCOUNTS
from openqq_nb.upkeep.stored import StoredRow, Told, unheard, walk
from openqq_nb.upkeep.words import counted

_AT_ONCE = 10_000
_NUMBER = re.compile("[0-9]{1,20}")

Place = tuple[str, str]
"""A login and an id, which belongs to one person or group within that login."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Who is to be forgotten.

    Attributes:
        kind: `person` or `group`.
        number: the permanent number; None where none is known.
        places: ids that the subject had.
        name: how it was named, if it was not by number.
    """

    kind: str
    number: str | None
    places: frozenset[Place] = frozenset()
    name: str | None = None

    def __str__(self) -> str:
        """Say who it is."""
        number = f"number {self.number}" if self.number else "no number known"
        return f"{self.kind} {self.name!r} ({number})" if self.name else f"{self.kind} {self.number}"

    @property
    def words(self) -> re.Pattern[str]:
        """What a text that mentions the subject has in it; names only where there is no number."""
        if self.number:
            return re.compile(rf"(?<![0-9]){self.number}(?![0-9])")
        name = self.name or ""
        return re.compile(f"{re.escape(name)}|{re.escape(json.dumps(name)[1:-1])}")


@dataclass(slots=True)
class Found:
    """What a journal has of a subject.

    Attributes:
        subject: who it is.
        messages: numbers of the messages from the subject, to it, or in it.
        events: numbers of the events that are about it or mention it.
        aside: numbers of the posts that could not be read and mention it.
        mentions: numbers of messages of others that mention it, in their text or anywhere in what came.
    """

    subject: Subject
    messages: list[int] = field(default_factory=list)
    events: list[int] = field(default_factory=list)
    aside: list[int] = field(default_factory=list)
    mentions: list[int] = field(default_factory=list)

    def __bool__(self) -> bool:
        """Tell whether there is anything."""
        return bool(self.messages or self.events or self.aside or self.mentions)

    def __str__(self) -> str:
        """Say how much it is."""
        return (
            f"{counted(len(self.messages), 'message')}, {counted(len(self.events), 'event')} and "
            f"{counted(len(self.aside), 'post')} set aside of {self.subject}; "
            f"{counted(len(self.mentions), 'message')} of others that mention it"
        )


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was removed.

    Attributes:
        path: the journal.
        found: what was there.
        mentions: whether the messages of others that mention the subject were removed, too.
        backups: copies beside the journal, which still hold all.
    """

    path: Path
    found: Found
    mentions: bool
    backups: tuple[Path, ...]

    def __str__(self) -> str:
        """Say it."""
        what = "all of it removed" if self.mentions else "removed but for the latter"
        lines = [f"{self.path}: {self.found}; {what if self.found.mentions else 'removed'}."]
        lines += [
            f"This copy was left as it is: {copy}. Delete it, or forget there, too." for copy in self.backups
        ]
        return "\n".join(lines)


def person(path: Path, *, qq: str | None = None, name: str | None = None) -> Subject:
    """Find a person in a journal, by number or by the name that messages have.

    Raises:
        InvalidInput: not exactly one of these was given, it is no number, or it is that of the account itself.
        NotFound: nobody of that name wrote or was written to.
        Ambiguous: several did; the error lists them.
        JournalFailed: the journal cannot be read.
    """
    if (qq is None) == (name is None):
        raise InvalidInput("Name one person: give either a number or a name.")
    with open_readonly(path) as connection:
        if qq is None:
            number, places = _named(connection, str(name))
        else:
            number, places = _checked(qq), frozenset[Place]()
        accounts = {str(account) for (account,) in connection.execute(ACCOUNTS)}
        if number in accounts:
            raise InvalidInput(
                f"{number} is the number of the account itself, which has a part in everything in {path}.\n"
                "Nothing was changed. To forget all of it, delete the file."
            )
        known = places or frozenset(_rows(connection, _PLACES_OF_PERSON, (number, number)))
    return Subject("person", number, known, name)


def group(path: Path, gnumber: str) -> Subject:
    """Find a group in a journal by its number.

    Raises:
        InvalidInput: it is no number.
        JournalFailed: the journal cannot be read.
    """
    number = _checked(gnumber)
    with open_readonly(path) as connection:
        return Subject("group", number, frozenset(_rows(connection, _PLACES_OF_GROUP, (number,))))


def look(path: Path, subject: Subject, told: Told = unheard) -> Found:
    """Find what a journal has of a subject, and change nothing.

    Raises:
        JournalFailed: the journal cannot be read.
    """
    with open_readonly(path) as connection:
        return _found(connection, subject, told)


def forget(path: Path, subject: Subject, *, mentions: bool = False, told: Told = unheard) -> Forgotten:
    """Remove a subject from a journal that nobody fills, and write the file anew without it.

    Rosters that are kept of the account are other files, and stay as they are.

    Args:
        path: the journal.
        subject: whom to remove.
        mentions: whether to remove messages of others that mention the subject, too.
        told: told of the progress.

    Raises:
        JournalFailed: somebody fills the journal, or it cannot be written; then nothing was changed. Or a program reads
            it: then the rows are gone, and forgetting again removes their bytes.
    """
    with held(path):
        database = Database(path)
        try:
            with database.writing() as connection:
                connection.execute("PRAGMA secure_delete = ON")
                found = _found(connection, subject, told)
                _delete(connection, "arrivals", [*found.messages, *found.events])
                _delete(connection, "arrivals", found.mentions if mentions else [])
                _delete(connection, "aside", found.aside)
            database.compact()
        finally:
            database.close()
    backups = tuple(sorted(path.parent.glob(f"{path.name}.backup-*")))
    return Forgotten(path, found, mentions, backups)


def _checked(number: str) -> str:
    if not _NUMBER.fullmatch(number):
        raise InvalidInput(f"{number!r} is no number. Write digits only, as in 123456.")
    return number


_PLACES_OF_PERSON = """
SELECT login, sender_id FROM messages WHERE sender_qq = ? AND login <> '' AND sender_id <> ''
UNION SELECT login, receiver_id FROM messages WHERE receiver_qq = ? AND login <> '' AND receiver_id <> ''
"""
_PLACES_OF_GROUP = """
SELECT DISTINCT login, group_id FROM messages WHERE gnumber = ? AND login <> '' AND group_id <> ''
"""
# In groups and discusses the receiver is the account itself.
_ALONE = "coalesce(type, '') NOT IN ('group_message', 'discuss_message')"
_IN_PLACES = "IN (SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(:places))"
_OF_PERSON = f"""
SELECT seq FROM messages
WHERE sender_qq = :number OR (sender_qq IS NULL AND (login, sender_id) {_IN_PLACES})
    OR ({_ALONE} AND (receiver_qq = :number OR (receiver_qq IS NULL AND (login, receiver_id) {_IN_PLACES})))
"""  # noqa: S608 - our own text
_OF_GROUP = f"""
SELECT seq FROM messages WHERE gnumber = :number OR (gnumber IS NULL AND (login, group_id) {_IN_PLACES})
"""  # noqa: S608 - our own text
_BY_NAME = f"""
SELECT DISTINCT sender_qq, login, sender_id FROM messages WHERE sender = :name AND NOT coalesce(own, 0)
UNION SELECT receiver_qq, login, receiver_id FROM messages WHERE receiver = :name AND own AND {_ALONE}
"""  # noqa: S608 - our own text


def _rows(connection: Connection, sql: str, parameters: Sequence[object]) -> list[Place]:
    return [(str(login), str(one)) for login, one in connection.execute(sql, parameters)]


def _named(connection: Connection, name: str) -> tuple[str | None, frozenset[Place]]:
    """Find the one person who goes by a name."""
    found = connection.execute(_BY_NAME, {"name": name}).fetchall()
    if not found:
        raise NotFound(
            f"Nobody of the name {name!r} wrote or was written to in this journal. "
            "Look for the name with oq.open_log(path).df, or give the number."
        )
    numbers = {number for number, _, _ in found if number}
    known = {
        place: number for number in numbers for place in _rows(connection, _PLACES_OF_PERSON, (number,) * 2)
    }
    lone = {(str(login), str(one)) for number, login, one in found if not number} - set(known)
    if len(numbers) + len(lone) > 1 and (numbers or len({login for login, _ in lone}) < len(lone)):
        choices = [f"number {number}" for number in sorted(numbers)]
        choices += [f"id {one} in login {login}" for login, one in sorted(lone)]
        raise Ambiguous(f"Several people go by {name!r} in this journal. Give a number:{listed(choices)}")
    return (numbers.pop(), frozenset()) if numbers else (None, frozenset(lone))


def _found(connection: Connection, subject: Subject, told: Told) -> Found:
    found, words = Found(subject), subject.words
    parameters = {"number": subject.number, "places": json.dumps(sorted(subject.places))}
    sql = _OF_PERSON if subject.kind == "person" else _OF_GROUP
    found.messages = [seq for (seq,) in connection.execute(sql, parameters)]
    theirs = set(found.messages)
    for row in _mentioning(connection, words, told):
        if row.kind == "event":
            found.events.append(row.seq)
        elif row.seq not in theirs:
            found.mentions.append(row.seq)
    numbers = [seq for (seq,) in connection.execute("SELECT seq FROM aside ORDER BY seq")]
    found.aside = [
        seq
        for seq, post in zip(numbers, aside(connection), strict=True)
        if words.search(post.body.decode("utf-8", "replace")) or words.search(post.why)
    ]
    return found


def _mentioning(connection: Connection, words: re.Pattern[str], told: Told) -> Iterator[StoredRow]:
    unpacker = Unpacker()
    for kind in ARRIVALS:
        for batch in walk(connection, kind, told):
            for row in batch:
                if _mentions(row, words, unpacker):
                    yield row


def _mentions(row: StoredRow, words: re.Pattern[str], unpacker: Unpacker) -> bool:
    if any(isinstance(cell, str) and words.search(cell) for cell in row.cells):
        return True
    try:
        return bool(words.search(row.body(unpacker).decode("utf-8", "replace")))
    except JournalFailed:
        return False  # nobody can read a damaged body, nor what it mentions


def _delete(connection: Connection, table: str, numbers: Sequence[int]) -> None:
    """Delete rows, and with an arrival its message or event."""
    for begin in range(0, len(numbers), _AT_ONCE):
        connection.execute(
            f"DELETE FROM {table} WHERE seq IN (SELECT value FROM json_each(?))",  # noqa: S608 - names of our own
            (json.dumps(numbers[begin : begin + _AT_ONCE]),),
        )
