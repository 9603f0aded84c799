"""The thread that sends a broadcast: claim, send, settle, at the pace of the plan."""

import threading
from collections import Counter
from collections.abc import Callable
from random import Random

from openqq_nb.broadcast.clock import Clock
from openqq_nb.broadcast.exclusions import Exclusions
from openqq_nb.broadcast.ledger import Hold, Ledger
from openqq_nb.broadcast.lines import Lines
from openqq_nb.broadcast.links import Links
from openqq_nb.broadcast.outcomes import of_error, of_receipt
from openqq_nb.broadcast.pacing import Attempt
from openqq_nb.broadcast.progress import Progress, State
from openqq_nb.broadcast.rows import Due
from openqq_nb.broadcast.settling import settled
from openqq_nb.broadcast.states import FAILURES, Change
from openqq_nb.errors import JournalFailed, NotFound, OpenqqError
from openqq_nb.models import Delivery

_NEW_LOGIN = (
    "the server has logged in anew since this was planned, and without a permanent number nobody can tell whether the "
    "id still belongs to the same; plan it again with a fresh frame"
)
_EXCLUDED = "excluded by my.exclusions"
_OWED = 200


class Worker:
    """Sends what is pending of one broadcast, one message after the other.

    What became of a message is written in one transaction with the claim of the next one, or at once if that has to
    wait: each message costs the disk one write.

    Args:
        ledger: where it is kept.
        key: its name.
        links: the ways to the account.
        exclusions: who is never written to.
        clock: tells the time, and waits.
        random: draws the waits.

    Attributes:
        still: is set while nothing is being sent.
        error: what ended it, if that was no failure of the server or of the disk.
    """

    def __init__(
        self, ledger: Ledger, key: str, links: Links, exclusions: Exclusions, clock: Clock, random: Random
    ) -> None:
        self.still = threading.Event()
        self.error: Exception | None = None
        self._ledger = ledger
        self._key = key
        self._links = links
        self._exclusions = exclusions
        self._clock = clock
        self._random = random
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._ended = True
        self._state: State = "stopped"
        self._wanted: State = "sending"
        self._problem: str | None = None
        self._failures = 0
        self._disk_failed = False
        # The present login as far as it is known, and those that are over: their ids never count again.
        self._login: str | None = None
        self._over: set[str] = set()
        self._owed: list[Change] = []
        self._seen_s = 0.0
        self._flying: int | None = None
        self._counts: Counter[Delivery] = Counter()
        self._lines = self._new_lines()

    @property
    def alive(self) -> bool:
        """Whether it sends, or is paused."""
        return not self._ended

    def start(self, hold: Hold) -> None:
        """Begin to send.

        Args:
            hold: the right to; it is let go of at the end.
        """
        if self._thread is not None:
            self._thread.join()  # it has ended, and at most puts things in order
        with self._changed:
            self._state = self._wanted = "sending"
            self._failures, self._disk_failed, self.error, self._ended = 0, False, None, False
            self._problem = None
            self._lines = self._new_lines()
            self._refill()
            self.still.clear()
            self._thread = threading.Thread(
                target=self._work, args=(hold,), name="openqq-nb-broadcast", daemon=True
            )
        self._thread.start()

    def want(self, state: State, problem: str | None = None) -> None:
        """Let it go on, pause or stop; what is under way is brought to its end first."""
        with self._changed:
            if self._ended or (self._wanted == "stopped" and state == "paused"):
                return
            if state == "sending":
                self._failures, self._disk_failed, self._problem = 0, False, None
                self.still.clear()
            self._wanted = state
            self._problem = problem or self._problem
            self._changed.notify_all()

    def join(self, seconds: float) -> bool:
        """Wait for its end; tells whether it came."""
        if self._thread is not None:
            self._thread.join(seconds)
        return self._thread is None or not self._thread.is_alive()

    def progress(self) -> Progress:
        """Tell how far it is."""
        with self._changed:
            counts = {state.value: self._counts[state] for state in Delivery}
            left_s = self._lines.seconds_left(self._clock.now())
            return Progress(
                self._state, self._counts.total(), **counts, seconds_left=left_s, problem=self._problem
            )

    def change(self, choose: Callable[[frozenset[int]], list[Change]]) -> None:
        """Write changes while nothing is claimed or settled; what is under way is left out.

        Args:
            choose: gives the changes, told of which messages it is not decided yet what became of them.
        """
        with self._changed:
            self._flush()
            flying = frozenset() if self._flying is None else frozenset({self._flying})
            changes = choose(flying)
            if changes:
                self._ledger.write(changes, self._clock.now())
                self._count()

    def settle(self) -> None:
        """Settle what is open by the server's posts of it, if an inbox runs."""

        def found(flying: frozenset[int]) -> list[Change]:
            rows = self._ledger.open_rows(self._key)
            messages = self._links.messages() if rows.num_rows else None
            changes = [] if messages is None else settled(rows, messages)
            return [change for change in changes if change.seq not in flying]

        self.change(found)

    def _work(self, hold: Hold) -> None:
        end: State = "stopped"
        try:
            end = self._send_all()
        except Exception as error:  # noqa: BLE001 - `wait` raises it where somebody sees it
            self.error, self._problem = error, f"{type(error).__name__}: {error}"
        finally:
            hold.let_go()
            with self._changed:
                self._state, self._ended = end, True
                self.still.set()

    def _send_all(self) -> State:
        while True:
            if self._stands():
                return "stopped"
            found = self._lines.next(self._clock.now())
            if found is None:
                self._pausing_on_failure(self.settle)
                if self._is_done():
                    return "finished"
                continue
            at_s, due = found
            if at_s > self._clock.now():
                self._sleep(at_s)
            else:
                self._deliver(due)

    def _is_done(self) -> bool:
        """Tell whether nothing is left; then nobody can make it go on any more."""
        with self._changed:
            self._ended = self._wanted == "sending" and not self._owed and not self._refill()
            return self._ended

    def _stands(self) -> bool:
        """Stand still while it is paused; tells whether it is to stop."""
        with self._changed:
            if self._wanted == "sending":
                return False
            if not self._disk_failed:
                self._pausing_on_failure(self._flush)
            while self._wanted == "paused":
                self._state = "paused"
                self.still.set()
                self._changed.wait()
            self._state = "sending"
            self._ended = self._wanted == "stopped"
            return self._ended

    def _sleep(self, until_s: float) -> None:
        self._pausing_on_failure(self.settle)
        with self._changed:
            if self._wanted == "sending":
                self._clock.wait(self._changed, until_s - self._clock.now())

    def _deliver(self, due: Due) -> None:
        with self._changed:
            self._lines.take(due)
        try:
            problem = self._left_out(due)
            if problem is not None:
                self._owe(Change(due.seq, Delivery.SKIPPED, problem=problem))
                return
            claimed = self._claim(due)
        except OpenqqError as error:
            # Nothing has left: it is as if its turn had not come.
            with self._changed:
                self._lines.put_back(due)
            self._failed(str(error), is_disk=isinstance(error, JournalFailed))
            return
        if claimed:
            self._settled(due, self._sent(due))

    def _left_out(self, due: Due) -> str | None:
        """Say why somebody is not written to after all, by what is known at this moment."""
        if self._exclusions.has(due.row):
            return _EXCLUDED
        if _is_permanent(due):
            return None
        if self._is_over(due.login):
            return _NEW_LOGIN
        try:
            self._links.check(due.kind, due.address)
        except NotFound as error:
            return str(error)
        return None

    def _is_over(self, login: str) -> bool:
        """Tell whether ids are of an earlier login; the server is asked when that is not known."""
        if login != self._login and login not in self._over:
            self._login = self._links.login()
            if login != self._login:
                self._over.add(login)
        return login in self._over

    def _claim(self, due: Due) -> bool:
        """Claim a message; False, and it waits again, if another broadcast of the account has sent meanwhile."""
        with self._changed:
            claim, now_s = Change(due.seq, Delivery.UNKNOWN, claims=True), self._clock.now()
            if not self._ledger.claim(claim, self._owed, now_s, self._seen_s):
                self._lines.put_back(due)
                self._lines.renew(self._attempts())
                return False
            self._seen_s = max(self._seen_s, now_s)
            self._owed.clear()
            self._flying = due.seq
            self._move(Delivery.PENDING, Delivery.UNKNOWN)
            return True

    def _sent(self, due: Due) -> Change:
        try:
            return of_receipt(due.seq, self._links.send(due.kind, due.address, due.text))
        except OpenqqError as error:
            return of_error(due.seq, error)

    def _settled(self, due: Due, change: Change) -> None:
        with self._changed:
            self._flying = None
            self._owed.append(change)
            self._move(Delivery.UNKNOWN, change.to)
            self._lines.went(due, self._clock.now())
        if change.to in FAILURES:
            self._failed(change.problem or change.to.value)
        else:
            self._failures = 0

    def _failed(self, problem: str, *, is_disk: bool = False) -> None:
        """Take note of a failure; after some in a row, and whenever nothing can be written, it pauses."""
        self._failures += 1
        self._problem = problem
        if is_disk:
            self._disk_failed = True
            self.want("paused", problem)
        elif self._failures >= self._most_failures:
            self.want("paused", f"paused after {self._failures} failures in a row; the last: {problem}")

    def _owe(self, change: Change) -> None:
        with self._changed:
            self._owed.append(change)
            self._move(Delivery.PENDING, change.to)
            if len(self._owed) >= _OWED:
                self._pausing_on_failure(self._flush)

    def _flush(self) -> None:
        with self._changed:
            if self._owed:
                self._ledger.write(self._owed, self._clock.now())
                self._owed.clear()

    def _pausing_on_failure(self, work: Callable[[], None]) -> None:
        try:
            work()
        except JournalFailed as error:
            self._failed(str(error), is_disk=True)

    def _move(self, one: Delivery, other: Delivery) -> None:
        self._counts[one] -= 1
        self._counts[other] += 1

    def _new_lines(self) -> Lines:
        pace = self._ledger.the(self._key).pace
        self._most_failures = pace.max_failures
        return Lines(pace, self._attempts(), self._random)

    def _attempts(self) -> list[Attempt]:
        """Give what was sent of late under any key, and note up to when that is known."""
        attempts = self._ledger.attempts(self._clock.now())
        self._seen_s = attempts[-1].at_s if attempts else 0.0
        return attempts

    def _refill(self) -> bool:
        """Take up what is pending; tells whether there is anything."""
        self._lines.fill(self._ledger.due(self._key))
        self._count()
        return len(self._lines) > 0

    def _count(self) -> None:
        self._counts = Counter(self._ledger.counts(self._key))


def _is_permanent(due: Due) -> bool:
    """Tell whether somebody is named by numbers that stay."""
    row = due.address
    place = row["gnumber"] is not None
    if due.kind == "group":
        return place
    if due.kind == "discuss":
        return False
    return row["qq"] is not None and (due.kind == "friend" or place)
