"""The HTTP server's connections, with what ASGI does not offer: to close one without an answer."""

import asyncio
import logging
import socket

from starlette.requests import Request
from starlette.types import ASGIApp
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

KEEP_ALIVE_S = 15
# Larger than any request line the dialects let through, so that they and not h11 refuse a long one.
MAX_HEAD_BYTES = 1 << 20
MAX_FRAME_BYTES = 64 << 20


class Connection(H11Protocol):
    """One connection. The app finds its transport in the request's state."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Put the transport where the app can reach it; cut what was taken just before the server closed."""
        # asyncio does this only for sockets that name their protocol; without it each body comes 40 ms after its head.
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        super().connection_made(transport)
        self.logger = logging.getLogger("openqq_nb.simulator.connection")
        self.app_state = {**self.app_state, "transport": transport}
        if not self.app_state["is_open"]():
            transport.abort()

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP, such as raw non-ASCII in the request line, with the framework's 404 page."""
        self.transport.write(self.app_state["refusal"])
        self.transport.close()


async def drop(request: Request) -> None:
    """Close the connection of a request without a byte of an answer."""
    request.state.transport.close()
    while (await request.receive())["type"] != "http.disconnect":
        pass


class Listening:
    """A listening socket with its connections.

    Args:
        app: An ASGI application.
        refusal: The bytes of the answer to what is no HTTP.
        has_sockets: Whether WebSockets can be opened.
    """

    def __init__(self, app: ASGIApp, refusal: bytes, has_sockets: bool = False) -> None:
        self._config = Config(
            app,
            http=Connection,
            ws="websockets-sansio" if has_sockets else "none",
            ws_max_size=MAX_FRAME_BYTES,
            # None of the ends compresses, or asks whether somebody is still there.
            ws_ping_interval=None,
            ws_per_message_deflate=False,
            lifespan="off",
            log_config=None,
        )
        self._config.timeout_keep_alive = KEEP_ALIVE_S
        self._config.h11_max_incomplete_event_size = MAX_HEAD_BYTES
        self._config.load()
        self._app_state = {"refusal": refusal, "is_open": self._is_open}
        self._state = ServerState()
        self._server: asyncio.Server | None = None
        self.address: tuple[str, int] = ("", 0)

    async def open(self, listener: socket.socket) -> None:
        """Accept connections on a bound socket."""
        self.address = listener.getsockname()[:2]
        self._server = await asyncio.get_running_loop().create_server(self._connection, sock=listener)

    def close(self) -> None:
        """Stop listening and cut every connection; the loop's next turn closes their sockets."""
        if self._server:
            self._server.close()
        for connection in list(self._state.connections):
            connection.transport.abort()
        for task in list(self._state.tasks):
            task.cancel()

    def _is_open(self) -> bool:
        return self._server is not None and self._server.is_serving()

    def _connection(self) -> Connection:
        return Connection(self._config, self._state, self._app_state)
