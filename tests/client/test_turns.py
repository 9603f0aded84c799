"""Turns are served one at a time, in the order of asking, and none is ever lost."""

import asyncio
import threading
from itertools import count
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from openqq_nb.errors import NestedWait
from openqq_nb.turns import Turns
from tests.client.raw import PATIENCE_S


class Queueing(Turns):
    """Turns that tell when somebody has asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = threading.Semaphore(0)

    def _ask(self, loop: asyncio.AbstractEventLoop | None) -> Any:
        turn = super()._ask(loop)
        self.asked.release()
        return turn


def test_threads_and_coroutines_are_served_in_the_order_of_asking() -> None:
    turns, served = Queueing(), []

    def in_thread(number: int) -> None:
        with turns.mine():
            served.append(number)

    async def in_coroutine(number: int) -> None:
        async with turns.mine_async():
            served.append(number)

    threads = []
    with turns.mine():
        turns.asked.acquire()
        for number in range(12):
            work = in_thread if number % 2 else lambda number: asyncio.run(in_coroutine(number))
            threads.append(threading.Thread(target=work, args=(number,)))
            threads[-1].start()
            assert turns.asked.acquire(timeout=PATIENCE_S)
        assert served == []
    for thread in threads:
        thread.join(PATIENCE_S)
    assert served == list(range(12))


def test_a_failure_in_a_turn_hands_it_on() -> None:
    turns = Turns()
    for _ in range(3):
        try:
            with turns.mine():
                raise KeyError("inside")
        except KeyError:
            pass
    assert free(turns)


def free(turns: Turns) -> bool:
    """Tell whether a thread gets the turn at once."""

    def take() -> None:
        with turns.mine():
            taken.set()

    taken = threading.Event()
    threading.Thread(target=take, daemon=True).start()
    return taken.wait(PATIENCE_S)


class TurnsMachine(RuleBasedStateMachine):
    """Coroutines that ask, leave and are cancelled at any moment, against a plain list in order of asking."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.turns = Turns()
        self.numbers = count()
        self.queue: list[int] = []
        self.inside: list[int] = []
        self.tasks: dict[int, asyncio.Task[None]] = {}
        self.may_leave: dict[int, asyncio.Event] = {}

    @rule()
    def ask(self) -> None:
        number = next(self.numbers)
        self.may_leave[number] = asyncio.Event()
        self.tasks[number] = self.loop.create_task(self._stay(number))
        self.queue.append(number)
        self._settle()

    @precondition(lambda self: self.queue)
    @rule()
    def leave(self) -> None:
        self.may_leave[self.queue.pop(0)].set()
        self._settle()

    @precondition(lambda self: self.queue)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from(self.queue))
        self.queue.remove(number)
        self.tasks[number].cancel()
        self._settle()

    @precondition(lambda self: len(self.queue) > 1)
    @rule(steps=st.integers(0, 4))
    def cancel_the_next_while_its_turn_comes(self, steps: int) -> None:
        holder, following = self.queue[:2]
        self.queue = self.queue[2:]
        self.may_leave[holder].set()
        self._settle(steps)
        self.tasks[following].cancel()
        self._settle()

    @precondition(lambda self: not self.queue)
    @rule()
    def take_it_in_a_thread(self) -> None:
        assert free(self.turns)

    @invariant()
    def only_the_first_in_the_queue_is_inside(self) -> None:
        assert self.inside == self.queue[:1]

    def teardown(self) -> None:
        for task in self.tasks.values():
            task.cancel()
        self.loop.run_until_complete(self._all_ended())
        self.loop.close()
        assert free(self.turns)

    async def _all_ended(self) -> None:
        await asyncio.gather(*self.tasks.values(), return_exceptions=True)

    async def _stay(self, number: int) -> None:
        async with self.turns.mine_async():
            self.inside.append(number)
            try:
                await self.may_leave[number].wait()
            finally:
                self.inside.remove(number)

    def _settle(self, steps: int = 12) -> None:
        for _ in range(steps):
            self.loop.run_until_complete(asyncio.sleep(0))


TestTurns = TurnsMachine.TestCase
TestTurns.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)


def test_a_thread_never_waits_for_a_coroutine_of_the_loop_that_it_runs() -> None:
    turns = Turns()

    async def both() -> None:
        async with turns.mine_async():
            with pytest.raises(NestedWait, match="Nothing was sent"):
                turns.mine().__enter__()
        with turns.mine():
            served.append("after it")

    served: list[str] = []
    asyncio.run(both())
    assert served == ["after it"]
