"""The awaitable face of an inbox: `inbox.aio`."""

from collections.abc import Callable

import pandas as pd

from openqq_nb.inbox.filling import Fills, Span, fill_async
from openqq_nb.inbox.waiting import Waiting
from openqq_nb.kernel.waiting import Ticks


class AsyncInbox:
    """The awaitable twins of what an inbox waits for.

    Args:
        waiting: waits.
        receiver: fills.
        ticks: called again and again while something is awaited.
        tell: tells a user who looks what went wrong in handlers since.
    """

    def __init__(self, waiting: Waiting, receiver: Fills, ticks: Ticks, tell: Callable[[], None]) -> None:
        self._waiting = waiting
        self._receiver = receiver
        self._ticks = ticks
        self._tell = tell

    def __dir__(self) -> list[str]:
        return ["backfill", "wait"]

    async def backfill(
        self, since: object = None, *, groups: object = None, friends: object = None
    ) -> pd.DataFrame:
        """Fill from the history of the server, and await the end; the twin of `Inbox.backfill`."""
        self._tell()
        return await fill_async(self._receiver, Span.of(since, groups, friends), self._ticks)

    async def wait(self, n: int = 1, timeout: float | None = 30, **filters: object) -> pd.DataFrame:
        """Await the next received messages; the twin of `Inbox.wait`, with the same arguments and result."""
        self._tell()
        return await self._waiting.aio_wait(n, timeout, filters)

    async def hears(self, timeout: float) -> bool:
        """Await whether a received message comes; see `Inbox.hears`."""
        return await self._waiting.aio_hears(timeout)
