"""Frames that are right and unusual: names in a database, types of Arrow, columns twice, numbers that are names."""

from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa
import pytest

from openqq_nb import analysis
from openqq_nb.errors import InvalidInput
from tests.analysis.engines import IN_PROCESS, rows

TIMES = pd.date_range("2026-11-16 09:30", periods=4, freq="s", tz="Asia/Shanghai")
ROSTER = pd.DataFrame({"qq": ["7"], "displayname": ["备\x00'注\\n\""]})


def said(**columns: Any) -> pd.DataFrame:
    return pd.DataFrame({"msg_time": TIMES, "sender": ["小灰", "小明", "小灰", "小明"], **columns})


def in_duckdb(frame: pd.DataFrame, *settings: str) -> duckdb.DuckDBPyRelation:
    con = duckdb.connect()
    con.register("messages", frame)
    con.execute("CREATE TABLE few AS SELECT '7' AS qq, 'wrong' AS named")
    con.execute("CREATE TABLE made AS SELECT 'wrong' AS word, 9 AS messages, 9 AS count, 9 AS people")
    log = con.sql("SELECT * FROM messages")
    for setting in settings:
        con.execute(setting)
    return log


def test_tables_of_the_user_are_not_taken_for_what_is_brought_to_duckdb() -> None:
    log = in_duckdb(said(sender_qq=["7", "8", "7", "8"], content=["聚餐"] * 4))
    assert {row[2] for row in rows(analysis.ranking(log, ROSTER))} == {"备\x00'注\\n\"", "小明"}
    assert rows(analysis.words(log)) == [("聚餐", 4.0, 4.0, 2.0)]


def test_a_connection_that_looks_up_no_names_of_python_answers_the_same() -> None:
    frame = said(sender_qq=["7", "8", "7", "8"], content=["聚餐"] * 4)
    con = duckdb.connect()
    con.execute("CREATE TABLE log AS SELECT * FROM frame")
    con.execute("SET python_enable_replacements=false")
    log = con.table("log")
    assert rows(analysis.ranking(log, ROSTER)) == rows(analysis.ranking(frame, ROSTER))
    assert rows(analysis.replies(log)) == []
    assert rows(analysis.new_words(log)) == []
    members = con.sql("SELECT '9' AS qq, TIMESTAMPTZ '2020-01-01 00:00+08' AS last_speak_time")
    assert [row[-2:] for row in rows(analysis.lurkers(members, log))] == [(0.0, 2511.0)]


@pytest.mark.parametrize("engine", IN_PROCESS)
def test_a_name_that_reads_like_the_number_of_another_is_another_person(engine: str) -> None:
    frame = said(sender=["老师", "老师", "10001", "10001"], sender_qq=["10001", "10001", None, None])
    log = IN_PROCESS[engine](pa.Table.from_pandas(frame.assign(content="x"), preserve_index=False))
    assert [row[1:4] for row in rows(analysis.ranking(log))] == [("10001", "老师", 2.0), (None, "10001", 2.0)]
    assert [row[0] for row in rows(analysis.night_owls(log, "09:00", "10:00"))] == ["10001", None]
    assert rows(analysis.conversations(log))[0][5] == 2.0
    assert rows(analysis.calendar(log))[0][2] == 2.0


def test_an_empty_number_is_shown_as_missing() -> None:
    found = analysis.ranking(said(sender_qq=["", "8", "", "8"]))
    assert [None if pd.isna(qq) else qq for qq in found["qq"]] == ["8", None]


@pytest.mark.parametrize("engine", IN_PROCESS)
def test_a_name_with_any_blank_in_it_is_mentioned_alike_in_every_engine(engine: str) -> None:
    frame = said(
        content=["x", "@小\x0b灰\x0b在吗", "@小\x85明\x85x", "x"], sender=["小\x0b灰", "小\x85明"] * 2
    )
    log = IN_PROCESS[engine](pa.Table.from_pandas(frame, preserve_index=False))
    assert {row[1::2][:2] + row[5:6] for row in rows(analysis.replies(log))} == {
        ("小\x85明", "小\x0b灰", 1.0), ("小\x0b灰", "小\x85明", 1.0)
    }  # fmt: skip


@pytest.mark.parametrize("engine", IN_PROCESS)
def test_a_quote_means_one_message_and_never_itself(engine: str) -> None:
    times = pd.to_datetime(["2026-01-01 10:00", "2026-01-01 10:00", "2026-01-01 10:01", "2026-01-01 10:02"])
    frame = said(
        msg_time=times, msg_id=["7", "7", "8", "9"], reply_to=[None, None, "7", "9"], place=[0, 1, 2, 3]
    )
    frame["sender"] = ["a", "b", "c", "d"]
    for one in (frame, frame.drop(columns="place")):
        log = IN_PROCESS[engine](pa.Table.from_pandas(one, preserve_index=False))
        found = rows(analysis.replies(log))
        assert [(row[1], row[3], row[4]) for row in found] == [("c", "b", 1.0)]


