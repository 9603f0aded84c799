"""Searching by a part of any name or number: the same in every dialect, whatever is in the names."""

import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Literal

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import openqq_nb as oq
from openqq_nb.demo_account import DemoAccount
from openqq_nb.schema import FRIENDS, GROUPS
from openqq_nb.searching import Index, initials, search_friends, search_groups


@pytest.fixture(scope="module", params=["openqq1", "openqq2", "onebot11"])
def my(request: pytest.FixtureRequest) -> Iterator[DemoAccount]:
    protocol: Literal["openqq1", "openqq2", "onebot11"] = request.param
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


# Few characters, so that words and cells meet: read in one way and in several, letters in all widths and cases, what
# case folding makes longer, what composes, blanks of all kinds, and what a separator of texts might be.
SIGNS = "小灰解单乐重xXhＸｈjß1１éе\u0301🦊👩\u200d \u3000\n\x00\x1f|"
CELLS = st.none() | st.text(st.sampled_from(SIGNS) | st.characters(codec="utf-8"), max_size=8)
TEXTS = st.text(st.sampled_from(SIGNS) | st.characters(), max_size=5)
COLUMNS = ["nick", "card", "qq", "id"]
ROWS = st.lists(st.fixed_dictionaries(dict.fromkeys(COLUMNS, CELLS)), max_size=5)


def plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def has(row: dict[str, str | None], word: str) -> bool:
    """Say whether a row has a word, cell by cell: the slow and simple way."""
    for name, cell in row.items():
        if cell is not None and (plain(cell) == word if name == "id" else word in plain(cell)):
            return True
        sounds = cell is not None and name != "id" and not plain(cell).isascii()
        if sounds and word.isascii() and word.isalpha() and any(word in one for one in initials(cell or "")):
            return True
    return False


def index_of(rows: list[dict[str, str | None]]) -> Index:
    return Index(pd.DataFrame(rows, columns=COLUMNS, dtype="str"), COLUMNS)


@given(rows=ROWS, text=TEXTS)
@example(rows=[dict.fromkeys(COLUMNS, "小灰")], text="xh")
@example(rows=[dict.fromkeys(COLUMNS, "strasse")], text="STRAßE")
@example(rows=[{"nick": "小", "card": "灰", "qq": None, "id": None}], text="xh")
@example(rows=[{"nick": "e", "card": "\u0301", "qq": None, "id": None}], text="é")
@example(rows=[dict.fromkeys(COLUMNS, "小")], text="\ud800")
def test_the_index_finds_the_rows_that_have_every_word(rows: list[dict[str, str | None]], text: str) -> None:
    index = index_of(rows)
    words = plain(text).split()
    found = index.find(text)
    assert found.dtype == np.int64
    assert found.tolist() == [at for at, row in enumerate(rows) if all(has(row, word) for word in words)]


@given(rows=ROWS, text=TEXTS)
@example(rows=[dict.fromkeys(COLUMNS, "a b")], text="a b")
@example(rows=[{"nick": "a", "card": "b", "qq": None, "id": None}], text="a b")
def test_a_phrase_is_found_as_it_is(rows: list[dict[str, str | None]], text: str) -> None:
    phrase = plain(text).strip()
    expected = [at for at, row in enumerate(rows) if not phrase or has(row, phrase)]
    assert index_of(rows).find_phrase(text).tolist() == expected


@given(rows=ROWS.filter(bool), start=st.integers(0, 4), end=st.integers(0, 9))
def test_any_part_of_a_name_finds_its_row(rows: list[dict[str, str | None]], start: int, end: int) -> None:
    part = plain(rows[-1]["nick"] or "")[start:end]
    assert len(rows) - 1 in index_of(rows).find(part)


def test_words_may_be_in_different_cells_and_in_any_order() -> None:
    index = index_of([{"nick": "小灰", "card": "班长", "qq": "99001", "id": "7"}])
    for text in ("班长 灰", "001 xh", "小灰　ＢＺ", "7 小"):
        assert index.find(text).tolist() == [0], text
    assert index.find("班长 大").tolist() == []


def test_a_part_of_a_temporary_id_finds_no_row_and_the_whole_of_it_does() -> None:
    frame = pd.DataFrame({"gid": ["71", "7"], "did": ["8", "71"], "id": ["1", "81"]}, dtype="str")
    index = Index(frame, ["gid", "did", "id"])
    assert [index.find(text).tolist() for text in ("7", "71", "1", "18")] == [[1], [0, 1], [0], []]


def test_numbers_that_are_no_texts_are_found_and_missing_ones_are_not() -> None:
    frame = pd.DataFrame({"member_count": pd.array([12, None], "Int64"), "qq": ["1", "2"]})
    index = Index(frame, ["member_count", "qq"])
    assert [index.find(text).tolist() for text in ("12", "na", "")] == [[0], [], [0, 1]]


@pytest.mark.parametrize("columns", [[], ["nick"], ["id"], ["nick", "id"]])
def test_an_index_of_nothing_finds_nothing(columns: list[str]) -> None:
    empty = Index(pd.DataFrame({"nick": [], "id": []}, dtype="str"), columns)
    assert empty.find("小").tolist() == empty.find("x").tolist() == empty.find("").tolist() == []


def test_an_index_without_columns_knows_how_many_rows_there_are() -> None:
    index = Index(friends("小灰", "大白"), [])
    assert (index.find("小").tolist(), index.find(" ").tolist()) == ([], [0, 1])


def test_an_index_stays_as_it_was_when_the_frame_changes() -> None:
    frame = friends("小灰")
    index = Index(frame, ["nick"])
    frame.loc[0, "nick"] = "大白"
    assert index.find("灰").tolist() == [0] and index.find("xh").tolist() == [0]


def test_readings_beyond_the_limit_count_in_their_usual_way_only() -> None:
    assert initials("解") == ("j", "x")
    index = index_of([{"nick": "解" * 6 + "灰解", "card": None, "qq": None, "id": None}])
    assert [index.find(letters).tolist() for letters in ("xxxxxxh", "hj", "hx")] == [[0], [0], []]


def test_many_threads_may_ask_one_index_for_its_first_initials() -> None:
    index, together = index_of([{"nick": "小灰", "card": None, "qq": None, "id": None}] * 1000), Barrier(8)

    def ask(which: int) -> int:
        together.wait(10)
        if which % 2:
            index.prepare()
        return len(index.find("xh"))

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(ask, range(8))) == [1000] * 8


def test_pinyin_is_loaded_by_letters_only() -> None:
    script = """
import sys
import pandas as pd
from openqq_nb.searching import Index
index = Index(pd.DataFrame({"nick": ["小灰"], "qq": ["990"]}), ["nick", "qq"])
print(*index.find("灰 99"), "pypinyin" in sys.modules, *index.find("xh"), "pypinyin" in sys.modules)
"""
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["0", "False", "0", "True"]
