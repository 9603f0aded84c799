import os
import sqlite3
import subprocess
import sys
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from openqq_nb.broadcast.ledger import Ledger
from openqq_nb.database import BROADCASTS, JOURNAL, Database, Format, open_readonly
from openqq_nb.database.others import application_id, open_foreign
from openqq_nb.database.salvaging import answer
from openqq_nb.errors import JournalFailed
from openqq_nb.journal import Journal
from openqq_nb.schema import EVENTS, MESSAGES
from tests.journal.making import message


def fails_and_leaves_alone(path: Path, pattern: str, format: Format = JOURNAL) -> None:
    before = path.read_bytes()
    with pytest.raises(JournalFailed, match=pattern):
        Database(path, format)
    with pytest.raises(JournalFailed), open_readonly(path, format=format):
        pass
    assert path.read_bytes() == before


def other_database(path: Path, *statements: str) -> None:
    connection = sqlite3.connect(path)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


def test_file_that_is_no_database_is_refused_with_its_beginning(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("买菜, milk", encoding="utf-8")
    fails_and_leaves_alone(path, r"(?s)is not a journal.*begins with '买菜, milk'.*Name another file")


def test_database_of_another_program_is_refused_with_its_tables(tmp_path: Path) -> None:
    path = tmp_path / "photos.db"
    other_database(
        path, "CREATE TABLE photos (name)", "PRAGMA application_id = 0x123", "PRAGMA user_version = 1"
    )
    fails_and_leaves_alone(path, "(?s)belongs to another program.*0x123 and 1 tables: photos")


def test_database_without_application_id_but_with_tables_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "plain.db"
    other_database(path, "CREATE TABLE photos (name)")
    fails_and_leaves_alone(path, "belongs to another program")


def test_file_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    Database(path).close()
    newer = len(JOURNAL.migrations) + 1
    other_database(path, f"PRAGMA user_version = {newer}")
    fails_and_leaves_alone(path, f"(?s)newer version.*format is {newer}.*Update openqq_nb")


def test_a_journal_is_no_ledger_and_a_ledger_no_journal(tmp_path: Path) -> None:
    journal, ledger = tmp_path / "j.db", tmp_path / "l.db"
    Database(journal).close()
    Ledger(ledger).close()
    fails_and_leaves_alone(
        journal, r"(?s)j.db is a journal.*a ledger of broadcasts is what `my.broadcast", BROADCASTS
    )
    fails_and_leaves_alone(
        ledger, r"(?s)l.db is a ledger of broadcasts.*a journal is what `my.listen", JOURNAL
    )


def test_errors_call_a_ledger_a_ledger(tmp_path: Path) -> None:
    path = tmp_path / "l.db"
    ledger = Ledger(path)
    path.rename(tmp_path / "moved.db")
    with pytest.raises(
        JournalFailed, match=r"(?s)The ledger of broadcasts .*l.db was deleted, moved.*as a new ledger"
    ):
        ledger.keys()
    assert ledger.keys() == []
    ledger.close()
    with pytest.raises(
        JournalFailed, match=r"(?s)The ledger of broadcasts .*l.db is closed.*my.broadcasts\(\)"
    ):
        ledger.keys()


def test_the_schema_of_a_journal_fits_on_one_page(tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    Database(path).close()
    # Were there a second one, all that is in the file would depend on it.
    first_page_is_a_leaf = path.read_bytes()[100] == 0x0D
    assert first_page_is_a_leaf


def test_damaged_file_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    Database(path).close()
    path.write_bytes(path.read_bytes()[:100] + b"\xff" * 5000)
    fails_and_leaves_alone(path, "(?s)could not be opened.*Found: .*Keep a copy")


def test_damaged_schema_is_reported_with_what_sqlite_says_also_if_that_is_no_utf8(tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    Database(path).close()
    other_database(
        path,
        "PRAGMA writable_schema = ON",
        "UPDATE sqlite_master SET name = CAST(x'ff' AS TEXT), sql = 'CREATE TABLE' WHERE name = 'messages'",
    )
    fails_and_leaves_alone(path, r"(?s)could not be opened.*Found: malformed .*\\xff.*Keep a copy")
    with closing(sqlite3.connect(path)) as connection:
        assert answer(connection, "SELECT * FROM arrivals") is None
    with pytest.raises(JournalFailed, match=r"Found: malformed .*\\xff"), open_foreign(path):
        pass
    assert application_id(path) == 0


def test_cut_off_file_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    path.write_bytes(b"SQLite format 3\x00 and no more")
    fails_and_leaves_alone(path, "is not a journal")


def test_empty_file_becomes_a_journal_but_cannot_be_read_as_one(tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    path.touch()
    with pytest.raises(JournalFailed, match="it is empty"), open_readonly(path):
        pass
    Database(path).close()
    with open_readonly(path) as connection:
        assert connection.execute("PRAGMA application_id").fetchone() == (JOURNAL.application_id,)


def test_file_whose_making_was_cut_short_is_finished(tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    other_database(path, "PRAGMA journal_mode = WAL")
    with Journal.open(path) as journal:
        assert journal.append([message()])[0].new


def test_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(JournalFailed, match=r"(?s)no folder .*away.*make the folder first"):
        Database(tmp_path / "away" / "j.db")


def test_missing_file_is_not_made_by_reading(tmp_path: Path) -> None:
    with pytest.raises(JournalFailed, match="There is no journal"), open_readonly(tmp_path / "j.db"):
        pass
    assert list(tmp_path.iterdir()) == []


def test_folder_in_place_of_a_file_is_reported(tmp_path: Path) -> None:
    with pytest.raises(JournalFailed, match="is a folder"):
        Database(tmp_path)


def test_reading_cannot_write(tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    Database(path).close()
    with pytest.raises(JournalFailed, match="readonly"), open_readonly(path) as connection:
        connection.execute("DELETE FROM messages")


def test_connection_is_durable_and_guards_references(tmp_path: Path) -> None:
    database = Database(tmp_path / "j.db")
    with database.writing() as connection:
        found = [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in PRAGMAS]
    database.close()
    assert found == ["wal", 2, 1, 2000]


PRAGMAS = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")


def test_tables_have_the_columns_of_the_schema(tmp_path: Path) -> None:
    declared = {"text": "TEXT", "time": "REAL", "count": "INTEGER", "flag": "INTEGER"}
    database = Database(None)
    with database.reading() as connection:
        for schema in (MESSAGES, EVENTS):
            columns = connection.execute(f"PRAGMA table_info({schema.name.lower()})").fetchall()
            found = {name: kind for _, name, kind, *_ in columns if name not in ("seq", "extra", "revision")}
            assert found == {column.name: declared[column.kind] for column in schema.columns}
    database.close()


def test_error_inside_a_transaction_undoes_it(tmp_path: Path) -> None:
    database = Database(tmp_path / "j.db")
    with pytest.raises(ZeroDivisionError), database.writing() as connection:
        connection.execute("INSERT INTO aside (received_at, why, body) VALUES (1, '', '')")
        raise ZeroDivisionError
    with database.reading() as connection:
        assert connection.execute("SELECT count(*) FROM aside").fetchone() == (0,)
    database.close()


def test_many_may_open_a_new_file_at_once(tmp_path: Path) -> None:
    start = threading.Barrier(6)

    def work(number: int) -> bool:
        start.wait(10)
        with Journal(Database(tmp_path / "j.db", busy_timeout_s=10)) as journal:
            return journal.append([message(str(number))])[0].new

    with ThreadPoolExecutor(6) as pool:
        assert all(pool.map(work, range(6)))
    with Journal.open(tmp_path / "j.db") as journal:
        assert journal.count == 6


READ = """
import os, sys
from pathlib import Path
from openqq_nb.database import open_readonly
folder = Path(sys.argv[1])
if os.geteuid() == 0:
    os.setuid(65534)  # root may write everywhere
try:
    (folder / "probe").touch()
except PermissionError:
    with open_readonly(folder / "j.db") as connection:
        print(connection.execute("SELECT count(*) FROM messages").fetchone()[0])
"""


def test_journal_in_a_folder_that_cannot_be_written_is_read() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with Journal.open(folder / "j.db") as journal:
            journal.append([message()])
        (folder / "j.db").chmod(0o444)
        folder.chmod(0o555)
        try:
            said = subprocess.run(
                [sys.executable, "-c", READ, name],
                capture_output=True,
                text=True,
                check=False,
                timeout=60,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            )
        finally:
            folder.chmod(0o755)
        assert (said.stdout, said.stderr) == ("1\n", "")


def test_what_is_kept_has_left_the_caches_of_drives_too(tmp_path: Path) -> None:
    database = Database(tmp_path / "j.db")
    with database.looking() as connection:
        asked = [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("synchronous", "fullfsync")]
    database.close()
    assert asked == [2, 1]
