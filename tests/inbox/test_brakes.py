"""Which replies may go out: by the rate, and not in a loop with another bot. Time is an argument here."""

import re
import sys
import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import cycle
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openqq_nb.inbox import brakes
from openqq_nb.inbox.brakes import ACCOUNT_RESERVE, CHAT_RESERVE, CUT_S, EVERY_S, Brakes, Held, in_words
from openqq_nb.simulator import World
from openqq_nb.simulator.talk import conversation

ROOT = Path(__file__).parents[2]
CHAT = "group:9910000201"
AT = datetime(2026, 11, 25, 14, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


class Watched(Brakes):
    """Brakes with a clock that is set by hand."""

    def __init__(self) -> None:
        self.now_s = 1000.0
        super().__init__(lambda: self.now_s)

    def reply(
        self, wait_s: float = 0.0, chat: str = CHAT, sender: str = "1", takes_s: float = 0.0
    ) -> Held | None:
        """Have a message come some time after the last reply, and reply to it at once or after a while."""
        self.now_s += wait_s
        came_s = self.now_s
        self.now_s += takes_s
        return self.check(chat, sender, came_s)

    def replies(self, waits: Iterable[float], sender: str = "1") -> list[Held | None]:
        return [self.reply(wait_s, sender=sender) for wait_s in waits]


def causes(found: Iterable[Held | None]) -> list[str]:
    return [held.cause for held in found if held is not None]


# The rate


def test_a_burst_in_one_chat_is_answered_up_to_its_reserve() -> None:
    watched = Watched()
    found = [watched.reply(sender=str(number)) for number in range(CHAT_RESERVE + 5)]
    assert found[:CHAT_RESERVE] == [None] * CHAT_RESERVE
    assert found[CHAT_RESERVE:] == [Held("chat", EVERY_S, new=True)] + [Held("chat", EVERY_S, new=False)] * 4
    assert watched.reply(EVERY_S, sender="x") is None
    assert watched.reply(sender="y") == Held("chat", EVERY_S, new=False)


def test_other_chats_are_answered_while_one_is_flooded() -> None:
    watched = Watched()
    for number in range(1000):
        watched.reply(0.001, sender=str(number))
    assert watched.reply(chat="friend:1") is None


def test_a_burst_over_all_chats_is_answered_up_to_the_reserve_of_the_account() -> None:
    watched = Watched()
    found = [watched.reply(chat=str(number)) for number in range(ACCOUNT_RESERVE + 2)]
    assert found[:ACCOUNT_RESERVE] == [None] * ACCOUNT_RESERVE
    assert found[ACCOUNT_RESERVE:] == [
        Held("account", EVERY_S, new=True),
        Held("account", EVERY_S, new=False),
    ]


def test_a_lively_group_that_checks_in_is_answered() -> None:
    # 9 o'clock: 45 members within a minute and a half, the first ten of them at once.
    watched = Watched()
    waits = [0.1] * 10 + [2.5] * 35
    found = [watched.reply(wait_s, sender=str(number)) for number, wait_s in enumerate(waits)]
    assert found == [None] * 45


def test_a_new_shortage_is_told_anew_once_the_reserve_was_whole() -> None:
    watched = Watched()
    for _ in range(2):
        found = [watched.reply(sender=str(number)) for number in range(CHAT_RESERVE + 3)]
        assert [held.new for held in found if held] == [True, False, False]
        watched.now_s += CHAT_RESERVE * EVERY_S


SENDERS = st.sampled_from(["1", "2", "3"])
TIMELINE = st.lists(
    st.tuples(st.sampled_from([0.0, 0.01, 0.4, 1.0, 2.9, 3.0, 20.0, 500.0]), st.sampled_from("abc"), SENDERS),
    max_size=300,
)


@given(TIMELINE)
def test_never_more_goes_out_than_the_reserve_and_one_every_3_s(
    timeline: list[tuple[float, str, str]],
) -> None:
    watched = Watched()
    out: list[tuple[float, str]] = []
    for wait_s, chat, sender in timeline:
        if watched.reply(wait_s, chat, sender) is None:
            out.append((watched.now_s, chat))
    for place, (since_s, _) in enumerate(out):
        chats: Counter[str] = Counter()
        for count, (until_s, chat) in enumerate(out[place:], 1):
            chats[chat] += 1
            more = (until_s - since_s) / EVERY_S + 1e-6
            assert count <= ACCOUNT_RESERVE + more and chats[chat] <= CHAT_RESERVE + more


@given(TIMELINE)
def test_what_is_held_back_says_when_the_next_may_go_out(timeline: list[tuple[float, str, str]]) -> None:
    watched = Watched()
    for wait_s, chat, sender in timeline:
        held = watched.reply(wait_s, chat, sender)
        if held is not None:
            assert 0 < held.for_s <= (CUT_S if held.cause == "loop" else EVERY_S)
            assert watched.reply(held.for_s, chat, "somebody new") is None


def test_the_reserve_does_not_grow_in_silence() -> None:
    watched = Watched()
    for _ in range(2):
        found = [watched.reply(sender=str(number)) for number in range(CHAT_RESERVE + 1)]
        assert causes(found) == ["chat"]
        watched.now_s += 86_400


def test_many_threads_together_get_no_more_than_one() -> None:
    watched = Watched()
    went: list[bool] = []

    def ask(name: str) -> None:
        went.extend(watched.check(str(number), name, watched.now_s) is None for number in range(200))

    threads = [threading.Thread(target=ask, args=(name,)) for name in "abcd"]
    interval_s = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval_s)
    assert len(went) == 800 and sum(went) == ACCOUNT_RESERVE


