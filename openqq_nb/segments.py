"""What a message is made of besides text: mentions, pictures, faces, and the quote of another message."""

import base64
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from operator import index
from pathlib import Path
from typing import Any, SupportsIndex, cast

from openqq_nb.errors import InvalidInput, first_bytes
from openqq_nb.plaintext import stated, word

LARGEST_PICTURE_BYTES = 30 << 20
"""Ends of OneBot refuse more."""

_INLINE = "base64://"
_SHOWN_CHARACTERS = 60
_NUMBER = re.compile(r"[1-9][0-9]{0,19}")
_SIGNATURES = (
    ("PNG", re.compile(rb"\x89PNG\r\n\x1a\n")),
    ("JPEG", re.compile(rb"\xff\xd8\xff")),
    ("GIF", re.compile(rb"GIF8[79]a")),
    ("WebP", re.compile(rb"RIFF.{4}WEBP", re.DOTALL)),
    # Two letters are no sign of a picture, so the length of the header that follows is looked at as well.
    ("BMP", re.compile(rb"BM.{12}[\x0c\x28\x34\x38\x40\x6c\x7c]\x00\x00\x00", re.DOTALL)),
)


@dataclass(frozen=True, slots=True)
class Segment:
    """One part of a message as OneBot writes it.

    Attributes:
        type: `text`, `at`, `image`, `face`, `reply` …
        data: what belongs to it; numbers are texts.

    Source:
        OneBot 11, message segments in array format.
    """

    type: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Parts:
    """A message of several parts, as `oq.at`, `oq.image`, `oq.face` and `oq.reply_to` make it; join them with `+`.

    A quote goes first, wherever it is added, and a text directly after a mention gets a blank in front unless it
    begins with one.

    Attributes:
        segments: the parts in order.

    Source:
        OneBot 11, message segments in array format.

    Example:
        >>> import openqq_nb as oq
        >>> message = oq.reply_to("387693160") + oq.at("4200000011") + "周五聚餐" + oq.face(14)
        >>> message
        Parts(reply_to('387693160'), at('4200000011'), ' 周五聚餐', face(14))
        >>> message.text, message.reply_to
        ('@4200000011 周五聚餐[表情:14]', '387693160')
    """

    segments: tuple[Segment, ...]

    @property
    def text(self) -> str:
        """The message as plain text: `@` and a number, `[图片]`, `[表情:14]`; a quote is no part of it."""
        return "".join([word(one.type, one.data) for one in self.segments])

    @property
    def reply_to(self) -> str | None:
        """The `msg_id` of the message that is quoted, if any."""
        return next((stated(one.data, "id") for one in self.segments if one.type == "reply"), None)

    def array(self) -> list[dict[str, Any]]:
        """Give the segments as they go out: one object with `type` and `data` each."""
        return [{"type": one.type, "data": dict(one.data)} for one in self.segments]

    def json(self) -> str:
        """Write the segments as JSON text for the column `segments`; of a picture only its size remains."""
        kept = [
            {"type": one.type, "data": {key: _kept(cell) for key, cell in one.data.items()}}
            for one in self.segments
        ]
        return json.dumps(kept, ensure_ascii=False, separators=(",", ":"))

    def __bool__(self) -> bool:
        """Tell whether there is anything in it."""
        return bool(self.segments)

    def __add__(self, other: "Parts | str") -> "Parts":
        return self._with((*self.segments, *parts(other).segments)) if _is_content(other) else NotImplemented

    def __radd__(self, other: str) -> "Parts":
        return self._with((*parts(other).segments, *self.segments)) if _is_content(other) else NotImplemented

    def __format__(self, spec: str) -> str:
        """Refuse to become text: it would go out as text, and nobody would be mentioned.

        Raises:
            InvalidInput: always.
        """
        raise InvalidInput(
            f"{self!r} cannot stand in an f-string or in format(): it would become mere text, which mentions nobody "
            "and shows no picture. Join it with +, as in oq.at(qq) + f' {text}'; .text is its plain text."
        )

    def __repr__(self) -> str:
        """Name the parts by what makes them, without the bytes of pictures."""
        return f"Parts({', '.join(_shown(one) for one in self.segments)})"

    @staticmethod
    def _with(segments: tuple[Segment, ...]) -> "Parts":
        quotes = [one for one in segments if one.type == "reply"]
        if len(quotes) > 1:
            raise InvalidInput(
                f"A message can quote only one other; this would quote {', '.join(_shown(one) for one in quotes)}. "
                "Keep one oq.reply_to(...)."
            )
        return Parts((*quotes, *_spaced([one for one in segments if one.type != "reply"])))


