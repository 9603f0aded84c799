"""Decide about one push: refuse it with a status, or take the arrival that it brings. No socket, no state.

The cheap questions come first, so that a stranger costs little and learns nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from openqq_nb.errors import NotUnderstood
from openqq_nb.models import Answer, Arrival
from openqq_nb.receive.address import Address

MAX_BODY_BYTES = 32 << 20
"""A 2.x event carries a whole group with all its members."""

NOTHING_TO_SAY = Answer(204)
"""No body and no content type: an empty body under a JSON type ends a 2.x server."""

_JSON_TYPES = frozenset({"application/json", "text/json"})


@dataclass(frozen=True, slots=True)
class Push:
    """One HTTP request as it came.

    Attributes:
        method: in capitals.
        path: without the query, decoded.
        headers: names in small letters, in the order in which they came; a name may come twice.
        body: the whole body; empty while only the head is judged.
    """

    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""

    def values(self, name: str) -> list[str]:
        """All values of a header."""
        return [value for key, value in self.headers if key == name]


@dataclass(frozen=True, slots=True)
class Accepted:
    """A push that brought something.

    Attributes:
        arrival: what it brought.
    """

    arrival: Arrival


@dataclass(frozen=True, slots=True)
class Refusal:
    """A push that is not taken.

    Attributes:
        reason: a word under which it is counted: `path`, `method`, `host`, `origin`, `type`, `size`, `malformed`.
        answer: what to write back.
        why: what was wrong with it, in a sentence.
    """

    reason: str
    answer: Answer
    why: str


Decode = Callable[[bytes], Arrival]


def judge(push: Push, address: Address, decode: Decode) -> Accepted | Refusal:
    """Judge a whole push.

    Args:
        push: the request with its body.
        address: where we are reached.
        decode: `arrival` of the dialect.

    Returns:
        The arrival, or the refusal with the status to answer.
    """
    return screen(push, address) or sized(len(push.body)) or read(push.body, decode)


def screen(head: Push, address: Address) -> Refusal | None:
    """Judge what the head of a request tells, before a byte of its body is read."""
    if not address.owns_path(head.path):
        return _refusal("path", 404, "Nothing is here.")
    if head.method != "POST":
        return _refusal("method", 405, "Only POST is taken here.")
    hosts = head.values("host")
    if len(hosts) != 1 or not address.owns_host(hosts[0]):
        return _refusal("host", 403, "The Host header does not name this listener.")
    # Servers send no Origin; browsers do with every post. What Sec-Fetch-* says proves nothing.
    if not all(address.owns_origin(origin) for origin in head.values("origin")):
        return _refusal("origin", 403, "Web pages must not post here.")
    if not _is_json(head.values("content-type")):
        return _refusal("type", 415, "The content type must be application/json.")
    return _declared(head.values("content-length"))


def sized(size_bytes: int) -> Refusal | None:
    """Refuse a body that is too large."""
    if size_bytes <= MAX_BODY_BYTES:
        return None
    return _refusal("size", 413, f"A body must not be larger than {MAX_BODY_BYTES} bytes.")


def read(body: bytes, decode: Decode) -> Accepted | Refusal:
    """Decode a body; one that no server posts is refused as malformed."""
    try:
        return Accepted(decode(body))
    except NotUnderstood as error:
        return replace(_refusal("malformed", 400, "This is no post of an API server."), why=str(error))


def failed(why: str) -> Answer:
    """Say that something could not be stored here; the servers do not post it again."""
    return _refusal("journal", 503, why).answer


def _declared(lengths: list[str]) -> Refusal | None:
    digits = [length for length in lengths if length.isascii() and length.isdigit()]
    # More digits than this are a number beyond any limit, and slow to read.
    too_long = any(len(length) > len(str(MAX_BODY_BYTES)) for length in digits)
    return sized(MAX_BODY_BYTES + 1) if too_long else sized(max(map(int, digits), default=0))


def _is_json(types: list[str]) -> bool:
    return len(types) == 1 and types[0].split(";")[0].strip().casefold() in _JSON_TYPES


def _refusal(reason: str, http_status: int, why: str) -> Refusal:
    # Never a JSON type: a 2.x server would obey what it finds under one.
    return Refusal(reason, Answer(http_status, "text/plain; charset=utf-8", f"{why}\n".encode()), why)
