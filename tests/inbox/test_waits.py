"""Waiting for messages: who gets which, and what a time-out leaves."""

import asyncio
import threading
from typing import Any

import pandas as pd
import pytest

from openqq_nb.errors import InvalidInput, TimedOut
from openqq_nb.inbox.filters import Filter
from openqq_nb.inbox.waits import Wait, Waits
from openqq_nb.models import Row
from tests.inbox.desk import PATIENCE_S, Desk, group_message, listening, message

EVERY = Filter("")
EVEN = Filter("even", (lambda row: str(row["content"]) in "02468",))


class Frame:
    """Rows of which the content is the position."""

    def __init__(self) -> None:
        self.read: list[int] = []

    def rows(self, positions: Any, columns: Any = ()) -> list[Row]:
        self.read += positions
        return [{"content": str(position)} for position in positions]

    def offer(self, waits: Waits, *positions: int) -> None:
        waits.offer([(position, {"content": str(position)}) for position in positions])


FRAME = Frame()


def taken(wait: Wait) -> list[int] | None:
    return wait.positions if wait.ready.is_set() else None


def test_wait_takes_what_is_unread_first() -> None:
    waits = Waits(FRAME.rows)
    FRAME.offer(waits, 0, 1, 2)
    assert taken(waits.begin(2, EVERY)) == [0, 1]
    last = waits.begin(2, EVERY)
    assert taken(last) is None
    FRAME.offer(waits, 3)
    assert taken(last) == [2, 3]


def test_filtered_wait_leaves_the_others() -> None:
    waits = Waits(FRAME.rows)
    FRAME.offer(waits, 0, 1, 2, 3)
    assert taken(waits.begin(2, EVEN)) == [0, 2]
    assert taken(waits.begin(2, EVERY)) == [1, 3]


def test_two_waits_never_get_the_same_message() -> None:
    waits = Waits(FRAME.rows)
    one, other = waits.begin(2, EVERY), waits.begin(2, EVERY)
    FRAME.offer(waits, 0, 1, 2)
    assert (taken(one), taken(other)) == ([0, 1], None)
    FRAME.offer(waits, 3)
    assert taken(other) == [2, 3]


def test_wait_that_ends_early_takes_nothing() -> None:
    waits = Waits(FRAME.rows)
    early = waits.begin(2, EVERY)
    FRAME.offer(waits, 0)
    waits.end(early)
    assert early.positions == [0] and not early.complete
    assert taken(waits.begin(1, EVERY)) == [0]


def test_what_an_interrupted_wait_had_taken_goes_to_those_who_wait() -> None:
    waits = Waits(FRAME.rows)
    interrupted = waits.begin(1, EVERY)
    FRAME.offer(waits, 0)
    other = waits.begin(1, EVERY)
    waits.give_back(interrupted)
    assert taken(other) == [0]


def test_what_nobody_else_waits_for_becomes_unread_in_its_old_place() -> None:
    waits = Waits(FRAME.rows)
    interrupted = waits.begin(1, EVERY)
    FRAME.offer(waits, 0, 1)
    waits.give_back(interrupted)
    assert taken(waits.begin(2, EVERY)) == [0, 1]


def test_many_unread_messages_are_searched_in_pieces() -> None:
    waits = Waits(FRAME.rows)
    FRAME.offer(waits, *range(20_000))
    rare = Filter("rare", (lambda row: row["content"] == "19999",))
    assert taken(waits.begin(1, rare)) == [19_999]


def keyed(*contents: str) -> Filter:
    return Filter(str(contents), (lambda row: row["content"] in contents,), (), str(contents))


def test_repeated_wait_reads_only_what_is_new() -> None:
    frame = Frame()
    waits = Waits(frame.rows)
    frame.offer(waits, *range(5000))
    for _ in range(3):
        waits.end(waits.begin(2, keyed("7", "6000")))
    assert len(frame.read) == 5000
    frame.offer(waits, 5000, 6000)
    assert taken(waits.begin(2, keyed("7", "6000"))) == [7, 6000] and len(frame.read) == 5002


