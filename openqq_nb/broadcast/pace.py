"""When the next message of a broadcast may go: pure functions of what went before, the time and a number by chance.

An account that writes fast, to many groups, or at night is restricted by the provider; the defaults stay well away
from that.
"""

import datetime as dt
import math
import re
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Self, TypeGuard

import numpy as np
import numpy.typing as npt

from openqq_nb.errors import InvalidInput

DAY_S = 86_400.0
# So many are worked out at a time.
_STRETCH = 20_000
# Asia/Shanghai has had no summer time since 1991.
_OFFSET_S = 8 * 3600.0
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True, slots=True)
class Attempt:
    """One message that was sent, or may have been.

    Attributes:
        at_s: when it was over, in UTC seconds.
        is_group: whether it went to a group.
    """

    at_s: float
    is_group: bool


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
        _check("between", self.between, _is_span(self.between), "two numbers of seconds such as (3, 8)")
        _check("rest", self.rest, _is_seconds(self.rest), "a number of seconds from 0")
        _check("rest_every", self.rest_every, _is_count(self.rest_every), "a whole number from 1")
        groups = self.max_groups
        _check("max_groups", groups, groups is None or _is_count(groups), "a whole number from 1, or None")
        quiet = 'two different times such as ("23:00", "08:00"), or None'
        _check("quiet", self.quiet, self.quiet is None or _is_night(self.quiet), quiet)
        _check("max_failures", self.max_failures, _is_count(self.max_failures), "a whole number from 1")
        object.__setattr__(self, "between", (*self.between,))
        object.__setattr__(self, "quiet", None if self.quiet is None else (*self.quiet,))

    @classmethod
    def instant(cls) -> Self:
        """Give the pace without any wait, for the simulator.

        Example:
            >>> import openqq_nb as oq
            >>> oq.Pace.instant().quiet is None
            True
        """
        return cls(between=(0, 0), rest=0, max_groups=None, quiet=None)

    def next_at_s(self, history: Sequence[Attempt], gap_s: float, *, is_group: bool, now_s: float) -> float:
        """Tell from when on the next message may go, in UTC seconds.

        Args:
            history: what was sent before, oldest first; of the last day, and at least the last `rest_every`.
            gap_s: seconds to wait after the last one, if there is no rest: a number within `between`.
            is_group: whether it goes to a group.
            now_s: the time, in UTC seconds; a history that is later, because a clock was set back, counts as now.
        """
        at_s = now_s
        if history:
            wait_s = max(gap_s, self.rest) if self._rests(history) else gap_s
            at_s = max(at_s, min(history[-1].at_s, now_s) + wait_s)
        if is_group and self.max_groups is not None:
            groups = [one.at_s for one in history if one.is_group]
            if len(groups) >= self.max_groups:
                at_s = max(at_s, min(groups[-self.max_groups], now_s) + DAY_S)
        return self.after_quiet_s(at_s)

    def is_quiet(self, times_s: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
        """Tell which times fall into the quiet hours."""
        if self.quiet is None:
            return np.zeros(len(times_s), bool)
        begin_s, length_s = _night(self.quiet)
        quiet: npt.NDArray[np.bool_] = (times_s + _OFFSET_S - begin_s) % DAY_S < length_s
        return quiet

    def after_quiet_s(self, at_s: float) -> float:
        """Give a time, or the end of the quiet hours that it falls into; in UTC seconds."""
        if self.quiet is None:
            return at_s
        begin_s, length_s = _night(self.quiet)
        into_s = (at_s + _OFFSET_S - begin_s) % DAY_S
        return at_s + (length_s - into_s) if into_s < length_s else at_s

    def expected_s(
        self, history: Sequence[Attempt], are_groups: npt.NDArray[np.bool_], now_s: float
    ) -> npt.NDArray[np.float64]:
        """Tell when each of several messages will go, in UTC seconds, in their order and with waits of middle length.

        Args:
            history: as for `next_at_s`.
            are_groups: which of them go to groups.
            now_s: when it begins.
        """
        course = _Course(self, history, now_s)
        if self.max_groups is None or course.groups_in_a_day + int(are_groups.sum()) <= self.max_groups:
            return course.all_alike(len(are_groups))
        left = {kind: deque(np.flatnonzero(are_groups == kind).tolist()) for kind in (False, True)}
        times = np.empty(len(are_groups))
        while any(left.values()):
            due = {kind: course.due_s(is_group=kind) for kind, places in left.items() if places}
            kind = min(due, key=lambda one: (due[one], left[one][0]))
            times[left[kind].popleft()] = due[kind]
            course.go(due[kind], is_group=kind)
        return times

    def _rests(self, history: Sequence[Attempt]) -> bool:
        if not self.rest:
            return False
        row = self.in_a_row(history)
        return row > 0 and row % self.rest_every == 0

    def in_a_row(self, history: Sequence[Attempt]) -> int:
        """Count the last messages between which there was no rest."""
        row = 0
        for place in range(len(history) - 1, -1, -1):
            row += 1
            if place and self.is_rest(history[place].at_s - history[place - 1].at_s):
                break
        return row

    def is_rest(self, seconds: float) -> bool:
        """Tell whether so long a wait is a rest."""
        return self.rest > 0 and seconds >= self.rest

    def in_words(self) -> str:
        """Say it in a line."""
        low, high = self.between
        words = [f"{low:g} to {high:g} s between two" if high else "no wait between two"]
        if self.rest:
            words.append(f"a rest of {self.rest:g} s after {self.rest_every}")
        if self.max_groups is not None:
            words.append(f"at most {self.max_groups} groups in 24 hours")
        if self.quiet is not None:
            words.append(f"nothing from {self.quiet[0]} to {self.quiet[1]}")
        return ", ".join(words)


class _Course:
    """How a broadcast goes on after what was sent before, with waits of middle length.

    Args:
        pace: how fast it goes.
        history: what was sent before.
        now_s: when it begins.
    """

    def __init__(self, pace: Pace, history: Sequence[Attempt], now_s: float) -> None:
        self._pace = pace
        self._gap_s = sum(pace.between) / 2
        self._row = pace.in_a_row(history)
        self._last_s = min(history[-1].at_s, now_s) if history else None
        self._groups = deque([one.at_s for one in history if one.is_group], maxlen=pace.max_groups)
        self._now_s = now_s

    @property
    def groups_in_a_day(self) -> int:
        """How many groups still count."""
        return sum(at_s > self._now_s - DAY_S for at_s in self._groups)

    def all_alike(self, count: int) -> npt.NDArray[np.float64]:
        """Tell when each of so many goes, if it does not matter which of them are groups."""
        times = np.empty(count)
        place = 0
        while place < count:
            times[place] = self.due_s(is_group=False)
            self.go(times[place], is_group=False)
            place += 1
            rest = self._until_quiet(count - place)
            times[place : place + len(rest)] = rest
            place += len(rest)
            if len(rest):
                self._row += len(rest)
                self._last_s = self._now_s = float(rest[-1])
        return times

    def _until_quiet(self, most: int) -> npt.NDArray[np.float64]:
        """Give the times of those that follow the last one before the next quiet hours, or some of them."""
        pace, after_s = self._pace, max(self._gap_s, self._pace.rest)
        if pace.is_rest(self._gap_s) or self._last_s is None:
            return np.empty(0)
        nth = np.arange(min(most, _STRETCH))
        waits_s = np.where((self._row + nth) % pace.rest_every == 0, after_s, self._gap_s)
        if pace.rest:
            # After a rest the count begins anew, which is the same count as long as nothing else makes a rest.
            self._row %= pace.rest_every
        times = self._last_s + np.cumsum(waits_s)
        return times[: np.argmax(pace.is_quiet(times))] if pace.is_quiet(times).any() else times

    def due_s(self, *, is_group: bool) -> float:
        """Tell when the next one may go."""
        at_s = self._now_s
        if self._last_s is not None:
            rests = self._row % self._pace.rest_every == 0
            at_s = max(at_s, self._last_s + (max(self._gap_s, self._pace.rest) if rests else self._gap_s))
        if is_group and len(self._groups) == self._groups.maxlen:
            at_s = max(at_s, self._groups[0] + DAY_S)
        return self._pace.after_quiet_s(at_s)

    def go(self, at_s: float, *, is_group: bool) -> None:
        """Take note that one went."""
        if self._last_s is not None and self._pace.is_rest(at_s - self._last_s):
            self._row = 0
        self._row += 1
        self._last_s = self._now_s = at_s
        if is_group:
            self._groups.append(at_s)


def _check(name: str, value: object, is_good: bool, choices: str) -> None:
    if not is_good:
        raise InvalidInput(f"{name}={value!r} is no pace. Write {name}= as {choices}; nothing was planned.")


def _is_seconds(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < math.inf


def _is_pair(value: object) -> TypeGuard[Sequence[Any]]:
    return isinstance(value, tuple | list) and len(value) == len(("from", "to"))


def _is_span(value: object) -> bool:
    return _is_pair(value) and all(_is_seconds(one) for one in value) and bool(value[0] <= value[1])


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def _is_night(value: object) -> bool:
    if not _is_pair(value) or value[0] == value[1]:
        return False
    return all(isinstance(one, str) and _CLOCK.fullmatch(one) is not None for one in value)


@cache
def _night(quiet: tuple[str, str]) -> tuple[float, float]:
    """Give the second of the day at which it begins, and how long it is."""
    begin_s, end_s = (_seconds_of(clock) for clock in quiet)
    return begin_s, (end_s - begin_s) % DAY_S


def _seconds_of(clock: str) -> float:
    time = dt.time.fromisoformat(clock)
    return 3600.0 * time.hour + 60.0 * time.minute
