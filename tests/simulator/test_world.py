from collections import Counter
from datetime import UTC, datetime
from itertools import pairwise
from random import Random
from typing import Any

import pytest

from openqq_nb.simulator import Group, World, conversation
from openqq_nb.simulator.group_texts import GroupTexts
from openqq_nb.simulator.login import Login
from openqq_nb.simulator.openqq2 import Openqq2
from openqq_nb.simulator.world import session_id

WORLD = World.seeded(7)
TALK = list(conversation(WORLD, 5000, datetime(2026, 3, 2, tzinfo=UTC), Random(1)))  # noqa: S311


def test_the_same_seed_gives_the_same_world_and_another_seed_another() -> None:
    assert World.seeded(7) == WORLD
    assert World.seeded(8) != WORLD


@pytest.mark.parametrize(("groups", "members", "friends"), [(1, 1, 1), (5, 2, 0), (12, 30, 40), (40, 7, 3)])
def test_a_world_has_the_asked_sizes(groups: int, members: int, friends: int) -> None:
    world = World.seeded(3, groups=groups, members=members, friends=friends, discusses=2)
    assert (len(world.groups), len(world.friends), len(world.discusses)) == (groups, friends, 2)
    assert sum(len(group.members) for group in world.groups) == groups * members


def test_an_empty_world_is_possible() -> None:
    world = World.seeded(0, groups=0, members=0, friends=0, discusses=0)
    assert list(conversation(world, 5, datetime(2026, 1, 1, tzinfo=UTC), Random(0))) == []  # noqa: S311


def test_every_number_is_clearly_invented_and_nobody_has_two() -> None:
    people = {one.person.qq for group in WORLD.groups for one in group.members}
    people |= {one.person.qq for one in WORLD.friends} | {
        one.qq for talk in WORLD.discusses for one in talk.members
    }
    groups = [group.number for group in WORLD.groups]
    assert all(9_900_000_000 <= number <= 9_999_999_999 for number in [*people, *groups])
    assert len(set(groups)) == len(groups)
    assert not people & set(groups)


def test_every_group_has_one_owner_and_the_account_in_it() -> None:
    me = WORLD.me.person.qq
    for group in WORLD.groups:
        (owner,) = (one for one in group.members if one.role == "owner")
        assert group.owner == owner.person.qq
        assert len({one.person.qq for one in group.members}) == len(group.members)
        mine = group.member(me)
        assert mine
        assert {"create": "owner", "manage": "admin", "attend": "member"}[group.role] == mine.role


def test_people_are_in_several_groups_and_friends_are_members() -> None:
    groups_of = Counter(one.person.qq for group in WORLD.groups for one in group.members)
    friends = {one.person.qq for one in WORLD.friends}
    assert sum(count > 1 for count in groups_of.values()) > 10
    assert sum(qq in groups_of for qq in friends) > 3


def test_two_groups_share_a_name_and_have_no_number_on_the_wire() -> None:
    login = Login(WORLD, "openqq2", 0)
    unknown = [group.name for group in WORLD.groups if login.group_number(group) is None]
    assert unknown == ["老同学", "老同学"]


@pytest.mark.parametrize("protocol", ["openqq1", "openqq2"])
def test_some_people_have_no_number_on_the_wire_and_most_have_one(protocol: Any) -> None:
    login = Login(WORLD, protocol, 0)
    login.load_all()
    friends = [login.friend_number(one) for one in WORLD.friends]
    known = sum(isinstance(number, int) for number in friends)
    assert len(friends) * 0.7 < known <= len(friends) - 2
    members = [(group, one) for group in WORLD.groups for one in login.members[group.number]]
    numbered = sum(isinstance(login.member_number(*one), int) for one in members)
    assert len(members) * 0.6 < numbered < len(members)


def test_names_are_as_hard_as_real_ones() -> None:
    world = World.seeded(0, groups=40)
    cards = [one.card for group in world.groups for one in group.members]
    names = [one.person.nick for group in world.groups for one in group.members]
    assert None in cards
    assert "" in cards
    assert any("<" in name for name in names)
    assert any(not name.strip() for name in names)
    assert any(max(map(ord, name)) > 0xFFFF for name in names)
    assert "" in [one.markname for one in world.friends]
    assert any(not talk.name for talk in world.discusses)


