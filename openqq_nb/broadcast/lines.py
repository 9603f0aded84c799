"""Who is next: people and groups in their order, each when the pace lets them."""

from collections import deque
from collections.abc import Iterable, Sequence
from random import Random

import numpy as np

from openqq_nb.broadcast.pace import Pace
from openqq_nb.broadcast.pacing import DAY_S, Attempt, expected_s, next_at_s
from openqq_nb.broadcast.rows import Due

# Beyond so many the rest is taken to go on alike.
_COUNTED = 2000
_KEPT = 1000


class Lines:
    """What is left to be sent.

    Args:
        pace: how fast it goes.
        history: what was sent before, oldest first.
        random: draws the waits.
    """

    def __init__(self, pace: Pace, history: Sequence[Attempt], random: Random) -> None:
        self._pace = pace
        self._history = deque(history)
        self._random = random
        self._gap_s = random.uniform(*pace.between)
        self._left: dict[bool, deque[Due]] = {False: deque(), True: deque()}

    def __len__(self) -> int:
        return sum(map(len, self._left.values()))

    def fill(self, due: Iterable[Due]) -> None:
        """Put messages at the end."""
        for one in due:
            self._left[one.is_group].append(one)

    def next(self, now_s: float) -> tuple[float, Due] | None:
        """Give who is next, and from when on, in UTC seconds; None if nobody is left."""
        found: list[tuple[float, int, Due]] = []
        for is_group, left in self._left.items():
            if left:
                at_s = next_at_s(self._pace, self._history, self._gap_s, is_group=is_group, now_s=now_s)
                found.append((at_s, left[0].seq, left[0]))
        if not found:
            return None
        at_s, _, due = min(found)
        return at_s, due

    def is_next(self, due: Due) -> bool:
        """Tell whether one that was next still is: it is not after other lines have taken the place of those."""
        left = self._left[due.is_group]
        return bool(left) and left[0] is due

    def take(self, due: Due) -> None:
        """Take out who is next."""
        self._left[due.is_group].popleft()

    def went(self, due: Due, now_s: float) -> None:
        """Take note that one was tried, and draw how long the next one waits."""
        self._history.append(Attempt(now_s, due.is_group))
        while len(self._history) > _KEPT and self._history[0].at_s < now_s - DAY_S:
            self._history.popleft()
        self._gap_s = self._random.uniform(*self._pace.between)

    def renew(self, history: Sequence[Attempt]) -> None:
        """Take what was sent by now, also by others, in place of what was known."""
        self._history = deque(history)

    def seconds_left(self, now_s: float) -> float:
        """Tell how long the rest takes."""
        groups = [one.seq for one in self._left[True]][:_COUNTED]
        people = [one.seq for one in self._left[False]][:_COUNTED]
        counted = sorted([(seq, True) for seq in groups] + [(seq, False) for seq in people])
        if not counted:
            return 0.0
        are_groups = np.array([is_group for _, is_group in counted])
        last_s = float(expected_s(self._pace, self._history, are_groups, now_s).max())
        return (last_s - now_s) * len(self) / len(counted)
