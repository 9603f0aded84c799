"""An arrival on its way: refused or taken, stored, shown, answered."""

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from openqq_nb.errors import InboxWarning, JournalFailed
from openqq_nb.inbox import Message
from openqq_nb.journal import Journal, Turn
from openqq_nb.models import Arrival, Recipient
from openqq_nb.protocols.base import Dialect
from openqq_nb.protocols.registry import dialect
from openqq_nb.schema import EVENTS, MESSAGES
from tests.inbox.desk import PATIENCE_S, group_message, listening, message, message2, own2, receipt

pytestmark = [
    pytest.mark.filterwarnings("ignore:The disk is full"),
    pytest.mark.filterwarnings("ignore:.* not stored in "),
]

LOGIN = {"post_type": "event", "event": "login", "params": [1]}


def test_message_is_a_row_and_answered_with_nothing() -> None:
    with listening() as desk:
        response = desk.post(message("你好", font="宋体"))
        row = desk.inbox.df.iloc[0]
    assert (response.status_code, dict(response.headers), response.content) == (204, {}, b"")
    assert (row["content"], row["sender_qq"], row["chat_key"]) == ("你好", "9900000101", "friend:9900000101")
    assert not row["own"] and row["login"] and row["received_at"].tzinfo and row["font"] == "宋体"


def test_frames_have_their_columns_before_anything_came() -> None:
    with listening() as desk:
        assert tuple(desk.inbox.df) == MESSAGES.names and tuple(desk.inbox.events) == EVENTS.names
        assert desk.inbox.stats.last_arrival is None


