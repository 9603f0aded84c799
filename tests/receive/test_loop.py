import asyncio
import threading

import pytest

from openqq_nb.receive.loop import THREAD, LoopThread

PATIENCE_S = 10.0


class Told:
    def __init__(self) -> None:
        self.errors: list[tuple[str, Exception]] = []
        self.come = threading.Event()
        self.thread = LoopThread(self.fail)

    def fail(self, doing: str, error: Exception) -> None:
        self.errors.append((doing, error))
        self.come.set()


def names() -> list[str]:
    return [thread.name for thread in threading.enumerate()]


def test_jobs_are_done_in_order_on_the_thread() -> None:
    told, done = Told(), list[tuple[int, str]]()
    told.thread.start()
    for number in range(100):
        assert told.thread.call(lambda number=number: done.append((number, threading.current_thread().name)))  # type: ignore[misc]
    told.thread.stop()
    assert done == [(number, THREAD) for number in range(100)]


def test_stop_does_the_jobs_that_wait_and_ends_the_thread() -> None:
    told, gate, done = Told(), threading.Event(), list[str]()
    told.thread.start()
    told.thread.call(lambda: gate.wait(PATIENCE_S))
    told.thread.call(lambda: done.append("waited"))
    stopper = threading.Thread(target=told.thread.stop)
    stopper.start()
    gate.set()
    stopper.join(PATIENCE_S)
    assert done == ["waited"] and THREAD not in names()


def test_after_the_end_jobs_are_not_taken_and_stop_does_no_harm() -> None:
    told, done = Told(), threading.Event()
    told.thread.stop()
    assert not told.thread.call(told.come.set)
    told.thread.start()
    assert told.thread.call(done.set) and done.wait(PATIENCE_S)
    told.thread.stop()
    told.thread.stop()
    assert not told.thread.call(told.come.set) and not told.come.is_set()


def test_it_runs_between_start_and_stop() -> None:
    told, running = Told(), list[bool]()
    running.append(told.thread.running)
    told.thread.start()
    running.append(told.thread.running)
    told.thread.stop()
    running.append(told.thread.running)
    assert running == [False, True, False]


def test_an_error_in_a_job_is_told_and_the_next_is_done(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    told, done = Told(), list[str]()
    told.thread.start()

    def fail() -> None:
        raise LookupError("of the job")

    told.thread.call(fail)
    told.thread.call(lambda: done.append("next"))
    told.thread.stop()
    assert [repr(error) for _, error in told.errors] == ["LookupError('of the job')"] and done == ["next"]
    assert capfd.readouterr() == ("", "") and caplog.records == []


@pytest.mark.parametrize("way", ["soon", "later"])
def test_soon_and_later_are_done_on_the_thread_and_not_at_once(way: str) -> None:
    told, done = Told(), list[str]()
    ready = threading.Event()
    told.thread.start()

    def second() -> None:
        done.append(threading.current_thread().name)
        ready.set()

    def first() -> None:
        if way == "soon":
            told.thread.soon(second)
        else:
            told.thread.later(0.001, second)
        done.append("first")

    told.thread.call(first)
    assert ready.wait(PATIENCE_S)
    told.thread.stop()
    assert done == ["first", THREAD]


def test_run_gives_the_result_or_the_error_of_a_coroutine() -> None:
    told = Told()
    told.thread.start()

    async def good() -> str:
        await asyncio.sleep(0)
        return threading.current_thread().name

    async def bad() -> None:
        raise LookupError("of the coroutine")

    assert told.thread.run(good()) == THREAD
    with pytest.raises(LookupError, match="of the coroutine"):
        told.thread.run(bad())
    told.thread.stop()
    assert told.errors == []


def test_stop_cancels_tasks_that_run_and_lets_them_clean_up() -> None:
    told, begun, done = Told(), threading.Event(), list[str]()

    async def endless() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            done.append("cleaned up")

    told.thread.start()
    told.thread.begin(endless())
    assert begun.wait(PATIENCE_S)
    told.thread.stop()
    assert done == ["cleaned up"] and THREAD not in names()


def test_it_can_be_stopped_on_its_own_thread() -> None:
    told, done = Told(), threading.Event()
    told.thread.start()

    def stop() -> None:
        told.thread.stop()
        done.set()

    told.thread.call(stop)
    assert done.wait(PATIENCE_S)
    told.thread.stop()
    assert THREAD not in names() and told.errors == []


def test_what_goes_wrong_without_an_exception_is_told_as_an_error() -> None:
    told = Told()
    told.thread.start()
    told.thread.call(lambda: asyncio.get_running_loop().call_exception_handler({"message": "something odd"}))
    assert told.come.wait(PATIENCE_S)
    told.thread.stop()
    assert [(doing, str(error)) for doing, error in told.errors] == [("something odd", "something odd")]
