"""The simulator posts what the real servers posted, and does with an answer what they did."""

import json
from typing import Any

import pytest

from openqq_nb.simulator import Simulator
from tests.simulator import notes
from tests.simulator.listener import Listener, Reply, Request
from tests.simulator.recorded_world import recorded_world
from tests.simulator.recordings import entries, exchange
from tests.simulator.said import recorded_post, saying

PROTOCOLS = ("openqq1", "openqq2")
# Ids of messages and their times differ from run to run.
VARYING = {"id", "msg_id", "msg_time", "time"}
AFTER_NEW_LOGIN = {"friend message after a new login"}

TWICE = "the simulator's provider delivers nothing twice"
NO_FILES = "the simulator's people share no files"
OPTION = "a start option of the server that the simulator does not have"
NO_EXTENDED = "a server without the optional password module, which the simulator does not play"
IN_EVENTS = "in test_events"
NOT_MADE = {
    "openqq1": {
        "the same message delivered twice": TWICE,
        "group message, shared file": NO_FILES,
    },
    "openqq2": {
        "the same message delivered twice": TWICE,
        "group message, shared file": NO_FILES,
        "no extended information: group message": NO_EXTENDED,
        "unknown ids allowed: friend message, stranger": OPTION,
        "own message echoed by the provider": OPTION,
        "own message that failed": "the provider fails here, and the simulator's takes everything",
        "event friend_property_change name": OPTION,
        "event friend_property_change markname": OPTION,
        "event group_property_change name": OPTION,
        "event group_member_property_change card": OPTION,
        "event group_property_change owner_id": OPTION,
        "event group_property_change createtime": OPTION,
        "event group_property_change level": OPTION,
        "event group_property_change memo": OPTION,
        "event login without scanning": OPTION,
        "slow answer to the login event": "takes five seconds",
        "event input_qrcode": IN_EVENTS,
        "event state_change loading-scaning": IN_EVENTS,
        "event state_change scaning-confirming": IN_EVENTS,
        "event state_change confirming-updating": IN_EVENTS,
        "event login": IN_EVENTS,
        "event state_change updating-running": IN_EVENTS,
        "after relogin: event input_qrcode": IN_EVENTS,
        "after relogin: event state_change running-scaning": IN_EVENTS,
        "after relogin: event state_change scaning-confirming": IN_EVENTS,
        "after relogin: event state_change confirming-updating": IN_EVENTS,
        "after relogin: event login": IN_EVENTS,
        "event state_change updating-stop": IN_EVENTS,
        "event stop at the end": IN_EVENTS,
        "event new_friend and lose_friend": IN_EVENTS,
        "event new_group_member and lose_group_member": IN_EVENTS,
        "event new_group and lose_group": IN_EVENTS,
    },
}
SEND_PATH = {
    "friend_message": ("send_friend_message", "receiver_id"),
    "group_message": ("send_group_message", "group_id"),
    "discuss_message": ("send_discuss_message", "discuss_id"),
}


def families(protocol: str) -> dict[str, list[dict[str, Any]]]:
    """Group the recorded posts: the first of a case, and what followed it."""
    found: dict[str, list[dict[str, Any]]] = {}
    for name, entry in entries(f"{protocol}-post").items():
        found.setdefault(name.partition(" / following")[0], []).append(entry)
    return found


def cases() -> list[Any]:
    return [
        pytest.param(protocol, name, id=f"{protocol}: {name}")
        for protocol in PROTOCOLS
        for name in families(protocol)
        if name not in NOT_MADE[protocol]
    ]


def answering(listener: Listener, first: dict[str, Any]) -> Any:
    """Give the recorded answer to the first post and nothing to later ones."""
    ours = first["our_answer"]
    headers = {
        name: value.replace("http://127.0.0.1:5801", listener.place).replace(
            "http://127.0.0.1:5811", listener.place
        )
        for name, value in ours["headers"].items()
    }
    reply = Reply(ours["status"], headers, (ours["body"] or "").encode())
    return lambda _: reply if len(listener.requests) == 1 else Reply()


def cause(simulator: Simulator, name: str, family: list[dict[str, Any]]) -> None:
    """Let happen what led to the recorded posts."""
    posted = recorded_post(family[0])
    if posted.get("post_type") == "send_message":
        path, address = SEND_PATH[posted["type"]]
        target = f"{path}?id={posted[address]}&content={_percent(posted['content'])}"
        target += "&async=1" if "asynchronously" in name else ""
        exchange(simulator.url, f"GET /openqq/{target} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        return
    nth = 1 if name in AFTER_NEW_LOGIN else 0
    said = [recorded_post(entry) for entry in family if "poll" in name or entry is family[0]]
    simulator.say_together(saying(simulator, one, nth) for one in said)


def _percent(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in text.encode())


def settled(body: str) -> dict[str, Any]:
    thing = json.loads(body) if body else {}
    thing |= {key: type(thing[key]).__name__ for key in VARYING if key in thing}
    if isinstance(thing.get("content"), str):
        thing["content"] = notes.settled(thing["content"])
    return dict(thing)


def told(method: str, target: str, headers: dict[str, str], body: str) -> str:
    names = sorted(name.lower() for name in headers)
    kept = {"user-agent": headers["User-Agent"], "content-type": headers.get("Content-Type")}
    return json.dumps([method, target, names, kept, settled(body)], ensure_ascii=False, sort_keys=True)


def as_posted(requests: list[Request]) -> list[str]:
    return sorted(told(one.method, one.path, one.headers, one.body) for one in requests)


def as_recorded(family: list[dict[str, Any]]) -> list[str]:
    requests = [entry["request"] for entry in family]
    return sorted(told(one["method"], one["target"], one["headers"], one["body"] or "") for one in requests)


@pytest.mark.parametrize(("protocol", "name"), cases())
def test_the_post_is_the_recorded_one_and_its_answer_does_what_it_did(protocol: Any, name: str) -> None:
    family = families(protocol)[name]
    with Listener() as listener, Simulator(protocol, world=recorded_world()) as simulator:
        listener.answering = answering(listener, family[0])
        if name in AFTER_NEW_LOGIN:
            simulator.relogin(keep_lists=False)
        simulator.post_to(listener.url)
        cause(simulator, name, family)
        listener.wait(len(family))
        simulator.wait_posted()
        assert as_posted(listener.requests) == as_recorded(family)
        assert_done(simulator, family[0]["then"])


def assert_done(simulator: Simulator, then: str) -> None:
    received = [(one.kind, one.id, notes.settled(one.content)) for one in simulator.received]
    assert received == notes.sent(then)
    assert [(str(one.number), str(one.seconds)) for one in simulator.muted] == notes.muted(then)
    assert ("ENDED itself" in then) == (simulator.ended is not None)
    assert simulator.errors == []


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_what_is_not_made_is_in_the_recordings(protocol: str) -> None:
    assert set(NOT_MADE[protocol]) <= set(families(protocol))
