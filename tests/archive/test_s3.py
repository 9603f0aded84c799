"""Archives in S3, on a server of its own on loopback: written, read, filtered, and nothing of it goes anywhere else."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dask
import duckdb
import fsspec
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from moto.server import ThreadedMotoServer

from openqq_nb import archive
from openqq_nb.archive import Engine
from openqq_nb.errors import InvalidInput, NotSupported
from tests.archive.making import QUICK, at, columns, rows, table, talk
from tests.archive.test_writing import broken_off
from tools.run import ROOT

# The first connection loads botocore's descriptions of all services.
pytestmark = pytest.mark.slow
KEYS = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_DEFAULT_REGION": "us-east-1"}


@contextmanager
def serving() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        yield f"http://{host}:{port}"
    finally:
        server.stop()


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with serving() as address:
        yield address


def forget() -> None:
    """Forget connections of before, which go to the server that they were made for."""
    fsspec.get_filesystem_class("s3").clear_instance_cache()


@pytest.fixture
def bucket(endpoint: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[str]:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in (KEYS | {"AWS_ENDPOINT_URL": endpoint}).items():
        monkeypatch.setenv(name, value)
    forget()
    name = f"b{abs(hash(request.node.name))}"
    fsspec.filesystem("s3").mkdir(name)
    yield name
    forget()


@pytest.fixture
def folder(bucket: str) -> str:
    pieces = [talk("2026-11-02", "c", "d"), talk("2026-10-01", "a"), table(msg_time=[None], content=["z"])]
    return archive.write(pieces, f"s3://{bucket}/聊天 [1]/all")


def objects(bucket: str) -> list[str]:
    found = fsspec.filesystem("s3")
    found.invalidate_cache()
    return sorted(found.find(bucket))


def test_an_archive_is_written_by_month_with_its_marker(folder: str) -> None:
    path = folder.removeprefix("s3://")
    names = (
        "_archive.json",
        *(f"month={month}/part-0.parquet" for month in ("2026-10", "2026-11", "unknown")),
    )
    assert objects(path) == [f"{path}/{name}" for name in names]
    assert archive.is_archive(folder)
    assert archive.summary(folder).messages == 4


@pytest.mark.parametrize("engine", QUICK)
def test_every_engine_gives_the_messages(engine: Engine, folder: str) -> None:
    frame = archive.open(folder, engine, ["content", "place"])
    assert columns(frame) == ["content", "place"]
    assert [row["content"] for row in rows(frame)] == ["c", "d", "a", "z"]


def test_lazy_engines_filter_where_the_messages_are(folder: str) -> None:
    bound = at("2026-11-01")
    late = archive.open(folder, "polars").filter(pl.col("msg_time") >= bound).select("content").collect()
    assert late["content"].to_list() == ["c", "d"]
    relation = archive.open(folder, "duckdb").filter("msg_time >= TIMESTAMPTZ '2026-11-01 00:00:00+08'")
    assert relation.project("content").order("content").fetchall() == [("c",), ("d",)]
    frame = archive.open(folder, "dask")
    with dask.config.set(scheduler="synchronous"):
        assert frame[frame["msg_time"] >= bound]["content"].compute().tolist() == ["c", "d"]
    filtered = archive.dataset(folder).to_table(["content"], filter=pc.field("msg_time") >= bound)
    assert filtered["content"].to_pylist() == ["c", "d"]


def test_duckdb_reads_without_an_extension_that_would_be_downloaded(folder: str) -> None:
    rows(archive.open(folder, "duckdb"))
    loaded = "SELECT loaded FROM duckdb_extensions() WHERE extension_name = 'httpfs'"
    assert rows(duckdb.sql(loaded)) in ([{"loaded": False}], [])


def test_duckdb_reads_where_the_environment_points_now(
    folder: str, endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving() as another:
        monkeypatch.setenv("AWS_ENDPOINT_URL", another)
        forget()
        first = rows(archive.open(folder, "duckdb", ["content", "place"]))
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    forget()
    assert rows(archive.open(folder, "duckdb", ["content", "place"])) == first


def test_a_folder_of_other_files_is_read(bucket: str) -> None:
    with fsspec.open(f"s3://{bucket}/x/a.parquet", "wb") as stream:
        pa.parquet.write_table(talk("2026-11-01", "a").select(["content", "msg_time"]), stream)
    for engine in QUICK:
        assert [row["content"] for row in rows(archive.open(f"s3://{bucket}/x", engine))] == ["a"]


def test_nothing_is_overwritten(folder: str) -> None:
    before = objects(folder.removeprefix("s3://"))
    with pytest.raises(InvalidInput, match="nothing is ever overwritten"):
        archive.write([], folder)
    assert objects(folder.removeprefix("s3://")) == before


def test_after_a_failure_nothing_is_left(bucket: str) -> None:
    with pytest.raises(OSError, match="the log is gone"):
        archive.write(broken_off(OSError("the log is gone")), f"s3://{bucket}/a")
    assert objects(bucket) == []


def test_a_bucket_that_is_not_there_is_told_and_not_made(bucket: str) -> None:
    with pytest.raises(InvalidInput, match=r"could not be written(.|\n)*whether the bucket is there"):
        archive.write([talk("2026-11-01", "a")], f"s3://{bucket}x/a")
    assert not fsspec.filesystem("s3").exists(f"{bucket}x")


def test_a_server_that_does_not_answer_is_told(bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    forget()
    with pytest.raises(InvalidInput, match=r"Found for s3://.*(connect|reach)(.|\n)*AWS_ENDPOINT_URL"):
        archive.summary(f"s3://{bucket}/a")


def test_pyspark_names_the_engines_that_can(folder: str) -> None:
    with pytest.raises(NotSupported, match=r'engine="duckdb", "polars", "dask" or "pandas"'):
        archive.open(folder, "pyspark")


def test_python_connects_to_nothing_but_the_server(folder: str) -> None:
    program = Path(__file__).with_name("connecting.py")
    command = [sys.executable, str(program), folder]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert set(done.stdout.split()) == {"127.0.0.1"}
