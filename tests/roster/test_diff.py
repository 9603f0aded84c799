"""What changed between two rosters: one rule a test, by a few rows."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import pandas as pd
import pytest

import openqq_nb as oq
from openqq_nb import schema
from openqq_nb.demo_account import DemoAccount
from openqq_nb.diff import diff
from openqq_nb.errors import InvalidInput
from openqq_nb.roster import Roster
from openqq_nb.simulator import Person
from tests.roster.small import MY_QQ, Rows, friend, group, member, roster
from tests.roster.zoo import ALL, ZOO, answer_to, flows, result

Change = dict[str, Any]
GROUP = group("群", 9, 11)
# Who stays as he is, so that two rosters are seen to be of one login, or of two.
STAYS = friend("旁人", 999, 199)


def told(older: Roster, newer: Roster) -> list[Change]:
    """Give the changes, each without what is missing; `displayname` is left out."""
    rows = diff(older, newer).drop(columns="displayname").to_dict("records")
    return [{str(key): value for key, value in row.items() if not pd.isna(value)} for row in rows]


def new_login(rows: Rows) -> Rows:
    """Give all ids anew, but not the account's own."""
    return [
        row | {key: f"7{row[key]}" for key in ("id", "gid") if row.get(key) and row[key] != MY_QQ}
        for row in rows
    ]


def friends_told(older: Rows, newer: Rows, *, one_login: bool = True) -> list[Change]:
    after = [STAYS, *newer]
    return told(roster([STAYS, *older]), roster(after if one_login else new_login(after)))


def members_told(older: Rows, newer: Rows, *, one_login: bool = True) -> list[Change]:
    """Compare the members of one group, whose number is known."""
    parts: dict[str, Rows] = {"friends": [STAYS], "groups": [GROUP], "members": newer}
    if not one_login:
        parts = {kind: new_login(rows) for kind, rows in parts.items()}
    return told(roster([STAYS], [GROUP], older), roster(**parts))


def answered(found: Rows, protocol: Any, path: str) -> bytes:
    return answer_to(path, found, protocol)


def of_group(*changes: Change) -> list[Change]:
    return [{"gnumber": "9", **change} for change in changes]


# What is told


def test_equal_rosters_give_an_empty_frame_of_the_declared_columns() -> None:
    changes = diff(roster([STAYS]), roster([STAYS]))
    assert changes.empty
    assert {name: str(dtype) for name, dtype in changes.dtypes.items()} == {
        **dict.fromkeys(("what", "gnumber", "qq", "displayname", "before", "after"), "str"),
        "certain": "boolean",
    }
    assert list(changes) == list(schema.CHANGES.names)


@pytest.mark.parametrize("one_login", [True, False])
def test_a_changed_column_is_a_row_with_its_values(one_login: bool) -> None:
    older = friend("小灰", 1, 101, markname=None, category="同学")
    newer = friend("小白", 1, 101, markname="灰灰", category="家人")
    assert friends_told([older], [newer], one_login=one_login) == [
        {"what": "nick", "qq": "1", "before": "小灰", "after": "小白", "certain": True},
        {"what": "markname", "qq": "1", "after": "灰灰", "certain": True},
        {"what": "category", "qq": "1", "before": "同学", "after": "家人", "certain": True},
    ]


@pytest.mark.parametrize("one_login", [True, False])
def test_who_came_and_went_is_told_with_his_numbers(one_login: bool) -> None:
    friends = friends_told([friend("旧", 1, 101)], [friend("新", 2, 102)], one_login=one_login)
    assert friends == [
        {"what": "added", "qq": "2", "certain": True},
        {"what": "removed", "qq": "1", "certain": True},
    ]
    members = members_told(
        [member("甲", 3, 103), member("旧", 1, 101)],
        [member("甲", 3, 103), member("新", 2, 102)],
        one_login=one_login,
    )
    assert members == of_group(
        {"what": "joined", "qq": "2", "certain": True}, {"what": "left", "qq": "1", "certain": True}
    )


def test_a_group_that_came_or_went_is_one_row_without_its_members() -> None:
    older = roster([STAYS], [GROUP], [member("甲", 1, 101)])
    newer = roster([STAYS], [group("新群", 8, 12)], [member("甲", 1, 101, gid=12)])
    assert told(older, newer) == [
        {"what": "added", "gnumber": "8", "certain": True},
        {"what": "removed", "gnumber": "9", "certain": True},
    ]


