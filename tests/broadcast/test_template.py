"""The text of a broadcast with its fields."""

import re
import time
import tracemalloc
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openqq_nb.broadcast.template import filled, parsed
from openqq_nb.errors import InvalidInput


def texts(template: str, **columns: Any) -> list[str | None]:
    result: list[str | None] = filled(parsed(template), pd.DataFrame(columns)).texts.to_pylist()
    return result


def problems(template: str, **columns: Any) -> list[str | None]:
    result: list[str | None] = filled(parsed(template), pd.DataFrame(columns)).problems.to_pylist()
    return result


def test_a_field_is_filled_in_for_each_row() -> None:
    assert texts("{nick}，周五聚餐！", nick=["小灰", "大白"]) == ["小灰，周五聚餐！", "大白，周五聚餐！"]


def test_a_text_without_fields_is_the_same_for_all() -> None:
    assert texts("大家好", nick=["小灰", "大白"]) == ["大家好", "大家好"]


def test_a_long_text_without_fields_costs_what_arrow_needs_for_it() -> None:
    template, people = parsed("早" * 1000), pd.DataFrame({"nick": ["小灰"] * 10_000})
    tracemalloc.start()
    try:
        assert filled(template, people).texts[-1].as_py() == "早" * 1000
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()


def test_doubled_braces_are_braces() -> None:
    assert texts("{{nick}} {nick} }}{{", nick=["小灰"]) == ["{nick} 小灰 }{"]


@pytest.mark.parametrize("quoted", ['"朋友"', "'朋友'", "“朋友”", "‘朋友’"])
def test_the_first_choice_that_is_not_blank_counts(quoted: str) -> None:
    columns = {"markname": ["老王", "", None, " "], "nick": ["a", "b", None, "\t"]}
    assert texts(f"{{markname|nick|{quoted}}}", **columns) == ["老王", "b", "朋友", "朋友"]


def test_a_quoted_text_may_hold_what_separates_choices_and_braces() -> None:
    assert texts('{nick|"a|b}{c"}', nick=[None]) == ["a|b}{c"]
    assert texts('{nick|""}!', nick=[None]) == ["!"]


def test_spaces_around_a_choice_do_not_count_and_those_inside_do() -> None:
    assert texts('{ full name | " 您 " }', **{"full name": ["小灰", None]}) == ["小灰", " 您 "]


def test_what_is_missing_or_blank_without_another_choice_is_a_problem_of_that_row() -> None:
    found = problems("{nick}，{card}", nick=["a", " ", "c"], card=["x", "y", None])
    assert found == [None, "there is no value for {nick}", "there is no value for {card}"]
    assert texts("{nick}，{card}", nick=["a", " "], card=["x", "y"]) == ["a，x", None]


@pytest.mark.parametrize(
    "template",
    [
        "{nick.__class__}", "{nick[0]}", "{nick!r}", "{nick:>10}", "{nick()}", "{", "}", "{nick", "nick}", "{}", "{ }",
        "{nick|}", "{|nick}", "{nick||qq}", '{nick|"朋友}', "{{nick}", "{nick}}", "{a{b}}", '{nick"朋友"}', '{"a"b}',
    ],
)  # fmt: skip
def test_what_is_more_or_less_than_a_name_is_refused(template: str) -> None:
    with pytest.raises(InvalidInput, match=r"cannot be read.*(?s:.)*Nothing was planned"):
        parsed(template)


@pytest.mark.parametrize(
    "template",
    ["{" + '"a", ' * 200, "{" + "'好'和" * 200 + "“", "{" + " " * 20_000 + '"', '{"a"' + " " * 20_000 + "!}"],
)
def test_a_field_that_does_not_end_is_told_at_once_whatever_stands_in_it(template: str) -> None:
    began = time.process_time()
    with pytest.raises(InvalidInput, match="cannot be read"):
        parsed(template)
    assert time.process_time() - began < 1  # without end where each quote is tried in two ways


@pytest.mark.parametrize("template", ["", " \n", None, 1, b"x", "a\ud800"])
def test_no_text_is_refused(template: object) -> None:
    with pytest.raises(InvalidInput, match="nothing was planned"):
        parsed(template)


def test_an_unknown_field_lists_the_columns() -> None:
    with pytest.raises(InvalidInput, match=re.escape("{name|nick}") + r"[\s\S]*'name'[\s\S]*nick\n  qq"):
        parsed("{name|nick}").check(["nick", "qq"])
    parsed("{qq} {nick}").check(["nick", "qq"])


@settings(deadline=None)
@given(st.text(), st.text(st.characters(exclude_categories=["Cs", "Cc", "Cf"]), min_size=1))
def test_nothing_in_a_name_changes_the_template(around: str, nick: str) -> None:
    around = around.encode(errors="replace").decode()
    escaped = around.replace("{", "{{").replace("}", "}}")
    found = filled(parsed(escaped + "{nick|'x'}" + escaped), pd.DataFrame({"nick": [nick]}))
    assert found.texts.to_pylist() == [around + (nick if nick.strip() else "x") + around]


def test_marks_in_a_name_that_turn_or_break_the_text_around_it_are_left_out() -> None:
    assert texts("{nick}，你好", nick=["a\u202eb\x00\x1b[31m\u2066\nc"]) == ["ab[31m\nc，你好"]


def test_numbers_and_times_are_written_as_people_do() -> None:
    when = pd.to_datetime(["2026-11-27 18:30", ""]).tz_localize("Asia/Shanghai")
    assert texts("{n}/{f}/{p}/{on}/{at|'?'}/{b}", n=[3, 4], f=[3.0, 2.5], p=pd.array([1, 2], "Int64"),
                 on=pd.to_datetime(["2026-11-27", "2026-11-28"]), at=when, b=[True, False]) == [
        "3/3/1/2026-11-27/2026-11-27 18:30/True", "4/2.5/2/2026-11-28/?/False",
    ]  # fmt: skip


def test_any_column_may_hold_values_of_any_kind() -> None:
    odd: list[object] = [1, "二", None, 3.5, pd.NA, "\ud800"]
    assert texts("{x|'-'}", x=pd.Series(odd, dtype=object)) == ["1", "二", "-", "3.5", "-", "\ufffd"]
