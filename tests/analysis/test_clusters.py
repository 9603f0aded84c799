"""Dask and PySpark give the answers that pandas gives."""

from typing import Any

import pytest

from openqq_nb import analysis
from tests.analysis.engines import of_dask, rows
from tests.analysis.logs import made, table

QUESTIONS = ("activity", "calendar", "conversations", "ranking", "repeats", "replies", "turnover")
LOGS = ((3, 60), (8, 25), (1, 1), (0, 0))
pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),
    # What these libraries do among themselves.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Dask support is moving out of Narwhals:FutureWarning"),
    pytest.mark.filterwarnings("ignore:Sending large graph:UserWarning"),
]


@pytest.mark.parametrize("question", QUESTIONS)
def test_dask_answers_as_pandas_does_by_two_processes(question: str, dask_cluster: Any) -> None:
    asked = getattr(analysis, question)
    for seed, size in LOGS:
        log = table(made(seed, size))
        result = asked(of_dask(log))
        assert type(result).__module__.startswith("dask.")
        assert rows(result) == rows(asked(log.to_pandas()))


@pytest.mark.spark
@pytest.mark.parametrize("question", QUESTIONS)
def test_pyspark_answers_as_pandas_does_in_a_session_of_another_zone(question: str, spark: Any) -> None:
    asked = getattr(analysis, question)
    for seed, size in LOGS[:3]:
        log = table(made(seed, size))
        result = asked(spark.createDataFrame(log))
        assert type(result).__module__.startswith("pyspark.")
        assert rows(result) == rows(asked(log.to_pandas()))


@pytest.mark.parametrize("engine", ["dask_cluster", pytest.param("spark", marks=pytest.mark.spark)])
def test_lurkers_are_rows_of_the_members_frame_whatever_engine_the_log_is_in(
    engine: str, request: pytest.FixtureRequest
) -> None:
    log = table(made(3, 60))
    members = table(made(4, 12)).select(["gnumber", "sender_qq"]).rename_columns(["gnumber", "qq"])
    cluster = request.getfixturevalue(engine)
    one = of_dask(members) if engine == "dask_cluster" else cluster.createDataFrame(members)
    found = analysis.lurkers(one, log.to_pandas(), silent_for="2D")
    assert type(found) is type(one)
    told = {(row[0], row[1], row[3]) for row in rows(found)}
    assert told == {
        (row[0], row[1], row[3]) for row in rows(analysis.lurkers(members.to_pandas(), log.to_pandas(), "2D"))
    }
