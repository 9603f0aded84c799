"""Muting, kicking and logging in anew, which only servers of release 2.x offer.

Source:
    Recorded answers of 2.x; the API document has no such calls.
"""

import math
from collections.abc import Mapping

from openqq_nb.errors import InvalidInput
from openqq_nb.models import Outcome
from openqq_nb.protocols.openqq.decode import stated_code
from openqq_nb.protocols.openqq.rows import text, value

MUTE_CALL = "shutup_group_member"
KICK_CALL = "kick_group_member"
RELOGIN_CALL = "relogin"

LONGEST_MUTE_S = 10**10
"""Beyond it the time is a slip: 300 years."""

Params = tuple[tuple[str, str], ...]

_MEANINGS: Mapping[int, str] = {
    0: "the server says it was done",
    100: "no such group, or no such member in it; nothing was done",
    200: "no member was named; nothing was done",
    201: (
        "refused, and the server does not say why: the account is no owner or admin there, or the member is one, "
        "or the provider said no; nothing was done"
    ),
    400: "the time was missing or no number; nothing was done",
}


def minutes(seconds: object) -> int:
    """Bring a time of muting to the whole minutes that the call takes, rounded up.

    Raises:
        InvalidInput: it is no number above 0, or beyond all sense: the server offers no way to end a mute.
    """
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 < seconds <= LONGEST_MUTE_S:
        raise InvalidInput(
            f"seconds must be a number above 0 and at most {LONGEST_MUTE_S}, not {seconds!r}; nothing was done. The "
            "server takes whole minutes, rounded up here, and has no way to end a mute early."
        )
    return math.ceil(seconds / 60)


def addressed(gnumber: str, qq: str) -> Params:
    """Name one member of one group by permanent numbers.

    Raises:
        InvalidInput: one of them is no number. The server takes lists with commas, and would touch each of them.
    """
    for key, number in (("gnumber", gnumber), ("qq", qq)):
        if not (number.isascii() and number.isdigit()):
            raise InvalidInput(
                f"{key}={number!r} is no number; nothing was done. Give one number, in digits."
            )
    return (("group_uid", gnumber), ("member_uid", qq))


def outcome(body: bytes) -> Outcome | None:
    """Read the answer of such a call; `None` if it is none."""
    found = value(body)
    code = stated_code(found)
    if not isinstance(found, dict) or code is None:
        return None
    meaning = _MEANINGS.get(code, "the server gave a code that its authors do not explain")
    return Outcome(ok=code == 0, code=code, status=text(found.get("status")) or "", meaning=meaning)


def after_kick(*, gone: bool) -> Outcome:
    """Say what became of a kick that was answered with a page of status 500, by looking who is there now.

    The servers do this after each kick that worked: they fail while they report it.
    """
    if gone:
        meaning = (
            "the member is no longer in the group; the server failed while reporting it, as it always does"
        )
    else:
        meaning = "the server failed at it, and the member is still in the group"
    return Outcome(ok=gone, code=500, status="Server Error", meaning=meaning)
