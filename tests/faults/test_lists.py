"""Faults of lists: what is missing in frames and messages, how it is said, and what still works without it."""

import warnings
from collections.abc import Callable

import pandas as pd
import pytest

import openqq_nb as oq
from openqq_nb.simulator import Group
from tests.faults.stage import TIMEOUT_S, Dialect, Stage, cases, stage

pytestmark = pytest.mark.slow


def named(one: Stage, place: int) -> Group:
    return one.simulator.truth.groups[place]


def members_are_left_out_and_named(one: Stage) -> None:
    with pytest.warns(oq.NotLoadedWarning, match=rf"(?s)has not loaded .* of 4 groups.*{named(one, 0).name}"):
        assert len(one.my.members()) == 0
    with pytest.raises(
        oq.NotLoaded, match=rf"(?s){named(one, 0).name}.*loads a group when a message comes in"
    ):
        one.my.members(named(one, 0).name)


def members_are_loaded_on_demand(one: Stage) -> None:
    assert len(one.my.members(named(one, 0).name)) == len(named(one, 0).members)
    assert one.my.groups()["members_loaded"].tolist() == [True, False, False, False]
    assert len(one.my.members()) == sum(len(group.members) for group in one.simulator.truth.groups)


def unloaded(one: Stage) -> None:
    groups = one.my.groups()
    assert groups["member_count"].isna().all() and not groups["members_loaded"].any()
    if one.simulator.protocol == "openqq1":
        members_are_left_out_and_named(one)
    else:
        members_are_loaded_on_demand(one)


def no_members(one: Stage) -> None:
    assert one.my.groups()["member_count"].isna().all()
    members_are_left_out_and_named(one)
    # A 2.x server posts nothing of a member that it does not know.
    one.simulator.say(one_of(one, 0), "我在", named(one, 0))
    one.settle()
    known = [str(named(one, 0).number)] if one.simulator.protocol == "openqq1" else []
    assert one.rows("我在")["gnumber"].tolist() == known


def no_extended(one: Stage) -> None:
    friends = one.my.friends()
    assert friends["qq"].isna().all() and friends["displayname"].notna().all()
    assert one.my.members()["role"].isna().all()
    receipt = one.my.send_friend("在吗？", qq=one.qq)
    assert (receipt.delivery, receipt.code) == ("failed", 100) and "no such friend" in repr(receipt)
    friend = friends.query("nick == @one.friend.person.nick").iloc[0]
    assert one.my.send_friend("按行发", to=friend).delivery == "sent"
    with pytest.raises(oq.InvalidInput, match=r"(?s)gnumber and qq .* missing; nothing was done"):
        one.my.mute(to=one.my.members().iloc[0], seconds=60)
    one.simulator.relogin()
    with pytest.raises(oq.NotFound, match=r"(?s)id=.* any more.*Nothing was sent; load the frame again"):
        one.my.send_friend("旧的行", to=friend)
    assert one.arrived == ["按行发"]


def same_names(one: Stage) -> None:
    groups, name = one.my.groups(), named(one, 0).name
    assert groups["gname"].unique().tolist() == [name] and groups["gnumber"].isna().all()
    with pytest.raises(oq.Ambiguous, match=rf"(?s){name}.*gid"):
        one.my.members(name)
    assert len(one.my.members(groups.iloc[0])) == groups["member_count"].iloc[0]
    assert one.my.send_group("给第一个", to=groups.iloc[0]).delivery == "sent"
    assert one.simulator.received[-1].id == groups["gid"].iloc[0]
    # What the inbox learnt of this login before is still true.
    one.simulator.say(one_of(one, 0), "谁的群？", named(one, 0))
    one.settle()
    assert one.rows("谁的群？")["gnumber"].tolist() == [str(named(one, 0).number)]


def one_of(one: Stage, place: int) -> int:
    """Give somebody else of a group."""
    me = one.simulator.truth.me.person.qq
    return next(member.person.qq for member in named(one, place).members if member.person.qq != me)


def shuffled(one: Stage) -> None:
    first, other = one.my.discuss_members(), one.my.discuss_members()
    assert first["qq"].tolist() != other["qq"].tolist()
    order = ["did", "qq"]
    assert first.sort_values(order, ignore_index=True).equals(other.sort_values(order, ignore_index=True))
    assert one.my.discusses()["displayname"].notna().all()


def failing_members(one: Stage) -> None:
    groups = one.my.groups()
    with pytest.warns(oq.NotLoadedWarning, match=rf"(?s)has not loaded .* of 4 groups.*{named(one, 0).name}"):
        assert len(one.my.members()) == 0
    with pytest.raises(oq.NotLoaded, match=rf"(?s){named(one, 0).name}.*log of the server"):
        one.my.members(groups.iloc[0])
    assert not one.my.groups()["members_loaded"].any() and len(one.my.friends()) == 6
    one.simulator.say(one_of(one, 0), "我在", named(one, 0))
    one.settle()
    assert one.rows("我在")["gnumber"].tolist() == [str(named(one, 0).number)]


