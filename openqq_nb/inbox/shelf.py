"""Where arrivals are put: first into the journal, then into the live frames.

Everything happens in turns. A turn begins by taking in what other programs have written, and ends by writing all that
is not stored yet, in one transaction. What the journal does not take (a full disk) is shown all the same, kept in
memory, and stored when the cause is gone. Callers need not care: a line can be changed before it is stored as well
as after.
"""

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import TypeVar

from openqq_nb import schema
from openqq_nb.errors import JournalFailed
from openqq_nb.inbox.frames import Line, Shown
from openqq_nb.journal import ASIDE_BYTES, ASIDE_ROWS, Journal, News, Turn, recorded
from openqq_nb.models import Arrival, Cell, Recalled, Row
from openqq_nb.records import Aside

T = TypeVar("T")

KEPT = 10_000
KEPT_BYTES = 256 << 20
# While the journal fails, each attempt costs no more than this many rows.
_PIECE = 100


@dataclass(frozen=True, slots=True)
class Change:
    """New cells of a message.

    Attributes:
        line: the message.
        cells: the new values of some of its columns.
        post: the arrival whose body and fingerprint it takes over, if any.
    """

    line: Line
    cells: Row
    post: Arrival | None = None


@dataclass(frozen=True, slots=True)
class Others:
    """What other programs have written to the journal since the last turn.

    Attributes:
        lines: new messages and events, in their order, with whether a body of each was kept and whether it is whole.
        changed_from: the position of the first message that they changed; None if they changed none.
    """

    lines: Sequence[tuple[Line, bool, bool]] = ()
    changed_from: int | None = None


