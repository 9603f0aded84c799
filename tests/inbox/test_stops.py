"""What a stop does for handlers: they see what has come, in their time; what they do not finish is told."""

import asyncio
import sys
import threading

import pytest

from openqq_nb.errors import InboxWarning
from openqq_nb.inbox import Message, printing
from openqq_nb.inbox.filters import Filter
from openqq_nb.inbox.handlers import Handlers
from openqq_nb.inbox.lanes import MAX_LEFT_BEHIND
from tests.inbox.desk import PATIENCE_S, Desk, group_message, listening, message, replied


def posted(desk: Desk, *texts: str) -> list[threading.Thread]:
    """Post messages side by side, and wait until all have come; gives the threads that wait for answers."""
    posting = [threading.Thread(target=desk.post, args=(group_message(text),)) for text in texts]
    for one in posting:
        one.start()
    desk.inbox.wait(len(texts), timeout=PATIENCE_S)
    return posting


def await_all(threads: list[threading.Thread]) -> None:
    for one in threads:
        one.join(PATIENCE_S)


def stopping(desk: Desk) -> threading.Thread:
    """Stop the inbox beside the test."""
    thread = threading.Thread(target=desk.inbox.stop)
    thread.start()
    return thread


def test_what_came_before_is_seen_and_answered() -> None:
    gate, seen = threading.Event(), []
    with listening() as desk:

        @desk.inbox.on_message
        def slow(message: Message) -> str:
            gate.wait(PATIENCE_S)
            seen.append(message.content)
            return str(message.content)

        posting = posted(desk, "1", "2", "3")
        stop = stopping(desk)
        # All pushes are answered before handlers are waited for.
        await_all(posting)
        gate.set()
        stop.join(PATIENCE_S)
    assert sorted(seen) == ["1", "2", "3"]
    assert [content for _, content in desk.account.sent] == seen


def test_what_a_replaced_handler_was_given_is_seen_too() -> None:
    gate, begun, seen = threading.Event(), threading.Event(), []
    with listening() as desk:

        def same(message: Message) -> None:
            begun.set()
            gate.wait(PATIENCE_S)
            seen.append(message.content)

        desk.inbox.on_message(same)
        posting = posted(desk, "1", "2")
        assert begun.wait(PATIENCE_S)
        desk.inbox.on_message(same)
        stop = stopping(desk)
        await_all(posting)
        stop.join(0.2)
        assert stop.is_alive()
        gate.set()
        stop.join(PATIENCE_S)
    assert sorted(seen) == ["1", "2"]


def test_a_call_that_hangs_does_not_hold_up_those_behind_it() -> None:
    gate, seen = threading.Event(), []
    with listening(budget_s=1) as desk:

        @desk.inbox.on_message
        def hangs_once(message: Message) -> None:
            if message.content == "hang":
                gate.wait(PATIENCE_S)
            seen.append(message.content)

        posting = [*posted(desk, "hang"), *posted(desk, "next")]
        with pytest.warns(InboxWarning, match="'hangs_once' had not finished with 1 message when"):
            desk.inbox.stop()
        assert seen == ["next"] and set(desk.contents()) == {"hang", "next"}
        gate.set()
        await_all(posting)


def test_many_that_hang_end_it_all_the_same_and_are_counted() -> None:
    gate = threading.Event()
    with listening(budget_s=0.05) as desk:

        @desk.inbox.on_message
        def hangs(message: Message) -> None:
            gate.wait(PATIENCE_S)

        for _ in range(MAX_LEFT_BEHIND + 2):
            assert replied(desk) == 204
        with pytest.warns(
            InboxWarning, match=f"had not finished with {MAX_LEFT_BEHIND + 2} messages.*inbox.df"
        ):
            desk.inbox.stop()
        gate.set()


def test_what_was_not_finished_is_counted_once() -> None:
    gate, done = threading.Event(), threading.Event()
    handlers = Handlers(60, lambda: None)
    handlers.add(lambda message: gate.wait(PATIENCE_S), Filter(""))
    with handlers.wanting({}) as (handler,):
        for _ in range(2):
            handler.call(Message({}, {}), lambda result, error: done.set())
    assert handlers.close(0.05) == {"<lambda>": 2}
    assert handlers.close(0.05) == {}
    gate.set()
    assert done.wait(PATIENCE_S)


def test_a_handler_that_waits_for_the_next_message_is_not_waited_for() -> None:
    begun = threading.Event()
    with listening(budget_s=60) as desk:

        @desk.inbox.on_message
        def waits(message: Message) -> None:
            begun.set()
            desk.inbox.wait(2, timeout=60)

        poster = threading.Thread(target=desk.post, args=(message(),))
        poster.start()
        assert begun.wait(PATIENCE_S)
        stop = stopping(desk)
        stop.join(PATIENCE_S)
        assert not stop.is_alive()
        poster.join(PATIENCE_S)


@pytest.mark.parametrize("kind", ["plain", "async"])
def test_a_handler_may_stop_the_inbox_while_it_is_stopped(kind: str) -> None:
    gate, begun, ended = threading.Event(), threading.Event(), threading.Event()

    def stops(message: Message) -> None:
        begun.set()
        gate.wait(PATIENCE_S)
        desk.inbox.stop()
        ended.set()

    async def stops_too(message: Message) -> None:
        await asyncio.to_thread(gate.wait, PATIENCE_S)
        desk.inbox.stop()
        ended.set()

    with listening() as desk, listening() as other:
        desk.inbox.on_message(stops if kind == "plain" else stops_too)
        posting = posted(desk, "1")
        stop = stopping(desk)
        await_all(posting)
        gate.set()
        assert ended.wait(PATIENCE_S)
        stop.join(PATIENCE_S)
        assert not stop.is_alive() and desk.inbox.stats.errors == ()
        # What handlers of the other inbox print is still theirs.
        assert isinstance(sys.stdout, printing.Router)
        other.inbox.on_message(lambda message: print("heard"))  # noqa: T201
        replied(other)
        assert other.inbox.handlers["printed"].tolist() == ["heard\n"]