def test_message_is_on_disk_when_it_is_answered(tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    with listening(journal=path) as desk:
        desk.post(message("kept"))
        with sqlite3.connect(path) as other:
            assert other.execute("SELECT content FROM messages").fetchall() == [("kept",)]
        other.close()


def test_same_post_twice_is_one_row() -> None:
    twice = message("once")
    with listening() as desk:
        assert [desk.post(twice).status_code for _ in range(2)] == [204, 204]
        assert desk.contents() == ["once"] and desk.inbox.stats.doubles == 1


def test_journal_is_shown_again_but_not_waited_for(tmp_path: Path) -> None:
    first = message("yesterday")
    with listening(journal=tmp_path / "j.db") as desk:
        desk.post(first)
    with listening(journal=tmp_path / "j.db") as desk:
        seen: list[str] = []
        desk.inbox.on_message(lambda new: seen.append(new.content))
        desk.post(first)
        desk.post(message("today"))
        assert desk.inbox.wait(1)["content"].tolist() == ["today"]
        assert desk.contents() == ["yesterday", "today"] and desk.inbox.df["login"].nunique() == 2
    assert seen == ["today"]


def test_stopped_inbox_keeps_its_frame() -> None:
    with listening() as desk:
        desk.post(message("stays"))
    assert desk.contents() == ["stays"] and "stopped" in repr(desk.inbox) and not desk.inbox.running
    desk.inbox.stop()


def test_malformed_body_is_400_and_kept_aside(tmp_path: Path) -> None:
    with listening(journal=tmp_path / "j.db") as desk:
        response = desk.post(b'{"type": oops')
        assert response.status_code == 400 and "json" not in response.headers["content-type"]
        assert desk.inbox.stats.malformed == 1 and desk.inbox.df.empty
        (aside,) = desk.inbox.journal.aside()
    assert aside.body == b'{"type": oops' and aside.why


def test_unknown_type_is_kept_as_an_event() -> None:
    with listening() as desk:
        assert desk.post({"type": "poke", "who": "灰灰"}).status_code == 204
        assert desk.inbox.events["event"].tolist() == ["poke"]
        assert "灰灰" in desk.inbox.events["params"][0]


def test_event_is_answered_at_once_and_no_handler_sees_it() -> None:
    with listening("openqq2") as desk:
        seen: list[Any] = []
        desk.inbox.on_message(seen.append)
        assert desk.post({"post_type": "event", "event": "stop", "params": []}).status_code == 204
        assert len(desk.inbox.events) == desk.inbox.stats.events == 1 and len(desk.inbox.df) == 0
    assert seen == []


def test_login_event_begins_a_new_login_and_asks_who_is_there() -> None:
    with listening("openqq2") as desk:
        desk.post(message2("before"))
        desk.post(LOGIN)
        assert desk.account.refreshed.acquire(timeout=10)
        desk.post(message2("after"))
        assert desk.inbox.df["login"].nunique() == 2


def test_own_message_is_a_row_and_no_handler_sees_it() -> None:
    with listening("openqq2") as desk:
        seen: list[Any] = []
        desk.inbox.on_message(seen.append)
        response = desk.post(own2("of mine"))
        row = desk.inbox.df.iloc[0]
        assert desk.inbox.stats.own == 1 and desk.inbox.stats.received == 0
    assert response.status_code == 204 and seen == []
    assert row["own"] and row["delivery"] == "sent" and row["chat_key"] == "friend:9900000101"


def test_message_from_our_other_device_is_own_on_1x() -> None:
    with listening() as desk:
        desk.post(message("from my phone", sender_id="9900000100", sender_qq=9900000100))
        assert desk.inbox.df["own"].tolist() == [True]


@pytest.mark.parametrize(
    ("headers", "status", "reason"),
    [
        ({"Origin": "https://evil.example"}, 403, "origin"),
        ({"Host": "rebound.example"}, 403, "host"),
        ({"Content-Type": "text/plain"}, 415, "type"),
    ],
)
def test_stranger_is_refused_and_counted(headers: dict[str, str], status: int, reason: str) -> None:
    with listening() as desk:
        assert desk.post(message(), **headers).status_code == status
        assert desk.inbox.stats.refused == {reason: 1} and desk.inbox.df.empty


def test_wrong_secret_is_not_found() -> None:
    with listening() as desk:
        assert desk.http.post(desk.inbox.url[:-1] + "x", json=message()).status_code == 404
        assert desk.inbox.stats.refused == {"path": 1}


def test_secret_is_shown_where_it_is_asked_for_only() -> None:
    with listening() as desk:
        assert desk.inbox.url in repr(desk.inbox.setup()) and "s3cret" in desk.inbox.url
        assert "s3cret" not in repr(desk.inbox) and "s3cret" not in repr(desk.inbox.stats)


class FailingJournal(Journal):
    """A journal whose disk is full for a while."""

    full = False

    def __init__(self, database: Any) -> None:
        super().__init__(database)
        self.changed = threading.Semaphore(0)

    @contextmanager
    def turn(self, *, writing: bool = True) -> Iterator[Turn]:
        with super().turn(writing=writing) as turn:
            yield turn
            if writing and self.full:
                raise JournalFailed("The disk is full.")
        if writing:
            self.changed.release()

    def await_change(self) -> dict[str, list[Any]]:
        """Wait until something is stored, which nobody asks for; gives all that is kept."""
        self.full = False
        assert self.changed.acquire(timeout=PATIENCE_S)
        kept: dict[str, list[Any]] = self.messages().to_pydict()
        return kept


def test_what_cannot_be_stored_is_503_kept_and_stored_later() -> None:
    journal = FailingJournal.open(None)
    with listening(journal=journal) as desk:
        seen: list[str] = []

        @desk.inbox.on_message
        def notes(new: Message) -> str:
            seen.append(new.content)
            return "late: " + str(new.content)

        journal.full = True
        assert desk.post(message("one")).status_code == 503
        assert desk.inbox.stats.waiting == 1 and "disk is full" in desk.inbox.stats.errors[-1]
        assert desk.contents() == ["one"] and desk.inbox.wait(1)["content"].tolist() == ["one"]
        assert desk.account.was_sent.wait(10)
        journal.full = False
        assert desk.post(message("two")).status_code == 200
        assert desk.contents()[:2] == ["one", "two"] and desk.inbox.stats.waiting == 0
    assert seen == ["one", "two"] and [text for _, text in desk.account.sent] == ["late: one"]


def test_what_waits_is_stored_without_another_post() -> None:
    journal = FailingJournal.open(None)
    with listening(journal=journal) as desk:
        journal.full = True
        assert desk.post(message("waits")).status_code == 503
        assert journal.await_change()["content"] == desk.contents() == ["waits"]
        assert desk.post(message("next")).status_code == 204
        assert desk.contents() == ["waits", "next"] and journal.count == 2


def test_same_post_twice_is_one_row_also_while_nothing_can_be_stored() -> None:
    journal = FailingJournal.open(None)
    early, twice = message("early"), message("twice")
    with listening(journal=journal) as desk:
        desk.post(early)
        journal.full = True
        for new in (early, twice, twice):
            desk.post(new)
        assert desk.contents() == ["early", "twice"] and desk.inbox.stats.doubles == 2


def test_failure_that_lasts_is_told_once() -> None:
    journal = FailingJournal.open(None)
    with listening(journal=journal) as desk:
        journal.full = True
        for text in ("a", "b", "c"):
            desk.post(message(text))
        with pytest.warns(InboxWarning, match="disk is full") as told:
            assert len(desk.inbox.df) == 3
        assert len(told) == len(desk.inbox.stats.errors) == 1


FRIEND = Recipient("friend", qq="9900000101")


@pytest.mark.parametrize("full_from", ["record", "post"])
def test_send_that_is_posted_back_while_nothing_can_be_stored_is_one_row(full_from: str) -> None:
    journal, body = FailingJournal.open(None), json.dumps(own2("hi")).encode()
    with listening("openqq2", journal=journal) as desk:
        journal.full = full_from == "record"
        desk.inbox.record_sent(FRIEND, "hi", receipt())
        journal.full = True
        assert desk.post(body).status_code == 503
        assert desk.contents() == ["hi"] and desk.inbox.df["info"].tolist() == ["发送正常"]
        desk.post(message2("next"))
        journal.full = False
        assert desk.post(body).status_code == 204
        assert desk.contents() == ["hi", "next"] and desk.inbox.stats.doubles == 1
        assert journal.messages().column("info").to_pylist() == ["发送正常", None]
        assert journal.body(1) == body


def test_send_that_is_recorded_after_its_post_while_nothing_can_be_stored_is_one_row() -> None:
    journal = FailingJournal.open(None)
    with listening("openqq2", journal=journal) as desk:
        desk.post(own2("hi"))
        journal.full = True
        desk.inbox.record_sent(FRIEND, "hi", receipt())
        journal.full = False
        desk.post(message2("next"))
        assert desk.contents() == ["hi", "next"] and journal.count == 2


def test_numbers_learnt_while_nothing_can_be_stored_are_stored_later() -> None:
    journal = FailingJournal.open(None)
    with listening(journal=journal) as desk:
        desk.post(message("stored", sender_qq=None))
        assert desk.account.refreshed.acquire(timeout=PATIENCE_S)
        journal.full = True
        desk.post(message("kept", sender_qq=None))
        desk.account.numbers["2457053901"] = "9900000101"
        desk.inbox._receiver._fill()
        assert desk.post(message("end")).status_code == 503
        assert desk.inbox.df["sender_qq"].tolist()[:2] == ["9900000101"] * 2
        journal.full = False
        assert desk.post(message("after")).status_code == 204
        assert journal.messages().column("sender_qq").to_pylist() == ["9900000101"] * 4


def test_numbers_of_many_rows_are_filled_in_one_transaction() -> None:
    journal = FailingJournal.open(None)
    with listening(journal=journal) as desk:
        for text in ("a", "b", "c"):
            desk.post(message(text, sender_qq=None))
        assert desk.account.refreshed.acquire(timeout=PATIENCE_S)
        desk.post(message("the refresh has been filled in by now or changes nothing", sender_qq="1"))
        journal.changed = threading.Semaphore(0)
        desk.account.numbers["2457053901"] = "9900000101"
        desk.inbox._receiver._fill()
        desk.post(message("end"))
        assert desk.inbox.df["sender_qq"].tolist()[:3] == ["9900000101"] * 3
        # One for the numbers, one for the post.
        assert [journal.changed.acquire(timeout=0) for _ in range(3)] == [True, True, False]


def test_what_still_waits_is_stored_when_the_inbox_stops(tmp_path: Path) -> None:
    journal = FailingJournal.open(tmp_path / "j.db")
    with listening(journal=journal) as desk:
        journal.full = True
        desk.post(message("waits"))
        journal.full = False
    with Journal.open(tmp_path / "j.db") as kept:
        assert kept.messages().column("content").to_pylist() == ["waits"]


class Poison(str):
    """A text that cannot be stored."""

    def __str__(self) -> str:
        raise OverflowError("too large")


class PoisonousDialect:
    """A dialect that gives what cannot be stored."""

    def __init__(self) -> None:
        self._sound = dialect("openqq1", None)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sound, name)

    def arrival(self, body: bytes) -> Arrival:
        found = self._sound.arrival(body)
        content = Poison() if b"poison" in body else found.row["content"]
        return replace(found, row={**found.row, "content": content})


