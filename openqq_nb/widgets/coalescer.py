"""Brings what happens often to a page seldom: at most some times a second, on the loop of the kernel."""

import asyncio
import math
import threading
import time
import weakref
from collections.abc import Callable

GAP_S = 0.2


class Coalescer:
    """Calls a method soon after it was told that something changed, and not more often than every `gap_s` seconds.

    While a cell computes the loop stands still, and so does this; it goes on afterwards. A cell that waits calls
    `poll` again and again.

    Args:
        flush: a bound method; it is held weakly, so that whoever it belongs to can be forgotten.
        gap_s: seconds between two calls.
        loop: where it is called; the loop that runs at this moment. Without any, only `poll` calls.
    """

    def __init__(
        self, flush: Callable[[], None], gap_s: float = GAP_S, loop: asyncio.AbstractEventLoop | None = None
    ) -> None:
        self._flush = weakref.WeakMethod(flush)
        self._gap_s = gap_s
        self._loop = loop or _running_loop()
        self._lock = threading.Lock()
        self._dirty = False
        self._armed = False
        self._last_s = -math.inf

    def mark(self) -> None:
        """Take note of a change; called from any thread, any number of times."""
        if self._armed and self._dirty:
            return
        with self._lock:
            self._dirty = True
            if self._armed or self._loop is None:
                return
            try:
                self._loop.call_soon_threadsafe(self._arm)
            except RuntimeError:
                # The loop is closed, and with it the kernel that could have shown anything.
                self._loop = None
                return
            # Only now: a person may stop this at any place, and who is armed in vain would never call again.
            self._armed = True

    def poll(self) -> None:
        """Call the method if something changed and the time has come."""
        self._fire(time.monotonic() - self._last_s >= self._gap_s)

    def _arm(self) -> None:
        if self._loop is not None:
            self._loop.call_later(max(0.0, self._last_s + self._gap_s - time.monotonic()), self._rang)

    def _rang(self) -> None:
        with self._lock:
            self._armed = False
        self._fire(due=True)

    def _fire(self, due: bool) -> None:
        try:
            with self._lock:
                if not (self._dirty and due):
                    return
                self._dirty = False
                self._last_s = time.monotonic()
            flush = self._flush()
            if flush is not None:
                flush()
        except BaseException:
            # Broken off, by the person who stopped the cell: what is new is still to be told.
            self.mark()
            raise


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
