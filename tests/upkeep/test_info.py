"""What is said of a journal at a glance, and the frame of all kept ones."""

import shutil
from pathlib import Path

import pandas as pd
import pytest

import openqq_nb as oq
from openqq_nb import schema
from openqq_nb.errors import JournalFailed
from openqq_nb.journal import Holder, Journal
from openqq_nb.listening.holding import Hold
from openqq_nb.upkeep.info import info
from tests.inbox.desk import message, message2
from tests.journal.making import event
from tests.journal.making import message as arrival
from tests.upkeep.filled import changed, posted, written

FORMATS = Path(__file__).parents[1] / "journal" / "formats"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("OPENQQ_NB_HOME", str(tmp_path / "home"))
    (tmp_path / "home" / "journals").mkdir(parents=True)
    return tmp_path / "home" / "journals"


def test_counts_times_account_and_dialect_are_told(tmp_path: Path) -> None:
    path = posted(
        tmp_path / "j.db", "openqq1", [message(msg_time="1448010862"), message(msg_time="1448097262"), b"?"]
    )
    found = info(path)
    assert (found.messages, found.events, found.aside, found.logins) == (2, 0, 1, 1)
    assert "; 1 login\n" in str(found)
    assert found.first is not None and found.last is not None
    assert f"{found.first:%F %T %z} {found.last:%F}" == "2015-11-20 17:14:22 +0800 2015-11-21"
    assert (found.accounts, found.dialects) == (("9900000100",), ("openqq1",))
    assert found.size_bytes >= path.stat().st_size and 0 < found.body_bytes < 1000
    assert len(found.problems) == 1 and "1 post could not be read" in found.problems[0]


def test_both_dialects_of_a_journal_are_told(tmp_path: Path) -> None:
    path = posted(tmp_path / "j.db", "openqq1", [message()])
    assert info(posted(path, "openqq2", [message2()])).dialects == ("openqq1", "openqq2")


def test_a_damaged_body_keeps_nothing_else_from_being_told(tmp_path: Path) -> None:
    path = posted(tmp_path / "j.db", "openqq1", [message()])
    changed(path, "UPDATE arrivals SET body = x'00ff'")
    assert info(path).messages == 1 and "a damaged body" in str(info(path))


def test_an_empty_journal_has_no_times(tmp_path: Path) -> None:
    found = info(written(tmp_path / "j.db"))
    assert (found.messages, found.first, found.last, found.accounts, found.body_bytes) == (
        0,
        None,
        None,
        (),
        0,
    )
    assert "none" in str(found)


def test_who_fills_it_is_told_only_while_it_is_filled(tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    with Journal.open(path) as journal:
        journal.sign(Holder("a notebook", 77, 5000, 1.0))
    assert not info(path).held and "nobody now" in str(info(path))
    hold = Hold.taken(path)
    assert hold is not None
    assert info(path).held and "a notebook (process 77)" in str(info(path))
    hold.let_go()


def test_looking_leaves_nothing_behind_and_an_earlier_format_as_it_is(tmp_path: Path) -> None:
    path = Path(shutil.copy(FORMATS / "journal-1.db", tmp_path))
    before = path.read_bytes()
    assert info(path).format == 1
    assert path.read_bytes() == before and list(tmp_path.iterdir()) == [path]


def test_what_is_no_journal_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("milk")
    with pytest.raises(JournalFailed, match="is not a journal"):
        info(tmp_path / "notes.txt")


def test_the_kept_journals_are_a_frame_with_a_row_each(home: Path) -> None:
    written(home / "1000001.db", arrival("a", receiver_qq="1000001"), event("e"))
    written(home / "1000002.db")
    hold = Hold.taken(home / "1000002.db")
    assert hold is not None
    found = oq.journals()
    hold.let_go()
    assert found["account"].tolist() == ["1000001", "1000002"]
    assert found["messages"].tolist() == [1, 0] and found["events"].tolist() == [1, 0]
    assert found["held"].tolist() == [False, True]
    assert found["first"][0] == pd.Timestamp("2015-11-20 17:14:17", tz="Asia/Shanghai") == found["last"][0]
    assert found["first"].isna().tolist() == [False, True]
    assert oq.open_log(found["path"][0]).df["gnumber"].tolist() == ["552603"]


def test_the_frame_has_its_columns_also_without_a_journal_or_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENQQ_NB_HOME", str(tmp_path / "nowhere"))
    found = oq.journals()
    assert tuple(found.columns) == schema.JOURNALS.names and len(found) == 0
    assert str(found["size_bytes"].dtype) == "Int64" and str(found["held"].dtype) == "boolean"
    assert not (tmp_path / "nowhere").exists()


def test_one_that_cannot_be_read_is_a_row_that_says_why(home: Path) -> None:
    written(home / "1.db", arrival("a"))
    (home / "2.db").write_text("milk")
    found = oq.journals()
    assert found["problem"].isna().tolist() == [True, False] and "is not a journal" in found["problem"][1]
    assert found["messages"].isna().tolist() == [False, True] and found["size_bytes"][1] == 4
