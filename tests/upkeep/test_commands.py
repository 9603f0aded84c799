"""`openqq-nb journal`, as it is typed: what it prints, how it asks, and with which code it ends."""

from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result

from openqq_nb.cli import commands
from openqq_nb.cli.journal import journal
from openqq_nb.errors import JournalFailed
from openqq_nb.listening.holding import Hold
from tests.inbox.desk import message
from tests.upkeep.filled import bytes_of, changed, posted, rows, written

ROOT = Path(__file__).parents[2]
WHO = "9900000555"


def typed(*words: object, answer: str = "") -> Result:
    return CliRunner().invoke(commands, ["journal", *map(str, words)], input=answer)


def said(*words: object, code: int = 0, answer: str = "") -> str:
    result = typed(*words, answer=answer)
    assert (result.exit_code, result.exception if code == 0 else None) == (code, None), result.output
    return result.output


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return posted(
        tmp_path / "j.db",
        "openqq1",
        [
            message("一", sender_qq=int(WHO), sender="蓝莓"),
            message("二"),
            message("三", msg_time="1448200000"),
        ],
    )


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("OPENQQ_NB_HOME", str(tmp_path / "home"))
    (tmp_path / "home" / "journals").mkdir(parents=True)
    return tmp_path / "home" / "journals"


def test_info_tells_of_the_journals_that_are_named(path: Path) -> None:
    assert "3; 0 events; 0 set aside" in said("info", path)


def test_info_without_a_name_tells_of_all_that_are_kept(home: Path) -> None:
    assert "No journals are kept" in said("info")
    for name in ("1", "2"):
        written(home / f"{name}.db")
    text = said("info")
    assert str(home / "1.db") in text and str(home / "2.db") in text


def test_one_that_cannot_be_read_keeps_no_other_from_being_told(path: Path, tmp_path: Path) -> None:
    text = said("info", tmp_path / "gone.db", path, code=1)
    assert "There is no journal" in text and "3; 0 events" in text


def test_export_writes_the_messages_that_are_asked_for(path: Path, tmp_path: Path) -> None:
    file = tmp_path / "m.csv"
    assert "3 messages written" in said("export", path, file)
    assert "1 message written" in said(
        "export", path, file, "--since", "2015-11-22", "--columns", "content,sender"
    )
    found = pd.read_csv(file, dtype=str)
    assert found.columns.tolist() == ["content", "sender"] and found["content"].tolist() == ["三"]
    assert "2 messages written" in said("export", path, file, "--until", "2015-11-22")


def test_export_of_events_takes_no_choice_of_messages(path: Path, tmp_path: Path) -> None:
    assert "0 events written" in said("export", path, tmp_path / "e.jsonl", "--events")
    assert "choose messages" in said(
        "export", path, tmp_path / "e.jsonl", "--events", "--since", "2015", code=2
    )


def test_merge_makes_a_journal_of_several(path: Path, tmp_path: Path) -> None:
    other = posted(tmp_path / "k.db", "openqq1", [message("四")])
    assert "4 messages and 0 events added" in said("merge", tmp_path / "all.db", path, other)
    assert "0 messages and 0 events added, 4 were there" in said("merge", tmp_path / "all.db", path, other)


def test_check_ends_with_1_when_something_is_wrong(path: Path) -> None:
    assert "is sound: 3 arrivals" in said("check", path)
    changed(path, "UPDATE arrivals SET body = x'00' WHERE seq = 2")
    assert "number 2" in said("check", path, code=1)


def test_redecode_changes_nothing_until_it_is_told_to(path: Path) -> None:
    changed(path, "UPDATE messages SET content = 'x' WHERE seq = 1")
    assert "1 row would change" in said("redecode", path) and "--apply" in said("redecode", path)
    assert rows(path, "SELECT content FROM messages WHERE seq = 1") == [("x",)]
    assert "1 row changed" in said("redecode", path, "--apply")
    assert rows(path, "SELECT content FROM messages WHERE seq = 1") == [("一",)]


def test_forget_asks_first_and_takes_no_for_an_answer(path: Path) -> None:
    before = path.read_bytes()
    text = said("forget", path, "--qq", WHO, answer="n\n", code=1)
    assert "1 message, 0 events" in text and "Remove it?" in text
    assert path.read_bytes() == before


@pytest.mark.parametrize("how", [("--qq", WHO), ("--name", "蓝莓")])
def test_forget_removes_after_a_yes(path: Path, how: tuple[str, str]) -> None:
    said("forget", path, *how, answer="y\n")
    assert WHO.encode() not in bytes_of(path) and len(rows(path, "SELECT * FROM messages")) == 2


def test_forget_asks_nothing_with_yes(path: Path) -> None:
    assert "Remove it?" not in said("forget", path, "--qq", WHO, "--yes")
    assert len(rows(path, "SELECT * FROM messages")) == 2


@pytest.mark.parametrize("how", [(), ("--qq", "1", "--gnumber", "2")])
def test_forget_wants_exactly_one_subject(path: Path, how: tuple[str, ...]) -> None:
    assert "exactly one of --qq, --gnumber and --name" in said("forget", path, *how, code=2)


def test_a_journal_that_is_filled_is_said_to_be(path: Path) -> None:
    hold = Hold.taken(path)
    assert hold is not None
    result = typed("forget", path, "--qq", WHO, "--yes")
    hold.let_go()
    assert isinstance(result.exception, JournalFailed) and "Stop it first" in str(result.exception)
    assert len(rows(path, "SELECT * FROM messages")) == 3


@pytest.mark.parametrize("name", sorted(journal.commands))
def test_every_command_has_its_section_with_all_of_its_options(name: str) -> None:
    page = (ROOT / "docs/guide/command-line.md").read_text("utf-8")
    section = page.partition(f"### journal {name} ")[2].partition("\n### ")[0]
    assert f"openqq-nb journal {name}" in section
    for parameter in journal.commands[name].params:
        if parameter.param_type_name == "option":
            assert getattr(parameter, "help", "")
            assert all(f"`{word}`" in section for word in (*parameter.opts, *parameter.secondary_opts))
