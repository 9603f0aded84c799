"""The way of an arrival: decoded, numbered, completed, stored, shown, and only then answered or handled.

All of it runs on the writer's thread and asks nothing of the network.
"""

import secrets
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace

from openqq_nb import messages
from openqq_nb.errors import JournalFailed, NotUnderstood
from openqq_nb.inbox.answering import Answering
from openqq_nb.inbox.numbers import Numbers
from openqq_nb.inbox.sends import Sends, Sent, merged, posted_to, recorded_to
from openqq_nb.inbox.shelf import Change, Line, Placed, Shelf
from openqq_nb.inbox.stats import Counters
from openqq_nb.inbox.waits import Waits
from openqq_nb.inbox.writer import Outcome, Post
from openqq_nb.models import Answer, Arrival, Row
from openqq_nb.receive import intake
from openqq_nb.receive.address import Address
from openqq_nb.receive.intake import Decode, Refusal

_NOT_YET = intake.failed("This could not be stored yet; it is kept in memory.")

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
        self._login = _new_login()

    def store(self, posts: Sequence[Post]) -> None:
        """Store the posts and set the outcome of each."""
        fresh: list[tuple[Post, Arrival]] = []
        for post in posts:
            judged = intake.judge(post.push, self._address(), self._decoded)
            if isinstance(judged, Refusal):
                post.outcome = self._refused(post, judged)
            elif (sent := self._recorded(judged.arrival)) is not None:
                post.outcome = self._joined(sent, judged.arrival)
            else:
                fresh.append((post, judged.arrival))
        if fresh:
            self._store(fresh)

    @property
    def login(self) -> str:
        """The label of the login that arriving messages are taken to be of."""
        return self._login

    def begin_login(self, *, since_now: bool) -> None:
        """Take the ids of what comes for those of a new login.

        Args:
            since_now: whether it begins at this moment, as the event of a 2.x server says; else it was noticed.
        """
        self._login = _new_login()
        self._numbers.begin_login(since_now=since_now)

    def record(self, row: Row) -> None:
        """Make a row of what the account sent, unless the server has posted it already.

        Args:
            row: in the columns of messages, with what is known of its outcome.
        """
        arrival = self._completed(Arrival("message", {"msg_class": "send", **row}, uuid.uuid4().hex))
        mistaken = self._sends.mistaken(arrival.row)
        if mistaken is not None:
            self._record(self._taken_back(mistaken, arrival), whole=True)
            return
        sent = self._sends.posted(arrival.row)
        if sent is None:
            self._record(arrival, whole=False)
            return
        self._shelf.change([recorded_to(sent, arrival.row)])
        sent.whole = True

    def fill(self) -> None:
        """Complete earlier rows with the numbers that became known, and those found to be of this login with it."""
        moved = [line for line in self._numbers.moved() if line.row.get("login") != self._login]
        changes = [Change(line, {"login": self._login}) for line in moved] + self._numbers.changes()
        if changes:
            self._shelf.change(changes)
            self._waits.changed(min(change.line.position for change in changes))
        self._numbers.drop_complete()

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
                self.begin_login(since_now=True)
            return replace(arrival, row={**arrival.row, **received_at})
        known = {"msg_time": received_at["received_at"], **arrival.row, **received_at, "login": self._login}
        return replace(arrival, row=messages.complete(self._numbers.number(known)))

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

    def _recorded(self, arrival: Arrival) -> Sent | None:
        """Find the row of our own send that the server posts back, if there is one."""
        # What the account wrote on another device is no post of a send: 1.x servers post it as received.
        if arrival.row.get("msg_class") != "send":
            return None
        sent = self._sends.recorded(arrival.row)
        return None if sent is None or self._shelf.holds(arrival.fingerprint) else sent

    def _joined(self, sent: Sent, post: Arrival) -> Answer:
        before = sent.line.arrival
        self._shelf.change([posted_to(sent, post)])
        sent.whole = True
        sent.before = before if before.row.get("msg_id") is None else None
        return _NOT_YET if self._shelf.unsaved else intake.NOTHING_TO_SAY

    def _taken_back(self, mistaken: Sent, record: Arrival) -> Arrival:
        """Take a post back from the send it does not belong to, for the record that it does belong to."""
        post = mistaken.line.arrival
        self._shelf.change([mistaken.give_back()])
        return replace(post, row=merged(record.row, post.row))

    def _record(self, arrival: Arrival, *, whole: bool) -> None:
        (placed,) = self._shelf.put([arrival])
        if placed is not None and placed.line is not None:
            self._seen(placed.line)
            self._sends.remember(placed.line, posted=False, whole=whole)

    def _store(self, fresh: Sequence[tuple[Post, Arrival]]) -> None:
        stored = self._shelf.put([arrival for _, arrival in fresh])
        for (post, _), placed in zip(fresh, stored, strict=True):
            if placed is not None:
                post.outcome = self._outcome(placed)

    def _outcome(self, placed: Placed) -> Outcome:
        at_once = intake.NOTHING_TO_SAY if placed.stored else _NOT_YET
        if not self._taken(placed) or placed.arrival.row.get("own"):
            return at_once
        # After a 503 nothing can be answered any more: what a handler replies goes out as a message.
        found = self._answering.begin(placed.arrival, late=not placed.stored)
        return found if found is not None and placed.stored else at_once

    def _taken(self, placed: Placed) -> bool:
        """Count an arrival and tell of it; gives whether it is a new message."""
        if placed.line is None:
            self._counters.add("doubles")
            return False
        self._counters.arrived(self._clock())
        if placed.arrival.kind == "event":
            self._counters.add("events")
            return False
        self._seen(placed.line)
        if placed.arrival.row.get("msg_class") == "send":
            self._sends.remember(placed.line, posted=True)
        if not placed.arrival.row.get("own"):
            self._waits.offer([(placed.line.position, placed.arrival.row)])
        return True

    def _seen(self, line: Line) -> None:
        self._counters.add("own" if line.row.get("own") else "received")
        self._numbers.watch(line)


def _new_login() -> str:
    return secrets.token_hex(4)