def test_joining_comes_before_speaking_and_a_good_part_is_silent() -> None:
    members = [one for group in WORLD.groups for one in group.members]
    assert all(one.join_time <= one.last_speak_time for one in members)
    silent = sum(one.join_time == one.last_speak_time for one in members)
    assert 0.1 < silent / len(members) < 0.5
    assert all(group.created <= one.join_time for group in WORLD.groups for one in group.members)


def test_temporary_ids_differ_within_a_login_and_none_survives_it() -> None:
    people = [one.person.qq for group in WORLD.groups for one in group.members]
    first = {session_id("person", qq, 0) for qq in people}
    second = {session_id("person", qq, 1) for qq in people}
    assert len(first) == len(set(people))
    assert all(session_id("person", qq, 0) != session_id("person", qq, 1) for qq in people)
    assert max(first | second) < 2**32


def test_a_member_can_join_and_leave() -> None:
    world = World.seeded(7)
    number, member = world.groups[0].number, world.groups[0].members[2]
    world.remove_member(number, member.person.qq)
    assert member not in world.groups[0].members
    world.add_member(number, member)
    assert world.groups[0].members[-1] == member


def test_the_json_of_a_group_is_written_anew_only_when_the_group_changed() -> None:
    login = Login(WORLD, "openqq2", 0)
    login.load_all()
    texts, words, written = GroupTexts(login), Openqq2(login), []

    def write(group: Group) -> dict[str, object]:
        written.append(group.number)
        return words.group(group)

    first = texts.all(write)
    assert texts.all(write) is first
    assert written == [group.number for group in WORLD.groups]
    changed = WORLD.groups[5]
    login.set_members(changed.number, list(changed.members[1:]))
    assert texts.all(write) != first
    assert written[len(WORLD.groups) :] == [changed.number]


# Talk


def test_the_same_chance_gives_the_same_talk() -> None:
    again = conversation(WORLD, 50, datetime(2026, 3, 2, tzinfo=UTC), Random(1))  # noqa: S311
    assert list(again) == TALK[:50]


def test_talk_goes_forward_in_time_and_never_comes_from_the_account() -> None:
    times = [line.at for line in TALK]
    assert times == sorted(times)
    assert WORLD.me.person.qq not in {line.who.qq for line in TALK}


def test_everybody_speaks_only_where_he_is() -> None:
    for line in TALK:
        if line.group:
            assert line.group.member(line.who.qq)
        elif line.discuss:
            assert line.discuss.member(line.who.qq)
        else:
            assert WORLD.friend(line.who.qq)


def test_the_evening_is_livelier_than_the_night_and_days_off_than_the_others() -> None:
    hours = Counter(line.at.hour for line in TALK)
    assert hours[21] + hours[20] > 4 * (hours[4] + hours[5])
    days = Counter(line.at.weekday() for line in TALK)
    assert (days[5] + days[6]) / 2 > sum(days[day] for day in range(5)) / 5


def test_a_few_do_most_of_the_talking_and_some_are_silent() -> None:
    group, count = Counter(line.group.number for line in TALK if line.group).most_common(1)[0]
    speakers = Counter(line.who.qq for line in TALK if line.group and line.group.number == group)
    busiest = sum(spoken for _, spoken in speakers.most_common(max(1, len(speakers) // 4)))
    assert busiest > count / 2
    found = WORLD.group(group)
    assert found
    assert len(speakers) < len(found.members) * 0.9


def test_people_repeat_what_others_said() -> None:
    groups = [line for line in TALK if line.group]
    repeats = sum(one.text == two.text and one.group == two.group for one, two in pairwise(groups))
    assert repeats > len(groups) * 0.05


def test_talk_comes_in_bursts() -> None:
    gaps = [(two.at - one.at).total_seconds() for one, two in pairwise(TALK)]
    assert sum(gap < 60 for gap in gaps) > len(gaps) * 0.4
    assert sum(gap > 600 for gap in gaps) > len(gaps) * 0.05
