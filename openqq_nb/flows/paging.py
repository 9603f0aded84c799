"""Going back through the history of a chat: how far, in which pieces, and no faster than a server puts up with."""

import threading
import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, TypeVar

import pandas as pd

from openqq_nb.columns import ZONE
from openqq_nb.models import Arrival, Flow, Past, Request, Response, Row
from openqq_nb.protocols.base import Dialect

T = TypeVar("T")

# An end that makes up new messages of the same second each time must not be asked for ever.
_STANDS_STILL: Final = 20


@dataclass(frozen=True, slots=True)
class Pages:
    """In which pieces a history is asked for, and how fast.

    Attributes:
        every_s: the shortest time between the beginnings of two questions.
        count: how many messages of one page.
        first: how many of the first page of a chat in which perhaps nothing has happened.
        clock: tells the time in seconds, from any beginning.
    """

    every_s: float = 1.0
    count: int = 100
    first: int = 20
    clock: Callable[[], float] = time.monotonic


@dataclass(frozen=True, slots=True)
class Bounds:
    """How far back to go in a chat.

    Attributes:
        since_s: nothing that is older is wanted, in UTC seconds.
        until_s: nothing from here on is wanted.
        limit: only the newest so many of these are wanted.
        first: how many messages of the first page; None for a whole one.
    """

    since_s: float | None = None
    until_s: float | None = None
    limit: int | None = None
    first: int | None = None

    def of(self, found: Sequence[Arrival]) -> list[Arrival]:
        """Give what is wanted of these, which are in order."""
        inside = [one for one in found if self._has(_time_of(one))]
        return inside if self.limit is None else inside[max(0, len(inside) - self.limit) :]

    def count(self, pages: Pages, asked: int) -> int:
        """Say how many messages the next page is to have."""
        if asked == 0 and self.first is not None:
            return self.first
        if self.limit is None or self.until_s is not None:
            return pages.count
        # A page has the message that it ends at as well.
        return min(pages.count, max(self.limit, 2))

    def ends_at(self, oldest_s: float | None) -> bool:
        """Tell whether nothing that is older than this is wanted."""
        return self.since_s is not None and oldest_s is not None and oldest_s < self.since_s

    def _has(self, moment_s: float | None) -> bool:
        if moment_s is None:
            return self.since_s is None and self.until_s is None
        is_young = self.since_s is None or moment_s >= self.since_s
        return is_young and (self.until_s is None or moment_s < self.until_s)


class Pace:
    """Sees to it that all histories together ask no faster than they may; used from any thread."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._lock = threading.Lock()
        self._next_s = float("-inf")

    def kept(self, flow: Flow[T]) -> Flow[T]:
        """Have each question of a flow wait for its turn."""
        return (yield from _changed(flow, lambda request: replace(request, pause_s=self._pause_s())))

    def _pause_s(self) -> float:
        with self._lock:
            now_s = self._pages.clock()
            begins_s = max(now_s, self._next_s)
            self._next_s = begins_s + self._pages.every_s
        return begins_s - now_s


def _changed(flow: Flow[T], change: Callable[[Request], Request]) -> Generator[Request, Response, T]:
    """Drive a flow with other questions in place of its own."""
    answered: Callable[[], Request] = lambda: next(flow)  # noqa: E731 - replaced below
    while True:
        try:
            request = answered()
        except StopIteration as done:
            result: T = done.value
            return result
        try:
            response = yield change(request)
        except BaseException as error:  # noqa: BLE001 - the flow may know what it means, and raises it again
            failure = error
            answered = lambda: flow.throw(failure)  # noqa: E731, B023 - called before the next turn
        else:
            answered = lambda: flow.send(response)  # noqa: E731, B023 - as above


@dataclass
class Steps:
    """How far a chat has been gone back.

    Attributes:
        before: the oldest message so far, for the next page; None at the beginning.
        wanted: what is wanted of all that came, oldest first.
        unread: what could not be read, with why.
        pages: how many pages came.
        ended: whether there is nothing more to ask for.
        cut: whether there may be more, but nothing by which to ask for it.
    """

    dialect: Dialect
    bounds: Bounds
    before: Row | None = None
    wanted: list[Arrival] = field(default_factory=list)
    unread: dict[bytes, str] = field(default_factory=dict)
    pages: int = 0
    ended: bool = False
    cut: bool = False
    _seen: dict[str, Arrival] = field(default_factory=dict)
    _oldest_s: float | None = None
    _still: int = 0

    @property
    def moment(self) -> str:
        """The time of the oldest message so far, as people read it."""
        if self._oldest_s is None:
            return ""
        return f"{pd.Timestamp(self._oldest_s, unit='s', tz=ZONE):%Y-%m-%d %H:%M}"

    def take(self, bodies: Sequence[bytes], named: Row | None = None) -> None:
        """Take a page, and find out whether another one may bring more.

        Args:
            bodies: its messages.
            named: its oldest message, to go on from where none can be read.
        """
        self.pages += 1
        unread = len(self.unread)
        read = [one for body in bodies if (one := self._read(body)) is not None]
        new = list({one.fingerprint: one for one in read if one.fingerprint not in self._seen}.values())
        self._seen = {one.fingerprint: one for one in new} | self._seen
        # Stable, so that messages of one second stay as the server has them.
        self.wanted = self.bounds.of(sorted(self._seen.values(), key=_place_of))
        unreadable = not new and len(self.unread) > unread
        went_back = self._went_back_to(named) if unreadable else bool(new) and self._went_back(new)
        self.cut = unreadable and not went_back
        self.ended = not went_back or self._has_enough()

    @property
    def past(self) -> Past:
        """All that came and is wanted."""
        return Past(tuple(self.wanted), tuple(self.unread.items()), self.pages, self.cut)

    def _read(self, body: bytes) -> Arrival | None:
        try:
            found = self.dialect.arrival(body)
        except Exception as error:  # noqa: BLE001 - one that trips the decoder costs the others nothing; told of
            self.unread[body] = str(error)
            return None
        return found if found.kind == "message" else None

    def _went_back(self, new: Sequence[Arrival]) -> bool:
        oldest = min(new, key=_place_of)
        return self._went_back_to({**oldest.extra, **oldest.row})

    def _went_back_to(self, oldest: Row | None) -> bool:
        """Go on to the oldest message of a page; False where it is no older than before: the end has turned around."""
        if oldest is None:
            return False
        oldest_s = _seconds(oldest)
        if self._oldest_s is not None and (oldest_s is None or oldest_s > self._oldest_s):
            return False
        self._still = self._still + 1 if oldest_s == self._oldest_s else 0
        self.before, self._oldest_s = oldest, oldest_s
        return self._still < _STANDS_STILL

    def _has_enough(self) -> bool:
        limit = self.bounds.limit
        return self.bounds.ends_at(self._oldest_s) or (limit is not None and len(self.wanted) >= limit)


def _time_of(one: Arrival) -> float | None:
    return _seconds(one.row)


def _seconds(row: Row) -> float | None:
    found = row.get("msg_time")
    return float(found) if isinstance(found, int | float) else None


def _place_of(one: Arrival) -> float:
    return _time_of(one) or 0.0
