"""How fast a broadcast goes: what people set.

An account that writes fast, to many groups, or at night is restricted by the provider; the defaults stay well away
from that.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self, TypeGuard

import numpy as np

from openqq_nb.errors import InvalidInput

# Beyond these, times leave what a calendar can hold.
_LONGEST_S = 366 * 86_400
_MOST = 1_000_000
_WHOLE = f"a whole number from 1 to {_MOST}"

_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a broadcast goes.

    Attributes:
        between: seconds to wait between two messages, at least and at most; each time another number by chance.
        rest_every: after how many messages in a row there is a longer rest.
        rest: seconds of that rest.
        max_groups: to how many groups at most within 24 hours; `None` for any number. The others wait until then.
        quiet: from when until when nothing is sent, in Asia/Shanghai; `None` to send day and night.
        max_failures: after how many failures in a row it pauses by itself.

    Raises:
        InvalidInput: one of them cannot be meant; the error says what can.

    Example:
        >>> import openqq_nb as oq
        >>> oq.Pace(between=(5, 10), quiet=None).rest
        60
        >>> oq.Pace.instant().between
        (0, 0)
    """

    between: tuple[float, float] = (3, 8)
    rest_every: int = 10
    rest: float = 60
    max_groups: int | None = 20
    quiet: tuple[str, str] | None = ("23:00", "08:00")
    max_failures: int = 2

    def __post_init__(self) -> None:
        """Refuse what cannot be meant; lists become tuples."""
        _check(
            "between",
            self.between,
            _is_span(self.between),
            f"two numbers of seconds such as (3, 8), at most {_LONGEST_S}",
        )
        _check("rest", self.rest, _is_seconds(self.rest), f"a number of seconds from 0 to {_LONGEST_S}")
        _check("rest_every", self.rest_every, _is_count(self.rest_every), _WHOLE)
        groups = self.max_groups
        _check("max_groups", groups, groups is None or _is_count(groups), f"{_WHOLE}, or None")
        quiet = 'two different times such as ("23:00", "08:00"), or None'
        _check("quiet", self.quiet, self.quiet is None or _is_night(self.quiet), quiet)
        _check("max_failures", self.max_failures, _is_count(self.max_failures), _WHOLE)
        low, high = self.between
        # Those of numpy are taken as well; plain ones can be written into a file.
        plain = {
            "between": (_plain(low), _plain(high)),
            "rest": _plain(self.rest),
            "rest_every": _plain(self.rest_every),
            "max_groups": _plain(groups),
            "quiet": None if self.quiet is None else (*self.quiet,),
            "max_failures": _plain(self.max_failures),
        }
        for name, value in plain.items():
            object.__setattr__(self, name, value)

    @classmethod
    def instant(cls) -> Self:
        """Give the pace without any wait, for the simulator.

        Example:
            >>> import openqq_nb as oq
            >>> oq.Pace.instant().quiet is None
            True
        """
        return cls(between=(0, 0), rest=0, max_groups=None, quiet=None)


def _check(name: str, value: object, is_good: bool, choices: str) -> None:
    if not is_good:
        raise InvalidInput(f"{name}={value!r} is no pace. Write {name}= as {choices}; nothing was planned.")


def _plain(value: object) -> object:
    return value.item() if isinstance(value, np.generic) else value


def _is_seconds(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float | np.integer | np.floating):
        return False
    return bool(0 <= value <= _LONGEST_S)


def _is_pair(value: object) -> TypeGuard[Sequence[Any]]:
    return isinstance(value, tuple | list) and len(value) == len(("from", "to"))


def _is_span(value: object) -> bool:
    return _is_pair(value) and all(_is_seconds(one) for one in value) and bool(value[0] <= value[1])


def _is_count(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        return False
    return bool(1 <= value <= _MOST)


def _is_night(value: object) -> bool:
    if not _is_pair(value) or value[0] == value[1]:
        return False
    return all(isinstance(one, str) and _CLOCK.fullmatch(one) is not None for one in value)
