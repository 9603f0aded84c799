"""How one gets a `my` from a server at an address."""

import os
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from openqq_nb.account import Account
from openqq_nb.client import TIMEOUT_S, Client
from openqq_nb.errors import InvalidInput, NoAnswer, NotOpenqq, first_bytes, listed
from openqq_nb.models import Flow, Request, Response
from openqq_nb.protocols import registry
from openqq_nb.protocols.base import Dialect

T = TypeVar("T")

HTTP_OK = 200
_PORTS = "Usual ports: NapCat and LLBot 3000 (their WebSocket 3001), go-cqhttp 5700, Openqq 5000."


def connect(
    url: str | None = None, *, protocol: str = "auto", timeout: float = TIMEOUT_S, token: str | None = None
) -> Account:
    """Connect to an API server.

    Args:
        url: its address, as in `http://127.0.0.1:5000`, or `ws://127.0.0.1:3001` for the WebSocket of an end of
            OneBot, with a path where it lives under one. Without it the environment variable `OPENQQ_NB_URL`.
        protocol: `auto` asks the server with calls that change nothing; or `onebot11`, `openqq1`, `openqq2`.
        timeout: seconds to wait for an answer.
        token: what the server's owner asks for. An end of OneBot gets it in the header `Authorization`; a server of
            Openqq as the parameter `token`, or, written as `key=secret`, as the one that its owner calls `key`.
            Without it the environment variable `OPENQQ_NB_TOKEN`.

    Returns:
        The account behind the server; its `repr` is a card.

    Raises:
        InvalidInput: no address, a bad one, or an unknown protocol.
        Unreachable: nobody answers at the address.
        NoAnswer: the connection stands, no answer comes: the login code may wait to be scanned.
        Refused: the server wants another token.
        NotOpenqq: something else answers; the error says what.

    Source:
        API document §1; OneBot 11, public API; the dialects are told apart by recorded answers.

    Example:
        >>> import openqq_nb as oq
        >>> my = oq.connect(oq.demo().simulator.url)
        >>> my.me()["qq"] == oq.demo().me()["qq"]
        True
    """
    address = url or os.environ.get("OPENQQ_NB_URL")
    if not address:
        raise InvalidInput(
            "No address of a server was given and OPENQQ_NB_URL is not set. "
            "Write oq.connect('http://127.0.0.1:5000'), or oq.demo() to try without a server."
        )
    return Account(*connected(address, protocol, timeout, token))


def connected(address: str, protocol: str, timeout_s: float, token: str | None) -> tuple[Client, Dialect]:
    """Give what asks a server, and how it speaks; see `connect`."""
    client = Client(address, timeout_s)
    secret = _checked_token(token or os.environ.get("OPENQQ_NB_TOKEN") or None)
    try:
        dialect = _detected(client, secret) if protocol == "auto" else registry.dialect(protocol, secret)
    except BaseException:
        client.close()
        raise
    return client, dialect


def _checked_token(token: object) -> str | None:
    if token is None or (isinstance(token, str) and token.encode("utf-8", "ignore").decode() == token):
        return token
    raise InvalidInput(
        f"token must be a text that can be sent; this is a {type(token).__name__} that cannot."
    )


def _detected(client: Client, token: str | None) -> Dialect:
    seen: list[_Seen] = []
    silence: NoAnswer | None = None
    for probe in registry.probes(sockets=client.stream is not None):
        try:
            dialect = client.run(_noted(probe(token), seen))
        except NoAnswer as error:
            silence = error  # another kind of server may well answer its own calls
            continue
        if dialect is not None:
            return dialect
    if silence is not None and not any(one.response for one in seen):
        raise silence
    raise NotOpenqq(
        f"Something answers at {client.url}, but none of the known protocols. It was asked, and answered:"
        f"{listed([one.words for one in seen])}\n{_advice(seen)}"
    )


@dataclass(frozen=True, slots=True)
class _Seen:
    """One question of a probe, and what was answered, if anything."""

    request: Request
    response: Response | None

    @property
    def words(self) -> str:
        """Say both in a line."""
        asked = f"{self.request.method} {self.request.path}"
        if self.response is None:
            return f"{asked}: no answer"
        return f"{asked}: HTTP {self.response.http_status}, {first_bytes(self.response.body)}"


def _advice(seen: Sequence[_Seen]) -> str:
    answers = [one.response for one in seen if one.response]
    if any(one.http_status == HTTP_OK and _is_page(one) for one in answers):
        return (
            "Check host, port and path: that is a web page, perhaps the web panel of NapCat (port 6099), which is not "
            f"the API; give the port of the HTTP server that is set up in it. {_PORTS}"
        )
    return (
        "Check host, port and path: bridges of OneBot have their calls under one, as in "
        f"'http://127.0.0.1:6727/qq/10001/onebot/v11'. {_PORTS}"
    )


def _is_page(response: Response) -> bool:
    return "html" in response.content_type or response.body.lstrip()[:1] == b"<"


def _noted(flow: Flow[T], seen: list[_Seen]) -> Generator[Request, Response, T]:
    """Run a flow and note what it was answered, for the error that may follow."""
    step: Callable[[], Request] = partial(next, flow)
    while True:
        try:
            request = step()
        except StopIteration as done:
            result: T = done.value
            return result
        try:
            response = yield request
        except NoAnswer:
            seen.append(_Seen(request, None))
            raise
        seen.append(_Seen(request, response))
        step = partial(flow.send, response)
