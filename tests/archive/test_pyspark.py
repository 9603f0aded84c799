"""Archives in PySpark: the same messages, in a session that is quiet and listens on loopback only."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyspark.sql import SparkSession

from openqq_nb import archive
from openqq_nb.archive.in_pyspark import session
from tests.archive.making import at, columns, rows, table, talk
from tools.run import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.spark, pytest.mark.usefixtures("spark")]


@pytest.fixture(scope="module")
def spark() -> Iterator[SparkSession]:
    """Start Java once for all tests."""
    started = session()
    yield started
    started.stop()


def test_pyspark_gives_what_the_archive_holds(tmp_path: Path) -> None:
    pieces = [
        talk("2026-11-02", "c", "嗨\0🙂"),
        table(msg_time=[None, at("1988-07-01")], content=[None, "d"], own=[True, None], code=[2**60, None]),
        table(msg_time=[at("2026-11-02")], content=["e"], **{'称 "呼`': ["x"]}),
    ]
    folder = archive.write(pieces, f"{tmp_path}/聊天 [a]*? {{b}}")
    names = archive.dataset(folder).schema.names
    frame = archive.open(folder, "pyspark")
    assert columns(frame) == names
    assert rows(frame) == rows(archive.open(folder, "pandas", names))
    assert columns(archive.open(folder, "pyspark", ["content", "msg_time"])) == ["content", "msg_time"]


def test_pyspark_skips_what_is_of_another_time(tmp_path: Path) -> None:
    folder = archive.write([talk("2026-11-02", "c", "d"), talk("2026-10-01", "a")], f"{tmp_path}/a")
    late = archive.open(folder, "pyspark").where("msg_time >= timestamp '2026-11-01 00:00:00+08:00'")
    assert [row["content"] for row in rows(late)] == ["c", "d"]
    plan = late._jdf.queryExecution().executedPlan().toString()
    assert "GreaterThanOrEqual(msg_time" in plan.partition("PushedFilters:")[2]


def test_pyspark_reads_files_of_others_together(tmp_path: Path) -> None:
    times = pa.array([0], pa.timestamp("us", "UTC"))
    pq.write_table(pa.table({"msg_time": times}), tmp_path / "a.parquet")
    pq.write_table(pa.table({"who": ["x"], "msg_time": times}), tmp_path / "b.parquet")
    assert sorted(str(row["who"]) for row in rows(archive.open(tmp_path, "pyspark"))) == ["None", "x"]


def test_a_table_that_was_read_is_brought_into_pyspark() -> None:
    found = archive.from_arrow(talk("2026-11-01", "a", "b"), "pyspark")
    assert [(row["content"], row["place"]) for row in rows(found)] == [("a", 0), ("b", 1)]


def test_the_session_that_is_active_is_the_one_that_is_used(tmp_path: Path) -> None:
    folder = archive.write([talk("2026-11-02", "c")], f"{tmp_path}/a")
    first = archive.open(folder, "pyspark").sparkSession
    assert SparkSession.getActiveSession() is first
    assert archive.open(folder, "pyspark").sparkSession is first


def test_java_listens_on_loopback_only(tmp_path: Path) -> None:
    archive.open(archive.write([], f"{tmp_path}/a"), "pyspark")
    children = [one for one in psutil.Process().children(recursive=True) if "java" in one.name()]
    listening = [
        connection.laddr.ip
        for one in children
        for connection in one.net_connections("tcp")
        if connection.status == psutil.CONN_LISTEN
    ]
    assert children
    assert {address.removeprefix("::ffff:") for address in listening} == {"127.0.0.1"}


def test_a_session_starts_without_a_word_of_log4j(tmp_path: Path) -> None:
    folder = archive.write([talk("2026-11-02", "c")], f"{tmp_path}/a")
    program = f"from openqq_nb import archive; print(archive.open({folder!r}, 'pyspark').count())"
    environ = {name: value for name, value in os.environ.items() if name != "SPARK_LOCAL_IP"}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "1\n"
    # This one line is Java's own, of an option that Spark starts it with.
    said = [line for line in done.stderr.splitlines() if "incubator modules" not in line]
    assert said == []
