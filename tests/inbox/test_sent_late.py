"""Replies that come after the budget, between a real server and a real inbox."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

import openqq_nb as oq
from openqq_nb.inbox import Message
from tests.faults.stage import CALLS_BACK, DIALECTS, OPENQQ, TIMEOUT_S, Dialect, Stage, stage
from tests.inbox.test_reply_limits import as_friend, as_stranger, in_discuss, in_group, mine, plain_member

# Where all replies go out by calls of their own, one after the budget goes the same way, and none is counted as late.
all_dialects = pytest.mark.parametrize("dialect", DIALECTS)
both_dialects = pytest.mark.parametrize("dialect", OPENQQ)


@contextmanager
def slow(dialect: Dialect, reply: Any) -> Iterator[tuple[Stage, threading.Event]]:
    """A stage with a handler that returns its reply when the gate is opened, and has next to no time."""
    with stage(dialect) as one:
        one.inbox._receiver._answering._budget_s = 0.01
        gate = threading.Event()

        @one.inbox.on_message(contains="禁我")
        def replies_late(message: Message) -> Any:
            gate.wait(TIMEOUT_S)
            return reply

        yield one, gate


def late_replies(one: Stage) -> int:
    """Look at the figure without being told of errors."""
    return one.inbox._receiver._counters.shown(0).late_replies


def replies(one: Stage) -> int:
    """Look at how many replies went out, in time or late, without being told of errors."""
    return int(one.inbox._receiver.handlers.table()["replies"].sum())


def went_out_once(one: Stage, dialect: Dialect) -> bool:
    """Tell whether one reply went out after the budget, and was counted as the dialect has it."""
    return (replies(one), late_replies(one)) == (1, int(dialect not in CALLS_BACK))


def until(one: Stage, holds: Any) -> None:
    """Wait for what happens on other threads."""
    for _ in range(200):
        one.settle()
        if holds():
            return
        threading.Event().wait(0.02)
    raise AssertionError(one.inbox._receiver._counters.shown(0))


@pytest.mark.parametrize(
    ("speak", "dialect"),
    [
        *((speak, dialect) for speak in (as_friend, in_group) for dialect in DIALECTS),
        *((in_discuss, dialect) for dialect in OPENQQ),
    ],
)
def test_a_late_reply_is_sent_to_where_the_message_came_from_once(dialect: Dialect, speak: Any) -> None:
    with slow(dialect, "慢") as (one, gate):
        speak(one)
        assert one.simulator.wait_posted()[-1].status == 204
        assert one.arrived == []
        gate.set()
        until(one, lambda: went_out_once(one, dialect))
        (received,) = one.simulator.received
        assert (received.content, received.via) == ("慢", "api")
        own = one.inbox.df.query("own")
        assert own["content"].tolist() == ["慢"] and own["delivery"].tolist() == ["sent"]
        assert one.inbox.df["chat_key"].nunique() == 1
        assert one.inbox.handlers["replies"].tolist() == [1]


@pytest.mark.parametrize("dialect", ["openqq1", *CALLS_BACK])
def test_a_late_reply_to_a_temporary_message_is_sent_where_the_server_can(dialect: Dialect) -> None:
    with slow(dialect, "慢") as (one, gate):
        as_stranger(one)
        one.simulator.wait_posted()
        gate.set()
        until(one, lambda: went_out_once(one, dialect))
        assert [(got.kind, got.via) for got in one.simulator.received] == [("session", "api")]


def test_a_late_reply_that_mutes_is_an_error_on_1x_and_its_text_is_sent() -> None:
    with slow("openqq1", oq.Reply("慢", shutup=True)) as (one, gate):
        in_group(one)
        one.simulator.wait_posted()
        gate.set()
        until(one, lambda: late_replies(one) == 1)
        with pytest.warns(oq.HandlerWarning, match=r"too late .*mutes in an answer only\. Nobody was muted"):
            assert one.inbox.handlers["errors"].tolist() == [1]
        assert one.arrived == ["慢"] and one.simulator.muted == []


@pytest.mark.parametrize("dialect", ["openqq2", *CALLS_BACK])
@pytest.mark.parametrize("text", ["慢", ""])
def test_a_late_reply_that_mutes_does_so_by_a_call_where_there_is_one(text: str, dialect: Dialect) -> None:
    with slow(dialect, oq.Reply(text, shutup=True, shutup_time=90)) as (one, gate):
        qq = str(plain_member(one).qq)
        in_group(one)
        one.simulator.wait_posted()
        gate.set()
        until(one, lambda: one.inbox.handlers["replies"].tolist() == [1])
        assert [(mute.number, mute.seconds, mute.via) for mute in one.simulator.muted] == [(qq, 120, "api")]
        assert one.arrived == [text] * bool(text) and one.inbox.handlers["errors"].tolist() == [0]


@pytest.mark.parametrize(
    ("dialect", "word"), [("openqq2", "late mute"), *((one, "mute") for one in CALLS_BACK)]
)
def test_a_late_mute_that_is_not_done_is_an_error(dialect: Dialect, word: str) -> None:
    with slow(dialect, oq.Reply(shutup=True)) as (one, gate):
        in_group(one)
        one.simulator.wait_posted()
        one.simulator.leave(mine(one), plain_member(one))
        gate.set()
        until(one, lambda: one.inbox._receiver.handlers.table()["errors"].tolist() == [1])
        with pytest.warns(oq.HandlerWarning, match=f"A {word} was not done by the server"):
            assert one.inbox.handlers["replies"].tolist() == [0]
        assert one.simulator.muted == []


@both_dialects
def test_a_late_reply_to_a_discuss_is_refused_after_a_new_login(dialect: Dialect) -> None:
    with slow(dialect, "慢") as (one, gate):
        in_discuss(one)
        one.simulator.wait_posted()
        one.simulator.relogin()
        one.simulator.wait_posted()
        gate.set()
        until(one, lambda: one.inbox._receiver.handlers.table()["errors"].tolist() == [1])
        with pytest.warns(oq.HandlerWarning, match="logged in anew, so did="):
            assert one.inbox.stats.late_replies == 0
        assert one.arrived == []


@all_dialects
def test_several_late_replies_to_one_message_are_sent_as_one(dialect: Dialect) -> None:
    with slow(dialect, "慢") as (one, gate):
        returned = threading.Semaphore(0)

        def another(message: Message) -> str:
            gate.wait(TIMEOUT_S)
            returned.release()
            return "也慢"

        for name in ("a", "b", "c"):
            another.__name__ = name
            one.inbox.on_message(another)
        as_friend(one)
        one.simulator.wait_posted()
        gate.set()
        assert all(returned.acquire(timeout=TIMEOUT_S) for _ in range(3))
        until(one, lambda: went_out_once(one, dialect))
        one.inbox.stop()
        one.settle()
        assert len(one.arrived) == 1 and went_out_once(one, dialect)
