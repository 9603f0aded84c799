"""The HTTP manners of each end: paths, tokens, bodies, refusals."""

import asyncio
import json
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from openqq_nb.simulator.connection import drop
from openqq_nb.simulator.onebot11 import calls
from openqq_nb.simulator.onebot11.disturbance import Disturbance
from openqq_nb.simulator.onebot11.engine import Engine
from openqq_nb.simulator.onebot11.envelopes import Envelopes, RefusedError
from openqq_nb.simulator.onebot11.given import Params
from openqq_nb.simulator.onebot11.sockets import serve, turn_away
from openqq_nb.simulator.onebot11.writing import as_v8_says, dumps, read_json5

HTML = "text/html; charset=utf-8"
TEXT = "text/plain; charset=UTF-8"
FORM = "application/x-www-form-urlencoded"
REFUSAL = b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"


class Web:
    """The ASGI application.

    Args:
        engine: The end behind it.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._end = engine.end
        self._envelopes = Envelopes(engine.end, is_socket=False)
        self._disturbance = Disturbance(engine.faults, engine.idle_s)
        self._answer = {"napcat": self._napcat, "llbot": self._llbot, "lagrange": self._lagrange}[
            self._end.name
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or WebSocket, or close its connection."""
        try:
            if scope["type"] == "websocket":
                await self._socket(scope, receive, send)
            else:
                await self._request(scope, receive, send)
        except (asyncio.CancelledError, ClientDisconnect):
            # The end of the server, or a caller who went away in the middle of his request.
            return

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = self._refused_token(_Given(scope))
        if refusal is not None and self._end.name == "lagrange":
            await turn_away(receive, send, refusal)
            return
        await serve(self._engine, scope, receive, send, refusal is None)

    async def _request(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        body = await request.body()
        name = scope["path"].strip("/").partition("/")[0]
        response = await self._disturbance.respond(name, lambda: self._answer(request, body), self._forbidden)
        if response is None:
            await drop(request)
        else:
            await response(scope, receive, send)

    # Each end

    async def _napcat(self, request: Request, body: bytes) -> Response | None:
        # It reads the body before it looks at the token.
        is_form = request.headers.get("content-type", "").startswith(FORM)
        try:
            read = (
                _form(body) if is_form else read_json5(body.decode(errors="replace")) if body.strip() else {}
            )
        except ValueError:
            return self._plain("Invalid JSON", 400, HTML)
        refusal = self._refused_token(_Given(request.scope))
        if refusal is not None:
            return refusal
        params = _query(request) | (read if isinstance(read, dict) else {})
        params.pop("access_token", None)
        if request.url.path == "/":
            done = self._envelopes.done({}, {"echo": None}, "NapCat4 Is Running")
            return self._json(done)
        return await self._do(request.url.path.strip("/").partition("/")[0], params)

    async def _llbot(self, request: Request, body: bytes) -> Response | None:
        refusal = self._refused_token(_Given(request.scope))
        if refusal is not None:
            return refusal
        name = request.url.path.removeprefix("/")
        if not name or "/" in name or request.method not in ("GET", "HEAD", "POST"):
            return self._plain("404 Not Found", 404, TEXT)
        try:
            read = json.loads(body) if body.strip() and request.method == "POST" else {}
        except ValueError as error:
            words = as_v8_says(body.decode(errors="replace"), error)
            return self._refuse(RefusedError(f"请求体解析失败: {words}", kind="json"), {})
        params = _query(request) | (read if isinstance(read, dict) else {})
        return await self._do(name, params)

    async def _lagrange(self, request: Request, body: bytes) -> Response | None:
        refusal = self._refused_token(_Given(request.scope))
        if refusal is not None:
            return refusal
        if request.method not in ("GET", "POST"):
            return Response(status_code=405)
        params: Params | None = _query(request)
        if request.method == "POST":
            kind = request.headers.get("content-type", "").partition(";")[0].strip()
            if kind not in ("application/json", FORM):
                return Response(status_code=406)
            params = _form(body) if kind == FORM else _object(body)
        if params is None:
            # It logs the error, and the caller waits until he gives up.
            while (await request.receive())["type"] != "http.disconnect":
                pass
            return None
        return await self._do(request.url.path.strip("/"), params)

    # Answers

    async def _do(self, name: str, params: Params) -> Response:
        try:
            data = await calls.do(self._engine, name, params)
        except RefusedError as error:
            return self._refuse(error, params)
        return self._json(self._envelopes.done(data, params))

    def _refuse(self, error: RefusedError, params: Params) -> Response:
        is_missing = error.kind == "action" and self._end.name == "llbot"
        return self._json(self._envelopes.refused(error, params), 404 if is_missing else 200)

    def _json(self, thing: dict[str, Any] | None, status: int = 200) -> Response:
        return self._plain(dumps(thing, self._end.is_escaped), status, self._end.json_type)

    def _plain(self, body: bytes | str, status: int, kind: str) -> Response:
        return Response(body, status, {**self._end.headers, "Content-Type": kind})

    # Tokens

    def _forbidden(self) -> Response:
        """Refuse a token that is wrong."""
        if self._end.name == "lagrange":
            return Response(status_code=403)
        if self._end.name == "llbot":
            return self._plain('{"message":"token verify failed"}', 403, self._end.json_type)
        return self._plain('{"message":"token verify failed!"}', 403, HTML)

    def _refused_token(self, given: "_Given") -> Response | None:
        token = self._engine.settings.token
        if not token:
            return None
        first, second = given.header, given.query
        if self._end.name == "napcat":
            first, second = second, first
        found = second if first is None else first
        if found is None and self._end.name == "lagrange":
            return Response(status_code=401, headers={"WWW-Authenticate": "Bearer"})
        return None if found == token else self._forbidden()


class _Given:
    """The tokens that a request brings: of its header, if its scheme is spelled right, and of its address."""

    def __init__(self, scope: Scope) -> None:
        headers = {
            name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]
        }
        scheme, _, token = headers.get("authorization", "").partition(" ")
        self.header = token if scheme == "Bearer" else None
        self.query = dict(parse_qsl(scope["query_string"].decode())).get("access_token")


def _query(request: Request) -> Params:
    return dict(parse_qsl(request.url.query, keep_blank_values=True))


def _form(body: bytes) -> Params:
    return dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))


def _object(body: bytes) -> Params | None:
    try:
        read = json.loads(body) if body.strip() else {}
    except ValueError:
        return None
    return read if isinstance(read, dict) else {}
