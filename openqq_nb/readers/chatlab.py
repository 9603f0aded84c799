"""ChatLab 0.0.2, as one JSON object or as JSON lines.

Source:
    ChatLab, standard format 0.0.2.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from openqq_nb.errors import InvalidInput
from openqq_nb.protocols.reading import digits, text
from openqq_nb.readers import glimpse
from openqq_nb.readers.base import Options, Part, Source
from openqq_nb.readers.chatlab_words import KINDS, NOBODY, is_number
from openqq_nb.readers.document import OBJECTS, PIECES, Document
from openqq_nb.readers.gathering import EMPTY, Gathered
from openqq_nb.readers.lines import Line, lines
from openqq_nb.readers.objects import decoded, microseconds, said, unknown
from openqq_nb.readers.tables import Place, chat_key

NAME = "ChatLab JSON or JSON lines"

_TYPED = re.compile(rb'"_type"\s*:\s*"(?:header|member|message)"')
_BARE = frozenset({"messages.sender", "messages.accountName", "messages.timestamp"})
_SETTINGS = (b'"header"', b'"member"')
_COMMENT = b"#"
_QQ = "qq"

_KNOWN = frozenset(
    {
        "_type", "sender", "accountName", "groupNickname", "timestamp", "type", "content", "platformMessageId",
        "replyToMessageId",
    }
)  # fmt: skip


@dataclass(slots=True)
class _Chat:
    """What a file says of all its messages.

    Attributes:
        name: of the chat.
        place: `group` or `friend`.
        number: of the group or friend, if it is a number of QQ.
        platform: the program that the talk was in.
        owner: who exported it.
        names: of the members, by their `platformId`.
        unknown_types: those that were told already.
    """

    name: str
    place: Place
    number: str | None
    platform: str
    owner: str | None
    names: Mapping[str, str]
    unknown_types: set[object] = field(default_factory=set)


def recognises(head: bytes, source: Source) -> bool:
    """Tell whether it is an object with `chatlab`, or lines with `_type`."""
    found = glimpse.keys(head)
    if "chatlab" in found and "_type" not in found:
        return True
    return found >= _BARE or _has_lines(head)


def parts(source: Source, options: Options) -> Iterator[Part]:
    """Read the messages in the order of the file.

    Args:
        source: the file.
        options: `me` is the account, where the file does not tell who exported it.

    Raises:
        OSError: it cannot be read.
    """
    return (_lines if _has_lines(source.head()) else _object)(source, options)


def _has_lines(head: bytes) -> bool:
    """Tell whether it is of lines; the first of them may be damaged."""
    return any("_type" in glimpse.keys(one) and _TYPED.search(one) for one in glimpse.records(head))


def _object(source: Source, options: Options) -> Iterator[Part]:
    gathered = Gathered()
    chat = _chat(_settings(source), source, options, gathered)
    with source.open() as stream:
        for batch in Document(stream, "messages", OBJECTS).batches():
            for index, found in enumerate(batch.values):
                for why, body in _take(found, chat, gathered):
                    gathered.tell(batch.line_of(index), why, body)
            gathered.problems.extend(batch.problems)
            yield gathered.part(batch.bytes_read)


def _settings(source: Source) -> Mapping[str, Any]:
    """Read what is said of the chat and its members, also where that stands behind the messages."""
    with source.open() as stream:
        document = Document(stream, "messages", PIECES)
        document.open()
        if not document.others.keys() >= {"meta", "members"}:
            for _ in document.batches():
                pass
        return document.others


def _lines(source: Source, options: Options) -> Iterator[Part]:
    gathered = Gathered()
    chat = _chat(_settings_of_lines(source), source, options, gathered)
    passed = _Passed()
    line = Line(0, b"", 0, True)
    with source.open() as stream:
        for line in lines(stream):
            if line.body and not line.body.startswith(_COMMENT):
                _take_line(line, chat, gathered)
            else:
                passed.add(line)
            if gathered.is_enough:
                yield gathered.part(line.end)
    passed.tell(gathered)
    if not line.end:
        gathered.tell(None, EMPTY)
    yield gathered.part(line.end)


@dataclass(slots=True)
class _Passed:
    """Lines that hold nothing, which people leave in such files."""

    empty: list[int] = field(default_factory=list)
    comments: list[int] = field(default_factory=list)

    def add(self, line: Line) -> None:
        (self.comments if line.body else self.empty).append(line.number)

    def tell(self, gathered: Gathered) -> None:
        for numbers, what in ((self.empty, "empty line"), (self.comments, "comment line")):
            if numbers:
                many = f"{len(numbers)} {what}{'s were' if len(numbers) > 1 else ' was'}"
                gathered.tell(numbers[0], f"{many} passed over")


def _settings_of_lines(source: Source) -> dict[str, Any]:
    found: dict[str, Any] = {}
    members: list[dict[str, Any]] = []
    with source.open() as stream:
        for line in lines(stream):
            if not any(word in line.body for word in _SETTINGS):
                continue
            try:
                record = decoded(line.body)
            except InvalidInput:
                continue  # told when the messages are read
            if record.get("_type") == "header":
                found = record | found
            elif record.get("_type") == "member":
                members.append(record)
    return found | {"members": members}


def _take_line(line: Line, chat: _Chat, gathered: Gathered) -> None:
    if not line.whole:
        gathered.tell(line.number, "The line is longer than any message", line.body)
        return
    try:
        found = decoded(line.body)
    except InvalidInput as error:
        gathered.tell(line.number, f"The line was not understood: {error}", line.body)
        return
    record = found.get("_type")
    if record == "message":
        for why, body in _take(found, chat, gathered):
            gathered.tell(line.number, why, body)
    elif record not in ("header", "member"):
        gathered.tell(line.number, "The line is no header, no member and no message", line.body)


def _chat(settings: Mapping[str, Any], source: Source, options: Options, gathered: Gathered) -> _Chat:
    meta = settings.get("meta")
    if not isinstance(meta, dict):
        gathered.tell(None, "It does not say which chat it is of; its name stands for that")
        meta = {}
    platform = said(meta.get("platform")) or _QQ
    owner = options.me or said(meta.get("ownerId"))
    names = _names(settings.get("members"))
    name = said(meta.get("name"))
    if meta.get("type") == "private":
        other = _other(names, owner, name)
        number = other if platform == _QQ and is_number(other) else None
        return _Chat(
            name or names.get(other or "") or other or source.name, "friend", number, platform, owner, names
        )
    number = said(meta.get("groupId"))
    return _Chat(name or number or source.name, "group", number, platform, owner, names)


def _names(members: object) -> dict[str, str]:
    names: dict[str, str] = {}
    for member in members if isinstance(members, list) else ():
        if isinstance(member, dict) and (number := said(member.get("platformId"))):
            names[number] = said(member.get("groupNickname")) or said(member.get("accountName")) or number
    return names


def _other(names: Mapping[str, str], owner: str | None, name: str | None) -> str | None:
    """Find the other side of a private chat: whoever is not the account, else whoever is called like the chat."""
    others = [number for number, called in names.items() if owner not in (number, called)]
    if owner in (*names, *names.values()) and len(others) == 1:
        return others[0]
    called_so = [number for number, called in names.items() if called == name]
    return called_so[0] if len(called_so) == 1 else None


def _take(found: Mapping[str, Any], chat: _Chat, gathered: Gathered) -> Iterator[tuple[str, str]]:
    """Take a message, and give what is wrong with it: why, and its text."""
    if not found.keys() & {"sender", "content", "timestamp"}:
        yield "It is no message", str(found)
        return
    try:
        row = _row(found, chat)
    except RecursionError:
        yield "It is nested too deeply to be read", ""
        return
    gathered.messages.append(row)
    if row["msg_time"] is None:
        yield f"Its time was not understood: {found.get('timestamp')!r}", str(row["content"] or "")
    kind = said(found.get("type"))
    if _kind(found) is None and kind not in chat.unknown_types:
        chat.unknown_types.add(kind)
        yield (
            f"Its type {kind} is not known; all of this type are of the kind other",
            str(row["content"] or ""),
        )


def _row(found: Mapping[str, Any], chat: _Chat) -> dict[str, Any]:
    sender = said(found.get("sender")) or ""
    kind, placeholder = _kind(found) or ("other", None)
    name = said(found.get("groupNickname")) or said(found.get("accountName")) or chat.names.get(sender)
    if sender in NOBODY and kind == "system":
        name = None
    elif name is None and sender not in NOBODY:
        name = sender
    number = sender if chat.platform == _QQ and sender not in NOBODY and is_number(sender) else None
    own = None if chat.owner is None or sender in NOBODY else chat.owner in (sender, name)
    content = found.get("content")
    return {
        "msg_time": microseconds(found.get("timestamp")),
        "sender": name,
        "content": placeholder if content is None else text(digits(content)),
        "kind": kind,
        "own": own,
        "sender_qq": number,
        "reply_to": said(found.get("replyToMessageId")),
        "msg_id": said(found.get("platformMessageId")),
        "sender_id": None if number or sender in NOBODY else sender,
        "platform": chat.platform,
        **_place(chat, own),
        **unknown(found, _KNOWN),
    }


def _kind(found: Mapping[str, Any]) -> tuple[str, str | None] | None:
    return KINDS.get(said(found.get("type")) or "")


def _place(chat: _Chat, own: bool | None) -> dict[str, Any]:
    place = {"chat": chat.name, "chat_key": chat_key(chat.place, chat.number or chat.name)}
    if chat.place == "group":
        number = chat.number if chat.platform == _QQ else None
        return place | {"type": "group_message", "group": chat.name, "gnumber": number}
    me = chat.owner if is_number(chat.owner) else None
    receiver = None if own is None else chat.number if own else me
    return place | {"type": "message", "receiver_qq": receiver}
