"""What an interrupt (the Stop button, Ctrl-C) does while a cell waits."""

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Self

Handler = Callable[[int, FrameType | None], object]


def raised_at_once() -> contextlib.AbstractContextManager[None]:
    """Make an interrupt a KeyboardInterrupt right here.

    Async cells and `asyncio.run` turn an interrupt into a cancellation, which a blocked loop never delivers.
    """
    return handled_by(signal.default_int_handler)


@contextlib.contextmanager
def handled_by(handler: Handler) -> Iterator[None]:
    """Give interrupts to `handler`; a no-op outside the main thread, where none arrive."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, handler)
    try:
        yield
    finally:
        _restore(before)


@contextlib.contextmanager
def raised_here_first() -> Iterator[None]:
    """Let an interrupt end the block, and only the block, with whoever would have taken it told afterwards.

    A KeyboardInterrupt that leaves a callback of the kernel's loop would end the kernel.
    """
    before = signal.getsignal(signal.SIGINT)
    try:
        with raised_at_once():
            yield
    except KeyboardInterrupt:
        if callable(before):
            before(signal.SIGINT, None)


class Held:
    """A stretch of code of the main thread that no interrupt breaks: what comes is delivered at its end."""

    def __enter__(self) -> Self:
        """Hold interrupts back from here on."""
        self._came: list[FrameType | None] = []
        self._before = signal.signal(signal.SIGINT, self._note)
        return self

    def __exit__(self, *_: object) -> None:
        """Deliver an interrupt that came."""
        _restore(self._before)
        if self._came and callable(self._before):
            self._before(signal.SIGINT, self._came.pop())

    @contextlib.contextmanager
    def released(self) -> Iterator[None]:
        """Let interrupts through for a while, for code that is not ours."""
        self.__exit__()
        try:
            yield
        finally:
            self.__enter__()

    def _note(self, _number: int, frame: FrameType | None) -> None:
        self._came.append(frame)


def _restore(handler: Handler | int | None) -> None:
    # None stands for a handler that was not installed from Python, which Python cannot install again.
    if handler is not None:
        signal.signal(signal.SIGINT, handler)
