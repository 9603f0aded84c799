"""The simulator gives the answers that the real servers gave to the same requests."""

import json
import re
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from tests.simulator import notes
from tests.simulator.recordings import Answer, entries
from tests.simulator.replay import NOT_REPLAYED, REPLAYS, Outcome

PROTOCOLS = ("openqq1", "openqq2")
# What differs from run to run, or from server to server.
VARYING = {"msg_id", "time", "pid", "runtime", "starttime", "log_encoding", "account"}
# At the recording other messages waited than after our replay: only the shapes can be the same.
SHAPES_ONLY = {"check_event with own messages waiting"}


@cache
def outcomes(protocol: str) -> dict[str, Outcome]:
    return REPLAYS[protocol]()


def replayed() -> list[Any]:
    return [
        pytest.param(protocol, name, id=f"{protocol}: {name}")
        for protocol in PROTOCOLS
        for name in entries(protocol)
        if name not in NOT_REPLAYED[protocol]
    ]


def is_message(thing: dict[str, Any]) -> bool:
    return "post_type" in thing or ("status" in thing and "code" in thing)


def settle(value: Any) -> Any:
    """Replace what varies by its type, and put discuss members into one order."""
    if isinstance(value, list):
        return [settle(one) for one in value]
    if not isinstance(value, dict):
        return value
    things = {key: settle(one) for key, one in value.items()}
    if "member" in things and "code" not in things and "gid" not in things:
        things["member"].sort(key=lambda one: one["id"])
    if "status" in things and isinstance(things["status"], str):
        things["status"] = re.sub(r"client\(\d+\)", "client(PID)", things["status"])
    if is_message(things):
        varying = {key for key in things if key in VARYING or (key == "id" and things[key] is not None)}
        things |= {
            key: "anything" if key in ("log_encoding", "account") else type(things[key]).__name__
            for key in varying
        }
    return things


def split_jsonp(text: str) -> tuple[str, str]:
    wrapped = re.fullmatch(r"([^\[{]*?)\(([\[{].*[\]}])\)", text, re.DOTALL)
    name, body = (wrapped[1], wrapped[2]) if wrapped else ("", text)
    return re.sub(r"^jsoncallback\d+$", "jsoncallbackTIME", name), body


def readable(answer: Answer) -> tuple[str, str]:
    """Give a body in a form in which two servers can be compared to the letter."""
    text = answer.body.decode()
    if text.startswith("<!DOCTYPE html>"):
        return "", re.findall("<title>.*</title>", text)[0]
    name, body = split_jsonp(text)
    try:
        return name, json.dumps(settle(json.loads(body)), ensure_ascii=False, sort_keys=True, indent=1)
    except json.JSONDecodeError:
        return name, body


def shapes(things: list[dict[str, Any]]) -> set[tuple[str, ...]]:
    return {tuple(sorted(f"{key}: {shape(one)}" for key, one in thing.items())) for thing in things}


def shape(value: Any) -> str:
    # Numbers of groups that share their name are null, also where the recording happens to show none.
    return "number or null" if value is None or isinstance(value, int) else type(value).__name__


def own_posts() -> list[dict[str, Any]]:
    bodies = [entry["request"]["body"] for entry in entries("openqq2-post").values()]
    return [json.loads(body) for body in bodies if body and '"send_message"' in body]


@pytest.mark.parametrize(("protocol", "name"), replayed())
def test_the_answer_is_the_recorded_one(protocol: str, name: str) -> None:
    entry = entries(protocol)[name]
    wanted, got = Answer.recorded(entry["response"]), outcomes(protocol)[name].answer
    assert got.status == wanted.status
    for header in ("content-type", "access-control-allow-origin", "access-control-allow-methods", "vary"):
        assert got.headers.get(header) == wanted.headers.get(header), header
    if name in SHAPES_ONLY:
        assert shapes(json.loads(got.body)) <= shapes(json.loads(wanted.body) + own_posts())
    else:
        assert readable(got) == readable(wanted)
    if b'"code":0' not in wanted.body:
        assert outcomes(protocol)[name].received == []


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_head_request_tells_the_length_of_the_body(protocol: str) -> None:
    got = outcomes(protocol)["HEAD get_user_info"].answer.headers["content-length"]
    assert got == entries(protocol)["HEAD get_user_info"]["response"]["headers"]["Content-Length"]


def noted(protocol: str, name: str) -> str:
    note: str | None = entries(protocol)[name]["note"]
    return note or ""


def with_note(read: Callable[[str], list[Any]]) -> list[Any]:
    return [case for case in replayed() if read(noted(*case.values))]


@pytest.mark.parametrize(("protocol", "name"), with_note(notes.sent))
def test_what_the_note_says_was_sent_reaches_the_people(protocol: str, name: str) -> None:
    done = outcomes(protocol)
    everything = [
        (one.kind, one.id, notes.settled(one.content))
        for outcome in done.values()
        for one in outcome.received
    ]
    for sending in notes.sent(noted(protocol, name)):
        # The note of a later request may tell of an asynchronous send.
        assert sending in everything
    assert len(done[name].received) == (0 if done[name].answer.status is None else 1)


@pytest.mark.parametrize(("protocol", "name"), with_note(notes.muted))
def test_what_the_note_says_was_muted_is_muted(protocol: str, name: str) -> None:
    muted = [(str(one.number), str(one.seconds)) for one in outcomes(protocol)[name].muted]
    assert muted == notes.muted(noted(protocol, name))


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_what_is_not_replayed_is_in_the_recordings_and_everything_else_is_replayed(protocol: str) -> None:
    assert set(NOT_REPLAYED[protocol]) <= set(entries(protocol))
    assert set(outcomes(protocol)) == set(entries(protocol)) - set(NOT_REPLAYED[protocol])
