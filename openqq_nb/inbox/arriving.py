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
from openqq_nb.inbox.presence import THROWN_OUT
from openqq_nb.inbox.recalls import Recalls
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

# What changes who is there, or what somebody is called there.
_OF_ROSTER = frozenset(
    {"group_increase", "group_decrease", "group_admin", "group_card", "group_name", "friend_add"}
)

# What a history had is answered only if it is not older than this.
_YOUNG_S = 60.0

# What another program received just before this one began may be stored just after.
_SLACK_S = 10.0

T = TypeVar("T")

Decode = Callable[[bytes], Arrival | Refusal]
Clock = Callable[[], float]


class Arriving:
    """Takes posts in, a turn at a time.

    Args:
        shelf: where they are stored.
        decode: reads a body, or refuses it.
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
        self._presence = counters.presence
        self._recalls = Recalls(shelf)
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
            post.new = isinstance(line, Line)
            post.outcome = self._outcome(post, one, line)
        if not all(isinstance(one, Refusal) for one in found):
            self._presence.seen()

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
        self._recalls.arrived([line for line, _, _ in others.lines])
        for line, posted, whole in others.lines:
            if line.arrival.kind == "event":
                if self._is_fresh(line.row):
                    self._heed(line.row)
                    self._learn(line.row)
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

    def _decoded(self, body: bytes) -> Line | Arrival | Refusal:
        """Read a body; gives the arrival itself where it tells a state, and becomes no row."""
        try:
            read = self._decode(body)
            if isinstance(read, Refusal) or read.kind == "state":
                return read
            return Line.of(self._completed(read))
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
            return replace(arrival, row={**self._numbers.named(arrival.row), **received_at})
        # Whole seconds, as the servers write: else our own sends would stand behind what came later in the same one.
        moment = {"msg_time": float(int(received_at["received_at"]))}
        known = {**moment, **arrival.row, **received_at, "login": self._login}
        row = messages.complete(self._numbers.number(known))
        return Arrival(arrival.kind, row, arrival.fingerprint, arrival.raw, arrival.extra, arrival.answerable)

    def _heed(self, event: Row) -> None:
        if event.get("event") == "login":
            self.begin_login(since_now=True)

    def _learn(self, event: Row) -> None:
        """Take note of what a new event says of the account, and of who is there."""
        if event.get("event") == THROWN_OUT:
            self._presence.gone()
        elif event.get("event") in _OF_ROSTER:
            self._numbers.want()

    def _placed(
        self, posts: Sequence[Post], found: Sequence[Line | Arrival | Refusal]
    ) -> list[Line | Sent | None]:
        """Find or make the row of each arrival; None for what is there already, is refused, or becomes no row."""
        placed: dict[int, Line | Sent | None] = {}
        fresh: dict[int, Line] = {}
        for place, (post, one) in enumerate(zip(posts, found, strict=True)):
            if isinstance(one, Refusal):
                if one.reason == "malformed":
                    self._shelf.set_aside(post.body, one.why)
            elif isinstance(one, Arrival):
                continue
            elif (sent := self._recorded(one.arrival)) is not None:
                self._join(sent, one.arrival)
                placed[place] = sent
            else:
                fresh[place] = one
        new = self._shelf.put(list(fresh.values()))
        placed.update(zip(fresh, new, strict=True))
        self._recalls.arrived([line for line in new if line is not None])
        return [placed.get(place) for place in range(len(found))]

    def _outcome(self, post: Post, found: Line | Arrival | Refusal, placed: Line | Sent | None) -> Outcome:
        if isinstance(found, Refusal):
            self._counters.refuse(found.reason)
            return found.answer
        if isinstance(found, Arrival):
            self._presence.state(found.row)
            return intake.NOTHING_TO_SAY
        if placed is None and post.told is None:
            self._counters.add("doubles")
        if placed is not None and post.told is None and placed.row.get("msg_class") == "send":
            self._counters.add("posted_back")
        if not isinstance(placed, Line):
            return _NOT_YET if self._shelf.unsaved else intake.NOTHING_TO_SAY
        stored = placed.seq is not None
        self._seen(placed)
        if post.told is not None:
            self._counters.add("filled")
        answer = self._handled(placed, post, late=not stored or post.respond is None)
        # After a 503 nothing can be answered any more: what a handler replies goes out as a message.
        return _NOT_YET if not stored else answer or intake.NOTHING_TO_SAY

    def _handled(self, line: Line, post: Post, *, late: bool) -> Round | None:
        """Tell those who wait, and the handlers, of a new line that is a message of somebody else."""
        if line.arrival.kind == "event" or line.row.get("own"):
            return None
        self._waits.offer([(line.position, line.row)])
        if post.told is not None and not self._is_young(line.row):
            return None  # nobody waits for an answer to that any more
        return self._answering.begin(line.arrival, late=late)

    def _is_young(self, row: Row) -> bool:
        written_s = row.get("msg_time")
        return isinstance(written_s, int | float) and written_s >= self._clock() - _YOUNG_S

    def _seen(self, line: Line) -> None:
        self._count(line)
        if line.arrival.kind == "event":
            self._learn(line.row)
            return
        self._presence.message(line.row)
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
