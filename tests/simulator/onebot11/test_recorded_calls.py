"""The simulator gives the answers that the ends gave to the same calls, over HTTP and over WebSockets."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from openqq_nb.simulator import Simulator
from tests.simulator.onebot11.replay import TOKEN, Ids, comparable, say_all
from tests.simulator.onebot11.world import ME, PERL, recorded_world
from tests.simulator.recordings import Answer, entries, exchange, raw

ENDS = ("napcat", "llbot", "lagrange")
OTHERS = ("onebots.", "gocq.", "snowluma.")
PATIENCE_S = 5.0
# What stands in these rows of the end's own source is one person of a group whose others are not told.
ONE_ROW = {"lagrange.get_group_member_list"}
# LLBot takes role and level of a sender from a cache that the recordings had not filled.
CACHED = {"role": "str", "level": "str"}


def names(method: str, *, ws: bool) -> list[str]:
    return [
        name
        for name, entry in entries("onebot11").items()
        if not name.startswith(OTHERS) and (entry["request"]["method"] == method) == ws
    ]


@contextmanager
def ready(name: str) -> Iterator[tuple[Simulator, Ids]]:
    """Start a simulator in the state in which the end was asked."""
    end = name.partition(".")[0]
    token = TOKEN if "token" in name else None
    with Simulator(end=end, protocol="onebot11", world=recorded_world(end), token=token) as simulator:  # type: ignore[arg-type]
        ids = say_all(simulator, end)
        if name == "napcat.history.string_format":
            simulator.message_format = "string"
        if "muted" in name or name == "lagrange.send_group_msg.failed":
            simulator.mute(PERL, simulator.truth.me.person, 600)
        if "timeout" in name:
            simulator.fault("false_failures")
        yield simulator, ids
        assert simulator.errors == []


def ask(simulator: Simulator, ids: Ids, name: str) -> Answer:
    request = dict(entries("onebot11")[name]["request"])
    request["body"] = ids.to_ours(request["body"])
    length = {"Content-Length": str(len(request["body"].encode()))} if request["body"] else {}
    request["headers"] = {"Host": "x", **request["headers"], **length}
    request["target"] = ids.to_ours(request["target"]) if "?" in request["target"] else request["target"]
    return exchange(simulator.url, raw(request), request["method"])


def told(answer: Answer, ids: Ids, name: str) -> str:
    text = comparable(answer.body.decode(), ids)
    if name in ONE_ROW:
        read = json.loads(text)
        text = json.dumps(read | {"data": [row for row in read["data"] if row["user_id"] != ME]})
    if name.startswith(("llbot.history", "llbot.get_msg")):
        text = json.dumps(_with_cached(json.loads(text)), ensure_ascii=False, indent=1)
    return text


def _with_cached(value: Any) -> Any:
    if isinstance(value, list):
        return [_with_cached(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {key: CACHED.get(key) or _with_cached(one) for key, one in value.items()}


@pytest.mark.parametrize("name", [one for one in names("WS", ws=False) if one != "lagrange.bad_json"])
def test_the_answer_is_the_recorded_one(name: str) -> None:
    wanted = Answer.recorded(entries("onebot11")[name]["response"])
    with ready(name) as (simulator, ids):
        got = ask(simulator, ids, name)
        assert got.status == wanted.status
        for header, value in wanted.headers.items():
            if header != "content-length":
                assert got.headers.get(header) == value
        assert told(got, ids, name) == told(wanted, ids, name)


def test_lagrange_never_answers_a_body_that_is_no_json() -> None:
    request = entries("onebot11")["lagrange.bad_json"]["request"]
    with ready("lagrange.bad_json") as (simulator, _):
        place = urlsplit(simulator.url)
        with socket.create_connection((str(place.hostname), int(place.port or 0)), 0.3) as connection:
            head = {"Host": "x", **request["headers"], "Content-Length": str(len(request["body"]))}
            connection.sendall(raw(request | {"headers": head}))
            with pytest.raises(TimeoutError):
                connection.recv(1)


@pytest.mark.parametrize("name", names("WS", ws=True))
def test_the_frames_are_the_recorded_ones(name: str) -> None:
    entry = entries("onebot11")[name]
    close_code = entry["response"]["close_code"]
    wanted = [one for one in entry["response"]["body"] if not one.startswith("!")]
    target = entry["request"]["target"]
    with ready(name) as (simulator, ids), connect(f"{simulator.ws_url}{target}", proxy=None) as ws:
        for frame in entry["request"]["body"] if close_code is None else ():
            ws.send(frame)
        got = [str(ws.recv(PATIENCE_S)) for _ in wanted]
        told = [[comparable(one, ids, has_echo=True) for one in frames] for frames in (got, wanted)]
        assert told[0] == told[1]
        if close_code is not None:
            with pytest.raises(ConnectionClosed):
                ws.recv(PATIENCE_S)
            assert ws.close_code == close_code


def test_every_recorded_line_is_of_an_end_that_the_simulator_plays_or_of_one_that_it_does_not() -> None:
    ends = {name.partition(".")[0] for name in entries("onebot11")}
    assert ends == {*ENDS, *(other.removesuffix(".") for other in OTHERS)}
