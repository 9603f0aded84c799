"""Waiting for a broadcast, in a cell and in a coroutine."""

import asyncio
import math
from collections.abc import Callable

import pandas as pd

from openqq_nb.broadcast.bar import Bar
from openqq_nb.broadcast.progress import Progress
from openqq_nb.broadcast.worker import Worker
from openqq_nb.errors import InvalidInput, TimedOut
from openqq_nb.kernel.waiting import aio_wait_for, wait_for


class Waiting:
    """Waits until a broadcast stands still.

    Args:
        key: its name.
        worker: sends it.
        pause: pauses it, after an interrupt.
        report: tells what became of it so far.
    """

    def __init__(
        self, key: str, worker: Worker, pause: Callable[[], None], report: Callable[[], pd.DataFrame]
    ) -> None:
        self._key = key
        self._worker = worker
        self._pause = pause
        self._report = report

    def wait(self, timeout: float | None) -> Progress:
        """Wait in a cell; see `Run.wait`."""
        _check(timeout)
        try:
            with Bar(self._key, self._worker.progress) as bar:
                still = wait_for(self._worker.still, timeout, (bar.tick,))
        except KeyboardInterrupt:
            self._pause()
            raise
        return self._end(still, timeout)

    async def aio_wait(self, timeout: float | None) -> Progress:
        """Await the same; a cancellation pauses it."""
        _check(timeout)
        try:
            with Bar(self._key, self._worker.progress) as bar:
                still = await aio_wait_for(self._worker.still, timeout, (bar.tick,))
        except asyncio.CancelledError:
            self._pause()
            raise
        return self._end(still, timeout)

    def _end(self, still: bool, timeout: float | None) -> Progress:
        if not still:
            raise TimedOut(
                f"{timeout:g} s were over before the broadcast {self._key!r} was done: {self._worker.progress()!r}. It "
                "goes on; run.pause() pauses it.",
                self._report(),
            )
        if self._worker.error is not None:
            raise self._worker.error
        return self._worker.progress()


def _check(timeout: object) -> None:
    if timeout is None:
        return
    if isinstance(timeout, bool) or not isinstance(timeout, int | float) or not 0 <= timeout < math.inf:
        raise InvalidInput(f"timeout must be a number of seconds from 0, or None, not {timeout!r}.")
