"""Decide about one post: refuse it with a status, or take the arrival that it brings. No socket, no state.

The cheap questions come first, so that a stranger costs little and learns nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar
from urllib.parse import unquote

import httptools

from openqq_nb.errors import NotUnderstood
from openqq_nb.models import Answer
from openqq_nb.receive.address import Address, bracketed
from openqq_nb.receive.signature import TOKEN_HEADER, Seal

MAX_BODY_BYTES = 32 << 20
"""A 2.x event carries a whole group with all its members."""

NOTHING_TO_SAY = Answer(204)
"""No body and no content type: an empty body under a JSON type ends a 2.x server."""

JUDGED_HEADERS = frozenset({b"host", b"origin", b"content-type"})
"""What a post is judged by before its body; all others are no matter here, and are not kept."""

UPGRADE_HEADERS = frozenset(
    {
        b"upgrade",
        b"connection",
        b"sec-websocket-key",
        b"sec-websocket-version",
        TOKEN_HEADER,
    }
)
"""What is kept beside those of a request that asks to go on as a WebSocket."""

Headers = tuple[tuple[bytes, bytes], ...]
"""Names in small letters, in the order in which they came; a name may come twice."""

_JSON_TYPES = frozenset({"application/json", "text/json"})
_REFUSALS: Mapping[str, tuple[int, str]] = {
    "path": (404, "Nothing is here."),
    "method": (405, "Only POST is taken here."),
    "host": (403, "The Host header does not name this listener."),
    "origin": (403, "Web pages must not post here."),
    "type": (415, "The content type must be application/json."),
    "size": (413, f"A body must not be larger than {MAX_BODY_BYTES} bytes."),
    "malformed": (400, "This is no post of an API server."),
    "http": (400, "This is no plain HTTP/1.1 request."),
    "head": (431, "The head of the request is too large."),
    "slow": (408, "The request did not come to its end in time."),
    "crowd": (503, "Too many connections are open."),
    "signature": (401, "X-Signature is not that of this body, signed with the last part of the address."),
    "unsigned": (
        401,
        "Only posts with X-Signature, signed with the last part of the address, are taken here.",
    ),
    "token": (401, "Authorization must be the last part of the address, as a Bearer token."),
    "websocket": (400, "This is no proper WebSocket with text frames."),
    "account": (403, "This post is for another account than that of this listener."),
    "stray": (400, "A frame without post_type answers a call that was never made."),
}


@dataclass(frozen=True, slots=True)
class Head:
    """What comes before the body of a request.

    Attributes:
        method: in capitals.
        target: as it was written, with the query.
        headers: those of `JUDGED_HEADERS`, and those of `UPGRADE_HEADERS` where it asks to go on as a WebSocket.
    """

    method: bytes
    target: bytes
    headers: Headers

    def values(self, name: bytes) -> list[str]:
        """All values of a header."""
        return [value.decode("latin-1") for key, value in self.headers if key == name]

    @property
    def upgrades(self) -> bool:
        """Whether it asks to go on as a WebSocket."""
        return any(name == b"upgrade" for name, _ in self.headers)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A request that is not taken.

    Attributes:
        reason: a word under which it is counted: `path`, `method`, `host`, `origin`, `type`, `size`, `malformed`,
            `http`, `head`, `slow`, `crowd`, `signature`, `unsigned`, `token`, `websocket`, `stray`, `account`.
        answer: what to write back.
        why: what was wrong with it, in a sentence.
    """

    reason: str
    answer: Answer
    why: str


_LIMIT_DIGITS = len(str(MAX_BODY_BYTES))

T = TypeVar("T")


def screen(head: Head, address: Address, seal: Seal | None = None) -> Refusal | None:
    """Judge what the head of a request tells, before a byte of its body is read.

    Args:
        head: what was read.
        address: where is listened.
        seal: what a token is compared with; None where no end connects by WebSocket.
    """
    host, path = _parts(head.target)
    if not address.owns_path(path):
        return refusal("path")
    upgrades = seal is not None and head.upgrades
    if head.method != (b"GET" if upgrades else b"POST"):
        return refusal("method")
    hosts = head.values(b"host")
    if len(hosts) != 1 or not all(address.owns_host(named) for named in (*hosts, *host)):
        return refusal("host")
    # Servers send no Origin; browsers do with every post. What Sec-Fetch-* says proves nothing.
    if not all(address.owns_origin(origin) for origin in head.values(b"origin")):
        return refusal("origin")
    if upgrades and seal is not None:
        return _refused_for(
            seal.token_fault([value.encode("latin-1") for value in head.values(TOKEN_HEADER)])
        )
    return None if _is_json(head.values(b"content-type")) else refusal("type")


def verify(body: bytes, signatures: Sequence[bytes], seal: Seal) -> Refusal | None:
    """Judge a whole post by how it is signed, before anything of it is read."""
    return _refused_for(seal.fault(signatures, body))


def declared(length: bytes) -> Refusal | None:
    """Refuse a body of which the head tells that it is too large.

    Args:
        length: what `Content-Length` says, in digits; empty where there is none.
    """
    digits = length.strip().lstrip(b"0") or b"0"
    # More digits than this are a number beyond any limit, and slow to read.
    too_long = len(digits) > _LIMIT_DIGITS or int(digits) > MAX_BODY_BYTES
    return refusal("size") if too_long else None


def read(body: bytes, decode: Callable[[bytes], T]) -> T | Refusal:
    """Decode a body; one that no server posts is refused as malformed."""
    try:
        return decode(body)
    except NotUnderstood as error:
        return replace(refusal("malformed"), why=str(error))


def failed(why: str) -> Answer:
    """Say that something could not be stored here; the servers do not post it again."""
    return _answer(503, why)


def refusal(reason: str) -> Refusal:
    """Refuse for one of the known reasons."""
    http_status, why = _REFUSALS[reason]
    return Refusal(reason, _answer(http_status, why), why)


def _refused_for(reason: str | None) -> Refusal | None:
    return None if reason is None else refusal(reason)


def _answer(http_status: int, why: str) -> Answer:
    # Never a JSON type: a 2.x server would obey what it finds under one.
    return Answer(http_status, "text/plain; charset=utf-8", f"{why}\n".encode())


BROKEN = _answer(500, "Something went wrong here.")
"""What is said of an error of ours; what it was is no business of a stranger."""


def _is_json(types: list[str]) -> bool:
    return len(types) == 1 and types[0].split(";")[0].strip().casefold() in _JSON_TYPES


def _parts(target: bytes) -> tuple[tuple[str, ...], str]:
    """Take the path out of a target, and the host if it is named there, as a proxy is asked."""
    try:
        url = httptools.parse_url(target)
    except httptools.HttpParserInvalidURLError:
        return (), ""
    host = (bracketed(url.host.decode("latin-1")),) if url.host else ()
    return host, unquote((url.path or b"").decode("latin-1"))
