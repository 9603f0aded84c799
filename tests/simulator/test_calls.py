"""What the recordings leave open about calls, or show in passing only."""

from threading import Event, Thread
from typing import Any

import httpx
import pytest

from openqq_nb.simulator import Friend, Group, Simulator
from tests.simulator.listener import Listener, Reply


def ask(simulator: Simulator, call: str, **params: object) -> Any:
    answer = httpx.get(
        f"{simulator.url}/openqq/{call}", params={key: str(one) for key, one in params.items()}
    )
    assert answer.status_code == 200
    return answer.json()


def friend_without_number(simulator: Simulator) -> Friend:
    return next(one for one in simulator.world.friends if not one.listed)


def group_of_role(simulator: Simulator, role: str) -> Group:
    return next(one for one in simulator.world.groups if one.role == role and one.name != "老同学")


def test_an_empty_number_does_not_match_those_without_one() -> None:
    with Simulator("openqq2") as simulator:
        assert any(not one.listed for one in simulator.world.friends)
        assert ask(simulator, "send_friend_message", uid="", content="hi")["code"] == 100
        assert ask(simulator, "send_group_message", uid="", content="hi")["code"] == 101
        assert simulator.received == []


def test_1x_finds_a_friend_by_a_number_it_has_to_ask_for() -> None:
    with Simulator("openqq1") as simulator:
        friend = next(one for one in simulator.world.friends if not one.listed and one.person.findable)
        number = str(friend.person.qq)
        assert number not in [one.get("qq") for one in ask(simulator, "get_friend_info")]
        assert ask(simulator, "send_message", qq=number, content="hi")["code"] == 0
        assert number in [one.get("qq") for one in ask(simulator, "get_friend_info")]


def test_2x_never_learns_a_single_number() -> None:
    with Simulator("openqq2") as simulator:
        friend = friend_without_number(simulator)
        assert ask(simulator, "send_friend_message", uid=friend.person.qq, content="hi")["code"] == 100
        shown = [one for one in ask(simulator, "get_friend_info") if one["name"] == friend.person.nick]
    assert shown[0]["uid"] is None


@pytest.mark.parametrize("call", ["shutup_group_member", "kick_group_member"])
def test_a_plain_member_may_neither_mute_nor_kick(call: str) -> None:
    with Simulator("openqq2") as simulator:
        group = group_of_role(simulator, "attend")
        someone = next(one for one in group.members if one.role == "member" and one.listed and not one.card)
        answer = ask(simulator, call, group_uid=group.number, member_uid=someone.person.qq, time=1)
        assert answer == {"code": 201, "status": "failure"}
        assert (simulator.muted, simulator.kicked) == ([], [])


def test_a_kick_removes_the_member_from_the_world_and_is_noted() -> None:
    with Simulator("openqq2") as simulator:
        group = group_of_role(simulator, "create")
        someone = next(one for one in group.members if one.role == "member" and one.card and one.listed)
        params = {"group_uid": group.number, "member_uid": someone.person.qq}
        assert httpx.get(f"{simulator.url}/openqq/kick_group_member", params=params).status_code == 500
        (kicked,) = simulator.kicked
        now = simulator.truth.group(group.number)
    assert (kicked.gnumber, kicked.number) == (str(group.number), str(someone.person.qq))
    assert now
    assert now.member(someone.person.qq) is None


def test_the_recent_list_of_1x_keeps_twenty_and_is_empty_after_a_new_login() -> None:
    with Simulator("openqq1", friends=25) as simulator:
        for friend in simulator.world.friends:
            simulator.say(friend, "hi")
        recent = ask(simulator, "get_recent_info")
        listed = [one["id"] for one in ask(simulator, "get_friend_info")]
        assert [one["id"] for one in recent] == listed[5:]
        simulator.relogin()
        assert ask(simulator, "get_recent_info") == []


def test_calls_wait_while_a_listener_holds_up_the_login() -> None:
    release, answered = Event(), Event()

    def answer(_: object) -> Reply:
        release.wait(4)
        return Reply()

    with Listener(answer) as listener, Simulator("openqq2", groups=1, friends=1, members=3) as simulator:
        simulator.post_to(listener.url)
        login = Thread(target=simulator.relogin)
        login.start()
        listener.wait(1)

        def call_it() -> None:
            ask(simulator, "get_user_info")
            answered.set()

        call = Thread(target=call_it)
        call.start()
        assert not answered.wait(0.1)
        release.set()
        assert answered.wait(5)
        login.join()
        call.join()
