import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from openqq_nb import locks, records
from openqq_nb.columns import Column
from openqq_nb.database import Database, open_readonly
from openqq_nb.errors import JournalFailed
from openqq_nb.journal import Journal
from openqq_nb.models import Arrival, Cell
from openqq_nb.scanning import Query, driver, pieces
from openqq_nb.schema import EVENTS, MESSAGES
from tests.journal.making import event, message, rows

ALL = Query(MESSAGES, MESSAGES.names, extra=True)


def filled(path: Path, *arrivals: Arrival) -> Path:
    with Journal.open(path) as journal:
        journal.append(arrivals)
    return path


def read(path: Path, query: Query = ALL) -> pa.Table:
    return pa.concat_tables([piece.rows for piece in pieces(path, query)], promote_options="default")


def read_slowly(path: Path, query: Query = ALL) -> pa.Table:
    """Read while the file is open in this process, so that the driver must not touch it."""
    with path.open("rb"):
        return read(path, query)


def changed(path: Path, statement: str, *values: Any) -> Path:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(statement, values)
    return path


@pytest.fixture
def ways(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Note which way was taken."""
    taken: list[str] = []
    whole = driver.read

    def noted(*arguments: Any) -> Any:
        taken.append("driver")
        return whole(*arguments)

    monkeypatch.setattr(driver, "read", noted)
    yield taken


@settings(
    max_examples=30,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
@given(st.lists(rows(), max_size=6))
def test_both_ways_read_what_the_schema_makes_of_the_rows(
    tmp_path_factory: pytest.TempPathFactory, given_rows: list[dict[str, Cell]]
) -> None:
    arrivals = [Arrival("message", row, f"m{number}", b"{}") for number, row in enumerate(given_rows)]
    path = filled(tmp_path_factory.mktemp("scan") / "j.db", *arrivals)
    for table in (read(path), read_slowly(path)):
        assert table.num_rows == len(given_rows)
        for column in MESSAGES.columns:
            stored = [records.cell(row.get(column.name), column) for row in given_rows]
            assert plain(table, column.name) == [shown(cell, column) for cell in stored], column.name
        assert set(table.column_names) >= set(MESSAGES.names)


def plain(table: pa.Table, name: str) -> list[Cell]:
    found = table.column(name)
    cells: list[Cell] = (found.cast(pa.int64()) if pa.types.is_timestamp(found.type) else found).to_pylist()
    return cells


def shown(cell: Cell, column: Column) -> Cell:
    if isinstance(cell, float):
        return round(cell * 1e6)
    return bool(cell) if column.kind == "flag" and cell is not None else cell


def test_columns_that_begin_with_nothing_keep_their_types(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(driver, "BATCH_ROWS", 2)
    nothing = [Arrival("message", {}, f"n{number}", b"{}") for number in range(9)]
    table = read(
        filled(tmp_path / "j.db", *nothing, message("a", content="你好\0", code=5, own=True, msg_time=1.5))
    )
    assert table.column("content").to_pylist()[-1] == "你好\0"
    assert [table.column(name)[9].as_py() for name in ("code", "own")] == [5, True]
    assert [table.schema.field(name).type for name in ("code", "own", "msg_time", "content")] == [
        pa.int64(), pa.bool_(), pa.timestamp("us", "Asia/Shanghai"), pa.large_string(),
    ]  # fmt: skip


def test_parts_are_joined_in_order_of_arrival(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(driver, "SPAN_ROWS", 7)
    monkeypatch.setattr(driver, "BYTES_EACH", 1)
    path = filled(tmp_path / "j.db", *(message(f"m{number}", msg_id=str(number)) for number in range(100)))
    changed(path, "DELETE FROM messages WHERE seq BETWEEN 20 AND 40")
    expected = [str(number) for number in range(100) if not 20 <= number + 1 <= 40]
    assert read(path).column("msg_id").to_pylist() == expected
    identified = list(pieces(path, Query(MESSAGES, ("msg_id",), identified=True)))
    found = [
        text
        for piece in identified
        if piece.fingerprints is not None
        for text in piece.fingerprints.to_pylist()
    ]
    assert found == [f"m{number}" for number in expected]


def test_only_what_is_asked_for_is_read(tmp_path: Path) -> None:
    path = filled(tmp_path / "j.db", message("a", content="1"), message("b", content="2"), event("e"))
    query = Query(MESSAGES, ("content",), "content = ? OR code = ? OR msg_time < ?", ("2", 7, -1.5))
    assert read(path, query).to_pydict() == {"content": ["2"]}
    assert read_slowly(path, query).to_pydict() == {"content": ["2"]}
    assert read(path, Query(EVENTS, ("event",))).to_pydict() == {"event": ["login"]}


def test_unknown_keys_become_columns_of_text(tmp_path: Path) -> None:
    path = filled(tmp_path / "j.db", message("a"), message("b", {"heat": 3, "why": None}))
    assert read(path).column("heat").to_pylist() == [None, "3"]
    assert "heat" not in read(path, Query(MESSAGES, MESSAGES.names)).column_names


@pytest.mark.parametrize(
    ("column", "odd"),
    [
        ("code", "text"), ("code", 1.5), ("code", b"\xff"), ("own", "yes"), ("msg_time", "soon"), ("msg_time", b"1"),
        ("msg_time", 1e300), ("content", b"\xff\xfe"), ("extra", "{"), ("extra", "[1]"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("first", [True, False])
def test_a_cell_that_was_never_written_here_is_an_error(
    tmp_path: Path, column: str, odd: object, first: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(driver, "BATCH_ROWS", 2)
    path = filled(tmp_path / "j.db", *(message(f"m{number}") for number in range(6)))
    changed(path, f'UPDATE messages SET "{column}" = ? WHERE seq = ?', odd, 1 if first else 6)  # noqa: S608
    with pytest.raises(JournalFailed, match=r"could not be read|cannot be read"):
        read(path)
    with pytest.raises(JournalFailed, match=r"could not be read|cannot be read"):
        read_slowly(path)


def test_text_of_other_bytes_than_utf8_is_an_error(tmp_path: Path) -> None:
    path = changed(filled(tmp_path / "j.db", message()), "UPDATE messages SET content = CAST(x'ff' AS TEXT)")
    with pytest.raises(JournalFailed):
        read(path)


def test_a_damaged_file_is_an_error(tmp_path: Path) -> None:
    path = filled(tmp_path / "j.db", *(message(f"m{number}", content="x" * 3000) for number in range(100)))
    data = bytearray(path.read_bytes())
    data[40_000:] = bytes(len(data) - 40_000)
    path.write_bytes(data)
    with pytest.raises(JournalFailed):
        read(path)


def test_a_journal_is_read_while_another_process_writes_to_it(tmp_path: Path) -> None:
    path = filled(tmp_path / "j.db", message("a"))
    script = (
        "import sys, sqlite3; c = sqlite3.connect(sys.argv[1])\n"
        "c.execute('UPDATE messages SET content = 1'); c.commit(); print('there', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None and other.stdout.readline() == b"there\n"
        assert path.with_name("j.db-wal").stat().st_size > 0
        assert read(path).column("content").to_pylist() == ["1"]
        assert path.with_name("j.db-wal").stat().st_size > 0
        other.communicate()


def test_where_nothing_can_be_written_the_journal_is_read(tmp_path: Path, ways: list[str]) -> None:
    folder = tmp_path / "readonly"
    folder.mkdir()
    path = filled(folder / "j.db", message("a", content="1"))
    folder.chmod(0o500)
    path.chmod(0o400)
    try:
        assert read(path).column("content").to_pylist() == ["1"]
    finally:
        folder.chmod(0o700)
    assert ways == ["driver"]


def test_reading_leaves_nothing_beside_the_file(tmp_path: Path) -> None:
    path = filled(tmp_path / "j.db", message())
    before = path.read_bytes()
    read(path)
    assert path.read_bytes() == before
    assert [found.name for found in tmp_path.iterdir()] == ["j.db"]


def test_the_driver_leaves_a_file_alone_that_this_process_writes_to(tmp_path: Path, ways: list[str]) -> None:
    with Journal.open(tmp_path / "j.db") as journal:
        journal.append([message("a")])
        assert read(tmp_path / "j.db").num_rows == 1
        assert ways == []
        assert (tmp_path / "j.db-wal").stat().st_size > 0
    assert read(tmp_path / "j.db").num_rows == 1
    assert ways == ["driver"]


def test_a_file_that_is_no_journal_is_refused(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "x.db")) as connection, connection:
        connection.execute("CREATE TABLE messages (seq)")
    with pytest.raises(JournalFailed, match="another program"):
        list(pieces(tmp_path / "x.db", ALL))
    with pytest.raises(JournalFailed, match="There is no journal"):
        list(pieces(tmp_path / "y.db", ALL))


def test_a_reader_that_stops_early_leaves_no_thread_and_no_lock(tmp_path: Path) -> None:
    path = filled(tmp_path / "j.db", *(message(f"m{number}") for number in range(10)))
    found = pieces(path, ALL)
    next(found), next(found)
    found.close()
    assert not [one.name for one in threading.enumerate() if one.name.startswith("openqq-nb-scan")]
    with locks.opening(path, 10):
        pass


def test_opening_waits_for_the_scan_of_that_file_and_of_no_other(tmp_path: Path) -> None:
    path = filled(tmp_path / "j.db")
    opened = threading.Event()

    def open_it() -> None:
        with locks.opening(path, 10):
            opened.set()

    with locks.scanning(path) as free:
        assert free
        opener = threading.Thread(target=open_it)
        opener.start()
        with locks.opening(tmp_path / "other.db", 0):
            pass
        assert not opened.wait(0.05)
    opener.join(10)
    assert opened.is_set()


def test_opening_a_file_that_is_scanned_for_long_fails_in_time_and_later_works(tmp_path: Path) -> None:
    path = filled(tmp_path / "j.db")
    with locks.scanning(path) as free:
        assert free
        with pytest.raises(JournalFailed, match=r"(?s)could not be opened.*reads much of it in another cell"):
            Database(path, busy_timeout_s=0.01)
        with (
            pytest.raises(JournalFailed, match="reads much of it"),
            open_readonly(path, scan_timeout_s=0.01),
        ):
            pass
    Database(path, busy_timeout_s=0.01).close()


def test_a_scan_does_not_begin_while_the_file_is_opened_or_open(tmp_path: Path) -> None:
    path = filled(tmp_path / "j.db")
    with locks.opening(path, 0), locks.scanning(path) as free:
        assert not free
    (tmp_path / "link.db").symlink_to(path)
    with path.open("rb"), locks.scanning(tmp_path / "link.db") as free:
        assert not free
    with closing(sqlite3.connect(path)), locks.scanning(path) as free:
        assert not free
    with locks.scanning(path) as free, locks.scanning(path) as also:
        assert free and also
