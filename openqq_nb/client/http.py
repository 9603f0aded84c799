"""Asks over HTTP, and translates at one border what goes wrong there. HTTP lives here only."""

import logging
import ssl
import weakref
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import cached_property, partial
from typing import Any, Final, Literal
from urllib.parse import urlencode, urlsplit

import httpx
import tenacity

from openqq_nb.errors import (
    MAY_HAVE_GONE_OUT,
    NoAnswer,
    NotOpenqq,
    NotUnderstood,
    Unreachable,
)
from openqq_nb.loopback import is_loopback
from openqq_nb.models import Request, Response
from openqq_nb.sockets import as_json, authorization

# The servers close an idle connection after 15 s; letting go earlier avoids writing into a closed one.
_KEPT: Final = httpx.Limits(max_keepalive_connections=4, keepalive_expiry=10.0)
# A send on a fresh connection: when it cannot be opened, the message certainly did not go out. A poll likewise: on a
# kept one that the server has just closed, it would look as if something was lost.
_FRESH: Final = httpx.Limits(max_keepalive_connections=0)

# "Upgrade Required": so answers a port that takes WebSockets only.
_UPGRADE_REQUIRED: Final = 426

_RETRY_READS: Final[dict[str, Any]] = {
    # Not a connection that was dropped: so does a server that stands still, and asking on lengthens its queue.
    "retry": tenacity.retry_if_exception_type(Unreachable),
    "wait": tenacity.wait_exponential(multiplier=0.1, max=2),
    "stop": tenacity.stop_after_attempt(4),
    "reraise": True,
}


class Http:
    """Asks one server: reads over kept-alive connections, everything else on a connection of its own.

    Args:
        url: the base address of the server.
        timeout_s: how long to wait for an answer, unless the request has more patience.
        connect_s: how long to wait for the connection.
        max_body_bytes: the largest answer that is read, unpacked.
    """

    def __init__(self, url: str, timeout_s: float, connect_s: float, max_body_bytes: int) -> None:
        self._url = url
        self._timeout_s = timeout_s
        self._connect_s = connect_s
        self._max_body_bytes = max_body_bytes
        _hide_query.add(url)

    def ask(self, request: Request) -> Response:
        """Ask once, a read up to four times while nobody takes the connection; the errors are those of `Client.run`."""
        if request.repeatable:
            return tenacity.Retrying(**_RETRY_READS)(self._ask, self._reads, request)
        return self._ask(self._fresh, request)

    @asynccontextmanager
    async def asking(self) -> AsyncIterator[Callable[[Request], Awaitable[Response]]]:
        """Give the twin of `ask` for one loop, with connections that are kept while the context lasts."""
        async with httpx.AsyncClient(**self._settings, limits=_KEPT) as http:
            yield partial(self._ask_in_loop, http)

    def close(self) -> None:
        """Let go of the connections; a later question opens new ones."""
        for name in ("_reads", "_fresh"):
            http = self.__dict__.pop(name, None)
            if http is not None:
                http.close()

    async def _ask_in_loop(self, http: httpx.AsyncClient, request: Request) -> Response:
        if request.repeatable:
            return await tenacity.AsyncRetrying(**_RETRY_READS)(self._ask_async, http, request)
        async with httpx.AsyncClient(**self._settings, limits=_FRESH) as fresh:
            return await self._ask_async(fresh, request)

    def _ask(self, http: httpx.Client, request: Request) -> Response:
        body = bytearray()
        with (
            self._translated(request),
            http.stream(request.method, request.path, **self._details(request)) as answer,
        ):
            for piece in answer.iter_bytes():
                self._add(body, piece, request)
            return self._response(answer, body)

    async def _ask_async(self, http: httpx.AsyncClient, request: Request) -> Response:
        body = bytearray()
        with self._translated(request):
            async with http.stream(request.method, request.path, **self._details(request)) as answer:
                async for piece in answer.aiter_bytes():
                    self._add(body, piece, request)
                return self._response(answer, body)

    def _add(self, body: bytearray, piece: bytes, request: Request) -> None:
        body += piece
        if len(body) > self._max_body_bytes:
            raise NotUnderstood(
                f"The answer to {request.path} is larger than {self._max_body_bytes >> 20} MiB and was not read to "
                "its end. No API server holds that much; check the address."
            )

    def _response(self, answer: httpx.Response, body: bytearray) -> Response:
        if answer.status_code == _UPGRADE_REQUIRED:
            raise NotOpenqq(
                f"{self._url} answers HTTP 426: this port takes WebSockets only, so nothing was done. Write "
                f"{self._url.replace('http', 'ws', 1)}, or the number of the server's HTTP port."
            )
        return Response(answer.status_code, answer.headers.get("Content-Type", ""), bytes(body))

    @cached_property
    def _reads(self) -> httpx.Client:
        return self._opened(_KEPT)

    @cached_property
    def _fresh(self) -> httpx.Client:
        return self._opened(_FRESH)

    def _opened(self, limits: httpx.Limits) -> httpx.Client:
        http = httpx.Client(**self._settings, limits=limits)
        # Nobody closes an account before forgetting it.
        weakref.finalize(self, http.close)
        return http

    @cached_property
    def _settings(self) -> dict[str, Any]:
        return {
            "base_url": self._url,
            # Proxy settings of the environment are for the outside world.
            "trust_env": not is_loopback(urlsplit(self._url).hostname or ""),
            "verify": _certificates() if self._url.startswith("https:") else False,
        }

    def _details(self, request: Request) -> dict[str, Any]:
        timeout = httpx.Timeout(self._patience_s(request), connect=self._connect_s)
        return {"timeout": timeout, **_content(request)}

    def _patience_s(self, request: Request) -> float:
        return request.wait_s(self._timeout_s)

    @contextmanager
    def _translated(self, request: Request) -> Iterator[None]:
        try:
            yield
        except (
            httpx.ConnectError,
            httpx.ConnectTimeout,
            httpx.ProxyError,
            httpx.UnsupportedProtocol,
        ) as error:
            raise Unreachable(self._nobody(error)) from error
        except httpx.DecodingError as error:
            raise NotUnderstood(f"The answer of {self._url} is badly compressed: {error}.") from error
        except httpx.HTTPError as error:
            raise NoAnswer(self._silence(request, error), _how(error)) from error

    def _nobody(self, error: Exception) -> str:
        if "SSL" in str(error):
            return (
                f"No secure connection to {self._url} could be made ({error}); nothing was sent. Most API servers "
                "speak plain HTTP: write http:// in place of https://."
            )
        return (
            f"Nobody answers at {self._url} ({error}); nothing was sent. Is the server running, and is the port right? "
            "Some servers open their port only once QQ is logged in there."
        )

    def _silence(self, request: Request, error: httpx.HTTPError) -> str:
        how = (
            f"within {self._patience_s(request):g} s"
            if isinstance(error, httpx.TimeoutException)
            else f"({error})"
        )
        if request.held_s:
            return (
                f"{self._url} took the connection, but no whole answer to {request.path} came {how}. What happened "
                "meanwhile may be lost, since the server hands out everything once. Was it "
                "stopped or started anew, or does its login code wait to be scanned?"
            )
        if not request.repeatable:
            return f"No answer to {request.path} came {how}. {MAY_HAVE_GONE_OUT}"
        return f"{self._url} took the connection, but no whole answer to {request.path} came {how}. {_why(error)}"


