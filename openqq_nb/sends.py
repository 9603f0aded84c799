"""What an account has sent in this process, for those who look."""

import threading
import weakref
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from openqq_nb.columns import ZONE
from openqq_nb.models import Receipt, Recipient
from openqq_nb.segments import Content

KEPT = 50


@dataclass(frozen=True, slots=True)
class Sent:
    """One message that left.

    Attributes:
        at: when, Asia/Shanghai.
        recipient: whom it went to.
        content: the text, or the parts.
        receipt: the server's word; None when no answer came.
    """

    at: pd.Timestamp
    recipient: Recipient
    content: Content
    receipt: Receipt | None


class Sends:
    """The last sends of an account, oldest first; safe to use from several threads."""

    def __init__(self) -> None:
        # The garbage collector may close a forgotten widget, which watches, in the middle of any of these.
        self._lock = threading.RLock()
        self._kept: deque[Sent] = deque(maxlen=KEPT)
        self._watching: list[weakref.WeakMethod[Callable[[Sent], None]]] = []

    def add(self, recipient: Recipient, content: Content, receipt: Receipt | None) -> None:
        """Keep a send, and tell those who watch, on this thread."""
        sent = Sent(pd.Timestamp.now(ZONE), recipient, content, receipt)
        with self._lock:
            self._kept.append(sent)
            self._watching = [one for one in self._watching if one() is not None]
            watching = [one() for one in self._watching]
        for watch in watching:
            if watch is not None:
                watch(sent)

    def last(self, count: int) -> list[Sent]:
        """Give the last ones, newest first."""
        with self._lock:
            return [*reversed(self._kept)][:count]

    def watch(self, watch: Callable[[Sent], None]) -> None:
        """Tell a method of each send from now on, as long as its object lives."""
        with self._lock:
            self._watching.append(weakref.WeakMethod(watch))

    def unwatch(self, watch: Callable[[Sent], None]) -> None:
        """Tell a method no more."""
        with self._lock:
            self._watching = [one for one in self._watching if one() not in (None, watch)]
