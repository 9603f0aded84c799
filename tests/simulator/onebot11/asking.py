"""A bare client of OneBot: what one end is asked, over HTTP and over a WebSocket."""

import json
from typing import Any

import httpx
from websockets.sync.client import ClientConnection, connect

from openqq_nb.simulator import Group, Membership, Person, Simulator

ENDS = ("napcat", "llbot", "lagrange")
SMALL: dict[str, Any] = {"groups": 3, "friends": 4, "members": 6, "idle_timeout": 0.3, "heartbeat": 0}
PATIENCE_S = 5.0
Json = dict[str, Any]


def simulated(end: str = "napcat", **more: Any) -> Simulator:
    """Make a small simulator of an end."""
    return Simulator("onebot11", end=end, **SMALL | more)  # type: ignore[arg-type]


def post(server: Simulator, action: str, **params: Any) -> httpx.Response:
    """Ask over HTTP."""
    # To read the certificates of the system for each call would take longer than the call.
    return httpx.post(f"{server.url}/{action}", json=params, timeout=PATIENCE_S, verify=False)  # noqa: S501


def call(server: Simulator, action: str, **params: Any) -> Json:
    """Ask over HTTP and give the envelope."""
    answer: Json = post(server, action, **params).json()
    return answer


def data(server: Simulator, action: str, **params: Any) -> Any:
    """Ask over HTTP and give the data of an answer that must be a success."""
    answer = call(server, action, **params)
    assert (answer["status"], answer["retcode"]) == ("ok", 0), answer
    return answer["data"]


def socket_to(server: Simulator, path: str = "", **more: Any) -> ClientConnection:
    """Open a WebSocket to a simulator."""
    opened: ClientConnection = connect(f"{server.ws_url}{path}", proxy=None, **more)
    return opened


def frame(ws: ClientConnection) -> Json:
    """Give the next frame."""
    read: Json = json.loads(ws.recv(PATIENCE_S))
    return read


def ask(ws: ClientConnection, action: str, echo: Any = "e", **params: Any) -> Json:
    """Ask over a WebSocket and give the next frame."""
    ws.send(json.dumps({"action": action, "params": params, "echo": echo}))
    return frame(ws)


def managed(server: Simulator) -> Group:
    """Give a group in which the account is an admin."""
    return next(one for one in server.truth.groups if one.role == "manage")


def plain_member(group: Group) -> Membership:
    """Give somebody in a group whom an admin stands above."""
    return next(one for one in group.members if one.role == "member")


def friend(server: Simulator) -> Person:
    """Give a friend."""
    return server.truth.friends[0].person


def text(words: str) -> list[Json]:
    """Write a message of one plain text."""
    return [{"type": "text", "data": {"text": words}}]
