"""Dask and PySpark answer all questions as pandas does, whatever the log and the members."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings

from openqq_nb import analysis
from openqq_nb.charts.given import brought
from openqq_nb.errors import InvalidInput
from tests.analysis.engines import Make, of_dask, rows
from tests.analysis.logs import Member, Message, drawn_logs, drawn_members, made, members_table, table

Ask = Callable[[Any, Any], Any]
QUESTIONS: Mapping[str, Ask] = {
    "activity": lambda log, _: analysis.activity(log),
    "calendar": lambda log, _: analysis.calendar(log),
    "conversations": lambda log, _: analysis.conversations(log),
    "ranking": lambda log, _: analysis.ranking(log),
    "repeats": lambda log, _: analysis.repeats(log, at_least=2),
    "replies": lambda log, _: analysis.replies(log),
    "turnover": lambda log, _: analysis.turnover(log),
    "lurkers": lambda log, members: analysis.lurkers(members, log, silent_for="2D"),
}
pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),
    # What these libraries do among themselves.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Dask support is moving out of Narwhals:FutureWarning"),
    pytest.mark.filterwarnings("ignore:Sending large graph:UserWarning"),
]
few = settings(deadline=None, suppress_health_check=list(HealthCheck))
LOG = made(3, 40)
MEMBERS: list[Member] = [
    ("1", "103", 3, None, "小灰"), ("2", "101", None, 400, "\u202eabc"), ("2", "102", 90, 1, None),
    ("3", "7", 1, 1, "7"),
]  # fmt: skip


@settings(few, max_examples=4)
@given(log=drawn_logs(40), members=drawn_members())
@example(log=LOG, members=MEMBERS)
def test_dask_answers_as_pandas_does_by_two_processes(
    dask_cluster: Any, log: list[Message], members: list[Member]
) -> None:
    check(of_dask, "dask.", log, members)


@pytest.mark.spark
@settings(few, max_examples=4)
@given(log=drawn_logs(40), members=drawn_members())
@example(log=LOG, members=MEMBERS)
def test_pyspark_answers_as_pandas_does_in_a_session_of_another_zone(
    spark: Any, log: list[Message], members: list[Member]
) -> None:
    check(spark.createDataFrame, "pyspark.", log, members)


def check(make: Make, module: str, log: Sequence[Message], members: Sequence[Member]) -> None:
    tables = table(log), members_table(members)
    theirs, of_pandas = [make(one) for one in tables], [one.to_pandas() for one in tables]
    for question, ask in QUESTIONS.items():
        result = answer(ask, theirs)
        assert isinstance(result, str) or type(result).__module__.startswith(module)
        assert told(result) == told(answer(ask, of_pandas)), question


def answer(ask: Ask, frames: Sequence[Any]) -> Any:
    try:
        return ask(*frames)
    except InvalidInput as error:
        # What was found follows, in the order in which the engine found it.
        return str(error).partition("\n")[0]


def told(result: Any) -> Any:
    return result if isinstance(result, str) else rows(result)


@pytest.mark.spark
def test_times_of_pyspark_are_shown_as_clocks_in_china_show_them(spark: Any) -> None:
    log = table(made(3, 60))
    found = brought(analysis.ranking(spark.createDataFrame(log)))
    shown = brought(analysis.ranking(log.to_pandas()))
    assert found["first"].tolist() == shown["first"].tolist()
    assert str(found["first"].dt.tz) == str(shown["first"].dt.tz)


@pytest.mark.spark
def test_recalls_of_pyspark_are_told_by_times_alone_and_a_column_of_nothing_is_missing_times(
    spark: Any,
) -> None:
    log = "SELECT TIMESTAMP '2026-01-01 08:00' AS msg_time, '' AS kind, {} AS recalled_at"
    assert rows(analysis.kinds(spark.sql(log.format("NULL")))) == [(None, 1.0, 1.0, 0.0)]
    with pytest.raises(InvalidInput, match=r'(?s)toPandas\(\).*unit="s"'):
        analysis.kinds(spark.sql(log.format("1763256600")))
    with pytest.raises(InvalidInput, match=r"damages long numbers.*\n.*cast"):
        analysis.ranking(spark.sql(log.replace("kind", "sender_qq").format("NULL").replace("''", "7.5")))
