"""What happens besides messages, and how each end tells of it."""

from collections.abc import Callable
from typing import Any

import pytest

from openqq_nb.simulator import Group, Person, Simulator
from tests.simulator.listener import Listener
from tests.simulator.onebot11.asking import Json, call, data, friend, managed, plain_member, simulated

NEWCOMER = Person(4_200_000_123, "新来的")


def told(server: Simulator, happen: Callable[[], object]) -> list[Json]:
    """Let something happen and give what is posted of it, without what every event has."""
    before = len(server.posts)
    with Listener() as listener:
        server.post_to(listener.url)
        happen()
        posted = [one.payload for one in server.wait_posted()[before:]]
        server.post_to(None)
    always = ("time", "self_id", "post_type")
    return [{key: value for key, value in one.items() if key not in always} for one in posted]


def test_who_joins_and_leaves_is_told_and_listed(server: Simulator) -> None:
    group = managed(server)
    assert told(server, lambda: server.join(group, NEWCOMER)) == [
        {
            "group_id": group.number,
            "user_id": NEWCOMER.qq,
            "notice_type": "group_increase",
            "operator_id": group.owner,
            "sub_type": "approve",
        }
    ]
    assert listed(server, group)[-1] == NEWCOMER.qq
    server.leave(group, NEWCOMER)
    assert NEWCOMER.qq not in listed(server, group)


def listed(server: Simulator, group: Group) -> list[int]:
    return [one["user_id"] for one in data(server, "get_group_member_list", group_id=group.number)]


def test_who_joins_unseen_is_missing_until_he_writes(server: Simulator) -> None:
    group = managed(server)
    server.join(group, NEWCOMER, seen=False)
    assert NEWCOMER.qq not in listed(server, group)
    events = told(server, lambda: server.say(NEWCOMER, "大家好", group=group))
    assert sorted(one.get("notice_type", "message") for one in events) == ["group_increase", "message"]
    assert NEWCOMER.qq in listed(server, group)


def test_a_reload_tells_what_changed_unseen_and_a_login_takes_it_without_a_word(server: Simulator) -> None:
    group = managed(server)
    server.join(group, NEWCOMER, seen=False)
    assert [one["notice_type"] for one in told(server, server.reload)] == ["group_increase"]
    server.leave(group, NEWCOMER, seen=False)
    assert told(server, server.relogin) == []
    assert NEWCOMER.qq not in listed(server, group)


def test_a_new_admin_and_one_who_is_it_no_more_are_told(server: Simulator) -> None:
    group = managed(server)
    member = plain_member(group).person
    for role, how in (("admin", "set"), ("member", "unset")):
        last = told(server, lambda role=role: server.set_role(group, member, role))[-1]  # type: ignore[misc]
        assert (last["notice_type"], last["sub_type"], last["user_id"]) == ("group_admin", how, member.qq)


@pytest.mark.parametrize(("end", "notices"), [("napcat", 1), ("llbot", 1), ("lagrange", 0)])
def test_a_new_card_is_told_by_those_who_do(end: str, notices: int) -> None:
    with simulated(end) as server:
        group = managed(server)
        member = plain_member(group)
        events = told(server, lambda: server.set_card(group, member, "新名片"))
        assert [one["card_new"] for one in events] == ["新名片"] * notices
        rows = data(server, "get_group_member_list", group_id=group.number)
        assert next(one for one in rows if one["user_id"] == member.person.qq)["card"] == "新名片"


def test_the_account_is_removed_from_a_group(server: Simulator) -> None:
    group = managed(server)
    assert told(server, lambda: server.kick(group, server.truth.me.person))[0]["sub_type"] == "kick_me"
    assert group.number not in [one["group_id"] for one in data(server, "get_group_list")]


def test_a_group_that_the_account_joins_and_leaves_is_told(server: Simulator) -> None:
    joined = told(server, lambda: server.add_group("新群"))[0]
    assert (joined["notice_type"], joined["user_id"]) == ("group_increase", server.truth.me.person.qq)
    assert told(server, lambda: server.leave_group("新群"))[-1]["sub_type"] == "leave"


def test_what_is_taken_back_is_told_with_who_did_it(server: Simulator) -> None:
    group = managed(server)
    message = server.say(plain_member(group), "说错了", group=group)
    notice = told(server, lambda: server.recall(message, by=group.owner))[0]
    assert (notice["message_id"], notice["operator_id"]) == (message["message_id"], group.owner)
    with pytest.raises(LookupError, match="No message has the id 5"):
        server.recall(5)


def test_the_account_takes_back_its_own_and_as_an_admin_that_of_members(server: Simulator) -> None:
    group = managed(server)
    own = data(server, "send_group_msg", group_id=group.number, message="x")["message_id"]
    theirs = server.say(plain_member(group), "x", group=group)["message_id"]
    owners = server.say(group.owner, "x", group=group)["message_id"]
    assert [call(server, "delete_msg", message_id=one)["status"] for one in (own, theirs, owners, own)] == [
        "ok",
        "ok",
        "failed",
        "failed",
    ]


