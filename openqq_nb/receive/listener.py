"""The HTTP server of a listener, in a thread of its own: it answers while a cell computes.

It knows nothing of messages: the head of a request goes to `screen`, the whole to `accept`, and what comes
back is written. It never prints; what goes wrong is kept in `errors`.
"""

import asyncio
import errno
import logging
import socket
import threading
from collections import deque
from collections.abc import Awaitable, Callable, MutableMapping
from http import HTTPStatus
from typing import Any

import uvicorn

from openqq_nb.errors import ListenerFailed
from openqq_nb.models import Answer
from openqq_nb.receive.intake import Push, Refusal, sized

Screen = Callable[[Push], Refusal | None]
Accept = Callable[[Push], Awaitable[Answer]]

THREAD = "openqq-nb-listener"
# The servers drop an idle connection after 15 to 20 s. If we did it first, a post that is just under way
# would be lost: they never post twice.
_KEEP_ALIVE_S = 120
_BACKLOG = 2048
_HIGHEST_PORT = 65535
_GRACE_S = 2
_START_S = 10.0
_KEPT_ERRORS = 20
_LOGGERS = ("uvicorn.error", "uvicorn.access", "asyncio")

_Message = MutableMapping[str, Any]
_Receive = Callable[[], Awaitable[_Message]]
_Send = Callable[[_Message], Awaitable[None]]


class Listener:
    """Takes posts on a socket.

    Args:
        screen: judges the head of a request; what it refuses is answered without reading the body.
        accept: takes a whole push and says what to answer; awaited on the listener's own loop.
        host: what to bind to.
        port: 0 picks a free one.
        refused: told of each refusal, so that it can be counted.

    Attributes:
        errors: the last errors of the thread, as text.
        port: the port, once `start` has been called.
    """

    def __init__(
        self, screen: Screen, accept: Accept, host: str, port: int, refused: Callable[[Refusal], None]
    ) -> None:
        self._screen = screen
        self._accept = accept
        self._refused = refused
        self.host = host
        self.port = port
        self.errors: deque[str] = deque(maxlen=_KEPT_ERRORS)
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Bind the socket and begin to answer.

        Raises:
            ListenerFailed: the address cannot be bound, or the server does not come up.
        """
        sock = bound(self.host, self.port)
        self.port = sock.getsockname()[1]
        self._server = _Server(_config(self._app))
        self._thread = threading.Thread(target=self._run, args=(self._server, sock), name=THREAD, daemon=True)
        self._thread.start()
        if not self._server.up.wait(_START_S) or not self._server.started:
            self.stop()
            raise ListenerFailed(
                f"The listener on {self.host}:{self.port} did not come up within {_START_S:.0f} s. "
                f"Found: {'; '.join(self.errors) or 'no error'}. Try another port, or restart the kernel."
            )

    def stop(self) -> None:
        """Finish what is being answered, close the socket and end the thread; harmless when not running."""
        if self._server is None or self._thread is None:
            return
        self._server.end()
        self._thread.join()
        self._server = self._thread = None

    @property
    def running(self) -> bool:
        """Whether posts are taken."""
        return self._thread is not None and self._thread.is_alive()

    def _run(self, server: "_Server", sock: socket.socket) -> None:
        """Serve until told to stop; the border of the thread, where nothing may get lost or be printed."""
        diversion = _Diversion(self.errors)
        for name in _LOGGERS:
            logging.getLogger(name).addFilter(diversion)
        try:
            # Not asyncio.run: nest_asyncio replaces that for the whole process, and refuses uvloop.
            with asyncio.Runner(loop_factory=server.config.get_loop_factory()) as runner:
                runner.run(server.serve(sockets=[sock]))
        except Exception as error:  # noqa: BLE001 - the border of a thread: kept and shown in inbox.stats
            self.errors.append(f"{type(error).__name__}: {error}")
        finally:
            sock.close()
            server.up.set()
            for name in _LOGGERS:
                logging.getLogger(name).removeFilter(diversion)

    async def _app(self, scope: _Message, receive: _Receive, send: _Send) -> None:
        """Answer one request: what uvicorn calls."""
        head = Push(scope["method"], scope["path"], _headers(scope["headers"]))
        refusal = self._screen(head)
        body = b"" if refusal else await _body(receive)
        if body is None:
            return
        refusal = refusal or sized(len(body))
        if refusal:
            self._refused(refusal)
            await _respond(send, refusal.answer)
            return
        await _respond(send, await self._accept(Push(head.method, head.path, head.headers, body)))


class _Server(uvicorn.Server):
    """Tells when it is up, and sleeps until it is told to end, instead of asking ten times a second."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ending = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets=sockets)
        self.up.set()

    async def main_loop(self) -> None:
        await self.on_tick(0)
        await self._ending.wait()

    def end(self) -> None:
        """End from another thread."""
        self.should_exit = True
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._ending.set)


class _Diversion(logging.Filter):
    """Keeps what the server logs in the listener's thread, where a notebook would have printed it."""

    def __init__(self, kept: deque[str]) -> None:
        super().__init__()
        self._kept = kept
        self._thread = threading.get_ident()

    def filter(self, record: logging.LogRecord) -> bool:
        if record.thread != self._thread:
            return True
        if record.levelno >= logging.WARNING:
            error = record.exc_info[1] if record.exc_info else None
            self._kept.append(record.getMessage().strip() + (f": {error!r}" if error else ""))
        return False


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
            "own port. Stop that one, or listen on another port: listen(port=0) picks a free one."
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


def _config(app: Callable[[_Message, _Receive, _Send], Awaitable[None]]) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        interface="asgi3",
        lifespan="off",
        ws="none",
        log_config=None,
        proxy_headers=False,
        server_header=False,
        date_header=False,
        backlog=_BACKLOG,
        timeout_keep_alive=_KEEP_ALIVE_S,
        timeout_graceful_shutdown=_GRACE_S,
    )


def _headers(raw: list[tuple[bytes, bytes]]) -> tuple[tuple[str, str], ...]:
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in raw)


async def _body(receive: _Receive) -> bytes | None:
    """Read a body up to the limit, in as many pieces as it comes in; None when the sender went away."""
    pieces: list[bytes] = []
    size_bytes = 0
    while sized(size_bytes) is None:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        pieces.append(message.get("body", b""))
        size_bytes += len(pieces[-1])
        if not message.get("more_body", False):
            break
    return b"".join(pieces)


async def _respond(send: _Send, answer: Answer) -> None:
    headers = [(b"content-type", answer.content_type.encode())] if answer.content_type else []
    if answer.http_status != HTTPStatus.NO_CONTENT:
        headers.append((b"content-length", str(len(answer.body)).encode()))
    await send({"type": "http.response.start", "status": answer.http_status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})
