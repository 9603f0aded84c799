"""A loop whose clock leaps: nobody waits for the time that a coroutine would wait."""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class _Leaping(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self.now_s = 0.0
        super().__init__(_Selector(self))

    def time(self) -> float:
        return self.now_s


class _Selector(selectors.DefaultSelector):
    def __init__(self, loop: _Leaping) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> Any:
        assert timeout is not None, "everybody waits, and nobody for the clock"
        self._loop.now_s += max(timeout, 0)
        return super().select(0)


def leap(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine that waits for the clock only, in no time."""
    with asyncio.Runner(loop_factory=_Leaping) as runner:
        return runner.run(coroutine)
