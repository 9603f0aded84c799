"""How one gets a `my` from a server at an address."""

import os
from collections.abc import Generator
from typing import TypeVar

from openqq_nb.account import Account
from openqq_nb.client import TIMEOUT_S, Client
from openqq_nb.errors import InvalidInput, NotOpenqq, first_bytes, listed
from openqq_nb.models import Flow, Request, Response
from openqq_nb.protocols import registry
from openqq_nb.protocols.base import Dialect

T = TypeVar("T")


def connect(
    url: str | None = None, *, protocol: str = "auto", timeout: float = TIMEOUT_S, token: str | None = None
) -> Account:
    """Connect to an API server.

    Args:
        url: its address, as in `http://127.0.0.1:5000`, with a path where it lives under one. Without it the
            environment variable `OPENQQ_NB_URL`.
        protocol: `auto` asks the server with calls that change nothing; or `openqq1`, `openqq2`.
        timeout: seconds to wait for an answer.
        token: what the server's owner asks for, sent along as the parameter `token`; written as
            `key=secret` where the owner calls the parameter `key`. Without it the environment variable
            `OPENQQ_NB_TOKEN`.

    Returns:
        The account behind the server; its `repr` is a card.

    Raises:
        InvalidInput: no address, a bad one, or an unknown protocol.
        Unreachable: nobody answers at the address.
        NoAnswer: the connection stands, no answer comes: the login code may wait to be scanned.
        Refused: the server wants another token.
        NotOpenqq: something else answers; the error says what.

    Source:
        API document §1; the dialects are told apart by recorded answers.

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
    seen: list[str] = []
    for probe in registry.probes():
        dialect = client.run(_noted(probe(token), seen))
        if dialect is not None:
            return dialect
    raise NotOpenqq(
        f"Something answers at {client.url}, but none of the known protocols. It was asked, and answered:"
        f"{listed(seen)}\nCheck host, port and path; an Openqq server usually listens at port 5000."
    )


def _noted(flow: Flow[T], seen: list[str]) -> Generator[Request, Response, T]:
    """Run a flow and note what it was answered, for the error that may follow."""
    step = flow.send
    response: Response | None = None
    while True:
        try:
            request = step(response)  # type: ignore[arg-type]  # a generator starts with None
        except StopIteration as done:
            result: T = done.value
            return result
        response = yield request
        seen.append(f"{request.path}: HTTP {response.http_status}, {first_bytes(response.body)}")
