"""How a name or number finds a group, a discuss or a person, and what is said when it does not."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from openqq_nb import schema
from openqq_nb.columns import ZONE, Schema
from openqq_nb.errors import Ambiguous, InvalidInput, NotFound
from openqq_nb.roster import Roster, pick_discuss, pick_groups, pick_person


def frame(declared: Schema, *rows: dict[str, Any]) -> pd.DataFrame:
    return declared.frame(declared.table(rows))


GROUPS = frame(
    schema.GROUPS,
    {"displayname": "PERL学习交流", "gname": "PERL学习交流", "gnumber": "552603", "gid": "11"},
    {"displayname": "工作", "gname": "老同学", "gmarkname": "工作", "gid": "12"},
    {"displayname": "老同学", "gname": "老同学", "gnumber": "700700", "gid": "13"},
    {"displayname": "11", "gname": "11", "gnumber": "800800", "gid": "14"},
    {"displayname": "<b>群</b>\u202e", "gname": "<b>群</b>\u202e", "gnumber": "900900", "gid": "15"},
)
DISCUSSES = frame(
    schema.DISCUSSES,
    {"displayname": "午饭", "dname": "午饭", "did": "1"},
    {"displayname": "甲、乙", "dname": "", "did": "2"},
    {"displayname": "甲、丙", "dname": "", "did": "3"},
)
PEOPLE = pd.concat(
    [
        frame(
            schema.FRIENDS,
            {"displayname": "灰灰", "nick": "小灰", "markname": "灰灰", "qq": "1001", "id": "5001"},
            {"displayname": "小陈", "nick": "小陈", "qq": "1002", "id": "5002", "category": "同学"},
            {"displayname": "小陈", "nick": "小陈", "id": "5003", "category": "同学"},
        ),
        frame(
            schema.MEMBERS,
            {"displayname": "灰", "nick": "小灰", "card": "灰", "qq": "1001", "id": "5001", "gname": "甲"},
            {"displayname": "小灰", "nick": "小灰", "id": "5001", "gname": "乙"},
            {"displayname": "孤", "nick": "孤", "qq": "1009", "gname": "乙"},
        ),
    ],
    ignore_index=True,
)


@pytest.mark.parametrize(
    "who",
    [
        "PERL学习交流",
        "552603",
        552603,
        np.int64(552603),
        ["PERL学习交流"],
        {"552603"},
        pd.Index(["552603"]),
        pd.Series(["552603"], name="gnumber"),
        GROUPS.iloc[0],
        GROUPS.iloc[[0]],
        {"gnumber": "552603"},
        ["552603", "PERL学习交流", GROUPS.iloc[0]],
        pd.Series({"gid": "11"}),
    ],
    ids=repr,
)
def test_a_group_is_found_by_any_of_its_names_and_numbers(who: Any) -> None:
    assert pick_groups(GROUPS, who)["gid"].tolist() == ["11"]


@pytest.mark.parametrize(
    ("who", "gid"), [("工作", "12"), ("12", "12"), ("700700", "13"), ("<b>群</b>\u202e", "15")]
)
def test_a_group_without_a_number_or_with_markup_is_found(who: str, gid: str) -> None:
    assert pick_groups(GROUPS, who)["gid"].tolist() == [gid]


def test_several_groups_come_in_the_order_of_the_server_once_each() -> None:
    assert pick_groups(GROUPS, ["700700", "工作", "552603", "700700"])["gid"].tolist() == ["11", "12", "13"]
    assert pick_groups(GROUPS, GROUPS.iloc[[2, 0]])["gid"].tolist() == ["11", "13"]
    assert pick_groups(GROUPS, [])["gid"].tolist() == []
    assert pick_groups(GROUPS, GROUPS.iloc[:0])["gid"].tolist() == []


def test_rows_with_any_index_are_found() -> None:
    moved = GROUPS.set_index(pd.Index([9, 8, 7, 6, 5]))
    assert pick_groups(moved, "工作")["gid"].tolist() == ["12"]
    assert pick_groups(GROUPS, moved[moved["gname"] == "11"])["gid"].tolist() == ["14"]


def test_an_ambiguous_name_lists_the_choices_with_their_numbers() -> None:
    with pytest.raises(Ambiguous) as caught:
        pick_groups(GROUPS, "老同学")
    text = str(caught.value)
    assert "2 groups go by '老同学'" in text and "by its number or id" in text
    assert "工作 (gid=12" in text and "老同学 (gnumber=700700, gid=13" in text


def test_a_name_that_looks_like_the_number_of_another_group_is_ambiguous() -> None:
    with pytest.raises(Ambiguous, match="2 groups go by '11'"):
        pick_groups(GROUPS, "11")


def test_a_name_nobody_has_offers_the_nearest() -> None:
    with pytest.raises(NotFound) as caught:
        pick_groups(GROUPS, "PERL学习")
    assert "No group goes by 'PERL学习'; my.groups() lists all." in str(caught.value)
    assert "PERL学习交流 (gnumber=552603, gid=11" in str(caught.value)


def test_part_of_a_name_is_not_enough_to_be_meant() -> None:
    with pytest.raises(NotFound):
        pick_groups(GROUPS, "PERL")


def test_among_no_groups_at_all_nothing_is_offered() -> None:
    with pytest.raises(NotFound, match="lists all"):
        pick_groups(GROUPS.iloc[:0], "x")


def test_of_many_choices_a_dozen_is_listed() -> None:
    many = frame(schema.GROUPS, *({"displayname": "群", "gname": "群", "gid": str(n)} for n in range(40)))
    with pytest.raises(Ambiguous, match="and 28 more"):
        pick_groups(many, "群")


@pytest.mark.parametrize("who", [1.0, float("nan"), True, None, b"552603", object(), [1.5], pd.NA])
def test_what_is_no_name_is_refused(who: Any) -> None:
    with pytest.raises(InvalidInput, match="named by a text or a number"):
        pick_groups(GROUPS, who)


@pytest.mark.parametrize(
    "row", [{"nick": "x"}, pd.Series({"qq": "1"}), pd.Series({"gnumber": np.nan, "gid": None})]
)
def test_a_row_that_means_no_group_is_refused(row: Any) -> None:
    with pytest.raises(InvalidInput, match=r"none of gnumber, gid.*my\.groups\(\)"):
        pick_groups(GROUPS, row)


def test_a_row_of_a_login_before_is_not_found() -> None:
    with pytest.raises(NotFound, match="gid=999"):
        pick_groups(GROUPS, pd.Series({"gname": "工作", "gid": "999"}))


def test_the_permanent_number_of_a_row_counts_before_its_id() -> None:
    old = pd.Series({"gnumber": "700700", "gid": "11"})
    assert pick_groups(GROUPS, old)["gid"].tolist() == ["13"]


def test_a_discuss_is_found_by_name_members_or_id() -> None:
    assert pick_discuss(DISCUSSES, "午饭")["did"].tolist() == ["1"]
    assert pick_discuss(DISCUSSES, "甲、乙")["did"].tolist() == ["2"]
    assert pick_discuss(DISCUSSES, [3, "1"])["did"].tolist() == ["1", "3"]


def test_the_empty_name_of_several_discusses_is_ambiguous() -> None:
    with pytest.raises(Ambiguous, match="甲、乙"):
        pick_discuss(DISCUSSES, "")


@pytest.mark.parametrize("who", ["灰灰", "小灰", "灰", "1001", 1001, "5001"])
def test_one_person_in_several_places_is_one(who: Any) -> None:
    assert pick_person(PEOPLE, who)["qq"] == "1001"


def test_a_person_without_an_id_is_found() -> None:
    assert pick_person(PEOPLE, "孤")["qq"] == "1009"


def test_two_people_of_one_name_are_ambiguous_with_what_tells_them_apart() -> None:
    with pytest.raises(Ambiguous) as caught:
        pick_person(PEOPLE, "小陈")
    assert "小陈 (qq=1002, id=5002, category=同学)" in str(caught.value)
    assert "小陈 (id=5003, category=同学)" in str(caught.value)


def test_nobody_offers_near_names() -> None:
    with pytest.raises(NotFound, match=r"my\.friends\(\) or my\.members\(\) lists all"):
        pick_person(PEOPLE, "小辉")


def roster() -> Roster:
    return Roster(
        me=frame(schema.ME, {"nick": "小机", "qq": "1", "id": "1"}).iloc[0],
        friends=PEOPLE[list(schema.FRIENDS.names)].head(3),
        groups=GROUPS,
        members=frame(
            schema.MEMBERS,
            {"displayname": "灰", "nick": "小灰", "id": "5001", "gid": "11"},
            {"displayname": "群友", "nick": "群友", "id": "6001", "qq": "1600", "gid": "11"},
        ),
        discusses=DISCUSSES,
        discuss_members=frame(schema.DISCUSS_MEMBERS, {"displayname": "丁", "id": "7001", "qq": "1700"}),
        fetched_at=pd.Timestamp("2026-11-17 08:00", tz=ZONE),
    )


def test_a_roster_gives_an_arriving_message_its_permanent_numbers() -> None:
    known = roster().number({"sender_id": "5001", "receiver_id": "6001", "group_id": "11", "sender": "x"})
    assert known == {
        "sender_id": "5001",
        "receiver_id": "6001",
        "group_id": "11",
        "sender": "x",
        "sender_qq": "1001",
        "receiver_qq": "1600",
        "receiver": "群友",
        "gnumber": "552603",
        "group": "PERL学习交流",
    }


def test_a_roster_changes_nothing_that_came_and_invents_nothing() -> None:
    came = {
        "sender_id": "5001",
        "sender_qq": "9",
        "sender": "名",
        "group_id": "12",
        "gnumber": "8",
        "group": "群",
    }
    assert roster().number(came) == came
    unknown = {"sender_id": "404", "sender": "", "group_id": "404"}
    assert roster().number(unknown) == unknown
    assert roster().number({}) == {}
    assert roster().number({"sender_id": None, "group_id": None}) == {"sender_id": None, "group_id": None}


@pytest.mark.parametrize("blank", ["", "  ", None])
def test_a_sender_whose_name_came_empty_gets_the_name_that_is_shown(blank: str | None) -> None:
    assert roster().number({"sender_id": "5003", "sender": blank})["sender"] == "小陈"


def test_a_roster_tells_its_counts_in_one_line() -> None:
    assert repr(roster()) == (
        "<Roster of 小机: 3 friends, 5 groups with 2 members, 3 discusses, 2026-11-17 08:00>"
    )
