"""Opening archives and other folders of Parquet: every engine gives the same messages."""

import json
import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings

from openqq_nb import archive
from openqq_nb.archive import Engine
from openqq_nb.archive.places import place
from openqq_nb.errors import InvalidInput, NotSupported
from openqq_nb.schema import MESSAGES
from tests.archive.making import QUICK, at, columns, parts, rows, table, talk


@pytest.fixture
def folder(tmp_path: Path) -> str:
    pieces = [talk("2026-11-02", "c", "d"), talk("2026-10-01", "a"), table(msg_time=[None], content=["z"])]
    return archive.write(pieces, f"{tmp_path}/talk")


# --- the same for all ---


@given(parts())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_messages_come_back_alike_from_every_engine(pieces: list[pa.Table]) -> None:
    with TemporaryDirectory() as home:
        folder = archive.write(pieces, f"{home}/a")
        names = archive.dataset(folder).schema.names
        expected = rows(archive.dataset(folder).to_table())
        for engine in QUICK:
            frame = archive.open(folder, engine, names)
            assert columns(frame) == names
            assert rows(frame) == expected
    contents = [value for piece in pieces for value in piece["content"].to_pylist()]
    assert [row["content"] for row in expected] == contents


@pytest.mark.parametrize("engine", QUICK)
def test_columns_are_those_of_the_archive_in_its_order(engine: Engine, folder: str) -> None:
    place = [] if engine == "pandas" else ["place"]
    assert columns(archive.open(folder, engine)) == [*MESSAGES.names, *place]


@pytest.mark.parametrize("engine", QUICK)
def test_columns_come_in_the_order_in_which_they_are_asked_for(engine: Engine, folder: str) -> None:
    assert columns(archive.open(folder, engine, ["content", "msg_time"])) == ["content", "msg_time"]


@pytest.mark.parametrize("engine", QUICK)
def test_a_column_that_is_not_there_is_named_with_the_choices(engine: Engine, folder: str) -> None:
    with pytest.raises(InvalidInput, match=r"'contnt'.*\nFound in .*\n.*msg_time, type, chat"):
        archive.open(folder, engine, ["contnt"])


def test_an_engine_that_there_is_none_of_is_named_with_the_choices(folder: str) -> None:
    with pytest.raises(InvalidInput, match=r"'spark'.*pandas, polars, duckdb, dask, pyspark"):
        archive.open(folder, "spark")  # type: ignore[arg-type] # it is the mistake


