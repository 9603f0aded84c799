"""Journals that earlier versions made: opened, brought up to the present format, filled on, and read as they are."""

import shutil
import sqlite3
import zlib
from contextlib import closing
from pathlib import Path

import pytest

import openqq_nb as oq
from openqq_nb import bodies
from openqq_nb.database import JOURNAL, open_readonly
from openqq_nb.errors import JournalFailed
from openqq_nb.journal import Journal
from openqq_nb.schema import MESSAGES
from openqq_nb.upkeep.checking import check
from openqq_nb.upkeep.forgetting import look, person
from openqq_nb.upkeep.info import info
from openqq_nb.upkeep.redecoding import preview
from tests.journal.making import message

FORMATS = Path(__file__).parent / "formats"
EARLIER = [1, 2, 3]
PRESENT = len(JOURNAL.migrations)
DICTIONARIES = 3
LATER = ["segments", "recalled_at"]

CONTENTS = ["第一条 🐱", None, "[图片]"]


def stored(number: int, folder: Path) -> Path:
    return Path(shutil.copy(FORMATS / f"journal-{number}.db", folder))


def version_of(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


@pytest.mark.parametrize("number", EARLIER)
def test_the_stored_file_is_of_the_format_that_its_name_says(number: int, tmp_path: Path) -> None:
    assert version_of(stored(number, tmp_path)) == number


def test_there_is_a_stored_file_of_every_earlier_format() -> None:
    assert list(range(1, PRESENT)) == EARLIER


@pytest.mark.parametrize("number", EARLIER)
def test_a_journal_of_an_earlier_format_is_brought_up_and_keeps_all(number: int, tmp_path: Path) -> None:
    path = stored(number, tmp_path)
    with Journal.open(path) as journal:
        messages = journal.messages().to_pylist()
        assert [one["content"] for one in messages] == CONTENTS
        assert [one["heat"] for one in messages] == [None, "3", None]
        assert [one["sender_qq"] for one in messages] == ["2345", "12345678901234567", None]
        assert [one["own"] for one in messages] == [False, True, False]
        assert messages[2]["code"] == 0 and messages[2]["delivery"] == "sent"
        assert [one["event"] for one in journal.events().to_pylist()] == ["login"]
        assert [(post.why, post.body) for post in journal.aside()] == [("This is no JSON.", b"{broken")]
        assert journal.numbers() == [1, 3, 4]
        assert journal.present(["a", "b", "c", "e"]) == {"a", "b", "c", "e"}
        assert all(journal.body(seq).startswith(b"{") for seq in (1, 2, 3, 4))
    assert version_of(path) == PRESENT


@pytest.mark.parametrize("number", EARLIER)
def test_the_bodies_of_an_earlier_format_come_back_byte_by_byte(number: int, tmp_path: Path) -> None:
    path = stored(number, tmp_path)
    with closing(sqlite3.connect(path)) as connection:
        before = {
            seq: zlib.decompress(body) if number < DICTIONARIES else bodies.unpacked(body, bodies.DICTIONARY)
            for seq, body in connection.execute("SELECT seq, body FROM arrivals")
        }
    with Journal.open(path) as journal:
        assert {seq: journal.body(seq) for seq in before} == before


@pytest.mark.parametrize("number", EARLIER)
def test_a_journal_of_an_earlier_format_takes_new_arrivals_and_no_doubles(
    number: int, tmp_path: Path
) -> None:
    path = stored(number, tmp_path)
    new = message("new", content="新的")
    with Journal.open(path) as journal:
        assert [one.new for one in journal.append([message("a"), new])] == [False, True]
        journal.amend({1: {"gnumber": "1"}})
    with Journal.open(path) as journal:
        assert journal.messages().column("content").to_pylist() == [*CONTENTS, "新的"]
        assert journal.messages().column("gnumber").to_pylist()[0] == "1"
        assert journal.body(5) == new.raw and journal.body(1).startswith(b"{")


@pytest.mark.parametrize("number", EARLIER)
def test_a_log_reads_an_earlier_format_without_writing_to_it(number: int, tmp_path: Path) -> None:
    path = stored(number, tmp_path)
    before = path.read_bytes()
    log = oq.open_log(path)
    assert sorted(log.df["content"].dropna()) == sorted(text for text in CONTENTS if text)
    assert log.df["heat"].dropna().tolist() == ["3"]
    assert log.events["event"].tolist() == ["login"]
    assert log.problems["why"].tolist() == ["This is no JSON."]
    assert log.read(["content"], contains="第一").values.tolist() == [["第一条 🐱"]]
    assert tuple(log.df.columns) == (*MESSAGES.names, "heat") and log.df[LATER].isna().all(axis=None)
    assert log.df.dtypes[LATER].tolist() == [MESSAGES.column(name).dtype for name in LATER]
    assert log.read(LATER, segments="[]").empty
    assert path.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("number", EARLIER)
def test_an_earlier_format_reads_the_same_where_this_process_has_the_file_open(
    number: int, tmp_path: Path
) -> None:
    path = stored(number, tmp_path)
    read = oq.open_log(path).df
    with open_readonly(path):
        assert oq.open_log(path).df.equals(read)


@pytest.mark.parametrize("number", EARLIER)
def test_what_looks_after_journals_reads_an_earlier_format_and_leaves_it_alone(
    number: int, tmp_path: Path
) -> None:
    path = stored(number, tmp_path)
    before = path.read_bytes()
    assert (info(path).messages, info(path).format) == (3, number)
    assert not [problem for problem in check(path).problems if problem.serious]
    assert preview(path).bodiless == 0
    assert look(path, person(path, qq="2345")).messages == [1, 4]
    assert path.read_bytes() == before


def test_the_schema_of_a_journal_fits_into_one_page(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    Journal.open(path).close()
    leaf_of_a_table = 13
    assert path.read_bytes()[100] == leaf_of_a_table


def test_a_format_of_a_later_version_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = stored(2, tmp_path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {PRESENT + 1}")
    before = path.read_bytes()
    for open_it in (Journal.open, oq.open_log):
        with pytest.raises(JournalFailed, match=r"(?s)newer version.*Update openqq_nb"):
            open_it(path)
    assert path.read_bytes() == before
