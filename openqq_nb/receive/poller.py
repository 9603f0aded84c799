"""Asks a server again and again for what it would have posted: for a server that cannot reach the notebook.

No thread, no socket and no message: how to ask and what to do with what came are handed in.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Final

from openqq_nb.errors import NoAnswer, NotUnderstood, OpenqqError, Refused, Unreachable
from openqq_nb.models import Polled

Poll = Callable[[], Awaitable[Polled]]
Take = Callable[[Sequence[bytes]], Awaitable[None]]
Failed = Callable[[str, Exception], None]

POLLING: Final = "polling"
"""What `failed` is told that was being done."""

SHORTEST_S: Final = 1.0
LONGEST_S: Final = 30.0

_SHARED = (
    "Another program polls this server as well: it was given something that a poll of this one had waited for. What "
    "one of them is given, the other never gets, so messages are missing here. Stop the other program; only one may "
    "poll."
)
_PASSING = (Unreachable, NoAnswer, NotUnderstood, Refused)


class Poller:
    """Polls one server until it is stopped.

    Args:
        poll: asks once, and waits as long as the server holds its answer.
        take: stores what came, oldest first; the next poll waits for it, and the server keeps only a few things.
        failed: told what went wrong while polling: each kind of error once until a poll succeeds again, and once that
            another program polls as well. Polling goes on.
        shortest_s: between the beginnings of two polls, unless the first brought something: a server that does not
            hold its answer is not asked all the time.
        longest_s: the same while polls fail; it doubles from one failure to the next up to here.
    """

    def __init__(
        self,
        poll: Poll,
        take: Take,
        failed: Failed,
        shortest_s: float = SHORTEST_S,
        longest_s: float = LONGEST_S,
    ) -> None:
        self._poll = poll
        self._take = take
        self._failed = failed
        self._shortest_s = shortest_s
        self._longest_s = longest_s
        self._stopped = asyncio.Event()
        self._next_s = shortest_s
        self._told: set[type[Exception]] = set()
        self._told_of_other = False

    async def run(self) -> None:
        """Poll until `stop` is called; to cancel it loses what the server hands out next.

        Raises:
            NotSupported: such a server is not polled.
        """
        while not self._stopped.is_set():
            began_s = _now_s()
            interval_s = await self._poll_once()
            await self._pause(began_s + interval_s - _now_s())

    def stop(self) -> None:
        """Poll no more; the poll that is out is let finish, and what it brings is taken. On the loop of `run` only."""
        self._stopped.set()

    async def _poll_once(self) -> float:
        """Poll once; gives how many seconds after its beginning the next may begin."""
        try:
            polled = await self._poll()
        except _PASSING as error:
            return self._put_off(error)
        self._succeeded()
        if polled.missed:
            self._tell_of_other()
        if not polled.bodies:
            return self._shortest_s
        await self._take(polled.bodies)
        return 0

    def _put_off(self, error: Exception) -> float:
        if type(error) not in self._told:
            self._told.add(type(error))
            self._failed(POLLING, error)
        interval_s, self._next_s = self._next_s, min(2 * self._next_s, self._longest_s)
        return interval_s

    def _succeeded(self) -> None:
        self._told.clear()
        self._next_s = self._shortest_s

    def _tell_of_other(self) -> None:
        if not self._told_of_other:
            self._told_of_other = True
            self._failed(POLLING, OpenqqError(_SHARED))

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopped.wait()


def _now_s() -> float:
    return asyncio.get_running_loop().time()
