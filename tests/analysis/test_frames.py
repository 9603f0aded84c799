"""What people give: their own frames with few columns, of other types, with other clocks, or with nothing in them."""

from decimal import Decimal
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
from tests.analysis.engines import IN_PROCESS, of_dask, rows
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
        frame = own(msg_time=aware.dt.tz_convert(zone).dt.as_unit(unit))  # type: ignore[arg-type]
        assert rows(ask(question, frame)) == rows(ask(question, frame.astype(object))) == expected


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


@pytest.mark.parametrize(
    "numbers",
    [
        [1.0, None, 1.0],
        pd.Series([12345678901234567.0, None, 7], dtype=object),
        pd.Series(["101", 101.0, None], dtype=object),
        pd.Series(["101", Decimal("101.5"), 7], dtype=object),
        pd.Categorical([101.0, None, 7.0]),
        pd.Categorical(["101", 101.0, None]),
        pd.Series([Decimal("1.5"), None, None], dtype=pd.ArrowDtype(pa.decimal128(20, 2))),
    ],
)
def test_numbers_kept_as_fractions_are_refused(numbers: Any) -> None:
    with pytest.raises(InvalidInput, match=r"damages long numbers.\nRead it as text from the start"):
        analysis.ranking(own(sender_qq=numbers))
    with pytest.raises(InvalidInput, match=r"`qq` of the members.*\n.*damages long numbers"):
        analysis.lurkers(pd.DataFrame({"qq": numbers}), own(sender_qq="7"))


@pytest.mark.parametrize("engine", ["polars", "polars lazy", "duckdb"])
@pytest.mark.parametrize("kind", [pa.float64(), pa.decimal128(20, 2)])
def test_fractions_are_refused_with_what_to_write_in_each_engine(engine: str, kind: pa.DataType) -> None:
    log = pa.Table.from_pandas(own(), preserve_index=False)
    numbers = pa.array([101, None, 7], kind)
    with pytest.raises(InvalidInput, match=r"damages long numbers.*\n.*(pl\.Int64|AS BIGINT)"):
        analysis.ranking(IN_PROCESS[engine](log.append_column("sender_qq", numbers)))
    with pytest.raises(InvalidInput, match=r'(frame\.rename\(\{"...": "msg_time"\}|AS "msg_time")'):
        analysis.ranking(IN_PROCESS[engine](log.drop_columns(["msg_time"])))
    with pytest.raises(InvalidInput, match=r"with pandas \(`frame = frame\.(df\(\)|.*to_pandas\(\))`\)"):
        analysis.ranking(IN_PROCESS[engine](log.set_column(0, "msg_time", pa.array(["a"] * 3))))


@pytest.mark.filterwarnings("ignore:Dask support is moving out of Narwhals:FutureWarning")
@pytest.mark.parametrize("held", [[101, None, 7], [101.5, 101.5, 7]])
def test_categories_of_numbers_are_refused_in_dask_which_makes_fractions_of_them(held: list[Any]) -> None:
    table = pa.Table.from_pandas(own(sender_qq=pd.Categorical(held)), preserve_index=False)
    with pytest.raises(InvalidInput, match=r"category of .*, which damages long numbers"):
        analysis.ranking(of_dask(table))


def test_numbers_without_fractions_are_read_as_their_digits_however_they_are_held() -> None:
    held: list[Any] = [101, None, 7]
    for numbers in (
        pd.Series(held, dtype=object), pd.Categorical(held), pd.Series(["101", None, 7], dtype=object),
        pd.Series([Decimal(101), None, Decimal(7)], dtype=pd.ArrowDtype(pa.decimal128(20))),
    ):  # fmt: skip
        assert rows(analysis.ranking(own(sender_qq=numbers))) == rows(
            analysis.ranking(own(sender_qq=["101", None, "7"]))
        )
    whole = pa.Table.from_pandas(own(), preserve_index=False).append_column(
        "sender_qq", pa.array(held, pa.decimal128(20))
    )
    assert {row[1] for row in rows(analysis.ranking(IN_PROCESS["duckdb"](whole)))} == {"101", "7", None}


@pytest.mark.parametrize("engine", IN_PROCESS)
def test_an_empty_text_is_a_missing_one_in_every_column_that_questions_use(engine: str) -> None:
    told = [
        {**message, "chat_key": None if message["place"] % 3 else message["chat_key"]}
        for message in made(5, 60)
    ]
    blank = [
        {name: "" if value is None and name != "content" else value for name, value in message.items()}
        for message in told
    ]
    assert blank != told
    missing, empty = (IN_PROCESS[engine](table(one)) for one in (told, blank))
    for question in (*QUESTIONS, "kinds", "timeline", "nicknames", "night_owls", "words"):
        assert rows(ask(question, empty)) == rows(ask(question, missing)), question


@pytest.mark.parametrize("engine", IN_PROCESS)
@pytest.mark.parametrize("held", [[False, True, False], [0, 0, 0], [0.0, None, 0.0], ["", "x", ""]])
def test_recalls_are_told_by_times_alone(engine: str, held: list[Any]) -> None:
    log = pa.Table.from_pandas(own(recalled_at=held), preserve_index=False)
    with pytest.raises(InvalidInput, match="`recalled_at` of the messages must hold times"):
        analysis.kinds(IN_PROCESS[engine](log))


@pytest.mark.parametrize("engine", IN_PROCESS)
def test_a_column_of_times_that_holds_nothing_is_one_of_missing_times(engine: str) -> None:
    # What is read from a csv has the type of a text.
    for nothing in (pa.nulls(3), pa.nulls(3, pa.string()), pa.array(["", None, ""]), pa.nulls(3, pa.int64())):
        log = pa.Table.from_pandas(own(), preserve_index=False).append_column("recalled_at", nothing)
        assert rows(analysis.kinds(IN_PROCESS[engine](log))) == [(None, 3.0, 1.0, 0.0)]
    for nothing in (float("nan"), None, pd.NA, pd.Series([None] * 3, dtype="str"), ""):
        assert analysis.kinds(own(recalled_at=nothing))["recalled"].tolist() == [0]


@pytest.mark.parametrize("engine", IN_PROCESS)
@pytest.mark.parametrize(("unit", "factor"), [("s", 1), ("ms", 10**3), ("us", 10**6), ("ns", 10**9)])
def test_numbers_since_1970_are_refused_with_the_unit_that_they_are_in(
    engine: str, unit: str, factor: int
) -> None:
    seconds = [0, 1_763_256_600, 1_763_256_601]
    for kind in ("int64", "float64"):
        frame = own(recalled_at=pd.Series([one * factor for one in seconds], dtype=kind))
        with pytest.raises(InvalidInput) as refused:
            analysis.kinds(IN_PROCESS[engine](pa.Table.from_pandas(frame, preserve_index=False)))
        written = str(refused.value).split("`")[-2]
        made_so = eval(written, {"pd": pd, "frame": frame})
        assert analysis.kinds(frame.assign(recalled_at=made_so))["recalled"].tolist() == [2]
        assert made_so.dt.year.tolist()[1:] == [2025, 2025]
        assert f'unit="{unit}"' in written


def test_times_with_and_without_a_zone_are_refused_with_how_to_localise_them() -> None:
    frame = own()
    aware = frame.assign(msg_time=frame["msg_time"].dt.tz_localize("Asia/Shanghai"))
    with pytest.raises(InvalidInput, match=r'dt\.tz_localize\("Asia/Shanghai"\)') as refused:
        analysis.activity(pd.concat([frame, aware]))
    assert "utc=True)`" not in str(refused.value)


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
