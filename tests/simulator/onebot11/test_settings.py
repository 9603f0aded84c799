"""How an end is set up, and what its settings change in what it posts."""

import json
from typing import Any

import pytest

from openqq_nb.simulator import Simulator
from tests.simulator.listener import Listener, Reply
from tests.simulator.onebot11.asking import data, friend, managed, plain_member, simulated, text


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"protocol": "onebot12"}, "no protocol 'onebot12'. Choose 'openqq1', 'openqq2' or 'onebot11'"),
        ({"end": "gocq"}, "no end 'gocq'. Choose 'napcat', 'llbot' or 'lagrange'"),
        ({"message_format": "cq"}, "no message format 'cq'. Choose 'array' or 'string'"),
    ],
)
def test_a_wrong_choice_lists_the_right_ones(arguments: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Simulator(**{"protocol": "onebot11"} | arguments)


def test_own_messages_are_posted_only_if_that_was_asked_for(server: Simulator) -> None:
    with Listener() as listener:
        server.post_to(listener.url)
        data(server, "send_private_msg", user_id=friend(server).qq, message="一")
        assert server.wait_posted() == []
        server.report_own = True
        data(server, "send_private_msg", user_id=friend(server).qq, message="二")
        (posted,) = (one.payload for one in server.wait_posted())
        kind = "message" if "message_style" in posted or "message_format" not in posted else "message_sent"
        assert (posted["raw_message"], posted["post_type"]) == ("二", kind)
        assert (posted["user_id"], posted["target_id"]) == (server.truth.me.person.qq, friend(server).qq)


@pytest.mark.parametrize("end", ["napcat", "llbot"])
def test_own_messages_are_message_sent(end: str) -> None:
    with simulated(end, report_own=True) as server, Listener() as listener:
        server.post_to(listener.url)
        data(server, "send_group_msg", group_id=managed(server).number, message="x")
        posted = server.wait_posted()[0].payload
        assert posted["post_type"] == "message_sent"
        assert ("message_sent_type" in posted) == (end == "napcat")


def test_an_answer_to_the_post_of_an_own_message_is_not_obeyed(server: Simulator) -> None:
    me, group = server.truth.me.person, managed(server)
    with Listener(lambda _: Reply(200, {"Content-Type": "application/json"}, b'{"reply": "x"}')) as listener:
        server.post_to(listener.url)
        server.say(me, "x", group=group)
        assert server.wait_posted() == []
        server.report_own = True
        server.say(me, "x", group=group)
        data(server, "send_private_msg", user_id=friend(server).qq, message="x")
        assert len(server.wait_posted()) == 2
        assert [one.via for one in server.received] == ["api"]


def test_the_raw_message_loses_the_blanks_at_its_ends_and_the_message_does_not(server: Simulator) -> None:
    said = server.say(friend(server), "  在吗\n")
    assert (said["raw_message"], said["message"]) == ("在吗", text("  在吗\n"))


def test_the_format_of_messages_may_change_at_any_time(napcat: Simulator) -> None:
    group = managed(napcat)
    hostile = "[CQ:at,qq=all] & 再见, 好"
    first = napcat.say(plain_member(group), hostile, group=group)
    napcat.message_format = "string"
    second = napcat.say(plain_member(group), hostile, group=group)
    assert (first["message"], first["message_format"]) == (text(hostile), "array")
    escaped = "&#91;CQ:at,qq=all&#93; &amp; 再见, 好"
    assert (second["message"], second["message_format"]) == (escaped, "string")


def test_lagrange_writes_everything_beyond_ascii_as_escapes() -> None:
    with simulated("lagrange") as server, Listener() as listener:
        server.post_to(listener.url)
        server.say(friend(server), "看图 <b> & 😀")
        body = listener.wait(1)[0].body
        assert body.isascii() and not set("<>&") & set(body)
        assert json.loads(body)["raw_message"] == "看图 <b> &amp; 😀"


def test_a_repr_tells_the_end() -> None:
    assert repr(simulated("llbot")).startswith("<Simulator onebot11 (llbot) stopped, posts to nobody")


@pytest.mark.parametrize(("end", "beats"), [("napcat", False), ("llbot", True), ("lagrange", True)])
def test_heartbeats_that_were_asked_for_are_posted_but_not_by_napcat(end: str, beats: bool) -> None:
    with simulated(end, heartbeat=0.03) as server, Listener() as listener:
        server.post_to(listener.url)
        if beats:
            assert json.loads(listener.wait(2)[1].body)["meta_event_type"] == "heartbeat"
        else:
            with pytest.raises(AssertionError, match="only 0 of 1"):
                listener.wait(1, patience_s=0.15)


def test_talk_that_is_made_up_has_pictures_and_faces_and_no_marks_for_them(napcat: Simulator) -> None:
    said = napcat.chatter(300)
    parts = [part for one in said for part in one["message"]]  # type: ignore[attr-defined]
    assert {"text", "image", "face"} <= {part["type"] for part in parts}
    assert not any("[图片]" in part["data"].get("text", "") for part in parts)
    assert len(said) == 300
