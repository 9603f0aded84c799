"""One JSON file of the first releases of qq-chat-exporter 4: other names, and no elements."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import msgspec

from openqq_nb.readers.base import Options, Part, Source
from openqq_nb.readers.qce import telling
from openqq_nb.readers.qce.content import (
    CARD,
    FORWARD,
    KINDS,
    Replacing,
    Text,
    Told,
    as_text,
    media,
    quote_end,
)
from openqq_nb.readers.qce.fitting import Fitting
from openqq_nb.readers.qce.messages import Person, Rows, flagged, microseconds, stated
from openqq_nb.readers.qce.reading import read

NAME = "QQ Chat Exporter JSON, first releases of 4.x"


class Sender(msgspec.Struct, gc=False):
    """Who wrote a message."""

    uid: Text = None
    uin: Text = None
    name: Text = None


class Raw(msgspec.Struct, rename="camel", gc=False):
    """What of the provider's own record of a message is of use."""

    send_nick_name: Text = None
    send_member_name: Text = None


class Resource(msgspec.Struct, rename="camel", gc=False):
    """A picture, voice, video or file of a message."""

    type: Text = None
    file_name: Text = None
    local_path: Text = None


class Emoji(msgspec.Struct, gc=False):
    """A face in a message."""

    id: Text = None
    type: Text = None
    name: Text = None


class Reply(msgspec.Struct, rename="camel", gc=False):
    """What a message quotes."""

    message_id: Text = None
    referenced_message_id: Text = None
    sender_name: Text = None
    content: Text = None


class Titled(msgspec.Struct, gc=False):
    """A card, or messages that were forwarded as one."""

    title: Text = None


class Content(msgspec.Struct, rename="camel", gc=False):
    """What a message says."""

    text: Text = None
    resources: list[Resource] | None = None
    emojis: list[Emoji] | None = None
    reply: Reply | None = None
    multi_forward: Titled | None = None
    card: Titled | None = None


class Message(msgspec.Struct, rename="camel", gc=False):
    """A message as the first releases write it."""

    message_id: Text = None
    message_seq: Text = None
    timestamp: Text = None
    sender: Sender | None = None
    is_system_message: Text = None
    is_recalled: Text = None
    content: Content | None = None
    raw_message: Raw | None = None


_NOBODY, _EMPTY, _NO_RAW = Sender(), Content(), Raw()
_SYSTEM_KINDS = {True: "recall", False: "system"}
_MEDIA = {"image": "image", "audio": "voice", "video": "video", "file": "file"}
FITTING = Fitting(Message, frozenset(("content", "sender", "timestamp")))


def recognises(head: bytes, source: Source) -> bool:
    """Tell whether a source is such a file."""
    return telling.layout(head, source) == "early"


def parts(source: Source, options: Options) -> Iterator[Part]:
    """Read a source."""
    return read(source, options, FITTING.decoding(), rows)


def rows(messages: Sequence[Message]) -> Rows:
    """Take what the columns are made of from messages, in the order of the file."""
    contents = [one.content or _EMPTY for one in messages]
    tolds = [_told(one) for one in contents]
    found = Rows(
        who=list(range(len(messages))),
        people=[_person(one.sender or _NOBODY, one.raw_message or _NO_RAW) for one in messages],
        times=microseconds([one.timestamp for one in messages]),
        contents=[one.text for one in tolds],
        kinds=[one.kind for one in tolds],
        replies=[one.reply_to for one in tolds],
        ids=[one.message_seq if one.message_id is None else one.message_id for one in messages],
        recalled=[None] * len(messages),
        attachments=[_names(one.resources or ()) for one in contents],
    )
    found.mark_recalled(flagged([one.is_recalled for one in messages]))
    found.mark_system(flagged([one.is_system_message for one in messages]), _SYSTEM_KINDS)
    return found


def _person(sender: Sender, raw: Raw) -> Person:
    name = raw.send_member_name or sender.name or raw.send_nick_name or None
    return Person(*map(stated, (name, sender.uin, sender.uid, raw.send_nick_name or None)))


def _told(content: Content) -> Told:
    text = stated(content.text)
    if not text:
        return Told(text, "other", None)
    reply = content.reply
    start = quote_end(text, as_text(reply.sender_name), as_text(reply.content)) if reply else 0
    replacing = Replacing(text, start)
    marks = list(_marks(content))
    for mark in sorted(marks, key=lambda mark: _place(text, mark)):
        replacing.replace(mark.exact, mark.like, mark.plain)
    plain = replacing.end()
    kinds = {mark.kind for mark in marks} | ({"text"} if replacing.spoken else set())
    if reply:
        kinds.add("reply")
    return Told(plain, next((kind for kind in KINDS if kind in kinds), "other"), _quoted(reply))


class _Mark(NamedTuple):
    """What stands in a text for what is no text, and what is to stand there."""

    kind: str
    exact: tuple[str, ...]
    like: re.Pattern[str] | None
    plain: str | None


def _marks(content: Content) -> Iterator[_Mark]:
    if content.multi_forward:
        title = as_text(content.multi_forward.title)
        yield _Mark("forward", (f"[合并转发: {title}]",), FORWARD, "[合并转发]")
    if content.card:
        title = as_text(content.card.title)
        yield _Mark("share", (f"[卡片消息: {title}]",), CARD, f"[卡片:{title}]" if title else "[卡片]")
    for one in content.resources or ():
        if kind := _MEDIA.get(as_text(one.type)):
            yield _Mark(kind, *media(as_text(one.type), as_text(one.file_name)))
    for face in content.emojis or ():
        name = as_text(face.name)
        if face.type == "market":
            yield _Mark("face", (f"[{name}]",), None, f"[表情:{name}]" if name else "[表情]")
        else:
            yield _Mark("face", (f"[表情{as_text(face.id)}]",), None, None)


def _place(text: str, mark: _Mark) -> int:
    return min((at for one in mark.exact if (at := text.find(one)) >= 0), default=len(text))


def _quoted(reply: Reply | None) -> str | None:
    if reply is None:
        return None
    return as_text(reply.referenced_message_id) or as_text(reply.message_id) or None


def _names(resources: Sequence[Resource]) -> str | None:
    written = [as_text(one.local_path) or as_text(one.file_name) for one in resources]
    return "\n".join(filter(None, written)) or None
