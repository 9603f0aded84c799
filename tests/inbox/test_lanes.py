import asyncio
import gc
import sys
import threading
import time
from collections.abc import Iterator
from types import FrameType

import pytest

from openqq_nb.inbox import lanes
from openqq_nb.inbox.lanes import LoopLane, ThreadLane
from tests.client.test_sending import interrupt_main

PATIENCE_S = 10.0


def soon() -> float:
    """A moment that is far enough away."""
    return time.monotonic() + PATIENCE_S


class Calls:
    """Calls that note themselves, and wait for a gate where they have one."""

    def __init__(self) -> None:
        self.seen: list[int] = []
        self.gates: list[threading.Event] = []
        self.noted = threading.Semaphore(0)

    def note(self, number: int) -> None:
        self.seen.append(number)
        self.noted.release()

    def blocked(self, number: int) -> None:
        gate = threading.Event()
        self.gates.append(gate)
        self.note(number)
        gate.wait(PATIENCE_S)

    def await_notes(self, count: int) -> list[int]:
        for _ in range(count):
            assert self.noted.acquire(timeout=PATIENCE_S)
        return self.seen


class Hanging:
    """A coroutine that waits for what nobody but its call knows of."""

    def __init__(self) -> None:
        self.begun, self.cancelled = threading.Event(), threading.Event()

    async def call(self) -> None:
        self.begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.cancelled.set()

    def begin(self, lane: LoopLane) -> None:
        assert lane.put(self.call)
        assert self.begun.wait(PATIENCE_S)


@pytest.fixture
def calls() -> Iterator[Calls]:
    made = Calls()
    yield made
    for gate in made.gates:
        gate.set()


def test_calls_run_one_after_the_other_in_order(calls: Calls) -> None:
    lane = ThreadLane("x", budget_s=60)
    for number in range(100):
        assert lane.put(lambda number=number: calls.note(number))  # type: ignore[misc]
    assert calls.await_notes(100) == list(range(100))
    lane.close()


def test_call_within_its_budget_holds_up_the_next(calls: Calls) -> None:
    lane = ThreadLane("x", budget_s=60)
    lane.put(lambda: calls.blocked(0))
    assert calls.await_notes(1) == [0]
    lane.put(lambda: calls.note(1))
    lane.relieve()
    assert not calls.noted.acquire(timeout=0.05)
    calls.gates[0].set()
    assert calls.await_notes(1) == [0, 1]
    lane.close()


def test_call_over_its_budget_is_left_behind(calls: Calls) -> None:
    lane = ThreadLane("x", budget_s=0)
    lane.put(lambda: calls.blocked(0))
    assert calls.await_notes(1) == [0]
    lane.put(lambda: calls.note(1))
    assert calls.await_notes(1) == [0, 1]
    lane.close()
    lane.drop()


def test_hanging_calls_take_a_bounded_number_of_threads(calls: Calls) -> None:
    lane = ThreadLane("bounded", budget_s=0)
    for number in range(lanes.MAX_LEFT_BEHIND + 1):
        lane.put(lambda number=number: calls.blocked(number))  # type: ignore[misc]
        calls.await_notes(1)
    lane.put(lambda: calls.note(-1))
    lane.relieve()
    names = [thread.name for thread in threading.enumerate()]
    assert names.count("openqq-nb-handler-bounded") == lanes.MAX_LEFT_BEHIND + 1
    calls.gates[0].set()
    lane.close()
    lane.drop()


def test_a_call_that_ends_makes_way_for_one_that_waits(calls: Calls) -> None:
    lane = ThreadLane("x", budget_s=0)
    for number in range(lanes.MAX_LEFT_BEHIND + 1):
        lane.put(lambda number=number: calls.blocked(number))  # type: ignore[misc]
        calls.await_notes(1)
    lane.put(lambda: calls.note(-1))
    assert -1 not in calls.seen
    calls.gates[0].set()
    # Long before the others give up by themselves.
    assert calls.noted.acquire(timeout=PATIENCE_S / 2) and calls.seen[-1] == -1
    lane.close()
    lane.drop()


def test_lane_takes_a_bounded_number_of_calls(calls: Calls, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lanes, "MAX_WAITING", 1)
    lane = ThreadLane("x", budget_s=60)
    lane.put(lambda: calls.blocked(0))
    calls.await_notes(1)
    assert lane.put(lambda: calls.note(1))
    assert not lane.put(lambda: calls.note(2))
    calls.gates[0].set()
    calls.await_notes(1)
    lane.close()


def test_closed_lane_finishes_what_waits(calls: Calls) -> None:
    lane = ThreadLane("x", budget_s=60)
    lane.put(lambda: calls.blocked(0))
    lane.put(lambda: calls.note(1))
    calls.await_notes(1)
    lane.close()
    assert not lane.put(lambda: calls.note(2))
    calls.gates[0].set()
    lane.wait(soon())
    assert calls.seen == [0, 1]


