"""Findings about the server: whether it answers, what it is, whether it lets us in, how long it takes."""

import re
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import urlsplit

from openqq_nb.doctor.asking import Asked, Looked
from openqq_nb.doctor.report import Finding
from openqq_nb.errors import NoAnswer, OpenqqError, Refused, Unreachable
from openqq_nb.loopback import is_loopback
from openqq_nb.models import Response

_SLOW_S = 1.0
_HTTP_OK, _HTTP_MISTAKE = 200, 500
_VERSION = re.compile(r"[0-9.]{1,20}")
# Others are a text of whoever answers, and are not shown.
_CONTENT_TYPES = frozenset(
    {
        "application/json",
        "application/octet-stream",
        "application/xml",
        "text/html",
        "text/json",
        "text/plain",
        "text/xml",
    }
)
_STANDING_STILL = (
    "A server stands still while its login code waits to be scanned, while it logs in anew, and while it loads lists: "
    "look at its log or console, and scan the code if it shows one."
)


def address(url: str, token: str | None, *, answers: bool) -> Iterator[Finding]:
    """Look at the address alone, knowing whether an Openqq server answers there."""
    host = urlsplit(url).hostname or ""
    if not is_loopback(host):
        yield Finding(
            "host name",
            "note",
            "the server is on another machine: messages, and a token if there is one, travel there unencrypted"
            if url.startswith("http:")
            else "the server is on another machine",
            "Let it listen on 127.0.0.1 only and reach it through a tunnel (ssh -L 5000:127.0.0.1:5000 …).",
        )
    elif host == "localhost" or host.endswith(".localhost"):
        yield Finding(
            "host name",
            "note",
            "localhost may stand for ::1, where most servers do not listen",
            "Write 127.0.0.1 in its place if the server cannot be reached.",
        )
    else:
        yield Finding("host name", "ok", "a loopback address: nothing leaves this machine")
    if token is None and answers:
        yield Finding(
            "token",
            "note",
            "no token is used: whoever reaches the server's port can read and write, and with 2.x so can any web page "
            "in a browser on that machine",
            "Have the server listen on 127.0.0.1 only, and give it an auth callback that checks a token.",
        )


def reach(looked: Looked, protocol: str | None) -> Iterator[Finding]:
    """Tell whether an API server answers, and if not, why."""
    if looked.failure is not None:
        yield failed("server", looked.failure, looked.asked[-1:])
        return
    if looked.spoken is None:
        yield _foreign(looked.asked[0])
        return
    yield Finding("server", "ok", "an Openqq server answers")
    yield _dialect(looked, protocol)
    yield _speed(looked.asked)
    for name, error in looked.failures.items():
        asked = [one for one in looked.asked if one.response is None or one.response.http_status != _HTTP_OK]
        yield failed(f"call {name}", error, asked[-1:])


def failed(check: str, error: OpenqqError, asked: Sequence[Asked]) -> Finding:
    """Say why a call failed, without what stood in its answer: that may have names in it."""
    if isinstance(error, Unreachable):
        return _unreachable(check, str(error))
    if isinstance(error, NoAnswer):
        return _unanswered(check, error, sum(one.seconds for one in asked))
    if isinstance(error, Refused):
        return Finding(
            check,
            "problem",
            "the server wants a token, and the one given is missing or wrong",
            "Ask its owner, and write oq.connect(url, token='…'), or token='key=…' where the parameter is another.",
        )
    answered = [one.response for one in asked if one.response is not None]
    return _misunderstood(check, answered[-1] if answered else None)


def _unreachable(check: str, text: str) -> Finding:
    if "SSL" in text:
        return Finding(
            check,
            "problem",
            "no secure connection could be made: most Openqq servers speak plain HTTP",
            "Write http:// in place of https://.",
        )
    return Finding(
        check,
        "problem",
        "nobody listens at that host and port: the connection was refused, or the host name is not known",
        "Start the server; check the port of `listen` in its start script; a restarting server comes back after a "
        "while; a 1.x server opens its port only after its first login, when its code was scanned.",
    )


def _unanswered(check: str, error: NoAnswer, seconds: float) -> Finding:
    if error.how == "broken off":
        return Finding(
            check,
            "problem",
            f"the answer was broken off in the middle, after {seconds:.1f} s: truncated",
            "The server, or a proxy before it, cuts answers short; look at its log, and leave proxies out.",
        )
    if error.how == "closed":
        return Finding(
            check,
            "problem",
            f"the connection was closed without an answer after {seconds:.1f} s (dropped)",
            f"At once: the server ends or crashes, see its log. After its idle time, which is usually 15 s: "
            f"{_STANDING_STILL}",
        )
    return Finding(
        check,
        "problem",
        f"the connection stands, but no answer came within {seconds:.1f} s: the server hangs, is slow, or waits for "
        "its login code to be scanned",
        f"{_STANDING_STILL}\nIf it is only slow: oq.connect(url, timeout=60).",
    )


def _foreign(asked: Asked) -> Finding:
    assert asked.response is not None  # noqa: S101 - a probe that ended without an error was answered
    return _misunderstood("server", asked.response)


def _misunderstood(check: str, response: Response | None) -> Finding:
    """Say what came in place of an answer, by its form alone: its text may have names in it."""
    if response is None:
        return Finding(
            check,
            "problem",
            "the answer was too large or badly compressed",
            "Leave proxies out, and check the address.",
        )
    cause, advice = _cause(response)
    shape = f"HTTP status {response.http_status}, {_kind(response)}, {len(response.body)} bytes"
    return Finding(check, "problem", f"{cause} ({shape})", advice)


def _kind(response: Response) -> str:
    kind = response.content_type.partition(";")[0].strip().casefold()
    if not kind:
        return "no content type"
    return kind if kind in _CONTENT_TYPES else "another content type"


def _cause(response: Response) -> tuple[str, str]:
    if response.http_status >= _HTTP_MISTAKE:
        return "the server failed inside", "Its log says why; ask again later, or start it again."
    if response.http_status != _HTTP_OK:
        return (
            "that path is refused, or another program listens there",
            "Check host, port and path (letter case counts); an Openqq server usually listens at port 5000.",
        )
    if response.body.lstrip()[:1] == b"<":
        return (
            "a web page came in place of an answer",
            "A login page or proxy is in between, or another program listens there: check host and port.",
        )
    return (
        "garbage came: no answer of an Openqq server",
        "Another program may listen there, or the server is broken: check host, port and path, and its log.",
    )


def _dialect(looked: Looked, protocol: str | None) -> Finding:
    spoken = looked.spoken.name if looked.spoken else ""
    if protocol not in (None, "auto", spoken):
        return Finding(
            "dialect",
            "problem",
            f"the server speaks {spoken}, and was connected with protocol={protocol!r}",
            "Write oq.connect(url), which finds the dialect out.",
        )
    version = looked.server["version"] if looked.server is not None else ""
    told = version if isinstance(version, str) and _VERSION.fullmatch(version) else "not told"
    return Finding("dialect", "ok", f"{spoken}, version {told}")


def _speed(asked: Iterable[Asked]) -> Finding:
    slowest = max(asked, key=lambda one: one.seconds)
    if slowest.seconds < _SLOW_S:
        return Finding("speed", "ok", f"the slowest answer took {slowest.seconds:.2f} s")
    return Finding(
        "speed",
        "note",
        f"slow: the answer to {slowest.path} took {slowest.seconds:.1f} s",
        "The server is busy: it sends one message per 3 s and loads lists in between. Wait, or give timeout=60.",
    )
