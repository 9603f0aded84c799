"""The awaitable face of a run: `run.aio`."""

from openqq_nb.broadcast.progress import Progress
from openqq_nb.broadcast.waiting import Waiting


class AsyncRun:
    """The awaitable twin of what a run waits for.

    Args:
        waiting: waits.
    """

    def __init__(self, waiting: Waiting) -> None:
        self._waiting = waiting

    def __dir__(self) -> list[str]:
        return ["wait"]

    async def wait(self, timeout: float | None = None) -> Progress:
        """Await that it stands still; the twin of `Run.wait`, with the same arguments and result."""
        return await self._waiting.aio_wait(timeout)
