"""What it means to wait for messages, from a cell and as a coroutine."""

import time
from collections.abc import Callable, Mapping, Sequence

import pandas as pd

from openqq_nb.errors import InvalidInput, TimedOut
from openqq_nb.inbox.filters import Filter
from openqq_nb.inbox.waits import Wait, Waits, checked_timeout, left_s
from openqq_nb.kernel.waiting import aio_wait_for, wait_for


class Waiting:
    """Waits for received messages.

    Args:
        waits: who waits for what.
        compiled: compiles filters.
        take: gives rows by their positions.
        ticks: functions that are called again and again while a cell waits.
    """

    def __init__(
        self,
        waits: Waits,
        compiled: Callable[[Mapping[str, object]], Filter],
        take: Callable[[Sequence[int]], pd.DataFrame],
        ticks: Sequence[Callable[[], None]],
    ) -> None:
        self._waits = waits
        self._compiled = compiled
        self._take = take
        self._ticks = ticks

    def wait(self, n: int, timeout: float | None, filters: Mapping[str, object]) -> pd.DataFrame:
        """Wait for the next messages and take them."""
        begun_s = time.monotonic()
        wait = self._begin(n, timeout, filters)
        try:
            wait_for(wait.ready, left_s(timeout, begun_s), self._ticks)
        except BaseException:
            self._waits.give_back(wait)
            raise
        return self._taken(wait, timeout)

    async def aio_wait(self, n: int, timeout: float | None, filters: Mapping[str, object]) -> pd.DataFrame:
        """Await the next messages and take them."""
        begun_s = time.monotonic()
        wait = self._begin(n, timeout, filters)
        try:
            await aio_wait_for(wait.ready, left_s(timeout, begun_s), self._ticks)
        except BaseException:
            self._waits.give_back(wait)
            raise
        return self._taken(wait, timeout)

    def hears(self, timeout: float) -> bool:
        """Tell whether a message comes in time, and leave it to others."""
        wait = self._begin(1, timeout, {})
        try:
            wait_for(wait.ready, timeout, self._ticks)
            return wait.complete
        finally:
            self._waits.give_back(wait)

    async def aio_hears(self, timeout: float) -> bool:
        """Await whether a message comes in time, and leave it to others."""
        wait = self._begin(1, timeout, {})
        try:
            await aio_wait_for(wait.ready, timeout, self._ticks)
            return wait.complete
        finally:
            self._waits.give_back(wait)

    def _begin(self, n: int, timeout: float | None, filters: Mapping[str, object]) -> Wait:
        checked_timeout(timeout)
        if filters.get("own") is True:
            raise InvalidInput(
                "wait returns received messages only, so own=True would never end. Look at inbox.df."
            )
        return self._waits.begin(_count(n), self._compiled(filters))

    def _taken(self, wait: Wait, timeout: float | None) -> pd.DataFrame:
        self._waits.end(wait)
        found = self._take(wait.positions)
        if wait.complete:
            return found
        raise TimedOut(self._why_not_enough(wait, len(found), timeout), found)

    def _why_not_enough(self, wait: Wait, found: int, timeout: float | None) -> str:
        asked = f" with {wait.keep.text}" if wait.keep.text else ""
        stopped = self._waits.closed or bool(wait.why)
        over = wait.why or ("the inbox was stopped" if stopped else f"{timeout:g} s were over")
        came = (
            f"{found} came; they are in the `df` of this error, and later waits return them again"
            if found
            else ""
        )
        advice = "my.listen() listens again" if stopped else "give a longer timeout=, or look at inbox.stats"
        return (
            f"Waited for {wait.count} message{'s' if wait.count > 1 else ''}{asked}, but {over}. "
            f"{came or 'None came'}; {advice}."
        )


def _count(n: object) -> int:
    if isinstance(n, bool) or not isinstance(n, int) or n < 1:
        raise InvalidInput(f"wait waits for 1 message or more; found n={n!r}. Give a whole number.")
    return n
