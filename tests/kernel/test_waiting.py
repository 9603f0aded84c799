"""Waiting where there is no kernel, or none that a pump may touch."""

import asyncio
import signal
import sys
import threading
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest

from openqq_nb.errors import NestedWait
from openqq_nb.kernel.pump import pump_for_this_cell
from openqq_nb.kernel.waiting import aio_wait_for, wait_for

SOON_S = 30.0


def test_a_set_event_ends_the_wait_at_once() -> None:
    event = threading.Event()
    event.set()
    assert wait_for(event, SOON_S) is True
    assert asyncio.run(aio_wait_for(event, SOON_S)) is True


@pytest.mark.parametrize("timeout_s", [0.05, 0.0, -1.0])
def test_the_end_of_the_time_is_told_as_false(timeout_s: float) -> None:
    assert wait_for(threading.Event(), timeout_s) is False
    assert asyncio.run(aio_wait_for(threading.Event(), timeout_s)) is False


def test_without_a_timeout_the_wait_lasts_until_another_thread_sets_the_event() -> None:
    event = threading.Event()
    threading.Timer(0.05, event.set).start()
    assert wait_for(event, None) is True


def test_the_wait_ends_soon_after_the_event_is_set() -> None:
    event, set_at = threading.Event(), []

    def set_event() -> None:
        set_at.append(time.monotonic())
        event.set()

    threading.Timer(0.05, set_event).start()
    wait_for(event, SOON_S)
    assert time.monotonic() - set_at[0] < 0.15  # less than a slice of the wait


def test_ticks_are_called_in_the_waiting_thread_until_the_event_is_set() -> None:
    event, threads = threading.Event(), []

    def tick() -> None:
        threads.append(threading.current_thread())
        if len(threads) == 2:
            event.set()

    assert wait_for(event, SOON_S, [tick]) is True
    assert threads == [threading.current_thread()] * 2


@pytest.mark.parametrize("wait", [wait_for, lambda *given: asyncio.run(aio_wait_for(*given))])
def test_a_tick_that_joins_during_the_wait_is_called_and_one_that_goes_is_not(
    wait: Callable[..., bool],
) -> None:
    event, calls = threading.Event(), []

    def first() -> None:
        calls.append("first")
        ticks[:] = [second]

    def second() -> None:
        calls.append("second")
        if calls.count("second") == 2:
            event.set()

    ticks = [first]
    assert wait(event, SOON_S, ticks) is True
    assert calls == ["first", "second", "second"]


def test_ticks_are_called_while_the_event_is_awaited() -> None:
    event = threading.Event()
    counted: list[int] = []

    def tick() -> None:
        counted.append(1)
        if len(counted) == 3:
            event.set()

    assert asyncio.run(aio_wait_for(event, SOON_S, [tick])) is True
    assert len(counted) == 3


def test_the_awaited_wait_lets_other_tasks_run() -> None:
    async def main() -> bool:
        event = threading.Event()
        waiting = asyncio.create_task(aio_wait_for(event, SOON_S))
        await asyncio.sleep(0)
        event.set()
        return await waiting

    assert asyncio.run(main()) is True


def test_a_wait_in_a_worker_thread_is_a_plain_wait() -> None:
    event, results = threading.Event(), list[bool]()
    worker = threading.Thread(target=lambda: results.append(wait_for(event, SOON_S)))
    worker.start()
    event.set()
    worker.join(SOON_S)
    assert results == [True]


def test_an_interrupt_goes_through() -> None:
    with pytest.raises(KeyboardInterrupt):
        wait_for(threading.Event(), SOON_S, [_interrupt])


def test_an_interrupt_goes_through_although_asyncio_has_taken_it_over() -> None:
    async def main() -> str:
        try:
            wait_for(threading.Event(), SOON_S, [_interrupt])
        except KeyboardInterrupt:
            return "interrupted here"
        return "not interrupted"

    before = signal.getsignal(signal.SIGINT)
    assert asyncio.run(main()) == "interrupted here"
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.parametrize("version", [(6, 28), (7, 0), (7, 3)])
def test_a_release_that_loses_cells_gets_no_pump(
    monkeypatch: pytest.MonkeyPatch, version: tuple[int, int]
) -> None:
    _pretend_kernel(monkeypatch, version, _StrangeKernel())
    assert _pump_in_a_loop() is None


@pytest.mark.parametrize("version", [(6, 29), (7, 4), (8, 0)])
def test_a_kernel_made_otherwise_gets_no_pump(
    monkeypatch: pytest.MonkeyPatch, version: tuple[int, int]
) -> None:
    _pretend_kernel(monkeypatch, version, _StrangeKernel())
    assert _pump_in_a_loop() is None


def test_a_wait_in_a_widget_callback_is_refused_on_every_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    _pretend_kernel(monkeypatch, (7, 2), _StrangeKernel())
    with pytest.raises(NestedWait, match="must not wait"):
        wait_for(threading.Event(), SOON_S)


class _StrangeKernel:
    """Has what any kernel has, and none of the private parts; it is handling a click."""

    shell_handlers: ClassVar[dict[str, Any]] = {}
    shell_channel_thread = None

    def get_parent(self, _channel: str) -> dict[str, Any]:
        return {"header": {"msg_type": "comm_msg"}}


def _interrupt() -> None:
    signal.raise_signal(signal.SIGINT)


def _pretend_kernel(monkeypatch: pytest.MonkeyPatch, version: tuple[int, int], kernel: object) -> None:
    shell = SimpleNamespace(kernel=kernel)
    modules: dict[str, Any] = dict(sys.modules)
    modules["IPython"] = SimpleNamespace(get_ipython=lambda: shell)
    modules["ipykernel"] = SimpleNamespace(version_info=(*version, 0))
    monkeypatch.setattr(sys, "modules", modules)


def _pump_in_a_loop() -> object:
    async def ask() -> object:
        return pump_for_this_cell()

    return asyncio.run(ask())
