"""Permanent numbers that become known after the message came."""

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from openqq_nb.inbox.frames import Line
from openqq_nb.inbox.numbers import Numbers, unknown_ids
from openqq_nb.messages import complete
from openqq_nb.models import Arrival, Row
from tests.inbox.desk import PATIENCE_S, Account, Desk, group_message, listening, message, message2

STRANGER: dict[str, Any] = {"sender_qq": None, "sender": "昵称未知"}


def filled(desk: Desk) -> Any:
    """Wait for the refresh, and for the writer to have filled in what it brought."""
    assert desk.account.refreshed.acquire(timeout=PATIENCE_S)
    done = threading.Event()
    # The refresh hands its job to the writer after it has told us; a second fill is behind that one or is it.
    desk.inbox._receiver._fill()
    desk.inbox._receiver._writer.call(done.set)
    assert done.wait(PATIENCE_S)
    return desk.inbox.df


def test_unknown_sender_is_looked_up_and_earlier_rows_are_filled() -> None:
    with listening() as desk:
        desk.account.learns = {"2457053901": "9900000101", "2617047201": "9910000201"}
        desk.post(message("one", **STRANGER))
        rows = filled(desk)
        assert rows["sender_qq"].tolist() == ["9900000101"] and rows["chat_key"].tolist() == [
            "friend:9900000101"
        ]
        kept = desk.inbox.journal.messages().to_pydict()
    assert kept["sender_qq"] == ["9900000101"] and kept["chat_key"] == ["friend:9900000101"]


def test_known_sender_asks_nobody() -> None:
    with listening() as desk:
        desk.post(group_message())
        assert not desk.account.refreshed.acquire(timeout=0)
        assert not any(thread.name == "openqq-nb-refresh" for thread in threading.enumerate())


def test_ids_of_an_earlier_login_are_not_filled() -> None:
    with listening("openqq2") as desk:
        desk.account.learns = {"2457053901": "9900000101"}
        desk.post({"post_type": "event", "event": "login", "params": [1]})
        assert desk.account.refreshed.acquire(timeout=PATIENCE_S)
        desk.post(message2("x", sender_uid=None, sender_id=1))
        desk.post({"post_type": "event", "event": "login", "params": [1]})
        desk.account.numbers["1"] = "somebody else by now"
        desk.account.refreshed.release()
        assert filled(desk)["sender_qq"].isna().all()


class Refreshes:
    def __init__(self) -> None:
        self.account = Account()
        self.filled = threading.Semaphore(0)
        self.errors: list[str] = []

    def numbers(self, every_s: float) -> Numbers:
        return made(
            self.account,
            self.account.refresh,
            self.filled.release,
            lambda doing, error: self.errors.append(f"{doing}: {error}"),
            every_s,
        )


def made(
    account: Account,
    refresh: Callable[[], None],
    filled: Callable[[], None],
    failed: Callable[[str, Exception], None],
    every_s: float,
) -> Numbers:
    return Numbers(
        account.number, account.knows, account.doubts, refresh, account.forget, filled, failed, every_s
    )


def line(row: Row) -> Line:
    return Line.of(Arrival("message", row, "x"))


UNKNOWN: Row = {"sender_id": "1", "receiver_id": "9", "receiver_qq": "99"}


def test_second_unknown_waits_until_the_last_refresh_is_long_enough_ago() -> None:
    refreshes = Refreshes()
    numbers = refreshes.numbers(every_s=3600)
    numbers.watch(line(UNKNOWN))
    assert refreshes.filled.acquire(timeout=PATIENCE_S)
    numbers.watch(line({**UNKNOWN, "sender_id": "2"}))
    assert not refreshes.filled.acquire(timeout=0.05)
    numbers.stop()


def test_one_who_stays_unknown_is_not_asked_for_again() -> None:
    refreshes = Refreshes()
    numbers = refreshes.numbers(every_s=0)
    for seq in range(3):
        numbers.watch(line(UNKNOWN))
        assert refreshes.filled.acquire(timeout=PATIENCE_S if seq == 0 else 0.02) == (seq == 0)
    numbers.begin_login(since_now=True)
    assert refreshes.filled.acquire(timeout=PATIENCE_S)
    numbers.stop()


