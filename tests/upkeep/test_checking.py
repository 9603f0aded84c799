"""A check finds each kind of harm, names where, and says what to do; it calls nothing wrong that is not."""

import shutil
from pathlib import Path

import pytest

from openqq_nb.errors import JournalFailed
from openqq_nb.journal import Journal
from openqq_nb.upkeep.checking import Checked, check
from tests.journal.making import event, message
from tests.upkeep.filled import changed, recorded, written

FORMATS = Path(__file__).parents[1] / "journal" / "formats"

HARMS = {
    "an arrival without a row": (
        "DELETE FROM messages WHERE seq = 2",
        "no row as a message.*: 1, the first is number 2",
    ),
    "a row without an arrival": ("DELETE FROM arrivals WHERE seq = 1", "Rows of arrivals .*: 1"),
    "a row in both tables": ("INSERT INTO events (seq) VALUES (1)", "or with both: 1, the first is number 1"),
    "a damaged body": (
        "UPDATE arrivals SET body = x'0102' WHERE seq = 2",
        "Bodies that are damaged: 1, number 2",
    ),
    "a cell of another type": (
        "UPDATE messages SET own = 'perhaps' WHERE seq = 1",
        "Messages with cells of another type",
    ),
    "extra that is no JSON": (
        "UPDATE events SET extra = '{' WHERE seq = 3",
        "Events with cells of.*number 3",
    ),
    "a dictionary that is gone": ("DELETE FROM dictionaries", "of arrivals or dictionaries"),
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return written(tmp_path / "j.db", message("1"), message("2"), event("3"))


def wrong(found: Checked) -> list[str]:
    return [str(problem) for problem in found.problems if problem.serious]


@pytest.mark.parametrize("protocol", ["openqq1", "openqq2"])
def test_a_journal_of_all_recorded_posts_is_sound(tmp_path: Path, protocol: str) -> None:
    found = check(recorded(tmp_path / "j.db", protocol))
    assert found and wrong(found) == [] and found.arrivals > 20
    assert "is sound" in str(found)


@pytest.mark.parametrize("number", [1, 2])
def test_an_earlier_format_is_sound_and_stays_as_it_is(tmp_path: Path, number: int) -> None:
    path = Path(shutil.copy(FORMATS / f"journal-{number}.db", tmp_path))
    before = path.read_bytes()
    assert check(path) and path.read_bytes() == before and list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("harm", HARMS)
def test_harm_is_found_and_told_with_what_to_do(path: Path, harm: str) -> None:
    statement, said = HARMS[harm]
    changed(path, "PRAGMA foreign_keys = OFF", statement)
    found = check(path)
    assert not found
    (told,) = [problem for problem in found.problems if problem.serious][:1]
    assert told.advice
    with pytest.raises(AssertionError, match=rf"(?s){said}"):
        raise AssertionError("\n".join(wrong(found)))


def test_a_fingerprint_that_is_there_twice_is_found(path: Path) -> None:
    changed(
        path,
        "PRAGMA writable_schema = ON",
        "UPDATE sqlite_master SET sql = replace(sql, 'NOT NULL UNIQUE', 'NOT NULL') WHERE name = 'arrivals'",
        "DELETE FROM sqlite_master WHERE name = 'sqlite_autoindex_arrivals_1'",
    )
    changed(path, "UPDATE arrivals SET fingerprint = '1' WHERE seq = 2")
    assert any(
        "Fingerprints that are there several times: 1, the first is number 1" in one
        for one in wrong(check(path))
    )


def test_pages_that_were_written_over_are_found(path: Path) -> None:
    with Journal.open(path) as journal:
        journal.append([message(f"m{n}", content="x" * 500) for n in range(200)])
    harmed = bytearray(path.read_bytes())
    harmed[-20_000:] = b"\x5a" * 20_000
    path.write_bytes(harmed)
    found = check(path)
    assert not found and any("damaged" in one or "malformed" in one for one in wrong(found))


def test_what_keeps_several_parts_from_being_read_is_told_once(tmp_path: Path) -> None:
    path = written(tmp_path / "j.db", *(message(f"m{n}", content="x" * 300) for n in range(300)))
    harmed = bytearray(path.read_bytes())
    for page in (20, 21, 40):
        harmed[page * 4096 : (page + 1) * 4096] = b"\x5a" * 4096
    path.write_bytes(harmed)
    said = wrong(check(path))
    assert said and len(set(said)) == len(said)
    assert all("openqq-nb journal merge" in one for one in said)


def test_times_that_no_clock_shows_are_worth_a_note_and_no_more(tmp_path: Path) -> None:
    path = written(tmp_path / "j.db", message("1", msg_time=1.0), message("2", received_at=9e9), message("3"))
    found = check(path, now_s=1.5e9)
    assert found and [problem.serious for problem in found.problems] == [False, False]
    assert "Messages with a msg_time before 1999 or later than now: 1, the first is number 1" in str(
        found
    ) and "number 2" in str(found)


def test_what_is_no_journal_is_refused(tmp_path: Path) -> None:
    with pytest.raises(JournalFailed, match="There is no journal"):
        check(tmp_path / "gone.db")
