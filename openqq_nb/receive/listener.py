"""The HTTP server of a listener: sockets, who may stay connected, and for how long. It knows nothing of messages.

It runs on the receiving loop. The head of a request goes to `screen`, a whole post to `accept`.
"""

import asyncio
import errno
import socket
from collections.abc import Callable

from openqq_nb.errors import ListenerFailed
from openqq_nb.receive.connection import Connection, Respond
from openqq_nb.receive.crowd import LIMITS, Crowd, Limits
from openqq_nb.receive.intake import Head, Headers, Refusal

Screen = Callable[[Head], Refusal | None]
Accept = Callable[[bytes, Respond], None]

_BACKLOG = 2048
_HIGHEST_PORT = 65535
_GRACE_S = 2.0
_KNOWN_HEADS = 64


class Listener:
    """Takes posts on a socket.

    Args:
        screen: judges the head of a request; what it refuses is answered without reading the body.
        accept: takes a whole post, and later answers it; called on the loop.
        host: what to bind to.
        port: 0 picks a free one.
        refused: told of each refusal, so that it can be counted.
        limits: how much is put up with.

    Attributes:
        port: the port, once `bind` has been called.
    """

    def __init__(
        self,
        screen: Screen,
        accept: Accept,
        host: str,
        port: int,
        refused: Callable[[Refusal], None],
        limits: Limits = LIMITS,
    ) -> None:
        self.accept = accept
        self.refused = refused
        self.host = host
        self.port = port
        self._screen = screen
        self._limits = limits
        self._known: set[tuple[bytes, bytes, Headers]] = set()
        self._socket: socket.socket | None = None
        self._server: asyncio.Server | None = None

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
        if refusal is None:
            if len(self._known) >= _KNOWN_HEADS:
                self._known.clear()
            self._known.add(known)
        return refusal

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
