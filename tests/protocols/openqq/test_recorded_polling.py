"""Each recorded answer of `check_event`, and what a poll makes of any other."""

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from openqq_nb.errors import NotSupported, NotUnderstood, Refused
from openqq_nb.models import Polled, Response
from openqq_nb.protocols.base import Dialect
from openqq_nb.protocols.openqq import DIALECTS
from openqq_nb.protocols.reading import value
from tests.protocols.contract import JSON, answered, asked, json_answer
from tests.recordings import Call, body, call, calls, posts

POLLS = [one for one in calls("openqq2") if one.path == "openqq/check_event"]
SAID = {"post_type": "receive_message", "type": "friend_message", "class": "recv", "id": 1, "time": 2}


def second(token: str | None = None) -> Dialect:
    return DIALECTS["openqq2"](token)


def polled(response: Response) -> Polled:
    found = answered(second().poll(), response)
    assert isinstance(found, Polled)
    return found


@pytest.mark.parametrize("one", POLLS, ids=lambda one: one.name)
def test_every_thing_of_a_recorded_answer_keeps_its_bytes(one: Call) -> None:
    assert one.response is not None
    found = polled(one.response)
    things = [thing for thing in json.loads(one.response.body) if thing is not None]
    assert [json.loads(thing) for thing in found.bodies] == things
    assert all(thing in one.response.body for thing in found.bodies)


@pytest.mark.parametrize("one", POLLS, ids=lambda one: one.name)
def test_every_thing_of_a_recorded_answer_is_read_like_a_post(one: Call) -> None:
    assert one.response is not None
    for thing in polled(one.response).bodies:
        arrival = second().arrival(thing)
        assert arrival.kind == "message" and arrival.raw == thing
        assert arrival.row["msg_id"] == str(json.loads(thing)["id"])


def test_enough_answers_are_recorded() -> None:
    assert sum(len(polled(one.response).bodies) for one in POLLS if one.response) >= 50


@pytest.mark.parametrize("waiting", ["waiting messages", "own messages waiting"])
def test_the_same_message_posted_and_polled_is_one(waiting: str) -> None:
    posted = [second().arrival(post.body) for post in posts("openqq2") if post.body]
    found = polled(json_answer(body("openqq2", f"check_event with {waiting}")))
    taken = [second().arrival(thing) for thing in found.bodies]
    rows = {one.fingerprint: one.row for one in posted}
    assert len({one.fingerprint for one in taken}) == len(taken) > 10
    assert [rows[one.fingerprint] for one in taken] == [one.row for one in taken]


def test_a_poll_is_asked_for_as_recorded_and_never_again_by_itself() -> None:
    recorded = call("openqq2", "check_event with nothing waiting")
    request = asked(second().poll())
    assert (request.method, request.path, request.params) == (recorded.method, recorded.path, recorded.params)
    assert not request.repeatable


def test_a_poll_outlasts_the_time_after_which_the_server_itself_closes() -> None:
    assert asked(second().poll()).held_s > 120


def test_a_token_goes_along() -> None:
    assert asked(second("s3cret").poll()).params == (("token", "s3cret"),)


def test_what_another_caller_got_is_counted_and_left_out() -> None:
    recorded = body("openqq2", "check_event, two waiting callers, caller 1")
    assert polled(json_answer(recorded)) == Polled(missed=1)
    among = polled(json_answer(b'[ null , {"a" : 1},null]'))
    assert among == Polled((b'{"a" : 1}',), missed=2)


def test_1x_says_that_it_only_posts() -> None:
    first = DIALECTS["openqq1"](None)
    assert not first.polls and second().polls
    with pytest.raises(NotSupported, match=r"(?i)only posts.*let it post"):
        next(first.poll())


@pytest.mark.parametrize(
    "found", ["{}", '{"code":0}', "null", '"text"', "1", "", "<html>", '[{"a":1}', "[1,]"]
)
def test_what_is_no_list_is_not_understood(found: str) -> None:
    with pytest.raises(NotUnderstood):
        polled(json_answer(found.encode()))


def test_an_error_page_is_not_understood() -> None:
    with pytest.raises(NotUnderstood, match="check_event with HTTP status 500"):
        polled(Response(500, "text/html", b"<!DOCTYPE html>"))


def test_a_refused_token_is_refused() -> None:
    refusal = call("openqq2", "auth: no key").response
    assert refusal is not None
    with pytest.raises(Refused):
        polled(refusal)


# What no fast reader takes must not cost the things beside it: the server has them no more.
@pytest.mark.parametrize("odd", [rb'"\ud800"', b"NaN", b"Infinity"])
def test_an_odd_thing_costs_no_other_one(odd: bytes) -> None:
    plain = json.dumps(SAID | {"content": "你好"}, ensure_ascii=False).encode()
    strange = json.dumps(SAID | {"content": "?"}).encode().replace(b'"?"', odd)
    found = polled(json_answer(b"\xef\xbb\xbf[" + plain + b"," + strange + b",null]"))
    assert found.missed == 1
    read = [second().arrival(thing) for thing in found.bodies]
    assert [one.fingerprint for one in read] == [
        second().arrival(thing).fingerprint for thing in (plain, strange)
    ]


@given(things=st.lists(JSON))
def test_any_list_gives_its_things_in_order(things: list[Any]) -> None:
    found = polled(json_answer(json.dumps(things).encode()))
    assert found.missed == things.count(None)
    whole = [value(json.dumps(thing).encode()) for thing in things if thing is not None]
    assert [value(one) for one in found.bodies] == whole


@given(found=st.binary(max_size=200) | JSON.map(lambda found: json.dumps(found).encode()))
@example(b"[" * 100_000)
@example(b'["\xff"]')
def test_any_bytes_are_things_or_an_error_of_ours(found: bytes) -> None:
    try:
        assert all(isinstance(thing, bytes) for thing in polled(json_answer(found)).bodies)
    except (NotUnderstood, Refused) as error:
        assert str(error)
