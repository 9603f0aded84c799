"""One at a time, first come first served, for threads and coroutines alike.

A server has one slow queue for all sends and drops a waiting connection while it still sends, so that
every send of this process to one server waits here for the one before it.
"""

import asyncio
import threading
import weakref
from collections import deque
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import Future
from contextlib import asynccontextmanager, contextmanager

_of_servers: weakref.WeakValueDictionary[str, "Turns"] = weakref.WeakValueDictionary()
_guard = threading.Lock()


class Turns:
    """A lock that serves in order of asking."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._taken = False
        self._waiting: deque[Future[None]] = deque()

    @contextmanager
    def mine(self) -> Iterator[None]:
        """Wait for the turn in a thread."""
        turn = self._ask()
        try:
            turn.result()
        except BaseException:
            self._withdraw(turn)
            raise
        try:
            yield
        finally:
            self._pass_on()

    @asynccontextmanager
    async def mine_async(self) -> AsyncIterator[None]:
        """Wait for the turn in a coroutine."""
        turn = self._ask()
        try:
            await asyncio.wrap_future(turn)
        except BaseException:
            self._withdraw(turn)
            raise
        try:
            yield
        finally:
            self._pass_on()

    def _ask(self) -> Future[None]:
        turn: Future[None] = Future()
        with self._guard:
            if self._taken:
                self._waiting.append(turn)
            else:
                self._taken = True
                turn.set_result(None)
        return turn

    def _withdraw(self, turn: Future[None]) -> None:
        # Whoever is interrupted in the moment in which the turn came has to hand it on.
        if not turn.cancel() and not turn.cancelled():
            self._pass_on()

    def _pass_on(self) -> None:
        with self._guard:
            while self._waiting:
                turn = self._waiting.popleft()
                if turn.set_running_or_notify_cancel():
                    turn.set_result(None)
                    return
            self._taken = False


def turns_of(server: str) -> Turns:
    """Give the turns of a server, the same object to all who ask while somebody holds it."""
    with _guard:
        found = _of_servers.get(server)
        if found is None:
            found = _of_servers[server] = Turns()
        return found