@pytest.mark.parametrize(
    ("engine", "library", "extra"),
    [
        ("polars", "polars", "polars"),
        ("duckdb", "duckdb", "duckdb"),
        ("dask", "dask.dataframe", "dask"),
        ("pyspark", "pyspark.sql", "spark"),
    ],
)
def test_an_engine_that_is_not_installed_is_named_with_its_extra(
    engine: Engine, library: str, extra: str, folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    monkeypatch.delitem(sys.modules, f"openqq_nb.archive.in_{engine}", raising=False)
    monkeypatch.delattr(f"openqq_nb.archive.in_{engine}", raising=False)
    with pytest.raises(NotSupported, match=rf'pip install "openqq-nb\[{extra}\]"'):
        archive.open(folder, engine)


def test_s3_that_is_not_installed_is_named_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fsspec.core", None)
    with pytest.raises(NotSupported, match=r'pip install "openqq-nb\[s3\]"'):
        archive.open("s3://bucket/logs", "pandas")


# --- one by one ---


def test_pandas_has_the_dtypes_of_logs_in_order_of_time(folder: str) -> None:
    frame = archive.open(folder, "pandas")
    assert frame["content"].tolist() == ["a", "c", "d", "z"]
    expected = {one.name: one.dtype for one in MESSAGES.columns}
    assert frame.dtypes.to_dict() == expected


def test_pandas_orders_messages_of_one_month_by_time(tmp_path: Path) -> None:
    pieces = [
        talk("2026-11-03", "c"),
        talk("2026-11-01", "a"),
        table(msg_time=[None], content=["z"]),
        talk("2026-11-02", "b"),
    ]
    frame = archive.open(archive.write(pieces, f"{tmp_path}/a"), "pandas", ["content"])
    assert frame["content"].tolist() == ["a", "b", "c", "z"]


def test_pandas_orders_messages_of_one_moment_by_place(tmp_path: Path) -> None:
    same = table(msg_time=[at("2026-11-01")] * 50, content=[str(number) for number in range(50)])
    frame = archive.open(archive.write([same], f"{tmp_path}/a"), "pandas", ["content"])
    assert frame["content"].tolist() == [str(number) for number in range(50)]


def test_dask_has_the_dtypes_of_logs_before_and_after_it_computes(folder: str) -> None:
    frame = archive.open(folder, "dask")
    expected = {one.name: one.dtype for one in MESSAGES.columns} | {"place": pd.Int64Dtype()}
    assert frame.dtypes.to_dict() == expected
    assert frame.compute(scheduler="synchronous").dtypes.to_dict() == expected


def test_dask_reads_only_the_columns_that_are_used(folder: str, capsys: pytest.CaptureFixture[str]) -> None:
    frame = archive.open(folder, "dask")
    assert sorted(frame["content"].compute(scheduler="synchronous")) == ["a", "c", "d", "z"]
    frame["content"].optimize().pprint()
    assert "columns=['content'] args=" in capsys.readouterr().out


def test_polars_and_duckdb_skip_months_and_columns_that_are_not_asked_for(folder: str) -> None:
    """Both must be lazy: damage in a file of another month is not noticed."""
    victim = Path(folder) / "month=2026-10/part-0.parquet"
    body = victim.read_bytes()
    end = len(body) - 8 - int.from_bytes(body[-8:-4], "little")
    victim.write_bytes(b"PAR1" + b"\xff" * (end - 4) + body[end:])
    import polars as pl  # noqa: PLC0415 - for this test only

    late = archive.open(folder, "polars").filter(pl.col("msg_time") >= at("2026-11-01"))
    assert late.select("content").collect()["content"].to_list() == ["c", "d"]
    relation = archive.open(folder, "duckdb").filter("msg_time >= TIMESTAMPTZ '2026-11-01 00:00:00+08'")
    assert relation.project("content").fetchall() == [("c",), ("d",)]


def test_a_relation_is_of_the_default_connection_and_joins_with_others(folder: str) -> None:
    messages = archive.open(folder, "duckdb", ["content"])
    people = pd.DataFrame({"content": ["a"], "who": ["甲"]})
    found = duckdb.sql("SELECT who FROM messages JOIN people USING (content)")
    assert rows(found) == [{"who": "甲"}]
    assert len(people) == 1
    assert messages.columns == ["content"]


def test_a_dataset_takes_bounds_of_time_and_columns(folder: str) -> None:
    late = pc.field("msg_time") >= at("2026-11-01")
    found = archive.dataset(folder).to_table(["content", "place"], filter=late)
    assert found.to_pydict() == {"content": ["c", "d"], "place": [0, 1]}


@pytest.mark.parametrize("engine", QUICK)
def test_a_table_that_was_read_is_brought_into_an_engine(engine: Engine) -> None:
    found = archive.from_arrow(talk("2026-11-01", "a", "b"), engine)
    assert type(found) is type(archive.from_arrow(talk("2026-11-01"), engine))
    assert [row["content"] for row in rows(found)] == ["a", "b"]
    assert ("place" in columns(found)) == (engine != "pandas")


# --- files of other programs ---


@pytest.mark.parametrize("engine", QUICK)
def test_files_of_others_are_read_together_with_times_of_china(engine: Engine, tmp_path: Path) -> None:
    times = pa.array([1_794_916_800_000_000], pa.timestamp("us", "UTC"))
    pq.write_table(pa.table({"msg_time": times, "n": pa.array([1], pa.int32())}), tmp_path / "a.parquet")
    (tmp_path / "more").mkdir()
    later = times.cast(pa.timestamp("ns", "Europe/Berlin"))
    pq.write_table(
        pa.table({"who": ["x"], "msg_time": later, "n": pa.array([2], pa.int64())}),
        tmp_path / "more/b.parquet",
    )
    (tmp_path / "_metadata.parquet").write_bytes(b"no data")
    frame = archive.open(tmp_path, engine)
    assert columns(frame) == ["msg_time", "n", "who"]
    found = sorted((row["n"], row["who"], row["msg_time"].timestamp()) for row in rows(frame))
    assert found == [(1, None, 1_794_916_800.0), (2, "x", 1_794_916_800.0)]


def test_a_folder_of_others_is_no_archive(tmp_path: Path, folder: str) -> None:
    pq.write_table(talk("2026-11-01", "a"), tmp_path / "a.parquet")
    assert not archive.is_archive(tmp_path)
    assert archive.is_archive(folder)
    with pytest.raises(InvalidInput, match=r"no archive: it has no _archive\.json"):
        archive.summary(tmp_path)


@pytest.mark.parametrize(
    "other",
    [
        pa.table({"time": pa.array([0], pa.timestamp("us", "UTC"))}),
        pa.table({"msg_time": pa.array([0], pa.timestamp("us"))}),
        pa.table({"msg_time": ["2026-11-01"]}),
    ],
)
def test_files_without_aware_times_are_told_what_they_need(other: pa.Table, tmp_path: Path) -> None:
    pq.write_table(other, tmp_path / "a.parquet")
    with pytest.raises(InvalidInput, match=r"msg_time, a time with a zone\.\nFound"):
        archive.open(tmp_path, "polars")


def test_files_whose_columns_disagree_are_refused(tmp_path: Path) -> None:
    times = pa.array([0], pa.timestamp("us", "UTC"))
    pq.write_table(pa.table({"msg_time": times, "x": [1]}), tmp_path / "a.parquet")
    pq.write_table(pa.table({"msg_time": times, "x": ["a"]}), tmp_path / "b.parquet")
    with pytest.raises(InvalidInput, match="do not have the same columns"):
        archive.open(tmp_path, "polars")


@pytest.mark.parametrize("column", ["sender_qq", "chat", "gnumber"])
@pytest.mark.parametrize("engine", QUICK)
def test_a_column_that_only_names_of_folders_hold_is_refused_by_its_name(
    engine: Engine, column: str, tmp_path: Path
) -> None:
    talk("2026-11-01", "a", "b").append_column(column, pa.array(["1", "2"])).to_pandas().to_parquet(
        tmp_path / "p", partition_cols=[column]
    )
    told = rf"'{column}' stands in names of folders(.|\n)*pandas, polars or DuckDB(.|\n)*without partitions"
    with pytest.raises(InvalidInput, match=told):
        archive.open(tmp_path / "p", engine)


@pytest.mark.parametrize("engine", QUICK)
def test_only_a_column_of_messages_is_missed_where_names_of_folders_hold_it(
    engine: Engine, tmp_path: Path
) -> None:
    year, person = tmp_path / "all" / "year=2026", tmp_path / "sender_qq=1"
    beside = tmp_path / "kind=work" / "logs"
    for folder in (year, person, beside):
        folder.mkdir(parents=True)
        pq.write_table(talk("2026-11-01", "a"), folder / "a=b.parquet")
    for path in (year.parent, year, beside):
        assert len(rows(archive.open(path, engine))) == 1
    for path in (person, person / "a=b.parquet"):
        with pytest.raises(InvalidInput, match="'sender_qq' stands in names of folders"):
            archive.open(path, engine)


@pytest.mark.parametrize("engine", QUICK)
def test_names_of_folders_change_nothing_of_what_the_files_hold(
    engine: Engine, tmp_path: Path, folder: str
) -> None:
    (tmp_path / "p" / "content=z").mkdir(parents=True)
    pq.write_table(talk("2026-11-01", "a"), tmp_path / "p" / "content=z" / "a.parquet")
    assert [row["content"] for row in rows(archive.open(tmp_path / "p", engine))] == ["a"]
    shutil.copytree(f"{folder}/month=2026-11", tmp_path / "kept" / "of talk" / "month=2026-11")
    for path in (f"{folder}/month=2026-11", tmp_path / "kept"):
        one_month = archive.open(path, engine)
        assert "month" not in columns(one_month)
        assert sorted(row["content"] for row in rows(one_month)) == ["c", "d"]


# --- damage ---


@pytest.mark.parametrize("engine", QUICK)
def test_a_file_that_is_missing_is_named(engine: Engine, folder: str) -> None:
    (Path(folder) / "month=2026-10/part-0.parquet").unlink()
    with pytest.raises(
        InvalidInput, match=r"damaged.\nFound:\n  month=2026-10/part-0.parquet: missing\nCopy"
    ):
        archive.open(folder, engine)


@pytest.mark.parametrize("engine", QUICK)
def test_a_file_that_is_cut_is_named(engine: Engine, folder: str) -> None:
    victim = Path(folder) / "month=2026-11/part-0.parquet"
    victim.write_bytes(victim.read_bytes()[:100])
    with pytest.raises(InvalidInput, match=r"month=2026-11/part-0.parquet: 100 bytes of \d+\n"):
        archive.open(folder, engine)


def test_an_archive_without_its_marker_is_not_taken_for_whole(folder: str) -> None:
    (Path(folder) / "_archive.json").unlink()
    with pytest.raises(InvalidInput, match=r"no _archive.json, so it cannot be told whether all is there"):
        archive.open(folder, "duckdb")


@pytest.mark.parametrize("body", ["", "{", "[]", '{"format": 1}', "\x00", '{"format": 1, "files": 3}'])
def test_a_damaged_marker_is_told(body: str, folder: str) -> None:
    (Path(folder) / "_archive.json").write_text(body, "utf-8")
    for look in (archive.summary, archive.dataset):
        with pytest.raises(InvalidInput, match=r"_archive\.json is damaged"):
            look(folder)


def test_an_archive_of_a_later_format_asks_for_a_later_version(folder: str) -> None:
    marker = Path(folder) / "_archive.json"
    marker.write_text(json.dumps(json.loads(marker.read_text("utf-8")) | {"format": 2}), "utf-8")
    with pytest.raises(
        InvalidInput, match=r"format 2, and this version of openqq_nb reads format 1(.|\n)*--upgrade"
    ):
        archive.open(folder, "polars")


def test_a_foreign_file_that_is_cut_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.parquet").write_bytes(b"PAR1")
    with pytest.raises(InvalidInput, match=r"could not be read.\nFound for .*a.parquet"):
        archive.open(tmp_path, "polars")


def test_a_folder_without_parquet_is_told(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"no Parquet files.\nFound in .*:\n  nothing"):
        archive.open(tmp_path, "pandas")
    with pytest.raises(InvalidInput, match="no Parquet files"):
        archive.open(tmp_path / "not there", "pandas")


# --- addresses ---


def test_an_address_of_a_file_stands_for_its_path(tmp_path: Path) -> None:
    home = tmp_path / "归档 of 100%"
    written = archive.write([talk("2026-11-01", "a")], home.as_uri())
    assert Path(written) == home
    for address in (home.as_uri(), home.as_uri().replace("file://", "file://localhost")):
        assert archive.open(address, "pandas")["content"].tolist() == ["a"]


def test_an_address_of_http_is_shown_as_it_is() -> None:
    at = place("http://127.0.0.1:9/logs")
    assert str(at) == "http://127.0.0.1:9/logs"
    assert at.address("a.parquet") == "http://127.0.0.1:9/logs/a.parquet"


@pytest.mark.parametrize("address", ["s3://bucket/logs", "s3a://bucket/logs", "S3://bucket/logs"])
def test_all_ways_to_write_s3_are_one(address: str) -> None:
    at = place(address)
    assert at.is_s3 and str(at) == "s3://bucket/logs"


@pytest.mark.parametrize(
    "address",
    ["s3://KEY:top/secret@bucket/x", "ftp://me:topsecret@127.0.0.1:9/x", "nonsense://me:topsecret@x/y"],
)
def test_no_error_tells_what_is_secret_in_an_address(address: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        place(address)
    assert "secret@" not in str(raised.value)


def test_what_is_for_opening_is_an_archive_or_nothing_but_parquet(tmp_path: Path, folder: str) -> None:
    assert archive.opens(folder)
    assert not archive.opens(tmp_path)  # the archive is below it
    other = tmp_path / "other"
    other.mkdir()
    pq.write_table(talk("2026-11-01", "a"), other / "a.parquet")
    (other / "_SUCCESS").touch()
    assert archive.opens(other) and archive.opens(other / "a.parquet")
    (other / "b.json").write_text("{}", "utf-8")
    assert not archive.opens(other) and not archive.opens(other / "b.json")
