"""Reading bodies again: nothing changes while the decoder is the same; what it reads otherwise is mended, no more."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from openqq_nb.errors import InvalidInput, JournalFailed
from openqq_nb.journal import Journal
from openqq_nb.listening.holding import Hold
from openqq_nb.models import Arrival, Recipient
from openqq_nb.upkeep.redecoding import preview, redecode
from tests.inbox.desk import group_message, listening, message, message2, own2, receipt
from tests.inbox.test_onebot import BODIES, onebot
from tests.upkeep.filled import changed, contents, posted, recorded, rows, written

PROTOCOLS = ["openqq1", "openqq2"]


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_what_was_read_by_this_version_reads_the_same(tmp_path: Path, protocol: str) -> None:
    numbers = {"2457053901": "9900000101", "2617047201": "9910000201"}
    found = preview(recorded(tmp_path / "j.db", protocol, **numbers))
    assert (found.rows, dict(found.columns), found.unreadable) == (0, {}, 0) and found.read > 20


@pytest.mark.filterwarnings("ignore:QQ has logged the account out")
def test_what_onebot_posted_reads_the_same_and_stays_taken_back(tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    with onebot(path) as desk:
        for body in BODIES.values():
            desk.post(body)
    flagged = rows(path, "SELECT seq, recalled_at FROM messages WHERE recalled_at IS NOT NULL")
    assert len(flagged) == 3
    found = preview(path)
    assert (found.rows, dict(found.columns), found.unreadable) == (0, {}, 0) and found.read > 35
    changed(path, "UPDATE messages SET kind = 'other', segments = NULL, content = 'x'")
    redecode(path)
    assert rows(path, "SELECT seq, recalled_at FROM messages WHERE recalled_at IS NOT NULL") == flagged
    assert rows(path, "SELECT count(*) FROM messages WHERE segments IS NULL OR content = 'x'") == [(0,)]


def test_columns_that_an_earlier_decoder_read_wrongly_are_mended(tmp_path: Path) -> None:
    path = posted(tmp_path / "j.db", "openqq1", [group_message("[图片]", heat=3), message("好")])
    before = contents(path)
    changed(
        path,
        "UPDATE messages SET content = NULL, kind = 'other', sender = 'x', msg_id = '0', extra = NULL WHERE seq = 1",
    )
    result = redecode(path)
    assert contents(path)["arrivals"] == before["arrivals"]
    found = rows(path, "SELECT content, kind, sender, msg_id, extra FROM messages WHERE seq = 1")
    assert found == [
        (r"[图片]", "image", "橙子", before["messages"][0][17], '{"heat": "3"}'),
    ]
    assert contents(path)["messages"][1] == before["messages"][1]
    assert result.rows == 1 and set(result.columns) == {"content", "kind", "sender", "msg_id", "extra"}


def test_numbers_learnt_later_and_what_we_know_ourselves_stay(tmp_path: Path) -> None:
    bare = {key: cell for key, cell in message("你好").items() if key != "sender_qq"}
    path = posted(tmp_path / "j.db", "openqq1", [bare])
    changed(
        path,
        "UPDATE messages SET sender_qq = '777', chat_key = 'friend:777', login = 'l', received_at = 5.5, content = 'x'",
    )
    redecode(path)
    assert rows(path, "SELECT sender_qq, chat_key, login, received_at, content FROM messages") == [
        ("777", "friend:777", "l", 5.5, "你好")
    ]


def test_the_outcome_of_a_send_stays_as_it_was_settled(tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    with listening("openqq2", path) as desk:
        desk.post(own2("hi", code=-3, msg="发送失败"))
        desk.inbox.record_sent(Recipient("friend", qq="9900000101"), "never posted", receipt("7"))
    changed(path, "UPDATE messages SET delivery = 'sent', code = 0, content = 'x' WHERE seq = 1")
    result = redecode(path)
    assert rows(path, "SELECT content, delivery, code FROM messages ORDER BY seq") == [
        ("hi", "sent", 0),
        ("never posted", "sent", 0),
    ]
    assert result.bodiless == 1


def test_an_arrival_that_is_a_message_today_moves_to_the_messages(tmp_path: Path) -> None:
    raw = json.dumps(message("你好")).encode()
    path = written(
        tmp_path / "j.db",
        Arrival("event", {"received_at": 5.5, "event": "message", "params": "[]"}, "f", raw),
    )
    assert redecode(path).moved == 1
    assert rows(path, "SELECT * FROM events") == []
    assert rows(path, "SELECT seq, content, received_at, chat_key FROM messages") == [
        (1, "你好", 5.5, "friend:9900000101")
    ]
    assert redecode(path).rows == 0


def test_an_arrival_that_is_an_event_today_moves_to_the_events_once(tmp_path: Path) -> None:
    raw = b'{"post_type":"event","event":"login","params":[1]}'
    path = written(tmp_path / "j.db", Arrival("message", {"content": "?", "received_at": 5.5}, "f", raw))
    assert (redecode(path).moved, rows(path, "SELECT * FROM messages")) == (1, [])
    assert rows(path, "SELECT seq, received_at, event, params FROM events") == [(1, 5.5, "login", '["1"]')]


def test_a_preview_changes_nothing_and_shows_before_and_after(tmp_path: Path) -> None:
    path = posted(tmp_path / "j.db", "openqq2", [message2("好")])
    changed(path, "UPDATE messages SET content = 'x'")
    before = path.read_bytes()
    found = preview(path)
    assert path.read_bytes() == before and found.backup is None
    assert "number 1: 'x' -> '好'" in str(found) and "1 row would change" in str(found)


def test_a_copy_from_before_is_kept_only_where_something_changes(tmp_path: Path) -> None:
    path = posted(tmp_path / "j.db", "openqq1", [message("好")])
    assert redecode(path).backup is None and not list(tmp_path.glob("*backup*"))
    changed(path, "UPDATE messages SET content = 'x'")
    before = contents(path)
    backup = redecode(path).backup
    assert backup is not None and backup.name.startswith("j.db.backup-2") and backup.suffix == ".db"
    assert contents(backup) == before and contents(path) != before
    with Journal.open(backup) as journal:
        assert journal.body(1)


def test_damaged_and_foreign_bodies_are_left_and_counted(tmp_path: Path) -> None:
    path = written(
        tmp_path / "j.db",
        Arrival("message", {"content": "a"}, "1", b"[]"),
        Arrival("message", {"content": "b"}, "2", b"{}"),
    )
    changed(path, "UPDATE arrivals SET body = x'00ff' WHERE seq = 2")
    assert redecode(path).unreadable == 2
    assert rows(path, "SELECT content FROM messages") == [("a",), ("b",)]


def test_who_follows_the_journal_is_told_of_what_changed(tmp_path: Path) -> None:
    path = posted(tmp_path / "j.db", "openqq1", [message("好")])
    changed(path, "UPDATE messages SET content = 'x'")
    with Journal.open(path) as follower:
        redecode(path)
        with follower.turn(writing=False) as turn:
            assert turn.news().changed[1]["content"] == "好"


def test_a_journal_that_somebody_fills_is_left_alone(tmp_path: Path) -> None:
    path = posted(tmp_path / "j.db", "openqq1", [message("好")])
    changed(path, "UPDATE messages SET content = 'x'")
    hold = Hold.taken(path)
    assert hold is not None
    with pytest.raises(JournalFailed, match="is filled by another program"):
        redecode(path)
    hold.let_go()
    assert rows(path, "SELECT content FROM messages") == [("x",)]
    assert redecode(path).rows == 1


def test_the_dialect_can_be_said_and_must_be_one(tmp_path: Path) -> None:
    path = posted(tmp_path / "j.db", "openqq1", [message("好"), message("不好")])
    assert preview(path, "openqq1").rows == 0
    one_of_two = json.dumps(message2("好")).encode()
    with Journal.open(path) as journal:
        journal.append([Arrival("message", {}, "2", one_of_two), Arrival("message", {}, "3", one_of_two)])
    assert preview(path, "openqq2").moved == 2
    with pytest.raises(InvalidInput, match="Unknown protocol 'openqq3'"):
        preview(path, "openqq3")


def test_a_text_that_names_the_key_of_the_other_dialect_does_not_mislead(tmp_path: Path) -> None:
    path = posted(tmp_path / "j.db", "openqq1", [message('"post_type": 1'), message("post_type")])
    assert preview(path).rows == 0


@pytest.mark.parametrize(("protocol", "other"), [PROTOCOLS, PROTOCOLS[::-1]])
@pytest.mark.parametrize("work", [preview, redecode])
def test_the_name_of_another_dialect_than_that_of_most_bodies_is_refused(
    tmp_path: Path, protocol: str, other: str, work: Callable[[Path, str], object]
) -> None:
    path = recorded(tmp_path / "j.db", protocol)
    before = contents(path)
    with pytest.raises(InvalidInput, match=f"(?s)left as it is: most of it is not in the dialect {other}"):
        work(path, other)
    assert contents(path) == before and not list(tmp_path.glob("*backup*"))
    assert preview(path, protocol).rows == 0


@pytest.mark.parametrize("column", ["received_at", "msg_time"])
def test_a_time_that_is_the_same_to_the_microsecond_is_no_change(tmp_path: Path, column: str) -> None:
    path = posted(tmp_path / "j.db", "openqq1", [message("好")])
    changed(path, f"UPDATE messages SET {column} = {column} + 0.0000003, sender = 'x'")  # noqa: S608 - one of the two above
    assert set(preview(path).columns) == {"sender"}
