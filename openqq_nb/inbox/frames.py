"""What an inbox shows: the live frames of messages and events, and where each row of the journal stands in them."""

import bisect
from array import array
from dataclasses import dataclass
from typing import Literal, Protocol

import pandas as pd
import pyarrow as pa

from openqq_nb import schema
from openqq_nb.inbox.live import LiveFrame
from openqq_nb.inbox.watched import Watched
from openqq_nb.journal import Journal, recorded
from openqq_nb.models import Arrival, Row
from openqq_nb.records import Entry

Kind = Literal["message", "event"]


@dataclass(slots=True, eq=False)
class Line:
    """A message or event that is shown.

    Attributes:
        arrival: with its complete row, as far as it is known by now.
        entry: the same as the journal has it.
        seq: its number in the journal; None while the journal has not taken it.
        file: which of the files of the journal that number is of, where one was moved away and another begun.
        position: its place in the live frame, once it is shown.
    """

    arrival: Arrival
    entry: Entry
    seq: int | None = None
    file: int = 0
    position: int = -1

    @classmethod
    def of(cls, arrival: Arrival) -> "Line":
        """Make a line of an arrival."""
        return cls(arrival, recorded(arrival))

    @property
    def row(self) -> Row:
        """Its columns."""
        return self.arrival.row


class Shown(Protocol):
    """Where lines are shown."""

    def show(self, line: Line) -> None:
        """Add a line at the end, and tell it its position."""

    def numbered(self, line: Line) -> None:
        """Take note that a line that is shown has got its number."""

    def change(self, line: Line, cells: Row) -> None:
        """Change cells of a message that is shown."""

    def change_kept(self, seq: int, cells: Row) -> int | None:
        """Change cells of the message of a number; gives its position, None if it is not shown."""

    def begin_file(self) -> None:
        """Forget all numbers: what is stored from now on is in another file."""


class Frames:
    """Two frames that begin with what a journal holds.

    Args:
        journal: what is shown first.

    Attributes:
        messages: the frame of messages.
        events: the frame of events.
        watched: tells those who look of what is new and what has changed.
    """

    def __init__(self, journal: Journal) -> None:
        self.watched = Watched()
        self.messages = LiveFrame(schema.MESSAGES, journal.messages())
        self.events = LiveFrame(schema.EVENTS, journal.events())
        self._places = _Places(array("q", journal.numbers()))

    def show(self, line: Line) -> None:
        """Add a line at the end."""
        frame = self.messages if line.arrival.kind == "message" else self.events
        line.position = len(frame)
        frame.append([line.entry])
        if line.arrival.kind == "message":
            self._places.add(line.seq)
        self.watched.mark()

    def numbered(self, line: Line) -> None:
        """Remember where a line stands that is stored only now."""
        if line.seq is not None and line.arrival.kind == "message":
            self._places.late(line.seq, line.position)
        self.watched.mark()

    def change(self, line: Line, cells: Row) -> None:
        """Change cells of a message."""
        self._amend(line.position, cells)

    def change_kept(self, seq: int, cells: Row) -> int | None:
        """Change cells of the message of a number."""
        position = self._places.find(seq)
        if position is not None:
            self._amend(position, cells)
        return position

    def begin_file(self) -> None:
        """Forget the numbers of what is shown."""
        self._places.begin_file()

    def _amend(self, position: int, cells: Row) -> None:
        self.messages.amend(position, cells)
        self.watched.changed(position, cells)


class Unseen:
    """Shows nothing, and keeps nothing in memory: for a program that nobody looks at."""

    def show(self, line: Line) -> None:
        """Leave the line without a position."""

    def numbered(self, line: Line) -> None:
        """Keep nothing."""

    def change(self, line: Line, cells: Row) -> None:
        """Keep nothing."""

    def change_kept(self, seq: int, cells: Row) -> None:
        """Find nothing."""

    def begin_file(self) -> None:
        """Keep nothing."""


class _Places:
    """From the number of a message to its place; nearly all stand in the order of their numbers."""

    def __init__(self, numbers: "array[int]") -> None:
        self._numbers = numbers
        self._late: dict[int, int] = {}

    def add(self, seq: int | None) -> None:
        last = self._numbers[-1] if self._numbers else 0
        self._numbers.append(seq if seq is not None else last)

    def begin_file(self) -> None:
        self._numbers = array("q", bytes(self._numbers.itemsize * len(self._numbers)))  # there is no number 0
        self._late.clear()

    def late(self, seq: int, position: int) -> None:
        self._late[seq] = position

    def find(self, seq: int) -> int | None:
        if seq in self._late:
            return self._late[seq]
        place = bisect.bisect_left(self._numbers, seq)
        return place if place < len(self._numbers) and self._numbers[place] == seq else None


def plain_rows(frame: pd.DataFrame) -> list[Row]:
    """Turn a frame into rows, missing values as None."""
    rows: list[Row] = pa.Table.from_pandas(frame, preserve_index=False).to_pylist()
    return rows
