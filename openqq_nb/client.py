"""Two drivers, sync and async, over the calls of a dialect. HTTP lives here only.

A flow yields a `Request` and is handed the `Response`; everything it raises is its own. What goes wrong
on the way is translated here, at one border, into the errors of this package.
"""

import logging
import math
import re
import ssl
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property, partial
from typing import Any, Final, Literal, TypeVar
from urllib.parse import urlencode, urlsplit

import httpx
import tenacity

from openqq_nb.errors import (
    MAY_HAVE_GONE_OUT,
    InvalidInput,
    NoAnswer,
    NotUnderstood,
    OpenqqError,
    Unreachable,
)
from openqq_nb.loopback import is_loopback
from openqq_nb.models import Flow, Request, Response
from openqq_nb.turns import Turns, turns_of

T = TypeVar("T")

TIMEOUT_S: Final = 30.0
CONNECT_S: Final = 5.0
MAX_BODY_BYTES: Final = 256 << 20

# The servers close an idle connection after 15 s; letting go earlier avoids writing into a closed one.
_KEPT: Final = httpx.Limits(max_keepalive_connections=4, keepalive_expiry=10.0)
# A send on a fresh connection: when it cannot be opened, the message certainly did not go out. A poll likewise: on a
# kept one that the server has just closed, it would look as if something was lost.
_FRESH: Final = httpx.Limits(max_keepalive_connections=0)


_RETRY_READS: Final[dict[str, Any]] = {
    # Not a connection that was dropped: so does a server that stands still, and asking on lengthens its queue.
    "retry": tenacity.retry_if_exception_type(Unreachable),
    "wait": tenacity.wait_exponential(multiplier=0.1, max=2),
    "stop": tenacity.stop_after_attempt(4),
    "reraise": True,
}


