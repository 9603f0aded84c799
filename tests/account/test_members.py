"""Members by the name of their group, and what is said about groups that the server has not loaded."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import Literal

import pytest

import openqq_nb as oq
from openqq_nb.account import Account
from openqq_nb.errors import Ambiguous, InvalidInput, NotFound, NotLoaded, NotLoadedWarning
from openqq_nb.schema import MEMBERS
from openqq_nb.simulator import Simulator, World

PERL = "PERL学习交流"


@pytest.fixture(params=["openqq1", "openqq2", "onebot11"])
def protocol(request: pytest.FixtureRequest) -> Literal["openqq1", "openqq2", "onebot11"]:
    found: Literal["openqq1", "openqq2", "onebot11"] = request.param
    return found


@pytest.fixture
def my(protocol: Literal["openqq1", "openqq2", "onebot11"]) -> Iterator[oq.Account]:
    demo = oq.demo(protocol, groups=6, members=8, friends=10)
    yield demo
    demo.close()


# Whose servers keep which members they have loaded.
openqq = pytest.mark.parametrize("protocol", ["openqq1", "openqq2"])


@pytest.fixture
def unloaded(protocol: Literal["openqq1", "openqq2", "onebot11"]) -> Iterator[tuple[Account, Simulator]]:
    world = World.seeded(groups=6, members=8, friends=10)
    world.lists_loaded = False
    with Simulator(protocol, world=world) as simulator:
        my = oq.connect(simulator.url)
        yield my, simulator
        my.close()


def giving_none(simulator: Simulator) -> AbstractContextManager[object]:
    """2.x loads members when it is asked to; it has none if the provider gives none. 1.x cannot be asked."""
    return simulator.fault("no_members") if simulator.protocol == "openqq2" else nullcontext()


def key(my: oq.Account) -> str:
    """Tell by what groups are told apart: each has it, and it is another's never."""
    return "gnumber" if my.groups()["gid"].isna().all() else "gid"


def test_a_group_is_meant_by_each_of_its_names_numbers_and_rows(my: oq.Account) -> None:
    groups = my.groups()
    row = groups[groups["gname"] == PERL].iloc[0]
    wanted = my.members(PERL)
    assert set(wanted["gname"]) == {PERL} and len(wanted) == row["member_count"]
    for who in (
        row["gnumber"],
        int(row["gnumber"]),
        *groups.loc[groups["gname"] == PERL, "gid"].dropna(),
        row,
        groups[groups["gname"] == PERL],
        [PERL],
    ):
        assert my.members(who).equals(wanted)


def test_a_remark_means_a_group_too(my: oq.Account) -> None:
    groups = my.groups()
    row = groups[groups["gmarkname"].fillna("") != ""].iloc[0]
    assert set(my.members(row["gmarkname"])[key(my)]) == {row[key(my)]}


def test_several_groups_may_be_named(my: oq.Account) -> None:
    chosen = my.groups().iloc[[4, 1]]
    by_rows, by_column = my.members(chosen), my.members(chosen[key(my)])
    assert by_rows.equals(by_column)
    assert set(by_rows[key(my)]) == set(chosen[key(my)])
    assert by_rows.index.tolist() == list(range(len(by_rows)))


def test_an_ambiguous_name_lists_the_groups(my: oq.Account) -> None:
    with pytest.raises(Ambiguous) as caught:
        my.members("老同学")
    same = my.groups().query("gname == '老同学'")
    assert len(same) == 2 and all(f"{key(my)}={one}" in str(caught.value) for one in same[key(my)])


def test_a_name_nobody_has_offers_near_ones(my: oq.Account) -> None:
    with pytest.raises(NotFound, match=PERL):
        my.members("PERL学习")
    with pytest.raises(InvalidInput):
        my.members([3.5])


@openqq
def test_discuss_members_are_found_by_name(my: oq.Account) -> None:
    discuss = my.discusses().iloc[0]
    assert set(my.discuss_members(discuss["dname"])["did"]) == {discuss["did"]}
    with pytest.raises(NotFound, match="午饭讨论"):
        my.discuss_members("午饭")


def test_the_members_of_all_loaded_groups_are_one_long_frame(my: oq.Account) -> None:
    members, groups = my.members(), my.groups()
    counted = members.groupby(key(my)).size()
    assert counted.to_dict() == dict(zip(groups[key(my)], groups["member_count"], strict=True))


def test_the_members_of_groups_not_loaded_are_loaded_where_the_dialect_can() -> None:
    world = World.seeded(groups=3, members=8, friends=10)
    world.lists_loaded = False
    with Simulator("openqq2", world=world) as simulator:
        my = oq.connect(simulator.url)
        assert len(my.members(PERL)) == len(next(one for one in world.groups if one.name == PERL).members)
        assert my.groups()["members_loaded"].tolist().count(True) == 1, "no more than was asked for"
        assert len(my.members()) == sum(len(one.members) for one in world.groups)
        my.close()


@openqq
def test_groups_not_loaded_are_left_out_and_named_in_a_warning(unloaded: tuple[Account, Simulator]) -> None:
    my, simulator = unloaded
    with giving_none(simulator), pytest.warns(NotLoadedWarning) as caught:
        members = my.members()
    assert members.empty and members.columns.tolist() == list(MEMBERS.names)
    text = str(caught[0].message)
    assert "6 of 6 groups" in text and all(name in text for name in my.groups()["displayname"])


@openqq
def test_the_members_of_a_group_not_loaded_are_an_error_when_it_is_named(
    unloaded: tuple[Account, Simulator],
) -> None:
    my, simulator = unloaded
    with giving_none(simulator), pytest.raises(NotLoaded, match=PERL):
        my.members(PERL)
    group = next(one for one in simulator.world.groups if one.name == PERL)
    simulator.say(group.members[-1], "大家好", group=PERL)
    assert len(my.members(PERL)) == len(group.members)
    if simulator.protocol == "openqq1":  # 2.x loads the others when it is asked for all
        with pytest.warns(NotLoadedWarning, match="5 of 6 groups"):
            assert set(my.members()["gname"]) == {PERL}


def test_a_group_not_loaded_counts_nothing_rather_than_none(unloaded: tuple[Account, Simulator]) -> None:
    groups = unloaded[0].groups()
    assert not groups["members_loaded"].any()
    # An end of OneBot tells how many they are without telling who.
    assert groups["member_count"].isna().all() or unloaded[1].protocol == "onebot11"
