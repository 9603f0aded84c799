"""Who waits for messages, and which messages nobody has waited for yet.

A message belongs to one wait only. It is taken the moment a wait has all it wants, in the thread that brings
the messages, so that two waits never get the same one and one that times out takes nothing.
"""

import bisect
import threading
import time
from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from openqq_nb.errors import InvalidInput
from openqq_nb.inbox.filters import Filter
from openqq_nb.models import Row

Rows = Callable[[Sequence[int], Sequence[str]], Iterable[Row]]
"""Reads some columns, or all, of the rows at some positions of the live frame."""

_SCAN_ROWS = 4096
_REMEMBERED = 100


@dataclass(slots=True)
class _Searched:
    """How far a filter has been looked for.

    Attributes:
        restarts: how often all filters had been made to look again by then.
        upto: the last position that was looked at.
        found: the positions up to there that pass, whether still unread or not.
    """

    restarts: int
    upto: int = -1
    found: list[int] = field(default_factory=list)

    def restart(self, position: int) -> None:
        """Look again from a position on."""
        self.upto = min(self.upto, position - 1)
        del self.found[bisect.bisect_left(self.found, position) :]


class Wait:
    """One `wait` under way.

    Attributes:
        ready: set when there is nothing more to wait for.
        positions: where the messages stand in the live frame; before that, those that came so far.
        complete: whether all came; a wait is also ready when nothing can come any more.
        why: says why it was given up, if it was.
    """

    def __init__(self, count: int, keep: Filter) -> None:
        self.count = count
        self.keep = keep
        self.ready = threading.Event()
        self.positions: list[int] = []
        self.complete = False
        self.why = ""


class Waits:
    """All waits of one inbox.

    Args:
        rows: reads rows that came earlier.
    """

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._lock = threading.Lock()
        # Positions only: rows that nobody ever waits for must not stay in memory twice.
        self._unread = array("q")
        self._waits: list[Wait] = []
        # A cell that waits again and again must not read all that came before each time.
        self._searched: dict[str, _Searched] = {}
        self._restarts = 0
        self._closed = False

    def offer(self, messages: Sequence[tuple[int, Row]]) -> None:
        """Tell of new received messages, in order of their positions."""
        with self._lock:
            for position, row in messages:
                if position < 0:
                    continue  # shown nowhere, so that nobody could be given it
                self._unread.append(position)
                for wait in list(self._waits):
                    self._feed(wait, position, row)

    def begin(self, count: int, keep: Filter) -> Wait:
        """Begin to wait: for what is unread first, then for what comes."""
        wait = Wait(count, keep)
        searched = self._scan(wait)
        with self._lock:
            self._waits.append(wait)
            for position in searched.found:
                self._take_in(wait, position)
            # What came while the rows were read; few, so that the listener does not stand still for long.
            news = () if wait.complete else self._unread_after(searched.upto)
            for position, row in self._kept(keep, news):
                self._feed(wait, position, row)
            self._remember(keep, searched)
            if self._closed:
                wait.ready.set()
        return wait

    def end(self, wait: Wait) -> None:
        """Stop waiting; what came so far stays unread unless the wait was ready."""
        with self._lock:
            if wait in self._waits:
                self._waits.remove(wait)

    @property
    def closed(self) -> bool:
        """Whether nothing can come any more."""
        return self._closed

    def give_back(self, wait: Wait) -> None:
        """Make what a wait had taken unread again: its caller was interrupted and never saw it."""
        self.end(wait)
        with self._lock:
            for position in wait.positions if wait.complete else ():
                self._unread.insert(bisect.bisect_left(self._unread, position), position)
                self._restart(position)
                for other in list(self._waits):
                    for _ in self._kept(other.keep, [position]):
                        self._take_in(other, position)

    def changed(self, position: int) -> None:
        """Tell that messages have changed, of which this position is the first: others may pass now."""
        with self._lock:
            self._restart(position)

    def give_up(self, why: str) -> None:
        """End the waits under way: what they wait for does not come."""
        with self._lock:
            for wait in self._waits:
                wait.why = why
                wait.ready.set()

    def close(self) -> None:
        """End all waits, also those that begin later: nothing comes any more."""
        with self._lock:
            self._closed = True
            for wait in self._waits:
                wait.ready.set()

    def _scan(self, wait: Wait) -> _Searched:
        """Read what is unread, a piece at a time and without the lock; stops when there is enough."""
        with self._lock:
            searched = self._searched.pop(wait.keep.key, None) or _Searched(self._restarts)
            searched.found = [position for position in searched.found if self._is_unread(position)]
        while len(searched.found) < wait.count:
            with self._lock:
                piece = self._unread_after(searched.upto, _SCAN_ROWS)
            if not piece:
                break
            searched.found += [position for position, _ in self._kept(wait.keep, piece)]
            searched.upto = piece[-1]
        return searched

    def _remember(self, keep: Filter, searched: _Searched) -> None:
        if keep.key and searched.restarts == self._restarts:
            self._searched[keep.key] = searched
            while len(self._searched) > _REMEMBERED:
                del self._searched[next(iter(self._searched))]

    def _restart(self, position: int) -> None:
        self._restarts += 1
        for searched in self._searched.values():
            searched.restart(position)
            searched.restarts = self._restarts

    def _unread_after(self, position: int, most: int | None = None) -> Sequence[int]:
        begin = bisect.bisect_right(self._unread, position)
        return self._unread[begin : None if most is None else begin + most]

    def _kept(self, keep: Filter, positions: Sequence[int]) -> Iterable[tuple[int, Row]]:
        if not keep.tests:
            return [(position, {}) for position in positions]
        rows = self._rows(positions, keep.columns) if positions else ()
        return [(position, row) for position, row in zip(positions, rows, strict=True) if keep.keeps(row)]

    def _feed(self, wait: Wait, position: int, row: Row) -> None:
        if not wait.complete and wait.keep.keeps(row):
            self._take_in(wait, position)

    def _take_in(self, wait: Wait, position: int) -> None:
        """Add a message to a wait, unless another one has taken it; the last one wanted completes it."""
        if wait.complete or not self._is_unread(position):
            return
        bisect.insort(wait.positions, position)
        if len(wait.positions) == wait.count:
            self._complete(wait)

    def _complete(self, wait: Wait) -> None:
        self._waits.remove(wait)
        for position in wait.positions:
            del self._unread[bisect.bisect_left(self._unread, position)]
        taken = set(wait.positions)
        for other in self._waits:
            other.positions = [position for position in other.positions if position not in taken]
        wait.complete = True
        wait.ready.set()

    def _is_unread(self, position: int) -> bool:
        place = bisect.bisect_left(self._unread, position)
        return place < len(self._unread) and self._unread[place] == position


def checked_timeout(timeout: object) -> None:
    """Refuse a time-out that is no number of seconds.

    Raises:
        InvalidInput: it is not None and not a number from 0 on.
    """
    if timeout is None or (
        isinstance(timeout, int | float) and timeout >= 0 and not isinstance(timeout, bool)
    ):
        return
    raise InvalidInput(
        f"timeout must be a number of seconds from 0 on, or None to wait without an end; found {timeout!r}."
    )


def left_s(timeout: float | None, begun_s: float) -> float | None:
    """What is left of a time-out, which also covers the reading of what came before."""
    return None if timeout is None else max(0.0, timeout - (time.monotonic() - begun_s))
