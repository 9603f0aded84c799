"""The faults of posts, seen by a bare HTTP client and a bare listener."""

import json
import threading
from typing import Any

import pytest

from openqq_nb.simulator import Person, Simulator
from tests.simulator.asking import NUMBER, friend_qq, get, member, payloads
from tests.simulator.listener import Listener, Reply, Request

pytestmark = pytest.mark.slow


def test_a_lost_post_never_comes_and_the_next_does(server: Simulator, listener: Listener) -> None:
    server.post_to(listener.url)
    server.fault("lost_posts", times=1)
    server.say(friend_qq(server), "1")
    server.wait_posted()
    server.say(friend_qq(server), "2")
    lost, _ = server.wait_posted()
    assert lost.status is None and "lost_posts" in (lost.error or "")
    assert [one["content"] for one in payloads(listener)] == ["2"]


def test_a_late_post_comes_after_a_later_one(server: Simulator, listener: Listener) -> None:
    server.post_to(listener.url)
    with server.fault("late_posts", times=1, seconds=0.2):
        server.say(friend_qq(server), "1")
        listener_first = server.say(friend_qq(server), "2")
        server.wait_posted()
    assert listener_first["content"] == "2"
    assert [one["content"] for one in payloads(listener)] == ["2", "1"]


def test_a_message_is_posted_twice_under_one_id_and_both_answers_are_obeyed(server: Simulator) -> None:
    def answer(request: Request) -> Reply:
        own = json.loads(request.body).get("post_type") == "send_message"
        return Reply() if own else Reply(200, {"Content-Type": "application/json"}, b'{"reply":"x"}')

    with Listener(answer) as listener:
        server.post_to(listener.url)
        with server.fault("duplicate", times=1) as fault:
            server.say(friend_qq(server), "hi")
            server.wait_received(2)
            server.wait_posted()
        received = [one for one in payloads(listener) if one["content"] == "hi"]
    assert len(received) == 2 and received[0] == received[1] and fault.hits == 1


def test_what_arrives_together_is_posted_in_reverse(server: Simulator, listener: Listener) -> None:
    server.post_to(listener.url)
    with server.fault("out_of_order"):
        server.say_together([(friend_qq(server), text) for text in "abc"])
        server.wait_posted()
    assert [one["content"] for one in payloads(listener)] == ["c", "b", "a"]


def test_a_message_comes_before_the_event_about_its_sender(second: Simulator, listener: Listener) -> None:
    group, new = second.world.groups[0], Person(9900000900, "新来的")
    second.post_to(listener.url)
    second.join(group, new, seen=False)
    with second.fault("out_of_order"):
        second.say(new, "大家好", group)
        second.wait_posted()
    assert [one.get("event", one["post_type"]) for one in payloads(listener)] == [
        "receive_message",
        "new_group_member",
    ]


def test_somebody_unknown_has_no_name_and_no_number(server: Simulator) -> None:
    with server.fault("unknown_sender", times=1):
        post = server.say(friend_qq(server), "hi")
    assert post["sender"] == "昵称未知" and post[f"sender_{NUMBER[server.protocol]}"] is None
    assert server.say(friend_qq(server), "hi")["sender"] != "昵称未知"


def test_property_changes_are_posted_only_to_an_owner_who_asked(
    second: Simulator, listener: Listener
) -> None:
    second.post_to(listener.url)
    group = second.world.groups[0]
    second.set_card(group, member(second, group), "新名片")
    assert second.wait_posted() == []
    with second.fault("property_events"):
        second.set_card(group, member(second, group), "又一个")
        second.wait_posted()
    (post,) = payloads(listener)
    assert post["event"] == "group_member_property_change"
    assert post["params"][1:] == ["card", "新名片", "又一个"]


def test_loading_a_group_is_a_flood_of_property_changes(second: Simulator, listener: Listener) -> None:
    group = second.world.groups[0]
    second.post_to(listener.url)
    with second.fault("unloaded"), second.fault("property_events"):
        second.say(member(second, group), "hi", group)
        names = [one.payload.get("event") for one in second.wait_posted()]
    assert names.count("group_member_property_change") >= 2 * len(group.members)
    assert names.count("group_property_change") == 4


def test_another_program_takes_events_away(second: Simulator) -> None:
    def check() -> Any:
        return get(second, "check_event").json()

    second.say(friend_qq(second), "before")
    with second.fault("other_poller") as fault:
        found: list[Any] = []
        caller = threading.Thread(target=lambda: found.append(check()))
        caller.start()
        while not found:
            second.say(friend_qq(second), "taken")
            caller.join(0.02)
        assert found == [[None]] and fault.hits >= 1
    second.say(friend_qq(second), "after")
    assert [one["content"] for one in check()] == ["after"]
