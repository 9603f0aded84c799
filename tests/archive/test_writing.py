"""Writing archives: by month, as a stream, whole or not at all."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fsspec import register_implementation
from fsspec.implementations.memory import MemoryFileSystem

from openqq_nb import archive
from openqq_nb.archive import months
from openqq_nb.errors import InvalidInput
from openqq_nb.schema import EVENTS, MESSAGES, PROBLEMS
from tests.archive.making import at, files, rows, table, talk


class SmallDisk(MemoryFileSystem):  # type: ignore[misc] # fsspec has no types
    """A disk on which there is room for some bytes only."""

    protocol = "smalldisk"
    store: dict[str, Any] = {}  # noqa: RUF012 - as the class it stands on has it
    pseudo_dirs = [""]  # noqa: RUF012 - the same
    room = 3000

    def _open(self, path: str, mode: str = "rb", **more: Any) -> Any:
        opened = super()._open(path, mode, **more)
        if "w" in mode:
            write = opened.write

            def within_room(data: bytes) -> int:
                self._take(len(data))
                return int(write(data))

            opened.write = within_room
        return opened

    def _take(self, size: int) -> None:
        if sum(len(one.getvalue()) for one in self.store.values()) + size > self.room:
            raise OSError(28, "No space left on device")


@pytest.fixture
def small_disk() -> Iterator[dict[str, Any]]:
    register_implementation("smalldisk", SmallDisk, clobber=True)
    SmallDisk.store.clear()
    yield SmallDisk.store
    SmallDisk.store.clear()


# --- what is written ---


def test_messages_are_filed_by_their_month_in_china(tmp_path: Path) -> None:
    evening = pa.array(["2026-10-31T15:59:59Z", "2026-10-31T16:00:00Z"]).cast(pa.timestamp("us", "UTC"))
    folder = archive.write([pa.table({"msg_time": evening})], f"{tmp_path}/a")
    assert files(folder) == ["_archive.json", "month=2026-10/part-0.parquet", "month=2026-11/part-0.parquet"]


def test_messages_without_a_time_are_of_an_unknown_month(tmp_path: Path) -> None:
    folder = archive.write([table(msg_time=[None, at("2026-11-01")], content=["a", "b"])], f"{tmp_path}/a")
    unknown = pq.read_table(f"{folder}/month=unknown/part-0.parquet", partitioning=None)
    assert unknown["content"].to_pylist() == ["a"]


def test_a_log_without_messages_has_all_columns_still(tmp_path: Path) -> None:
    folder = archive.write([], f"{tmp_path}/a")
    assert archive.summary(folder).messages == 0
    assert archive.dataset(folder).to_table().column_names == [*MESSAGES.names, "place"]


def test_place_is_the_running_number_of_a_message(tmp_path: Path) -> None:
    mixed = [talk("2026-11-02", "a", "b"), talk("2020-01-01", "c"), talk("2026-11-01", "d")]
    frame = archive.open(archive.write(mixed, f"{tmp_path}/a"), "duckdb", ["place", "content"])
    assert [(row["place"], row["content"]) for row in rows(frame)] == [(0, "a"), (1, "b"), (2, "c"), (3, "d")]


def test_columns_have_the_declared_types_and_unknown_ones_are_text_before_place(tmp_path: Path) -> None:
    part = pa.table({"rank": [3], "msg_time": pa.array([0], pa.timestamp("ns", "UTC")), "own": [True]})
    folder = archive.write([part], f"{tmp_path}/a")
    schema = pq.read_schema(f"{folder}/month=1970-01/part-0.parquet")
    assert schema.names == [*MESSAGES.names, "rank", "place"]
    types = [str(schema.field(name).type) for name in ("msg_time", "own", "content", "rank", "place")]
    assert types == ["timestamp[us, tz=Asia/Shanghai]", "bool", "large_string", "large_string", "int64"]


def test_a_column_that_comes_late_is_in_every_file(tmp_path: Path) -> None:
    late = talk("2026-11-03", "b").append_column("rank", pa.array(["7"]))
    folder = archive.write([talk("2026-10-01", "a"), late, talk("2026-12-01", "c")], f"{tmp_path}/a")
    schemas = [
        pq.read_schema(f"{folder}/{name}").names for name in files(folder) if name.endswith(".parquet")
    ]
    assert len(schemas) == 3
    assert all(names == [*MESSAGES.names, "rank", "place"] for names in schemas)


def test_a_column_that_comes_when_its_month_is_begun_is_in_every_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(months, "GROUP_ROWS", 1)
    late = talk("2026-11-03", "b").append_column("rank", pa.array(["7"]))
    folder = archive.write([talk("2026-11-01", "a"), late, talk("2026-11-04", "c")], f"{tmp_path}/a")
    found = [(row["content"], row["rank"]) for row in rows(archive.open(folder, "polars"))]
    assert found == [("a", None), ("b", "7"), ("c", None)]
    assert sum(sum(one.groups) for one in archive.summary(folder).pieces) == 3


def test_unknown_columns_that_differ_in_capitals_only_are_told_apart(tmp_path: Path) -> None:
    part = talk("2026-11-01", "a").append_column("Content", pa.array(["b"]))
    frame = archive.open(archive.write([part], f"{tmp_path}/a"), "duckdb", ["content", "Content_2"])
    assert rows(frame) == [{"content": "a", "Content_2": "b"}]


def test_events_and_problems_lie_beside_and_are_no_messages(tmp_path: Path) -> None:
    events = EVENTS.table([{"event": "login"}])
    problems = PROBLEMS.table([{"why": "no JSON"}, {"why": "cut"}])
    folder = archive.write([talk("2026-11-01", "a")], f"{tmp_path}/a", events=events, problems=problems)
    assert pq.read_table(f"{folder}/events.parquet")["event"].to_pylist() == ["login"]
    assert pq.read_table(f"{folder}/problems.parquet").num_rows == 2
    assert len(archive.open(folder, "pandas")) == 1


def test_what_lies_beside_may_be_known_only_when_all_parts_are_read(tmp_path: Path) -> None:
    read: list[str] = []

    def messages() -> Iterator[pa.Table]:
        yield talk("2026-11-01", "a")
        read.append("login")

    folder = archive.write(
        messages(), f"{tmp_path}/a", events=lambda: EVENTS.table([{"event": event} for event in read])
    )
    assert pq.read_table(f"{folder}/events.parquet")["event"].to_pylist() == ["login"]


def test_the_summary_tells_what_there_is(tmp_path: Path) -> None:
    folder = archive.write([talk("2026-11-01", "a", "b"), talk("2024-02-29", "c")], f"{tmp_path}/a")
    found = archive.summary(folder)
    assert (found.messages, found.first, found.last) == (3, at("2024-02-29"), at("2026-11-01T00:01"))
    assert found.columns == (*MESSAGES.names, "place")
    assert found.size_bytes == sum((Path(folder) / one.name).stat().st_size for one in found.pieces)


def test_times_that_no_calendar_has_are_kept_as_of_an_unknown_month(tmp_path: Path) -> None:
    times = pa.array([-(2**63), 2**63 - 1, 0], pa.timestamp("us", "UTC"))
    folder = archive.write([pa.table({"msg_time": times, "content": ["a", "b", "c"]})], f"{tmp_path}/a")
    found = archive.summary(folder)
    assert [one.name for one in found.pieces] == [
        "month=1970-01/part-0.parquet",
        "month=unknown/part-0.parquet",
    ]
    assert found.first == found.last == at("1970-01-01T08:00")
    assert archive.dataset(folder).to_table()["msg_time"].cast(pa.int64()).to_pylist() == [
        0,
        -(2**63),
        2**63 - 1,
    ]


# --- bounded memory ---


def files_open() -> int:
    return len(psutil.Process().open_files())


def test_many_months_that_come_mixed_keep_few_files_open_and_few_rows_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(months, "WAITING_BYTES", 600_000)
    years = range(2000, 2005)
    rounds = [
        table(
            msg_time=[at(f"{year}-{month:02d}-03") for year in years for month in range(1, 13)],
            content=["x"] * 60,
        )
        for _ in range(5)
    ]
    before = files_open()
    opened: list[int] = []

    def watched() -> Iterator[pa.Table]:
        for part in rounds:
            yield part
            opened.append(files_open() - before)

    folder = archive.write(watched(), f"{tmp_path}/a")
    assert max(opened) <= months.OPEN_FILES + 2
    assert len({one.name.partition("/")[0] for one in archive.summary(folder).pieces}) == 60
    found = rows(archive.open(folder, "duckdb", ["msg_time", "place"]))
    assert [row["place"] for row in found] == list(range(300))


def test_rows_of_many_months_do_not_pile_up_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(months, "WAITING_BYTES", 2_000_000)
    before = pa.total_allocated_bytes()
    held: list[int] = []

    def watched() -> Iterator[pa.Table]:
        for _ in range(12):
            yield table(
                msg_time=[at(f"2026-{month:02d}-03") for month in range(1, 7)], content=["x" * 100_000] * 6
            )
            held.append(pa.total_allocated_bytes() - before)

    archive.write(watched(), f"{tmp_path}/a")
    assert max(held) < 4_000_000


def test_a_long_month_is_written_in_groups_as_it_comes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(months, "GROUP_ROWS", 10)
    folder = archive.write([talk("2026-11-01", *["x"] * 25), talk("2026-11-02", *["y"] * 3)], f"{tmp_path}/a")
    (piece,) = archive.summary(folder).pieces
    assert piece.groups == (10, 10, 5, 3)
    assert pq.ParquetFile(f"{folder}/{piece.name}").num_row_groups == 4


# --- where ---


@pytest.mark.parametrize("name", ["with blank", "聊天 记录", "a [b]*? {c}", "50% #1"])
def test_a_folder_may_have_any_name(name: str, tmp_path: Path) -> None:
    folder = archive.write([talk("2026-11-01", "a")], str(tmp_path / name))
    for engine in ("pandas", "polars", "duckdb", "dask"):
        assert [row["content"] for row in rows(archive.open(folder, engine))] == ["a"]


@pytest.mark.parametrize("engine", ["pandas", "polars", "duckdb", "dask"])
def test_a_name_is_no_pattern_that_others_match(engine: archive.Engine, tmp_path: Path) -> None:
    archive.write([talk("2026-11-01", "other")], f"{tmp_path}/talks")
    folder = archive.write([talk("2026-11-01", "own")], f"{tmp_path}/talk*")
    assert [row["content"] for row in rows(archive.open(folder, engine))] == ["own"]


def test_a_tilde_is_the_home_of_the_person(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert archive.write([], "~/a") == (tmp_path / "a").as_posix()


def test_an_address_of_fsspec_is_written_and_read(request: pytest.FixtureRequest) -> None:
    folder = f"memory://{request.node.name}/聊 天"
    assert archive.write([talk("2026-11-01", "a")], folder)
    for engine in ("pandas", "polars", "duckdb", "dask"):
        assert [row["content"] for row in rows(archive.open(folder, engine))] == ["a"]


@pytest.mark.parametrize("folder", ["", "a\0b", "nonsense://a/b", 7])
def test_what_is_no_folder_is_refused(folder: Any) -> None:
    with pytest.raises(InvalidInput, match=r"[Gg]ive .*s3://bucket/logs"):
        archive.write([], folder)


def test_a_folder_that_holds_anything_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine", "utf-8")
    with pytest.raises(InvalidInput, match=r"nothing is ever overwritten.*\n.*\n.*notes.txt\nChoose"):
        archive.write([talk("2026-11-01", "a")], str(tmp_path))
    assert files(tmp_path) == ["notes.txt"]


def test_a_file_in_the_place_of_the_folder_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("mine", "utf-8")
    with pytest.raises(InvalidInput, match="a file of this name"):
        archive.write([talk("2026-11-01", "a")], f"{tmp_path}/a")
    assert (tmp_path / "a").read_text("utf-8") == "mine"


# --- nothing half-done ---


def broken_off(error: BaseException) -> Iterator[pa.Table]:
    yield talk("2026-11-01", "a")
    yield talk("2020-01-01", "b").append_column("late", pa.array(["x"]))
    raise error


@pytest.mark.parametrize("error", [OSError("the log is gone"), KeyboardInterrupt(), ValueError("a bug")])
def test_after_a_failure_nothing_is_left_of_the_folder(
    error: BaseException, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(months, "GROUP_ROWS", 1)
    with pytest.raises(type(error)) as raised:
        archive.write(broken_off(error), f"{tmp_path}/deep/er")
    assert raised.value is error
    assert list(tmp_path.iterdir()) == []


def test_after_a_failure_an_empty_folder_that_was_there_is_there_still(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        archive.write(broken_off(KeyboardInterrupt()), str(tmp_path))
    assert tmp_path.is_dir()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("room", [0, 500, 3000, 9000])
def test_a_full_disk_is_told_and_nothing_is_left(
    room: int, small_disk: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SmallDisk, "room", room)
    monkeypatch.setattr(months, "GROUP_ROWS", 1)
    many = (talk(f"2026-{month:02d}-01", "a", "b") for month in range(1, 13))
    with pytest.raises(InvalidInput, match=r"could not be written.*\n.*No space left on device.*\nMake room"):
        archive.write(many, "smalldisk://a/b")
    assert small_disk == {}


@pytest.mark.parametrize(
    "part",
    [
        pa.table({"msg_time": ["yesterday"]}),
        pa.table({"msg_time": pa.array([0], pa.timestamp("us"))}),
        pa.table({"msg_time": pa.array([0], pa.timestamp("us", "UTC")), "x": [[1]]}),
        pa.table([["a"], ["b"]], names=["content", "content"]),
    ],
)
def test_a_part_that_no_archive_can_hold_is_refused_and_nothing_is_left(
    part: pa.Table, tmp_path: Path
) -> None:
    with pytest.raises(InvalidInput, match="Found"):
        archive.write([talk("2026-11-01", "a"), part], f"{tmp_path}/a")
    assert list(tmp_path.iterdir()) == []
