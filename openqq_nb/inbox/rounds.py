"""One message on its way through its handlers: the first answer wins, within the budget.

"First" is the order of registration among the handlers, not the order in time. When the budget is over, what is
there counts; if nothing is, the first reply that comes later is sent as a message, once.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Final

from openqq_nb.inbox.handlers import Handler
from openqq_nb.models import Answer, Arrival, Reply


@dataclass(frozen=True, slots=True)
class Said:
    """What one handler wants to be answered.

    Attributes:
        handler: who says it.
        reply: what it returned.
        answer: the reply as the server takes it.
    """

    handler: Handler
    reply: Reply
    answer: Answer


class _Pending:
    """The state of a handler that has not returned yet."""


_PENDING: Final = _Pending()


class Round:
    """The handlers of one message.

    Args:
        arrival: the message.
        count: how many handlers see it.
        came_s: when it came, by the clock of the brakes.
        late: called with the one reply that came too late to be the answer.

    Attributes:
        arrival: the message.
        came_s: when it came.
        decided: becomes what is to be answered, or None for nothing, as soon as that is certain.
    """

    def __init__(
        self, arrival: Arrival, count: int, came_s: float, late: Callable[["Round", Said], None]
    ) -> None:
        self.arrival = arrival
        self.came_s = came_s
        self.decided: Future[Said | None] = Future()
        self._late = late
        self._lock = threading.Lock()
        self._said: list[Said | _Pending | None] = [_PENDING] * count
        self._answered = False
        self._over = False

    def finish(self, index: int, said: Said | None) -> None:
        """Take what a handler returned."""
        with self._lock:
            self._said[index] = said
            late = said if self._over and not self._answered else None
            self._answered = self._answered or late is not None
            first = self._first()
            if not self._over and first is not _PENDING:
                self._decide(first)
        if late is not None:
            self._late(self, late)

    def expire(self) -> Said | None:
        """End the budget: give what is there now; a reply that comes later is sent as a message."""
        with self._lock:
            if not self._over:
                self._decide(next((said for said in self._said if isinstance(said, Said)), None))
            return self.decided.result()

    def _first(self) -> Said | _Pending | None:
        return next((said for said in self._said if said is not None), None)

    def _decide(self, said: Said | _Pending | None) -> None:
        found = said if isinstance(said, Said) else None
        self._over = True
        # When all have returned without a word, nothing can come later either.
        self._answered = found is not None
        self.decided.set_result(found)