Content = str | Parts
"""What can be sent: a text, or parts."""


def parts(content: Content) -> Parts:
    """Take a text as parts; what is parts already stays as it is."""
    if isinstance(content, Parts):
        return content
    return Parts((Segment("text", {"text": content}),) if content else ())


def plain(content: Content) -> str:
    """Give what is to be sent as plain text."""
    return content if isinstance(content, str) else content.text


def at(qq: str | int) -> Parts:
    """Mention somebody in a group.

    Args:
        qq: number of the person, or `"all"` for everybody, which only owner and admins may, a few times a day.

    Returns:
        Parts to be sent, or to be joined with text by `+`.

    Raises:
        InvalidInput: it is neither a number nor `"all"`.

    Source:
        OneBot 11, segment `at`.

    Example:
        >>> import openqq_nb as oq
        >>> (oq.at("4200000011") + "周五聚餐").text, oq.at("all").text
        ('@4200000011 周五聚餐', '@全体成员')
    """
    written = _written(qq)
    if written is None or (written != "all" and not _NUMBER.fullmatch(written)):
        raise InvalidInput(
            f"oq.at takes the number of a person as text or int, or 'all'; found {_described(qq)}. Nothing was made. "
            "Take the column qq or sender_qq of a row."
        )
    return Parts((Segment("at", {"qq": written}),))


def image(path: str | os.PathLike[str]) -> Parts:
    """Put a picture into a message; the file is read now, and may then change or go.

    Args:
        path: a PNG, JPEG, GIF, WebP or BMP of at most 30 MiB, on this machine.

    Returns:
        Parts to be sent, or to be joined with text by `+`.

    Raises:
        InvalidInput: there is no such file, it cannot be read, is too large, or is no picture.

    Source:
        OneBot 11, segment `image` with the picture itself in Base64, so that an end on another machine, or in a
        container, can send it.

    Example:
        >>> import base64, pathlib, tempfile
        >>> import openqq_nb as oq
        >>> dot = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = pathlib.Path(folder, "点.gif")
        ...     _ = path.write_bytes(dot)
        ...     message = "看图" + oq.image(path)
        >>> message, message.text
        (Parts('看图', image(42 bytes)), '看图[图片]')
    """
    return picture(_read(path), f"The file {str(path)!r}")


def picture(found: bytes, called: str) -> Parts:
    """Put the bytes of a picture into a message.

    Args:
        found: the bytes.
        called: what an error calls it, as the beginning of a sentence.

    Raises:
        InvalidInput: it is no picture, or too large.

    Source:
        OneBot 11, segment `image`.
    """
    if len(found) > LARGEST_PICTURE_BYTES:
        raise InvalidInput(
            f"{called} has more than {LARGEST_PICTURE_BYTES >> 20} MiB, which QQ refuses. Nothing was made. Make the "
            "picture smaller."
        )
    if not any(sign.match(found) for _, sign in _SIGNATURES):
        kinds = ", ".join(name for name, _ in _SIGNATURES)
        what = f"begins with {first_bytes(found[:16])}" if found else "is empty"
        raise InvalidInput(
            f"{called} is no picture that QQ shows ({kinds}): it {what}. Nothing was made. Save it as PNG or JPEG."
        )
    return Parts((Segment("image", {"file": _INLINE + base64.b64encode(found).decode()}),))


def face(number: int) -> Parts:
    """Put one of the faces of QQ into a message.

    Args:
        number: its number, such as 14 for a smile.

    Returns:
        Parts to be sent, or to be joined with text by `+`.

    Raises:
        InvalidInput: it is no whole number from 0.

    Source:
        OneBot 11, segment `face`.

    Example:
        >>> import openqq_nb as oq
        >>> ("早上好" + oq.face(14)).text
        '早上好[表情:14]'
    """
    given: object = number
    written = None if isinstance(given, str) else _written(given)
    if written is None or written.startswith("-"):
        raise InvalidInput(
            "oq.face takes the number of a face, a whole number from 0, as in oq.face(14); found "
            f"{_described(given)}. Nothing was made."
        )
    return Parts((Segment("face", {"id": written}),))


