"""The way of an arrival: decoded, numbered, completed, stored, shown, and only then answered or handled.

All of it runs on the writer's thread and asks nothing of the network.
"""

import secrets
import time
import uuid
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace

from openqq_nb import messages
from openqq_nb.errors import JournalFailed, NotUnderstood
from openqq_nb.inbox.answering import Answering
from openqq_nb.inbox.numbers import Numbers
from openqq_nb.inbox.sends import Sends
from openqq_nb.inbox.shelf import Placed, Shelf
from openqq_nb.inbox.stats import Counters
from openqq_nb.inbox.waits import Waits
from openqq_nb.inbox.writer import Outcome, Post
from openqq_nb.models import Arrival, Row
from openqq_nb.receive import intake
from openqq_nb.receive.address import Address
from openqq_nb.receive.intake import Decode, Refusal

_KEPT = 10_000

Clock = Callable[[], float]


class Arriving:
    """Takes posts in.

    Args:
        shelf: where they are stored.
        decode: reads a body.
        address: where we are reached.
        numbers: adds permanent numbers.
        waits: who waits for messages.
        answering: has handlers answer.
        counters: counts.
        clock: tells the time in UTC seconds.
    """

    def __init__(
        self,
        shelf: Shelf,
        decode: Decode,
        address: Callable[[], Address],
        numbers: Numbers,
        waits: Waits,
        answering: Answering,
        counters: Counters,
        clock: Clock = time.time,
    ) -> None:
        self._shelf = shelf
        self._decode = decode
        self._address = address
        self._numbers = numbers
        self._waits = waits
        self._answering = answering
        self._counters = counters
        self._clock = clock
        self._sends = Sends()
        self._kept: deque[Arrival] = deque(maxlen=_KEPT)
        self._login = _new_login()

    @property
    def waiting(self) -> int:
        """How many arrivals could not be stored yet."""
        return len(self._kept)

    def store(self, posts: Sequence[Post]) -> None:
        """Store the posts and set the outcome of each."""
        self.retry()
        fresh: list[tuple[Post, Arrival]] = []
        for post in posts:
            judged = intake.judge(post.push, self._address(), self._decoded)
            if isinstance(judged, Refusal):
                post.outcome = self._refused(post, judged)
            elif not self._joined(post, judged.arrival):
                fresh.append((post, judged.arrival))
        if fresh:
            self._store(fresh)

    def record(self, row: Row) -> None:
        """Make a row of what the account sent, unless the server has posted it already.

        Args:
            row: in the columns of messages, with what is known of its outcome.
        """
        arrival = self._completed(Arrival("message", {"msg_class": "send", **row}, uuid.uuid4().hex))
        sent = self._sends.posted(arrival.row)
        if sent is not None:
            self._shelf.amend(sent.seq, sent.position, self._sends.join(sent, arrival.row, posted=False))
            return
        try:
            (placed,) = self._shelf.put([arrival])
        except JournalFailed as error:
            self._keep(arrival, error)
            return
        if placed is not None:
            self._seen(placed)
            self._sends.remember(placed.seq, placed.position, placed.arrival.row, posted=False)

    def fill(self) -> None:
        """Complete earlier rows with the numbers that became known."""
        for change in self._numbers.changes():
            self._shelf.amend(change.seq, change.position, change.cells)

    def retry(self) -> None:
        """Store what could not be stored before, if the cause is gone."""
        if not self._kept:
            return
        waiting = list(self._kept)
        try:
            stored = self._shelf.put(waiting)
        except JournalFailed as error:
            self._counters.fail("storing what waits", error)
            return
        self._kept.clear()
        for placed in stored:
            if placed is not None and self._taken(placed) and not _is_own(placed):
                # The push was answered long ago: what a handler replies now goes out as a message.
                self._answering.begin(placed.arrival, late=True)

    def _decoded(self, body: bytes) -> Arrival:
        try:
            return self._completed(self._decode(body))
        except NotUnderstood:
            raise
        except Exception as error:
            # A body that trips the decoder must not cost the other posts of its transaction anything.
            self._counters.fail("reading a post", error)
            raise NotUnderstood(f"This post could not be read: {type(error).__name__}: {error}") from error

    def _completed(self, arrival: Arrival) -> Arrival:
        """Add what the listener knows: when it came, in which login, whose permanent numbers these are."""
        received_at = {"received_at": self._clock()}
        if arrival.kind == "event":
            if arrival.row.get("event") == "login":
                self._begin_login()
            return replace(arrival, row={**arrival.row, **received_at})
        known = {"msg_time": received_at["received_at"], **arrival.row, **received_at, "login": self._login}
        return replace(arrival, row=messages.complete(self._numbers.number(known)))

    def _begin_login(self) -> None:
        self._login = _new_login()
        self._numbers.begin_login()

    def _refused(self, post: Post, refusal: Refusal) -> Outcome:
        self._counters.refuse(refusal.reason)
        if refusal.reason == "malformed":
            self._set_aside(post.push.body, refusal.why)
        return refusal.answer

    def _set_aside(self, body: bytes, why: str) -> None:
        try:
            self._shelf.journal.set_aside(body, why)
        except JournalFailed as error:
            self._counters.fail("setting a malformed post aside", error)

    def _joined(self, post: Post, arrival: Arrival) -> bool:
        """Fill the row of our own send that the server posts back, if there is one."""
        sent = self._sends.recorded(arrival.row) if arrival.row.get("own") else None
        if sent is None:
            return False
        try:
            self._shelf.amend(sent.seq, sent.position, self._sends.join(sent, arrival.row, posted=True))
        except JournalFailed as error:
            post.outcome = self._keep(arrival, error)
        else:
            post.outcome = intake.NOTHING_TO_SAY
        return True

    def _store(self, fresh: Sequence[tuple[Post, Arrival]]) -> None:
        try:
            stored = self._shelf.put([arrival for _, arrival in fresh])
        except JournalFailed as error:
            for post, arrival in fresh:
                post.outcome = self._keep(arrival, error)
            return
        for (post, _), placed in zip(fresh, stored, strict=True):
            if placed is not None:
                post.outcome = self._outcome(placed)

    def _outcome(self, placed: Placed) -> Outcome:
        if not self._taken(placed) or _is_own(placed):
            return intake.NOTHING_TO_SAY
        return self._answering.begin(placed.arrival, late=False) or intake.NOTHING_TO_SAY

    def _taken(self, placed: Placed) -> bool:
        """Count an arrival and tell of it; gives whether it is a new message."""
        if not placed.new:
            self._counters.add("doubles")
            return False
        self._counters.arrived(self._clock())
        if placed.arrival.kind == "event":
            self._counters.add("events")
            return False
        self._seen(placed)
        if _is_own(placed):
            self._sends.remember(placed.seq, placed.position, placed.arrival.row, posted=True)
        else:
            self._waits.offer([(placed.position, placed.arrival.row)])
        return True

    def _seen(self, placed: Placed) -> None:
        self._counters.add("own" if _is_own(placed) else "received")
        self._numbers.watch(placed.seq, placed.position, placed.arrival.row)

    def _keep(self, arrival: Arrival, error: JournalFailed) -> Outcome:
        """Keep in memory what the journal does not take: the server does not post it again."""
        self._counters.fail("storing", error)
        if len(self._kept) == _KEPT:
            self._counters.fail("storing", JournalFailed(f"More than {_KEPT} wait; the oldest was given up."))
        self._kept.append(arrival)
        return intake.failed("This could not be stored yet; it is kept in memory.")


def _is_own(placed: Placed) -> bool:
    return bool(placed.arrival.row.get("own"))


def _new_login() -> str:
    return secrets.token_hex(4)
