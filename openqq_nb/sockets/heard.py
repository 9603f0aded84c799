"""What is known of a stream beyond its single connections: who listens, until when all was heard, what went wrong."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

from openqq_nb.errors import OpenqqError

T = TypeVar("T")

OnEvent = Callable[[bytes], None]
OnGap = Callable[[float], None]

_KEPT_PROBLEMS: Final = 20
# A clock that is further off is a mistake of the server, and no clock to go by.
_WRONG_CLOCK_S: Final = 86400.0

_logger = logging.getLogger(__name__)
_logger.addHandler(logging.NullHandler())


@dataclass(frozen=True, slots=True, eq=False)
class _Subscriber:
    on_event: OnEvent
    on_gap: OnGap


class Heard:
    """Hands events on, and keeps what is known; read from any thread, written on the thread of the socket.

    Attributes:
        connected: whether there is a connection that has proved good.
        failure: why there is none, if one was tried.
        last_seen_s: when the last frame of a good connection came, in UTC seconds.
        problem_count: how many frames could not be read by either side, how many subscribers failed, and how often a
            connection was given up for an error that nobody had foreseen.
    """

    def __init__(self) -> None:
        self.connected = False
        self.failure: OpenqqError | None = None
        self.last_seen_s: float | None = None
        self.problem_count = 0
        self._problems: deque[str] = deque(maxlen=_KEPT_PROBLEMS)
        self._subscribers: tuple[_Subscriber, ...] = ()
        self._behind_s = 0.0
        self._lock = threading.Lock()

    @property
    def subscribed(self) -> bool:
        """Whether anybody listens."""
        return bool(self._subscribers)

    @property
    def problems(self) -> tuple[str, ...]:
        """The last problems in words, the latest last."""
        return tuple(self._problems)

    def subscribe(self, on_event: OnEvent, on_gap: OnGap) -> Callable[[], None]:
        """Have events handed to somebody; gives what ends that, once or more often."""
        one = _Subscriber(on_event, on_gap)
        with self._lock:
            self._subscribers = (*self._subscribers, one)

        def unsubscribe() -> None:
            with self._lock:
                self._subscribers = tuple(other for other in self._subscribers if other is not one)

        return unsubscribe

    def begin(self) -> None:
        """Note that a connection proved good; whoever listens is told since when events may be missing."""
        self.connected, self.failure = True, None
        if self.last_seen_s is None:
            return
        since_s = self.last_seen_s - self._behind_s
        for one in self._subscribers:
            self._guarded(one.on_gap, since_s)

    def end(self, why: OpenqqError) -> None:
        """Note that the connection is gone, or could not be made."""
        self.connected, self.failure = False, why

    def seen(self, server_s: float | None) -> None:
        """Note that a frame came on a good connection, and what the clock of the server was where it says so."""
        self.last_seen_s = now_s = time.time()
        if server_s is not None:
            behind_s = now_s - server_s
            # Events are dated by the clock of the server: of one that is ahead, earlier is only more than is needed.
            self._behind_s = behind_s if 0 < behind_s < _WRONG_CLOCK_S else 0.0

    def event(self, body: bytes) -> None:
        """Hand an event to all who listen."""
        for one in self._subscribers:
            self._guarded(one.on_event, body)

    def problem(self, text: str) -> None:
        """Count and keep what went wrong."""
        self.problem_count += 1
        self._problems.append(text)
        _logger.info("%s", text)

    def _guarded(self, tell: Callable[[T], None], told: T) -> None:
        # Whoever fails with one event is not to keep the next from the others.
        try:
            tell(told)
        except Exception as error:  # noqa: BLE001 - counted, shown in `problems`
            self.problem(f"A subscriber failed: {type(error).__name__}: {error}")
