"""The one queue that all sends of the server go through."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from openqq_nb.simulator.messages import Outcome, Sending


@dataclass(slots=True)
class _Waiting:
    sending: Sending
    done: asyncio.Future[Outcome]
    tries_left: int


class SendQueue:
    """Sends one message after the other, with a pause between them.

    Args:
        pace_s: Seconds between two sends; the real server takes 3.
        tries: How often a failing send is tried.
        attempt: Tries to deliver one message and tells what became of it.
        settled: Is told of every message when no more tries follow.
        delay_s: Tells how long a message has to wait beyond the pause.
    """

    def __init__(
        self,
        pace_s: float,
        tries: int,
        attempt: Callable[[Sending], Outcome],
        settled: Callable[[Sending, Outcome], None],
        delay_s: Callable[[Sending], float],
    ) -> None:
        self.pace_s = pace_s
        self._tries = tries
        self._attempt = attempt
        self._settled = settled
        self._delay_s = delay_s
        self._waiting: asyncio.Queue[_Waiting] = asyncio.Queue()
        self._last_s = float("-inf")

    def put(self, sending: Sending) -> "asyncio.Future[Outcome]":
        """Queue a message.

        Returns:
            A future of what will have become of it.
        """
        done: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._waiting.put_nowait(_Waiting(sending, done, self._tries))
        return done

    async def run(self) -> None:
        """Send what is queued, for ever."""
        while True:
            waiting = await self._waiting.get()
            pause_s = max(0.0, self._last_s + self.pace_s - time.monotonic())
            await asyncio.sleep(pause_s + self._delay_s(waiting.sending))
            self._last_s = time.monotonic()
            self._try(waiting)

    def _try(self, waiting: _Waiting) -> None:
        waiting.tries_left -= 1
        outcome = replace(self._attempt(waiting.sending), tries_left=waiting.tries_left)
        if outcome.code != 0 and waiting.tries_left and not outcome.is_silent:
            self._waiting.put_nowait(waiting)
            return
        self._settled(waiting.sending, outcome)
        if not waiting.done.done() and not outcome.is_silent:
            waiting.done.set_result(outcome)
