"""Findings about the server: whether it answers, what it is, whether it lets us in, how long it takes."""

import re
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from openqq_nb.doctor.asking import Asked, Looked
from openqq_nb.doctor.report import Finding
from openqq_nb.errors import NoAnswer, NotLoaded, NotOpenqq, OpenqqError, Refused, Unreachable
from openqq_nb.loopback import is_loopback
from openqq_nb.models import Response
from openqq_nb.protocols.hints import UNKNOWN, Hints

_SLOW_S = 1.0
_HTTP_OK, _HTTP_WRONG_METHOD, _HTTP_MISTAKE = 200, 405, 500
_UPGRADE = "426"
_VERSION = re.compile(r"v?[0-9.]{1,20}(-(alpha|beta|dev|rc)[0-9.]{0,4})?")
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


def address(url: str, token: str | None, hints: Hints, *, answers: bool) -> Iterator[Finding]:
    """Look at the address alone, knowing whether a server that we can speak to answers there."""
    host = urlsplit(url).hostname or ""
    if not is_loopback(host):
        yield Finding(
            "host name",
            "note",
            "the server is on another machine: messages, and a token if there is one, travel there unencrypted"
            if url.startswith(("http:", "ws:"))
            else "the server is on another machine",
            "Let it listen on 127.0.0.1 only and reach it through a tunnel (ssh -L "
            f"{hints.port}:127.0.0.1:{hints.port} …).",
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
        yield Finding("token", "note", *hints.no_token)


def reach(looked: Looked, protocol: str | None) -> Iterator[Finding]:
    """Tell whether an API server answers, and if not, why."""
    if looked.failure is not None:
        asked = looked.asked if isinstance(looked.failure, NotOpenqq) else looked.asked[-1:]
        yield failed("server", looked.failure, asked, looked.hints)
        return
    if looked.spoken is None:
        yield _foreign(looked)
        return
    yield Finding("server", "ok", f"{looked.hints.server} answers")
    yield _dialect(looked, protocol)
    yield _speed(looked)
    for name, error in looked.failures.items():
        asked = [one for one in looked.asked if one.response is None or one.response.http_status != _HTTP_OK]
        yield failed(f"call {name}", error, asked[-1:], looked.hints)


def failed(check: str, error: OpenqqError, asked: Sequence[Asked], hints: Hints = UNKNOWN) -> Finding:
    """Say why a call failed, without what stood in its answer: that may have names in it."""
    if isinstance(error, Unreachable):
        return _unreachable(check, str(error), hints)
    if isinstance(error, NoAnswer):
        return _unanswered(check, error, sum(one.seconds for one in asked), hints)
    if isinstance(error, Refused):
        return Finding(
            check,
            "problem",
            "the server wants a token, and the one given is missing or wrong",
            hints.authorise,
        )
    if isinstance(error, NotLoaded):
        return Finding(check, "problem", "the server answers that it could not tell this", hints.failing)
    answered = [one.response for one in asked if one.response is not None]
    if isinstance(error, NotOpenqq):
        return _misplaced(check, str(error), answered, hints)
    return _misunderstood(check, answered[-1] if answered else None, hints)


def _unreachable(check: str, text: str, hints: Hints) -> Finding:
    if "SSL" in text:
        return Finding(
            check,
            "problem",
            f"no secure connection could be made: {hints.plain}",
            "Write ws:// in place of wss://." if "wss://" in text else "Write http:// in place of https://.",
        )
    return Finding(
        check,
        "problem",
        "nobody listens at that host and port: the connection was refused, or the host name is not known",
        hints.down,
    )


def _unanswered(check: str, error: NoAnswer, seconds: float, hints: Hints) -> Finding:
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
            hints.closed,
        )
    return Finding(
        check,
        "problem",
        f"the connection stands, but no answer came within {seconds:.1f} s: {hints.silent.found}",
        f"{hints.silent.advice}\nIf it is only slow: oq.connect(url, timeout=60).",
    )


def _misplaced(check: str, text: str, answered: Sequence[Response], hints: Hints) -> Finding:
    """Say why the calls of a server that is known by its answers cannot be asked."""
    if not answered and _UPGRADE in text:
        return Finding(
            check,
            "problem",
            "that port takes WebSockets only",
            "Write ws:// in place of http:// (wss:// for https://), or give the port of the end's HTTP server.",
        )
    if not answered:
        return Finding(
            check, "problem", "there is no WebSocket at that address: something else answers", hints.misplaced
        )
    if any(response.http_status == _HTTP_WRONG_METHOD for response in answered):
        found = f"{hints.server} answers, but not to POST, which all calls need"
        return Finding(check, "problem", found, "Let POST through, for instance in the proxy before it.")
    return Finding(
        check, "problem", f"{hints.server} answers, but its calls are not under this path", hints.misplaced
    )


def _foreign(looked: Looked) -> Finding:
    if looked.foreign is None:
        return Finding(
            "server",
            "problem",
            "nothing could be asked: the token holds a line break or another sign that cannot be sent in a header",
            "Copy it once more from where the server's settings show it.",
        )
    return _misunderstood("server", looked.foreign.response, looked.hints)


def _misunderstood(check: str, response: Response | None, hints: Hints) -> Finding:
    """Say what came in place of an answer, by its form alone: its text may have names in it."""
    if response is None:
        return Finding(
            check,
            "problem",
            "the answer was too large or badly compressed",
            "Leave proxies out, and check the address.",
        )
    cause, advice = _cause(response, hints)
    shape = f"HTTP status {response.http_status}, {_kind(response)}, {len(response.body)} bytes"
    return Finding(check, "problem", f"{cause} ({shape})", advice)


def _kind(response: Response) -> str:
    kind = response.content_type.partition(";")[0].strip().casefold()
    if not kind:
        return "no content type"
    return kind if kind in _CONTENT_TYPES else "another content type"


def _cause(response: Response, hints: Hints) -> tuple[str, str]:
    if response.http_status >= _HTTP_MISTAKE:
        return "the server failed inside", "Its log says why; ask again later, or start it again."
    if response.http_status != _HTTP_OK:
        return "that path is refused, or another program listens there", hints.misplaced
    if response.body.lstrip()[:1] == b"<":
        return "a web page came in place of an answer", hints.page
    return (
        f"garbage came: no answer of {hints.server}",
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
    return Finding("dialect", "ok", f"{spoken}, {_program(looked)}version {_version(looked)}")


def _version(looked: Looked) -> str:
    version = looked.server["version"] if looked.server is not None else ""
    return version if isinstance(version, str) and _VERSION.fullmatch(version) else "not told"


def _program(looked: Looked) -> str:
    """Name the program, if it is a known one: whatever else it calls itself is not shown."""
    client = looked.server.get("client") if looked.server is not None else ""
    name = looked.hints.programs.get(client) if isinstance(client, str) else None
    return f"{name} " if name else ""


def _speed(looked: Looked) -> Finding:
    slowest = max(looked.asked, key=lambda one: one.seconds)
    if slowest.seconds < _SLOW_S:
        return Finding("speed", "ok", f"the slowest answer took {slowest.seconds:.2f} s")
    return Finding(
        "speed",
        "note",
        f"slow: the answer to {slowest.path} took {slowest.seconds:.1f} s",
        looked.hints.slow,
    )