def test_a_group_and_its_members_tell_their_own_columns() -> None:
    older = roster(
        [STAYS],
        [group("群", 9, 11, gmarkname=None, gmemo="旧")],
        [member("甲", 1, 101, card="a", role="member")],
    )
    newer = roster(
        [STAYS],
        [group("改", 9, 11, gmarkname="记", gmemo="新")],
        [member("乙", 1, 101, card="", role="admin")],
    )
    assert told(older, newer) == of_group(
        {"what": "gname", "before": "群", "after": "改", "certain": True},
        {"what": "gmarkname", "after": "记", "certain": True},
        {"what": "gmemo", "before": "旧", "after": "新", "certain": True},
        {"what": "nick", "qq": "1", "before": "甲", "after": "乙", "certain": True},
        {"what": "card", "qq": "1", "before": "a", "after": "", "certain": True},
        {"what": "role", "qq": "1", "before": "member", "after": "admin", "certain": True},
    )


def test_what_changes_by_itself_and_what_follows_from_it_is_not_told() -> None:
    older = roster(
        [
            friend(
                "灰", 1, 101, state="online", client_type="pc", is_vip="0", vip_level="1", face="1", flag="0"
            )
        ],
        [
            GROUP
            | {"member_count": "5", "members_loaded": "1", "gowner_qq": "1", "gtype": "attend", "gcode": "3"}
        ],
        [
            member(
                "灰", 1, 101, state="online", last_speak_time="100", level="潜水", qage="3", displayname="a"
            )
        ],
    )
    newer = roster(
        [
            friend(
                "灰", 1, 101, state="away", client_type="web", is_vip="1", vip_level="2", face="2", flag="1"
            )
        ],
        [
            GROUP
            | {"member_count": "6", "members_loaded": "0", "gowner_qq": "2", "gtype": "manage", "gcode": "4"}
        ],
        [member("灰", 1, 101, state="away", last_speak_time="200", level="冒泡", qage="4", displayname="b")],
    )
    assert told(older, newer) == []


@pytest.mark.parametrize("column", ["nick", "category"])
def test_a_value_that_the_server_did_not_know_is_no_change(column: str) -> None:
    known, unknown = friend("灰", 1, 101), friend("灰", 1, 101) | {column: None}
    assert friends_told([known], [unknown]) == friends_told([unknown], [known]) == []


def test_a_role_is_compared_only_where_both_rosters_have_it() -> None:
    known, unknown = member("灰", 1, 101, role="admin"), member("灰", 1, 101)
    assert members_told([known], [unknown]) == members_told([unknown], [known]) == []


def test_a_missing_card_or_remark_means_that_there_is_none() -> None:
    with_card, without = member("灰", 1, 101, card="班长"), member("灰", 1, 101)
    taken = {"what": "card", "qq": "1", "before": "班长", "certain": True}
    assert members_told([with_card], [without]) == of_group(taken)
    assert members_told([without], [member("灰", 1, 101, card="")]) == [], "nobody sees a difference"


@pytest.mark.parametrize("loaded", ["older", "newer"])
def test_a_group_whose_members_one_roster_lacks_gives_no_rows_of_members(loaded: str) -> None:
    full, bare = roster([STAYS], [GROUP], [member("甲", 1, 101)]), roster([STAYS], [GROUP])
    assert (told(full, bare) if loaded == "older" else told(bare, full)) == []


def test_somebody_in_several_places_has_a_row_in_each() -> None:
    groups = [GROUP, group("乙群", 8, 12)]

    def at(nick: str) -> Roster:
        return roster([friend(nick, 1, 101)], groups, [member(nick, 1, 101), member(nick, 1, 101, gid=12)])

    changes = diff(at("旧"), at("新"))
    assert changes["what"].tolist() == ["nick"] * 3
    assert changes["gnumber"].isna().tolist() == [True, False, False]
    assert changes["gnumber"].tolist()[1:] == ["9", "8"]


def test_rows_come_by_kind_in_the_newer_order_and_who_is_gone_comes_last_in_the_older_one() -> None:
    older = [friend("甲", 1, 101), friend("乙", 2, 102), friend("丙", 3, 103), friend("丁", 4, 104)]
    newer = [
        friend("戊", 5, 105),
        friend("丙改", 3, 103, markname="c"),
        friend("己", 6, 106),
        friend("甲改", 1, 101),
    ]
    changes = diff(
        roster([STAYS, *older], [GROUP], [member("甲", 1, 101), member("乙", 2, 102)]),
        roster([STAYS, *newer], [GROUP | {"gname": "改"}], [member("丙", 3, 103), member("甲改", 1, 101)]),
    )
    assert list(zip(changes["what"], changes["displayname"], strict=True)) == [
        ("added", "戊"), ("nick", "丙改"), ("markname", "丙改"), ("added", "己"), ("nick", "甲改"),
        ("removed", "乙"), ("removed", "丁"),
        ("gname", "改"),
        ("joined", "丙"), ("nick", "甲改"), ("left", "乙"),
    ]  # fmt: skip


