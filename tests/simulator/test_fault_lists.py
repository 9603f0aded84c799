"""The faults of lists, seen by a bare HTTP client."""

import pytest

from openqq_nb.simulator import Simulator
from tests.simulator.asking import friend_qq, friends, get, groups, member, send

pytestmark = pytest.mark.slow


def test_member_lists_are_gone_until_something_wants_them(server: Simulator) -> None:
    group = server.world.groups[1]
    with server.fault("unloaded"):
        assert all("member" not in one for one in groups(server))
        server.say(member(server, group), "hi", group)
        assert [bool(one.get("member")) for one in groups(server)] == [False, True, False]
    assert all(one["member"] for one in groups(server))


def test_a_provider_may_give_no_member_list_at_all(server: Simulator) -> None:
    group = server.world.groups[1]
    with server.fault("no_members"):
        server.say(member(server, group), "hi", group)
        server.reload()
        assert all("member" not in one for one in groups(server))
        server.relogin()
        assert all("member" not in one for one in groups(server))
    assert all(one["member"] for one in groups(server))


def test_without_extended_information_there_is_neither_number_nor_role(second: Simulator) -> None:
    group = second.world.groups[0]
    with second.fault("no_extended"):
        things = [*friends(second), *groups(second), *groups(second)[0]["member"]]
        assert not any({"uid", "role"} & set(one) for one in things)
        assert send(second, uid=friend_qq(second)).json()["code"] == 100
        post = second.say(member(second, group), "x", group)
        assert (post["sender_uid"], post["group_uid"], post["receiver_uid"]) == (None, None, None)
        assert get(second, "get_user_info").json()["uid"] == second.world.me.person.qq
        second.relogin()
        assert "uid" not in groups(second)[0]
    assert send(second, uid=friend_qq(second)).json()["code"] == 0


def test_a_world_may_be_without_extended_information_from_the_next_login(second: Simulator) -> None:
    second.world.extended = second.world.lists_loaded = False
    second.relogin()
    assert not any("uid" in one or "member" in one for one in groups(second))


def test_groups_of_one_name_have_no_number_and_get_their_names_back(server: Simulator) -> None:
    key = "gnumber" if server.protocol == "openqq1" else "uid"
    before = groups(server)
    with server.fault("same_names"):
        assert len({one.get("gname", one.get("name")) for one in groups(server)}) == 1
        assert not any(key in one for one in groups(server))
        post = server.say(member(server, server.world.groups[0]), "x", server.world.groups[0])
        assert post.get("gnumber", post.get("group_uid")) is None
    assert [one.get(key) for one in groups(server)] == [one.get(key) for one in before]


def test_members_of_a_discuss_come_in_another_order_each_time(server: Simulator) -> None:
    def order() -> list[str]:
        return [str(one["id"]) for one in get(server, "get_discuss_info").json()[0]["member"]]

    assert order() == order()
    with server.fault("shuffled"):
        first, other = order(), order()
    assert first != other and sorted(first) == sorted(other)
