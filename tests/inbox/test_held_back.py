"""Replies that are held back, between a real server and a real inbox: a flood, a loop between two bots."""

import threading
import warnings
from itertools import count
from typing import Any

import pytest

import openqq_nb as oq
from openqq_nb.inbox import Message
from openqq_nb.inbox.brakes import CHAT_RESERVE, EVERY_S, PATTERNS
from openqq_nb.simulator.dialects import END_NAMES, EndName
from tests.faults.stage import DIALECTS, TIMEOUT_S, Dialect, Stage, stage
from tests.inbox.desk import group_message, listening
from tests.inbox.test_reply_limits import mine, plain_member

FLOOD = CHAT_RESERVE + 10
all_dialects = pytest.mark.parametrize("dialect", DIALECTS)


def flood(one: Stage, text: str = "签到") -> None:
    """Let the members of a group write in turns, one after the other."""
    people = [member.person for member in mine(one).members[1:]]
    for number in range(FLOOD):
        one.simulator.say(people[number % len(people)], text, mine(one))
        one.simulator.wait_posted()


def talk_back(one: Stage, reply: Any, most: int = 100) -> int:
    """Let a friend answer each reply at once, as another bot does; gives how many replies he got."""
    one.inbox.on_message(reply)
    for number in range(most):
        one.simulator.say(one.friend.person, f"收到 {number}")
        one.settle()
        if len(one.arrived) <= number:
            return number
    return most


@all_dialects
def test_a_flood_is_answered_up_to_the_reserve_and_told_once(dialect: Dialect) -> None:
    with stage(dialect) as one:
        one.inbox.on_message(lambda message: f"{message.sender}，签到成功")
        flood(one)
        one.settle()
        out, stats = len(one.arrived), one.inbox._receiver._counters.shown(0)
        assert CHAT_RESERVE <= out < FLOOD and stats.held_back == FLOOD - out
        assert stats.received == FLOOD and stats.handler_errors == 0
        with pytest.warns(
            oq.HandlerWarning, match=r"was held back\. There are too many replies in the chat"
        ) as told:
            table = one.inbox.handlers
        assert len(told) == 1 and told[0].filename == __file__
        assert table["calls"].tolist() == [FLOOD] and table["replies"].tolist() == [out]
        assert table["errors"].tolist() == [0] and "too many replies" in table["last_error"][0]
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert f"held back {FLOOD - out}" in repr(one.inbox.stats)
        # Only what went out is a row of ours.
        assert int(one.inbox.df["own"].sum()) == out
        # Others are answered meanwhile.
        one.say("在吗？")
        one.settle()
        assert len(one.arrived) == out + 1


TURNS = count()


@all_dialects
@pytest.mark.parametrize(
    "reply",
    [
        lambda message: "我听不懂",
        lambda message: message.content,
        lambda message: ("你好", "再见")[next(TURNS) % 2],
        lambda message: str(next(TURNS)),
    ],
    ids=["equal", "echo", "alternating", "counting"],
)
def test_a_loop_between_two_bots_is_noticed_and_cut(dialect: Dialect, reply: Any) -> None:
    with stage(dialect) as one:
        got = talk_back(one, reply)
        assert PATTERNS[0].times <= got < CHAT_RESERVE
        with pytest.warns(
            oq.HandlerWarning, match=r"answers each reply as another bot.*held back until \d\d:\d\d:"
        ):
            assert one.inbox.stats.held_back == 1
        # It stays cut, though nothing is lost and everybody else is answered.
        one.say("还在吗？")
        other = one.simulator.truth.friends[1].person
        one.simulator.say(other, "我是人")
        one.settle()
        assert len(one.arrived) == got + 1 and len(one.inbox.df.query("not own")) == got + 3
        assert one.inbox.stats.held_back == 2


@pytest.mark.parametrize("end", END_NAMES)
def test_replies_that_the_end_posts_back_are_one_row_each_and_never_answered(end: EndName) -> None:
    with stage("onebot11", end=end, report_own=True) as one:
        assert talk_back(one, lambda message: message.content, most=5) == 5
        assert len(one.arrived) == 5 and len(one.simulator.posts) == 10
        assert one.inbox.df["own"].tolist() == [False, True] * 5
        assert one.inbox.handlers["calls"].tolist() == one.inbox.handlers["replies"].tolist() == [5]


@all_dialects
def test_who_floods_is_muted_all_the_same(dialect: Dialect) -> None:
    with stage(dialect) as one:
        who = plain_member(one)
        one.inbox.on_message(lambda message: oq.Reply("请勿刷屏", shutup=True, shutup_time=600))
        for _ in range(FLOOD):
            one.simulator.say(who, "刷屏", mine(one))
            one.simulator.wait_posted()
        one.settle()
        with pytest.warns(oq.HandlerWarning, match="held back"):
            held_back = one.inbox.stats.held_back
        assert held_back == FLOOD - len(one.arrived) > 0
        assert [mute.number for mute in one.simulator.muted] == [str(who.qq)] * FLOOD
        assert one.inbox.handlers["replies"].tolist() == [FLOOD]


def test_late_replies_are_held_back_too_and_never_sent_afterwards() -> None:
    with listening(budget_s=0.01) as desk:
        gate = threading.Event()
        handled = threading.Semaphore(0)

        @desk.inbox.on_message
        def slow(message: Message) -> str:
            gate.wait(TIMEOUT_S)
            handled.release()
            return "慢"

        for number in range(FLOOD):
            desk.post(group_message(sender_qq=9_900_000_200 + number))
        gate.set()
        assert all(handled.acquire(timeout=TIMEOUT_S) for _ in range(FLOOD))

        def outcome() -> tuple[int, int]:
            stats = desk.inbox._receiver._counters.shown(0)
            return stats.late_replies, stats.held_back

        for _ in range(500):
            if sum(outcome()) == FLOOD:
                break
            threading.Event().wait(0.01)
        sent, held_back = outcome()
        assert sent == len(desk.account.sent) and sent + held_back == FLOOD
        assert CHAT_RESERVE <= sent <= CHAT_RESERVE + TIMEOUT_S / EVERY_S
    with pytest.warns(oq.HandlerWarning, match="too many replies"):
        assert desk.inbox.stats.handler_errors == 0