def test_rosters_of_two_accounts_are_refused() -> None:
    with pytest.raises(InvalidInput, match=rf"older one of {MY_QQ}, the newer one of 77"):
        diff(roster(), replace(roster(), me=roster().me.replace(MY_QQ, "77")))


# Who is who within one login


def test_within_a_login_an_id_tells_who_has_no_number() -> None:
    older = [
        member("甲", None, 101),
        member("乙", None, 102),
        member("重名", None, 103),
        member("重名", None, 104),
    ]
    newer = [
        member("甲改", None, 101),
        member("重名", None, 103),
        member("丙", None, 105),
        member("重名", None, 104),
    ]
    assert members_told(older, newer) == of_group(
        {"what": "nick", "before": "甲", "after": "甲改", "certain": True},
        {"what": "joined", "certain": True},
        {"what": "left", "certain": True},
    )


def test_a_number_learnt_late_fills_the_earlier_roster_of_its_login() -> None:
    changes = members_told(
        [member("甲", None, 101), member("乙", None, 102)], [member("甲改", 1, 101), member("丙", 3, 103)]
    )
    assert changes == of_group(
        {"what": "nick", "qq": "1", "before": "甲", "after": "甲改", "certain": True},
        {"what": "joined", "qq": "3", "certain": True},
        {"what": "left", "certain": True},
    )


def test_a_number_known_of_a_friend_counts_where_he_is_a_member() -> None:
    older = roster(
        [STAYS, friend("甲", 1, 101)], [GROUP], [member("旁人", None, 199), member("甲", None, 101)]
    )
    newer = roster(new_login([STAYS]), new_login([GROUP]), new_login([member("旁人", 999, 199)]))
    assert told(older, newer) == [
        {"what": "removed", "qq": "1", "certain": True},
        {"what": "left", "gnumber": "9", "qq": "1", "certain": True},
    ]


def test_the_account_itself_is_known_by_its_id_in_every_login() -> None:
    older = [member("小机", None, int(MY_QQ)), member("甲", 1, 101)]
    newer = [member("机器", None, int(MY_QQ)), member("甲", 1, 101), member("乙", 2, 102)]
    assert members_told(older, newer, one_login=False) == of_group(
        {"what": "nick", "qq": MY_QQ, "before": "小机", "after": "机器", "certain": True},
        {"what": "joined", "qq": "2", "certain": True},
    )


def test_a_group_that_lost_its_number_to_a_namesake_is_told_by_its_id() -> None:
    older = roster([STAYS], [GROUP, group("甲群", 8, 12)], [member("甲", 1, 101)])
    newer = roster([STAYS], [group("群", None, 11), group("群", None, 12)], [member("乙", 1, 101)])
    assert told(older, newer) == [
        {"what": "gname", "gnumber": "8", "before": "甲群", "after": "群", "certain": True},
        {"what": "nick", "gnumber": "9", "qq": "1", "before": "甲", "after": "乙", "certain": True},
    ]


def test_a_list_fetched_after_a_login_in_between_is_not_compared_by_ids() -> None:
    friends = [friend(f"友{n}", 1000 + n, 5000 + n) for n in range(100)]
    older = roster(friends, [group("群", None, 11)], [member("甲", None, 101)])
    newer = roster(friends, new_login([group("群", None, 11)]), new_login([member("甲", None, 101)]))
    assert told(older, newer) == []
    renamed = replace(newer, groups=newer.groups.assign(gname="改"))
    assert [(change["what"], change["certain"]) for change in told(older, renamed)] == [
        ("added", False),
        ("removed", False),
    ]


def test_numbers_that_contradict_themselves_within_a_login_count_as_unknown() -> None:
    others = [friend(f"友{n}", 1000 + n, 5000 + n) for n in range(100)]
    one, two = friend("甲", 1, 101), friend("乙", 2, 102)
    moved = told(
        roster([*others, one, two]), roster([*others, one | {"qq": None}, two | {"qq": "1", "nick": "新"}])
    )
    assert moved == [{"what": "nick", "before": "乙", "after": "新", "certain": True}]


# Odd rosters


def test_a_stranger_whom_1x_lists_among_the_friends_is_none() -> None:
    stranger = {"nick": "昵称未知", "category": "陌生人", "qq": "5", "id": "105"}
    assert friends_told([], [stranger]) == friends_told([stranger], []) == []
    assert friends_told([friend("昵称未知", 5, 105)], []) == [{"what": "removed", "qq": "5", "certain": True}]


