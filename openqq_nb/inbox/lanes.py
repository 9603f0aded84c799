"""The threads on which handlers run: one lane a handler, so that none keeps another waiting.

A lane runs its handler's calls one after the other, in order of arrival: what people write in a cell counts on
that. A call that outlives the budget is left behind on its thread, and a new thread goes on with the next.
An `async def` handler has a loop of its own, on which its calls are begun in order and then run side by side.
"""

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

MAX_WAITING = 10_000
MAX_LEFT_BEHIND = 8
# The budget counts from the arrival, the call begins a little later; it is over for both at the same moment.
_NEARLY = 0.8
_LEAST_S = 0.01

Call = Callable[[], None]
AsyncCall = Callable[[], Coroutine[Any, Any, None]]


class ThreadLane:
    """Runs the calls of a plain function.

    Args:
        name: of the handler, for the threads.
        budget_s: after how many seconds a call no longer holds up the next.

    Attributes:
        closed: whether no more calls are taken.
        ending: whether calls that run are being cancelled; never so, a thread cannot be.
    """

    ending = False

    def __init__(self, name: str, budget_s: float) -> None:
        self._name = name
        self._budget_s = budget_s
        self._changed = threading.Condition()
        self._calls: deque[Call] = deque()
        self._worker: _Worker | None = None
        self._workers: set[_Worker] = set()
        self._left_behind = 0
        self._dropped = False
        self.closed = False

    def put(self, call: Call) -> bool:
        """Run the call after those that wait; False when too many wait already."""
        with self._changed:
            if self.closed or len(self._calls) >= MAX_WAITING:
                return False
            self._calls.append(call)
            self._relieve()
            if self._worker is None:
                self._begin()
            self._changed.notify()
        return True

    def relieve(self) -> None:
        """Go on with the next call when the running one has outlived the budget."""
        with self._changed:
            self._relieve()

    def close(self) -> None:
        """Take no more calls; the thread ends after those that wait."""
        with self._changed:
            self.closed = True
            self._changed.notify_all()

    @property
    def over(self) -> bool:
        """Whether a closed lane has nothing left to do."""
        return self.closed and not self._workers

    @property
    def is_here(self) -> bool:
        """Whether this is a thread of the lane, which cannot wait for itself."""
        here = threading.current_thread()
        with self._changed:
            return any(one.thread is here for one in self._workers)

    def wait(self, by_s: float) -> None:
        """Wait for what is left of a closed lane, until a moment of the monotonic clock; not for what was dropped."""
        with self._changed:
            while (left_s := by_s - time.monotonic()) > 0 and self._works_elsewhere():
                self._relieve()
                self._changed.wait(min(left_s, self._relief_s()))

    def drop(self) -> None:
        """Forget what waits; a call that hangs is left to itself."""
        with self._changed:
            self._dropped = True
            self._calls.clear()
            self._changed.notify_all()

    def _works_elsewhere(self) -> bool:
        here = threading.current_thread()
        return not self._dropped and any(one.thread is not here for one in self._workers)

    def _relief_s(self) -> float:
        """Tell in how many seconds the running call has outlived the budget, if another one waits."""
        busy_since = self._worker.busy_since if self._worker else None
        if busy_since is None or not self._calls or self._left_behind >= MAX_LEFT_BEHIND:
            return threading.TIMEOUT_MAX
        return max(_LEAST_S, busy_since + self._budget_s * _NEARLY - time.monotonic())

    def _relieve(self) -> None:
        busy_since = self._worker.busy_since if self._worker else None
        hangs = busy_since is not None and time.monotonic() - busy_since >= self._budget_s * _NEARLY
        if hangs and self._calls and self._left_behind < MAX_LEFT_BEHIND:
            self._left_behind += 1
            self._begin()

    def _begin(self) -> None:
        worker = _Worker()
        worker.thread = threading.Thread(
            target=self._work, args=(worker,), name=f"openqq-nb-handler-{self._name}", daemon=True
        )
        self._workers.add(worker)
        worker.thread.start()
        self._worker = worker

    def _work(self, worker: "_Worker") -> None:
        while (call := self._next(worker)) is not None:
            call()
        with self._changed:
            self._workers.discard(worker)
            self._changed.notify_all()

    def _next(self, worker: "_Worker") -> Call | None:
        with self._changed:
            worker.busy_since = None
            if worker is not self._worker:
                self._left_behind -= 1
                # Its place is free for a call that waits behind another one that hangs.
                self._relieve()
                return None
            self._changed.wait_for(lambda: self._calls or self.closed)
            if not self._calls:
                return None
            worker.busy_since = time.monotonic()
            if self.closed:
                # Who waits for the end begins to count anew.
                self._changed.notify_all()
            return self._calls.popleft()


