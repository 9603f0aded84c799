"""Two drivers, sync and async, over the calls of a dialect.

A flow yields a `Request` and is handed the `Response`; everything it raises is its own. What goes wrong
on the way is translated where it is asked (`http`, `sockets`) into the errors of this package.
"""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Final, TypeVar

from openqq_nb.client.addresses import checked_url, is_socket, place
from openqq_nb.client.http import Http
from openqq_nb.errors import MAY_HAVE_GONE_OUT, InvalidInput, OpenqqError
from openqq_nb.models import Flow, Request, Response
from openqq_nb.sockets import Stream
from openqq_nb.turns import Turns, turns_of

T = TypeVar("T")

TIMEOUT_S: Final = 30.0
CONNECT_S: Final = 5.0
MAX_BODY_BYTES: Final = 256 << 20


class Client:
    """Asks one server: reads beside each other, sends one at a time and in order, polls beside all that.

    Args:
        url: the base address of the server, with a path where it lives under one.
        timeout_s: how long to wait for an answer.
        max_body_bytes: the largest answer that is read, unpacked.

    Raises:
        InvalidInput: the address is neither an HTTP nor a WebSocket address, or a WebSocket that takes no calls.
    """

    def __init__(self, url: str, timeout_s: float = TIMEOUT_S, max_body_bytes: int = MAX_BODY_BYTES) -> None:
        self.url = checked_url(url)
        self.timeout_s = _checked_timeout(timeout_s)
        self.max_body_bytes = max_body_bytes
        self._turns: Turns = turns_of(place(self.url))
        way = Stream if is_socket(self.url) else Http
        self._way = way(self.url, self.timeout_s, min(CONNECT_S, self.timeout_s), max_body_bytes)

    @property
    def stream(self) -> Stream | None:
        """What brings the events of the server, where the address is that of a WebSocket."""
        return self._way if isinstance(self._way, Stream) else None

    def run(self, flow: Flow[T]) -> T:
        """Drive a flow to its result.

        Raises:
            Unreachable: nobody took the connection; reads were tried four times.
            NoAnswer: the connection stood and no answer came.
            NotUnderstood: the answer is larger than `max_body_bytes` or badly compressed.
            Refused: a WebSocket was refused for want of a token, or of another one.
            NotOpenqq: there is no WebSocket at an address that begins with ws, or one at another.
        """
        step: Callable[[], Request] = partial(next, flow)
        while True:
            try:
                request = step()
            except StopIteration as done:
                result: T = done.value
                return result
            step = self._next_step(flow, request)

    async def run_async(self, flow: Flow[T]) -> T:
        """Drive a flow to its result without blocking the loop; the twin of `run`."""
        async with self._way.asking() as ask:
            step: Callable[[], Request] = partial(next, flow)
            while True:
                try:
                    request = step()
                except StopIteration as done:
                    result: T = done.value
                    return result
                step = await self._next_step_async(ask, flow, request)

    def close(self) -> None:
        """Let go of the connections; a later question opens new ones."""
        self._way.close()

    def _next_step(self, flow: Flow[T], request: Request) -> Callable[[], Request]:
        try:
            response = self._exchange(request)
        except BaseException as error:  # noqa: BLE001 - the flow may know what a silence or an interrupt means
            return partial(flow.throw, error)
        return partial(flow.send, response)

    async def _next_step_async(
        self, ask: Callable[[Request], Awaitable[Response]], flow: Flow[T], request: Request
    ) -> Callable[[], Request]:
        try:
            response = await self._exchange_async(ask, request)
        except BaseException as error:  # noqa: BLE001 - as above; the flow raises it again
            return partial(flow.throw, error)
        return partial(flow.send, response)

    def _exchange(self, request: Request) -> Response:
        if request.pause_s:
            time.sleep(request.pause_s)
        if not _takes_turns(request):
            return self._way.ask(request)
        with self._turns.mine(), _interrupt_is_told():
            return self._way.ask(request)

    async def _exchange_async(
        self, ask: Callable[[Request], Awaitable[Response]], request: Request
    ) -> Response:
        if request.pause_s:
            await asyncio.sleep(request.pause_s)
        if not _takes_turns(request):
            return await ask(request)
        async with self._turns.mine_async():
            with _interrupt_is_told():
                return await ask(request)


def _takes_turns(request: Request) -> bool:
    return not request.repeatable and not request.held_s


def _checked_timeout(timeout_s: float) -> float:
    try:
        valid = 0 < timeout_s < math.inf
    except TypeError:
        valid = False
    if not valid:
        raise InvalidInput(
            f"timeout must be a number of seconds above 0, not {timeout_s!r}. Some answers never come, so there is "
            "always one; 30 is usual."
        )
    return float(timeout_s)


@contextmanager
def _interrupt_is_told() -> Iterator[None]:
    """Add to an interrupt or a cancellation of a send that is out already what that means."""
    try:
        yield
    except OpenqqError:
        raise
    except BaseException as error:
        error.add_note(MAY_HAVE_GONE_OUT)
        raise