def test_a_row_that_is_there_twice_counts_once() -> None:
    twice = [friend("甲", 1, 101)] * 2
    assert friends_told(twice, twice) == []
    assert friends_told(twice, []) == [{"what": "removed", "qq": "1", "certain": True}]


def test_rows_without_id_and_number_are_matched_by_names_and_make_others_uncertain() -> None:
    assert friends_told([friend("甲")], [friend("甲", category="家人")]) == [
        {"what": "category", "before": "同学", "after": "家人", "certain": False}
    ]
    assert friends_told([friend("乙", 2, 102)], [friend("甲")]) == [
        {"what": "added", "certain": False},
        {"what": "removed", "qq": "2", "certain": False},
    ]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::openqq_nb.errors.NotLoadedWarning")
@pytest.mark.parametrize("protocol", ALL)
def test_any_odd_rosters_give_the_declared_columns(protocol: Any) -> None:
    rosters = {
        name: result(flows(protocol).reading.roster(), partial(answered, found, protocol))
        for name, found in ZOO.items()
    }
    same = [replace(one, me=rosters["one row"].me) for one in rosters.values()]
    expected = {column.name: column.dtype for column in schema.CHANGES.columns}
    for name, older, newer in zip(rosters, same, [*same[1:], same[0]], strict=True):
        changes = diff(older, newer)
        assert dict(changes.dtypes) == expected
        assert isinstance(changes.index, pd.RangeIndex)
        assert changes[["what", "displayname", "certain"]].notna().all(axis=None), name


@pytest.mark.filterwarnings("ignore::openqq_nb.errors.NotLoadedWarning")
@pytest.mark.parametrize("protocol", ["openqq1", "onebot11"])
@pytest.mark.parametrize("name", ["no keys at all", "null everywhere", "blank names", "the same twice"])
def test_an_odd_roster_has_not_changed_against_itself(name: str, protocol: str) -> None:
    one = result(flows(protocol).reading.roster(), lambda path: answer_to(path, ZOO[name], protocol))
    assert diff(one, one).empty


def test_rosters_of_two_accounts_are_refused_where_the_account_has_no_id() -> None:
    def me_of(qq: str) -> Roster:
        one: Roster = result(flows("onebot11").reading.roster(), lambda path: answer_to(path, [], "onebot11"))
        return replace(one, me=one.me.to_frame().T.assign(qq=qq).iloc[0])

    with pytest.raises(InvalidInput, match=r"older one of 9900000101, the newer one of 9900000102"):
        diff(me_of("9900000101"), me_of("9900000102"))
    assert diff(me_of("9900000101"), me_of("9900000101")).empty


# Against the simulator


@pytest.fixture(params=ALL)
def my(request: pytest.FixtureRequest) -> Iterator[DemoAccount]:
    account = oq.demo(request.param, seed=11)
    yield account
    account.close()


def test_a_login_alone_changes_nothing(my: DemoAccount) -> None:
    older = my.roster()
    my.simulator.relogin()
    assert diff(older, my.roster()).empty


def test_what_happened_within_a_login_is_told_exactly(my: DemoAccount) -> None:
    older, simulator = my.roster(), my.simulator
    group, friend = simulator.truth.groups[0], simulator.truth.friends[0]
    simulator.join(group, Person(9_900_000_901, "新来的"))
    simulator.add_friend(Person(9_900_000_902, "新朋友"))
    simulator.set_markname(friend, "老朋友")
    simulator.rename_group(group, "新名字")
    changes = diff(older, my.roster())
    told = changes[["what", "displayname"]].values.tolist()
    expected = [["markname", "老朋友"], ["added", "新朋友"], ["gname", "新名字"], ["joined", "新来的"]]
    # NapCat gives friends by category, so that a new one need not be the last.
    assert told == expected if simulator.protocol != "onebot11" else sorted(told) == sorted(expected)
    assert changes["certain"].all()


def test_without_extended_information_people_stay_the_same_within_a_login() -> None:
    my = oq.demo("openqq2", seed=12, groups=3, friends=6, members=5)
    try:
        older = my.roster()
        with my.simulator.fault("no_extended"):
            my.simulator.rename(my.simulator.truth.friends[0], "改名")
            bare = my.roster()
            assert bare.friends["qq"].isna().all() or older.friends["qq"].notna().any()
            changes = diff(older, bare)
            assert set(changes["what"]) == {"nick"} and changes["certain"].all()
            assert set(changes["qq"]) == {str(my.simulator.truth.friends[0].person.qq)}
    finally:
        my.close()
