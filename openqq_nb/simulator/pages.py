"""How answers of both dialects look as HTTP: types, headers, refusals, JSONP, compression."""

import gzip
import time
from email.utils import formatdate

from starlette.requests import Request
from starlette.responses import Response

from openqq_nb.simulator.calls import Answer, as_json
from openqq_nb.simulator.login import Protocol
from openqq_nb.simulator.params import Params

SERVER = "Mojolicious (Perl)"
TEXT = "text/html;charset=UTF-8"
# The framework leaves smaller bodies as they are.
COMPRESS_FROM_BYTES = 860
JSON_TYPE: dict[Protocol, str] = {"openqq1": "application/json;charset=UTF-8", "openqq2": "application/json"}
UNKNOWN: dict[Protocol, bytes] = {"openqq1": b"request error", "openqq2": b"api not found"}
CORS = {"Access-Control-Allow-Origin": "*"}
PREFLIGHT = {
    "Access-Control-Allow-Headers": "X-Requested-With, X-Auth-Token, Content-Type, Content-Length, Authorization",
    "Access-Control-Allow-Methods": "OPTIONS, HEAD, GET, POST",
}


def _page(title: str) -> bytes:
    return f"<!DOCTYPE html><html><head><title>{title} (development mode)</title></head></html>\n".encode()


NOT_FOUND = _page("Page Not Found")
MISTAKE = _page("Server Error")


def refusal(protocol: Protocol) -> bytes:
    """Give the whole answer to a request that is no HTTP."""
    cors = "Access-Control-Allow-Origin: *\r\n" if protocol == "openqq2" else ""
    head = f"HTTP/1.1 404 Not Found\r\nServer: {SERVER}\r\n{cors}Content-Type: {TEXT}\r\nVary: Accept-Encoding\r\n"
    return f"{head}Connection: close\r\nContent-Length: {len(NOT_FOUND)}\r\n\r\n".encode() + NOT_FOUND


class Pages:
    """Writes the answers of one dialect."""

    def __init__(self, protocol: Protocol) -> None:
        self._protocol = protocol
        self._compressed: tuple[object, bytes] = (None, b"")

    def html(self, status: int, body: bytes, more: dict[str, str] | None = None) -> Response:
        """A web page of the framework."""
        headers = self._headers() | {"Content-Type": TEXT, "Vary": "Accept-Encoding"} | (more or {})
        return Response(body, status, headers)

    def unknown(self, params: Params) -> Response:
        """The refusal of a path that the server does not know."""
        return self._plain(UNKNOWN[self._protocol], params)

    def bad_token(self, request: Request, params: Params) -> Response:
        """The refusal of a caller."""
        if self._protocol == "openqq1":
            return self._plain(b"auth failure", params)
        return self.json(request, as_json({"code": -6, "status": "auth failure"}), params)

    def preflight(self) -> Response:
        """The answer to OPTIONS in 2.x."""
        return Response(headers=self._headers() | PREFLIGHT)

    def json(self, request: Request, answer: Answer, params: Params) -> Response:
        """The answer of a call."""
        headers = self._headers() | {"Content-Type": JSON_TYPE[self._protocol]}
        body = self._wrap(answer.body, params)
        if len(body) >= COMPRESS_FROM_BYTES:
            headers["Vary"] = "Accept-Encoding"
            if "gzip" in request.headers.get("accept-encoding", ""):
                headers["Content-Encoding"] = "gzip"
                body = self._compress(body, answer.key if body is answer.body else None)
        return Response(body, headers=headers)

    def _headers(self) -> dict[str, str]:
        headers = {"Server": SERVER, "Date": formatdate(usegmt=True)}
        return headers | CORS if self._protocol == "openqq2" else headers

    def _plain(self, body: bytes, params: Params) -> Response:
        return Response(self._wrap(body, params), 403, self._headers() | {"Content-Type": TEXT})

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
