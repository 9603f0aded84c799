import re
from itertools import product
from typing import Any

import polars as pl
import pytest
import rjieba
from hypothesis import given, settings
from hypothesis import strategies as st

from openqq_nb.analysis import phrases
from openqq_nb.analysis.cutting.tokens import joined
from openqq_nb.columns import to_pandas
from openqq_nb.errors import InvalidInput
from tests.analysis.further import log, rows
from tests.analysis.test_words import SPOKEN, TALK, Said, told


def plain_phrases(talk: Said) -> dict[tuple[str, int], tuple[int, int, int]]:
    """All sequences of two to five words, with the messages, counts and people of their text."""
    said = [[joined(stretch) for stretch in stretches(pieces)] for pieces, _, _ in talk]
    lengths = {
        (joined(stretch[start : start + length]), length)
        for pieces, _, _ in talk
        for stretch in stretches(pieces)
        for start, length in product(range(len(stretch)), range(2, 6))
        if start + length <= len(stretch)
    }
    return {(phrase, length): plain_count(phrase, said, talk) for phrase, length in lengths}


def plain_count(phrase: str, said: list[list[str]], talk: Said) -> tuple[int, int, int]:
    whole = re.compile(rf"(?<![!-~]){re.escape(phrase)}(?![!-~])")
    often = [sum(len(whole.findall(stretch)) for stretch in one) for one in said]
    people = {qq for times, (_, qq, _) in zip(often, talk, strict=True) if times}
    return sum(times > 0 for times in often), sum(often), len(people)


def stretches(pieces: list[str]) -> list[list[str]]:
    """The words of a message that no sign parts, and no blank but between Latin words."""
    found: list[list[str]] = [[]]
    for piece in pieces:
        words = [word.lower() for word in rjieba.cut(piece) if word != " "] if piece in SPOKEN else [""]
        if found[-1] and not (found[-1][-1].isascii() and words[0].isascii()):
            found.append([])
        for word in words:
            if any(sign.isalnum() for sign in word):
                found[-1].append(word)
            else:
                found.append([])
    return found


@settings(deadline=None, max_examples=100)
@given(TALK, st.integers(1, 3))
def test_phrases_are_counted_as_a_loop_counts_them(talk: Said, times: int) -> None:
    plain = plain_phrases(talk * times)
    found = {
        (row["phrase"], row["length"]): (row["messages"], row["count"], row["people"])
        for row in rows(phrases(told(talk * times)))
    }
    assert found == {key: plain[key] for key in found}


def test_somebody_with_two_names_is_one_of_the_people_of_a_phrase() -> None:
    said = [{"sender": name, "sender_qq": "1", "content": "周末爬山"} for name in ("小灰", "大灰")] + [
        {"content": "下雨"}
    ] * 3
    assert [row["people"] for row in rows(phrases(to_pandas(log(said))))] == [1]


def test_the_phrases_in_most_messages_come_first() -> None:
    said = ["周末爬山，" * 300, *["加班下雨"] * 9, "天气", "火锅"]
    found = rows(phrases(to_pandas(log([{"sender": "小灰", "content": one} for one in said]))))
    assert [(row["phrase"], row["messages"], row["count"], row["people"]) for row in found] == [
        ("加班下雨", 9, 9, 1),
        ("周末爬山", 1, 300, 1),
    ]


def test_phrases_do_not_go_beyond_signs_emoji_and_messages() -> None:
    said = ["周末，爬山", "周末😂爬山", "周末\n爬山", "周末[图片]爬山", "周末", "爬山"] * 3
    assert len(phrases(pl.from_arrow(log([{"content": one} for one in said])))) == 0


def found_in(*contents: str) -> list[tuple[str, int, int]]:
    found = rows(phrases(to_pandas(log([{"content": one} for one in contents]))))
    return [(row["phrase"], row["messages"], row["count"]) for row in found]


def test_a_blank_parts_a_phrase_but_not_between_latin_words() -> None:
    said = ["Hello  World爬山"] * 3 + ["加班"] * 5
    assert found_in(*said) == [("hello world爬山", 3, 3)]
    assert found_in(*["收到 谢谢"] * 10, *["加班"] * 5) == []
    assert found_in(*["good morning 收到"] * 4, *["加班"] * 5) == [("good morning", 4, 4)]


def test_a_phrase_is_counted_by_its_text_also_inside_of_longer_phrases_and_where_it_is_cut_otherwise() -> (
    None
):
    assert rjieba.cut("绝绝子") != rjieba.cut("求带绝绝子")[1:]
    said = ["求带绝绝子"] * 3 + ["借充电宝用"] * 4 + ["充电宝坏掉"] * 4 + ["充电宝"] * 8
    said += ["绝绝子", "下雨"]
    found = {phrase: (inside, often) for phrase, inside, often in found_in(*said)}
    assert found["充电宝"] == (16, 16)
    assert found["求带绝绝子"] == (3, 3)
    assert all(sum(phrase in one for one in said) == inside for phrase, (inside, _) in found.items())


def test_a_phrase_that_also_stands_alone_is_kept_beside_the_longer_one() -> None:
    said = ["周末爬山加班"] * 2 + ["周末爬山"] * 3 + ["下雨", "天气"]
    found = rows(phrases(to_pandas(log([{"content": one} for one in said]))))
    assert {(row["phrase"], row["count"]) for row in found} == {("周末爬山", 5), ("周末爬山加班", 2)}


def test_function_words_do_not_stand_at_the_ends_of_a_phrase() -> None:
    said = ["我们周末的爬山了"] * 4 + ["加班"] * 4
    assert [row["phrase"] for row in rows(phrases(to_pandas(log([{"content": one} for one in said]))))] == [
        "周末的爬山"
    ]


@pytest.mark.parametrize("wrong", [(1, 3), (3, 2), 3, (2,), ("2", "3"), None])
def test_a_length_that_cannot_be_meant_is_refused(wrong: Any) -> None:
    with pytest.raises(InvalidInput):
        phrases(to_pandas(log([])), length=wrong)
