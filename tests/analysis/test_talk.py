"""复读 and mentions, one case at a time."""

import pandas as pd
import pyarrow as pa
import pytest

from openqq_nb import analysis
from tests.analysis.engines import IN_PROCESS, rows

every_engine = pytest.mark.parametrize("engine", IN_PROCESS)


def said(*messages: tuple[str, str] | tuple[str, str, str]) -> pa.Table:
    """Of name, text and kind; each name has its own number unless it has a `/` with another one."""
    told = [
        {
            "msg_time": pd.Timestamp("2026-11-16 09:30"),
            "sender": name.partition("/")[0],
            "sender_qq": name.partition("/")[2] or name,
            "content": text,
            "kind": more[0] if more else "text",
            "place": place,
        }
        for place, (name, text, *more) in enumerate(messages)
    ]
    return pa.Table.from_pylist(told)


def runs(engine: str, *messages: tuple[str, str] | tuple[str, str, str]) -> list[float]:
    return [row[5] for row in rows(analysis.repeats(IN_PROCESS[engine](said(*messages))))]


def mentions(engine: str, *messages: tuple[str, str] | tuple[str, str, str]) -> dict[str, float]:
    return {row[3]: row[5] for row in rows(analysis.replies(IN_PROCESS[engine](said(*messages))))}


@every_engine
def test_one_person_alone_repeats_nobody(engine: str) -> None:
    assert runs(engine, ("a", "哈"), ("a", "哈"), ("a", "哈")) == []
    assert runs(engine, ("a", "哈"), ("a", "哈"), ("b", "哈")) == [3.0]


@every_engine
@pytest.mark.parametrize("between", [("b", "好"), ("b", "哈", "system"), ("b", "哈", "image"), ("b", "")])
def test_anything_else_in_between_breaks_a_run(engine: str, between: tuple[str, str]) -> None:
    assert runs(engine, ("a", "哈"), ("b", "哈"), between, ("a", "哈"), ("b", "哈")) == []


@every_engine
def test_pictures_that_read_alike_are_not_the_same(engine: str) -> None:
    assert runs(engine, *[(name, "[图片]", "image") for name in "abc"]) == []
    assert runs(engine, *[(name, "/微笑", "face") for name in "abc"]) == [3.0]


@every_engine
def test_a_name_that_two_people_have_means_nobody(engine: str) -> None:
    assert mentions(engine, ("小灰/1", "在"), ("小灰/2", "在"), ("小明", "@小灰 在吗")) == {}
    assert mentions(engine, ("小灰/1", "在"), ("小灰/2", "在"), ("小明", "@2 在吗")) == {"小灰": 1.0}


@every_engine
def test_of_two_names_the_longer_one_is_meant(engine: str) -> None:
    people = (("小/1", "在"), ("小 灰/2", "在"))
    assert mentions(engine, *people, ("小明", "@小 灰 在吗")) == {"小 灰": 1.0}
    assert mentions(engine, *people, ("小明", "@小 明 在吗")) == {"小": 1.0}


@every_engine
def test_a_mention_of_everybody_or_inside_a_word_is_none(engine: str) -> None:
    people = (("全体成员/1", "在"), ("小灰/2", "在"))
    assert mentions(engine, *people, ("小明", "@全体成员 @小灰灰 @ x@y.z")) == {}