@pytest.mark.parametrize("question", ["activity", "turnover", "night_owls", "ranking", "replies", "words"])
def test_columns_that_arrow_holds_are_read_as_any_others(question: str) -> None:
    frame = said(content=["聚餐", "@小灰 x", "聚餐", "x"], sender_qq=["7", None, "7", None])
    of_arrow = frame.convert_dtypes(dtype_backend="pyarrow")
    of_arrow["msg_time"] = of_arrow["msg_time"].astype(pd.ArrowDtype(pa.timestamp("ns", "Europe/Berlin")))
    ask = getattr(analysis, question)
    assert rows(ask(of_arrow)) == rows(ask(frame))


def test_moments_of_duckdb_in_nanoseconds_are_read_as_any_others(tmp_path: Any) -> None:
    frame = said()
    frame.astype({"msg_time": "datetime64[ns, Asia/Shanghai]"}).to_parquet(tmp_path / "log.parquet")
    log = duckdb.connect().read_parquet(str(tmp_path / "log.parquet"))
    assert rows(analysis.activity(log)) == rows(analysis.activity(frame))


def test_a_table_of_arrow_is_refused_with_how_to_turn_it_into_a_frame() -> None:
    with pytest.raises(InvalidInput, match=r"(?s)Found pyarrow.Table.*to_pandas"):
        analysis.ranking(pa.Table.from_pandas(said()))


def test_a_column_twice_is_refused_only_where_it_is_asked_for() -> None:
    twice = pd.concat([said(), pd.DataFrame([[1, 2]] * 4, columns=["note", "note"])], axis=1)
    assert len(analysis.ranking(twice)) == 2
    with pytest.raises(InvalidInput, match="`sender` more than once"):
        analysis.ranking(pd.concat([said(), said()[["sender"]]], axis=1))


@pytest.mark.parametrize(
    ("question", "wrong"),
    [
        ("words", {"stop_words": 5}), ("words", {"by": pd.Series(["person"])}), ("words", {"by": ["person"]}),
        ("night_owls", {"since": "24:00", "until": "00:00"}), ("phrases", {"length": 5}),
        ("turnover", {"every": pd.Series(["day"])}), ("conversations", {"silence": 5}),
    ],
)  # fmt: skip
def test_an_argument_that_cannot_be_meant_is_refused_in_three_parts(
    question: str, wrong: dict[str, Any]
) -> None:
    with pytest.raises(InvalidInput) as refused:
        getattr(analysis, question)(said(content="x"), **wrong)
    assert len(str(refused.value).splitlines()) == 3
    if "silence" in wrong:
        assert 'silence="30min"' in str(refused.value)


def test_one_message_full_of_a_word_makes_it_typical_of_nobody() -> None:
    talk = ["爬山", "加班"] * 30
    frame = pd.DataFrame(
        {
            "msg_time": pd.date_range("2026-01-01", periods=62, freq="h", tz="Asia/Shanghai"),
            "sender": ["小灰", "小王"] * 31,
            "content": [*talk, "火锅 " * 200, "加班"],
        }
    )
    found = analysis.typical(frame)
    assert "火锅" not in set(found["word"])


def test_the_columns_of_a_frame_without_msg_time_are_all_told() -> None:
    frame = pd.DataFrame({"time": pd.to_datetime(["2026-11-16"]), "name": ["小灰"], "text": ["在"]})
    with pytest.raises(InvalidInput, match=r"(?s)need a column `msg_time`.*time, name, text"):
        analysis.ranking(frame)


def test_a_log_in_place_of_members_is_told_what_members_are() -> None:
    with pytest.raises(InvalidInput, match=r"(?s)members are asked for as a frame.*my\.members\(\)"):
        analysis.lurkers(3)


def test_columns_of_several_levels_are_refused_and_the_index_is_told() -> None:
    with pytest.raises(InvalidInput, match=r"(?s)Found names of 2 levels.*get_level_values"):
        analysis.activity(pd.concat({"a": said()}, axis=1))
    with pytest.raises(InvalidInput, match=r"need a column `msg_time`(?s:.*)frame\.reset_index\(\)"):
        analysis.activity(said().set_index("msg_time"))


def test_a_frame_that_forbids_equal_labels_is_read_as_any_other() -> None:
    frame = said(
        content=["x", "@小灰 x", "x", "x"], msg_id=["1", "2", "3", "4"], reply_to=["", "1", "2", "1"]
    )
    strict = frame.set_flags(allows_duplicate_labels=False)
    for question in ("replies", "repeats", "words", "turnover"):
        ask = getattr(analysis, question)
        assert rows(ask(strict)) == rows(ask(frame))
    assert not strict.flags.allows_duplicate_labels


@pytest.mark.parametrize("engine", IN_PROCESS)
def test_people_are_asked_for_only_where_something_tells_who_wrote(engine: str) -> None:
    frame = said(content="x").drop(columns="sender").assign(nick="小灰")
    log = IN_PROCESS[engine](pa.Table.from_pandas(frame, preserve_index=False))
    for question in ("conversations", "night_owls", "ranking", "repeats", "replies", "turnover"):
        with pytest.raises(
            InvalidInput, match=r"(?s)need a column `sender_qq` or `sender`.*msg_time, content"
        ):
            getattr(analysis, question)(log)
    for question in ("activity", "calendar", "kinds", "timeline"):
        assert rows(getattr(analysis, question)(log))
