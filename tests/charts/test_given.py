"""What pictures are given: the arguments of their questions, answers, and logs, which are read once."""

import warnings
from collections.abc import Callable, Sequence
from inspect import Parameter, signature
from io import StringIO
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pytest

import openqq_nb as oq
from openqq_nb import analysis, charts
from openqq_nb.charts.bars import length
from openqq_nb.columns import ZONE
from tests.charts.answers import Life, answers, chinese, latin, messages
from tests.charts.drawing import QUESTIONS, picture


class Counting:
    """A log that counts how often it is read."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self.frame = frame
        self.scans: list[Sequence[str]] = []

    def scan(self, columns: Sequence[str]) -> pd.DataFrame:
        self.scans.append(columns)
        return self.frame[[name for name in columns if name in self.frame]]


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_picture_takes_what_its_question_takes(question: str) -> None:
    asked, drawn = (signature(getattr(of, question)).parameters for of in (analysis, charts))
    assert list(drawn) == list(asked)
    for name, one in asked.items():
        required = one.default is Parameter.empty
        assert drawn[name].default == (
            one.default if not required or question != "response" or name != "log" else None
        )
        assert drawn[name].kind == one.kind


@pytest.mark.parametrize("question", QUESTIONS)
def test_an_answer_that_was_in_a_file_is_drawn_as_it_was(question: str) -> None:
    answer = answers(Life(chinese))[question]
    read = pd.read_csv(StringIO(answer.to_csv(index=False)))
    assert picture(question, read).svg() == picture(question, answer).svg()


_NUMBERED = {
    "ranking": "qq",
    "replies": "from_qq",
    "repeats": "started_by_qq",
    "similar_groups": "other_gnumber",
}


@pytest.mark.parametrize(("question", "column"), _NUMBERED.items())
def test_an_answer_from_a_file_in_which_one_has_no_number_is_drawn_as_it_was(
    question: str, column: str
) -> None:
    answer = answers(Life(chinese))[question]
    answer[column] = answer[column].mask(answer[column] == answer[column].iloc[0])
    read = pd.read_csv(StringIO(answer.to_csv(index=False)))
    assert read[column].dtype == "float64"
    for given in (read, pl.from_pandas(read)):
        assert picture(question, given).svg() == picture(question, answer).svg()


@pytest.mark.parametrize(("question", "column"), _NUMBERED.items())
@pytest.mark.parametrize("broken", [1.5, 2.0**53, float("inf")])
def test_an_answer_of_damaged_numbers_is_refused(question: str, column: str, broken: float) -> None:
    answer = answers(Life(chinese))[question].assign(**{column: broken})
    with pytest.raises(
        oq.InvalidInput, match=rf"`{column}` of the rows of an answer of {question}.*\nIt is float64"
    ):
        picture(question, answer)


def test_an_answer_of_other_types_is_refused() -> None:
    answer = answers(Life(chinese))["ranking"]
    for name in ("messages", "first"):
        told = rf"rows of an answer of ranking do not have the types(.|\n)*`{name}` must hold"
        with pytest.raises(oq.InvalidInput, match=told):
            charts.ranking(answer.assign(**{name: "viele"}))


def _with_doubles(log: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([log, pd.DataFrame([[1, 2]] * len(log), columns=["note", "note"])], axis="columns")


def _with_a_late_one(log: pd.DataFrame) -> pd.DataFrame:
    late = log.iloc[[-1]].assign(msg_time=pd.Timestamp("2300-01-01", tz=ZONE).as_unit("us"))
    return pd.concat([log.assign(msg_time=log["msg_time"].dt.as_unit("us")), late])


@pytest.mark.parametrize("made", [lambda log: pl.from_pandas(log).lazy(), _with_doubles, _with_a_late_one])
def test_messages_of_any_frame_are_drawn_without_a_warning(made: Callable[[pd.DataFrame], Any]) -> None:
    log = made(messages(Life(chinese), 60))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert charts.ranking(log).subtitle


def test_arguments_may_be_given_by_their_place() -> None:
    log = messages(Life(latin), 500)
    roster = pd.DataFrame({"qq": ["10000"], "displayname": ["备注名"]})
    assert "备注名" in charts.ranking(log, roster).summary
    assert charts.repeats(log, 3).summary == charts.repeats(log, at_least=3).summary


def test_what_the_question_has_by_default_may_stand_beside_an_answer() -> None:
    found = analysis.turnover(messages(Life(latin), 500))
    assert charts.turnover(found, every="month", gone_after="90D").spec() == charts.turnover(found).spec()


@pytest.mark.parametrize("question", QUESTIONS)
def test_an_answer_without_a_column_is_refused_with_its_name(question: str) -> None:
    whole = answers(Life(latin))[question]
    lost = {"lurkers": "silent_days", "response": "latency_s", "activity": "hour", "kinds": "recalled"}
    column = lost.get(question, whole.columns[-1])
    with pytest.raises(oq.InvalidInput, match=rf"answer of {question}.*\nMissing: .*\b{column}\b"):
        picture(question, whole.drop(columns=column))


@pytest.mark.parametrize(
    "question", [one for one in QUESTIONS if one not in ("lurkers", "similar_groups", "response")]
)
def test_a_log_is_read_once_for_a_picture(question: str) -> None:
    log = Counting(messages(Life(chinese), 300))
    shown = picture(question, log)
    assert "300 messages" in shown.subtitle[0]
    assert len(log.scans) == 1


def test_days_are_those_of_clocks_in_china_whatever_the_zone_of_a_connection() -> None:
    moments = pd.date_range("2026-01-01 10:00", periods=9, freq="D", tz=ZONE)
    log = pd.DataFrame({"msg_time": moments, "sender": "小灰"})
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'America/New_York'")
    relation = connection.from_arrow(pl.from_pandas(log).to_arrow())
    wanted = charts.calendar(log)
    for given in (relation, analysis.calendar(relation)):
        shown = charts.calendar(given)
        assert (shown.spec()["layer"], shown.summary) == (wanted.spec()["layer"], wanted.summary)
        assert "2026-01-01 to 2026-01-09" in shown.subtitle[0]


def test_messages_and_shares_of_kinds_are_of_the_same_lines() -> None:
    moments = pd.date_range("2026-01-01", periods=8, freq="h", tz=ZONE)
    shown = charts.kinds(pd.DataFrame({"msg_time": moments, "kind": ["text"] * 3 + ["system"] * 5}))
    assert shown.summary == "system: 5 (63%); text: 3 (38%)"
    assert "8 messages" in shown.subtitle[0]


@pytest.mark.parametrize("by", ["chat", "person"])
def test_words_of_each_have_a_panel_each_and_are_not_summed(by: str) -> None:
    moments = pd.date_range("2026-01-01", periods=12, freq="h", tz=ZONE)
    log = pd.DataFrame({"msg_time": moments, "sender": ["甲"] * 5 + ["乙"] * 7, "content": "聚餐"})
    shown = picture("words", log.assign(chat=log["sender"] + "群"), by=by)
    group = "群" if by == "chat" else ""
    assert shown.summary == f"乙{group}: 聚餐; 甲{group}: 聚餐"
    sizes = [panel["data"]["values"] for panel in shown.body["concat"]]
    assert [(one["size"], one["shown"]) for rows in sizes for one in rows] == [(7, "7"), (5, "5")]


@pytest.mark.parametrize("question", ["typical", "new_words"])
def test_bars_beside_each_other_have_one_scale(question: str) -> None:
    whole = answers(Life(chinese))[question]
    panels = picture(question, whole.assign(score=range(len(whole)))).body["concat"]
    assert len({tuple(one["encoding"]["x"]["scale"]["domain"]) for one in panels}) == 1
    assert len({one["width"] for one in panels}) == 1


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0, "0 s"),
        (59.4, "59 s"),
        (59.6, "1 min"),
        (60, "1 min"),
        (90, "1.5 min"),
        (3_599, "1 h"),
        (45_000, "12 h"),
        (86_399, "1 d"),
        (1_500 * 86_400, "1,500 d"),
        (2_000_000 * 86_400, "2,000,000 d"),
    ],
)
def test_lengths_are_plain_numbers_of_the_unit_that_fits(seconds: float, told: str) -> None:
    assert length(seconds) == told
