"""What a message says: its segments, the plain text of them, what kind of thing it is, and what it quotes.

Source:
    OneBot 11, message segments and both message formats; recorded posts of NapCat, LLBot, go-cqhttp and Lagrange.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from openqq_nb.plaintext import is_market_face, stated, word
from openqq_nb.protocols.onebot11 import cqcode
from openqq_nb.protocols.reading import digits, mended

UNKNOWN = "unknown"
"""The type of a segment that tells none."""

# The first of these that is in a message says what the message is: a picture with words is a picture, a quote with a
# picture a quote; a face beside words is but a face.
_RANKS: Mapping[str, int] = {
    kind: rank
    for rank, kind in enumerate(
        ("reply", "forward", "share", "file", "video", "voice", "image", "text", "face", "blank", "other")
    )
}
_KINDS = ("reply", "forward", "share", "file", "video", "voice", "image", "text", "face", "text", "other")
_OTHER = len(_KINDS) - 1
_TYPES: Mapping[str, int] = {
    written: _RANKS[kind]
    for kind, types in {
        "reply": ("reply",),
        "forward": ("forward", "node"),
        "share": ("json", "xml", "share", "music", "contact", "location"),
        "file": ("file", "onlinefile", "flashtransfer"),
        "video": ("video",),
        "voice": ("record",),
        "image": ("image",),
        "text": ("text", "at", "markdown"),
        "face": ("face", "mface", "dice", "rps"),
    }.items()
    for written in types
}


class Told(NamedTuple):
    """What a message says.

    Attributes:
        text: as plain text.
        kind: `text`, `image`, `voice`, `video`, `file`, `face`, `reply`, `forward`, `share` or `other`.
        reply_to: the `msg_id` of the message that is quoted, if any.
        segments: the segments as JSON text, every number in it as the text of its digits, as ids are everywhere.
    """

    text: str
    kind: str
    reply_to: str | None
    segments: str


def read(message: object) -> Told:
    """Read a message in array or string format, or one segment alone; no shape of it is an error.

    Args:
        message: decoded JSON; numbers as `int` or as the text of their digits.
    """
    segments = as_segments(message)
    written = msgspec.json.encode(segments).decode()
    if len(segments) == 1 and segments[0]["type"] == "text":
        text = stated(segments[0]["data"], "text")
        return Told(text, "text" if text else "other", None, written)
    # A card is JSON inside of JSON, and may hold what the JSON around it could not.
    text = mended("".join([word(one["type"], one["data"]) for one in segments]))
    return Told(text, _kind(segments), _quoted(segments), written)


def as_segments(message: object) -> list[dict[str, Any]]:
    """Give the segments of a message in either format, each with `type` and `data`; what is none is left out."""
    if isinstance(message, str):
        return cqcode.parsed(message)
    items: list[object] = message if isinstance(message, list) else [message]
    return [one for item in items if (one := _segment(item)) is not None]


def _segment(item: object) -> dict[str, Any] | None:
    if isinstance(item, str) or type(item) is int:
        return {"type": "text", "data": {"text": str(item)}}
    if not isinstance(item, dict):
        return None
    data = item.get("data")
    return {
        "type": stated(item, "type") or UNKNOWN,
        "data": {key: cell if type(cell) is str else digits(cell) for key, cell in data.items()}
        if isinstance(data, dict)
        else {},
    }


def _kind(segments: Sequence[Mapping[str, Any]]) -> str:
    return _KINDS[min([_rank(one["type"], one["data"]) for one in segments], default=_OTHER)]


def _rank(written: str, data: Mapping[str, object]) -> int:
    if written == "text" and not (text := stated(data, "text")).strip():
        return _RANKS["blank"] if text else _OTHER
    if written == "image" and is_market_face(data):
        return _RANKS["face"]
    return _TYPES.get(written, _OTHER)


def _quoted(segments: Sequence[Mapping[str, Any]]) -> str | None:
    ids = [stated(one["data"], "id") for one in segments if one["type"] == "reply"]
    return next((one for one in ids if one), None)
