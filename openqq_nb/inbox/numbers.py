"""Fetches the roster anew in the background when somebody unknown writes, and fills earlier rows then."""

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from openqq_nb import messages
from openqq_nb.models import Cell, Row

EVERY_S = 60.0
# A stranger whose number the server itself does not know must not have the roster fetched every minute.
_AGAIN_S = 600.0
_KEPT = 10_000
_PAIRS = (("sender_id", "sender_qq"), ("receiver_id", "receiver_qq"), ("group_id", "gnumber"))


@dataclass(frozen=True, slots=True)
class Incomplete:
    """A stored message that lacks a permanent number."""

    seq: int
    position: int
    row: Row


@dataclass(frozen=True, slots=True)
class Change:
    """What became known of a stored message."""

    seq: int
    position: int
    cells: dict[str, Cell]


class Numbers:
    """Knows which rows lack numbers, and has them looked up.

    Args:
        number: adds the numbers that memory knows.
        refresh: asks the server; runs on a thread of this object.
        filled: called on that thread after each refresh.
        failed: told of errors of `refresh`.
        every_s: the shortest time between two refreshes.
    """

    def __init__(
        self,
        number: Callable[[Row], Row],
        refresh: Callable[[], None],
        filled: Callable[[], None],
        failed: Callable[[str, Exception], None],
        every_s: float = EVERY_S,
    ) -> None:
        self._number = number
        self._refresh = refresh
        self._filled = filled
        self._failed = failed
        self._every_s = every_s
        self._last_s = -every_s
        self._asked: dict[str, float] = {}
        self._incomplete: deque[Incomplete] = deque(maxlen=_KEPT)
        self._wanted = threading.Event()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def number(self, row: Row) -> Row:
        """Add the numbers that memory knows; a failure of it costs no message."""
        try:
            return self._number(row)
        except Exception as error:  # noqa: BLE001 - code of another layer in our thread; kept and shown
            self._failed("looking up numbers", error)
            return row

    def watch(self, seq: int, position: int, row: Row) -> None:
        """Look a stored message over, and ask for a refresh if it lacks a number."""
        lacking = unknown_ids(row)
        if not lacking:
            return
        self._incomplete.append(Incomplete(seq, position, row))
        now_s = time.monotonic()
        new = [found for found in lacking if now_s - self._asked.get(found, -_AGAIN_S) >= _AGAIN_S]
        if new:
            self._asked.update(dict.fromkeys(new, now_s))
            self.want()

    def begin_login(self) -> None:
        """Throw away what belongs to the old ids, all of which are void now."""
        self._incomplete.clear()
        self._asked.clear()
        self.want()

    def want(self) -> None:
        """Ask for a refresh, which comes when the last one is long enough ago."""
        self._wanted.set()
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="openqq-nb-refresh", daemon=True)
            self._thread.start()

    def changes(self) -> list[Change]:
        """Number again what lacked numbers; gives what changed, and keeps what still lacks some."""
        waiting, changes = list(self._incomplete), []
        self._incomplete.clear()
        for item in waiting:
            full = messages.complete(self.number(item.row))
            cells = {name: cell for name, cell in full.items() if cell != item.row.get(name)}
            if cells:
                changes.append(Change(item.seq, item.position, cells))
            if unknown_ids(full):
                self._incomplete.append(Incomplete(item.seq, item.position, full))
        return changes

    def stop(self, wait_s: float = 1.0) -> None:
        """End the thread; a refresh under way is not waited for longer than this."""
        self._stopped.set()
        self._wanted.set()
        if self._thread is not None:
            self._thread.join(wait_s)

    def _run(self) -> None:
        while self._wanted.wait() and not self._stopped.wait(self._pause_s()):
            self._wanted.clear()
            self._last_s = time.monotonic()
            try:
                self._refresh()
            except Exception as error:  # noqa: BLE001 - the border of a thread; kept and shown
                self._failed("asking who is there", error)
            else:
                self._filled()

    def _pause_s(self) -> float:
        return max(0.0, self._last_s + self._every_s - time.monotonic())


def unknown_ids(row: Row) -> list[str]:
    """Give the ids of a message whose permanent numbers are missing."""
    return [str(row[key]) for key, number in _PAIRS if row.get(key) and not row.get(number)]
