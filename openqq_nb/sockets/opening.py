"""Opens the WebSocket, and says in errors of ours why there is none."""

import logging
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import (
    InvalidHandshake,
    InvalidProxy,
    InvalidStatus,
    ProxyError,
    WebSocketException,
)
from websockets.http11 import Response

from openqq_nb.errors import InvalidInput, NotOpenqq, OpenqqError, Refused, Unreachable, first_bytes
from openqq_nb.loopback import is_loopback

# A server that is alive answers a ping when it has written what it is writing, and answers can be large.
PING_EVERY_S: Final = 20.0
PONG_WITHIN_S: Final = 60.0
# For the goodbye of a server that has stopped talking.
CLOSE_S: Final = 1.0

_TOKEN_STATUSES: Final = (401, 403)
_SERVER_ERRORS: Final = 500
_CALLS_ONLY: Final = "/api"


class Connection(ClientConnection):
    """A connection that knows when the last bytes came, also those of a frame that is not whole yet."""

    heard_at: float = 0.0

    def data_received(self, data: bytes) -> None:
        """Note the time, and read on."""
        self.heard_at = self.loop.time()
        super().data_received(data)


class _Connect(connect):
    """Follows no redirect: the token is for the server that the user named."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        return exc


class _HideToken(logging.Filter):
    """Keeps the token out of what the library says of a handshake."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple) and "Authorization" in record.args:
            record.args = tuple(_without_token(argument) for argument in record.args)
        return True


def _without_token(argument: object) -> object:
    return "…" if isinstance(argument, str) and argument.startswith("Bearer ") else argument


_logger = logging.getLogger(__name__)
_logger.addFilter(_HideToken())
# Without one, Python prints what the library says of a connection that broke.
_logger.addHandler(logging.NullHandler())


def authorization(bearer: str | None) -> dict[str, bytes]:
    """Give the header that carries a token.

    Raises:
        InvalidInput: the token cannot stand in a header.
    """
    if bearer is None:
        return {}
    token = bearer.strip()
    if not token.isprintable():
        raise InvalidInput(
            "The token holds a line break or another sign that cannot be sent in a header; nothing was sent. Copy it "
            "once more from the server's settings."
        )
    return {"Authorization": f"Bearer {token}".encode()}


@dataclass(frozen=True, slots=True)
class Door:
    """Where the WebSocket is, and on what terms it is opened.

    Attributes:
        url: its address.
        connect_s: how long it may take to open, and to say its first word.
        max_bytes: the largest frame that is read.
        bearer: the token.
    """

    url: str
    connect_s: float
    max_bytes: int
    bearer: str | None = field(default=None, repr=False)

    @property
    def calls_only(self) -> bool:
        """Whether nothing comes there unasked (path /api); so nobody can wait for the first word."""
        return urlsplit(self.url).path.endswith(_CALLS_ONLY)

    async def open(self) -> ClientConnection:
        """Open a connection.

        Raises:
            Unreachable: nobody takes it.
            Refused: a token is missing, or is the wrong one.
            NotOpenqq: there is something else than a WebSocket.
        """
        headers = {name: value.decode("latin-1") for name, value in authorization(self.bearer).items()}
        try:
            return await _Connect(
                self.url,
                additional_headers=headers,
                # Proxy settings of the environment are for the outside world.
                proxy=None if is_loopback(urlsplit(self.url).hostname or "") else True,
                # A small frame could unpack to a large one, and most servers are on this machine.
                compression=None,
                open_timeout=self.connect_s,
                ping_interval=PING_EVERY_S,
                ping_timeout=PONG_WITHIN_S,
                close_timeout=CLOSE_S,
                max_size=self.max_bytes,
                logger=_logger,
                create_connection=Connection,
            )
        except (OSError, WebSocketException, ImportError) as error:
            raise self._failure(error) from error

    def _failure(self, error: Exception) -> OpenqqError:
        if isinstance(error, InvalidProxy | ProxyError | ImportError):
            return Unreachable(
                f"The proxy of the environment does not lead to {self.url}; nothing was sent. Mend or remove the "
                "setting (HTTPS_PROXY, ALL_PROXY and the like), or name the server in NO_PROXY."
            )
        if isinstance(error, InvalidStatus):
            return self._of_status(error.response)
        if isinstance(error, InvalidHandshake) and not isinstance(error.__cause__, EOFError):
            return self._no_socket(f"it does not answer like one ({error.__cause__ or error})")
        return Unreachable(self._nobody(error))

    def _of_status(self, response: Response) -> OpenqqError:
        status = response.status_code
        if status in _TOKEN_STATUSES:
            return self.refused(f"HTTP {status}")
        found = f"HTTP {status}, {first_bytes(bytes(response.body or b''))}"
        if status >= _SERVER_ERRORS:
            return Unreachable(f"{self.url} cannot be used now, it answers {found}; nothing was sent.")
        return self._no_socket(f"it answers {found}")

    def _no_socket(self, found: str) -> NotOpenqq:
        http = self.url.replace("ws", "http", 1)
        return NotOpenqq(
            f"There is no WebSocket at {self.url}: {found}. Nothing was sent. Check port and path: HTTP, WebSocket and "
            f"the web panel have a port each (NapCat: 3000, 3001, 6099). If this is the HTTP port, write {http}."
        )

    def refused(self, found: str) -> Refused:
        """Say that the token is the reason."""
        what = "wants a token, and none was given" if self.bearer is None else "wants another token"
        return Refused(
            f"The server at {self.url} {what} ({found}); nothing was done. Give token= what stands as token in the "
            "settings of its WebSocket server."
        )

    def _nobody(self, error: Exception) -> str:
        if isinstance(error, TimeoutError):
            return (
                f"No WebSocket opened at {self.url} within {self.connect_s:g} s; nothing was sent. {_ADVICE}"
            )
        if "SSL" in str(error) or "certificate" in str(error):
            return (
                f"No secure connection to {self.url} could be made ({error}); nothing was sent. Most API servers speak "
                "without TLS: write ws:// in place of wss://."
            )
        if isinstance(error, InvalidHandshake):
            return f"{self.url} closed the connection without a word; nothing was sent. {_ADVICE}"
        return f"Nobody answers at {self.url} ({error}); nothing was sent. {_ADVICE}"


_ADVICE: Final = "Is the server running, is its WebSocket server switched on, and is the port right?"