def _why(error: httpx.HTTPError) -> str:
    stands_still = (
        "A server may stand still while its login code waits to be scanned, and while it loads lists; "
        "try again later."
    )
    if _how(error) != "closed":
        return stands_still
    return f"{stands_still} A port that takes WebSockets only closes like this as well: its address begins with ws://."


def _how(error: httpx.HTTPError) -> Literal["silent", "closed", "broken off"]:
    if isinstance(error, httpx.TimeoutException):
        return "silent"
    # Only its words tell whether anything had come: "complete message body", "incomplete chunked read".
    return "broken off" if "complete" in str(error) else "closed"


class _HideQuery(logging.Filter):
    """Cuts the query, where the token stands, from the addresses that httpx logs for our servers."""

    def __init__(self) -> None:
        super().__init__()
        self._ours: set[str] = set()

    def add(self, url: str) -> None:
        """Hide the queries of one more server."""
        self._ours.add(url)

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(self._cut(argument) for argument in record.args)
        return True

    def _cut(self, argument: object) -> object:
        if isinstance(argument, httpx.URL) and str(argument).startswith(tuple(self._ours)):
            return argument.copy_with(query=None)
        return argument


_hide_query = _HideQuery()
logging.getLogger("httpx").addFilter(_hide_query)


def _certificates() -> ssl.SSLContext:
    return ssl.create_default_context()


def _content(request: Request) -> dict[str, Any]:
    headers = authorization(request.bearer)
    if request.method == "GET":
        return {"params": list(request.params), "headers": headers}
    if request.content is not None:
        return {
            "content": as_json(request.content).encode(),
            "headers": {**headers, "Content-Type": "application/json"},
        }
    return {
        "content": urlencode(request.params).encode(),
        "headers": {**headers, "Content-Type": "application/x-www-form-urlencoded"},
    }