class _Worker:
    """One thread of a lane, and since when it is busy."""

    __slots__ = ("busy_since", "thread")

    busy_since: float | None
    thread: threading.Thread

    def __init__(self) -> None:
        self.busy_since = None


class LoopLane:
    """Runs the calls of a coroutine function, on a loop of its own that begins with the first call.

    Args:
        name: of the handler, for the thread.

    Attributes:
        closed: whether no more calls are taken.
        ending: whether calls that run are being cancelled.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._lock = threading.Lock()
        self._running = 0
        # A loop knows its tasks only weakly: one that waits for ever would be collected with what it waits for.
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        # Not the end of the thread: a join that is interrupted takes a thread that runs for one that has ended.
        self._over = threading.Event()
        self.closed = self.ending = False

    def put(self, call: AsyncCall) -> bool:
        """Begin the call on the loop; False when too many run already."""
        with self._lock:
            if self.closed or self._running >= MAX_WAITING:
                return False
            self._running += 1
            loop = self._loop or self._begin()
            loop.call_soon_threadsafe(self._start, call)
        return True

    def relieve(self) -> None:
        """Do nothing: calls run side by side."""

    def close(self) -> None:
        """Take no more calls; the loop ends after those that run."""
        with self._lock:
            self.closed = True
            if not self._running:
                self._stop()

    @property
    def over(self) -> bool:
        """Whether a closed lane has nothing left to do."""
        return self.closed and (self._thread is None or self._over.is_set())

    @property
    def is_here(self) -> bool:
        """Whether this is the thread of the lane, which cannot wait for itself."""
        return self._thread is threading.current_thread()

    def wait(self, by_s: float) -> None:
        """Wait for what is left of a closed lane, until a moment of the monotonic clock."""
        if not self.over and not self.is_here:
            self._over.wait(max(0.0, by_s - time.monotonic()))

    def drop(self) -> None:
        """Cancel what runs."""
        if not self.over:
            self._stop()

    def _stop(self) -> None:
        # It may have ended at this very moment.
        with suppress(RuntimeError):
            if self._loop is not None:
                self._loop.call_soon_threadsafe(self._loop.stop)

    def _begin(self) -> asyncio.AbstractEventLoop:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(
            target=self._run, args=(self._loop,), name=f"openqq-nb-handler-{self._name}", daemon=True
        )
        self._thread.start()
        return self._loop

    def _run(self, loop: asyncio.AbstractEventLoop) -> None:
        try:
            while not self._ran(loop):
                pass
            self.ending = True
            loop.run_until_complete(_cancel(asyncio.all_tasks(loop)))
        finally:
            loop.close()
            self._over.set()

    def _ran(self, loop: asyncio.AbstractEventLoop) -> bool:
        """Run the loop; False when a task that a handler made ended it, by `exit()`, before its time."""
        try:
            loop.run_forever()
        except (SystemExit, KeyboardInterrupt):
            # The task keeps it as its own exception, and whoever awaits the task gets it.
            return False
        return True

    def _start(self, call: AsyncCall) -> None:
        task = asyncio.get_running_loop().create_task(call())
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        with self._lock:
            self._running -= 1
            # While what is left is cancelled, the loop has to go on.
            if self.closed and not self._running and not self.ending:
                asyncio.get_running_loop().stop()


async def _cancel(tasks: set["asyncio.Task[None]"]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
