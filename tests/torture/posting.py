"""Posts over kept-alive connections, cheaper than a whole HTTP client does it."""

import asyncio
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

import httptools

PATIENCE_S = 30.0


@dataclass(frozen=True, slots=True)
class Answered:
    """What was answered to a post; the content type is empty where there is none."""

    http_status: int
    content_type: str
    body: bytes


class NotAnswered(Exception):
    """The connection ended, or what came is no HTTP."""


class Connection(asyncio.Protocol):
    """One connection, on which one post is made after the other.

    Args:
        url: the whole address of the inbox.
    """

    def __init__(self, url: str) -> None:
        address = urlsplit(url)
        self._head = (
            f"POST {address.path} HTTP/1.1\r\nHost: {address.netloc}\r\nContent-Type: application/json\r\n"
            "Content-Length: "
        ).encode()
        self._answer: asyncio.Future[Answered] | None = None
        self._transport: asyncio.Transport | None = None
        self._begin()

    @classmethod
    async def open(cls, url: str) -> Self:
        """Connect to an inbox."""
        address = urlsplit(url)
        loop = asyncio.get_running_loop()
        _, connection = await loop.create_connection(
            lambda: cls(url), address.hostname or "", address.port or 0
        )
        return connection

    @property
    def is_open(self) -> bool:
        """Whether a further post can be made."""
        return self._transport is not None and not self._transport.is_closing()

    async def post(self, body: bytes) -> Answered:
        """Post a body.

        Raises:
            NotAnswered: nothing, or no HTTP, came back in time.
        """
        if self._transport is None:
            raise NotAnswered("the connection is closed")
        self._begin()
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(b"%b%d\r\n\r\n%b" % (self._head, len(body), body))
        try:
            async with asyncio.timeout(PATIENCE_S):
                return await self._answer
        except TimeoutError as error:
            raise NotAnswered(f"nothing came within {PATIENCE_S:.0f} s") from error

    def close(self) -> None:
        """Close the connection."""
        if self._transport is not None:
            self._transport.close()

    def _begin(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._content_type = b""
        self._body = b""

    def _end(self, error: Exception) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(NotAnswered(f"{type(error).__name__}: {error}"))

    # What the loop calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            self._end(error)
            self.close()

    def connection_lost(self, error: Exception | None) -> None:
        self._transport = None
        self._end(error or ConnectionError("the listener closed the connection"))

    # What the parser calls.

    def on_header(self, name: bytes, value: bytes) -> None:
        if name.lower() == b"content-type":
            self._content_type = value

    def on_body(self, body: bytes) -> None:
        self._body += body

    def on_message_complete(self) -> None:
        if self._answer is not None and not self._answer.done():
            status, kind = self._parser.get_status_code(), self._content_type.decode("latin-1")
            self._answer.set_result(Answered(status, kind, self._body))
            if not self._parser.should_keep_alive():
                self.close()
