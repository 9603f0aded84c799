"""Where arrivals are put: first into the journal, then into the live frames."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
import pyarrow as pa

from openqq_nb import schema
from openqq_nb.errors import JournalFailed
from openqq_nb.inbox.live import LiveFrame
from openqq_nb.journal import Journal, Stored
from openqq_nb.models import Arrival, Cell, Row


@dataclass(frozen=True, slots=True)
class Placed:
    """An arrival that is stored.

    Attributes:
        arrival: with its complete row.
        seq: its number in the journal.
        position: its place in the live frame; -1 when it was there already.
    """

    arrival: Arrival
    seq: int
    position: int

    @property
    def new(self) -> bool:
        """Whether it came for the first time."""
        return self.position >= 0


class Shelf:
    """A journal with the two frames that show it. Only the writer's thread puts things here.

    Args:
        journal: what was kept before is shown too.
        failed: told of an arrival that cannot be stored whatever is tried.
    """

    def __init__(self, journal: Journal, failed: Callable[[str, Exception], None]) -> None:
        self.journal = journal
        self.messages = LiveFrame(schema.MESSAGES, journal.messages())
        self.events = LiveFrame(schema.EVENTS, journal.events())
        self._failed = failed

    def put(self, arrivals: Sequence[Arrival]) -> list[Placed | None]:
        """Store arrivals in one transaction and show those that are new.

        Returns:
            One entry an arrival; None for one that the journal can never take, which is set aside.

        Raises:
            JournalFailed: nothing was stored.
        """
        stored = self._stored(arrivals)
        placed = [self._place(arrival, entry) for arrival, entry in zip(arrivals, stored, strict=True)]
        return placed

    def amend(self, seq: int, position: int, cells: Mapping[str, Cell]) -> None:
        """Change cells of a stored message.

        Raises:
            JournalFailed: nothing was changed.
        """
        known = {name: cell for name, cell in cells.items() if name in schema.MESSAGES.names}
        if known:
            self.journal.amend({seq: known})
            self.messages.amend(position, known)

    def rows(self, positions: Sequence[int]) -> Iterable[Row]:
        """Read messages at some places, missing values as None."""
        return plain_rows(self.messages.take(positions))

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
        if not stored.new:
            return Placed(arrival, stored.seq, -1)
        live = self.messages if arrival.kind == "message" else self.events
        position = len(live)
        live.append([{**arrival.extra, **arrival.row}])
        return Placed(arrival, stored.seq, position)


def plain_rows(frame: pd.DataFrame) -> list[Row]:
    """Turn a frame into rows, missing values as None."""
    rows: list[Row] = pa.Table.from_pandas(frame, preserve_index=False).to_pylist()
    return rows
