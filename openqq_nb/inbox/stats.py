"""What a listener counts, and how it is shown."""

import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pandas as pd

from openqq_nb.columns import ZONE
from openqq_nb.errors import JournalFailed
from openqq_nb.inbox.presence import OFFLINE, Presence
from openqq_nb.models import Row
from openqq_nb.receive.poller import POLLING

_KEPT_ERRORS = 20
_KEPT_MUTES = 50


@dataclass(frozen=True, slots=True)
class Stats:
    """What came in since `listen()`.

    Attributes:
        received: new messages of others.
        own: new messages of the account itself.
        events: events.
        doubles: messages that were there already.
        posted_back: messages of the account itself that the server posted, sends of here and of elsewhere.
        filled: how many of the new messages came out of the history of the server, after a gap.
        refused: pushes that were not taken, by reason.
        malformed: posts that could not be read; they are kept aside in the journal.
        handler_errors: calls of handlers that failed.
        late_replies: replies that came after the budget and were sent as messages.
        held_back: replies that did not go out, because there were too many or another bot answers each of them.
        waiting: messages that could not be stored yet and are kept in memory.
        connected: ends that are connected by WebSocket at present.
        last_arrival: when the last message or event came; None if none did.
        online: whether the server says that the account is online; None where no post has told.
        last_seen: when the server last posted anything, a heartbeat included; None if it did not.
        errors: the last errors of the listener's own threads.
    """

    received: int = 0
    own: int = 0
    events: int = 0
    doubles: int = 0
    posted_back: int = 0
    filled: int = 0
    refused: Mapping[str, int] = field(default_factory=dict)
    malformed: int = 0
    handler_errors: int = 0
    late_replies: int = 0
    held_back: int = 0
    waiting: int = 0
    connected: int = 0
    last_arrival: pd.Timestamp | None = None
    online: bool | None = None
    last_seen: pd.Timestamp | None = None
    errors: tuple[str, ...] = ()

    def __repr__(self) -> str:
        refused = ", ".join(f"{reason} {count}" for reason, count in sorted(self.refused.items())) or "none"
        lines = [
            f"received {self.received}, own {self.own}, events {self.events}, doubles {self.doubles}"
            + (f", filled {self.filled}" if self.filled else ""),
            f"refused {refused}; malformed {self.malformed}; not stored yet {self.waiting}",
            f"handler errors {self.handler_errors}; late replies {self.late_replies}, held back {self.held_back}",
            f"last arrival {_moment(self.last_arrival)}"
            + (f"; {_ends(self.connected)} connected by WebSocket" if self.connected else ""),
            *self._presence(),
            *(f"error: {error}" for error in self.errors),
        ]
        return "<Stats\n  " + "\n  ".join(lines) + ">"

    def _presence(self) -> list[str]:
        if self.online is None:
            return []
        return [f"{'account online' if self.online else OFFLINE}; last seen {_moment(self.last_seen)}"]


@dataclass(frozen=True, slots=True)
class Mute:
    """A mute that a handler gave.

    Attributes:
        number: counts up.
        at_s: when, in UTC seconds.
        handler: the name of the function.
        row: the message that it answered.
        seconds: for how long.
    """

    number: int
    at_s: float
    handler: str
    row: Row
    seconds: int


def _ends(count: int) -> str:
    return f"{count} end" if count == 1 else f"{count} ends"


class Counters:
    """Counts from several threads.

    Args:
        counted: called after each change, except for an arrival, which is shown.
        clock: tells the time in UTC seconds.

    Attributes:
        presence: whether the account is online.
    """

    def __init__(
        self, counted: Callable[[], None] = lambda: None, clock: Callable[[], float] = time.time
    ) -> None:
        self.presence = Presence(self.lose, clock)
        self._counted = counted
        self._mutes: deque[Mute] = deque(maxlen=_KEPT_MUTES)
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()
        self._refused: Counter[str] = Counter()
        self._errors: deque[str] = deque(maxlen=_KEPT_ERRORS)
        self._untold: deque[str] = deque(maxlen=_KEPT_ERRORS)
        self._last_s: float | None = None

    def add(self, name: str, count: int = 1) -> None:
        """Count something under a name of `Stats`."""
        with self._lock:
            self._counts[name] += count
        self._counted()

    def refuse(self, reason: str) -> None:
        """Count a push that was not taken."""
        with self._lock:
            self._counts["malformed"] += reason == "malformed"
            self._refused[reason] += reason != "malformed"
        self._counted()

    def arrived(self, name: str, received_s: float) -> None:
        """Count an arrival under a name of `Stats`, and remember when it came."""
        with self._lock:
            self._counts[name] += 1
            self._last_s = received_s

    def fail(self, doing: str, error: Exception) -> None:
        """Keep an error of a thread of ours, which must not print it."""
        with self._lock:
            self._errors.append(f"{doing}: {type(error).__name__}: {error}")
            if isinstance(error, JournalFailed) or doing == POLLING:
                self._untold.append(str(error))
        self._counted()

    def muted(self, handler: str, row: Row, seconds: int) -> None:
        """Keep that a handler muted the sender of a message."""
        with self._lock:
            number = self._mutes[-1].number + 1 if self._mutes else 0
            self._mutes.append(Mute(number, time.time(), handler, row, seconds))
        self._counted()

    def mutes(self) -> list[Mute]:
        """Give the last mutes, oldest first."""
        with self._lock:
            return list(self._mutes)

    def lose(self, text: str) -> None:
        """Keep what a person has to know of what is lost, or does not come in as it was meant."""
        with self._lock:
            self._errors.append(text)
            self._untold.append(text)
        self._counted()

    def untold(self) -> list[str]:
        """Give what a person has to know and was not told yet: what cannot be stored, or does not come as meant."""
        with self._lock:
            news = list(self._untold)
            self._untold.clear()
        return news

    def shown(self, waiting: int, connected: int = 0) -> Stats:
        """Make what the user sees."""
        with self._lock:
            return Stats(
                **self._counts,
                refused={reason: count for reason, count in self._refused.items() if count},
                waiting=waiting,
                connected=connected,
                last_arrival=_instant(self._last_s),
                online=self.presence.online,
                last_seen=_instant(self.presence.seen_s),
                errors=tuple(self._errors),
            )


def _instant(seconds: float | None) -> pd.Timestamp | None:
    return None if seconds is None else pd.Timestamp(seconds, unit="s", tz="UTC").tz_convert(ZONE)


def _moment(instant: pd.Timestamp | None) -> str:
    return "never" if instant is None else f"{instant:%Y-%m-%d %H:%M:%S}"
