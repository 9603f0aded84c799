"""The time, and waiting, handed in so that tests have a clock of their own."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

# A machine that slept, or whose clock was set, is noticed that late.
_SLICE_S = 5.0


def _wait(condition: threading.Condition, seconds: float) -> None:
    condition.wait(min(seconds, _SLICE_S))


@dataclass(frozen=True, slots=True)
class Clock:
    """Tells the time, and waits.

    Attributes:
        now: gives the UTC seconds.
        wait: waits on a condition that is held, for so many seconds at most; it may come back earlier.
    """

    now: Callable[[], float] = time.time
    wait: Callable[[threading.Condition, float], None] = _wait
