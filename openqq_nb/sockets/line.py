"""One open WebSocket: its calls, their answers, and the events between them. On the loop of the socket alone."""

import asyncio
import copy
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Final
from uuid import uuid4

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed
from websockets.frames import Close, CloseCode
from websockets.protocol import State

from openqq_nb.errors import NoAnswer, NotUnderstood, OpenqqError, Unreachable, first_bytes
from openqq_nb.models import Request
from openqq_nb.sockets import frames
from openqq_nb.sockets.heard import Heard
from openqq_nb.sockets.opening import Connection, Door

MAX_EVENT_BYTES: Final = 32 << 20
MISSED_HEARTBEATS: Final = 3
# A heartbeat of another distance would have us cut good connections, or never notice dead ones.
HEARTBEATS_S: Final = (0.1, 600.0)


@dataclass(slots=True, eq=False)
class Call:
    """One call and how far it came.

    Attributes:
        written: whether it was handed to a connection; then the server may have got it.
    """

    request: Request
    written: bool = False


class Line:
    """One connection from its opening to its end.

    Args:
        connection: it, open.
        door: where it leads.
        heard: what is told of events and problems.
        usable: called once calls can be written: at once where nothing comes unasked, else after the first word.
    """

    def __init__(
        self, connection: ClientConnection, door: Door, heard: Heard, usable: Callable[["Line"], None]
    ) -> None:
        self._connection = connection
        self._door = door
        self._heard = heard
        self._usable = usable
        self._asked: dict[str, asyncio.Future[bytes]] = {}
        self._mine = uuid4().hex
        self._numbers = count(1)
        self._loop = asyncio.get_running_loop()
        self._silence_s = None if door.calls_only else door.connect_s
        self._may_act = False
        self.good = False

    @property
    def open(self) -> bool:
        """Whether calls can be written."""
        return self._connection.state is State.OPEN

    async def ask(self, call: Call) -> bytes:
        """Write a call and wait for its answer.

        Raises:
            Unreachable: the connection was gone already; nothing was written.
            NoAnswer: it broke before the answer came.
            Refused: the server wants another token.
            NotUnderstood: a frame was too large.
        """
        echo = f"{self._mine}-{next(self._numbers)}"
        text = frames.written(call.request.path, call.request.content, echo)
        answered: asyncio.Future[bytes] = self._loop.create_future()
        self._asked[echo] = answered
        try:
            await self._write(text, call)
            return await answered
        finally:
            del self._asked[echo]
            if answered.done() and not answered.cancelled():
                answered.exception()  # whoever stopped waiting does not want it

    async def listen(self) -> OpenqqError:
        """Read until the connection ends; gives why it did."""
        if self._door.calls_only:
            self._usable(self)
        try:
            while True:
                body = await self._next()
                if body is None:
                    return self._dumb()
                frame = frames.read(body)
                if frame.kind == "refusal" and not self.good:
                    return self._door.refused("it says so in place of a greeting")
                self._take(frame, body)
        except ConnectionClosed as error:
            return self._why_closed(error)

    async def end(self, why: OpenqqError) -> None:
        """Close the connection, and tell all who wait for an answer why none will come."""
        self._heard.end(why)
        for answered in self._asked.values():
            if not answered.done():
                answered.set_exception(copy.copy(why))
        try:
            await self._connection.close()
        except asyncio.CancelledError:  # in the midst of the goodbye
            self._connection.transport.abort()
            await self._connection.wait_closed()
            raise

    async def _write(self, text: str, call: Call) -> None:
        if not self.open:
            raise Unreachable(f"The connection to {self._door.url} is just breaking; nothing was sent.")
        call.written = True
        self._may_act = self._may_act or not call.request.repeatable
        try:
            await self._connection.send(text)
        except ConnectionClosed as error:
            raise self._why_closed(error) from error

    async def _next(self) -> bytes | None:
        """Give the next frame; None when the server has been silent for too long."""
        while True:
            try:
                async with asyncio.timeout(self._silence_s):
                    return await self._connection.recv(decode=False)
            except TimeoutError:
                if not self._reading_a_frame():
                    return None

    def _reading_a_frame(self) -> bool:
        # A large frame takes its time, and no heartbeat can come in the midst of it.
        connection, silence_s = self._connection, self._silence_s or 0.0
        return (
            self.good
            and isinstance(connection, Connection)
            and self._loop.time() < connection.heard_at + silence_s
        )

    def _take(self, frame: frames.Frame, body: bytes) -> None:
        if frame.kind == "event" or (frame.kind == "answer" and frame.echo in self._asked):
            self._prove()
        if self.good:
            # Not before: whoever listens is told that events are missing since the last frame of the connection before.
            self._heard.seen(frame.server_s)
        if frame.interval_s is not None:
            shortest_s, longest_s = HEARTBEATS_S
            self._silence_s = MISSED_HEARTBEATS * min(max(frame.interval_s, shortest_s), longest_s)
        if frame.kind == "event":
            self._event(body)
        elif frame.kind == "answer":
            self._answer(frame.echo or "", body)
        else:
            what = "sent what cannot be read" if frame.kind == "garbage" else "complains of a frame"
            self._heard.problem(f"{self._door.url} {what}: {first_bytes(body)}")

    def _prove(self) -> None:
        if self.good:
            return
        self.good = True
        self._silence_s = None
        self._heard.begin()
        self._usable(self)

    def _event(self, body: bytes) -> None:
        if len(body) > MAX_EVENT_BYTES:
            self._heard.problem(
                f"{self._door.url} sent an event of {len(body)} bytes, more than {MAX_EVENT_BYTES >> 20} MiB; it was "
                f"left out: {first_bytes(body)}"
            )
            return
        self._heard.event(body)

    def _answer(self, echo: str, body: bytes) -> None:
        answered = self._asked.get(echo)
        if answered is not None and not answered.done():
            answered.set_result(body)
        elif not echo.startswith(self._mine):
            # One of ours has come too late, and nobody waits for it any more.
            self._heard.problem(f"{self._door.url} answers what was not asked: {first_bytes(body)}")

    def _dumb(self) -> OpenqqError:
        if self.good:
            return NoAnswer(
                f"{self._door.url} has missed {MISSED_HEARTBEATS} heartbeats; the connection was cut.",
                "silent",
            )
        return Unreachable(
            f"{self._door.url} took the connection and said nothing within {self._door.connect_s:g} s; nothing was "
            "sent. A OneBot 11 server greets at once. Is the path right? (NapCat: none, or /api for calls only.)"
        )

    def _why_closed(self, error: ConnectionClosed) -> OpenqqError:
        if (
            error.sent is not None
            and error.sent.code == CloseCode.MESSAGE_TOO_BIG
            and not error.rcvd_then_sent
        ):
            return NotUnderstood(
                f"A frame of {self._door.url} is larger than {self._door.max_bytes >> 20} MiB and was not read to its "
                "end. No API server holds that much; check the address."
            )
        if error.rcvd is not None and self._refuses(error.rcvd.code):
            return self._door.refused(f"it closed with {_shown(error.rcvd)}")
        how = "without a goodbye" if error.rcvd is None else f"with {_shown(error.rcvd)}"
        if not self.good and not self._door.calls_only:
            return Unreachable(
                f"{self._door.url} closed the connection {how} before it had greeted; nothing was sent. Is it the "
                "WebSocket server of a OneBot 11 end, and is its token given as token=?"
            )
        return NoAnswer(f"The connection to {self._door.url} broke ({how}).", "closed")

    def _refuses(self, code: int) -> bool:
        # Servers also close with this code for reasons that come up later, such as too many calls; and of a send that
        # was written it is not known whether it was done.
        return code == CloseCode.POLICY_VIOLATION and not self.good and not self._may_act


def _shown(close: Close) -> str:
    reason = f" {first_bytes(close.reason.encode())}" if close.reason else ""
    return f"code {int(close.code)}{reason}"
