"""The calls that a program of others makes to a simulated end, and what must come of them."""

from collections.abc import Callable
from typing import Any

from openqq_nb.simulator import Person, Simulator
from tests.simulator.onebot11.asking import managed, plain_member

Ask = Callable[..., Any]
WRITTEN = "[CQ:at,qq=all] 一, 二 &#91;CQ:face,id=14&#93; &amp;amp;"
MEANT = "@全体成员 一, 二 [CQ:face,id=14] &amp;"


def make_all_calls(server: Simulator, end: str, ask: Ask) -> None:
    """Ask for everything, and do everything.

    Args:
        server: The simulator.
        end: Which end it is.
        ask: Makes a call, by the library that is tried; one of `written` is sent as its own class makes it.
    """
    _ask_about(server, end, ask)
    _send(server, ask)
    _manage(server, ask)


def _ask_about(server: Simulator, end: str, ask: Ask) -> None:
    truth, group = server.truth, managed(server)
    member = plain_member(group)
    assert ask("get_login_info")["user_id"] == truth.me.person.qq
    assert ask("get_version_info")["protocol_version"] == "v11"
    assert ask("get_status")["online"] is True
    friends = {one["user_id"]: one["nickname"] for one in ask("get_friend_list")}
    assert friends == {one.person.qq: one.person.nick for one in truth.friends}
    if end != "lagrange":
        found = ask("get_friends_with_category")
        assert {one["user_id"] for each in found for one in each["buddyList"]} == set(friends)
    groups = {one["group_id"]: one["group_name"] for one in ask("get_group_list")}
    assert groups == {one.number: one.name for one in truth.groups}
    assert ask("get_group_info", group_id=group.number)["member_count"] == len(group.members)
    members = {one["user_id"]: one["role"] for one in ask("get_group_member_list", group_id=group.number)}
    assert members == {one.person.qq: one.role for one in group.members}
    about = {"group_id": group.number, "user_id": member.person.qq}
    assert ask("get_group_member_info", **about)["nickname"] == member.person.nick
    assert ask("get_stranger_info", user_id=member.person.qq)["nickname"] == member.person.nick
    assert ask("can_send_image") == ask("can_send_record") == {"yes": True}


def _send(server: Simulator, ask: Ask) -> None:
    group, friend = managed(server).number, server.truth.friends[0].person.qq
    to_group = ask("send_group_msg", group_id=group, written=WRITTEN)["message_id"]
    quote = f"[CQ:reply,id={to_group}]"
    ask("send_group_msg", group_id=group, message=quote + WRITTEN)
    ask("send_private_msg", user_id=friend, message=WRITTEN, auto_escape=True)
    ask("send_msg", message_type="private", user_id=friend, written="[CQ:face,id=14]")
    ask("send_msg", group_id=group, message=[{"type": "text", "data": {"text": WRITTEN}}])
    sent = server.received
    assert [one.content for one in sent] == [MEANT, MEANT, WRITTEN, "/微笑", WRITTEN]
    assert [one.rang_all for one in sent] == [True, True, False, False, False]
    assert [one.reply_to for one in sent] == [None, to_group, None, None, None]
    _look_back(server, ask, to_group)


def _look_back(server: Simulator, ask: Ask, msg_id: int) -> None:
    group, friend = managed(server).number, server.truth.friends[0].person.qq
    assert ask("get_msg", message_id=msg_id)["message_id"] == msg_id
    page = ask("get_group_msg_history", group_id=group)["messages"]
    assert [one["message_id"] for one in page] == [
        one.msg_id for one in server.received if one.kind == "group"
    ]
    assert len(ask("get_friend_msg_history", user_id=friend, count=1)["messages"]) == 1
    assert ask("delete_msg", message_id=msg_id) is None
    assert len(ask("get_group_msg_history", group_id=group)["messages"]) == len(page) - 1


def _manage(server: Simulator, ask: Ask) -> None:
    group = managed(server)
    one, other = [member.person.qq for member in group.members if member.role == "member"][:2]
    ask("set_group_ban", group_id=group.number, user_id=one, duration=60)
    ask("set_group_ban", group_id=group.number, user_id=one, duration=0)
    assert [muted.seconds for muted in server.muted] == [60, 0]
    ask("set_group_whole_ban", group_id=group.number, enable=True)
    ask("set_group_whole_ban", group_id=group.number, enable=False)
    ask("set_group_kick", group_id=group.number, user_id=other, reject_add_request=False)
    assert [kicked.number for kicked in server.kicked] == [str(other)]
    asked = server.ask_friend(Person(other, "又来"))
    ask("set_friend_add_request", flag=asked["flag"], approve=True, remark="又")
    asked = server.ask_group(group, Person(other, "又来"))
    ask("set_group_add_request", flag=asked["flag"], sub_type="add", approve=False, reason="不")
    assert [decided.is_approved for decided in server.decided] == [True, False]
