"""What one connection says, read as HTTP requests, within limits.

httptools reads HTTP; here is what is kept of it. A request is judged when its head is there, before its body is read,
and whoever is refused is not read on.
"""

from collections import deque
from collections.abc import Callable, Sequence

import httptools

from openqq_nb.receive import intake
from openqq_nb.receive.intake import Headers, Refusal
from openqq_nb.receive.signature import SIGNATURE_HEADER

MAX_HEAD_BYTES = 16 << 10
# A body in many small chunks costs several times its size.
MAX_RAW_BYTES = 2 * intake.MAX_BODY_BYTES

# What a header costs beside its name and value.
_HEADER_BYTES = 4
_GO_AHEAD = b"100-continue"

Judge = Callable[[bytes, bytes, Headers], Refusal | None]
"""Judges the method, the target and those headers that matter."""

Verify = Callable[[bytes, Sequence[bytes]], Refusal | None]
"""Judges a whole body by its signatures."""


class Reader:
    """Reads requests out of the bytes of one connection.

    Args:
        judge: judges a head.
        verify: judges a body.

    Attributes:
        complete: the bodies of the requests that are whole, and whether the connection may stay open after each.
        begun: whether a request has begun and is not whole yet.
        asks: whether its sender wants to be told to go ahead with the body.
        upgrade: the headers of a request to go on as a WebSocket, once there is one; nothing behind it is HTTP.
        rest: what came behind it.
    """

    __slots__ = (
        "_body",
        "_dry_bytes",
        "_expected",
        "_head_bytes",
        "_headers",
        "_judge",
        "_length",
        "_parser",
        "_raw_bytes",
        "_refusal",
        "_signatures",
        "_target",
        "_upgrading",
        "_verify",
        "asks",
        "begun",
        "complete",
        "rest",
        "upgrade",
    )

    def __init__(self, judge: Judge, verify: Verify) -> None:
        self._judge = judge
        self._verify = verify
        self._parser = httptools.HttpRequestParser(self)
        self._refusal: Refusal | None = None
        self._dry_bytes = self._raw_bytes = 0
        self.complete: deque[tuple[bytes, bool]] = deque()
        self.upgrade: Headers | None = None
        self.rest = b""
        self._headers: list[tuple[bytes, bytes]] = []
        self._upgrading: list[tuple[bytes, bytes]] = []
        self._signatures: list[bytes] = []
        self._body: bytes | bytearray = b""
        self.on_message_begin()
        self.begun = False

    @property
    def method(self) -> bytes:
        """The method of the request that was read last."""
        return self._parser.get_method()

    def feed(self, data: bytes) -> Refusal | None:
        """Read some bytes; when something is refused, no more are to be fed."""
        if self.upgrade is not None:
            self.rest += data
            return None
        self._dry_bytes += len(data)
        self._raw_bytes += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserCallbackError as error:
            if self._refusal is None and error.__context__ is not None:
                raise error.__context__ from None
            return self._refusal
        except httptools.HttpParserUpgrade as upgrade:
            self.rest = data[upgrade.args[0] :]
            return None
        except httptools.HttpParserError:
            return intake.refusal("http")
        # Also a head, a trailer or an extension of a chunk that has no end.
        if self._dry_bytes > MAX_HEAD_BYTES:
            return intake.refusal("head")
        return intake.refusal("size") if self._raw_bytes > MAX_RAW_BYTES else None

    def close(self) -> None:
        """Let go of what is kept; they hold each other, and would wait for the garbage collector."""
        del self._parser, self._judge, self._verify
        self._body = b""

    # What httptools calls, in this order.

    def on_message_begin(self) -> None:
        """Begin a request."""
        self.begun = True
        self.asks = False
        self._target = self._length = self._expected = b""
        self._headers = []
        self._upgrading = []
        self._signatures = []
        self._body = b""
        self._head_bytes = 0

    def on_url(self, part: bytes) -> None:
        """Take a part of the target."""
        self._target += part
        self._count(len(part))

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header, or a trailer; only what matters is kept."""
        self._count(len(name) + len(value) + _HEADER_BYTES)
        name = name.lower()
        if name in intake.JUDGED_HEADERS:
            self._headers.append((name, value))
        elif name in intake.UPGRADE_HEADERS:
            self._upgrading.append((name, value))
        elif name == SIGNATURE_HEADER:
            self._signatures.append(value)
        elif name == b"content-length":
            self._length = value
        elif name == b"expect":
            self._expected = value.lower()

    def on_headers_complete(self) -> None:
        """Judge the request before its body is read."""
        upgrades = self._asks_for_websocket()
        headers = tuple(self._headers + self._upgrading if upgrades else self._headers)
        refusal = self._judge(self._parser.get_method(), self._target, headers)
        refusal = refusal or intake.declared(self._length)
        # The parser would leave out the body of a request that offers to speak another protocol.
        if refusal is None and not upgrades and self._parser.should_upgrade():
            refusal = intake.refusal("http")
        if refusal is not None:
            self._stop(refusal)
        self.upgrade = headers if upgrades else None
        # Who speaks HTTP/1.0 would take "100 Continue" for the answer.
        self.asks = self._expected == _GO_AHEAD and self._parser.get_http_version() == "1.1"

    def on_body(self, part: bytes) -> None:
        """Take a part of the body."""
        self._dry_bytes = 0
        if not self._body:
            self._body = part
        else:
            # Not a list: the smallest parts would need many times the memory of what they hold.
            if isinstance(self._body, bytes):
                self._body = bytearray(self._body)
            self._body += part
        if len(self._body) > intake.MAX_BODY_BYTES:
            self._stop(intake.refusal("size"))

    def on_message_complete(self) -> None:
        """Put the request with those that are whole, unless it is not signed as it must be."""
        self._dry_bytes = self._raw_bytes = 0
        self.begun = self.asks = False
        if self.upgrade is not None:
            return
        body, self._body = bytes(self._body), b""
        refusal = self._verify(body, self._signatures)
        if refusal is not None:
            self._stop(refusal)
        self.complete.append((body, self._parser.should_keep_alive()))

    def _asks_for_websocket(self) -> bool:
        return (
            self._parser.should_upgrade()
            and self._parser.get_method() == b"GET"
            and self._parser.get_http_version() == "1.1"
            and (b"upgrade", b"websocket") in {(name, value.lower()) for name, value in self._upgrading}
        )

    def _count(self, size_bytes: int) -> None:
        self._head_bytes += size_bytes
        if self._head_bytes > MAX_HEAD_BYTES:
            self._stop(intake.refusal("head"))

    def _stop(self, refusal: Refusal) -> None:
        """Have the parser stop here, so that nothing behind what is refused is read."""
        self._refusal = refusal
        raise _Stopped


class _Stopped(Exception):
    """Ends the parser's work on what it was fed."""