class Shelf:
    """A journal with what shows it. Only the receiving thread takes turns.

    Args:
        journal: where arrivals are stored.
        shown: where they are shown.
        failed: told of what cannot be stored.
        clock: tells the time in UTC seconds.

    Attributes:
        reached: whether the journal took part in the last turn.
    """

    def __init__(
        self,
        journal: Journal,
        shown: Shown,
        failed: Callable[[str, Exception], None],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.journal = journal
        self._shown = shown
        self._failed = failed
        self._clock = clock
        self._told = ""
        self.reached = True
        # Whether among what waits there may be arrivals that the journal holds: while it fails it cannot be asked.
        self._unchecked = False
        # Counts the files that the journal has had: the number of a row is one of its file.
        self._file = 0
        self._turn: Turn | None = None
        self._sick: Exception | None = None
        self._waiting: deque[Line] = deque()
        self._waiting_bytes = 0
        self._fingerprints: set[str] = set()
        self._cells: dict[int, dict[str, Cell]] = {}
        self._posts: dict[int, Arrival] = {}
        self._joined: dict[int, Line] = {}
        # The journal still has them until the posts of above are written.
        self._released: set[str] = set()
        self._aside: deque[Aside] = deque()
        self._aside_bytes = 0
        self._new: list[Line] = []
        self._changed: list[tuple[Line, Row]] = []
        self._changed_kept: list[tuple[int, Row]] = []

    @property
    def waiting(self) -> int:
        """How many arrivals are not stored yet."""
        return len(self._waiting)

    @property
    def unsaved(self) -> bool:
        """Whether anything, be it a single cell, is not stored yet."""
        return bool(self._waiting or self._cells or self._aside)

    def turn(self, work: Callable[[Others], T], *, writing: bool = True) -> tuple[T, Others]:
        """Take in what others wrote, do some work, store what is not stored yet, and show all of it.

        Args:
            work: calls `put`, `change` and `holds`; done once, also where the journal fails.
            writing: False where there is nothing to store; then nobody else is kept from writing.

        Returns:
            What `work` returned, and what others wrote.
        """
        done: list[tuple[T, Others]] = []
        try:
            with self.journal.turn(writing=writing) as turn:
                self._turn = turn
                if turn.anew:
                    self._begin_file()
                others = self._taken_in(turn.news())
                done.append((work(others), others))
                self._check_health()
                stored = self._stored(turn) if writing else []
            if writing:
                self._note(stored)
            if writing or not self.unsaved:
                self._told = ""
            self.reached = True
        except JournalFailed as error:
            self.reached = False
            self.tell(error)
        finally:
            self._turn = None
        if not done:
            done.append((work(Others()), Others()))
        self._show()
        return done[0]

    def put(self, lines: Sequence[Line]) -> list[Line | None]:
        """Take lines in, to be stored and shown at the end of the turn.

        Returns:
            The same lines; None in place of one that is there already.
        """
        present = self._present([line.arrival.fingerprint for line in lines])
        return [line if self._added(line, present) else None for line in lines]

    def change(self, changes: Iterable[Change]) -> None:
        """Change messages, to be stored and shown at the end of the turn."""
        for change in changes:
            self._changed.append((change.line, self._noted(change)))

    def unstored(self) -> Iterator[Line]:
        """Give what is not stored yet, the newest first; what this turn has taken in is among it."""
        return reversed(self._waiting)

    def change_recalled(self, recalled: Recalled, cells: Row) -> bool | None:
        """Change the stored message that was taken back, at the end of the turn.

        Returns:
            Whether the journal has it; None where the journal cannot be asked now.
        """
        if self._turn is None:
            return None
        try:
            seq = self._turn.recalled(recalled)
        except Exception as error:  # noqa: BLE001 - raised at the end of the turn: its work is not to be done twice
            self._sick = error
            return None
        if seq is None:
            return False
        self._cells.setdefault(seq, {}).update(cells)
        self._changed_kept.append((seq, cells))
        return True

    def set_aside(self, body: bytes, why: str) -> None:
        """Keep a post that could not be read, at the end of the turn."""
        self._aside.append(Aside(self._clock(), why, body))
        self._aside_bytes += len(body)
        while len(self._aside) > ASIDE_ROWS or (self._aside_bytes > ASIDE_BYTES and len(self._aside) > 1):
            self._aside_bytes -= len(self._aside.popleft().body)

    def holds(self, fingerprint: str) -> bool:
        """Tell whether an arrival is here already."""
        return self._waits(fingerprint) or fingerprint in self._present([fingerprint])

    def tell(self, error: JournalFailed) -> None:
        """Tell of a failure once: it is met again with each attempt until its cause is gone."""
        if str(error) != self._told:
            self._told = str(error)
            self._failed("storing", error)

    def _waits(self, fingerprint: str) -> bool:
        """Tell whether an arrival waits to be stored, or to be joined to a row that is."""
        joined = (post.fingerprint for post in self._posts.values())
        return fingerprint in self._fingerprints or fingerprint in joined

    def _present(self, fingerprints: Sequence[str]) -> frozenset[str]:
        # What others store until the next turn cannot be known yet.
        self._unchecked = self._unchecked or self._turn is None
        try:
            if self._turn is not None:
                return self._turn.present(fingerprints)
            return self.journal.present(fingerprints)
        except JournalFailed:
            return frozenset()  # why it fails is told by the turn
        except Exception as error:  # noqa: BLE001 - raised at the end of the turn: its work is not to be done twice
            self._sick, self._unchecked = error, True
        return frozenset()

    def _check_health(self) -> None:
        sick, self._sick = self._sick, None
        if sick is not None:
            raise sick

    def _added(self, line: Line, present: frozenset[str]) -> bool:
        fingerprint = line.arrival.fingerprint
        if (fingerprint in present and fingerprint not in self._released) or self._waits(fingerprint):
            return False
        self._new.append(line)
        self._waiting.append(line)
        self._fingerprints.add(fingerprint)
        self._waiting_bytes += len(line.arrival.raw)
        while len(self._waiting) > KEPT or (self._waiting_bytes > KEPT_BYTES and len(self._waiting) > 1):
            self._forget_oldest()
        return True

    def _forget_oldest(self) -> None:
        self._left(self._waiting.popleft())
        self._failed(
            "storing",
            JournalFailed(
                f"More than {KEPT} messages wait to be stored; the oldest is shown, and will not be stored."
            ),
        )

    def _left(self, line: Line) -> None:
        """Take note that a line waits no longer."""
        self._fingerprints.discard(line.arrival.fingerprint)
        self._waiting_bytes -= len(line.arrival.raw)

    def _taken_in(self, news: News) -> Others:
        if not news:
            return Others()
        here = {line.arrival.fingerprint: line for line in self._waiting}
        lines = []
        for one in news.kept:
            own = here.get(one.arrival.fingerprint)
            if own is None:
                line = Line(one.arrival, recorded(one.arrival), one.seq, self._file)
                self._new.append(line)
                lines.append((line, one.posted, one.whole))
            else:
                self._stored_by_another(own, one.seq)
        positions = [self._shown.change_kept(seq, cells) for seq, cells in news.changed.items()]
        return Others(lines, min((place for place in positions if place is not None), default=None))

    def _stored_by_another(self, line: Line, seq: int) -> None:
        """Take note that another program was given the same, and has stored it first."""
        self._waiting.remove(line)
        self._left(line)
        line.seq, line.file = seq, self._file
        if line.position >= 0:
            self._shown.numbered(line)

    def _begin_file(self) -> None:
        """Leave what is stored in another file as it is there; what was joined to it since is stored in the new one."""
        self._file += 1
        for line in self._joined.values():
            line.seq, line.entry = None, recorded(line.arrival)
            self._waiting.append(line)
            self._fingerprints.add(line.arrival.fingerprint)
            self._waiting_bytes += len(line.arrival.raw)
        self._cells, self._posts, self._joined = {}, {}, {}
        self._released.clear()
        self._shown.begin_file()

    def _noted(self, change: Change) -> dict[str, Cell]:
        """Take a change into memory, from where it is stored; gives what the frame shows of it."""
        line, post = change.line, change.post or change.line.arrival
        before = line.arrival.fingerprint
        waits = line.seq is None and line.arrival.fingerprint in self._fingerprints
        if waits:
            self._left(line)
        line.arrival = replace(
            line.arrival, row={**line.row, **change.cells}, raw=post.raw, fingerprint=post.fingerprint
        )
        if waits:
            line.entry = recorded(line.arrival)
            self._fingerprints.add(line.arrival.fingerprint)
            self._waiting_bytes += len(line.arrival.raw)
        known = {name: cell for name, cell in change.cells.items() if name in schema.MESSAGES.by_name}
        # A line that waits is stored as it will be by then.
        if line.seq is not None and line.file == self._file:
            self._cells.setdefault(line.seq, {}).update(known)
            if change.post is not None:
                self._released.add(before)
                self._posts[line.seq] = change.post
                self._joined[line.seq] = line
        return known

    def _stored(self, turn: Turn) -> list[tuple[Line, int]]:
        """Write what is not stored yet; after a failure, little at first."""
        turn.amend(self._cells, self._posts)
        if self._aside:
            turn.set_aside(list(self._aside))
        lines = list(islice(self._waiting, _PIECE) if self._told else self._waiting)
        if self._unchecked:
            present = turn.present([line.arrival.fingerprint for line in lines])
            lines = [line for line in lines if line.arrival.fingerprint not in present]
        numbers = turn.append([line.arrival for line in lines], [line.entry for line in lines])
        return list(zip(lines, numbers, strict=True))

    def _note(self, stored: Sequence[tuple[Line, int]]) -> None:
        """Take note of what is on the disk by now."""
        self._cells, self._posts, self._joined = {}, {}, {}
        self._released.clear()
        self._aside.clear()
        self._aside_bytes = 0
        for line, seq in stored:
            line.seq, line.file = seq, self._file
            if line.position >= 0:
                self._shown.numbered(line)
        for _ in range(min(_PIECE, len(self._waiting)) if self._told else len(self._waiting)):
            self._left(self._waiting.popleft())
        self._unchecked = self._unchecked and bool(self._waiting)

    def _show(self) -> None:
        new, self._new = self._new, []
        changed, self._changed = self._changed, []
        for line in new:
            self._shown.show(line)
        for line, cells in changed:
            self._shown.change(line, cells)
        kept, self._changed_kept = self._changed_kept, []
        for seq, cells in kept:
            self._shown.change_kept(seq, cells)