def test_repeated_wait_gets_what_another_left_and_nothing_that_it_took() -> None:
    waits = Waits(FRAME.rows)
    FRAME.offer(waits, 0, 1, 2)
    waits.end(waits.begin(3, keyed("0", "2")))
    assert taken(waits.begin(1, EVERY)) == [0]
    wait = waits.begin(2, keyed("0", "2"))
    FRAME.offer(waits, 3)
    assert taken(wait) is None and wait.positions == [2]


def test_message_that_has_changed_is_looked_at_again() -> None:
    contents = ["a", "b", "c"]
    waits = Waits(lambda positions, columns: [{"content": contents[position]} for position in positions])
    FRAME.offer(waits, 0, 1, 2)
    waits.end(waits.begin(1, keyed("x")))
    contents[1] = "x"
    waits.changed(1)
    assert taken(waits.begin(1, keyed("x"))) == [1]


def test_message_that_was_given_back_is_found_by_a_wait_that_was_here_before() -> None:
    waits = Waits(FRAME.rows)
    FRAME.offer(waits, 0, 1)
    interrupted = waits.begin(1, EVERY)
    waits.end(waits.begin(1, keyed("0")))
    waits.give_back(interrupted)
    assert taken(waits.begin(1, keyed("0"))) == [0]


def test_number_learnt_later_lets_an_unread_message_pass() -> None:
    with listening() as desk:
        desk.post(message("who", sender_qq=None))
        with pytest.raises(TimedOut):
            desk.inbox.wait(timeout=0, sender_qq="9900000101")
        desk.account.numbers["2457053901"] = "9900000101"
        desk.inbox._receiver._fill()
        desk.post(message("end"))
        assert desk.inbox.wait(1, timeout=0, sender_qq="9900000101")["content"].tolist() == ["who"]


def test_closed_waits_are_ready_without_being_complete() -> None:
    waits = Waits(FRAME.rows)
    before = waits.begin(1, EVERY)
    waits.close()
    after = waits.begin(1, EVERY)
    assert before.ready.is_set() and after.ready.is_set() and not before.complete and not after.complete


def waiting(desk: Desk, **arguments: Any) -> tuple[threading.Thread, list[pd.DataFrame]]:
    found: list[pd.DataFrame] = []
    thread = threading.Thread(target=lambda: found.append(desk.inbox.wait(timeout=PATIENCE_S, **arguments)))
    thread.start()
    return thread, found


def test_wait_gives_rows_with_the_columns_of_df() -> None:
    with listening() as desk:
        thread, found = waiting(desk, n=2)
        for text in ("a", "b", "c"):
            desk.post(message(text))
        thread.join(PATIENCE_S)
        pd.testing.assert_frame_equal(found[0], desk.inbox.df.head(2))
        assert desk.inbox.wait(1)["content"].tolist() == ["c"]


def test_wait_with_filters_leaves_other_messages_unread() -> None:
    with listening() as desk:
        for new in (message("a"), group_message("签到"), message("b")):
            desk.post(new)
        assert desk.inbox.wait(1, contains="签到", type="group_message")["content"].tolist() == ["签到"]
        assert desk.inbox.wait(2)["content"].tolist() == ["a", "b"]


def test_time_out_carries_what_came_and_consumes_nothing() -> None:
    with listening() as desk:
        desk.post(message("a"))
        with pytest.raises(TimedOut, match=r"2 messages with contains='a'.*0\.05 s.*1 came") as raised:
            desk.inbox.wait(2, timeout=0.05, contains="a")
        assert raised.value.df is not None and raised.value.df["content"].tolist() == ["a"]
        assert desk.inbox.wait(1)["content"].tolist() == ["a"]


