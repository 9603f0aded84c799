"""The thread that sends a broadcast: claim, send, settle, at the pace of the plan."""

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from random import Random

import pyarrow as pa

from openqq_nb.broadcast.clock import Clock
from openqq_nb.broadcast.exclusions import Exclusions
from openqq_nb.broadcast.ledger import Hold, Ledger
from openqq_nb.broadcast.lines import Lines
from openqq_nb.broadcast.links import Links
from openqq_nb.broadcast.outcomes import of_error, of_receipt
from openqq_nb.broadcast.pacing import Attempt
from openqq_nb.broadcast.progress import Progress, State
from openqq_nb.broadcast.rows import Due
from openqq_nb.broadcast.settling import rivals, settled
from openqq_nb.broadcast.states import FAILURES, Change
from openqq_nb.database.failures import BUSY, kind_of
from openqq_nb.errors import InvalidInput, JournalFailed, NotFound, OpenqqError
from openqq_nb.models import Delivery

_NEW_LOGIN = (
    "the server has logged in anew since this was planned, and without a permanent number nobody can tell whether the "
    "id still belongs to the same; plan it again with a fresh frame"
)
_EXCLUDED = "excluded by my.exclusions"
_OWED = 200
# Another program that writes is waited for so often, each time after so many seconds.
_BUSY_TRIES, _BUSY_S = 4, 1.0
# Somebody else is sending: nobody knows when that one will be over, so that it has to be looked at again.
_UNSEEN = -1


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
        self._busy = 0
        # The present login as far as it is known, and those that are over: their ids never count again.
        self._login: str | None = None
        self._over: set[str] = set()
        self._owed: list[Change] = []
        self._seen = 0
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

        Raises:
            JournalFailed: what is to be sent cannot be read; nothing has begun, and the right is still there.
        """
        if self._thread is not None:
            self._thread.join()  # it has ended, and at most puts things in order
        with self._changed:
            self._flush()  # else what is owed would be taken up once more
            self._lines = self._new_lines()
            self._refill()
            thread = threading.Thread(
                target=self._work, args=(hold,), name="openqq-nb-broadcast", daemon=True
            )
            thread.start()
            self._thread, self._state, self._wanted = thread, "sending", "sending"
            self.error, self._ended = None, False
            self._begin_anew()

    def want(self, state: State, problem: str | None = None) -> None:
        """Let it go on, pause or stop; what is under way is brought to its end first."""
        with self._changed:
            if self._ended or (self._wanted == "stopped" and state == "paused"):
                return
            if state == "sending":
                self._begin_anew()
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

    def renew(self) -> None:
        """Take up what was planned meanwhile: others who get it, or do not, ids of the present login, another pace.

        Raises:
            JournalFailed: it cannot be read, or what is owed not written; nothing has changed.
        """
        with self._changed:
            if self._ended:
                self._count()
                return
            self._flush()
            self._lines = self._new_lines()
            self._refill()
            self._changed.notify_all()

    def settle(self) -> None:
        """Settle what is open by the server's posts of it, if an inbox runs and no other program sends this."""
        self._flush()
        rows = self._ledger.open_rows(self._key)
        messages = self._links.messages() if rows.num_rows else None
        found = [] if messages is None else settled(rows, messages, rivals(self._ledger, self._key))
        if not found:
            return
        if not self._ended:
            self._write_found(found, rows)
            return
        hold = self._ledger.hold(self._key, patience_s=0)
        if hold is not None:
            try:
                self._write_found(found, rows)
            finally:
                hold.let_go()

    def _write_found(self, found: Sequence[Change], then: pa.Table) -> None:
        """Write what was found of rows that are still as they were when it was looked for."""

        def unchanged(flying: frozenset[int]) -> list[Change]:
            tries_then, tries_now = _tries(then), _tries(self._ledger.open_rows(self._key))
            return [
                change
                for change in found
                if change.seq not in flying and tries_now.get(change.seq) == tries_then[change.seq]
            ]

        self.change(unchanged)

    def _begin_anew(self) -> None:
        """Forget what went wrong, and which login it was: a pause may take days."""
        self._failures, self._disk_failed, self._busy, self._problem = 0, False, 0, None
        self._login = None
        self.still.clear()

    def _work(self, hold: Hold) -> None:
        end: State = "stopped"
        try:
            end = self._send_all()
        except Exception as error:  # noqa: BLE001 - `wait` raises it where somebody sees it
            self.error, self._problem = error, f"{type(error).__name__}: {error}"
        finally:
            hold.let_go()
            with self._changed:
                self._state, self._ended, self._flying = end, True, None
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
            if self._wanted == "sending" and not self._owed and self._pausing_on_failure(self._refill):
                self._ended = not len(self._lines)
            return self._ended

    def _stands(self) -> bool:
        """Stand still while it is paused; tells whether it is to stop."""
        with self._changed:
            if self._wanted == "sending":
                return False
            while self._owed and not self._disk_failed:
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
        # Until it is claimed nothing has left: whatever goes wrong, it stays the next one.
        try:
            problem = self._left_out(due)
            claimed = problem is None and self._claim(due)
        except JournalFailed as error:
            self._unwritten(error)
            return
        except OpenqqError as error:
            self._failed(str(error))
            return
        if problem is not None:
            self._owe(due, problem)
        elif claimed:
            self._settled(due, self._sent(due))

    def _left_out(self, due: Due) -> str | None:
        """Say why somebody is not written to after all, by what is known at this moment."""
        if not _is_permanent(due):
            if self._is_over(due.login):
                return _NEW_LOGIN
            try:
                self._links.check(due.kind, due.address)
            except (NotFound, InvalidInput) as error:
                return str(error)
        # Last of all: to ask the server may take seconds.
        return _EXCLUDED if self._exclusions.has(due.row) else None

    def _is_over(self, login: str) -> bool:
        """Tell whether ids are of an earlier login; the server is asked when that is not known."""
        if login != self._login and login not in self._over:
            self._login = present = self._links.login()
            if login != present:
                self._over.add(login)
        return login in self._over

    def _claim(self, due: Due) -> bool:
        """Claim a message; False if it is to wait: for a word, or as another broadcast of the account has sent."""
        with self._changed:
            if self._wanted != "sending" or not self._lines.is_next(due):
                return False
            claim, now_s = Change(due.seq, Delivery.UNKNOWN, claims=True), self._clock.now()
            if not self._ledger.claim(claim, self._owed, now_s, self._seen):
                self._lines.renew(self._attempts())
                return False
            self._seen += 1
            self._busy = 0
            self._owed.clear()
            self._lines.take(due)
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

    def _failed(self, problem: str) -> None:
        """Take note of a failure; after some in a row it pauses."""
        self._failures += 1
        self._problem = problem
        if self._failures >= self._most_failures:
            self.want("paused", f"paused after {self._failures} failures in a row; the last: {problem}")

    def _unwritten(self, error: JournalFailed) -> None:
        """Pause, as nothing can be noted; for another program that is writing it waits a while before."""
        with self._changed:
            self._problem = str(error)
            if _is_busy(error) and self._busy < _BUSY_TRIES:
                self._busy += 1
                self._clock.wait(self._changed, _BUSY_S)
            else:
                self._disk_failed = True
                self.want("paused", str(error))

    def _owe(self, due: Due, problem: str) -> None:
        with self._changed:
            if not self._lines.is_next(due):
                return  # planned anew while it was asked for
            self._lines.take(due)
            self._owed.append(Change(due.seq, Delivery.SKIPPED, problem=problem))
            self._move(Delivery.PENDING, Delivery.SKIPPED)
            if len(self._owed) >= _OWED:
                self._pausing_on_failure(self._flush)

    def _flush(self) -> None:
        with self._changed:
            if self._owed:
                self._ledger.write(self._owed, self._clock.now())
                self._owed.clear()

    def _pausing_on_failure(self, work: Callable[[], None]) -> bool:
        """Do what needs the disk; tells whether it could be done."""
        try:
            work()
        except JournalFailed as error:
            self._unwritten(error)
            return False
        self._busy = 0
        return True

    def _move(self, one: Delivery, other: Delivery) -> None:
        self._counts[one] -= 1
        self._counts[other] += 1

    def _new_lines(self) -> Lines:
        pace = self._ledger.the(self._key).pace
        self._most_failures = pace.max_failures
        self._waits = pace.between[1] > 0
        return Lines(pace, self._attempts(), self._random)

    def _attempts(self) -> list[Attempt]:
        """Give what was sent of late under any key, and note how much of it is known."""
        seen = self._ledger.claims()
        attempts = self._ledger.attempts(self._clock.now(), self._key)
        self._seen = _UNSEEN if self._waits and any(one.flies for one in attempts) else seen
        return attempts

    def _refill(self) -> None:
        """Take up what is pending."""
        due = self._ledger.due(self._key)
        self._count()
        self._lines.fill(due)

    def _count(self) -> None:
        self._counts = Counter(self._ledger.counts(self._key))


def _is_busy(error: JournalFailed) -> bool:
    """Tell whether only another program was writing."""
    return isinstance(error.__cause__, Exception) and kind_of(error.__cause__) in BUSY


def _tries(rows: pa.Table) -> dict[int, int]:
    return dict(zip(rows["seq"].to_pylist(), rows["tries"].to_pylist(), strict=True))


def _is_permanent(due: Due) -> bool:
    """Tell whether somebody is named by numbers that stay."""
    row = due.address
    place = row["gnumber"] is not None
    if due.kind == "group":
        return place
    if due.kind == "discuss":
        return False
    return row["qq"] is not None and (due.kind == "friend" or place)