def test_row_that_cannot_be_stored_does_not_take_others_with_it() -> None:
    with listening(cast(Dialect, PoisonousDialect())) as desk:
        assert desk.post(message("before")).status_code == 204
        assert desk.post(message("poison")).status_code == 400
        assert desk.post(message("after")).status_code == 204
        assert desk.contents() == ["before", "after"]
        assert len(desk.inbox.journal.aside()) == 1 and "OverflowError" in desk.inbox.stats.errors[-1]


class TrippingDialect:
    """A dialect whose decoder has a mistake."""

    def __init__(self) -> None:
        self._sound = dialect("openqq1", None)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sound, name)

    def arrival(self, body: bytes) -> Arrival:
        if b"trip" in body:
            raise ZeroDivisionError(len(body))
        return self._sound.arrival(body)


def test_mistake_of_the_decoder_costs_that_post_only() -> None:
    with listening(cast(Dialect, TrippingDialect())) as desk:
        assert desk.post(message("trip")).status_code == 400
        assert desk.post(message("two")).status_code == 204
        assert desk.contents() == ["two"] and "ZeroDivisionError" in desk.inbox.stats.errors[-1]
        assert len(desk.inbox.journal.aside()) == 1


@pytest.mark.parametrize("digits", [11, 19, 400, 5000])
def test_number_of_any_length_is_answered_and_kept(digits: int) -> None:
    with listening() as desk:
        number = "9" * digits
        assert (
            desk.post(message("x", msg_time=number, msg_id=number, sender_qq=int("9" * 30))).status_code
            == 204
        )
        assert desk.inbox.df["msg_id"].tolist() == [number]


def test_tab_shows_what_is_meant_to_be_typed() -> None:
    with listening() as desk:
        assert all(hasattr(type(desk.inbox), name) or name == "aio" for name in dir(desk.inbox))
        assert "df" in dir(desk.inbox) and "record" not in dir(desk.inbox)


def test_failing_lookup_of_numbers_costs_no_message() -> None:
    with listening() as desk:
        desk.account.numbers = None  # type: ignore[assignment]
        assert desk.post(message("anyway", sender_qq=None)).status_code == 204
        assert desk.contents() == ["anyway"] and "looking up numbers" in "".join(desk.inbox.stats.errors)


def test_group_number_comes_from_the_roster() -> None:
    with listening() as desk:
        desk.account.numbers = {"2617047201": "9910000201"}
        desk.post(group_message("x", gnumber=None))
        assert desk.inbox.df["gnumber"].tolist() == ["9910000201"]
        assert desk.inbox.df["chat_key"].tolist() == ["group:9910000201"]


def test_stats_are_readable() -> None:
    with listening() as desk:
        desk.post(message())
        desk.post(b"[")
        text = repr(desk.inbox.stats)
    assert "received 1, own 0" in text and "malformed 1" in text and "refused none" in text
