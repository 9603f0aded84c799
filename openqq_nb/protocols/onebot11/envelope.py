"""The object in which every answer comes, and how it is judged.

No number of `retcode` but 0 means the same with all ends, so all others are told and never judged by; the status of
HTTP says nothing by itself, but that with one of 500 and above it is open what was done.

Source:
    OneBot 11, calls over HTTP; recorded answers of NapCat, LLBot and onebots; the sources of SnowLuma, Lagrange.OneBot
    and go-cqhttp.
"""

import json
import re
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from openqq_nb.errors import NotLoaded, NotUnderstood, Refused, first_bytes
from openqq_nb.models import Response
from openqq_nb.protocols.reading import text, value

HTTP_UNAUTHORIZED = 401
HTTP_FORBIDDEN = 403
HTTP_NOT_FOUND = 404
UNKNOWN_ACTION = 1404
_TEXTS = ("wording", "message", "msg")
_QUEUED = frozenset({("async", 1), ("async", 0), ("ok", 1)})
_TOKEN_CODES = frozenset({1401, 1403})
_UNKNOWN_WORDS = re.compile(r"不支持的 ?API|API ?不存在|API_NOT_FOUND|unknown action", re.IGNORECASE)
# So long a number is read by any Python, however its limit is set.
_SURE_DIGITS = 640
_CODE = re.compile(r"-?[0-9]{1,18}")


@dataclass(frozen=True, slots=True)
class Told:
    """What an end answered to a call.

    Attributes:
        status: `ok`, `async` or `failed`.
        retcode: 0 is success; else a number of that end.
        words: the reason of a failure in its words; empty if it gave none.
        data: what was asked for, as JSON.
        http_status: the status of HTTP with which it came.
    """

    status: str
    retcode: int
    words: str
    data: bytes
    http_status: int = 200

    @property
    def ok(self) -> bool:
        """Whether it was done."""
        return self.status == "ok" and self.retcode == 0

    @property
    def queued(self) -> bool:
        """Whether it will be done, as actions answer whose name ends in `_async`."""
        return (self.status, self.retcode) in _QUEUED


class _Envelope(msgspec.Struct):
    status: str
    retcode: int | str
    data: msgspec.Raw = msgspec.Raw(b"null")
    wording: object = None
    message: object = None
    msg: object = None


_READ = msgspec.json.Decoder(_Envelope)


def told(response: Response, action: str) -> Told:
    """Take an answer out of its envelope.

    Raises:
        Refused: the token is missing or wrong.
        NotUnderstood: it is no answer of an end of OneBot.
    """
    found = envelope(response.body)
    refuse_refusal(response, found)
    if found is None:
        raise NotUnderstood(
            f"The server answered {action} with HTTP status {response.http_status} and {first_bytes(response.body)}, "
            "which is no answer of OneBot 11. Its log may tell why; check address and path, or connect again, with "
            "protocol='auto'."
        )
    return replace(found, http_status=response.http_status)


def asked_for(response: Response, action: str) -> bytes:
    """Take out of an answer what was asked for, as JSON.

    Raises:
        Refused: the token is missing or wrong.
        NotLoaded: the end says that it could not tell.
        NotUnderstood: it is no answer of an end of OneBot.
    """
    found = told(response, action)
    if not found.ok:
        raise failure(found, action)
    return found.data


def told_or_none(response: Response, action: str) -> bytes | None:
    """Take out of an answer what was asked for, of an action that not every end has.

    Raises:
        Refused: the token is missing or wrong.
        NotUnderstood: it is no answer of an end of OneBot.
    """
    if response.http_status == HTTP_NOT_FOUND and envelope(response.body) is None:
        return None
    found = told(response, action)
    return found.data if found.ok else None


def is_unknown_action(found: Told) -> bool:
    """Tell whether an end has no such action: by its words, by its own number, or by 404 alone."""
    if found.ok or found.queued:
        return False
    by_number = found.retcode == UNKNOWN_ACTION or (found.retcode == HTTP_NOT_FOUND and not found.words)
    return by_number or bool(_UNKNOWN_WORDS.search(found.words))


def failure(found: Told, action: str) -> NotLoaded:
    """Say that something could not be told, in the words of the end."""
    words = found.words or "it gives no reason"
    return NotLoaded(
        f"The server could not answer {action}: {words} (retcode {found.retcode}). Whether QQ is logged in there, "
        "my.server() tells."
    )


def envelope(body: bytes) -> Told | None:
    """Read the envelope of an answer; `None` if it is none."""
    try:
        found = _READ.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _any_envelope(body)
    code = _code(found.retcode)
    words = _words([found.wording, found.message, found.msg])
    return None if code is None else Told(found.status, code, words, bytes(found.data))


def refuse_refusal(response: Response, found: Told | None) -> None:
    """Raise if an answer says that the token is missing or wrong, in the way of any end.

    Raises:
        Refused: it does.
    """
    if _is_refusal(response, found):
        raise Refused(
            "The server speaks OneBot 11 and asks for a token; the one given is missing or wrong. Give the token of "
            "its HTTP or WebSocket server, as its panel shows it, as connect(…, token=…) or in OPENQQ_NB_TOKEN; the "
            "secret of its posts is another field."
        )


def _is_refusal(response: Response, found: Told | None) -> bool:
    """Tell whether an answer refuses a token: by number, with a word on the token, or with nothing but the status."""
    if found is not None:
        return not found.ok and (found.retcode in _TOKEN_CODES or response.http_status == HTTP_UNAUTHORIZED)
    if response.http_status not in (HTTP_UNAUTHORIZED, HTTP_FORBIDDEN):
        return False
    return not response.body.strip() or _speaks_of_token(response.body)


def _speaks_of_token(body: bytes) -> bool:
    try:
        found = value(body)
    except NotUnderstood:
        return False  # a page of whatever stands there
    return isinstance(found, dict) and "token" in str(found.get("message"))


def _any_envelope(body: bytes) -> Told | None:
    """Read what the quick way refuses, such as halves of surrogate pairs."""
    try:
        found = value(body)
    except NotUnderstood:
        return None  # what answers with HTML and the like is no end of OneBot, which the callers say
    if not isinstance(found, dict) or not isinstance(found.get("status"), str):
        return None
    code = _code(found.get("retcode"))
    if code is None:
        return None
    words = _words([found.get(key) for key in _TEXTS])
    return Told(text(found["status"]) or "", code, words, _written(body))


def _written(body: bytes) -> bytes:
    # Once more with numbers as numbers: their digits stay, but for those behind a point.
    found: Any = json.loads(body.decode("utf-8-sig"), parse_int=_integer)
    return json.dumps(found.get("data")).encode()


def _integer(written: str) -> int | str:
    """Read an integer; one that Python may refuse to read or write stays text."""
    return int(written) if len(written) <= _SURE_DIGITS else written


def _code(found: object) -> int | None:
    written = None if isinstance(found, bool) else text(found)
    return int(written) if written and _CODE.fullmatch(written) else None


def _words(candidates: list[object]) -> str:
    return next((text(one) or "" for one in candidates if isinstance(one, str) and one.strip()), "")
