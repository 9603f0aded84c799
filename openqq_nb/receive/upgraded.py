"""One connection to the listener that went on as a WebSocket: text frames in, in order, each like the body of a post.

The library `websockets` reads and writes frames; here is what is taken of them, and when no more is read. Nothing is
asked of the other side and no answer goes back.
"""

import asyncio
import logging
import time
from collections import deque
from typing import Protocol

from websockets.datastructures import Headers as HandshakeHeaders
from websockets.exceptions import PayloadTooBig
from websockets.frames import CloseCode, Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import State
from websockets.server import ServerProtocol

from openqq_nb.models import Answer
from openqq_nb.receive import intake
from openqq_nb.receive.connection import Company, Respond
from openqq_nb.receive.intake import Headers, Refusal
from openqq_nb.receive.signature import TOKEN_HEADER

MAX_TAKEN = 256
"""How many frames may be under way to the disk and to handlers before no more are read."""

# Each event has it. A text in which it is quoted has another byte before the last.
_EVENT = b'"post_type"'
_LOOK_AGAIN_S = 0.2
_UNAVAILABLE = 500
# Headers of frames from the other side: 2 bytes, the mask, and what a longer length needs.
_SHORT, _MIDDLE = 125, 0xFFFF
# It would tell whoever has logging turned on what is said here.
_SILENT = logging.Logger("openqq_nb.websocket", logging.CRITICAL + 1)


class Door(Protocol):
    """What a WebSocket asks about what it reads."""

    def accept(self, body: bytes, respond: Respond) -> None:
        """Take an event; `respond` is called once, on the same loop."""

    def refused(self, refusal: Refusal) -> None:
        """Count a refusal."""

    def failed(self, doing: str, error: Exception) -> None:
        """Take note of an error of ours."""

    def full(self) -> bool:
        """Whether what comes could not be kept, because too much waits to be stored."""

    def joined(self, connection: "Upgraded") -> None:
        """An end is connected."""

    def parted(self, connection: "Upgraded") -> None:
        """It is no longer."""


def opened(headers: Headers) -> ServerProtocol | None:
    """Answer a request to go on as a WebSocket, which was judged before; None where it is not a proper one."""
    socket = ServerProtocol(max_size=intake.MAX_BODY_BYTES, logger=_SILENT)
    kept = HandshakeHeaders()
    for name, value in headers:
        if name in intake.UPGRADE_HEADERS and name != TOKEN_HEADER:
            kept[name.decode("latin-1")] = value.decode("latin-1")
    # Its path and its token are no business of the library, which quotes them.
    socket.receive_data(Request("/", kept).serialize())
    requests = [event for event in socket.events_received() if isinstance(event, Request)]
    if not requests:
        return None
    socket.send_response(socket.accept(requests[0]))
    return socket if socket.state is State.OPEN else None