def test_failing_refresh_is_kept_and_tried_again_later() -> None:
    refreshes = Refreshes()
    failed = threading.Event()

    def refresh() -> None:
        if not failed.is_set():
            raise ConnectionError("no server")

    def note(doing: str, error: Exception) -> None:
        refreshes.errors.append(f"{doing}: {error}")
        failed.set()

    account = refreshes.account
    numbers = made(account, refresh, refreshes.filled.release, note, every_s=0)
    numbers.want()
    assert failed.wait(PATIENCE_S) and refreshes.errors == ["asking who is there: no server"]
    numbers.want()
    assert refreshes.filled.acquire(timeout=PATIENCE_S)
    numbers.stop()


def test_what_becomes_known_is_a_change_and_what_does_not_stays_watched() -> None:
    refreshes = Refreshes()
    numbers = refreshes.numbers(every_s=0)
    one = line(complete({"type": "message", **UNKNOWN}))
    other = line(complete({"type": "message", **UNKNOWN, "sender_id": "2"}))
    numbers.watch(one)
    numbers.watch(other)
    refreshes.account.numbers["1"] = "11"
    (change,) = numbers.changes()
    assert (change.line, change.cells["sender_qq"]) == (one, "11")
    # Until somebody has made the change it stays due.
    assert [change.line for change in numbers.changes()] == [one]
    one.arrival = replace(one.arrival, row={**one.row, **change.cells})
    numbers.drop_complete()
    refreshes.account.numbers["2"] = "22"
    assert [change.line for change in numbers.changes()] == [other]
    numbers.stop()


def test_new_login_is_asked_for_at_once_and_old_ids_are_used_no_more() -> None:
    refreshes = Refreshes()
    numbers = refreshes.numbers(every_s=3600)
    numbers.want()
    assert refreshes.filled.acquire(timeout=PATIENCE_S)
    numbers.want()  # it waits for the hour to be over
    refreshes.account.numbers["1"] = "11"
    assert numbers.number(UNKNOWN)["sender_qq"] == "11"
    refreshes.account.learns = {"1": "of another person"}
    numbers.begin_login(since_now=True)
    assert refreshes.account.forgotten == 1
    assert refreshes.filled.acquire(timeout=PATIENCE_S)
    assert numbers.number(UNKNOWN)["sender_qq"] == "of another person"
    numbers.stop()


def test_roster_asked_for_before_a_login_gives_no_numbers_after_it() -> None:
    refreshes, account = Refreshes(), Account(numbers={"1": "of the former login"})
    seen: list[object] = []
    begun, gate, again = threading.Event(), threading.Event(), threading.Semaphore(0)

    def refresh() -> None:
        begun.set()
        gate.wait(PATIENCE_S)
        account.refresh()
        seen.append(numbers.number(UNKNOWN).get("sender_qq"))
        again.release()

    numbers = made(account, refresh, refreshes.filled.release, print, every_s=3600)
    numbers.want()
    assert begun.wait(PATIENCE_S)
    account.learns = {"1": "of the former login"}
    numbers.begin_login(since_now=True)
    assert "sender_qq" not in numbers.number(UNKNOWN)
    account.learns = {"1": "of the former login"}
    gate.set()
    assert again.acquire(timeout=PATIENCE_S) and again.acquire(timeout=PATIENCE_S)
    assert refreshes.filled.acquire(timeout=PATIENCE_S)
    assert not refreshes.filled.acquire(timeout=0.02) and account.forgotten == 2 and seen == [None, None]
    numbers.stop()


def test_failed_refresh_of_a_new_login_is_made_good() -> None:
    refreshes = Refreshes()
    failures = iter([ConnectionError("no server")])
    failed = threading.Event()

    def refresh() -> None:
        for failure in failures:
            raise failure

    def note(doing: str, error: Exception) -> None:
        failed.set()

    account = refreshes.account
    numbers = made(account, refresh, refreshes.filled.release, note, every_s=0)
    numbers.begin_login(since_now=True)
    assert failed.wait(PATIENCE_S) and refreshes.filled.acquire(timeout=PATIENCE_S)
    numbers.stop()


@pytest.mark.parametrize(
    ("row", "ids"),
    [
        (UNKNOWN, ["1"]),
        ({**UNKNOWN, "sender_qq": "11"}, []),
        ({"group_id": "5"}, ["5"]),
        ({"discuss_id": "5"}, []),
        ({}, []),
    ],
)
def test_which_ids_lack_a_number(row: Row, ids: list[str]) -> None:
    assert unknown_ids(row) == ids
