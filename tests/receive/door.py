"""A listener on its thread with somebody who takes posts, and what raw sockets say to it."""

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import h11

from openqq_nb.receive import intake
from openqq_nb.receive.address import Address
from openqq_nb.receive.connection import Respond
from openqq_nb.receive.crowd import LIMITS, Limits
from openqq_nb.receive.intake import Head, Refusal
from openqq_nb.receive.listener import Listener, Sockets
from openqq_nb.receive.loop import LoopThread
from openqq_nb.receive.signature import Seal

PATIENCE_S = 10.0
ADDRESS = Address(secret="abc")
HEAD = b"POST /openqq/abc HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"

Accept = Callable[[bytes, Respond], None]


def post(body: bytes = b"{}", *headers: bytes) -> bytes:
    """Write a post as a server does."""
    return (
        HEAD + b"".join(b"%b\r\n" % one for one in headers) + b"Content-Length: %d\r\n\r\n" % len(body) + body
    )


def chunked(body: bytes) -> bytes:
    """Write a post whose body comes in chunks of one byte."""
    chunks = b"".join(b"1;of=one\r\n%c\r\n" % byte for byte in body)
    return HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\nHost: evil\r\n\r\n"


@dataclass
class Door:
    """What a listener was told.

    Attributes:
        heads: what was judged.
        bodies: the posts that were accepted.
        reasons: why others were not.
        errors: what went wrong.
        seal: what posts are signed with, where they are.
        full: whether no more can be kept.
        changes: how many ends were connected, each time when that changed.
        missed: the moments since which something may be missing.
    """

    host: str = "127.0.0.1"
    port: int = 0
    limits: Limits = LIMITS
    accept: Accept | None = None
    heads: list[Head] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    seal: Seal | None = None
    full: bool = False
    changes: list[int] = field(default_factory=list)
    missed: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.thread = LoopThread(lambda doing, error: self.errors.append(f"{doing}: {error!r}"))
        sockets = Sockets(self._changed, lambda: self.full, self.missed.append)
        self.listener = Listener(self, self._accept, self.host, self.port, self.limits, sockets)

    @property
    def url(self) -> str:
        """Where to post."""
        return f"http://127.0.0.1:{self.listener.port}/openqq/abc"

    def start(self) -> None:
        """Begin to listen."""
        self.listener.bind()
        self.thread.start()
        self.thread.run(self.listener.start())

    def stop(self) -> None:
        """End; harmless when it does not run."""
        if self.thread.running:
            self.thread.run(self.listener.stop())
        self.thread.stop()

    @contextmanager
    def connected(self) -> Iterator["Peer"]:
        """Connect to it."""
        with socket.create_connection(("127.0.0.1", self.listener.port), PATIENCE_S) as sock:
            yield Peer(sock)

    def alive(self) -> bool:
        """Tell whether a good post is taken, on a new connection, and once."""
        before = self.bodies.count(b'{"alive":1}')
        with self.connected() as peer:
            answers = peer.says(post(b'{"alive":1}', b"Connection: close")).heard()
        return answers == [204] and self.bodies.count(b'{"alive":1}') == before + 1

    def wait_for(self, told: Callable[[], object]) -> None:
        """Wait until it has been told something, and its loop has gone round once more."""
        while not told():
            self.thread.run(asyncio.sleep(0))
        self.thread.run(asyncio.sleep(0))

    def screen(self, head: Head) -> Refusal | None:
        """Judge the head of a request."""
        self.heads.append(head)
        return intake.screen(head, ADDRESS, self.seal)

    def verify(self, body: bytes, signatures: Sequence[bytes]) -> Refusal | None:
        """Judge a whole post."""
        return None if self.seal is None else intake.verify(body, signatures, self.seal)

    def refused(self, refusal: Refusal) -> None:
        """Take note of a refusal."""
        self.reasons.append(refusal.reason)

    def _changed(self) -> None:
        self.changes.append(self.listener.sockets)

    def _accept(self, body: bytes, respond: Respond) -> None:
        self.bodies.append(body)
        if self.accept is not None:
            self.accept(body, respond)
        else:
            respond(intake.NOTHING_TO_SAY)


@dataclass
class Peer:
    """The other side of a connection."""

    sock: socket.socket

    def says(self, *pieces: bytes) -> "Peer":
        """Write pieces; whoever has been cut off meanwhile says no more."""
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            for piece in pieces:
                self.sock.sendall(piece)
        except (ConnectionError, TimeoutError):
            return self
        return self

    def ends(self) -> "Peer":
        """Write no more."""
        with suppress(OSError):  # it may be closed already
            self.sock.shutdown(socket.SHUT_WR)
        return self

    def answer(self) -> bytes:
        """Wait for the next bytes."""
        return self.sock.recv(1 << 16)

    def all(self) -> bytes:
        """Read until the listener closes."""
        pieces = []
        while piece := self._piece():
            pieces.append(piece)
        return b"".join(pieces)

    def heard(self, method: str = "POST") -> list[int]:
        """Read until the listener closes; gives the statuses, after having checked every byte as HTTP."""
        return statuses(self.all(), method)

    def _piece(self) -> bytes:
        try:
            return self.sock.recv(1 << 16)
        except ConnectionResetError:
            return b""


def statuses(raw: bytes, method: str = "POST") -> list[int]:
    """Read answers with another HTTP library, which fails where they are not well-formed."""
    found: list[int] = []
    client = h11.Connection(h11.CLIENT)
    client.receive_data(raw)
    client.receive_data(b"")
    while client.trailing_data[0]:
        client.send(h11.Request(method=method, target="/", headers=[("Host", "x"), ("Content-Length", "0")]))
        client.send(h11.EndOfMessage())
        while not isinstance(event := client.next_event(), (h11.EndOfMessage, h11.ConnectionClosed)):
            if isinstance(event, h11.Response):
                found.append(event.status_code)
            assert event is not h11.NEED_DATA
        if client.their_state is not h11.DONE:
            assert client.trailing_data[0] == b""
            break
        client.start_next_cycle()
    return found


@contextmanager
def listening(door: Door) -> Iterator[Door]:
    """Have it listen for a while."""
    door.start()
    try:
        yield door
    finally:
        door.stop()


class Held:
    """Takes posts and answers none before it is told to."""

    def __init__(self) -> None:
        self.responds: list[Respond] = []
        self.come = threading.Semaphore(0)

    def __call__(self, body: bytes, respond: Respond) -> None:
        self.responds.append(respond)
        self.come.release()

    def wait(self) -> None:
        """Wait for the next post."""
        assert self.come.acquire(timeout=PATIENCE_S)
