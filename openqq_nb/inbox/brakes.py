"""Decides whether a reply may go out: not more than the servers can send, and not for ever to another bot.

Two things are watched, and nothing but times decides: what is said is not looked at, because two bots that
answer each other say the same, or take turns, or count.

- **Rate.** All that an account sends goes through one queue of its server, one message per 3 s. So in the long
  run a reply may go out every 3 s, in one chat and over all; before that, there are 30 in one chat and 60 over
  all in reserve. A lively group is answered, and the queue never gets longer than some minutes.
- **Loop.** Another bot answers each of our replies, at once or always after the same time. A person does not:
  reading and typing takes longer, and never twice the same time. Only who does so many times in a row is taken
  for a bot, and gets no replies in that chat for five minutes. A loop whose pauses are as long and as uneven as
  a person's is not noticed; the rate holds for it too.
"""

import statistics
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, TypeVar

from openqq_nb.errors import one_line
from openqq_nb.models import Row

Cause = Literal["loop", "chat", "account"]
"""Why a reply is held back: another bot, too many in the chat, too many over all."""

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

CHAT_RESERVE = 30
ACCOUNT_RESERVE = 60
EVERY_S = 3.0
CUT_S = 300.0
MAX_KEPT = 1000
"""How many chats, and how many people in chats, are remembered; the longest unanswered are forgotten first."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """How a bot answers.

    Attributes:
        times: how many of its messages in a row.
        within_s: how soon after our reply each of them comes.
        spread_s: in how short a span the waits lie, the shortest and the longest tenth left out; None if in any.
    """

    times: int
    within_s: float
    spread_s: float | None = None

    def fits(self, waits: deque[float]) -> bool:
        """Tell whether the last waits, in seconds, look like this."""
        last = list(waits)[-self.times :]
        if len(last) < self.times or max(last) > self.within_s:
            return False
        if self.spread_s is None:
            return True
        tenths = statistics.quantiles(last, n=10)
        return tenths[-1] - tenths[0] <= self.spread_s


PATTERNS: Final = (
    Pattern(times=20, within_s=2.0),
    # Two servers with queues of 3 s answer each other every 3 s, or every 6, like clockwork.
    Pattern(times=30, within_s=10.0, spread_s=1.0),
)
_LONGEST_S = max(pattern.within_s for pattern in PATTERNS)
_ROUNDING = 1e-9
_MOST_TIMES = max(pattern.times for pattern in PATTERNS)


@dataclass(frozen=True, slots=True)
class Held:
    """Why a reply must not go out.

    Attributes:
        cause: `loop`, `chat` or `account`.
        for_s: in how many seconds the next may go out.
        new: whether this is the first that is held back for this cause; then the user is to be told.
    """

    cause: Cause
    for_s: float
    new: bool


class Brakes:
    """Watches the replies of one account; may be asked from any thread.

    Args:
        now: a clock that only goes forward, in seconds.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self.now = now
        self._lock = threading.Lock()
        self._account = _Bucket(ACCOUNT_RESERVE, now())
        self._chats: OrderedDict[str, _Bucket] = OrderedDict()
        self._turns: OrderedDict[tuple[str, str], _Turns] = OrderedDict()

    def check(self, chat: str, sender: str, came_s: float) -> Held | None:
        """Let a reply go out, or say why it must not.

        Args:
            chat: the `chat_key` of the message that is replied to.
            sender: who wrote it.
            came_s: when it came, by the same clock.

        Returns:
            None if it may go out; it is counted as gone out then.
        """
        with self._lock:
            now_s = self.now()
            turns = _recent(self._turns, (chat, sender), _Turns)
            bucket = _recent(self._chats, chat, lambda: _Bucket(CHAT_RESERVE, now_s))
            held = turns.check(now_s, came_s) or _empty(now_s, {"account": self._account, "chat": bucket})
            if held is not None:
                return held
            turns.replied(now_s)
            bucket.take()
            self._account.take()
            return None


