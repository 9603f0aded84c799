"""The HTTP manners of both dialects: paths, methods, refusals, headers, JSONP."""

import asyncio
import gzip
import time
from collections.abc import Awaitable, Callable
from email.utils import formatdate

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from openqq_nb.simulator import calls1, calls2
from openqq_nb.simulator.calls import Answer, Call, ServerMistakeError, as_json
from openqq_nb.simulator.connection import drop
from openqq_nb.simulator.engine import Engine
from openqq_nb.simulator.login import Protocol
from openqq_nb.simulator.params import Params, read_params

SPACE = "/openqq/"
SERVER = "Mojolicious (Perl)"
TEXT = "text/html;charset=UTF-8"
MAX_LINE_BYTES = 8192
# The framework leaves smaller bodies as they are.
COMPRESS_FROM_BYTES = 860
JSON_TYPE: dict[Protocol, str] = {"openqq1": "application/json;charset=UTF-8", "openqq2": "application/json"}
UNKNOWN: dict[Protocol, bytes] = {"openqq1": b"request error", "openqq2": b"api not found"}
CORS = {"Access-Control-Allow-Origin": "*"}
PREFLIGHT = {
    "Access-Control-Allow-Headers": "X-Requested-With, X-Auth-Token, Content-Type, Content-Length, Authorization",
    "Access-Control-Allow-Methods": "OPTIONS, HEAD, GET, POST",
}
App = Callable[[Scope, Receive, Send], Awaitable[None]]


def _page(title: str) -> bytes:
    return f"<!DOCTYPE html><html><head><title>{title} (development mode)</title></head></html>\n".encode()


NOT_FOUND = _page("Page Not Found")
MISTAKE = _page("Server Error")


def refusal(protocol: Protocol) -> bytes:
    """Give the whole answer to a request that is no HTTP."""
    cors = "Access-Control-Allow-Origin: *\r\n" if protocol == "openqq2" else ""
    head = f"HTTP/1.1 404 Not Found\r\nServer: {SERVER}\r\n{cors}Content-Type: {TEXT}\r\nVary: Accept-Encoding\r\n"
    return f"{head}Connection: close\r\nContent-Length: {len(NOT_FOUND)}\r\n\r\n".encode() + NOT_FOUND


class Web:
    """The ASGI application.

    Args:
        engine: The server behind it.
        token: What `token_name` must be; `None` for a server without authentication.
        token_name: The parameter that carries the token.
    """

    def __init__(self, engine: Engine, token: str | None, token_name: str) -> None:
        self._engine = engine
        self._protocol = engine.protocol
        self._token = token
        self._token_name = token_name
        self._compressed: tuple[object, bytes] = (None, b"")
        calls = calls1 if self._protocol == "openqq1" else calls2
        self._info_calls: dict[str, Call] = calls.INFO_CALLS
        self._calls: dict[str, Call] = calls.CALLS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or close its connection."""
        request = Request(scope, receive)
        try:
            await self._engine.running.wait()
            response = await self._respond(request)
            if response is None:
                await drop(request)
                return
        except asyncio.CancelledError:
            # Only the end of the server cancels this; the connection is cut already.
            return
        await response(scope, receive, send)

    async def _respond(self, request: Request) -> Response | None:
        scope = request.scope
        line_bytes = len(scope["method"]) + len(scope["raw_path"]) + len(scope["query_string"]) + 11
        if line_bytes > MAX_LINE_BYTES:
            return self._html(404, NOT_FOUND, {"Connection": "close"})
        if scope["path"] == "/":
            return self._html(404, NOT_FOUND)
        params = await read_params(request, self._protocol)
        refused = await self._authenticate(request, params)
        if refused or self._engine.ended:
            return refused
        return await self._call(request, params)

    async def _authenticate(self, request: Request, params: Params) -> Response | None:
        if self._token is None:
            return None
        if self._protocol == "openqq1" and params.has_repeated:
            self._engine.end("a repeated parameter while authentication is on")
            return None
        if params.get(self._token_name) == self._token:
            return None
        if self._protocol == "openqq1":
            return self._plain(b"auth failure", params)
        return self._json(request, as_json({"code": -6, "status": "auth failure"}), params)

    async def _call(self, request: Request, params: Params) -> Response | None:
        if request.method == "OPTIONS" and self._protocol == "openqq2":
            return Response(headers=self._headers() | PREFLIGHT)
        call = self._find(request)
        if call is None:
            return self._plain(UNKNOWN[self._protocol], params)
        try:
            answer = await call(self._engine, params)
        except ServerMistakeError:
            return self._html(500, MISTAKE)
        return self._json(request, answer, params) if answer else None

    def _find(self, request: Request) -> Call | None:
        path = request.scope["path"].removesuffix("/")
        if not path.startswith(SPACE):
            return None
        name = path.removeprefix(SPACE)
        found = self._info_calls.get(name) if request.method in ("GET", "HEAD") else None
        return found or (self._calls.get(name) if request.method in ("GET", "HEAD", "POST") else None)

    def _headers(self) -> dict[str, str]:
        headers = {"Server": SERVER, "Date": formatdate(usegmt=True)}
        return headers | CORS if self._protocol == "openqq2" else headers

    def _html(self, status: int, body: bytes, more: dict[str, str] | None = None) -> Response:
        headers = self._headers() | {"Content-Type": TEXT, "Vary": "Accept-Encoding"} | (more or {})
        return Response(body, status, headers)

    def _plain(self, body: bytes, params: Params) -> Response:
        return Response(self._wrap(body, params), 403, self._headers() | {"Content-Type": TEXT})

    def _json(self, request: Request, answer: Answer, params: Params) -> Response:
        headers = self._headers() | {"Content-Type": JSON_TYPE[self._protocol]}
        body = self._wrap(answer.body, params)
        if len(body) >= COMPRESS_FROM_BYTES:
            headers["Vary"] = "Accept-Encoding"
            if "gzip" in request.headers.get("accept-encoding", ""):
                headers["Content-Encoding"] = "gzip"
                body = self._compress(body, answer.key if body is answer.body else None)
        return Response(body, headers=headers)

    def _compress(self, body: bytes, key: object) -> bytes:
        if key is None:
            return gzip.compress(body, 1)
        if self._compressed[0] != key:
            self._compressed = (key, gzip.compress(body, 1))
        return self._compressed[1]

    def _wrap(self, body: bytes, params: Params) -> bytes:
        """Wrap a body for JSONP; whatever was given as callback is taken."""
        if self._protocol == "openqq1" or params.get("datatype") != "jsonp":
            return body
        name = params.get("callback") or f"jsoncallback{int(time.time())}"
        return f"{name}(".encode() + body + b")"
