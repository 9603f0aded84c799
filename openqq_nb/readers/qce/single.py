"""One JSON file of qq-chat-exporter 4 to 6: all messages of one talk."""

import re
from collections.abc import Iterator, Sequence

import msgspec

from openqq_nb.readers.base import Options, Part, Source
from openqq_nb.readers.qce import telling
from openqq_nb.readers.qce.content import PICTURED, Element, Text, alone, as_text, told
from openqq_nb.readers.qce.fitting import Fitting, Later
from openqq_nb.readers.qce.messages import NOBODY, Person, Rows, flagged, microseconds, stated, wall_time
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
_TYPE = b'"type"'
_FIRST = re.compile(rb'\[\s*\{\s*"type"\s*:\s*"([a-z_]+)"')
_FIRST_TEXT = re.compile(rb'\[\s*\{\s*"type"\s*:\s*"text"')
_NOTHING_LIKE_IT = b"-"
_MOST_KNOWN = 100_000
_SYSTEM_KINDS = {True: "recall", False: "system"}


def recognises(head: bytes, source: Source) -> bool:
    """Tell whether a source is such a file."""
    return telling.layout(head, source) == "single"


def parts(source: Source, options: Options) -> Iterator[Part]:
    """Read a source."""
    return read(source, options, FITTING.decoding(), Reading(options.zone).rows)


class Reading:
    """Takes from messages what the columns are made of, and remembers who wrote them."""

    def __init__(self, zone: str) -> None:
        """Begin a file.

        Args:
            zone: the time zone of times that state none.
        """
        self._zone = zone
        self._known: dict[bytes, tuple[Person, str]] = {}

    def rows(self, messages: Sequence[Message]) -> Rows:
        """Take them from messages in the order of the file."""
        contents = [one.content or _EMPTY for one in messages]
        found = Rows(
            times=_times(messages, self._zone),
            contents=[one.text for one in contents],
            kinds=["text"] * len(messages),
            replies=[None] * len(messages),
            ids=[one.seq if one.id is None else one.id for one in messages],
            recalled=[None] * len(messages),
            attachments=[None] * len(messages),
        )
        self._add_people(messages, found)
        elements = [bytes(one.elements) for one in contents]
        for row in _not_only_text(elements, found.contents):
            _add_content(found, row, messages[row], elements[row])
        found.mark_recalled(flagged([one.recalled for one in messages]))
        found.mark_system(flagged([one.system for one in messages]), _SYSTEM_KINDS)
        return found

    def _add_people(self, messages: Sequence[Message], found: Rows) -> None:
        # Everybody writes often: what is known of them is decoded once.
        numbers: dict[bytes, int] = {}
        found.who = [numbers.setdefault(bytes(one.sender), len(numbers)) for one in messages]
        for written, number in numbers.items():
            person, odd = self._known.get(written) or self._person(written)
            found.people.append(person)
            if odd:
                found.odd += [(row, odd) for row, one in enumerate(found.who) if one == number]

    def _person(self, written: bytes) -> tuple[Person, str]:
        sender, odd = _SENDERS.one(written)
        if len(self._known) >= _MOST_KNOWN:
            self._known.clear()
        known = self._known[written] = (_person(sender) if sender else NOBODY, odd)
        return known


def _not_only_text(elements: Sequence[bytes], texts: Sequence[Text]) -> list[int]:
    """Give the messages that are not but one text; quickly, since nearly all are."""
    first = next((found for one in elements if (found := _FIRST_TEXT.match(one))), None)
    begin = first[0] if first else _NOTHING_LIKE_IT
    rest = len(begin)
    return [
        row
        for row, (one, text) in enumerate(zip(elements, texts, strict=True))
        if not text or not one.startswith(begin) or one.find(_TYPE, rest) >= 0
    ]


def _add_content(found: Rows, row: int, message: Message, written: bytes) -> None:
    content = message.content or _EMPTY
    first = _FIRST.match(written)
    only = first[1].decode() if first and written.find(_TYPE, first.end()) < 0 else ""
    if only in PICTURED and content.text and (pictured := alone(as_text(content.text), only)):
        found.contents[row], found.kinds[row] = pictured
    else:
        elements, odd = _ELEMENTS.objects(written)
        said = told(stated(content.text), elements, as_text(message.type))
        found.contents[row], found.kinds[row], found.replies[row] = said
        if odd:
            found.odd.append((row, odd))
    listed = bytes(content.resources)
    if listed != _NONE:
        resources, odd = _RESOURCES.objects(listed)
        found.attachments[row] = "\n".join(filter(None, map(_name, resources))) or None
        if odd:
            found.odd.append((row, odd))


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