def test_only_so_many_chats_are_remembered() -> None:
    watched = Watched()
    for number in range(3 * brakes.MAX_KEPT):
        watched.reply(EVERY_S, chat=str(number), sender=str(number))
    assert len(watched._chats) == len(watched._turns) == brakes.MAX_KEPT


# The loop

AT_ONCE = [0.02, 0.31, 0.11, 0.08, 0.24]
# The pauses of a bot on a server near by, and of one behind a queue of 3 s, jitter and a hiccup of the network.
NEAR = [0.9, 1.4, 1.1, 0.7, 1.9, 1.2, 0.8]
QUEUED = [2.96, 3.02, 2.91, 3.10, 2.99, 3.31, 2.97, 3.05, 2.88, 3.01, 5.7, 0.4, 3.03]
QUEUED_TWICE = [5.95, 6.02, 5.9, 6.31, 6.0, 5.85]


@pytest.mark.parametrize(
    ("waits", "after"), [(AT_ONCE, 20), (NEAR, 20), (QUEUED, 30), (QUEUED_TWICE, 30)], ids=str
)
def test_another_bot_is_noticed_and_cut(waits: list[float], after: int) -> None:
    watched, pauses = Watched(), cycle(waits)
    assert watched.reply() is None
    assert watched.replies(next(pauses) for _ in range(after - 1)) == [None] * (after - 1)
    assert watched.reply(next(pauses)) == Held("loop", CUT_S, new=True)
    assert watched.reply(10.0) == Held("loop", CUT_S - 10, new=False)


def test_a_cut_ends_and_a_loop_that_goes_on_is_cut_again() -> None:
    watched = Watched()
    assert causes(watched.replies([0.1] * 21)) == ["loop"]
    assert watched.reply(CUT_S - 1) == Held("loop", 1.0, new=False)
    found = watched.replies([1.0] + [0.1] * 20)
    assert found == [None] * 20 + [Held("loop", CUT_S, new=True)]


def test_only_the_bot_is_cut_and_only_in_that_chat() -> None:
    watched = Watched()
    watched.replies([0.1] * 21, sender="bot")
    assert causes([watched.reply(sender="bot")]) == ["loop"]
    assert watched.reply(sender="a person") is None
    assert watched.reply(sender="bot", chat="another") is None


def test_a_bot_is_noticed_among_people_who_talk() -> None:
    watched, found = Watched(), []
    for number in range(30):
        found.append(watched.reply(0.2, sender="bot"))
        watched.reply(3.0, sender=str(number))
    assert causes(found) == []  # it answers the others, not us
    found = []
    for number in range(25):
        found.append(watched.reply(0.2, sender="bot"))
        watched.reply(0.1, sender=str(number), chat="elsewhere")
    assert causes(found)[:1] == ["loop"]


def test_a_bot_that_answers_with_two_messages_is_noticed() -> None:
    watched, found = Watched(), []
    for _ in range(25):
        watched.now_s += 1.9
        came_s = watched.now_s
        for _ in range(2):
            watched.now_s += 0.001
            found.append(watched.check(CHAT, "bot", came_s))
    assert causes(found)[:1] == ["loop"]


def test_a_bot_is_noticed_when_our_own_handler_is_slow() -> None:
    watched, rng = Watched(), Random(0)  # noqa: S311 - not for secrets
    found = [watched.reply(0.3, takes_s=rng.uniform(1, 20)) for _ in range(25)]
    assert causes(found)[:1] == ["loop"]


@given(st.lists(st.floats(0, 2), min_size=60, max_size=60))
def test_whoever_always_answers_within_2_s_is_cut(waits: list[float]) -> None:
    # Unless the rate holds it back first, which ends the loop as well.
    assert causes(Watched().replies(waits))


# People


def test_one_answer_in_twenty_that_takes_longer_makes_a_person() -> None:
    waits = [
        0.3,
        1.9,
        0.6,
        1.7,
        1.1,
        0.4,
        1.8,
        0.9,
        1.5,
        0.5,
        1.2,
        1.9,
        0.7,
        0.3,
        1.6,
        1.8,
        0.4,
        1.0,
        1.4,
        2.1,
    ]
    pauses = cycle(waits)
    assert causes(Watched().replies(next(pauses) for _ in range(45))) == []


