"""The list behind `check_event`, with its two faults: it loses what a caller who went away would have got."""

import asyncio
from collections import deque

KEPT = 20
Thing = dict[str, object]


class EventList:
    """Keeps what nobody has asked for yet.

    Args:
        wait_s: How long an asking caller waits when there is nothing; the real server: 30.
    """

    def __init__(self, wait_s: float) -> None:
        self._wait_s = wait_s
        self._kept: deque[Thing] = deque(maxlen=KEPT)
        self._callers: list[asyncio.Future[list[Thing | None]]] = []

    def add(self, thing: Thing) -> None:
        """Give something to the caller who came last, `[null]` to the others; keep it if nobody waits."""
        if not self._callers:
            self._kept.append(thing)
            return
        *others, last = self._callers
        self._callers = []
        for other in others:
            other.set_result([None])
        last.set_result([thing])

    def take_away(self, thing: Thing | None = None) -> None:
        """Let another program have something, and all that is kept; callers who wait get `[null]`."""
        self._kept.clear()
        if thing is not None:
            callers, self._callers = self._callers, []
            for caller in callers:
                caller.set_result([None])

    async def take(self) -> list[Thing | None]:
        """Give all that is kept, or wait for the next thing; `[]` after the time is over."""
        if self._kept:
            kept: list[Thing | None] = list(self._kept)
            self._kept.clear()
            return kept
        return await self._wait()

    async def _wait(self) -> list[Thing | None]:
        caller: asyncio.Future[list[Thing | None]] = asyncio.get_running_loop().create_future()
        self._callers.append(caller)
        await asyncio.wait([caller], timeout=self._wait_s)
        if caller.done():
            return caller.result()
        self._callers.remove(caller)
        return []
