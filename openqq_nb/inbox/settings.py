"""How a receiver works, where tests want it another way."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from openqq_nb.inbox.answering import BUDGET_S
from openqq_nb.receive.crowd import LIMITS, Limits


@dataclass(frozen=True, slots=True)
class Settings:
    """How a receiver works.

    Attributes:
        budget_s: the seconds that the handlers of one message have together.
        limits: how much a listener puts up with.
        clock: tells the time in UTC seconds.
        ended: called when the receiver has stopped.
        catches_prints: whether what a handler prints is kept for `inbox.handlers`; else it is printed.
    """

    budget_s: float = BUDGET_S
    limits: Limits = LIMITS
    clock: Callable[[], float] = time.time
    ended: Callable[[], None] = lambda: None
    catches_prints: bool = True


SETTINGS = Settings()