class Client:
    """Asks one server: reads over kept-alive connections, sends one at a time and in order, polls beside all that.

    Args:
        url: the base address of the server, with a path where it lives under one.
        timeout_s: how long to wait for an answer.
        max_body_bytes: the largest answer that is read, unpacked.

    Raises:
        InvalidInput: the address is no HTTP address.
    """

    def __init__(self, url: str, timeout_s: float = TIMEOUT_S, max_body_bytes: int = MAX_BODY_BYTES) -> None:
        self.url = checked_url(url)
        self.timeout_s = _checked_timeout(timeout_s)
        self.max_body_bytes = max_body_bytes
        self._turns: Turns = turns_of(_place(self.url))
        _hide_query.add(self.url)

    def run(self, flow: Flow[T]) -> T:
        """Drive a flow to its result.

        Raises:
            Unreachable: nobody took the connection; reads were tried four times.
            NoAnswer: the connection stood and no answer came.
            NotUnderstood: the answer is larger than `max_body_bytes` or badly compressed.
        """
        step: Callable[[], Request] = partial(next, flow)
        while True:
            try:
                request = step()
            except StopIteration as done:
                result: T = done.value
                return result
            step = self._next_step(flow, request)

    async def run_async(self, flow: Flow[T]) -> T:
        """Drive a flow to its result without blocking the loop; the twin of `run`."""
        async with httpx.AsyncClient(**self._settings, limits=_KEPT) as http:
            step: Callable[[], Request] = partial(next, flow)
            while True:
                try:
                    request = step()
                except StopIteration as done:
                    result: T = done.value
                    return result
                step = await self._next_step_async(http, flow, request)

    def close(self) -> None:
        """Let go of the connections; a later question opens new ones."""
        for name in ("_reads", "_fresh"):
            http = self.__dict__.pop(name, None)
            if http is not None:
                http.close()

    def _next_step(self, flow: Flow[T], request: Request) -> Callable[[], Request]:
        try:
            response = self._exchange(request)
        except BaseException as error:  # noqa: BLE001 - the flow may know what a silence or an interrupt means
            return partial(flow.throw, error)
        return partial(flow.send, response)

    async def _next_step_async(
        self, http: httpx.AsyncClient, flow: Flow[T], request: Request
    ) -> Callable[[], Request]:
        try:
            response = await self._exchange_async(http, request)
        except BaseException as error:  # noqa: BLE001 - as above; the flow raises it again
            return partial(flow.throw, error)
        return partial(flow.send, response)

    def _exchange(self, request: Request) -> Response:
        if request.repeatable:
            return tenacity.Retrying(**_RETRY_READS)(self._ask, self._reads, request)
        if request.held_s:
            return self._ask(self._fresh, request)
        with self._turns.mine(), _interrupt_is_told():
            return self._ask(self._fresh, request)

    async def _exchange_async(self, http: httpx.AsyncClient, request: Request) -> Response:
        if request.repeatable:
            return await tenacity.AsyncRetrying(**_RETRY_READS)(self._ask_async, http, request)
        async with httpx.AsyncClient(**self._settings, limits=_FRESH) as fresh:
            if request.held_s:
                return await self._ask_async(fresh, request)
            async with self._turns.mine_async():
                with _interrupt_is_told():
                    return await self._ask_async(fresh, request)

    def _ask(self, http: httpx.Client, request: Request) -> Response:
        body = bytearray()
        with (
            self._translated(request),
            http.stream(request.method, request.path, **self._details(request)) as answer,
        ):
            for piece in answer.iter_bytes():
                self._add(body, piece, request)
            return _response(answer, body)

    async def _ask_async(self, http: httpx.AsyncClient, request: Request) -> Response:
        body = bytearray()
        with self._translated(request):
            async with http.stream(request.method, request.path, **self._details(request)) as answer:
                async for piece in answer.aiter_bytes():
                    self._add(body, piece, request)
                return _response(answer, body)

    def _add(self, body: bytearray, piece: bytes, request: Request) -> None:
        body += piece
        if len(body) > self.max_body_bytes:
            raise NotUnderstood(
                f"The answer to {request.path} is larger than {self.max_body_bytes >> 20} MiB and was not read to "
                "its end. No Openqq server holds that much; check the address."
            )

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
            "base_url": self.url,
            # Proxy settings of the environment are for the outside world.
            "trust_env": not is_loopback(urlsplit(self.url).hostname or ""),
            "verify": _certificates() if self.url.startswith("https:") else False,
        }

    def _details(self, request: Request) -> dict[str, Any]:
        connect_s = min(CONNECT_S, self.timeout_s)
        return {"timeout": httpx.Timeout(self._patience_s(request), connect=connect_s), **_content(request)}

    def _patience_s(self, request: Request) -> float:
        return max(self.timeout_s, request.held_s)

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
            raise NotUnderstood(f"The answer of {self.url} is badly compressed: {error}.") from error
        except httpx.HTTPError as error:
            raise NoAnswer(self._silence(request, error), _how(error)) from error

    def _nobody(self, error: Exception) -> str:
        if "SSL" in str(error):
            return (
                f"No secure connection to {self.url} could be made ({error}); nothing was sent. Most Openqq servers "
                "speak plain HTTP: write http:// in place of https://."
            )
        return (
            f"Nobody answers at {self.url} ({error}); nothing was sent. Is the server running, and is the port right? "
            "Before its login a 1.x server does not open its port."
        )

    def _silence(self, request: Request, error: Exception) -> str:
        how = (
            f"within {self._patience_s(request):g} s"
            if isinstance(error, httpx.TimeoutException)
            else f"({error})"
        )
        if request.held_s:
            return (
                f"{self.url} took the connection, but no whole answer to {request.path} came {how}. What happened "
                "meanwhile may be lost, since the server hands out everything once. Was it "
                "stopped or started anew, or does its login code wait to be scanned?"
            )
        if request.repeatable:
            return (
                f"{self.url} took the connection, but no whole answer to {request.path} came {how}. "
                "The server stands still while its login code waits to be scanned, and while it loads lists; "
                "try again later."
            )
        return f"No answer to {request.path} came {how}. {MAY_HAVE_GONE_OUT}"