def test_who_writes_on_while_our_handler_is_slow_answers_nobody() -> None:
    watched = Watched()
    came_s, watched.now_s = watched.now_s, watched.now_s + 5
    assert [watched.check(CHAT, "1", came_s + 0.1 * number) for number in range(25)] == [None] * 25


def test_a_pause_after_eight_quick_answers_makes_a_person() -> None:
    assert causes(Watched().replies([*[0.2] * 8, 10.1] * 4)) == []


@given(
    st.lists(st.lists(st.floats(0, 10), max_size=8), max_size=40).map(
        lambda runs: [wait_s for run in runs for wait_s in [*run, 10.1]]
    )
)
def test_whoever_pauses_for_10_s_now_and_then_is_no_bot(waits: list[float]) -> None:
    assert "loop" not in causes(Watched().replies(waits))


# Seconds between an answer on the screen and the next line of somebody, as people write: to a weather bot, in a
# quiz that somebody plays as fast as he can, with a game of drawing cards, where the same word is sent on and on.
WEATHER = [6.2, 14.1, 9.8, 31.0, 4.4, 7.7, 3.1, 12.5, 58.2, 6.6, 2.4, 8.3]
QUIZ = [2.1, 1.8, 3.4, 2.6, 1.7, 5.2, 2.3, 2.0, 4.1, 1.9, 2.8, 3.0, 2.2, 6.3, 1.6, 2.5, 2.4, 3.9, 2.1, 1.8]
CARDS = [1.6, 1.4, 1.9, 1.3, 2.7, 1.5, 1.4, 4.8, 1.7, 1.2, 1.5, 2.2, 1.6, 1.8, 3.3, 1.4, 1.9]


@pytest.mark.parametrize("waits", [WEATHER, QUIZ, CARDS], ids=["weather", "quiz", "cards"])
def test_a_person_who_is_quick_is_no_bot(waits: list[float]) -> None:
    watched, pauses = Watched(), cycle(waits)
    assert "loop" not in causes(watched.reply(next(pauses)) for _ in range(500))


def people() -> Iterator[list[float]]:
    """How long people take, from the sedate to the hasty; times of people spread by a constant factor."""
    for seed in range(150):
        rng = Random(seed)  # noqa: S311 - not for secrets
        middle_s, spread = rng.uniform(2.5, 15.0), rng.uniform(0.4, 0.9)
        yield [middle_s * rng.lognormvariate(0, spread) for _ in range(300)]


def test_of_many_people_none_is_taken_for_a_bot() -> None:
    assert [waits for waits in people() if "loop" in causes(Watched().replies(waits))] == []


def test_in_the_talk_of_a_group_nobody_is_taken_for_a_bot() -> None:
    watched, world = Watched(), World.seeded(0, friends=8, groups=2, members=12)
    rng = Random(0)  # noqa: S311 - not for secrets
    lines = sorted(conversation(world, 3000, AT, rng), key=lambda line: line.at)
    found = []
    for line in lines:
        watched.now_s = line.at.timestamp()
        chat = line.group.number if line.group else line.who.qq
        found.append(watched.check(str(chat), str(line.who.qq), watched.now_s))
    assert len(found) == 3000 and "loop" not in causes(found)


# The words

ROW = {"chat": "PERL\n学习角", "chat_key": CHAT, "sender": "小冰", "sender_qq": "9900000101"}


def test_a_loop_is_told_with_chat_bot_and_time() -> None:
    text = in_words(Held("loop", CUT_S, new=True), ROW, AT)
    assert "'PERL 学习角'" in text and "'小冰'" in text and "until 14:05:00" in text and "return None" in text


@pytest.mark.parametrize(
    ("cause", "reserve"), [("chat", "after 30 at once"), ("account", "after 60 at once")]
)
def test_a_shortage_is_told_with_chat_and_figures(cause: brakes.Cause, reserve: str) -> None:
    text = in_words(Held(cause, 2.6, new=True), ROW, AT)
    assert "'PERL 学习角'" in text and reserve in text and "in 3 s" in text and "filters" in text


def test_words_for_a_message_that_tells_little() -> None:
    text = in_words(Held("loop", CUT_S, new=True), {"chat_key": "friend:id=?", "chat": None}, AT)
    assert "'friend:id=?', '?'" in text


@pytest.mark.parametrize("page", ["docs/guide/listening.md", "docs/zh/guide/listening.md"])
def test_the_guide_gives_these_figures(page: str) -> None:
    section = (ROOT / page).read_text("utf-8").split("{ #held-back }")[1].split("\n## ")[0]
    figures = {CHAT_RESERVE, ACCOUNT_RESERVE, int(EVERY_S)}
    figures |= {int(figure) for pattern in brakes.PATTERNS for figure in (pattern.times, pattern.within_s)}
    assert {int(figure) for figure in re.findall(r"\b\d+\b", section.split("```")[0], re.ASCII)} == figures
    assert CUT_S == 300
