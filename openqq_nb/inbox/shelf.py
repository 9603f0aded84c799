"""Where arrivals are put: first into the journal, then into the live frames.

What the journal does not take (a full disk) is shown all the same, kept in memory, and stored when the cause is
gone. Callers need not care: a line can be changed before it is stored as well as after.
"""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice

import pandas as pd
import pyarrow as pa

from openqq_nb import schema
from openqq_nb.errors import JournalFailed
from openqq_nb.inbox.live import LiveFrame
from openqq_nb.journal import Journal, Stored
from openqq_nb.models import Arrival, Cell, Row

_KEPT = 10_000
# While the journal fails, each attempt costs no more than this many rows.
_PIECE = 100


@dataclass(slots=True, eq=False)
class Line:
    """A message or event that is shown.

    Attributes:
        arrival: with its complete row, as far as it is known by now.
        position: its place in the live frame.
        seq: its number in the journal; None while the journal has not taken it.
    """

    arrival: Arrival
    position: int
    seq: int | None = None

    @property
    def row(self) -> Row:
        """Its columns."""
        return self.arrival.row


@dataclass(frozen=True, slots=True)
class Placed:
    """What became of an arrival.

    Attributes:
        arrival: with its complete row.
        line: where it is shown; None when it was there already.
        stored: whether the journal has it.
    """

    arrival: Arrival
    line: Line | None
    stored: bool


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


class Shelf:
    """A journal with the two frames that show it. Only the writer's thread puts things here.

    Args:
        journal: what was kept before is shown too.
        failed: told of what cannot be stored.
    """

    def __init__(self, journal: Journal, failed: Callable[[str, Exception], None]) -> None:
        self.journal = journal
        self.messages = LiveFrame(schema.MESSAGES, journal.messages())
        self.events = LiveFrame(schema.EVENTS, journal.events())
        self._failed = failed
        self._told = ""
        self._waiting: deque[Line] = deque()
        self._cells: dict[int, dict[str, Cell]] = {}
        self._posts: dict[int, Arrival] = {}

    @property
    def waiting(self) -> int:
        """How many arrivals are not stored yet."""
        return len(self._waiting)

    @property
    def unsaved(self) -> bool:
        """Whether anything, be it a single cell, is not stored yet."""
        return bool(self._waiting or self._cells)

    def put(self, arrivals: Sequence[Arrival]) -> list[Placed | None]:
        """Store arrivals in one transaction and show those that are new.

        Returns:
            One entry an arrival; None for one that the journal can never take, which is set aside.
        """
        if not self.settle():
            return [self._keep(arrival) for arrival in arrivals]
        try:
            stored = self._stored(arrivals)
        except JournalFailed as error:
            self._tell(error)
            return [self._keep(arrival) for arrival in arrivals]
        return [self._place(arrival, entry) for arrival, entry in zip(arrivals, stored, strict=True)]

    def change(self, changes: Iterable[Change]) -> None:
        """Change messages in one transaction, and show that."""
        known = [(change.line, self._noted(change)) for change in changes]
        self.settle()
        for line, cells in known:
            self.messages.amend(line.position, cells)

    def settle(self) -> bool:
        """Store what is not stored yet, as far as the journal takes it; gives whether all is stored."""
        if not self.unsaved:
            return True
        try:
            self._save_cells()
            while self._waiting:
                self._save_piece()
        except JournalFailed as error:
            self._tell(error)
            return False
        self._told = ""
        return True

    def holds(self, fingerprint: str) -> bool:
        """Tell whether an arrival is here already."""
        if any(line.arrival.fingerprint == fingerprint for line in self._waiting):
            return True
        try:
            return self.journal.holds(fingerprint)
        except JournalFailed as error:
            self._tell(error)
            return False

    def rows(self, positions: Sequence[int], columns: Sequence[str] = ()) -> Iterable[Row]:
        """Read messages at some places, missing values as None.

        Args:
            positions: where they stand.
            columns: which to read; none means all.
        """
        return plain_rows(self.messages.take(positions, columns))

    def _noted(self, change: Change) -> dict[str, Cell]:
        """Take a change into memory, from where it is stored; gives what the frame shows of it."""
        line, post = change.line, change.post or change.line.arrival
        line.arrival = replace(
            line.arrival,
            row={**line.row, **change.cells},
            raw=post.raw,
            fingerprint=post.fingerprint,
        )
        known = {name: cell for name, cell in change.cells.items() if name in schema.MESSAGES.names}
        # A line that waits is stored as it will be by then.
        if line.seq is not None:
            self._cells.setdefault(line.seq, {}).update(known)
            if change.post is not None:
                self._posts[line.seq] = change.post
        return known

    def _save_cells(self) -> None:
        if not self._cells:
            return
        try:
            self.journal.amend(self._cells, self._posts)
        except JournalFailed:
            raise
        except Exception as error:  # noqa: BLE001 - a cell that can never be stored must not hold up all else
            self._failed("filling in", error)
        self._cells, self._posts = {}, {}

    def _save_piece(self) -> None:
        piece = list(islice(self._waiting, _PIECE))
        for line, entry in zip(piece, self._stored([line.arrival for line in piece]), strict=True):
            self._waiting.popleft()
            line.seq = entry.seq if entry else None

    def _stored(self, arrivals: Sequence[Arrival]) -> Sequence[Stored | None]:
        try:
            return self.journal.append(arrivals)
        except JournalFailed:
            raise
        except Exception as error:  # noqa: BLE001 - one that cannot be stored must not take the others with it
            if len(arrivals) > 1:
                return [entry for arrival in arrivals for entry in self._stored([arrival])]
            self._failed("storing", error)
            self.journal.set_aside(arrivals[0].raw, f"{type(error).__name__}: {error}")
            return [None]

    def _place(self, arrival: Arrival, stored: Stored | None) -> Placed | None:
        if stored is None:
            return None
        line = self._show(arrival, stored.seq) if stored.new else None
        return Placed(arrival, line, stored=True)

    def _keep(self, arrival: Arrival) -> Placed:
        """Keep in memory what the journal does not take: the server does not post it again."""
        if self.holds(arrival.fingerprint):
            return Placed(arrival, None, stored=False)
        if len(self._waiting) >= _KEPT:
            self._waiting.popleft()
            self._failed(
                "storing", JournalFailed(f"More than {_KEPT} wait; the oldest is shown, not stored.")
            )
        line = self._show(arrival, None)
        self._waiting.append(line)
        return Placed(arrival, line, stored=False)

    def _show(self, arrival: Arrival, seq: int | None) -> Line:
        live = self.messages if arrival.kind == "message" else self.events
        line = Line(arrival, len(live), seq)
        live.append([{**arrival.extra, **arrival.row}])
        return line

    def _tell(self, error: JournalFailed) -> None:
        """Tell of a failure once: it is met again with each attempt until its cause is gone."""
        if str(error) != self._told:
            self._told = str(error)
            self._failed("storing", error)


def plain_rows(frame: pd.DataFrame) -> list[Row]:
    """Turn a frame into rows, missing values as None."""
    rows: list[Row] = pa.Table.from_pandas(frame, preserve_index=False).to_pylist()
    return rows
