"""The WebSocket of one server, for any thread and any loop: asks calls over it, and brings its events."""

import asyncio
import threading
import weakref
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import Future
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Final

from openqq_nb.errors import OpenqqError
from openqq_nb.models import Request, Response
from openqq_nb.receive.loop import LoopThread
from openqq_nb.sockets.heard import Heard, OnEvent, OnGap
from openqq_nb.sockets.keeping import Keeper
from openqq_nb.sockets.opening import Door, authorization

THREAD: Final = "openqq-nb-socket"


class Stream:
    """One connection, opened when it is first needed, and opened anew when it breaks.

    It closes with `close`, when nobody holds the stream any more, and at the end of the program.

    Args:
        url: address of the WebSocket.
        timeout_s: how long to wait for an answer, unless the request has more patience.
        connect_s: how long to wait for the connection, and for the server's first word on it.
        max_body_bytes: the largest frame that is read.
    """

    def __init__(self, url: str, timeout_s: float, connect_s: float, max_body_bytes: int) -> None:
        self._timeout_s = timeout_s
        self._door = Door(url, connect_s, max_body_bytes)
        self._heard = Heard()
        self._lock = threading.Lock()
        self._running: _Running | None = None

    @property
    def calls_only(self) -> bool:
        """Whether its address is one at which calls are taken and no events come."""
        return self._door.calls_only

    @property
    def connected(self) -> bool:
        """Whether there is a connection that has proved good."""
        return self._heard.connected

    @property
    def failure(self) -> OpenqqError | None:
        """Why there is no connection, if one was tried."""
        return self._heard.failure

    @property
    def last_seen_s(self) -> float | None:
        """When the server was last heard of, in UTC seconds; None before it ever was."""
        return self._heard.last_seen_s

    @property
    def problem_count(self) -> int:
        """How many frames could not be read by either side, subscribers failed, and unforeseen errors came."""
        return self._heard.problem_count

    @property
    def problems(self) -> tuple[str, ...]:
        """The last of these problems in words, the latest last."""
        return self._heard.problems

    def subscribe(self, on_event: OnEvent, on_gap: OnGap, bearer: str | None = None) -> Callable[[], None]:
        """Have events handed on as they come, in their order.

        Both functions are called on the thread of the socket, which reads nothing meanwhile: they must only enqueue.

        Args:
            on_event: is given the bytes of each event.
            on_gap: is told after each reconnect, before the first event of it, until when (UTC seconds, by the clock
                of the server) all events were certainly received.
            bearer: the token, if no call has brought it yet.

        Returns:
            What ends the subscription; harmless when called twice.
        """
        unsubscribe = self._heard.subscribe(on_event, on_gap)
        with self._lock:
            self._opened(bearer).want()
        return unsubscribe

    def ask(self, request: Request) -> Response:
        """Ask once; a read waits for the connection, and is asked again when that breaks. Errors as of `Client.run`."""
        asked = self._begin(request)
        try:
            return _response(asked.result())
        except BaseException:
            asked.cancel()  # an interrupt: nobody waits for the answer any more
            raise

    @asynccontextmanager
    async def asking(self) -> AsyncIterator[Callable[[Request], Awaitable[Response]]]:
        """Give the twin of `ask` for a loop."""
        yield self._ask_async

    def close(self) -> None:
        """Close the connection, with whoever waits for an answer; a later call or subscription opens a new one."""
        with self._lock:
            running, self._running = self._running, None
        if running is not None:
            running.close()

    async def _ask_async(self, request: Request) -> Response:
        return _response(await asyncio.wrap_future(self._begin(request)))

    def _begin(self, request: Request) -> "Future[bytes]":
        patience_s = request.wait_s(self._timeout_s)
        with self._lock:
            return self._opened(request.bearer).begin(request, patience_s)

    def _opened(self, bearer: str | None) -> "_Running":
        if bearer is not None and bearer != self._door.bearer:
            authorization(bearer)  # raises for what could never be sent
            self._door = replace(self._door, bearer=bearer)
            if self._running is not None:
                self._running.close()
                self._running = None
        if self._running is None:
            self._running = _Running(self._door, self._heard)
            self._running.ends_with(self)
        return self._running


class _Running:
    """A keeper and its thread, from their start to their end; knows nothing of the stream, which may be forgotten."""

    def __init__(self, door: Door, heard: Heard) -> None:
        self._heard = heard
        self._thread = LoopThread(self._told, THREAD)
        self._thread.start()
        try:
            self._keeper = self._thread.run(_started(door, heard))
        except BaseException:  # an interrupt
            self._thread.stop()
            raise

    def ends_with(self, stream: Stream) -> None:
        """End when nobody holds the stream any more, and with the program."""
        self._finalizer = weakref.finalize(stream, self._thread.stop)

    def begin(self, request: Request, patience_s: float) -> "Future[bytes]":
        """Begin to ask; cancel what this gives to stop waiting."""
        return self._thread.begin(self._keeper.ask(request, patience_s))

    def want(self) -> None:
        """Connect now, if a pause is on."""
        self._thread.call(self._keeper.want)

    def close(self) -> None:
        """Close the connection and end the thread."""
        self._finalizer.detach()
        try:
            self._thread.run(self._keeper.close())
        finally:
            self._thread.stop()

    def _told(self, text: str, error: Exception) -> None:
        self._heard.problem(f"{text}: {error if isinstance(error, OpenqqError) else repr(error)}")


async def _started(door: Door, heard: Heard) -> Keeper:
    keeper = Keeper(door, heard)
    keeper.start()
    return keeper


def _response(body: bytes) -> Response:
    return Response(200, "application/json", body)
