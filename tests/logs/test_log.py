import os
from pathlib import Path

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from openqq_nb.database import Database
from openqq_nb.errors import InvalidInput
from openqq_nb.filtering import Condition
from openqq_nb.journal import Journal
from openqq_nb.logs import Log, open_log, reading
from openqq_nb.logs.reading import Wanted
from openqq_nb.models import Arrival, Row
from openqq_nb.schema import EVENTS, MESSAGES
from tests.journal.making import ROW, event, message


def filled(path: Path, *arrivals: Arrival) -> Path:
    with Journal.open(path) as journal:
        journal.append(arrivals)
    return path


def contents(log: Log[pd.DataFrame]) -> list[str]:
    return list(log.df["content"])


def test_empty_journal_has_all_columns_with_their_dtypes(tmp_path: Path) -> None:
    log = open_log(filled(tmp_path / "j.db"))
    assert_frame_equal(log.df, MESSAGES.frame(MESSAGES.table([])))
    assert_frame_equal(log.events, EVENTS.frame(EVENTS.table([])))
    assert len(log) == 0
    assert list(log.problems.columns) == ["source", "line", "why", "body", "received_at"]
    assert repr(log) == "<Log of 0 messages from j.db>"


def test_messages_stand_in_order_of_time_then_of_arrival(tmp_path: Path) -> None:
    path = filled(
        tmp_path / "j.db",
        message("a", content="third", msg_time=30.0, received_at=40.0),
        message("b", content="first", msg_time=10.0, received_at=41.0),
        message("c", content="fourth", msg_time=30.0, received_at=39.0),
        message("d", content="second", msg_time=None, received_at=20.0),
    )
    assert contents(open_log(path)) == ["first", "second", "third", "fourth"]
    assert isinstance(open_log(path).df.index, pd.RangeIndex)


def test_frame_is_that_of_the_schema(tmp_path: Path) -> None:
    log = open_log(str(filled(tmp_path / "j.db", message("a", {"heat": 3}), event())))
    assert_frame_equal(log.df, MESSAGES.frame(MESSAGES.table([{**ROW, "heat": 3}])))
    assert log.events["event"].tolist() == ["login"]
    assert repr(log) == "<Log of 1 message, 2015-11-20 to 2015-11-20, from j.db>"


def test_each_access_gives_a_frame_of_its_own(tmp_path: Path) -> None:
    log = open_log(filled(tmp_path / "j.db", message()))
    changed = log.df
    changed["mine"] = 1
    changed.loc[0, "content"] = "x"
    changed.loc[0, "own"] = True
    assert_frame_equal(log.df, MESSAGES.frame(MESSAGES.table([ROW])))


def test_several_journals_are_joined_without_doubles(tmp_path: Path) -> None:
    one = filled(
        tmp_path / "one.db",
        message("a", content="1", msg_time=1.0),
        message("b", content="3", msg_time=3.0, received_at=9.0),
        event("e1"),
    )
    other = filled(
        tmp_path / "other.db",
        message("b", content="3", msg_time=3.0, received_at=9.0),
        message("c", {"heat": 1}, content="2", msg_time=3.0, received_at=8.0),
        event("e1"),
        event("e2"),
    )
    log = open_log(one, other)
    assert contents(log) == ["1", "2", "3"]
    assert len(log) == 3
    assert len(log.events) == 2
    assert log.df["heat"].isna().tolist() == [True, False, True]
    assert contents(open_log(one, one)) == ["1", "3"]
    assert "from 2 journals>" in repr(log)


def test_problems_show_what_could_not_be_read(tmp_path: Path) -> None:
    now = [2.0]
    journal = Journal(Database(tmp_path / "j.db"), clock=lambda: now[0])
    journal.set_aside(b'{"a": \xff}', "bad byte")
    now[0] = 1.0
    journal.set_aside("<b>坏</b>".encode(), "no JSON")
    journal.close()
    problems = open_log(tmp_path / "j.db").problems
    assert problems["why"].tolist() == ["no JSON", "bad byte"]
    assert problems["body"].tolist() == ["<b>坏</b>", '{"a": \\xff}']
    assert str(problems["received_at"].dtype) == "datetime64[us, Asia/Shanghai]"


def test_log_can_be_read_while_its_journal_is_filled(tmp_path: Path) -> None:
    with Journal.open(tmp_path / "j.db") as journal:
        journal.append([message("a")])
        assert len(open_log(tmp_path / "j.db")) == 1
        journal.append([message("b")])
        assert len(open_log(tmp_path / "j.db")) == 2


def test_reading_changes_nothing_in_the_folder(tmp_path: Path) -> None:
    path = filled(tmp_path / "j.db", message())
    before = path.read_bytes()
    log = open_log(path)
    assert len(log.df) + len(log.events) + len(log.problems) == 1
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["j.db"]  # noqa: PTH208 -- names only


def test_file_that_is_no_log_is_named_with_its_beginning(tmp_path: Path) -> None:
    (tmp_path / "chat.txt").write_text("2019-01-01 小灰: hi", encoding="utf-8")
    with pytest.raises(InvalidInput, match=r"(?s)chat\.txt is no log.*begins with '2019-01-01 小灰.*ChatLab"):
        open_log(filled(tmp_path / "j.db"), tmp_path / "chat.txt")


def test_missing_file_and_missing_path_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"(?s)j\.db"):
        open_log(tmp_path / "j.db")
    with pytest.raises(InvalidInput, match="Name one"):
        open_log()


def test_a_folder_without_a_log_is_said_to_be_one(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=str(tmp_path.name)):
        open_log(tmp_path)


@pytest.mark.parametrize("journals", [1, 2])
def test_a_reading_that_was_interrupted_keeps_nobody_from_the_file(tmp_path: Path, journals: int) -> None:
    path = filled(tmp_path / "j.db", *(message(str(number)) for number in range(3)))

    def interrupted(_: Row) -> bool:
        raise KeyboardInterrupt

    wanted = Wanted(MESSAGES, rest=(Condition(("content",), interrupted, None, ""),))
    with pytest.raises(KeyboardInterrupt) as kept:
        reading.read([path] * journals, wanted)
    Database(path, busy_timeout_s=0.01).close()
    assert kept.traceback  # it holds the frames in which the reading stood
