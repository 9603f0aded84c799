"""One JSON file of qq-chat-exporter 4 to 6: all messages of one talk."""

import re
from collections.abc import Iterator, Sequence

import msgspec

from openqq_nb.readers.base import Options, Part, Source
from openqq_nb.readers.qce import telling
from openqq_nb.readers.qce.content import Element, Text, as_text, told
from openqq_nb.readers.qce.fitting import Fitting, Later
from openqq_nb.readers.qce.messages import NOBODY, Person, Rows, flags, microseconds, stated, wall_time
from openqq_nb.readers.qce.reading import read

NAME = "QQ Chat Exporter JSON"

_NO_JSON = msgspec.Raw(b"")


class Sender(msgspec.Struct, rename="camel", gc=False):
    """Who wrote a message."""

    uid: Text = None
    uin: Text = None
    name: Text = None
    nickname: Text = None
    group_card: Text = None
    title: Text = None


class Resource(msgspec.Struct, rename="camel", gc=False):
    """A picture, voice, video or file of a message."""

    filename: Text = None
    local_path: Text = None


class Content(msgspec.Struct, gc=False):
    """What a message says; its pieces are decoded when they are wanted."""

    text: Text = None
    elements: msgspec.Raw = _NO_JSON
    resources: msgspec.Raw = _NO_JSON


class Message(msgspec.Struct, gc=False):
    """A message as 4.x, 5.x and 6.x write it."""

    id: Text = None
    seq: Text = None
    timestamp: Text = None
    time: Text = None
    sender: msgspec.Raw = _NO_JSON
    type: Text = None
    content: Content | None = None
    recalled: Text = None
    system: Text = None


FITTING = Fitting(Message, frozenset(("content", "sender", "timestamp")))
_EMPTY = Content()
_SENDERS, _ELEMENTS, _RESOURCES = Later(Sender), Later(Element), Later(Resource)
_NONE = b"[]"
_TEXT = b'[{"type":"text",'
_TEXT_SPACED = re.compile(rb'\[\s*\{\s*"type"\s*:\s*"text"')
_SYSTEM_KINDS = {True: "recall", False: "system"}


def recognises(head: bytes, source: Source) -> bool:
    """Tell whether a source is such a file."""
    return telling.layout(head, source) == "single"


def parts(source: Source, options: Options) -> Iterator[Part]:
    """Read a source."""
    return read(source, options, FITTING.decoding(), rows)


def rows(messages: Sequence[Message], zone: str) -> Rows:
    """Take what the columns are made of from messages.

    Args:
        messages: in the order of the file.
        zone: the time zone of times that state none.
    """
    found = Rows(
        times=_times(messages, zone),
        kinds=["text"] * len(messages),
        replies=[None] * len(messages),
        ids=[one.seq if one.id is None else one.id for one in messages],
        recalled=[None] * len(messages),
        attachments=[None] * len(messages),
    )
    _add_people(messages, found)
    contents = [one.content or _EMPTY for one in messages]
    found.contents = [one.text for one in contents]
    for row, content in enumerate(contents):
        elements = bytes(content.elements)
        if not content.text or not _is_text(elements):
            _add_content(found, row, messages[row], content, elements)
    found.mark_recalled(flags([one.recalled for one in messages]))
    found.mark_system(flags([one.system for one in messages]), _SYSTEM_KINDS)
    return found


def _is_text(elements: bytes) -> bool:
    """Tell whether a message is but one text; quickly, since nearly all are."""
    is_first = elements.startswith(_TEXT) or _TEXT_SPACED.match(elements) is not None
    return is_first and elements.count(b'"type"') == 1


def _add_content(found: Rows, row: int, message: Message, content: Content, written: bytes) -> None:
    elements, odd = _ELEMENTS.objects(written)
    said = told(stated(content.text), elements, as_text(message.type))
    found.contents[row], found.kinds[row], found.replies[row] = said
    listed = bytes(content.resources)
    resources, odd_too = _RESOURCES.objects(listed) if listed != _NONE else ([], "")
    found.attachments[row] = "\n".join(filter(None, map(_name, resources))) or None
    found.odd += [(row, one) for one in (odd, odd_too) if one]


def _add_people(messages: Sequence[Message], found: Rows) -> None:
    # Everybody writes often: what is known of them is decoded once.
    numbers: dict[bytes, int] = {}
    found.who = [numbers.setdefault(bytes(one.sender), len(numbers)) for one in messages]
    for written in numbers:
        sender, odd = _SENDERS.one(written)
        found.people.append(_person(sender) if sender else NOBODY)
        if odd:
            found.odd += [(row, odd) for row, one in enumerate(found.who) if one == len(found.people) - 1]


def _person(sender: Sender) -> Person:
    name = sender.group_card or sender.name or sender.nickname
    return Person(*map(stated, (name, sender.uin, sender.uid, sender.nickname, sender.title or None)))


def _times(messages: Sequence[Message], zone: str) -> list[int | None]:
    found = microseconds([one.timestamp for one in messages])
    if None not in found:
        return found
    return [
        wall_time(one.time, zone) if moment is None else moment
        for one, moment in zip(messages, found, strict=True)
    ]


def _name(resource: Resource) -> str:
    return as_text(resource.local_path) or as_text(resource.filename)
