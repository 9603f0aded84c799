"""Wait for an event of another thread in a cell, while the widgets of the notebook stay alive."""

import asyncio
import contextlib
import math
import threading
import time
from collections.abc import Callable, Sequence

from openqq_nb.errors import NestedWait
from openqq_nb.kernel import interrupts
from openqq_nb.kernel.pump import in_widget_callback, loop_is_running, pump_for_this_cell

Ticks = Sequence[Callable[[], None]]

_TURN_S = 0.02
# Without widgets there is nothing to do between; the slices let an interrupt through on every system.
_PLAIN_SLICE_S = 0.2


def wait_for(event: threading.Event, timeout_s: float | None, ticks: Ticks = ()) -> bool:
    """Block until another thread sets the event.

    In a cell of a Jupyter kernel, clicks and edits are handled meanwhile and queued cells run afterwards; in
    any other place this waits plainly.

    Args:
        event: what to wait for.
        timeout_s: the longest wait in seconds; None waits without an end.
        ticks: functions that are called again and again while waiting, in this thread; more may join meanwhile.

    Returns:
        True when the event was set, False when the time was over.

    Raises:
        NestedWait: the caller is a widget callback.
        KeyboardInterrupt: the wait was interrupted.
    """
    refuse_in_callback()
    pump = pump_for_this_cell()
    with interrupts.raised_at_once() if loop_is_running() else contextlib.nullcontext():
        if pump is None:
            return _in_slices(event, timeout_s, _PLAIN_SLICE_S, ticks)
        with pump.blocked():
            return _in_slices(event, timeout_s, _TURN_S, ticks, pump.turn)


async def aio_wait_for(event: threading.Event, timeout_s: float | None, ticks: Ticks = ()) -> bool:
    """Await the event: the twin of `wait_for`, with the same arguments and result, for `await` in a cell.

    An interrupt cancels it, as it does any `await` of a cell.
    """
    pump = pump_for_this_cell()
    with pump.awaited() if pump else contextlib.nullcontext():
        end = _end_of(timeout_s)
        while True:
            _call(ticks)
            left_s = end - time.monotonic()
            if event.is_set() or left_s <= 0:
                return event.is_set()
            await asyncio.sleep(min(_TURN_S, left_s))


def keep_widgets_alive() -> None:
    """Let edits beside any async cell arrive, from now on; to be called in the cell that makes a widget.

    On ipykernel 7.4 a field that is edited while a cell awaits something would never be heard again.
    Elsewhere this changes nothing.
    """
    pump = pump_for_this_cell()
    with pump.awaited() if pump else contextlib.nullcontext():
        pass


def refuse_in_callback() -> None:
    """Raise NestedWait when the caller is a widget callback."""
    # In a waiting cell the wait would nest; on a thread of its own no interrupt would ever reach it.
    if in_widget_callback():
        raise NestedWait(
            "A widget callback must not wait, so it was not begun. "
            "Found: this code runs because the page sent a click or an edit. "
            "Start a thread that waits, or a task that awaits the twin under `.aio`, and return."
        )


def _in_slices(
    event: threading.Event,
    timeout_s: float | None,
    slice_s: float,
    ticks: Ticks,
    turn: Callable[[], None] = lambda: None,
) -> bool:
    end = _end_of(timeout_s)
    while True:
        turn()
        _call(ticks)
        left_s = end - time.monotonic()
        if event.wait(max(0.0, min(slice_s, left_s))):
            return True
        if left_s <= 0:
            return False


def _end_of(timeout_s: float | None) -> float:
    return math.inf if timeout_s is None else time.monotonic() + timeout_s


def _call(ticks: Ticks) -> None:
    # A copy, as one of them may join another, or go.
    for tick in tuple(ticks):
        tick()
