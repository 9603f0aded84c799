"""When the next message of a broadcast may go: pure functions of what went before, the time and a number by chance."""

import datetime as dt
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from openqq_nb.broadcast.pace import Pace

DAY_S = 86_400.0
# So many are worked out at a time.
_STRETCH = 20_000
# Asia/Shanghai has had no summer time since 1991.
_OFFSET_S = 8 * 3600.0


@dataclass(frozen=True, slots=True)
class Attempt:
    """One message that was sent, or may have been.

    Attributes:
        at_s: when it was over, in UTC seconds.
        is_group: whether it went to a group.
        flies: whether another broadcast is sending it at this moment; then `at_s` is now.
    """

    at_s: float
    is_group: bool
    flies: bool = False


def next_at_s(pace: Pace, history: Sequence[Attempt], gap_s: float, *, is_group: bool, now_s: float) -> float:
    """Tell from when on the next message may go, in UTC seconds.

    Args:
        pace: how fast it goes.
        history: what was sent before, oldest first; of the last day, and at least the last `rest_every`.
        gap_s: seconds to wait after the last one, if there is no rest: a number within `between`.
        is_group: whether it goes to a group.
        now_s: the time, in UTC seconds; a history that is later, because a clock was set back, counts as now.
    """
    at_s = now_s
    if history:
        wait_s = max(gap_s, pace.rest) if _rests(pace, history) else gap_s
        at_s = max(at_s, min(history[-1].at_s, now_s) + wait_s)
    if is_group and pace.max_groups is not None:
        groups = [one.at_s for one in history if one.is_group]
        if len(groups) >= pace.max_groups:
            at_s = max(at_s, min(groups[-pace.max_groups], now_s) + DAY_S)
    return after_quiet_s(pace, at_s)


def is_quiet(pace: Pace, times_s: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Tell which times fall into the quiet hours."""
    if pace.quiet is None:
        return np.zeros(len(times_s), bool)
    begin_s, length_s = _night(pace.quiet)
    quiet: npt.NDArray[np.bool_] = (times_s + _OFFSET_S - begin_s) % DAY_S < length_s
    return quiet


def after_quiet_s(pace: Pace, at_s: float) -> float:
    """Give a time, or the end of the quiet hours that it falls into; in UTC seconds."""
    if pace.quiet is None:
        return at_s
    begin_s, length_s = _night(pace.quiet)
    into_s = (at_s + _OFFSET_S - begin_s) % DAY_S
    return at_s + (length_s - into_s) if into_s < length_s else at_s


def expected_s(
    pace: Pace, history: Sequence[Attempt], are_groups: npt.NDArray[np.bool_], now_s: float
) -> npt.NDArray[np.float64]:
    """Tell when each of several messages will go, in UTC seconds, in their order and with waits of middle length.

    Args:
        pace: how fast it goes.
        history: as for `next_at_s`.
        are_groups: which of them go to groups.
        now_s: when it begins.
    """
    course = _Course(pace, history, now_s)
    if pace.max_groups is None or course.groups_in_a_day + int(are_groups.sum()) <= pace.max_groups:
        return course.all_alike(len(are_groups))
    left = {kind: deque(np.flatnonzero(are_groups == kind).tolist()) for kind in (False, True)}
    times = np.empty(len(are_groups))
    while any(left.values()):
        due = {kind: course.due_s(is_group=kind) for kind, places in left.items() if places}
        kind = min(due, key=lambda one: (due[one], left[one][0]))
        times[left[kind].popleft()] = due[kind]
        course.go(due[kind], is_group=kind)
    return times


def _rests(pace: Pace, history: Sequence[Attempt]) -> bool:
    if not pace.rest:
        return False
    row = in_a_row(pace, history)
    return row > 0 and row % pace.rest_every == 0


def in_a_row(pace: Pace, history: Sequence[Attempt]) -> int:
    """Count the last messages between which there was no rest."""
    row = 0
    for place in range(len(history) - 1, -1, -1):
        row += 1
        if place and is_rest(pace, history[place].at_s - history[place - 1].at_s):
            break
    return row


def is_rest(pace: Pace, seconds: float) -> bool:
    """Tell whether so long a wait is a rest."""
    return pace.rest > 0 and seconds >= pace.rest


def in_words(pace: Pace) -> str:
    """Say it in a line."""
    low, high = pace.between
    words = [f"{low:g} to {high:g} s between two" if high else "no wait between two"]
    if pace.rest:
        words.append(f"a rest of {pace.rest:g} s after {pace.rest_every}")
    if pace.max_groups is not None:
        words.append(f"at most {pace.max_groups} groups in 24 hours")
    if pace.quiet is not None:
        words.append(f"nothing from {pace.quiet[0]} to {pace.quiet[1]}")
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
        self._row = in_a_row(pace, history)
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
        if is_rest(pace, self._gap_s) or self._last_s is None:
            return np.empty(0)
        nth = np.arange(min(most, _STRETCH))
        waits_s = np.where((self._row + nth) % pace.rest_every == 0, after_s, self._gap_s)
        if pace.rest:
            # After a rest the count begins anew, which is the same count as long as nothing else makes a rest.
            self._row %= pace.rest_every
        times = self._last_s + np.cumsum(waits_s)
        return times[: np.argmax(is_quiet(pace, times))] if is_quiet(pace, times).any() else times

    def due_s(self, *, is_group: bool) -> float:
        """Tell when the next one may go."""
        at_s = self._now_s
        if self._last_s is not None:
            rests = self._row % self._pace.rest_every == 0
            at_s = max(at_s, self._last_s + (max(self._gap_s, self._pace.rest) if rests else self._gap_s))
        if is_group and len(self._groups) == self._groups.maxlen:
            at_s = max(at_s, self._groups[0] + DAY_S)
        return after_quiet_s(self._pace, at_s)

    def go(self, at_s: float, *, is_group: bool) -> None:
        """Take note that one went."""
        if self._last_s is not None and is_rest(self._pace, at_s - self._last_s):
            self._row = 0
        self._row += 1
        self._last_s = self._now_s = at_s
        if is_group:
            self._groups.append(at_s)


@cache
def _night(quiet: tuple[str, str]) -> tuple[float, float]:
    """Give the second of the day at which it begins, and how long it is."""
    begin_s, end_s = (_seconds_of(clock) for clock in quiet)
    return begin_s, (end_s - begin_s) % DAY_S


def _seconds_of(clock: str) -> float:
    time = dt.time.fromisoformat(clock)
    return 3600.0 * time.hour + 60.0 * time.minute
