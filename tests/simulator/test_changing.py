"""Changes of the world while the simulator runs: what the lists say then, and which events 2.x posts."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from openqq_nb.simulator import Friend, Group, Membership, NotExactlyOneError, Person, Simulator
from tests.simulator.listener import Listener

SMALL: dict[str, Any] = {"groups": 3, "friends": 5, "members": 5, "discusses": 1}
NEW = Person(9900000900, "新来的")
UNKNOWN = Group(9940099999, "别的群", members=(Membership(NEW),))


@pytest.fixture(params=["openqq1", "openqq2"])
def server(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    with Simulator(request.param, **SMALL) as simulator:
        yield simulator
        assert simulator.errors == []


@pytest.fixture
def second() -> Iterator[Simulator]:
    with Listener() as listener, Simulator("openqq2", **SMALL) as simulator:
        simulator.post_to(listener.url)
        simulator.wait_posted()
        yield simulator


def listed(server: Simulator, call: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = httpx.get(f"{server.url}/openqq/{call}").json()
    return found


def friends(server: Simulator) -> set[str]:
    return {str(one.get("nick", one.get("name"))) for one in listed(server, "get_friend_info")}


def groups(server: Simulator) -> list[str]:
    return [str(one.get("gname", one.get("name"))) for one in listed(server, "get_group_info")]


def members(server: Simulator, place: int = 0) -> dict[str, dict[str, Any]]:
    found = listed(server, "get_group_info")[place]["member"]
    return {str(one.get("nick", one.get("name"))): one for one in found}


def events(server: Simulator) -> list[str]:
    return [str(one.payload["event"]) for one in server.wait_posted() if "event" in one.payload]


def other(server: Simulator, place: int = 0) -> Membership:
    """Give a member with a plain name who is neither the account nor the owner."""
    group = server.world.groups[place]
    mine = (server.world.me.person.qq, group.owner)
    return next(one for one in group.members if one.person.qq not in mine and one.person.nick.isalnum())


def test_who_joins_is_in_the_list_and_who_leaves_is_not(server: Simulator) -> None:
    group = server.world.groups[0]
    assert server.join(group, NEW).person == NEW
    assert "新来的" in members(server)
    assert server.leave(group.number, "新来的") == NEW
    assert "新来的" not in members(server)


def test_a_new_nick_is_shown_wherever_somebody_is_listed(server: Simulator) -> None:
    group, friend = server.world.groups[0], server.world.friends[0]
    if group.member(friend.person.qq) is None:
        server.join(group, friend)
    server.rename(friend, "改名了")
    assert "改名了" in friends(server) and "改名了" in members(server)
    assert server.rename(friend.person.qq, "又改了").nick == "又改了"
    assert server.truth.friends[0].person.nick == "又改了"


def test_the_account_itself_may_be_renamed(server: Simulator) -> None:
    server.rename(server.world.me.person.qq, "我")
    me = httpx.get(f"{server.url}/openqq/get_user_info").json()
    assert me.get("nick", me.get("name")) == "我" and "我" in members(server)


def test_card_and_role_change(server: Simulator) -> None:
    group, member = server.world.groups[0], other(server)
    server.set_card(group, member, "班长")
    server.set_role(group, member, "admin")
    shown = members(server)[member.person.nick]
    assert shown["card"] == "班长" and shown.get("role", "admin") == "admin"
    server.set_card(group, member, None)
    assert members(server)[member.person.nick].get("card") is None


def test_a_new_owner_makes_the_former_one_a_member(server: Simulator) -> None:
    group, member = server.world.groups[0], other(server)
    server.set_role(group, member, "owner")
    changed = server.truth.groups[0]
    roles = {one.person.qq: one.role for one in changed.members}
    assert changed.owner == member.person.qq
    assert (roles[changed.owner], roles.get(group.owner)) == ("owner", "member")


def test_the_standing_of_the_account_follows_its_role(server: Simulator) -> None:
    group = server.world.groups[0]
    me = server.world.me.person
    server.set_role(group, other(server), "owner")
    for role, standing in (("admin", "manage"), ("member", "attend"), ("owner", "create")):
        server.set_role(group, me, role)
        assert server.truth.groups[0].role == standing


def test_the_account_stands_as_a_member_where_it_gave_the_ownership_away(server: Simulator) -> None:
    group = server.world.groups[0]
    server.set_role(group, server.world.me.person, "owner")
    server.set_role(group, other(server), "owner")
    assert server.truth.groups[0].role == "attend"


@pytest.mark.parametrize("role", ["admin", "member"])
def test_an_owner_stays_until_somebody_else_is_the_owner(server: Simulator, role: str) -> None:
    group, owner = server.world.groups[0], server.world.groups[0].owner
    with pytest.raises(ValueError, match=r"owner of .*Give the ownership to somebody else first"):
        server.set_role(group, owner, role)
    assert server.truth.groups[0] == group
    assert server.set_role(group, owner, "owner").role == "owner"
    server.set_role(group, other(server), "owner")
    assert server.set_role(group, owner, role).role == role


def test_groups_of_one_name_lose_their_number_until_one_is_renamed(server: Simulator) -> None:
    one, two = server.world.groups[:2]
    key = "gnumber" if server.protocol == "openqq1" else "uid"
    server.rename_group(two, one.name)
    assert [key in shown for shown in listed(server, "get_group_info")[:2]] == [False, False]
    server.rename_group(two.number, "另一个名字")
    assert key in listed(server, "get_group_info")[1]
    assert groups(server)[1] == "另一个名字"


def test_friends_come_and_go_and_have_remarks_and_states(server: Simulator) -> None:
    assert server.add_friend(NEW) == Friend(NEW)
    assert "新来的" in friends(server)
    server.set_markname("新来的", "小新")
    server.set_state("小新", "online")
    shown = listed(server, "get_friend_info")[-1]
    assert (shown["markname"], shown["state"]) == ("小新", "online")
    assert server.remove_friend("小新").qq == NEW.qq
    assert "新来的" not in friends(server)


def test_the_account_joins_and_leaves_groups(server: Simulator) -> None:
    group = server.add_group("新群")
    assert groups(server)[-1] == "新群" and server.truth.group(group.number) == group
    server.leave_group("新群")
    assert "新群" not in groups(server)
    server.add_group(Group(9940099999, "新群", members=(Membership(NEW),)))
    assert groups(server)[-1] == "新群"


def test_what_is_not_seen_is_there_after_a_reload_or_a_login(server: Simulator) -> None:
    server.add_friend(NEW, seen=False)
    server.join(server.world.groups[0], NEW, seen=False)
    assert "新来的" in {one.person.nick for one in server.truth.friends}
    assert "新来的" not in friends(server) and "新来的" not in members(server)
    server.reload()
    assert "新来的" in friends(server) and "新来的" in members(server)
    server.rename(NEW.qq, "改名了", seen=False)
    assert "改名了" not in friends(server)
    server.relogin()
    assert "改名了" in friends(server) and "改名了" in members(server)


def test_a_message_carries_the_group_name_that_the_server_knows(server: Simulator) -> None:
    group = server.world.groups[0]
    server.rename_group(group, "新名字", seen=False)
    assert server.say(other(server), "hi", group)["group"] != "新名字"
    server.reload()
    assert server.say(other(server), "hi", group)["group"] == (group.markname or "新名字")


def test_changes_before_the_start_and_from_many_threads_all_count() -> None:
    simulator = Simulator(**SMALL)
    people = [Person(9900000900 + n, f"新{n}") for n in range(20)]
    simulator.join(simulator.world.groups[0], people[0])
    with simulator:
        threads = [threading.Thread(target=simulator.add_friend, args=(one,)) for one in people]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert {one.nick for one in people} <= friends(simulator)
        assert "新0" in members(simulator)


def test_numbers_come_late_in_1x() -> None:
    with Simulator(**SMALL) as server:
        group = server.world.groups[0]
        pair = [Membership(Person(9900000900 + n, "同名")) for n in range(2)]
        for one in pair:
            server.join(group, one, seen=False)
        server.relogin()
        assert "qq" not in members(server)["同名"]
        server.say(pair[1], "hi", group)
        shown = listed(server, "get_group_info")[0]["member"]
        assert [one.get("qq") for one in shown if one["nick"] == "同名"] == [None, str(pair[1].person.qq)]


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        (lambda one: one.join(one.world.groups[0], NEW), ["new_group_member"]),
        (lambda one: one.leave(one.world.groups[0], other(one)), ["lose_group_member"]),
        (lambda one: one.add_friend(NEW), ["new_friend"]),
        (lambda one: one.remove_friend(one.world.friends[0]), ["lose_friend"]),
        (lambda one: one.add_group("新群"), ["new_group"]),
        (lambda one: one.leave_group(one.world.groups[0]), ["lose_group"]),
        (lambda one: one.rename(one.world.friends[0], "改名了"), []),
        (lambda one: one.set_state(one.world.friends[0], "callme"), []),
    ],
)
def test_2x_posts_who_came_and_went_and_no_other_change(
    second: Simulator, change: Callable[[Simulator], object], wanted: list[str]
) -> None:
    change(second)
    assert events(second) == wanted


def test_check_event_of_2x_tells_of_changed_properties_too(second: Simulator) -> None:
    second.set_markname(second.world.friends[0], "新备注")
    (event,) = listed(second, "check_event")
    assert event["event"] == "friend_property_change" and event["params"][1::2] == ["markname", "新备注"]


def test_1x_posts_no_events() -> None:
    with Listener() as listener, Simulator(**SMALL, post_api=listener.url) as server:
        server.join(server.world.groups[0], NEW)
        server.reload()
        assert server.wait_posted() == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda one: one.join(one.world.groups[0], other(one)), "already"),
        (lambda one: one.leave(one.world.groups[0], one.world.me.person), "leave_group"),
        (lambda one: one.add_friend(one.world.friends[0]), "friend already"),
        (lambda one: one.add_group(one.world.groups[0]), "already"),
        (lambda one: one.set_role(one.world.groups[0], other(one), "king"), "owner, admin, member"),
        (lambda one: one.set_card(one.world.groups[0], NEW, "x"), "9900000900"),
        (lambda one: one.set_role(one.world.groups[0], NEW, "admin"), "9900000900"),
        (lambda one: one.set_role(one.world.groups[0], NEW, "owner"), "9900000900"),
        (lambda one: one.leave(one.world.groups[0], NEW), "'新来的' \\(9900000900\\) is not in"),
        (lambda one: one.remove_friend(NEW), "'新来的' \\(9900000900\\) is not a friend"),
        (lambda one: one.set_markname(NEW, "x"), "'新来的' \\(9900000900\\) is not a friend"),
        (lambda one: one.set_state(Friend(NEW), "away"), "'新来的' \\(9900000900\\) is not a friend"),
        (lambda one: one.join(UNKNOWN, NEW), "The account is not in '别的群' \\(9940099999\\)"),
        (lambda one: one.leave(UNKNOWN, NEW), "The account is not in"),
        (lambda one: one.set_card(UNKNOWN, NEW, "x"), "The account is not in"),
        (lambda one: one.set_role(UNKNOWN, NEW, "owner"), "The account is not in"),
        (lambda one: one.rename_group(UNKNOWN, "x"), "The account is not in"),
        (lambda one: one.leave_group(UNKNOWN), "The account is not in"),
    ],
)
def test_a_change_that_makes_no_sense_is_refused(
    server: Simulator, change: Callable[[Simulator], object], words: str
) -> None:
    before = server.truth.groups, server.truth.friends
    with pytest.raises(ValueError, match=words):
        change(server)
    assert (server.truth.groups, server.truth.friends) == before


def test_who_left_meanwhile_cannot_leave_again(server: Simulator) -> None:
    group, member = server.world.groups[0], other(server)
    assert server.leave(group, member) == member.person
    with pytest.raises(ValueError, match="is not in"):
        server.leave(group, member)


def test_an_unknown_name_is_refused_with_the_choices(server: Simulator) -> None:
    with pytest.raises(NotExactlyOneError, match="There are"):
        server.rename("谁", "x")
    with pytest.raises(NotExactlyOneError, match="There are"):
        server.leave("哪里", "谁")