def test_a_mute_by_call_is_noted_told_and_listed(server: Simulator) -> None:
    group = managed(server)
    member = plain_member(group).person
    asked = {"group_id": group.number, "user_id": member.qq, "duration": 600}
    notice = told(server, lambda: data(server, "set_group_ban", **asked))[0]
    assert (notice["sub_type"], notice["duration"]) == ("ban", 600)
    assert [(one.number, one.seconds, one.via) for one in server.muted] == [(str(member.qq), 600, "api")]
    found = server.truth.group(group.number)
    muted = found.member(member.qq) if found else None
    assert muted and muted.muted_until > 0


@pytest.mark.parametrize(("end", "seconds"), [("napcat", 0), ("llbot", 1800), ("lagrange", 1800)])
def test_a_mute_without_a_duration_is_what_the_end_takes_it_for(end: str, seconds: int) -> None:
    with simulated(end) as server:
        group = managed(server)
        data(server, "set_group_ban", group_id=group.number, user_id=plain_member(group).person.qq)
        assert [one.seconds for one in server.muted] == [seconds]


def test_who_stands_as_high_is_neither_muted_nor_removed(server: Simulator) -> None:
    group = managed(server)
    for action in ("set_group_ban", "set_group_kick"):
        asked: Json = {"group_id": group.number, "user_id": group.owner, "duration": 60}
        assert call(server, action, **asked)["status"] == "failed"
    assert (server.muted, server.kicked) == ([], [])


def test_a_kick_by_call_is_noted_and_told_as_a_kick(server: Simulator) -> None:
    group = managed(server)
    member = plain_member(group).person
    asked = {"group_id": group.number, "user_id": member.qq}
    notices = told(server, lambda: data(server, "set_group_kick", **asked))
    assert [(one["sub_type"], one["user_id"]) for one in notices] == [("kick", member.qq)]
    assert [one.number for one in server.kicked] == [str(member.qq)]


@pytest.mark.parametrize("approve", [True, False])
def test_a_friend_request_is_decided_by_its_flag(server: Simulator, approve: bool) -> None:
    request = server.ask_friend(NEWCOMER, "我是路人")
    data(server, "set_friend_add_request", flag=request["flag"], approve=approve, remark="路人")
    assert [(one.flag, one.is_approved, one.reason) for one in server.decided] == [
        (request["flag"], approve, "路人")
    ]
    assert (server.truth.friend(NEWCOMER.qq) is not None) == approve
    assert call(server, "set_friend_add_request", flag="0", approve=approve)["status"] == "failed"


def test_who_is_let_into_a_group_is_in_it(server: Simulator) -> None:
    group = managed(server)
    request = server.ask_group(group, NEWCOMER, "学习")
    assert (request["request_type"], request["sub_type"]) == ("group", "add")
    data(server, "set_group_add_request", flag=request["flag"], sub_type="add", approve=True)
    assert NEWCOMER.qq in listed(server, group)


@pytest.mark.parametrize(("end", "notices"), [("napcat", ["bot_offline"]), ("llbot", []), ("lagrange", [])])
def test_an_account_that_was_thrown_out_says_so_and_sends_nothing(end: str, notices: list[str]) -> None:
    with simulated(end) as server:
        events = told(server, lambda: setattr(server, "online", False))
        assert [one["notice_type"] for one in events] == notices
        assert data(server, "get_status")["online"] is False
        assert call(server, "send_private_msg", user_id=friend(server).qq, message="x")["status"] == "failed"
        assert server.say(friend(server), "x") == {}
        assert server.received == []
        server.online = True
        data(server, "send_private_msg", user_id=friend(server).qq, message="x")


def test_a_poke_and_a_key_stroke_are_notices(server: Simulator) -> None:
    one = told(server, lambda: server.poke(friend(server)))[0]
    assert (one["sub_type"], one["target_id"]) == ("poke", server.truth.me.person.qq)
    assert told(server, lambda: server.type_on(friend(server)))[-1]["sub_type"] == "input_status"


def test_what_only_onebot_has_is_refused_elsewhere() -> None:
    with Simulator("openqq1", groups=1, friends=1, members=3) as server:
        deeds: list[Callable[[], Any]] = [
            lambda: server.poke(friend(server)),
            lambda: server.mute_all(server.truth.groups[0]),
            lambda: server.ask_friend(NEWCOMER),
        ]
        for deed in deeds:
            with pytest.raises(ValueError, match=r"in openqq1. Start a Simulator\('onebot11'\)"):
                deed()
        with pytest.raises(ValueError, match="is a text, not"):
            server.say(friend(server), [{"type": "text", "data": {"text": "x"}}])


def test_onebot_has_no_discusses(napcat: Simulator) -> None:
    with pytest.raises(ValueError, match="OneBot has no discusses"):
        napcat.say(friend(napcat), "x", discuss="午饭讨论")
    assert napcat.truth.discusses == []
