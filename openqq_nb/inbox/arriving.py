"""The way of an arrival: decoded, numbered, completed, stored, shown, and only then answered or handled.

All of it runs on the receiving thread and asks nothing of the network.
"""

import secrets
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from openqq_nb import messages
from openqq_nb.errors import NotUnderstood
from openqq_nb.inbox.answering import Answering
from openqq_nb.inbox.frames import Line
from openqq_nb.inbox.numbers import Numbers
from openqq_nb.inbox.rounds import Round
from openqq_nb.inbox.sends import Sends, Sent, merged, posted_to, recorded_to
from openqq_nb.inbox.shelf import Change, Others, Shelf
from openqq_nb.inbox.stats import Counters
from openqq_nb.inbox.waits import Waits
from openqq_nb.inbox.writer import Outcome, Post
from openqq_nb.models import Arrival, Row
from openqq_nb.receive import intake
from openqq_nb.receive.intake import Refusal

_NOT_YET = intake.failed("This could not be stored yet; it is kept in memory.")

# What another program received just before this one began may be stored just after.
_SLACK_S = 10.0

T = TypeVar("T")

Decode = Callable[[bytes], Arrival]
Clock = Callable[[], float]


class Arriving:
    """Takes posts in, a turn at a time.

    Args:
        shelf: where they are stored.
        decode: reads a body.
        numbers: adds permanent numbers.
        waits: who waits for messages.
        answering: has handlers answer.
        counters: counts.
        follows: whether another program receives for this inbox, so that handlers are to see what it stores.
        clock: tells the time in UTC seconds.
    """

    def __init__(
        self,
        shelf: Shelf,
        decode: Decode,
        numbers: Numbers,
        waits: Waits,
        answering: Answering,
        counters: Counters,
        *,
        follows: bool = False,
        clock: Clock = time.time,
    ) -> None:
        self._shelf = shelf
        self._decode = decode
        self._numbers = numbers
        self._waits = waits
        self._answering = answering
        self._counters = counters
        self._follows = follows
        self._clock = clock
        self._since_s = clock()
        self._sends = Sends()
        self._login = _new_login()

    def store(self, posts: Sequence[Post]) -> None:
        """Store posts in one transaction, and set the outcome of each."""
        found = [intake.read(post.body, self._decoded) for post in posts]
        placed = self._turn(lambda: self._placed(posts, found))
        for post, one, line in zip(posts, found, placed, strict=True):
            post.outcome = self._outcome(post, one, line)

    def catch_up(self) -> bool:
        """Show what other programs have written to the journal; gives whether it could be read."""
        self._turn(lambda: None, writing=False)
        return self._shelf.reached

    def settle(self) -> None:
        """Try to store what is not stored yet."""
        self._turn(lambda: None)

    @property
    def login(self) -> str:
        """The label of the login that arriving messages are taken to be of."""
        return self._login

    def begin_login(self, *, since_now: bool) -> None:
        """Take the ids of what comes for those of a new login.

        Args:
            since_now: whether it begins at this moment, as the event of a 2.x server says; else it was noticed.
        """
        # What was known is forgotten first: a filter must not take old ids for those of the new label.
        self._numbers.begin_login(since_now=since_now)
        self._login = _new_login()

    def record(self, row: Row) -> None:
        """Make a row of what the account sent, unless the server has posted it already.

        Args:
            row: in the columns of messages, with what is known of its outcome.
        """
        arrival = self._completed(Arrival("message", {"msg_class": "send", **row}, uuid.uuid4().hex))
        self._turn(lambda: self._record(arrival))

    def fill(self) -> None:
        """Complete earlier rows with the numbers that became known, and those found to be of this login with it."""
        moved = [line for line in self._numbers.moved() if line.row.get("login") != self._login]
        changes = [Change(line, {"login": self._login}) for line in moved] + self._numbers.changes()
        if changes:
            self._turn(lambda: self._shelf.change(changes))
            self._waits.changed(min(change.line.position for change in changes))
        self._numbers.drop_complete()

    def _turn(self, work: Callable[[], T], *, writing: bool = True) -> T:
        """Do some work after what other programs wrote meanwhile was taken in, and tell of that afterwards."""

        def after_others(others: Others) -> T:
            self._meet(others)
            return work()

        result, others = self._shelf.turn(after_others, writing=writing)
        self._tell(others)
        return result

    def _meet(self, others: Others) -> None:
        for line, posted, whole in others.lines:
            if line.arrival.kind == "event":
                if self._is_fresh(line.row):
                    self._heed(line.row)
            elif line.row.get("msg_class") == "send":
                self._sends.remember(line, posted=posted, whole=whole)

    def _tell(self, others: Others) -> None:
        if others.changed_from is not None:
            self._waits.changed(others.changed_from)
        for line, _, _ in others.lines:
            if self._follows:
                self._count(line)
            if line.arrival.kind == "message" and not line.row.get("own") and self._is_fresh(line.row):
                self._waits.offer([(line.position, line.row)])
                if self._follows:
                    self._answering.begin(line.arrival, late=True)

    def _is_fresh(self, row: Row) -> bool:
        """Tell whether a message came since this began; journals can be merged into one that is followed."""
        received_s = row.get("received_at")
        return isinstance(received_s, float) and received_s >= self._since_s - _SLACK_S

    def _decoded(self, body: bytes) -> Line:
        try:
            return Line.of(self._completed(self._decode(body)))
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
            self._heed(arrival.row)
            return replace(arrival, row={**arrival.row, **received_at})
        # Whole seconds, as the servers write: else our own sends would stand behind what came later in the same one.
        moment = {"msg_time": float(int(received_at["received_at"]))}
        known = {**moment, **arrival.row, **received_at, "login": self._login}
        row = messages.complete(self._numbers.number(known))
        return Arrival(arrival.kind, row, arrival.fingerprint, arrival.raw, arrival.extra, arrival.answerable)

    def _heed(self, event: Row) -> None:
        if event.get("event") == "login":
            self.begin_login(since_now=True)

    def _placed(self, posts: Sequence[Post], found: Sequence[Line | Refusal]) -> list[Line | Sent | None]:
        """Find or make the row of each arrival; None for what is there already, and for what was refused."""
        placed: dict[int, Line | Sent | None] = {}
        fresh: dict[int, Line] = {}
        for place, (post, one) in enumerate(zip(posts, found, strict=True)):
            if isinstance(one, Refusal):
                self._shelf.set_aside(post.body, one.why)
            elif (sent := self._recorded(one.arrival)) is not None:
                self._join(sent, one.arrival)
                placed[place] = sent
            else:
                fresh[place] = one
        placed.update(zip(fresh, self._shelf.put(list(fresh.values())), strict=True))
        return [placed.get(place) for place in range(len(found))]

    def _outcome(self, post: Post, found: Line | Refusal, placed: Line | Sent | None) -> Outcome:
        if isinstance(found, Refusal):
            self._counters.refuse(found.reason)
            return found.answer
        if placed is None:
            self._counters.add("doubles")
        if not isinstance(placed, Line):
            return _NOT_YET if self._shelf.unsaved else intake.NOTHING_TO_SAY
        stored = placed.seq is not None
        self._seen(placed)
        answer = self._handled(placed, late=not stored or post.respond is None)
        # After a 503 nothing can be answered any more: what a handler replies goes out as a message.
        return _NOT_YET if not stored else answer or intake.NOTHING_TO_SAY

    def _handled(self, line: Line, *, late: bool) -> Round | None:
        """Tell those who wait, and the handlers, of a new line that is a message of somebody else."""
        if line.arrival.kind == "event" or line.row.get("own"):
            return None
        self._waits.offer([(line.position, line.row)])
        return self._answering.begin(line.arrival, late=late)

    def _seen(self, line: Line) -> None:
        self._count(line)
        if line.arrival.kind == "event":
            return
        self._numbers.watch(line)
        if line.row.get("msg_class") == "send":
            self._sends.remember(line, posted=True)

    def _count(self, line: Line) -> None:
        message = "own" if line.row.get("own") else "received"
        self._counters.arrived("events" if line.arrival.kind == "event" else message, self._clock())

    def _recorded(self, arrival: Arrival) -> Sent | None:
        """Find the row of our own send that the server posts back, if there is one."""
        # What the account wrote on another device is no post of a send: 1.x servers post it as received.
        if arrival.row.get("msg_class") != "send":
            return None
        sent = self._sends.recorded(arrival.row)
        return None if sent is None or self._shelf.holds(arrival.fingerprint) else sent

    def _join(self, sent: Sent, post: Arrival) -> None:
        before = sent.line.arrival
        self._shelf.change([posted_to(sent, post)])
        sent.whole = True
        sent.before = before if before.row.get("msg_id") is None else None

    def _record(self, arrival: Arrival) -> None:
        mistaken = self._sends.mistaken(arrival.row)
        if mistaken is not None:
            self._remember(self._taken_back(mistaken, arrival), whole=True)
            return
        sent = self._sends.posted(arrival.row)
        if sent is None:
            self._remember(arrival, whole=False)
            return
        self._shelf.change([recorded_to(sent, arrival.row)])
        sent.whole = True

    def _taken_back(self, mistaken: Sent, record: Arrival) -> Arrival:
        """Take a post back from the send it does not belong to, for the record that it does belong to."""
        post = mistaken.line.arrival
        self._shelf.change([mistaken.give_back()])
        return replace(post, row=merged(record.row, post.row))

    def _remember(self, arrival: Arrival, *, whole: bool) -> None:
        (line,) = self._shelf.put([Line.of(arrival)])
        if line is not None:
            self._counters.add("own")
            self._numbers.watch(line)
            self._sends.remember(line, posted=False, whole=whole)


def _new_login() -> str:
    return secrets.token_hex(4)
