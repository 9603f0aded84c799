"""The rows of an export as columns."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pyarrow as pa

from openqq_nb.readers.qce.chat import TYPES, Chat
from openqq_nb.readers.qce.content import Text, as_text
from openqq_nb.readers.tables import table

NO_INFO = "It is not said whom the talk is with (no `chatInfo`); the talk is called by the name of the file."
_PLAIN = {str, type(None)}
_FLAGS = {bool, type(None)}
_NO_TIMES = {bool, type(None)}
_MILLISECONDS_FROM = 100_000_000_000
"""Less are seconds: as milliseconds they would be before 1973."""
_LATEST = 253_402_300_800_000
_NOBODY_IDS = frozenset(("", "0", "未知"))
_COLUMNS = (
    "msg_time", "type", "chat", "sender", "content", "kind", "own", "sender_qq", "gnumber", "group", "receiver",
    "receiver_qq", "reply_to", "msg_id", "chat_key", "sender_id", "nick", "title", "recalled", "attachments",
)  # fmt: skip


class Person(NamedTuple):
    """Who wrote a message, as the message says."""

    name: str | None = None
    number: str | None = None
    uid: str | None = None
    nick: str | None = None
    title: str | None = None

    @property
    def is_nobody(self) -> bool:
        """Whether it is what the system writes under: nobody, though called 0 or the like."""
        return (self.uid or "") in _NOBODY_IDS and (self.number or "") in _NOBODY_IDS


NOBODY = Person()


@dataclass(slots=True)
class Rows:
    """What differs from message to message: lists of equal length, but for `people` and `odd`.

    Attributes:
        who: which of `people` wrote it.
        people: each once or more.
        odd: what was not of the usual form, and in which row.
    """

    who: list[int] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)
    times: list[int | None] = field(default_factory=list)
    contents: list[Any] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    replies: list[str | None] = field(default_factory=list)
    ids: list[Any] = field(default_factory=list)
    recalled: list[str | None] = field(default_factory=list)
    attachments: list[str | None] = field(default_factory=list)
    odd: list[tuple[int, str]] = field(default_factory=list)

    def mark_system(self, system: Iterable[int], kind_of: Mapping[bool, str]) -> None:
        """Make rows lines of the system; where nobody wrote them, they have no sender.

        Args:
            system: which they are.
            kind_of: their kinds, by whether they tell that a message was taken back.
        """
        nobody = None
        for row in system:
            self.kinds[row] = kind_of[is_recall(as_text(self.contents[row]))]
            self.replies[row] = self.recalled[row] = None
            if self.people[self.who[row]].is_nobody:
                if nobody is None:
                    nobody = len(self.people)
                    self.people.append(NOBODY)
                self.who[row] = nobody

    def mark_recalled(self, recalled: Iterable[int]) -> None:
        """Mark the messages that were taken back and yet are there."""
        for row in recalled:
            self.recalled[row] = "true"

    def extend(self, more: "Rows") -> None:
        """Put other rows behind these."""
        before = len(self.people)
        self.who += [one + before for one in more.who]
        self.people += more.people
        self.times += more.times
        self.contents += more.contents
        self.kinds += more.kinds
        self.replies += more.replies
        self.ids += more.ids
        self.recalled += more.recalled
        self.attachments += more.attachments

    def writers(self) -> set[tuple[str, str]]:
        """Tell who writes in these rows, as (id, number)."""
        seen = {self.people[one] for one in set(self.who)}
        return {(one.uid or "", one.number or "") for one in seen if one.uid or one.number}


def is_recall(text: str) -> bool:
    """Tell a line about a message that was taken back from other lines of the system."""
    return "撤回了" in text


def messages(rows: Rows, chat: Chat) -> pa.Table:
    """Make the columns of a part.

    Args:
        rows: what differs from message to message.
        chat: what does not.

    Returns:
        One row a message; columns of `schema.MESSAGES`, and as text `nick`, `title`, `recalled` and `attachments`.
    """
    single = table(
        {
            "msg_time": rows.times,
            "content": texts(rows.contents),
            "kind": rows.kinds,
            "reply_to": rows.replies,
            "msg_id": texts(rows.ids),
            "recalled": rows.recalled,
            "attachments": rows.attachments,
        }
    )
    by_person = _people(rows.people, chat).take(pa.array(rows.who, pa.int64()))
    common = _common(chat)
    whole = [pa.repeat(column[0], len(rows.who)) for column in common.columns]
    columns = [*single.columns, *by_person.columns, *whole]
    names = [*single.column_names, *by_person.column_names, *common.column_names]
    return pa.table(columns, names=names).select(_COLUMNS)


def _people(people: Sequence[Person], chat: Chat) -> pa.Table:
    own = [chat.wrote(one.name, one.number, one.uid) for one in people]
    columns: dict[str, Sequence[Any]] = {
        "sender": [one.name for one in people],
        "sender_qq": [one.number for one in people],
        "sender_id": [one.uid for one in people],
        "nick": [one.nick for one in people],
        "title": [one.title for one in people],
        "own": own,
        "receiver": [chat.peer_name if one else chat.me_name for one in own],
        "receiver_qq": [chat.peer_qq if one else chat.me_qq for one in own],
    }
    return table(columns)


def _common(chat: Chat) -> pa.Table:
    return table(
        {
            "type": [TYPES[chat.place]],
            "chat": [chat.name],
            "gnumber": [chat.gnumber],
            "group": [chat.name if chat.place == "group" else None],
            "chat_key": [chat.key],
        }
    )


def microseconds(found: Sequence[Any]) -> list[int | None]:
    """Read times that are written as milliseconds since 1970, some as seconds or as text."""
    if set(map(type, found)) == {int} and min(found) >= _MILLISECONDS_FROM and max(found) < _LATEST:
        return [one * 1000 for one in found]
    return [_microseconds(one) for one in found]


def wall_time(written: object, zone: str) -> int | None:
    """Read a time that is written out; without a zone it is that of the machine that exported."""
    try:
        read = datetime.fromisoformat(as_text(written).strip())
        micros = round((read if read.tzinfo else read.replace(tzinfo=ZoneInfo(zone))).timestamp() * 1_000_000)
    except (ValueError, OverflowError):
        return None
    return micros if 0 < micros < _LATEST * 1000 else None


def flagged(found: Sequence[Text]) -> Sequence[int]:
    """Give the rows of which a flag is set; hand-made files also write flags as text or number."""
    values = set(found)
    if values <= {False, None}:
        return ()
    if set(map(type, values)) <= _FLAGS:
        return [row for row, one in enumerate(found) if one]
    return [row for row, one in enumerate(found) if one is True or as_text(one).lower() in ("true", "1")]


def texts(found: Sequence[Any]) -> Sequence[str | None]:
    """Write what is no text as text."""
    if set(map(type, found)) <= _PLAIN:
        return found
    return [stated(one) for one in found]


def stated(found: Text) -> str | None:
    """Write what stands where a text belongs as text; nothing for nothing."""
    return found if found is None or isinstance(found, str) else as_text(found)


def info_of(others: Mapping[str, Any]) -> Mapping[str, Any]:
    """Take `chatInfo` from what stands around the messages."""
    found = others.get("chatInfo")
    return found if isinstance(found, Mapping) else {}


def _microseconds(found: object) -> int | None:
    if type(found) in _NO_TIMES:
        return None
    try:
        number = float(as_text(found))
    except ValueError:
        return wall_time(found, "UTC")
    if not 0 < number < _LATEST:
        return None
    scale = 1000 if number >= _MILLISECONDS_FROM else 1_000_000
    return round(number * scale)