def test_time_out_with_nothing_has_an_empty_frame_of_the_same_columns() -> None:
    with listening() as desk, pytest.raises(TimeoutError) as raised:
        desk.inbox.wait(timeout=0)
    assert isinstance(raised.value, TimedOut) and raised.value.df is not None
    pd.testing.assert_frame_equal(raised.value.df, desk.inbox.df)


@pytest.mark.parametrize("count", [0, -1, 1.5, True, "1"])
def test_wait_for_no_whole_number_is_an_error(count: Any) -> None:
    with listening() as desk, pytest.raises(InvalidInput, match="n="):
        desk.inbox.wait(count)


def test_wait_ends_when_the_inbox_is_stopped() -> None:
    with listening() as desk:
        errors: list[TimedOut] = []
        begun = threading.Event()
        desk.inbox.ticks.append(begun.set)

        def wait() -> None:
            with pytest.raises(TimedOut, match="was stopped") as raised:
                desk.inbox.wait(timeout=PATIENCE_S)
            errors.append(raised.value)

        thread = threading.Thread(target=wait)
        thread.start()
        assert begun.wait(PATIENCE_S)
        desk.inbox.stop()
        thread.join(PATIENCE_S)
        assert len(errors) == 1


def test_what_was_unread_can_be_waited_for_after_the_stop() -> None:
    with listening() as desk:
        desk.post(message("a"))
        desk.inbox.stop()
        assert desk.inbox.wait(1)["content"].tolist() == ["a"]
        with pytest.raises(TimedOut, match="was stopped"):
            desk.inbox.wait(1)


def post_and_forget(desk: Desk, text: str) -> None:
    desk.post(message(text))


def test_ticks_run_while_waiting() -> None:
    with listening() as desk:
        desk.inbox.ticks.append(lambda: post_and_forget(desk, "of the tick"))
        assert desk.inbox.wait(1)["content"].tolist() == ["of the tick"]


def test_interrupt_consumes_nothing() -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    with listening() as desk:
        desk.post(message("a"))
        desk.inbox.ticks.append(interrupt)
        with pytest.raises(KeyboardInterrupt):
            desk.inbox.wait(1)
        desk.inbox.ticks.clear()
        assert desk.inbox.wait(1)["content"].tolist() == ["a"]


def test_awaitable_twin_gives_the_same() -> None:
    async def both(desk: Desk) -> list[pd.DataFrame]:
        first = asyncio.create_task(desk.inbox.aio.wait(1, timeout=PATIENCE_S, contains="a"))
        second = asyncio.create_task(desk.inbox.aio.wait(1, timeout=PATIENCE_S, contains="b"))
        await asyncio.sleep(0)
        for text in ("b", "a"):
            await asyncio.to_thread(desk.post, message(text))
        return [await first, await second]

    with listening() as desk:
        found = asyncio.run(both(desk))
    assert [frame["content"].tolist() for frame in found] == [["a"], ["b"]]


def test_awaitable_twin_times_out_alike() -> None:
    with listening() as desk, pytest.raises(TimedOut, match=r"Waited for 1 message,"):
        asyncio.run(desk.inbox.aio.wait(timeout=0.01))


def test_cancelled_wait_consumes_nothing() -> None:
    async def cancelled(desk: Desk) -> None:
        task = asyncio.create_task(desk.inbox.aio.wait(1))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    with listening() as desk:
        asyncio.run(cancelled(desk))
        desk.post(message("a"))
        assert desk.inbox.wait(1)["content"].tolist() == ["a"]


@pytest.mark.parametrize("timeout", [float("nan"), -1, "a", True])
def test_a_timeout_that_is_no_number_of_seconds_is_refused(timeout: Any) -> None:
    with listening() as desk, pytest.raises(InvalidInput, match="number of seconds"):
        desk.inbox.wait(1, timeout=timeout)


def test_a_wait_for_our_own_messages_is_refused() -> None:
    with listening() as desk, pytest.raises(InvalidInput, match="received messages only"):
        desk.inbox.wait(1, own=True)
