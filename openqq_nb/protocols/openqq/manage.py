"""Muting, kicking and logging in anew, which only servers of release 2.x offer.

Source:
    Recorded answers of 2.x; the API document has no such calls.
"""

import math
from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from openqq_nb.errors import InvalidInput
from openqq_nb.models import Outcome
from openqq_nb.protocols.base import Listing
from openqq_nb.protocols.openqq.decode import stated_code
from openqq_nb.protocols.reading import text, value

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

_AFTER_KICK: Mapping[bool | None, str] = {
    True: "the member is no longer in the group; the server failed while reporting it, as it always does",
    False: "the server failed at it, and the member is still in the group",
    None: (
        "the server failed at it, or did it and failed while reporting; who is there cannot be seen. Look before you "
        "ask again"
    ),
}

UNSEEN_KICK = (
    "The server had answered the kick with an error page, as it does after each one that worked, so it may have "
    "worked; this error came while looking who is there."
)
"""What is added to whatever goes wrong in that look."""


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


def has_left(there: Listing, gnumber: str, qq: str) -> bool | None:
    """Tell whether somebody is in a group no more; `None` if lists of groups and members do not show it.

    Members of the same name never have a number, and a server finds a member to kick by the number that it knows: so
    these do not count. Where the server knows no numbers, the account alone has one.
    """
    members = _rows_of(there.members, gnumber).column("qq")
    if pc.any(pc.equal(members, qq)).as_py():
        return False
    loaded = _rows_of(there.places, gnumber).column("members_loaded")
    numbered = members.null_count == 0 or len(members) - members.null_count > 1
    return True if len(loaded) and pc.all(loaded).as_py() and numbered else None


def gid_of(there: Listing, gnumber: str) -> str | None:
    """Give the id of a group, if it is in the list with its number and an id."""
    return next(iter(_rows_of(there.places, gnumber).column("gid").to_pylist()), None)


def after_kick(*, gone: bool | None) -> Outcome:
    """Say what became of a kick that was answered with a page of status 500, by looking who is there now.

    The servers do this after each kick that worked: they fail while they report it.

    Args:
        gone: whether the member is there no more; `None` if that cannot be seen.
    """
    return Outcome(ok=gone is True, code=500, status="Server Error", meaning=_AFTER_KICK[gone])


def _rows_of(table: pa.Table, gnumber: str) -> pa.Table:
    return table.filter(pc.equal(table.column("gnumber"), gnumber))
