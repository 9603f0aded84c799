"""Faults of single calls, over HTTP and over WebSockets."""

import asyncio
from collections.abc import Awaitable, Callable

from starlette.responses import Response

from openqq_nb.simulator.disturbance import HTML_PAGE, CutShort
from openqq_nb.simulator.engine import until_over
from openqq_nb.simulator.faults import Faults

NO_JSON = b'{"status":"ok","retcode":0,"data":[{"user_id":'
MISTAKE = b"Internal Server Error"
_HTML = {"Content-Type": "text/html; charset=utf-8"}


class Disturbance:
    """Lets the faults of calls strike.

    Args:
        faults: What goes wrong.
        idle_s: How long a call that hangs is held.
    """

    def __init__(self, faults: Faults, idle_s: float) -> None:
        self._faults = faults
        self._idle_s = idle_s

    async def _hold(self, call: str) -> bool:
        """Hold a call up; tells whether it goes on after that."""
        busy = self._faults.strike("busy", call)
        if busy:
            await until_over(busy)
        if self._faults.strike("drop_before", call):
            return False
        if self._faults.strike("hang", call):
            await asyncio.sleep(self._idle_s)
            return False
        return True

    async def respond(
        self, call: str, right: Callable[[], Awaitable[Response | None]], forbidden: Callable[[], Response]
    ) -> Response | None:
        """Answer a call over HTTP.

        Args:
            call: Its name.
            right: Does it, and gives the right answer.
            forbidden: Gives the answer to a wrong token.

        Returns:
            An answer; `None` if the connection is closed without one.
        """
        if not await self._hold(call):
            return None
        if self._faults.strike("error_page", call):
            return Response(MISTAKE, 500, _HTML)
        if self._faults.strike("wrong_token", call):
            return forbidden()
        answer = await right()
        await self._wait(call)
        gone = answer is None or self._faults.strike("drop_after", call)
        return None if gone or answer is None else self._spoilt(call, answer)

    def _spoilt(self, call: str, answer: Response) -> Response:
        if self._faults.strike("cut_short", call):
            return CutShort(answer)
        if self._faults.strike("no_json", call):
            return Response(NO_JSON, answer.status_code, {"Content-Type": answer.headers["Content-Type"]})
        return Response(HTML_PAGE, 200, _HTML) if self._faults.strike("html_page", call) else answer

    async def _wait(self, call: str) -> None:
        slow = self._faults.strike("slow", call)
        await asyncio.sleep(slow.seconds or 0.0 if slow else 0.0)

    async def frame(self, call: str, right: Callable[[], Awaitable[str | None]]) -> str | None:
        """Answer a call over a WebSocket.

        Raises:
            ConnectionResetError: The connection is to break off.
        """
        if not await self._hold(call):
            raise ConnectionResetError
        answer = await right()
        await self._wait(call)
        if self._faults.strike("drop_after", call):
            raise ConnectionResetError
        return NO_JSON.decode() if self._faults.strike("no_json", call) else answer
