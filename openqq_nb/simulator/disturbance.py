"""Faults of single calls: what comes between a request and its answer."""

import asyncio
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from openqq_nb.simulator.calls import Answer
from openqq_nb.simulator.connection import drop
from openqq_nb.simulator.engine import Engine, until_over
from openqq_nb.simulator.pages import MISTAKE, Pages
from openqq_nb.simulator.params import Params, read_params

NO_JSON = b"Use of uninitialized value $json in pattern match (m//) at Openqq.pm line 96."
HTML_PAGE = b"<!DOCTYPE html><html><head><title>Welcome to the network</title></head></html>\n"
_NO_PARAMS = Params([], "openqq1")

Respond = Callable[[Request], Awaitable[Response | None]]


class CutShort(Response):
    """An answer that promises its whole length and breaks off in the middle."""

    def __init__(self, whole: Response) -> None:
        super().__init__(whole.body, whole.status_code)
        self.raw_headers = whole.raw_headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the head and half of the body, and close the connection."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        half = bytes(self.body[: len(self.body) // 2])
        await send({"type": "http.response.body", "body": half, "more_body": True})
        await drop(Request(scope, receive))


class Disturbance:
    """Lets the faults of calls strike.

    Args:
        engine: The server, with its faults.
        pages: Writes what is answered in place of the right answer.
    """

    def __init__(self, engine: Engine, pages: Pages) -> None:
        self._engine = engine
        self._faults = engine.faults
        self._pages = pages

    async def respond(self, request: Request, respond: Respond) -> Response | None:
        """Give an answer, `None` to close the connection without one.

        Args:
            request: The request.
            respond: Gives the right answer, and makes the call take effect.
        """
        if not self._faults.active:
            return await respond(request)
        call = request.scope["path"].strip("/").rpartition("/")[2]
        await self._hold(call)
        if self._faults.strike("drop_before", call):
            return None
        if self._faults.strike("hang", call):
            await asyncio.sleep(self._engine.idle_s)
            return None
        instead = await self._instead(call, request)
        if instead is not None:
            return instead
        return await self._spoil(call, request, await respond(request))

    async def _hold(self, call: str) -> None:
        busy = self._faults.strike("busy", call)
        if busy:
            await until_over(busy)
        if self._faults.strike("new_login", call):
            await self._engine.log_in_again()

    async def _instead(self, call: str, request: Request) -> Response | None:
        """Give an answer in place of what was asked, if there is to be one; the call does not take effect."""
        if self._faults.strike("error_page", call):
            return self._pages.html(500, MISTAKE)
        params = await read_params(request, self._engine.protocol)
        if self._faults.strike("forbidden", call):
            return self._pages.unknown(params)
        if self._faults.strike("wrong_token", call):
            return self._pages.bad_token(request, params)
        return None

    async def _spoil(self, call: str, request: Request, right: Response | None) -> Response | None:
        """Change the right answer of a call that has taken effect."""
        slow = self._faults.strike("slow", call)
        if slow:
            seconds = slow.seconds or 0.0
            await asyncio.sleep(min(seconds, self._engine.idle_s))
            right = right if seconds < self._engine.idle_s else None
        if right is None or self._faults.strike("drop_after", call):
            return None
        if self._faults.strike("cut_short", call):
            return CutShort(right)
        if self._faults.strike("no_json", call):
            return self._pages.json(request, Answer(NO_JSON), _NO_PARAMS)
        return self._pages.html(200, HTML_PAGE) if self._faults.strike("html_page", call) else right
