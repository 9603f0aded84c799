"""`oq.run`: run a coroutine from a plain cell, with the widgets of the notebook alive."""

import asyncio
import contextlib
import contextvars
import inspect
import threading
from collections.abc import Coroutine, Iterator
from concurrent.futures import Future
from types import FrameType
from typing import Any, Generic, TypeVar

from openqq_nb.errors import InvalidInput, NestedWait
from openqq_nb.kernel import interrupts
from openqq_nb.kernel.pump import ipykernel_version, loop_is_running, pump_for_this_cell
from openqq_nb.kernel.waiting import refuse_in_callback, wait_for

T = TypeVar("T")

_GOODBYE_S = 5.0
_NEST_LOSES_CELLS_FROM = (7, 0)


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end and return its result, from a cell, a script or any plain function.

    The coroutine runs in a copy of the caller's context. An interrupt cancels it and is raised when it has
    ended, at the latest after 5 seconds.

    Args:
        coroutine: what an `async def` function returns. On ipykernel 7 it runs on a loop of its own, in
            another thread, and cannot await what belongs to the notebook's loop (tasks, futures, locks).

    Returns:
        What the coroutine returns.

    Raises:
        InvalidInput: this is no coroutine.
        NestedWait: the caller is a widget callback.
        KeyboardInterrupt: it was interrupted.

    Example:
        >>> import asyncio
        >>> run(asyncio.sleep(0.01, result="awake"))
        'awake'
    """
    _check(coroutine)
    if not loop_is_running():
        return _run_on_new_loop(coroutine, contextvars.copy_context())
    return _run_nested(coroutine) if _loop_can_nest() else _run_in_thread(coroutine)


def _check(coroutine: Coroutine[Any, Any, object]) -> None:
    if not inspect.iscoroutine(coroutine):
        raise InvalidInput(
            "oq.run takes a coroutine, and nothing was run. "
            f"Found: {coroutine!r:.200}. "
            "Call the async function: oq.run(function()), not oq.run(function)."
        )
    try:
        refuse_in_callback()
    except NestedWait:
        coroutine.close()
        raise


def _loop_can_nest() -> bool:
    # nest-asyncio refuses loops that are not asyncio's own, such as uvloop's.
    own = isinstance(asyncio.get_running_loop(), asyncio.BaseEventLoop)
    return own and ipykernel_version() < _NEST_LOSES_CELLS_FROM


def _run_on_new_loop(coroutine: Coroutine[Any, Any, T], context: contextvars.Context) -> T:
    # Not asyncio.run: nest-asyncio, once applied by anybody, replaces it by one that closes no loop.
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        return runner.run(coroutine, context=context)


def _run_in_thread(coroutine: Coroutine[Any, Any, T]) -> T:
    errand = _Errand(coroutine)
    thread = threading.Thread(target=errand.work, name="openqq-nb-run", daemon=True)
    try:
        thread.start()
        wait_for(errand.ended, None)
    except KeyboardInterrupt:
        errand.cancel()
        wait_for(errand.ended, _GOODBYE_S)
        raise
    return errand.result()


class _Errand(Generic[T]):
    """A coroutine that runs on a loop of its own, in another thread."""

    def __init__(self, coroutine: Coroutine[Any, Any, T]) -> None:
        self._coroutine = coroutine
        self._context = contextvars.copy_context()
        self._begun: Future[tuple[asyncio.AbstractEventLoop, asyncio.Task[T]]] = Future()
        self._outcome: Future[T] = Future()
        self.ended = threading.Event()

    def work(self) -> None:
        """Run the coroutine; the work of the thread."""
        try:
            self._outcome.set_result(_run_on_new_loop(self._cancellable(), self._context))
        except BaseException as error:  # noqa: BLE001 - raised again in the thread that waits
            self._outcome.set_exception(error)
        finally:
            self.ended.set()

    def cancel(self) -> None:
        """Cancel the coroutine, from another thread; it may have ended already."""
        loop, task = self._begun.result(_GOODBYE_S)
        with contextlib.suppress(RuntimeError):  # the loop is closed: the coroutine has ended
            loop.call_soon_threadsafe(task.cancel)

    def result(self) -> T:
        """Return, or raise, what came of the coroutine."""
        return self._outcome.result()

    async def _cancellable(self) -> T:
        loop = asyncio.get_running_loop()
        task = loop.create_task(self._coroutine)
        self._begun.set_result((loop, task))
        return await task


def _run_nested(coroutine: Coroutine[Any, Any, T]) -> T:
    import nest_asyncio  # noqa: PLC0415 - stays out until it is needed

    loop = asyncio.get_running_loop()
    nest_asyncio.apply(loop)
    pump = pump_for_this_cell()
    with _as_many_ready(loop), pump.awaited() if pump else contextlib.nullcontext():
        task = loop.create_task(coroutine)
        with _interrupt_cancels(task, loop):
            result: T = loop.run_until_complete(task)
    return result


@contextlib.contextmanager
def _as_many_ready(loop: Any) -> Iterator[None]:  # noqa: ANN401 - asyncio names no type that has _ready
    """Leave at least as many callbacks ready as there were.

    The turn of the loop in which the cell runs will pop as many as it counted at its begin, and the nested
    loop may have run them: to pop from an empty queue would end the kernel's loop.
    """
    ready = len(loop._ready)
    try:
        yield
    finally:
        for _ in range(ready - len(loop._ready)):
            loop.call_soon(_nothing)


@contextlib.contextmanager
def _interrupt_cancels(task: "asyncio.Task[Any]", loop: asyncio.AbstractEventLoop) -> Iterator[None]:
    """Cancel the task at the first interrupt, to be raised at the task's end; raise a second one at once."""
    came = []

    def handle(number: int, frame: FrameType | None) -> None:
        came.append(number)
        if len(came) > 1:
            raise KeyboardInterrupt
        # From the outside, because the loop may sit in its select.
        loop.call_soon_threadsafe(task.cancel)

    with interrupts.handled_by(handle):
        try:
            yield
        finally:
            if came:
                raise KeyboardInterrupt


def _nothing() -> None:
    """Fill a place."""
