"""What an answer to a post makes the server do."""

import json
from dataclasses import dataclass

from openqq_nb.simulator.login import Protocol
from openqq_nb.simulator.perl import stringify

JSON_TYPES = ("application/json", "text/json")
MUTE_DEFAULT_S = 60
MUTE_LEAST_S = 60


@dataclass(frozen=True, slots=True)
class Order:
    """What the server takes from an answer.

    Args:
        reply: What to send back to where the message came from; `None` for nothing.
        mute_s: How long to mute the sender, in seconds; `None` for not at all.
        ended: Why the server process ends itself at this answer, in words; `None` if it goes on.
    """

    reply: object = None
    mute_s: int | None = None
    ended: str | None = None


NOTHING = Order()


def read_answer(protocol: Protocol, status: int, content_type: str, body: bytes, own: bool) -> Order:
    """Read the answer to the post of a message.

    Args:
        protocol: The dialect.
        status: HTTP status.
        content_type: As it came; `""` if there was none.
        body: As it came.
        own: Whether the post was about a message of the account itself.

    Returns:
        What the server does next.
    """
    is_json = content_type.partition(";")[0].strip().lower() in JSON_TYPES
    if not 200 <= status < 300 or not is_json:  # noqa: PLR2004 - the border of HTTP
        return NOTHING
    try:
        # A byte order mark counts as malformed in both dialects, and json refuses it in a str.
        value = json.loads(body.decode())
    except ValueError:
        return _ended(protocol, f"an answer of a JSON type that is no JSON: {body[:60]!r}")
    if isinstance(value, dict):
        return _obey(protocol, value, own)
    if value is None or (isinstance(value, (str, int, float)) and not isinstance(value, bool)):
        return _ended(protocol, f"a JSON answer that is no object: {body[:60]!r}")
    return NOTHING


def _ended(protocol: Protocol, why: str) -> Order:
    return Order(ended=why) if protocol == "openqq2" else NOTHING


def _obey(protocol: Protocol, answer: dict[str, object], own: bool) -> Order:
    return Order(reply=_reply(protocol, answer, own), mute_s=None if own else _mute_s(answer))


def _reply(protocol: Protocol, answer: dict[str, object], own: bool) -> object:
    looks_at_format = protocol == "openqq1" or own
    other_format = answer.get("format") not in (None, "text")
    reply = answer.get("reply")
    if reply is None or reply == "" or (looks_at_format and other_format):
        return None
    if protocol == "openqq1":
        return stringify(reply)
    return int(reply) if isinstance(reply, bool) else reply


def _mute_s(answer: dict[str, object]) -> int | None:
    if answer.get("shutup") not in (1, True, "1"):
        return None
    wanted = answer.get("shutup_time")
    if not wanted:
        return MUTE_DEFAULT_S
    seconds = int(wanted) if isinstance(wanted, (int, float)) else _digits(str(wanted))
    return seconds if seconds >= MUTE_LEAST_S else None


def _digits(text: str) -> int:
    return int(text) if text.isdecimal() else 0
