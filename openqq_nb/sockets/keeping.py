"""Keeps a connection open, opens it anew when it breaks, and has calls wait for it. On the loop of the socket alone."""

import asyncio
import copy
from typing import Final

import tenacity

from openqq_nb.errors import MAY_HAVE_GONE_OUT, NoAnswer, NotOpenqq, OpenqqError, Refused, Unreachable
from openqq_nb.models import Request
from openqq_nb.sockets.heard import Heard
from openqq_nb.sockets.line import Call, Line
from openqq_nb.sockets.opening import Door

LONGEST_PAUSE_S: Final = 30.0
_WAIT: Final = tenacity.wait_random_exponential(multiplier=0.1, max=LONGEST_PAUSE_S)
# A server that takes connections only to drop them is not asked faster and faster.
_STOOD_S: Final = 5.0
# How often a read tries to reach a server that has never been reached, and how often a read is asked that breaks the
# connection: it may be the reason.
READ_TRIES: Final = 4
ASKED_AT_MOST: Final = 3

# Trying again does not mend these; somebody has to change a setting.
_LASTING = (Refused, NotOpenqq)


class Keeper:
    """Keeps one connection until it is closed.

    Args:
        door: where it leads.
        heard: what is told of events and problems.
    """

    def __init__(self, door: Door, heard: Heard) -> None:
        self._door = door
        self._heard = heard
        self._line: Line | None = None
        self._failed: OpenqqError | None = None
        self._failures = 0
        self._reached = False
        self._closed = False
        self._news = asyncio.Event()
        self._wanted = asyncio.Event()
        self._asks: set[asyncio.Task[object]] = set()
        self._keeping: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to connect; called on the loop."""
        self._keeping = asyncio.get_running_loop().create_task(self._keep())
        self._keeping.add_done_callback(lambda _: self._tell())

    def want(self) -> None:
        """Try at once if a pause is on."""
        self._wanted.set()

    async def ask(self, request: Request, patience_s: float) -> bytes:
        """Ask, and give the answer's frame; a read is asked again when the connection breaks.

        Raises:
            Unreachable: there is no connection, so nothing was sent.
            NoAnswer: no answer came, or the connection broke before it.
            Refused: the server wants a token, or another one.
            NotOpenqq: there is no WebSocket.
            NotUnderstood: a frame was too large.
        """
        call = Call(request)
        task: asyncio.Task[object] | None = asyncio.current_task()
        assert task is not None  # noqa: S101 - a coroutine that runs is in a task
        self._asks.add(task)
        try:
            async with asyncio.timeout(patience_s):
                return await self._answer(call)
        except TimeoutError as error:
            raise self._too_late(call, patience_s) from error
        finally:
            self._asks.discard(task)

    async def close(self) -> None:
        """Close the connection; whoever waits is told."""
        self._closed = True
        if self._keeping is not None:
            self._keeping.cancel()
            await asyncio.wait([self._keeping])
        if self._asks:
            await asyncio.wait(self._asks)

    async def _answer(self, call: Call) -> bytes:
        for _ in range(ASKED_AT_MOST - 1):
            try:
                return await self._answer_once(call)
            except NoAnswer:
                if not call.request.repeatable:
                    raise
        return await self._answer_once(call)

    async def _answer_once(self, call: Call) -> bytes:
        line = await self._usable(call.request)
        try:
            return await line.ask(call)
        except NoAnswer as error:
            raise NoAnswer(f"{error} {self._what_of(call.request)}", error.how) from error

    async def _usable(self, request: Request) -> Line:
        """Wait until a call can be written; a send for one try to connect, a read for as long as there is hope."""
        before = self._failures
        while self._line is None or not self._line.open:
            if self._closed:
                raise Unreachable(f"The connection to {self._door.url} was closed here; nothing was sent.")
            if self._keeping is not None and self._keeping.done():
                self._keeping.result()  # raises what is wrong in here
            self._refuse_hopeless(request, self._failures - before)
            if self._failures == before:
                self.want()
            await self._news.wait()
        return self._line

    def _refuse_hopeless(self, request: Request, failures: int) -> None:
        if failures == 0 or self._failed is None:
            return
        if isinstance(self._failed, _LASTING):
            raise copy.copy(self._failed) from self._failed.__cause__
        if not request.repeatable or (failures >= READ_TRIES and not self._reached):
            raise Unreachable(str(self._failed)) from self._failed.__cause__

    async def _keep(self) -> None:
        while True:
            await tenacity.AsyncRetrying(
                retry=tenacity.retry_if_exception_type(OpenqqError), wait=_WAIT, sleep=self._pause
            )(self._stay)

    async def _stay(self) -> None:
        """Connect and stay until the connection ends; raises why, unless it stood for a while."""
        try:
            await self._connect_and_stay()
        except OpenqqError:
            raise
        except Exception as error:
            why = self._unforeseen(error)
            self._line = None
            self._fail(why, tried=1)
            raise why from error

    async def _connect_and_stay(self) -> None:
        began = asyncio.get_running_loop().time()
        try:
            connection = await self._door.open()
        except OpenqqError as error:
            self._fail(error, tried=1)
            raise
        line = Line(connection, self._door, self._heard, self._use)
        why: OpenqqError = NoAnswer(f"The connection to {self._door.url} was closed here.", "closed")
        try:
            why = await line.listen()
        except Exception as error:  # noqa: BLE001 - told by `why`, and counted
            why = self._unforeseen(error)
        finally:
            self._line = None
            await line.end(why)
        self._fail(why, tried=not line.good)
        if not line.good or asyncio.get_running_loop().time() < began + _STOOD_S:
            raise why

    def _unforeseen(self, error: Exception) -> OpenqqError:
        """Count an error that is none of ours; it ends one connection, and never the keeping of one."""
        text = (
            f"The connection to {self._door.url} was given up for an error that nobody had foreseen "
            f"({type(error).__name__}: {error})."
        )
        self._heard.problem(text)
        return NoAnswer(text, "closed")

    def _use(self, line: Line) -> None:
        self._line = line
        self._reached = self._reached or line.good
        self._tell()

    def _fail(self, why: OpenqqError, tried: int) -> None:
        """Note a failure; a good connection that broke is no try to connect."""
        self._failed = why
        self._failures += tried
        self._heard.end(why)
        self._tell()

    def _tell(self) -> None:
        news, self._news = self._news, asyncio.Event()
        news.set()

    async def _pause(self, seconds: float) -> None:
        """Wait before the next try, or until somebody asks; what lasts is tried again only while somebody listens."""
        limit_s: float | None = seconds
        if isinstance(self._failed, _LASTING):
            limit_s = LONGEST_PAUSE_S if self._heard.subscribed else None
        self._wanted.clear()
        try:
            async with asyncio.timeout(limit_s):
                await self._wanted.wait()
        except TimeoutError:
            return

    def _too_late(self, call: Call, patience_s: float) -> OpenqqError:
        path = call.request.path
        if call.written and (self._line is not None or not call.request.repeatable):
            return NoAnswer(
                f"No answer to {path} came within {patience_s:g} s. {self._what_of(call.request)}"
            )
        why = "" if self._failed is None else f" The last that was seen: {self._failed}"
        return Unreachable(
            f"{self._door.url} could not be asked for {path} within {patience_s:g} s, for want of a connection.{why}"
        )

    def _what_of(self, request: Request) -> str:
        if request.repeatable:
            return f"{self._door.url} did not answer {request.path}; try again later."
        return MAY_HAVE_GONE_OUT