def _how(error: httpx.HTTPError) -> Literal["silent", "closed", "broken off"]:
    if isinstance(error, httpx.TimeoutException):
        return "silent"
    # Only its words tell whether anything had come: "complete message body", "incomplete chunked read".
    return "broken off" if "complete" in str(error) else "closed"


def checked_url(url: object) -> str:
    """Bring the address of a server to its base form, without a trailing slash.

    Raises:
        InvalidInput: it is no HTTP address.
    """
    full = url.strip() if isinstance(url, str) else ""
    if full and "://" not in full:
        full = f"http://{full}"
    if not _is_address(full):
        raise InvalidInput(_no_address(str(url).strip()))
    base = httpx.URL(full)
    # Not cut from the text as a whole: `openqq` is also a likely name of a host.
    return str(base.copy_with(path=base.path.rstrip("/").removesuffix("/openqq") or "/")).rstrip("/")


def _no_address(text: str) -> str:
    shown = _without_secrets(text)
    advice = "Write scheme, host and port, as in 'http://127.0.0.1:5000'."
    if shown != text:
        advice += " Leave user:password@ and ?… away; a token goes into token= (on the command line --token)."
    return f"{shown!r} is no address of a server. {advice}"


# Also as a Chinese keyboard writes them.
_AT = re.compile("[@\uff20\ufe6b]")
_QUERY = re.compile("[?#&;=\uff1f\ufe56\uff03\ufe5f\uff06\ufe60\uff1b\ufe54\uff1d\ufe66]")
_SCHEME = re.compile(r"[\w+.-]*://")


def _without_secrets(text: str) -> str:
    """Cut from an address what stands before its @ and after its ?, where passwords and tokens are written."""
    scheme = text[: text.index("://") + 3] if _SCHEME.match(text) else ""
    rest = text.removeprefix(scheme)
    mark = _QUERY.search(rest)
    place, query = (rest[: mark.end()], rest[mark.end() :]) if mark else (rest, "")
    if _AT.search(query):
        return f"{scheme}…"  # a ? in a password, or an @ in a query: nothing tells which
    *user, host = _AT.split(place)
    return f"{scheme}{'…@' if user else ''}{host}{'…' if query else ''}"


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        httpx.URL(url).host.encode("idna")
        whole = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except (ValueError, httpx.InvalidURL):
        return False
    return whole and not (parts.query or parts.fragment or "@" in parts.netloc)


def _place(url: str) -> str:
    """Name the server behind an address: all names of this machine are one place."""
    parts = urlsplit(url)
    host = "loopback" if is_loopback(parts.hostname or "") else parts.hostname
    return f"{parts.scheme}://{host}:{parts.port}{parts.path}"


def _checked_timeout(timeout_s: float) -> float:
    try:
        valid = 0 < timeout_s < math.inf
    except TypeError:
        valid = False
    if not valid:
        raise InvalidInput(
            f"timeout must be a number of seconds above 0, not {timeout_s!r}. Some answers never come, so there is "
            "always one; 30 is usual."
        )
    return float(timeout_s)


@contextmanager
def _interrupt_is_told() -> Iterator[None]:
    """Add to an interrupt or a cancellation of a send that is out already what that means."""
    try:
        yield
    except OpenqqError:
        raise
    except BaseException as error:
        error.add_note(MAY_HAVE_GONE_OUT)
        raise


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
    if request.method == "GET":
        return {"params": list(request.params)}
    return {
        "content": urlencode(request.params).encode(),
        "headers": {"Content-Type": "application/x-www-form-urlencoded"},
    }


def _response(answer: httpx.Response, body: bytearray) -> Response:
    return Response(answer.status_code, answer.headers.get("Content-Type", ""), bytes(body))
