"""What happens often is brought to a page seldom, on the loop, and never lost."""

import asyncio
import gc
import threading

import pytest

from openqq_nb.widgets.coalescer import Coalescer


class Flushed:
    """Counts how often it was brought up to date, and up to which change."""

    def __init__(self) -> None:
        self.changes = 0
        self.seen: list[int] = []
        self.threads: set[int] = set()
        self.reached = threading.Event()
        self.goal = 0

    def flush(self) -> None:
        self.seen.append(self.changes)
        self.threads.add(threading.get_ident())
        if self.changes >= self.goal:
            self.reached.set()


def test_many_changes_of_many_threads_are_few_calls_on_the_loop_and_the_last_is_seen() -> None:
    async def scene() -> None:
        one = Flushed()
        coalescer = Coalescer(one.flush, gap_s=0.01)
        one.goal, lock = 4_000, threading.Lock()

        def change() -> None:
            for _ in range(1_000):
                with lock:
                    one.changes += 1
                coalescer.mark()

        threads = [threading.Thread(target=change) for _ in range(4)]
        for thread in threads:
            thread.start()
        await asyncio.to_thread(one.reached.wait, 20)
        for thread in threads:
            thread.join()
        assert one.seen[-1] == one.goal
        assert len(one.seen) < 400
        assert one.threads == {threading.get_ident()}

    asyncio.run(scene())


def test_a_cell_that_waits_calls_at_most_once_a_gap() -> None:
    one = Flushed()
    coalescer = Coalescer(one.flush, gap_s=1e9)
    coalescer.mark()
    coalescer.poll()
    coalescer.mark()
    coalescer.poll()
    assert len(one.seen) == 1


def test_without_a_change_nothing_is_called() -> None:
    one = Flushed()
    Coalescer(one.flush, gap_s=0).poll()
    assert one.seen == []


def test_whoever_is_gone_is_not_called_and_a_closed_loop_is_no_error() -> None:
    async def made() -> tuple[Flushed, Coalescer]:
        one = Flushed()
        return one, Coalescer(one.flush, gap_s=0)

    one, coalescer = asyncio.run(made())
    coalescer.mark()
    coalescer.mark()
    coalescer.poll()
    assert len(one.seen) == 1
    del one
    gc.collect()
    coalescer.mark()
    coalescer.poll()


class Stopped(Flushed):
    """Is stopped by the person at the first time."""

    def flush(self) -> None:
        super().flush()
        if len(self.seen) == 1:
            raise KeyboardInterrupt


def test_a_call_that_the_person_stopped_is_made_again() -> None:
    one = Stopped()
    coalescer = Coalescer(one.flush, gap_s=0)
    coalescer.mark()
    with pytest.raises(KeyboardInterrupt):
        coalescer.poll()
    coalescer.poll()
    coalescer.poll()
    assert len(one.seen) == 2
