"""The HTTP server of a listener: sockets, who may stay connected, and for how long. It knows nothing of messages.

It runs on the receiving loop. The head of a request goes to `judge`; a whole post, and an event of a WebSocket, to
`accept`.
"""

import asyncio
import errno
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from openqq_nb.errors import ListenerFailed
from openqq_nb.receive import intake
from openqq_nb.receive.connection import Company, Connection, Respond
from openqq_nb.receive.crowd import LIMITS, Crowd, Limits
from openqq_nb.receive.intake import Head, Headers, Refusal
from openqq_nb.receive.upgraded import Upgraded, opened

Accept = Callable[[bytes, Respond], None]

_BACKLOG = 2048
_HIGHEST_PORT = 65535
_GRACE_S = 2.0
_KNOWN_HEADS = 64


class Porter(Protocol):
    """Who decides what comes in; see `gate.Gate`."""

    def screen(self, head: Head) -> Refusal | None:
        """Judge the head of a request."""

    def verify(self, body: bytes, signatures: Sequence[bytes]) -> Refusal | None:
        """Judge a whole post by its signatures."""

    def refused(self, refusal: Refusal) -> None:
        """Take note of a refusal."""


@dataclass(frozen=True, slots=True)
class Sockets:
    """What is done with WebSockets.

    Attributes:
        changed: called when an end has connected or parted.
        full: whether so much waits to be stored that what comes could not be kept; then no more is read of them.
        missed: called when an end is connected after one has parted, with the moment (UTC seconds) until which nothing
            was missed.
    """

    changed: Callable[[], None] = lambda: None
    full: Callable[[], bool] = lambda: False
    missed: Callable[[float], None] = lambda _: None


class Listener:
    """Takes posts on a socket, and events of ends that go on as WebSockets.

    Args:
        porter: judges the head of a request, and what it refuses is answered without reading the body; a request to go
            on as a WebSocket that it lets pass does so. It also judges whole posts.
        accept: takes a whole post, and later answers it; called on the loop.
        host: what to bind to.
        port: 0 picks a free one.
        limits: how much is put up with.
        sockets: what is done with WebSockets.

    Attributes:
        port: the port, once `bind` has been called.
    """

    def __init__(
        self,
        porter: Porter,
        accept: Accept,
        host: str,
        port: int,
        limits: Limits = LIMITS,
        sockets: Sockets | None = None,
    ) -> None:
        self.accept = accept
        self.refused = porter.refused
        self.verify = porter.verify
        self._sockets = sockets or Sockets()
        self._connected: set[Upgraded] = set()
        self._heard_s: float | None = None
        self.host = host
        self.port = port
        self._screen = porter.screen
        self._limits = limits
        self._known: set[tuple[bytes, bytes, Headers]] = set()
        self._socket: socket.socket | None = None
        self._server: asyncio.Server | None = None

    @property
    def sockets(self) -> int:
        """How many ends are connected by WebSocket."""
        return len(self._connected)

    def bind(self) -> None:
        """Bind the socket; what connects waits until `start`.

        Raises:
            ListenerFailed: the address cannot be bound.
        """
        self._socket = bound(self.host, self.port)
        self.port = self._socket.getsockname()[1]

    async def start(self) -> None:
        """Begin to answer."""
        assert self._socket is not None  # noqa: S101 - `bind` comes first
        self._loop = asyncio.get_running_loop()
        self._crowd = crowd = Crowd(self._limits)
        self._server = await self._loop.create_server(
            lambda: Connection(self, crowd), sock=self._socket, backlog=_BACKLOG
        )

    async def stop(self) -> None:
        """Finish what is being answered, and close the socket; harmless when called twice."""
        if self._server is not None:
            self._server.close()
            self._server = None
            await self._crowd.finish(_GRACE_S)
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def judge(self, method: bytes, target: bytes, headers: Headers) -> Refusal | None:
        """Judge the head of a request; a server writes the same one again and again."""
        known = (method, target, headers)
        if known in self._known:
            return None
        refusal = self._screen(Head(method, target, headers))
        # No two requests for a WebSocket are the same.
        if refusal is None and method == b"POST":
            if len(self._known) >= _KNOWN_HEADS:
                self._known.clear()
            self._known.add(known)
        return refusal

    def upgraded(self, headers: Headers, company: Company) -> Upgraded | Refusal:
        """Give what takes a connection over that goes on as a WebSocket."""
        socket = opened(headers)
        if socket is None:
            return intake.refusal("websocket")
        return Upgraded(socket, self, company, self._limits.ping_s)

    def full(self) -> bool:
        """Whether what comes could not be kept, because too much waits to be stored."""
        return self._sockets.full()

    def joined(self, connection: Upgraded) -> None:
        """Take note that an end is connected."""
        self._connected.add(connection)
        self._sockets.changed()
        self._tell_of_gap()

    def parted(self, connection: Upgraded) -> None:
        """Take note that it is no longer."""
        self._connected.discard(connection)
        self._sockets.changed()
        heard_s = connection.heard_s
        self._heard_s = heard_s if self._heard_s is None else min(self._heard_s, heard_s)
        self._tell_of_gap()

    def _tell_of_gap(self) -> None:
        """Tell since when events may be missing once an end is there; it may come before the old one is given up."""
        if self._heard_s is not None and self._connected and self._server is not None:
            since_s, self._heard_s = self._heard_s, None
            self._sockets.missed(since_s)

    def failed(self, doing: str, error: Exception) -> None:
        """Tell the loop of an error, as of one in a callback."""
        self._loop.call_exception_handler({"message": doing, "exception": error})


def free_port(host: str) -> int:
    """Find a port of an address that nobody listens at.

    Raises:
        ListenerFailed: the host is not an address of this machine.
    """
    with bound(host, 0) as found:
        return int(found.getsockname()[1])


def bound(host: str, port: int) -> socket.socket:
    """Bind a listening socket.

    Raises:
        ListenerFailed: the port is taken, not allowed, or the host is not an address of this machine.
    """
    # getaddrinfo would take a port of 70000 for 4464.
    if not 0 <= port <= _HIGHEST_PORT:
        raise ListenerFailed(_why_not_bound(host, port, OSError("there is no such port")))
    try:
        family, _, _, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        sock = socket.create_server(address[:2], family=family, backlog=_BACKLOG)
    except OSError as error:
        raise ListenerFailed(_why_not_bound(host, port, error)) from error
    # Connections inherit it. asyncio sets it only where a socket names its protocol, and without it a body may come
    # 40 ms after its head.
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


def _why_not_bound(host: str, port: int, error: OSError) -> str:
    number = error.errno
    if number == errno.EADDRINUSE:
        return (
            f"Port {port} on {host} is taken, so nothing can listen there. Found: another program holds it; "
            "perhaps another notebook listens for the same account, or it is the API server's "
            "own port. Stop that one, or listen on another port; 0 picks a free one."
        )
    if number in (errno.EACCES, errno.EPERM):
        return (
            f"Port {port} on {host} is not allowed to this user. Found: {error}. "
            "Choose a port above 1023, or port=0 for a free one."
        )
    return (
        f"Nothing can listen on {host}:{port}. Found: {error}. "
        "Give a host that is an address of this machine, such as 127.0.0.1, and a port from 0 to 65535."
    )
