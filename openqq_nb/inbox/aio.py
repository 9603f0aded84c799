"""The awaitable face of an inbox: `inbox.aio`."""

from collections.abc import Callable

import pandas as pd

from openqq_nb.inbox.waiting import Waiting


class AsyncInbox:
    """The awaitable twins of what an inbox waits for.

    Args:
        waiting: waits.
        tell: tells a user who looks what went wrong in handlers since.
    """

    def __init__(self, waiting: Waiting, tell: Callable[[], None]) -> None:
        self._waiting = waiting
        self._tell = tell

    def __dir__(self) -> list[str]:
        return ["wait"]

    async def wait(self, n: int = 1, timeout: float | None = 30, **filters: object) -> pd.DataFrame:
        """Await the next received messages; the twin of `Inbox.wait`, with the same arguments and result."""
        self._tell()
        return await self._waiting.aio_wait(n, timeout, filters)

    async def hears(self, timeout: float) -> bool:
        """Await whether a received message comes; see `Inbox.hears`."""
        return await self._waiting.aio_hears(timeout)
