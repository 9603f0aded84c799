"""A thread with an event loop, such as the receiving one: posts are read, stored and answered while cells compute."""

import asyncio
import sys
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, TypeVar

from openqq_nb.receive import switching

T = TypeVar("T")

THREAD = "openqq-nb-receiver"


class LoopThread:
    """An event loop in a thread of its own; it never prints.

    Args:
        failed: told, on that thread, what went wrong in a callback.
        name: what the thread is called.
    """

    def __init__(self, failed: Callable[[str, Exception], None], name: str = THREAD) -> None:
        self._failed = failed
        self._name = name
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    @property
    def running(self) -> bool:
        """Whether the thread is alive and takes jobs."""
        return self._loop is not None and self._thread is not None and self._thread.is_alive()

    def start(self) -> None:
        """Begin to run."""
        self._loop = loop = _new_loop()
        loop.set_exception_handler(self._told)
        self._thread = threading.Thread(target=_run, args=(loop,), name=self._name, daemon=True)
        self._thread.start()

    def call(self, job: Callable[[], object]) -> bool:
        """Have a job done on the thread, after those that wait; False when it has ended."""
        with self._lock:
            if self._loop is not None:
                self._loop.call_soon_threadsafe(job)
            return self._loop is not None

    def soon(self, job: Callable[[], object]) -> None:
        """Have a job done in the next turn of the loop; called on the thread itself."""
        asyncio.get_running_loop().call_soon(job)

    def later(self, after_s: float, job: Callable[[], object]) -> None:
        """Have a job done after some time; called on the thread itself."""
        asyncio.get_running_loop().call_later(after_s, job)

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Have a coroutine done on the thread and wait for it; not to be called on the thread itself."""
        return self.begin(coroutine).result()

    def begin(self, coroutine: Coroutine[Any, Any, T]) -> "Future[T]":
        """Have a coroutine done on the thread."""
        assert self._loop is not None  # noqa: S101 - only called between start and stop
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop)

    def stop(self) -> None:
        """Do the jobs that wait, cancel the tasks that run, and end the thread; harmless when called twice."""
        with self._lock:
            loop, self._loop = self._loop, None
            if loop is not None:
                loop.call_soon_threadsafe(loop.stop)
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join()

    def _told(self, _: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        text = str(context.get("message", "an error"))
        self._failed(text, error if isinstance(error, Exception) else RuntimeError(text))


def _run(loop: asyncio.AbstractEventLoop) -> None:
    switching.hasten()
    try:
        loop.run_forever()
        left = asyncio.all_tasks(loop)
        for task in left:
            task.cancel()
        if left:
            loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
        loop.run_until_complete(loop.shutdown_asyncgens())
    finally:
        loop.close()
        switching.relax()


def _new_loop() -> asyncio.AbstractEventLoop:
    if sys.platform != "win32":
        # There is none for PyPy.
        with suppress(ImportError):
            import uvloop  # noqa: PLC0415 - not on Windows

            return uvloop.new_event_loop()
    return asyncio.new_event_loop()
