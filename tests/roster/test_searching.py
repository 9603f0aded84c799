"""Searching by a part of any name or number: the same in every dialect, whatever is in the names."""

from collections.abc import Iterator
from typing import Literal

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import openqq_nb as oq
from openqq_nb.demo_account import DemoAccount
from openqq_nb.schema import FRIENDS, GROUPS
from openqq_nb.searching import initials, search_friends, search_groups


@pytest.fixture(scope="module", params=["openqq1", "openqq2"])
def my(request: pytest.FixtureRequest) -> Iterator[DemoAccount]:
    protocol: Literal["openqq1", "openqq2"] = request.param
    demo = oq.demo(protocol, seed=31, friends=12, groups=4, members=5)
    yield demo
    demo.close()


def friends(*nicks: str) -> pd.DataFrame:
    rows = [
        {"displayname": nick, "nick": nick, "qq": f"99000{place}", "id": f"7{place}"}
        for place, nick in enumerate(nicks)
    ]
    return FRIENDS.frame(FRIENDS.table(rows))


def found(text: object, *nicks: str) -> list[str]:
    return search_friends(friends(*nicks), text)["nick"].tolist()


def test_a_part_of_any_name_finds_a_friend() -> None:
    named = friends("小灰").assign(markname="班长", displayname="班长")
    for part in ("小", "灰", "班长", "长"):
        assert len(search_friends(named, part)) == 1, part


@pytest.mark.parametrize("number", ["990001", "0001", 990001, "71", 71])
def test_a_part_of_a_number_finds_a_friend(number: object) -> None:
    assert found(number, "甲", "乙") == ["乙"]


def test_a_part_of_an_id_finds_nobody() -> None:
    assert found("7", "甲", "乙") == []


@pytest.mark.parametrize("text", ["xh", "XH", "\uff38\uff28", " xh "])
def test_pinyin_initials_find_a_name_in_either_case_and_width(text: str) -> None:
    assert found(text, "小灰", "大白") == ["小灰"]


def test_initials_are_found_in_the_middle_of_a_name_with_letters_and_emoji() -> None:
    assert found("hperl", "小灰PERL", "🦊灰perl学习", "灰") == ["小灰PERL", "🦊灰perl学习"]


@pytest.mark.parametrize("text", ["d", "s", "c"])
def test_a_character_that_is_read_in_several_ways_is_found_by_each(text: str) -> None:
    assert found(text, "单") == ["单"]


def test_initials_are_letters_only() -> None:
    assert found("x1", "小1") == []
    assert found("小1", "小1") == ["小1"]


def test_a_name_of_many_readings_has_few_spellings() -> None:
    assert len(initials("单解重乐行了着" * 30)) <= 64


def test_nothing_of_a_search_is_a_pattern() -> None:
    assert found(".*", "小灰", "a.*b") == ["a.*b"]
    assert found("[", "小灰", "[群]") == ["[群]"]


def test_no_hit_is_an_empty_frame_of_the_same_columns() -> None:
    empty = search_friends(friends("小灰"), "没有")
    assert empty.dtypes.equals(friends("小灰").dtypes) and empty.empty


@pytest.mark.parametrize("text", ["", "  ", "\u3000"])
def test_nothing_to_look_for_is_refused(text: str) -> None:
    with pytest.raises(oq.InvalidInput, match="nothing to look for"):
        search_friends(friends("小灰"), text)


@pytest.mark.parametrize("text", [None, True, 1.5, ["小灰"]])
def test_what_is_no_text_or_number_is_refused(text: object) -> None:
    with pytest.raises(oq.InvalidInput, match="a text or a number"):
        search_friends(friends("小灰"), text)


@given(name=st.text(max_size=20), rest=st.text(max_size=5))
def test_any_name_is_found_by_itself_and_by_its_own_initials(name: str, rest: str) -> None:
    frame = friends(name + rest, "无关")
    nick = frame["nick"].iloc[0]
    if nick.strip():
        assert nick in search_friends(frame, nick)["nick"].tolist()
    for spelled in initials(nick):
        if spelled.isascii() and spelled.isalpha():
            assert nick in search_friends(frame, spelled)["nick"].tolist()


def test_groups_are_found_by_name_remark_number_and_initials() -> None:
    rows = [
        {"displayname": "老同学", "gmarkname": "老同学", "gname": "羽毛球", "gnumber": "123456", "gid": "88"}
    ]
    groups = GROUPS.frame(GROUPS.table(rows))
    for text in ("羽毛", "同学", "ymq", "ltx", "3456", 88):
        assert len(search_groups(groups, text)) == 1, text


def test_both_dialects_find_the_same_people_and_groups(my: DemoAccount) -> None:
    friend, group = my.friends().iloc[3], my.groups().iloc[1]
    assert friend["qq"] in my.search_friends(friend["nick"][:1])["qq"].tolist()
    assert group["gid"] in my.search_groups(group["gname"])["gid"].tolist()
    assert my.search_friends(friend["qq"]).iloc[0].equals(friend)
