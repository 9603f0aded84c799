"""What a poll of a 2.x server brings: the posts that nobody has taken yet, in one list.

Source:
    recorded answers of `check_event`; the API document has no such call.
"""

import json

import msgspec

from openqq_nb.errors import NotUnderstood, first_bytes
from openqq_nb.models import Polled
from openqq_nb.protocols.reading import value

POLL_CALL = "check_event"
HELD_S = 150.0
"""Beyond the 120 s after which the server itself closes; by itself it answers after 30 s at the latest."""


def polled(body: bytes) -> Polled:
    """Take a list apart; each thing keeps its bytes, so that it is the same as when it is posted.

    Raises:
        NotUnderstood: the body is no JSON list.
    """
    things = _things(body)
    bodies = tuple(thing for thing in things if thing != b"null")
    return Polled(bodies, missed=len(things) - len(bodies))


def _things(body: bytes) -> list[bytes]:
    try:
        return [bytes(thing) for thing in msgspec.json.decode(body, type=list[msgspec.Raw])]
    except (msgspec.DecodeError, RecursionError):
        # Half a surrogate pair or a NaN, and it refuses them all; what is refused here is gone from the server too.
        return [json.dumps(thing).encode() for thing in _listed(body)]


def _listed(body: bytes) -> list[object]:
    found = value(body)
    if not isinstance(found, list):
        raise NotUnderstood(
            f"The server answered {POLL_CALL} with JSON that is no list: {first_bytes(body)}. "
            "Check that the address belongs to an Openqq server, and that its token is right."
        )
    return found
