"""The last messages that pass: which they are, brought up to date from the frame of the inbox at each look."""

from collections import deque
from collections.abc import Sequence

import numpy as np

from openqq_nb.filtering import Filter
from openqq_nb.widgets.feed.sifting import Flags, Positions, Sieve, kept, kept_of, last, times
from openqq_nb.widgets.feed.source import Rows

MOST = 1000

_TIMES = ("msg_time", "received_at")
_NONE = np.zeros(0, np.int64)


class Window:
    """The last messages that pass, in the order of their time, then of their arrival.

    Of a message nothing is kept here but whether it passes.

    Args:
        messages: all messages.
        keep: which of them belong here at all.
        most: how many are shown.

    Attributes:
        sieve: what a person filters by besides.
        belongs: of each message that was looked at, whether it belongs here.
        positions: the messages that are shown, in order.
    """

    def __init__(self, messages: Rows, keep: Filter, most: int = MOST) -> None:
        self._messages = messages
        self._keep = keep
        self._most = most
        self._changes: deque[int] = deque()
        self._held_from: int | None = None
        self._passes: Flags = np.zeros(0, np.bool_)
        self.sieve = Sieve()
        self.belongs: Flags = np.zeros(0, np.bool_)
        self.positions: Positions = _NONE

    def note_change(self, position: int) -> None:
        """Take note that a message has changed; called on any thread."""
        self._changes.append(position)

    @property
    def hits(self) -> int:
        """How many messages pass, without those that are held."""
        return int(np.count_nonzero(self._passes[: self._held_from]))

    @property
    def all(self) -> int:
        """How many messages belong here, whether they pass or not."""
        return int(np.count_nonzero(self.belongs))

    @property
    def held(self) -> int:
        """How many messages pass that came since the pause."""
        return 0 if self._held_from is None else int(np.count_nonzero(self._passes[self._held_from :]))

    @property
    def held_all(self) -> int:
        """How many messages belong here that came since the pause, whether they pass or not."""
        return 0 if self._held_from is None else int(np.count_nonzero(self.belongs[self._held_from :]))

    @property
    def paused(self) -> bool:
        """Whether what comes is held."""
        return self._held_from is not None

    def hold(self, on: bool) -> None:
        """Hold what comes from now on, or let it in."""
        self._held_from = len(self._passes) if on else None
        self._choose(self._passing())

    def sift(self, sieve: Sieve) -> None:
        """Filter all messages anew."""
        passes = self.belongs & sieve.passes(self._messages.rows(0, len(self.belongs), _some(sieve)))
        self.sieve, self._passes = sieve, passes
        self._choose(self._passing())

    def look(self) -> list[int]:
        """Take in what has come and what has changed since the last look.

        Returns:
            The messages that were here before and have changed.
        """
        # Drained first: a message that is changed after this is met at the next look.
        changed = [position for position in self._drained() if position < len(self.belongs)]
        begin = len(self.belongs)
        self._grow(len(self._messages))
        if changed:
            self._judge_again(changed)
            self._choose(self._passing())
        elif not self.paused and self._passes[begin:].any():
            self._choose(
                np.concatenate([np.sort(self.positions), begin + np.flatnonzero(self._passes[begin:])])
            )
        return changed

    def start_over(self) -> None:
        """Forget what was found of each message, and look at all of them."""
        self._drained()
        self.belongs = self._passes = np.zeros(0, np.bool_)
        self._grow(len(self._messages))
        self._choose(self._passing())

    def _grow(self, stop: int) -> None:
        begin = len(self.belongs)
        if stop == begin:
            return
        belongs = kept(self._keep, self._messages, begin, stop)
        passes = belongs & self.sieve.passes(self._messages.rows(begin, stop, _some(self.sieve)))
        self.belongs = np.concatenate([self.belongs, belongs])
        self._passes = np.concatenate([self._passes, passes])

    def _judge_again(self, positions: Sequence[int]) -> None:
        belongs = kept_of(self._keep, self._messages, positions)
        found = self.sieve.passes(self._messages.take(positions, _some(self.sieve)))
        self.belongs[positions] = belongs
        self._passes[positions] = belongs & found

    def _passing(self) -> Positions:
        return np.flatnonzero(self._passes[: self._held_from])

    def _choose(self, positions: Positions) -> None:
        moments = times(self._messages.rows(0, len(self.belongs), _TIMES))
        self.positions = last(moments, positions, self._most)

    def _drained(self) -> list[int]:
        count = len(self._changes)
        return sorted({self._changes.popleft() for _ in range(count)})


def _some(sieve: Sieve) -> tuple[str, ...]:
    """Give the columns to read; one at least, since none would mean all."""
    return sieve.columns or ("own",)
