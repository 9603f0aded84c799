"""What is written on the socket, and what kind of frame it is that came."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

import msgspec

from openqq_nb.errors import InvalidInput

# Times above are milliseconds: so NapCat writes those that it takes from its own clock.
_MILLISECONDS_FROM: Final = 1e11
# `protocols.onebot11` knows them of answers. That is a layer above and cannot be asked, and this is about what stands
# in place of a greeting, which no call brings.
WANTS_TOKEN: Final = (1401, 1403)


class _Head(msgspec.Struct):
    """The keys by which a frame is told; those of its content are skipped."""

    post_type: Any = None
    meta_event_type: Any = None
    time: Any = None
    interval: Any = None
    retcode: Any = None
    echo: Any = None


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame that came.

    Attributes:
        kind: `event`, `answer` (to the call of `echo`), `refusal` (another token is wanted), `complaint` (about a
            frame that the server could not read) or `garbage`.
        echo: which call is answered.
        server_s: the server's time in UTC seconds, of heartbeats and the like, which are made the moment they are sent.
        interval_s: in what distance heartbeats come, of heartbeats.

    Source:
        OneBot 11, forward WebSocket; recorded frames of NapCat.
    """

    kind: Literal["event", "answer", "refusal", "complaint", "garbage"]
    echo: str | None = None
    server_s: float | None = None
    interval_s: float | None = None


_heads = msgspec.json.Decoder(_Head)
_GARBAGE: Final = Frame("garbage")


def read(body: bytes) -> Frame:
    """Tell what a frame is; what is no JSON object of that kind is `garbage`."""
    try:
        return _told(_heads.decode(body))
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError, OverflowError):
        # The last two: text that is not UTF-8, and numbers of hundreds of digits.
        return _GARBAGE


def _told(head: _Head) -> Frame:
    if isinstance(head.post_type, str) and head.post_type:
        return _event(head)
    if head.echo is not None:
        return Frame("answer", head.echo) if isinstance(head.echo, str) else _GARBAGE
    if head.retcode is None:
        return _GARBAGE
    return Frame("refusal" if head.retcode in WANTS_TOKEN else "complaint")


def _event(head: _Head) -> Frame:
    if head.post_type != "meta_event":
        return Frame("event")
    heartbeat = head.meta_event_type == "heartbeat"
    interval_ms = _number(head.interval) if heartbeat else None
    return Frame("event", None, _seconds(head.time), interval_ms / 1000 if interval_ms else None)


def _seconds(value: object) -> float | None:
    number = _number(value)
    return number / 1000 if number and number > _MILLISECONDS_FROM else number


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
        return None
    return float(value)


def written(action: str, params: Mapping[str, Any] | None, echo: str) -> str:
    """Write a call; its answer carries the same echo."""
    return as_json({"action": action, "params": params or {}, "echo": echo})


def as_json(content: Mapping[str, Any]) -> str:
    """Write a JSON object that can be sent.

    Raises:
        InvalidInput: there are halves of characters in it, or numbers that JSON does not have.
    """
    try:
        text = json.dumps(content, ensure_ascii=False, allow_nan=False)
        text.encode()
    except ValueError as error:
        raise InvalidInput(
            "This cannot be sent, and was not: it holds half a character (a surrogate without its other half) or a "
            "number that is none. Look at where the text comes from."
        ) from error
    return text
