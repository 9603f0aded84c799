"""A listener that notes what is posted to it and answers as it is told."""

import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

PATIENCE_S = 10.0


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    headers: dict[str, str]
    body: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What to answer; status None closes the connection without an answer."""

    status: int | None = 204
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


Answering = Callable[[Request], Reply]


class Listener:
    """An HTTP server, on a free port unless one is named.

    Args:
        answering: Gives the answer to a request.
        port: A port of one's own.
    """

    def __init__(self, answering: Answering = lambda _: Reply(), port: int = 0) -> None:
        self.requests: list[Request] = []
        self._changed = threading.Condition()
        self._server = _Server(("127.0.0.1", port), _Handler)
        self._server.listener = self
        self.answering = answering
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def place(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def url(self) -> str:
        return f"{self.place}/post_api"

    def take(self, request: Request) -> Reply:
        with self._changed:
            self.requests.append(request)
            self._changed.notify_all()
        return self.answering(request)

    def wait(self, count: int, patience_s: float = PATIENCE_S) -> list[Request]:
        with self._changed:
            enough = self._changed.wait_for(lambda: len(self.requests) >= count, patience_s)
        assert enough, f"only {len(self.requests)} of {count} requests came"
        return list(self.requests)


class _Server(ThreadingHTTPServer):
    listener: Listener
    daemon_threads = True
    block_on_close = False
    request_queue_size = 256

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A simulator that ends cuts its posts; everything else is shown."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def _handle(self) -> None:
        body = self._body().decode()
        reply = self.server.listener.take(Request(self.command, self.path, dict(self.headers), body))
        if reply.status is None:
            self.close_connection = True
            return
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if reply.status != 204:
            self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        if reply.body and reply.status != 204:
            self.wfile.write(reply.body)

    do_GET = do_POST = _handle

    def log_message(self, format: str, *args: Any) -> None:
        pass
