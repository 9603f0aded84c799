"""For how long a member is muted, as `set_group_ban` takes it.

Source:
    OneBot 11, public API; recorded calls of NapCat and LLBot.
"""

import math

from openqq_nb.errors import InvalidInput

LONGEST_MUTE_S = 10**10
"""Beyond it the time is a slip: 300 years."""

_MINUTE_S = 60


def duration_s(seconds: object) -> int:
    """Bring a time of muting to whole minutes, rounded up, since QQ counts in those; 0 lifts a mute.

    Raises:
        InvalidInput: it is no number from 0, or beyond all sense.
    """
    if (
        isinstance(seconds, bool)
        or not isinstance(seconds, int | float)
        or not 0 <= seconds <= LONGEST_MUTE_S
    ):
        raise InvalidInput(
            f"seconds must be a number from 0 to {LONGEST_MUTE_S}, not {seconds!r}; nothing was done. QQ counts in "
            "whole minutes, rounded up here; 0 lifts a mute."
        )
    return math.ceil(seconds / _MINUTE_S) * _MINUTE_S
