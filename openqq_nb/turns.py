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
from dataclasses import dataclass, field

from openqq_nb.errors import NestedWait

_of_servers: weakref.WeakValueDictionary[str, "Turns"] = weakref.WeakValueDictionary()
_guard = threading.Lock()


@dataclass(eq=False, slots=True)
class _Turn:
    """One who waits, or whose turn it is; a coroutine goes on only while its loop runs."""

    loop: asyncio.AbstractEventLoop | None
    came: Future[None] = field(default_factory=Future)


class Turns:
    """A lock that serves in order of asking."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._holder: _Turn | None = None
        self._waiting: deque[_Turn] = deque()

    @contextmanager
    def mine(self) -> Iterator[None]:
        """Wait for the turn in a thread.

        Raises:
            NestedWait: a coroutine of the loop that this thread runs is before us, and could never go on.
        """
        self._refuse_standstill()
        turn = self._ask(None)
        try:
            turn.came.result()
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
        turn = self._ask(asyncio.get_running_loop())
        try:
            await asyncio.wrap_future(turn.came)
        except BaseException:
            self._withdraw(turn)
            raise
        try:
            yield
        finally:
            self._pass_on()

    def _refuse_standstill(self) -> None:
        try:
            here = asyncio.get_running_loop()
        except RuntimeError:
            return
        with self._guard:
            before = [self._holder, *self._waiting]
        if any(turn is not None and turn.loop is here for turn in before):
            raise NestedWait(
                "A send of my.aio is still under way in this loop, and cannot end while this call blocks the loop. "
                "Nothing was sent. Await that send first, or use `await my.aio.…` here too."
            )

    def _ask(self, loop: asyncio.AbstractEventLoop | None) -> _Turn:
        turn = _Turn(loop)
        with self._guard:
            if self._holder is not None:
                self._waiting.append(turn)
            else:
                self._holder = turn
                turn.came.set_result(None)
        return turn

    def _withdraw(self, turn: _Turn) -> None:
        # Whoever is interrupted in the moment in which the turn came has to hand it on.
        if not turn.came.cancel() and not turn.came.cancelled():
            self._pass_on()

    def _pass_on(self) -> None:
        with self._guard:
            self._holder = None
            while self._waiting:
                turn = self._waiting.popleft()
                if turn.came.set_running_or_notify_cancel():
                    self._holder = turn
                    turn.came.set_result(None)
                    return


def turns_of(server: str) -> Turns:
    """Give the turns of a server, the same object to all who ask while somebody holds it."""
    with _guard:
        found = _of_servers.get(server)
        if found is None:
            found = _of_servers[server] = Turns()
        return found