class Upgraded(asyncio.Protocol):
    """One connection that speaks WebSocket.

    Args:
        socket: the protocol, just opened.
        door: takes the events.
        company: told where the connection stands.
        ping_s: how often the other side is asked whether it is still there.

    Attributes:
        since_s: when what it does at present began: an unfinished message, not being read, the end.
        clogged: whether the other side does not read what is written.
        heard_s: when anything of it came last, in UTC seconds: so far nothing of it was lost.
    """

    __slots__ = (
        "_beating",
        "_company",
        "_door",
        "_ended",
        "_finishing",
        "_going",
        "_gone",
        "_heard",
        "_held",
        "_parts",
        "_ping_s",
        "_refused",
        "_socket",
        "_stuck",
        "_taken",
        "_transport",
        "_unread_bytes",
        "_waiting",
        "clogged",
        "heard_s",
        "since_s",
    )

    def __init__(self, socket: ServerProtocol, door: Door, company: Company, ping_s: float) -> None:
        self._socket = socket
        self._door = door
        self._company = company
        self._ping_s = ping_s
        self._waiting: deque[bytes] = deque()
        self._parts: bytearray | None = None
        self._taken = self._unread_bytes = 0
        self._going = self._held = self._stuck = self._finishing = self._ended = self._gone = False
        self._refused = False
        self._heard = True
        self.clogged = False
        self.since_s = company.now_s()
        # By the clock of the day, which goes on while the machine sleeps.
        self.heard_s = time.time()

    @property
    def answering(self) -> bool:
        """Whether events are on their way to the disk or to handlers."""
        return bool(self._taken)

    @property
    def reading(self) -> bool:
        """Whether the rest of a message is awaited."""
        return not self._held and (self._unread_bytes > 0 or self._parts is not None)

    @property
    def idle(self) -> bool:
        """Never: what happens while an end connects anew is lost."""
        return False

    def take_over(self, transport: asyncio.Transport, rest: bytes) -> None:
        """Begin, with what came behind the request."""
        self._transport = transport
        transport.set_protocol(self)
        self._beating = asyncio.get_running_loop().call_later(self._ping_s, self._beat)
        self._door.joined(self)
        self._flush()
        if rest:
            self.data_received(rest)

    def connection_lost(self, exc: Exception | None) -> None:
        """End, but hand on what has come; called by the loop."""
        self._gone = self._ended = True
        self._beating.cancel()
        self._hand_on()
        self._door.parted(self)
        if not self._taken:
            self._company.left(self)

    def eof_received(self) -> bool:
        """Close as well; called by the loop."""
        self._socket.receive_eof()
        self._flush()
        return False

    def pause_writing(self) -> None:
        """Take nothing more from somebody who does not read; called by the loop."""
        self.clogged = True
        self.since_s = self._company.now_s()
        self._mind_the_flow()

    def resume_writing(self) -> None:
        """Go on; called by the loop."""
        self.clogged = False
        self.since_s = self._company.now_s()
        self._mind_the_flow()

    def data_received(self, data: bytes) -> None:
        """Read what came; called by the loop."""
        self._heard = True
        self.heard_s = time.time()
        begins = not self.reading
        self._unread_bytes += len(data)
        self._socket.receive_data(data)
        frames = [event for event in self._socket.events_received() if isinstance(event, Frame)]
        for frame in frames:
            self._unread_bytes -= _wire_bytes(frame)
            if not self._read(frame):
                break
        if begins or frames:
            self.since_s = self._company.now_s()
        if self._socket.parser_exc is not None:
            self._refuse("size" if isinstance(self._socket.parser_exc, PayloadTooBig) else "websocket")
        # Who hears of a ping that it was answered may rely on it that what came before was taken.
        self._hand_on()
        self._flush()

    def give_up(self, reason: str) -> None:
        """Close, because a message takes too long or others need the place."""
        if not self._ended:
            self._fail(reason, CloseCode.POLICY_VIOLATION)
            self._flush()

    def finish(self) -> None:
        """Say that nobody listens any more, and take what comes until the other side has heard it."""
        if self._ended:
            self.abort()
            return
        self._finishing = True
        self._hand_on()
        if self._socket.state is State.OPEN:
            self._socket.send_close(CloseCode.GOING_AWAY, "the listener stops")
            self._flush()

    def abort(self) -> None:
        """Close at once."""
        if not self._gone:
            self._transport.abort()

    def _read(self, frame: Frame) -> bool:
        """Take a frame; False when no more are to be taken."""
        if frame.opcode is Opcode.BINARY:
            self._fail("websocket", CloseCode.UNSUPPORTED_DATA)
            return False
        if frame.opcode is Opcode.TEXT and frame.fin:
            self._queue(bytes(frame.data))
        elif frame.opcode is Opcode.TEXT:
            self._parts = bytearray(frame.data)
        elif frame.opcode is Opcode.CONT and self._parts is not None:
            self._parts += frame.data
            if frame.fin:
                whole, self._parts = bytes(self._parts), None
                self._queue(whole)
        return True

    def _queue(self, body: bytes) -> None:
        if _EVENT in body:
            self._waiting.append(body)
        else:
            self._door.refused(intake.refusal("stray"))

    def _fail(self, reason: str, code: CloseCode) -> None:
        self._refuse(reason)
        self._socket.fail(code, intake.refusal(reason).why)

    def _refuse(self, reason: str) -> None:
        """Count why the connection ends, once: what comes behind that is thrown away."""
        if not self._refused:
            self._refused = True
            self._door.refused(intake.refusal(reason))

    def _hand_on(self) -> None:
        """Hand on events, in their order, as many as may be under way; in the end all of them."""
        if self._going:
            return
        self._going = True
        while self._waiting and (self._ended or self._finishing or not self._is_full()):
            self._take(self._waiting.popleft())
        self._going = False
        self._mind_the_flow()

    def _take(self, body: bytes) -> None:
        self._taken += 1
        done = False

        def respond(answer: Answer) -> None:
            nonlocal done
            done = True
            self._responded(answer)

        try:
            self._door.accept(body, respond)
        except Exception as error:  # noqa: BLE001 - code of another layer; kept and shown
            self._door.failed("taking a frame", error)
            if not done:
                self._responded(intake.BROKEN)

    def _responded(self, answer: Answer) -> None:
        """Take note that an event is stored, or kept in memory; nobody is told."""
        self._taken -= 1
        if self._gone and not self._taken:
            self._company.left(self)
        if answer.http_status >= _UNAVAILABLE:
            self._see_whether_full()
        self._hand_on()

    def _is_full(self) -> bool:
        return self._stuck or self._taken >= MAX_TAKEN

    def _see_whether_full(self) -> None:
        """Read no more while the journal cannot store and the memory for what waits is nearly full."""
        if not self._stuck and self._door.full():
            self._stuck = True
            asyncio.get_running_loop().call_later(_LOOK_AGAIN_S, self._look_again)

    def _look_again(self) -> None:
        self._stuck = False
        self._see_whether_full()
        self._hand_on()

    def _beat(self) -> None:
        """Ask whether the other side is still there; who has not said anything since the last time is not."""
        # While nothing is read nobody can be heard.
        if not (self._heard or self._held):
            self.abort()
            return
        self._heard = False
        self._beating = asyncio.get_running_loop().call_later(self._ping_s, self._beat)
        if self._socket.state is State.OPEN and not self.clogged:
            self._socket.send_ping(b"")
            self._flush()

    def _flush(self) -> None:
        """Write what the protocol has to say; after its last word close, or wait until the other side does."""
        if self._transport.is_closing():
            return
        for piece in self._socket.data_to_send():
            if piece:
                self._transport.write(piece)
            else:
                self._end()

    def _end(self) -> None:
        # Who was refused is still writing, and would not read why if it were cut off.
        lingers = self._socket.close_rcvd is None and self._socket.state is not State.CLOSED
        self._ended = True
        self.since_s = self._company.now_s()
        self._company.ended(self, lingers)
        if lingers:
            self._transport.write_eof()
        else:
            self._transport.close()

    def _mind_the_flow(self) -> None:
        hold = not (self._ended or self._finishing) and (
            self.clogged or bool(self._waiting) or self._is_full()
        )
        if hold == self._held or self._transport.is_closing():
            return
        self._held = hold
        if hold:
            self._transport.pause_reading()
            return
        self._heard = True
        self.since_s = self._company.now_s()
        self._transport.resume_reading()


def _wire_bytes(frame: Frame) -> int:
    """Give how many bytes a frame of the other side took."""
    size = len(frame.data)
    longer = 0 if size <= _SHORT else 2 if size <= _MIDDLE else 8
    return 2 + longer + 4 + size
