"""What a message of qq-chat-exporter says: its plain text, its kind and what it quotes.

The text of a message stands in it as a whole; its elements tell what in it is no text. They cannot be joined instead,
since in 5.x the first of them repeats everything.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from openqq_nb.plaintext import word

Text = str | int | float | bool | None
"""What stands where a text belongs: numbers happen."""


class Data(msgspec.Struct, rename="camel", gc=False):
    """What is known of an element."""

    id: Text = None
    text: Text = None
    filename: Text = None
    name: Text = None
    duration: Text = None
    title: Text = None
    summary: Text = None
    content: Text = None
    sender_name: Text = None
    message_id: Text = None
    referenced_message_id: Text = None


class Element(msgspec.Struct, gc=False):
    """One piece of a message."""

    type: Text = None
    data: Data | None = None


class Told(NamedTuple):
    """What a message says."""

    text: str | None
    kind: str
    reply_to: str | None


_Mark = tuple[tuple[str, ...], re.Pattern[str] | None, str | None]
"""How it is written in a text, or what that is like, and what is to stand there."""

_KINDS: Mapping[str, str] = {
    "reply": "reply", "forward": "forward", "json": "share", "location": "share", "file": "file", "video": "video",
    "audio": "voice", "image": "image", "text": "text", "at": "text", "face": "face", "market_face": "face",
}  # fmt: skip
KINDS = ("reply", "forward", "share", "file", "video", "voice", "image", "text", "face")
"""The first of these that is in a message says what the message is."""
_RANKS: Mapping[Text, int] = {written: KINDS.index(kind) for written, kind in _KINDS.items()}
_SPOKEN, _OTHER = KINDS.index("text"), len(KINDS)
_NOTHING = Data()
_QUOTE = "[回复消息]"
_QUOTE_BEGINS, _QUOTE_ENDS = "[回复 ", "]\n"


def told(text: str | None, elements: Sequence[Element], written: str = "") -> Told:
    """Read a message that people wrote.

    Args:
        text: the whole text as the exporter put it together.
        elements: what the message is made of, in order.
        written: the type that the exporter gives the message, for those without elements.
    """
    if not elements or (text and len(elements) == 1 and elements[0].type == "text"):
        return Told(text, _plain_kind(text, written), None)
    reply = next((one.data or _NOTHING for one in elements if one.type == "reply"), None)
    plain, spoken = _read(text, elements, reply) if text else _spelled(elements)
    return Told(
        plain if text or plain else text, _kind(elements, spoken), None if reply is None else _quoted(reply)
    )


def quote_end(text: str, name: str, quoted: str) -> int:
    r"""Tell where the quote at the start of a text ends.

    Example:
        >>> quote_end("[回复 小灰: [图片] 好]\n哈哈", "小灰", "[图片] 好")
        16
    """
    if text.startswith(_QUOTE):
        return len(_QUOTE)
    if not text.startswith(_QUOTE_BEGINS):
        return 0
    whole = f"{_QUOTE_BEGINS}{name}: {quoted}]"
    if text.startswith(whole):
        return len(whole) + text.startswith("\n", len(whole))
    end = text.find(_QUOTE_ENDS)
    if end >= 0:
        return end + len(_QUOTE_ENDS)
    return len(text) if text.endswith("]") else 0


class Replacing:
    """Puts words into a text in the place of marks, from its beginning to its end.

    Attributes:
        spoken: whether there are words beside the marks.
    """

    def __init__(self, text: str, start: int = 0) -> None:
        self._text = text
        self._done = self._at = start
        self._words: list[str] = []
        self.spoken = False

    def skip(self, words: str) -> None:
        """Go behind words that people wrote, if they come next."""
        if self._text.startswith(words, self._at):
            self._at += len(words)
        elif (stripped := words.strip()) and (found := self._text.find(stripped, self._at)) >= 0:
            self._at = found + len(stripped)

    def replace(self, exact: Iterable[str], like: re.Pattern[str] | None, plain: str | None) -> None:
        """Put words in the place of the next mark.

        Args:
            exact: how it may be written; the first that is found counts.
            like: what it is like, if none of these is found.
            plain: the words; `None` leaves the mark.
        """
        text = self._text
        for mark in exact:
            start = text.find(mark, self._at)
            if start >= 0:
                stop = start + len(mark)
                break
        else:
            found = like.search(text, self._at) if like else None
            if found is None:
                return
            start, stop = found.span()
        self._keep(start)
        self._words.append(text[start:stop] if plain is None else plain)
        self._done = self._at = stop

    def end(self) -> str:
        """Give the text."""
        self._keep(len(self._text))
        return self._words[0] if len(self._words) == 1 else "".join(self._words)

    def _keep(self, stop: int) -> None:
        if stop > self._done:
            between = self._text[self._done : stop]
            self.spoken = self.spoken or not between.isspace()
            self._words.append(between)


def media(kind: str, name: str) -> tuple[tuple[str, ...], re.Pattern[str], str]:
    """Give how a picture, voice, video or file is marked, and its word in plain text.

    Args:
        kind: `image`, `audio`, `video` or `file`.
        name: its file name; the length of a voice.
    """
    label, like = _MEDIA[kind]
    marks = (f"[{label}:{name}]", f"[{label}: {name}]")
    return marks, like, f"[{label}:{name}]" if kind == "file" and name else f"[{label}]"


PICTURED = ("image", "audio", "video")
"""Types of elements of which nothing is shown but that they are there."""


def alone(text: str, kind: str) -> tuple[str, str] | None:
    """Give plain text and kind of a message that is one picture, voice or video; `None` if there is more to it."""
    label = _MEDIA[kind][0]
    if not text.startswith(f"[{label}") or not text.endswith("]"):
        return None
    return f"[{label}]", _KINDS[kind]


FORWARD = re.compile(r"\[(?:转发消息|合并转发|聊天记录)[^\]]*\]")
CARD = re.compile(r"\[(?:JSON消息|卡片消息|卡片)[^\]]*\]")
_MEDIA = {
    kind: (label, re.compile(rf"\[{label}[^\]]*\]"))
    for kind, label in (("image", "图片"), ("audio", "语音"), ("video", "视频"), ("file", "文件"))
}


def as_text(found: object) -> str:
    """Write a text, or whatever stands in its place."""
    return found if isinstance(found, str) else "" if found is None else str(found)


def _read(text: str, elements: Sequence[Element], reply: Data | None) -> tuple[str, bool]:
    start = 0 if reply is None else quote_end(text, as_text(reply.sender_name), as_text(reply.content))
    replacing = Replacing(text, start)
    for one in elements:
        data = one.data or _NOTHING
        if one.type == "text":
            words = data.text
            if words and words != text:  # in 5.x it is the whole
                replacing.skip(as_text(words))
        elif mark := _MARKS.get(one.type):
            replacing.replace(*mark(data))
    plain = replacing.end()
    return plain, replacing.spoken


def _spelled(elements: Sequence[Element]) -> tuple[str, bool]:
    """Write a message whose text is not there."""
    spoken = any(one.type == "text" and as_text((one.data or _NOTHING).text).strip() for one in elements)
    return "".join(_word(one.type, one.data or _NOTHING) for one in elements), spoken


def _kind(elements: Sequence[Element], spoken: bool) -> str:
    rank = _SPOKEN if spoken else _OTHER
    for one in elements:
        if one.type != "text":
            rank = min(rank, _RANKS.get(one.type, _OTHER))
    return "other" if rank == _OTHER else KINDS[rank]


def _plain_kind(text: str | None, written: str) -> str:
    kind = _KINDS.get(written, "text" if written != "error" else "other")
    return kind if text or kind != "text" else "other"


def _quoted(reply: Data) -> str | None:
    found = as_text(reply.referenced_message_id) or as_text(reply.message_id)
    return found if found not in ("", "0") else None


def _word(kind: Text, data: Data) -> str:
    if kind == "face":
        return as_text(data.name) or "[表情]"
    if kind == "at":
        return word("at", {"name": as_text(data.name)})
    mark = _MARKS.get(kind)
    return (mark(data)[2] if mark else as_text(data.text)) or ""


def _of_media(kind: str) -> Callable[[Data], _Mark]:
    return lambda data: media(kind, as_text(data.filename))


def _voice(data: Data) -> _Mark:
    return media("audio", f"{as_text(data.duration)}秒")


def _forward(data: Data) -> _Mark:
    return (f"[合并转发: {as_text(data.title)}]",), FORWARD, "[合并转发]"


def _card(data: Data) -> _Mark:
    title = as_text(data.title) or as_text(data.summary)
    plain = f"[卡片:{title}]" if title else word("json", {"data": as_text(data.content)})
    return ("[JSON消息]", f"[卡片消息: {title}]"), CARD, plain


def _market_face(data: Data) -> _Mark:
    name = as_text(data.name)
    return (f"[{name}]",), None, f"[表情:{name}]" if name else "[表情]"


def _face(data: Data) -> _Mark:
    name = as_text(data.name)
    return (f"[{name}]", name, f"[表情{as_text(data.id)}]"), _FACE, None


def _at(data: Data) -> _Mark:
    return (f"@{as_text(data.name)}",), None, None


def _location(data: Data) -> _Mark:
    return ("[位置消息]",), None, None


_FACE = re.compile(r"\[表情[^\]]*\]")
_MARKS: Mapping[Text, Callable[[Data], _Mark]] = {
    "image": _of_media("image"), "video": _of_media("video"), "file": _of_media("file"), "audio": _voice,
    "forward": _forward, "json": _card, "market_face": _market_face, "face": _face, "at": _at,
    "location": _location,
}  # fmt: skip