def reply_to(message: object) -> Parts:
    """Quote another message of the same chat.

    Args:
        message: its `msg_id` as text or int, a row of `inbox.df`, a message that a handler was given, or the receipt of
            a send.

    Returns:
        Parts to be joined with text by `+`.

    Raises:
        InvalidInput: no `msg_id` is in it, or it is none.

    Source:
        OneBot 11, segment `reply`.

    Example:
        >>> import openqq_nb as oq
        >>> message = "收到" + oq.reply_to({"msg_id": "-1702469138", "content": "统计一下"})
        >>> message
        Parts(reply_to('-1702469138'), '收到')
    """
    written = msg_id_of(message)
    if written is None:
        raise InvalidInput(
            f"oq.reply_to takes a msg_id, or what has one: a row of inbox.df, a message or a receipt; found "
            f"{_described(message)}. Nothing was made. Without a msg_id a message cannot be quoted."
        )
    return Parts((Segment("reply", {"id": written}),))


def msg_id_of(message: object) -> str | None:
    """Take the `msg_id` of a message, which is given as `reply_to` takes it; `None` if there is none."""
    found = message.get("msg_id") if isinstance(message, Mapping) else getattr(message, "msg_id", message)
    written = _written(found)
    return written if written and written.strip() else None


def _written(found: object) -> str | None:
    """Bring an identifier to text; a float has lost digits, and a bool is none."""
    if isinstance(found, str):
        return found
    if isinstance(found, bool):
        return None
    try:
        return str(index(cast(SupportsIndex, found)))
    except TypeError:
        return None


def _described(found: object) -> str:
    shown = repr(found)
    short = shown if len(shown) <= _SHOWN_CHARACTERS else f"{shown[:_SHOWN_CHARACTERS]}…"
    return f"{short} ({type(found).__name__})"


def _read(path: str | os.PathLike[str]) -> bytes:
    try:
        file = Path(path).expanduser()
        there = file.is_file()
        found = _beginning(file) if there else b""
    except (OSError, RuntimeError, TypeError, ValueError) as error:
        raise InvalidInput(
            f"The picture {_described(path)} cannot be read: {error}. Nothing was made. Give the path of a file that "
            "may be read."
        ) from error
    if not there:
        raise InvalidInput(
            f"There is no file {str(path)!r}; it was looked for as {str(file.absolute())!r}. Nothing was made. "
            "Give the path of a picture on this machine."
        )
    return found


def _beginning(file: Path) -> bytes:
    """Read one byte more than is allowed: a size that was looked at before may have grown."""
    with file.open("rb") as opened:
        return opened.read(LARGEST_PICTURE_BYTES + 1)


def _is_content(found: object) -> bool:
    return isinstance(found, str | Parts)


def _spaced(segments: list[Segment]) -> list[Segment]:
    """Join texts that stand side by side, and part them from a mention, which they would otherwise run into."""
    done: list[Segment] = []
    for one in segments:
        if one.type != "text":
            done.append(one)
            continue
        before = done[-1].type if done else ""
        written = stated(one.data, "text")
        if before == "text":
            done[-1] = Segment("text", {"text": stated(done[-1].data, "text") + written})
        elif written:
            blank = " " if before == "at" and not written[0].isspace() else ""
            done.append(Segment("text", {"text": blank + written}))
    return done


def _shown(one: Segment) -> str:
    if one.type == "text":
        text = stated(one.data, "text")
        return repr(text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}…")
    if one.type == "at":
        return f"at({stated(one.data, 'qq')!r})"
    if one.type == "face":
        return f"face({stated(one.data, 'id')})"
    if one.type == "reply":
        return f"reply_to({stated(one.data, 'id')!r})"
    size = next((_size(cell) for cell in one.data.values() if _is_inline(cell)), None)
    return f"{one.type}()" if size is None else f"{one.type}({size} bytes)"


def _kept(cell: object) -> object:
    return f"{_INLINE}… ({_size(cell)} bytes)" if _is_inline(cell) else cell


def _is_inline(cell: object) -> bool:
    return isinstance(cell, str) and cell.startswith(_INLINE)


def _size(cell: object) -> int:
    written = str(cell).removeprefix(_INLINE)
    return len(written) * 3 // 4 - written[-2:].count("=")
