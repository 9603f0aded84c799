"""When a poller asks, what it takes and what it tells; the clock leaps, so that hours pass in no time."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openqq_nb.errors import NoAnswer, NotSupported, NotUnderstood, OpenqqError, Refused, Unreachable
from openqq_nb.models import Polled
from openqq_nb.receive.poller import LONGEST_S, POLLING, SHORTEST_S, Poller
from tests.receive.leaping import leap

KINDS: list[type[OpenqqError]] = [Unreachable, NoAnswer, NotUnderstood, Refused]
HELD_S = 30.0


@dataclass(frozen=True)
class Step:
    """What one poll comes to, and when."""

    outcome: Polled | OpenqqError
    after_s: float = 0.0


NOTHING = Step(Polled())
HELD = Step(Polled(), HELD_S)


def brought(*bodies: bytes, after_s: float = 0.0) -> Step:
    return Step(Polled(bodies), after_s)


def failing(kind: type[OpenqqError], after_s: float = 0.0) -> Step:
    return Step(kind("in vain"), after_s)


@dataclass
class Play:
    """A server that follows a script, and stops the poller with its last step."""

    steps: Sequence[Step]
    began_s: list[float] = field(default_factory=list)
    ended_s: list[float] = field(default_factory=list)
    taken: list[bytes] = field(default_factory=list)
    told: list[tuple[str, Exception]] = field(default_factory=list)
    over_s: float = -1.0

    def __post_init__(self) -> None:
        self.poller = Poller(self.poll, self.take, lambda doing, error: self.told.append((doing, error)))

    @property
    def kinds(self) -> list[type[Exception]]:
        return [type(error) for _, error in self.told]

    async def poll(self) -> Polled:
        step = self.steps[len(self.began_s)]
        self.began_s.append(now_s())
        if len(self.began_s) == len(self.steps):
            self.poller.stop()
        await asyncio.sleep(step.after_s)
        self.ended_s.append(now_s())
        if isinstance(step.outcome, Exception):
            raise step.outcome
        return step.outcome

    async def take(self, bodies: Sequence[bytes]) -> None:
        self.taken += bodies

    async def run(self) -> None:
        await self.poller.run()
        self.over_s = now_s()


def now_s() -> float:
    return asyncio.get_running_loop().time()


def played(*steps: Step) -> Play:
    play = Play(steps)
    leap(play.run())
    return play


def test_what_came_is_taken_in_order_and_the_next_poll_begins_at_once() -> None:
    play = played(brought(b"1", b"2", after_s=7), brought(b"3"), brought(b"4"))
    assert play.taken == [b"1", b"2", b"3", b"4"]
    assert play.began_s == [0, 7, 7]
    assert play.told == []


def test_a_server_that_does_not_hold_its_answer_is_asked_once_a_second() -> None:
    play = played(*[NOTHING] * 5)
    assert play.began_s == [0, 1, 2, 3, 4]
    assert play.told == []


def test_a_server_that_holds_its_answer_is_asked_again_at_once() -> None:
    assert played(HELD, Step(Polled(), 0.25), HELD).began_s == [0, 30, 31]


def test_what_others_get_all_the_time_makes_no_busy_loop() -> None:
    assert played(*[Step(Polled(missed=1))] * 4).began_s == [0, 1, 2, 3]


def test_failures_are_tried_again_with_growing_pauses_up_to_half_a_minute() -> None:
    play = played(*[failing(Unreachable)] * 9)
    assert [after - before for before, after in pairwise(play.began_s)] == [1, 2, 4, 8, 16, 30, 30, 30]


def test_a_server_that_is_gone_for_weeks_is_still_asked() -> None:
    assert played(*[failing(Unreachable)] * 3000).began_s[-1] > 24 * 3600


def test_the_pauses_begin_anew_after_a_success() -> None:
    play = played(*[failing(NoAnswer)] * 4, brought(b"1"), *[failing(NoAnswer)] * 3)
    assert play.began_s == [0, 1, 3, 7, 15, 15, 16, 18]


@pytest.mark.parametrize("kind", KINDS)
def test_a_failure_is_told_once_until_a_poll_succeeds(kind: type[OpenqqError]) -> None:
    play = played(*[failing(kind)] * 3, HELD, failing(kind), HELD)
    assert [(doing, type(error)) for doing, error in play.told] == [(POLLING, kind)] * 2


def test_another_kind_of_failure_is_told_too() -> None:
    steps = [failing(kind) for kind in (NoAnswer, Unreachable, NoAnswer, Unreachable, Refused)]
    assert played(*steps).kinds == [NoAnswer, Unreachable, Refused]


def test_that_another_program_polls_is_told_once_and_clearly() -> None:
    play = played(Step(Polled(missed=1)), HELD, Step(Polled((b"1",), missed=2)), HELD)
    ((doing, error),) = play.told
    assert (doing, type(error)) == (POLLING, OpenqqError)
    assert "Another program polls this server" in str(error) and "Stop the other program" in str(error)
    assert play.taken == [b"1"]


def test_a_stop_lets_the_poll_that_is_out_finish_and_takes_what_it_brings() -> None:
    play = played(HELD, brought(b"last", after_s=20))
    assert play.taken == [b"last"]
    assert play.over_s == HELD_S + 20


def test_a_failure_after_the_stop_is_told_and_is_the_end() -> None:
    play = played(failing(NoAnswer, 5))
    assert (play.kinds, play.over_s) == ([NoAnswer], 5)


def test_a_stop_ends_a_pause_at_once() -> None:
    play = Play([failing(Unreachable)] * 10)

    async def stop_in_a_pause() -> float:
        running = asyncio.create_task(play.run())
        await asyncio.sleep(20)
        assert len(play.began_s) == 5, "the fifth pause lasts from 15 s to 31 s"
        play.poller.stop()
        await running
        return play.over_s

    assert leap(stop_in_a_pause()) == 20
    assert len(play.began_s) == 5


def test_a_poller_that_was_stopped_before_it_runs_asks_nothing() -> None:
    play = Play([NOTHING])
    play.poller.stop()
    leap(play.run())
    assert play.began_s == []


def test_a_server_that_cannot_be_polled_ends_the_poller() -> None:
    with pytest.raises(NotSupported):
        played(failing(NotSupported), HELD)


def test_a_failure_to_take_is_not_mistaken_for_one_of_the_server() -> None:
    class Full(Play):
        async def take(self, bodies: Sequence[bytes]) -> None:
            raise Unreachable("the journal")

    play = Full([brought(b"1"), HELD])
    with pytest.raises(Unreachable, match="the journal"):
        leap(play.run())
    assert play.told == []


OUTCOMES: list[Callable[[float], Step]] = [
    lambda after_s: Step(Polled(), after_s),
    lambda after_s: Step(Polled(missed=1), after_s),
    lambda after_s: Step(Polled((b"1", b"2"), missed=1), after_s),
    lambda after_s: Step(Polled((b"3",)), after_s),
    *(lambda after_s, kind=kind: failing(kind, after_s) for kind in KINDS),
]
STEPS = st.builds(
    lambda make, after_s: make(after_s), st.sampled_from(OUTCOMES), st.sampled_from([0.0, 0.5, 3.0, HELD_S])
)


@given(steps=st.lists(STEPS, min_size=1, max_size=30))
def test_whatever_comes_all_is_taken_nothing_is_hurried_and_nobody_waits_long(steps: list[Step]) -> None:
    play = played(*steps)
    came = [step.outcome for step in steps if isinstance(step.outcome, Polled)]
    assert play.taken == [body for polled in came for body in polled.bodies]
    assert len(play.began_s) == len(steps)
    for step, began_s, ended_s, next_s in zip(
        steps, play.began_s, play.ended_s, play.began_s[1:], strict=False
    ):
        full = isinstance(step.outcome, Polled) and bool(step.outcome.bodies)
        assert full or next_s - began_s >= SHORTEST_S
        assert next_s - ended_s <= (0 if full else LONGEST_S)
    assert play.kinds.count(OpenqqError) == any(polled.missed for polled in came)
    assert play.over_s == play.ended_s[-1]
