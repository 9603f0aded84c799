"""What a turn may not do twice, and what it may not leave undone."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from openqq_nb.errors import InboxWarning
from openqq_nb.inbox import Inbox, Links, Message
from openqq_nb.inbox.shelf import Others
from openqq_nb.inbox.ways import Followed
from openqq_nb.journal import Journal
from openqq_nb.protocols.registry import dialect
from openqq_nb.receive.address import Address
from tests.inbox.desk import PATIENCE_S, listening, message
from tests.inbox.test_arriving import FailingJournal
from tests.journal.making import event
from tests.journal.making import message as arrival

pytestmark = [
    pytest.mark.filterwarnings("ignore:The disk is full"),
    pytest.mark.filterwarnings("ignore:(?s)The journal .* could not be written"),
]


def until(true: Callable[[], bool], what: str) -> None:
    end_s = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < end_s, what
        threading.Event().wait(0.01)


def contents(inbox: Inbox) -> list[str]:
    return [str(one) for one in inbox.df["content"]]


def test_what_another_stored_while_it_waited_holds_nothing_up_and_is_shown_once(tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    body = message("the same")
    with listening(journal=path) as desk, Journal.open(path) as other:
        with other.turn() as turn:
            assert desk.post(body).status_code == 503
            waiting = desk.inbox._receiver._shelf._waiting[0]
            turn.append([waiting.arrival], [waiting.entry])
        assert desk.post(message("next")).status_code == 204
        assert desk.contents() == ["the same", "next"] and desk.inbox.stats.waiting == 0
        assert desk.inbox.journal.count == 2


def test_a_turn_that_fails_tells_of_the_others_once(tmp_path: Path) -> None:
    journal = FailingJournal.open(tmp_path / "j.db")
    with listening(journal=journal) as desk, Journal.open(tmp_path / "j.db") as other:
        other.append([arrival("a", content="of another", received_at=time.time())])
        until(lambda: "of another" in desk.contents(), "it is not shown")
        journal.full = True
        other.append([arrival("b", content="while it is full", received_at=time.time())])
        for text in ("x", "y", "z"):
            desk.post(message(text))
        journal.full = False
        desk.post(message("end"))
        assert sorted(desk.contents()) == sorted(["of another", "while it is full", "x", "y", "z", "end"])


def test_handlers_of_a_follower_are_called_once_though_its_turns_fail(tmp_path: Path) -> None:
    journal = FailingJournal.open(tmp_path / "j.db")
    way = Followed("another program", lambda: False)
    seen: list[str] = []
    with (
        Inbox(dialect("openqq1", None), journal, Links(), way).start() as inbox,
        Journal.open(tmp_path / "j.db") as other,
    ):

        @inbox.on_message
        def notes(new: Message) -> None:
            seen.append(str(new.content))

        journal.full = True
        inbox.record({"content": "a send", "type": "message", "receiver_qq": "1"})
        other.append([arrival("a", content="hello", received_at=time.time())])
        until(lambda: "hello" in contents(inbox), "it is not shown")
        for _ in range(3):
            inbox.record({"content": "another send", "type": "message", "receiver_qq": "1"})
        journal.full = False
        until(lambda: not inbox._receiver._shelf.unsaved, "it is not stored")
    assert seen == ["hello"]


def test_who_waits_is_told_when_the_other_program_has_ended(tmp_path: Path) -> None:
    ended = threading.Event()
    way = Followed("a collector", ended.is_set)
    inbox = Inbox(dialect("openqq1", None), Journal.open(tmp_path / "j.db"), Links(), way).start()
    try:
        threading.Timer(0.2, ended.set).start()
        with pytest.raises(TimeoutError, match=r"a collector has ended.*my\.listen\(\) listens again"):
            inbox.wait(1, timeout=PATIENCE_S)
        with pytest.warns(InboxWarning, match="a collector has ended"):
            assert inbox.df.empty
    finally:
        inbox.stop()


def test_old_events_that_are_merged_in_begin_no_login(tmp_path: Path) -> None:
    with listening("openqq2", journal=tmp_path / "j.db") as desk, Journal.open(tmp_path / "j.db") as other:
        login = desk.inbox._receiver.login
        other.append([event("old", received_at=1.0), arrival("new", content="new", received_at=time.time())])
        until(lambda: "new" in desk.contents(), "it is not shown")
        assert desk.inbox._receiver.login == login
        other.append([event("fresh", received_at=time.time())])
        until(lambda: desk.inbox._receiver.login != login, "a new login is heeded")


def test_a_stop_that_was_interrupted_can_be_called_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox = Inbox(
        dialect("openqq1", None), Journal.open(tmp_path / "j.db"), Links(), Address(path="x")
    ).start()
    real = inbox._receiver._numbers.stop

    def interrupted() -> None:
        monkeypatch.setattr(inbox._receiver._numbers, "stop", real)
        raise KeyboardInterrupt

    monkeypatch.setattr(inbox._receiver._numbers, "stop", interrupted)
    with pytest.raises(KeyboardInterrupt):
        inbox.stop()
    assert not inbox.running and inbox.state != "stopped"
    inbox.finish()
    assert inbox.state == "stopped" and not inbox._receiver._thread.running


def test_all_of_many_unreadable_posts_of_one_turn_are_kept(tmp_path: Path) -> None:
    with listening(journal=tmp_path / "j.db") as desk:
        shelf = desk.inbox._receiver._shelf
        done = threading.Event()

        def set_aside(_: Others) -> None:
            for number in range(250):
                shelf.set_aside(b"{%d" % number, "no JSON")

        def work() -> None:
            shelf.turn(set_aside)
            done.set()

        desk.inbox._receiver._writer.call(work)
        assert done.wait(PATIENCE_S) and len(desk.inbox.journal.aside()) == 250
