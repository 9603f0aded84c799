"""What was written while nothing came in: filled when a stream was broken, and when a person asks for it."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass
from typing import Final, Protocol

import pandas as pd

from openqq_nb.errors import InvalidInput, NotLoaded, NotSupported
from openqq_nb.filtering.values import micros_of
from openqq_nb.inbox.backfill import Backfill, Filled, frame_of
from openqq_nb.inbox.gaps import Gaps
from openqq_nb.inbox.links import Links, Told
from openqq_nb.inbox.shelf import KEPT, Shelf
from openqq_nb.inbox.stats import Counters
from openqq_nb.inbox.ways import Followed, Stream, Way
from openqq_nb.inbox.writer import Post
from openqq_nb.kernel.waiting import Ticks, aio_wait_for, refuse_in_callback, wait_for
from openqq_nb.receive.loop import LoopThread

# Half of what is kept while it cannot be stored is left to what a history gives, and to what is sent.
_MOST: Final = KEPT // 2
_LOOK_AGAIN_S: Final = 0.2


@dataclass(frozen=True, slots=True)
class Span:
    """What a person wants filled.

    Attributes:
        since_s: how far back to go, in UTC seconds; None for the last message that is known.
        groups: the groups that are named, if any are.
        friends: the friends that are named, if any are.
    """

    since_s: float | None = None
    groups: object = None
    friends: object = None

    @classmethod
    def of(cls, since: object, groups: object, friends: object) -> "Span":
        """Read what was asked for.

        Raises:
            InvalidInput: `since` is no moment.
        """
        return cls(None if since is None else micros_of("since", since) / 1_000_000, groups, friends)


class Filling:
    """Takes in what a stream brings, and what the history of the server has; on the receiving thread.

    Args:
        thread: where it happens.
        put: takes a post in.
        shelf: has the journal, and what waits for it.
        links: the ways to the account.
        way: how messages come in.
        counters: counts, and keeps errors.
        clock: tells the time in UTC seconds.
    """

    def __init__(
        self,
        thread: LoopThread,
        put: Callable[[Post], object],
        shelf: Shelf,
        links: Links,
        way: Way,
        counters: Counters,
        clock: Callable[[], float],
    ) -> None:
        self._thread = thread
        self._clock = clock
        self._shelf = shelf
        self._lose = counters.lose
        # Each counted on one thread only.
        self._handed_on = self._taken = 0
        self._dropped = 0
        self._dropped_s: float | None = None
        self._put = put
        self._way = way
        self._links = links
        self._backfill = Backfill(links, lambda: shelf.journal, put, clock)
        self._gaps = Gaps(self._backfill, links.chats, counters.fail, counters.lose)
        self._unsubscribe: Callable[[], None] = lambda: None

    async def start(self) -> None:
        """Begin to take in what a stream brings."""
        if isinstance(self._way, Stream):
            self._unsubscribe = self._way.subscribe(self._came, self._missed)

    async def stop(self) -> None:
        """Take in no more of it, and ask for nothing more."""
        self._unsubscribe()
        self._ask_for_dropped()
        await self._gaps.stop()

    @property
    def open(self) -> bool:
        """Whether something that was missed is not filled in yet."""
        return self._dropped_s is not None or self._gaps.open

    def begin(self, span: Span) -> "Going":
        """Begin to fill; called from any thread but the receiving one.

        Raises:
            NotSupported: another program fills the journal.
        """
        if isinstance(self._way, Followed):
            raise NotSupported(
                f"This inbox follows {self._way.by}, which fills the journal, so nothing was asked. Stop that one and "
                "listen here, then fill; my.history(…) shows what was written without keeping it."
            )
        going = Going(self._links.told)
        fill = self._backfill.fill(span.since_s, span.groups, span.friends, going.note)
        going.began = self._thread.begin(fill)
        going.began.add_done_callback(lambda _: going.done.set())
        return going

    def _came(self, body: bytes) -> None:
        """Hand on an event; called on the thread of the socket, which cannot be held back: calls use it as well."""
        if self._is_full():
            self._drop()
            return
        self._handed_on += 1
        self._thread.call(lambda: self._take(body))

    def _take(self, body: bytes) -> None:
        self._taken += 1
        self._put(Post(body))

    def _is_full(self) -> bool:
        return self._handed_on - self._taken + self._shelf.waiting >= _MOST

    def _drop(self) -> None:
        """Leave an event out; the history has it, if it is a message."""
        self._dropped += 1
        if self._dropped_s is None:
            self._dropped_s = self._clock()
            self._thread.call(self._make_up)

    def _make_up(self) -> None:
        if self._is_full():
            self._thread.later(_LOOK_AGAIN_S, self._make_up)
        else:
            self._ask_for_dropped()

    def _ask_for_dropped(self) -> None:
        # What is dropped meanwhile was written before the history is asked for.
        since_s, self._dropped_s = self._dropped_s, None
        if since_s is None:
            return
        dropped, self._dropped = self._dropped, 0
        self._lose(
            f"{dropped} of what came could not be stored fast enough and was left out, so that memory does not run "
            "full. The messages among it are asked for from the history; notices and requests are lost."
        )
        self.missed(since_s)

    def missed(self, since_s: float) -> None:
        """Begin to fill what may be missing since a moment, in UTC seconds; on the receiving thread."""
        self._gaps.begin(since_s)

    def _missed(self, since_s: float) -> None:
        self._thread.call(lambda: self.missed(since_s))


class Going:
    """A fill under way.

    Args:
        told: told how far it is, in the thread of who waits.

    Attributes:
        began: gives what came of it.
        done: set when it has ended.
    """

    began: "Future[list[Filled]]"

    def __init__(self, told: Told) -> None:
        self._told = told
        self._news: tuple[int, int, str] | None = None
        self.done = threading.Event()

    def note(self, done: int, total: int, name: str) -> None:
        """Take note of how far it is; called on the receiving thread."""
        self._news = done, total, name

    def tell(self) -> None:
        """Tell of it, if there is news."""
        news, self._news = self._news, None
        if news is not None:
            self._told(*news)

    def result(self) -> pd.DataFrame:
        """Give what became of each chat.

        Raises:
            NotLoaded: the inbox was stopped before.
        """
        try:
            found: Sequence[Filled] = self.began.result()
        except CancelledError as error:
            raise NotLoaded(
                "The inbox was stopped before all was filled. What had been filled is kept. Listen again, then fill "
                "again with since= the time from which something may be missing."
            ) from error
        self._told(len(found), len(found), "")
        return frame_of(found)


class Fills(Protocol):
    """What begins to fill, and tells whether it can."""

    @property
    def running(self) -> bool:
        """Whether anything is taken in."""

    def fill(self, span: Span) -> Going:
        """Begin to fill."""


def fill(receiver: Fills, span: Span, ticks: Ticks) -> pd.DataFrame:
    """Fill, and wait until it is done, while the widgets of a notebook stay alive; see `Inbox.backfill`."""
    going = _begun(receiver, span)
    try:
        wait_for(going.done, None, _with(ticks, going))
    except BaseException:
        going.began.cancel()
        raise
    return going.result()


async def fill_async(receiver: Fills, span: Span, ticks: Ticks) -> pd.DataFrame:
    """Fill, and await that it is done; the twin of `fill`."""
    going = _begun(receiver, span)
    try:
        await aio_wait_for(going.done, None, _with(ticks, going))
    except BaseException:
        going.began.cancel()
        raise
    return going.result()


def _begun(receiver: Fills, span: Span) -> Going:
    if not receiver.running:
        raise InvalidInput("This inbox was stopped, so nothing was asked. Listen again with my.listen().")
    refuse_in_callback()
    return receiver.fill(span)


def _with(ticks: Ticks, going: Going) -> Ticks:
    """Add to what is called while somebody waits, which more may join meanwhile, that progress is told."""

    def all_of_them() -> None:
        for tick in tuple(ticks):
            tick()

    return (all_of_them, going.tell)