class _Turns:
    """One person in one chat, who writes and is replied to in turns."""

    __slots__ = ("_cut_until_s", "_replied_s", "_waits")

    def __init__(self) -> None:
        self._replied_s: float | None = None
        self._cut_until_s: float | None = None
        self._waits: deque[float] = deque(maxlen=_MOST_TIMES)

    def check(self, now_s: float, came_s: float) -> Held | None:
        if self._cut_until_s is not None and now_s < self._cut_until_s:
            return Held("loop", self._cut_until_s - now_s, new=False)
        self._wrote(came_s)
        if not any(pattern.fits(self._waits) for pattern in PATTERNS):
            return None
        self._cut_until_s = now_s + CUT_S
        return Held("loop", CUT_S, new=True)

    def replied(self, now_s: float) -> None:
        self._replied_s = now_s

    def _wrote(self, came_s: float) -> None:
        # What came before our reply went out is no answer to it, but does not show a person either: a bot may
        # answer with two messages.
        if self._replied_s is None or came_s < self._replied_s:
            return
        waited_s = came_s - self._replied_s
        if waited_s > _LONGEST_S:
            self._waits.clear()
        else:
            self._waits.append(waited_s)


class _Bucket:
    """A reserve of replies that fills up again, one every 3 s."""

    __slots__ = ("_at_s", "_left", "_most", "_told")

    def __init__(self, most: int, now_s: float) -> None:
        self._most = most
        self._left = float(most)
        self._at_s = now_s
        self._told = False

    def fill(self, now_s: float) -> None:
        self._left = min(self._most, self._left + (now_s - self._at_s) / EVERY_S)
        self._at_s = now_s
        # A shortage lasts until the reserve is whole again; in between single replies go out.
        self._told = self._told and self._left < self._most

    def wait_s(self) -> float:
        missing = 1.0 - self._left
        return missing * EVERY_S if missing > _ROUNDING else 0.0

    def tell(self) -> bool:
        """Tell whether nobody was told of this shortage yet."""
        new, self._told = not self._told, True
        return new

    def take(self) -> None:
        self._left -= 1.0


def _empty(now_s: float, buckets: dict[Cause, _Bucket]) -> Held | None:
    for bucket in buckets.values():
        bucket.fill(now_s)
    cause = max(buckets, key=lambda name: buckets[name].wait_s())
    for_s = buckets[cause].wait_s()
    return Held(cause, for_s, buckets[cause].tell()) if for_s > 0 else None


def _recent(kept: OrderedDict[K, V], key: K, make: Callable[[], V]) -> V:
    """Get what is kept under a key, or make it, and forget what was not asked for the longest."""
    if key not in kept:
        kept[key] = make()
    kept.move_to_end(key)
    if len(kept) > MAX_KEPT:
        kept.popitem(last=False)
    return kept[key]


def in_words(held: Held, row: Row, at: datetime) -> str:
    """Tell the user what was held back, where, until when, and what to do.

    Args:
        held: why.
        row: the message that was replied to.
        at: the time of the day.
    """
    chat = one_line(str(row.get("chat") or row.get("chat_key") or "?"))
    if held.cause == "loop":
        until = at + timedelta(seconds=held.for_s)
        sender = one_line(str(row.get("sender") or row.get("sender_qq") or "?"))
        return (
            f"In the chat {chat!r}, {sender!r} answers each reply as another bot does, so the two would go on for "
            f"ever. Replies to {sender!r} there are held back until {until:%H:%M:%S}; its messages are kept, and "
            "handlers see them. Have the handler return None to it, by its sender_qq."
        )
    where, reserve = (
        (f"in the chat {chat!r}", CHAT_RESERVE)
        if held.cause == "chat"
        else (f"over all, the last in the chat {chat!r}", ACCOUNT_RESERVE)
    )
    return (
        f"There are too many replies {where}: after {reserve} at once only one every {EVERY_S:g} s goes out, as the "
        f"servers send no more. Replies are held back, and not sent later; the next can go out in {held.for_s:.0f} s. "
        "Narrow the filters of on_message, or answer several messages in one reply."
    )