LISTS: dict[str, Callable[[Stage], None]] = {
    "unloaded": unloaded,
    "no_members": no_members,
    "no_extended": no_extended,
    "same_names": same_names,
    "shuffled": shuffled,
    "failing_members": failing_members,
}


@pytest.mark.parametrize(("name", "dialect"), cases(LISTS))
def test_what_a_list_lacks_is_missing_and_said_and_nothing_else_suffers(name: str, dialect: Dialect) -> None:
    with stage(dialect) as one:
        with one.simulator.fault(name):
            LISTS[name](one)
        one.check_all_is_well()


@pytest.mark.parametrize(("name", "dialect"), cases(LISTS))
def test_the_lists_are_whole_again_when_it_is_over(name: str, dialect: Dialect) -> None:
    with stage(dialect) as one:
        before, numbers = one.my.members(), one.my.groups()["gnumber"].tolist()
        with one.simulator.fault(name), warnings.catch_warnings():
            warnings.simplefilter("ignore", oq.NotLoadedWarning)
            one.my.members()
        after = one.my.members()
        assert after[["qq", "nick", "card", "role"]].equals(before[["qq", "nick", "card", "role"]])
        assert one.my.groups()["gnumber"].tolist() == numbers


@pytest.mark.filterwarnings("ignore::openqq_nb.errors.NotLoadedWarning")
@pytest.mark.parametrize(("name", "dialect"), cases(LISTS))
def test_what_a_list_lacks_has_not_left(name: str, dialect: Dialect) -> None:
    with stage(dialect) as one:
        before = one.my.roster()
        with one.simulator.fault(name):
            meanwhile = one.my.roster().diff(before)["what"].tolist()
        assert meanwhile == (["gname"] * 3 if name == "same_names" else [])
        assert len(one.my.roster().diff(before)) == 0


def test_one_group_that_fails_costs_no_other() -> None:
    with stage("onebot11") as one:
        failing, groups = named(one, 1), one.my.groups()
        with (
            one.simulator.fault("failing_members", group=failing.number),
            pytest.warns(oq.NotLoadedWarning, match="of 1 of 4 groups") as told,
        ):
            roster = one.my.roster()
        assert failing.displayname in str(told[0].message)
        loaded = roster.groups.set_index("gnumber")["members_loaded"]
        assert not loaded[str(failing.number)] and loaded.sum() == len(groups) - 1
        assert set(roster.members["gnumber"]) == set(groups["gnumber"]) - {str(failing.number)}
        assert len(one.my.roster().diff(roster)) == 0


@pytest.mark.parametrize(("name", "dialect"), cases(["no_extended", "same_names"]))
def test_a_message_without_numbers_has_its_ids_and_is_answered(name: str, dialect: Dialect) -> None:
    with stage(dialect) as one:
        one.inbox.stop()
        with one.simulator.fault(name), one.my.listen(port=0, journal=False) as inbox:
            one.simulator.post_to(inbox.url)
            inbox.on_message(contains="谁的群")(lambda message: "你的")
            one.simulator.say(one_of(one, 0), "谁的群？", named(one, 0))
            one.settle()
            message = inbox.df.iloc[0]
            # A 1.x server asks for the number of each sender.
            assert pd.isna(message["gnumber"]) and pd.isna(message["sender_qq"]) == (dialect == "openqq2")
            assert message["group_id"] == one.my.groups()["gid"].iloc[0] and not message["own"]
            assert message["chat"] == named(one, 0).name and one.arrived == ["你的"]


@pytest.mark.parametrize(("name", "dialect"), cases(["unloaded"]))
def test_a_message_has_the_server_load_the_group_it_came_in(name: str, dialect: Dialect) -> None:
    with stage(dialect) as one, one.simulator.fault(name):
        one.simulator.say(one_of(one, 0), "大家好", named(one, 0))
        assert len(one.inbox.wait(1, timeout=TIMEOUT_S)) == 1
        assert one.my.groups()["members_loaded"].tolist() == [True, False, False, False]
        assert len(one.my.members(named(one, 0).name)) == len(named(one, 0).members)


@pytest.mark.parametrize(("name", "dialect"), [("unloaded", "openqq1")])
def test_a_warning_names_the_line_of_the_user(name: str, dialect: Dialect) -> None:
    with stage(dialect) as one, one.simulator.fault(name):
        with pytest.warns(oq.NotLoadedWarning) as told:
            one.my.members()
        assert told[0].filename == __file__