def test_what_waits_behind_a_call_that_hangs_is_dropped(calls: Calls) -> None:
    lane = ThreadLane("x", budget_s=60)
    lane.put(lambda: calls.blocked(0))
    lane.put(lambda: calls.note(1))
    calls.await_notes(1)
    lane.close()
    lane.wait(time.monotonic() + 0.05)
    lane.drop()
    calls.gates[0].set()
    lane.wait(soon())
    assert calls.seen == [0]


def test_lane_does_not_wait_for_the_call_that_ends_it() -> None:
    lane, ended = ThreadLane("x", budget_s=60), threading.Event()

    def stop() -> None:
        lane.close()
        lane.wait(soon())
        ended.set()

    lane.put(stop)
    assert ended.wait(PATIENCE_S / 2)


def test_coroutines_are_begun_in_order_and_run_side_by_side() -> None:
    lane, seen, done = LoopLane("x"), [], threading.Semaphore(0)
    gate: list[asyncio.Event] = []

    async def first() -> None:
        gate.append(asyncio.Event())
        seen.append("first begun")
        await gate[0].wait()
        seen.append("first ended")
        done.release()

    async def second() -> None:
        seen.append("second")
        gate[0].set()
        done.release()

    lane.put(first)
    lane.put(second)
    for _ in range(2):
        assert done.acquire(timeout=PATIENCE_S)
    assert seen == ["first begun", "second", "first ended"]
    lane.close()
    lane.drop()


def test_closed_loop_cancels_what_hangs() -> None:
    lane, hanging = LoopLane("x"), Hanging()
    hanging.begin(lane)
    lane.close()
    assert not lane.put(hanging.call)
    lane.wait(time.monotonic() + 0.05)
    lane.drop()
    assert hanging.cancelled.wait(PATIENCE_S)


def test_closed_loop_finishes_what_runs() -> None:
    lane, gate, ended = LoopLane("x"), threading.Event(), threading.Event()

    async def slow() -> None:
        await asyncio.to_thread(gate.wait, PATIENCE_S)
        ended.set()

    lane.put(slow)
    lane.close()
    gate.set()
    lane.wait(soon())
    assert ended.is_set()


def test_loop_does_not_wait_for_the_call_that_ends_it() -> None:
    lane, ended = LoopLane("x"), threading.Event()

    async def stop() -> None:
        lane.close()
        lane.wait(soon())
        ended.set()

    lane.put(stop)
    assert ended.wait(PATIENCE_S / 2)


def test_lane_that_was_never_used_has_no_thread() -> None:
    for lane in (ThreadLane("x", 1), LoopLane("x")):
        lane.close()
        lane.wait(soon())
    assert not any(thread.name == "openqq-nb-handler-x" for thread in threading.enumerate())


def test_a_call_that_waits_for_ever_is_not_collected() -> None:
    lane, hanging = LoopLane("x"), Hanging()
    hanging.begin(lane)
    again = threading.Event()

    async def after_it_waits() -> None:
        again.set()

    assert lane.put(after_it_waits)
    assert again.wait(PATIENCE_S)
    gc.collect()
    assert not hanging.cancelled.is_set()
    lane.close()
    lane.drop()
    assert hanging.cancelled.wait(PATIENCE_S)


def waits_in_a_lane(frame: FrameType | None) -> bool:
    is_waiting = frame is not None and frame.f_code.co_filename == threading.__file__
    while frame is not None and frame.f_code.co_filename != lanes.__file__:
        frame = frame.f_back
    return is_waiting and frame is not None


def interrupt_a_wait() -> threading.Thread:
    """Press Ctrl-C as soon as this thread waits in a lane."""
    waiting = threading.get_ident()

    def press() -> None:
        pause = threading.Event()
        while not waits_in_a_lane(sys._current_frames()[waiting]):
            pause.wait(0.001)
        interrupt_main()

    thread = threading.Thread(target=press)
    thread.start()
    return thread


def test_a_lane_that_was_waited_for_in_vain_is_waited_for_again(calls: Calls) -> None:
    lane = ThreadLane("x", budget_s=60)
    lane.put(lambda: calls.blocked(0))
    calls.await_notes(1)
    lane.close()
    with pytest.raises(KeyboardInterrupt):
        interrupt_a_wait()
        lane.wait(soon())
    assert not lane.over
    threading.Timer(0.05, calls.gates[0].set).start()
    lane.wait(soon())
    assert lane.over


def test_a_loop_that_was_waited_for_in_vain_is_cancelled_all_the_same() -> None:
    lane, hanging = LoopLane("x"), Hanging()
    hanging.begin(lane)
    lane.close()
    with pytest.raises(KeyboardInterrupt):
        interrupt_a_wait()
        lane.wait(soon())
    assert not lane.over
    lane.drop()
    lane.wait(soon())
    assert [lane.over, hanging.cancelled.is_set()] == [True, True]
