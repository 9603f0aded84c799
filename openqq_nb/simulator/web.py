"""The HTTP manners of both dialects: paths, methods, refusals."""

import asyncio
from collections.abc import Awaitable, Callable

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from openqq_nb.simulator import calls1, calls2
from openqq_nb.simulator.calls import Call, ServerMistakeError
from openqq_nb.simulator.connection import drop
from openqq_nb.simulator.disturbance import Disturbance
from openqq_nb.simulator.engine import Engine
from openqq_nb.simulator.login import Protocol
from openqq_nb.simulator.pages import MISTAKE, NOT_FOUND, Pages
from openqq_nb.simulator.params import Params, read_params

SPACE = "/openqq/"
MAX_LINE_BYTES = 8192
CALLS: dict[Protocol, tuple[dict[str, Call], dict[str, Call]]] = {
    "openqq1": (calls1.INFO_CALLS, calls1.CALLS),
    "openqq2": (calls2.INFO_CALLS, calls2.CALLS),
}
App = Callable[[Scope, Receive, Send], Awaitable[None]]


def call_names(protocol: Protocol) -> frozenset[str]:
    """Name all calls of a dialect."""
    return frozenset(name for calls in CALLS[protocol] for name in calls)


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
        self._pages = Pages(self._protocol)
        self._disturbance = Disturbance(engine, self._pages)
        self._info_calls, self._calls = CALLS[self._protocol]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or close its connection."""
        request = Request(scope, receive)
        try:
            # Whoever goes away while the server stands still has said it all, and it is done when the server goes on.
            await request.body()
            await self._engine.running.wait()
            response = await self._disturbance.respond(request, self._respond)
            if response is None:
                await drop(request)
                return
        except (asyncio.CancelledError, ClientDisconnect):
            # The end of the server, or a caller who went away in the middle of his request.
            return
        await response(scope, receive, send)

    async def _respond(self, request: Request) -> Response | None:
        scope = request.scope
        line_bytes = len(scope["method"]) + len(scope["raw_path"]) + len(scope["query_string"]) + 11
        if line_bytes > MAX_LINE_BYTES:
            return self._pages.html(404, NOT_FOUND, {"Connection": "close"})
        if scope["path"] == "/":
            return self._pages.html(404, NOT_FOUND)
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
        return self._pages.bad_token(request, params)

    async def _call(self, request: Request, params: Params) -> Response | None:
        if request.method == "OPTIONS" and self._protocol == "openqq2":
            return self._pages.preflight()
        call = self._find(request)
        if call is None:
            return self._pages.unknown(params)
        try:
            answer = await call(self._engine, params)
        except ServerMistakeError:
            return self._pages.html(500, MISTAKE)
        return self._pages.json(request, answer, params) if answer else None

    def _find(self, request: Request) -> Call | None:
        path = request.scope["path"].removesuffix("/")
        if not path.startswith(SPACE):
            return None
        name = path.removeprefix(SPACE)
        found = self._info_calls.get(name) if request.method in ("GET", "HEAD") else None
        return found or (self._calls.get(name) if request.method in ("GET", "HEAD", "POST") else None)
