"""What people give: their own frames with few columns, of other types, with other clocks, or with nothing in them."""

from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import openqq_nb as oq
from openqq_nb import analysis
from openqq_nb.analysis import results
from openqq_nb.errors import InvalidInput
from tests.analysis.engines import IN_PROCESS, rows
from tests.analysis.logs import made, table

QUESTIONS = {
    "activity": results.ACTIVITY,
    "calendar": results.CALENDAR,
    "conversations": results.CONVERSATIONS,
    "ranking": results.RANKING,
    "repeats": results.REPEATS,
    "replies": results.REPLIES,
    "turnover": results.TURNOVER,
}
TIMES = ["2026-11-16 09:30:00", "2026-11-16 09:30:00", "2026-11-16 23:59:59"]
every_question = pytest.mark.parametrize("question", QUESTIONS)


def own(**more: Any) -> pd.DataFrame:
    said = {"sender": ["小灰", "小明", "小灰"], "content": ["哈", "哈", "哈"]}
    return pd.DataFrame({"msg_time": pd.to_datetime(TIMES), **said, **more})


def ask(question: str, frame: Any) -> Any:
    return getattr(analysis, question)(frame)


@every_question
@pytest.mark.parametrize("size", [0, 1, 20])
def test_columns_and_dtypes_of_pandas_are_those_declared_for_any_log(question: str, size: int) -> None:
    result = ask(question, table(made(5, size)).to_pandas())
    declared = QUESTIONS[question]
    assert tuple(result.columns) == declared.names
    assert [str(dtype) for dtype in result.dtypes] == [str(column.dtype) for column in declared.columns]
    assert isinstance(result.index, pd.RangeIndex)


@every_question
def test_a_frame_with_only_times_names_and_texts_is_enough(question: str) -> None:
    assert len(ask(question, own())) == {"activity": 2, "calendar": 1, "conversations": 2, "ranking": 2, "repeats": 1,
                                         "replies": 0, "turnover": 1}[question]  # fmt: skip


@every_question
def test_a_frame_without_rows_and_types_gives_no_rows(question: str) -> None:
    assert ask(question, pd.DataFrame(columns=["msg_time", "sender", "content"])).empty


@every_question
def test_columns_of_python_objects_are_read_as_the_texts_and_times_that_they_hold(question: str) -> None:
    numbers = own(sender_qq=pd.Series([101, None, 101], dtype=object), kind=[None, None, None])
    frame = own(sender_qq=["101", None, "101"]).astype({"sender_qq": "str"})
    assert rows(ask(question, numbers.astype(object))) == rows(ask(question, frame))


@every_question
@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_times_of_any_resolution_and_zone_give_the_same_answer(question: str, unit: str) -> None:
    expected = rows(ask(question, own()))
    aware = pd.Series(pd.to_datetime(TIMES)).dt.tz_localize("Asia/Shanghai")
    for zone in ("UTC", "America/New_York", "Asia/Shanghai"):
        assert rows(ask(question, own(msg_time=aware.dt.tz_convert(zone).dt.as_unit(unit)))) == expected  # type: ignore[arg-type]


@every_question
@pytest.mark.parametrize("engine", IN_PROCESS)
def test_times_without_a_zone_are_read_as_clocks_in_china_show_them(question: str, engine: str) -> None:
    naive = pa.Table.from_pandas(own(place=[0, 1, 2]), preserve_index=False)
    assert rows(ask(question, IN_PROCESS[engine](naive))) == rows(ask(question, own()))


@every_question
def test_categories_are_read_as_texts(question: str) -> None:
    frame = own(chat=["群"] * 3).astype({"sender": "category", "chat": "category"})
    assert rows(ask(question, frame)) == rows(ask(question, own(chat=["群"] * 3)))


@every_question
def test_messages_without_a_time_are_left_out(question: str) -> None:
    frame = own()
    more = frame.reindex([0, 1, 2, 3]).assign(sender=["小灰", "小明", "小灰", "小灰"])
    assert rows(ask(question, more)) == rows(ask(question, frame))


@every_question
def test_half_a_surrogate_pair_in_a_name_is_shown_and_breaks_nothing(question: str) -> None:
    frame = own()
    frame["sender"] = pd.Series(["\ud83d", "b", "\ud83d"], dtype=object)
    ask(question, frame)


@every_question
@pytest.mark.parametrize("wrong", [None, 5, "messages.db", [1], pd.DataFrame({"time": [1]})])
def test_what_is_no_log_is_refused_with_what_to_give(question: str, wrong: object) -> None:
    with pytest.raises(InvalidInput, match=r"log|msg_time"):
        ask(question, wrong)


@every_question
@pytest.mark.parametrize("times", [[1.5, 2.5, 3.5], ["a", "b", "c"], TIMES])
def test_times_that_are_none_are_refused_with_how_to_convert_them(question: str, times: list[Any]) -> None:
    with pytest.raises(InvalidInput, match="to_datetime"):
        ask(question, own(msg_time=times))


def test_numbers_kept_as_fractions_are_refused() -> None:
    with pytest.raises(InvalidInput, match="damages long numbers"):
        analysis.ranking(own(sender_qq=[1.0, None, 1.0]))
    with pytest.raises(InvalidInput, match="damages long numbers"):
        analysis.ranking(own(sender_qq=pd.Series([12345678901234567.0, None, 7], dtype=object)))
    assert len(analysis.ranking(own(sender_qq=[None, None, None]))) == 2


def test_an_inbox_a_roster_and_members_are_taken_as_they_are() -> None:
    my = oq.demo(seed=23)
    try:
        with my.listen() as inbox:
            my.simulator.say("小灰", "在吗？")
            inbox.wait(1, timeout=10)
            for log in (inbox, inbox.df):
                for roster in (None, my.roster(), my.friends()):
                    assert analysis.ranking(log, roster)["displayname"].tolist() == ["小灰"]
    finally:
        my.close()


@pytest.mark.parametrize("engine", IN_PROCESS)
def test_people_are_shown_by_the_names_of_a_roster_where_it_has_their_number(engine: str) -> None:
    log = IN_PROCESS[engine](pa.Table.from_pandas(own(sender_qq=["7", None, "7"]), preserve_index=False))
    roster = pl.DataFrame({"qq": ["7", "7", "8"], "displayname": ["备注", "卡片", "别人"]})
    assert [row[2] for row in rows(analysis.ranking(log, roster))] == ["备注", "小明"]
    assert [row[-2] for row in rows(analysis.conversations(log, roster=roster))][-1:] == ["备注"]


def test_a_result_of_duckdb_is_not_computed_before_it_is_read() -> None:
    con = duckdb.connect()
    con.execute("CREATE TABLE log AS SELECT TIMESTAMP '2026-11-16 09:30' AS msg_time, 'a' AS sender")
    result = analysis.activity(con.table("log"))
    con.execute("INSERT INTO log SELECT * FROM log")
    assert rows(result) == [(1.0, 9.0, 2.0)]


@pytest.mark.parametrize(
    ("question", "wrong"),
    [
        ("conversations", {"silence": "soon"}), ("conversations", {"silence": "-1min"}),
        ("conversations", {"silence": 30}),
        ("repeats", {"at_least": 1}), ("repeats", {"at_least": 2.5}), ("repeats", {"at_least": True}),
        ("turnover", {"every": "fortnight"}), ("turnover", {"gone_after": None}), ("turnover", {"events": 3}),
        ("ranking", {"roster": "小灰"}), ("ranking", {"roster": pd.DataFrame({"qq": ["1"]})}),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused(question: str, wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        getattr(analysis, question)(own(), **wrong)
