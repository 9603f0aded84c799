"""Both drivers of a client behind one name, so that each test holds for both."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from openqq_nb.client import Client
from openqq_nb.models import Flow, Recipient, Request, Response
from openqq_nb.protocols.registry import dialect

Drive = Callable[[Client, Flow[Any]], Any]

FRIEND = Recipient("friend", qq="123456")


def in_loop(client: Client, flow: Flow[Any]) -> Any:
    return asyncio.run(client.run_async(flow))


both = pytest.mark.parametrize("drive", [Client.run, in_loop], ids=["sync", "async"])


def get(path: str = "openqq/get_user_info", *params: tuple[str, str]) -> Flow[Response]:
    """Ask once, and give the bare response."""
    response = yield Request("GET", path, params)
    return response


def send(content: str = "你好", protocol: str = "openqq1") -> Flow[Any]:
    """Send one message to a friend."""
    return dialect(protocol, None).send(FRIEND, content)


def ask(url: str, flow: Flow[Any], drive: Drive = Client.run, **settings: Any) -> Any:
    """Drive one flow with a client of its own."""
    client = Client(url, **settings)
    try:
        return drive(client, flow)
    finally:
        client.close()
