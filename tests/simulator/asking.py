"""A bare HTTP client for the tests of faults: what one server is asked, sent and found to have received."""

import json
from typing import Any

import httpx

from openqq_nb.simulator import Group, Person, Simulator
from tests.simulator.listener import Listener

PROTOCOLS = ("openqq1", "openqq2")
IDLE_S = 0.3
SMALL: dict[str, Any] = {"groups": 3, "friends": 5, "members": 5, "discusses": 1, "idle_timeout": IDLE_S}
SEND = {"openqq1": "send_message", "openqq2": "send_friend_message"}
NUMBER = {"openqq1": "qq", "openqq2": "uid"}


def get(server: Simulator, call: str, **params: Any) -> httpx.Response:
    return httpx.get(f"{server.url}/openqq/{call}", params=params, timeout=5)


def friends(server: Simulator) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = get(server, "get_friend_info").json()
    return found


def groups(server: Simulator) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = get(server, "get_group_info").json()
    return found


def send(server: Simulator, content: str = "hi", **address: Any) -> httpx.Response:
    address = address or {"id": friends(server)[0]["id"]}
    return get(server, SEND[server.protocol], content=content, **address)


def texts(server: Simulator) -> list[object]:
    return [one.content for one in server.received]


def payloads(listener: Listener) -> list[dict[str, Any]]:
    return [json.loads(one.body) for one in listener.requests]


def friend_qq(server: Simulator) -> int:
    return server.world.friends[0].person.qq


def member(server: Simulator, group: Group) -> Person:
    """Give somebody else in a group."""
    return next(one.person for one in group.members if one.person.qq != server.world.me.person.qq)
