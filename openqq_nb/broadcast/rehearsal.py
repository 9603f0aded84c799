"""What a plan would be: worked out by the very steps that make one, of which nothing is kept."""

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from openqq_nb.broadcast import frames
from openqq_nb.broadcast.ledger import Ledger, Planning
from openqq_nb.broadcast.pace import Pace
from openqq_nb.broadcast.pacing import Attempt
from openqq_nb.broadcast.planning import Draft
from openqq_nb.database import Database
from openqq_nb.models import Delivery

# What a broadcast consists of, in an order in which it can be copied.
_OF_A_KEY = {
    "broadcasts": "key = ?",
    "deliveries": "broadcast = (SELECT seq FROM broadcasts WHERE key = ?)",
    "delivery_history": "line IN (SELECT deliveries.seq FROM deliveries JOIN broadcasts ON broadcasts.seq = broadcast "
    "WHERE key = ?)",
}
_DUE = pa.schema([("identity", pa.string()), ("text", pa.string())])


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What would be planned.

    Attributes:
        frame: one row a recipient, as `Plan.preview` gives it.
        identity: by what each row is known, in the same order.
        asked: which rows are of the order; the others were planned before.
        doubles: how many rows of the order named somebody once more.
        pace: how fast it would go.
        due: who would be sent what, as `due_of` gives it.
    """

    frame: pd.DataFrame
    identity: pa.Array
    asked: npt.NDArray[np.bool_]
    doubles: int
    pace: Pace
    due: pa.Table

    @classmethod
    def of(
        cls, planned: tuple[pa.Table, Pace], draft: Draft, history: Sequence[Attempt], now_s: float
    ) -> "Rehearsal":
        """Bring what was rehearsed to the frame that people read."""
        rows, pace = planned
        identity = rows["identity"].combine_chunks()
        asked = pc.is_in(identity, draft.rows["identity"]).to_numpy(zero_copy_only=False)
        frame = frames.previewed(rows, pace, history, now_s)
        return cls(frame, identity, asked, draft.doubles, pace, due_of(rows))


def due_of(rows: pa.Table) -> pa.Table:
    """Tell who is to be sent what, so that two plans can be compared: `identity` and `text`, by `identity`.

    Args:
        rows: of a broadcast, at least with these columns and `delivery`.
    """
    due = rows.filter(pc.equal(rows["delivery"], Delivery.PENDING.value))
    return due.select(_DUE.names).cast(_DUE).sort_by("identity")


def rehearsed(ledger: Ledger, key: str, plan: Callable[[Planning], None]) -> tuple[pa.Table, Pace]:
    """Plan a broadcast in a ledger in memory, where nobody has to wait for it, and look at its rows.

    Args:
        ledger: where it would be kept; it is only read.
        key: of the broadcast.
        plan: plans it.

    Returns:
        All rows of the broadcast then, and its pace.
    """
    with closing(Ledger(None)) as other:
        _copy(ledger.database, key, other.database)
        with other.planning() as planning:
            plan(planning)
            kept = planning.kept(key)
            assert kept is not None  # noqa: S101 - it was planned just now
            return planning.rows(key), kept.pace


def _copy(there: Database, key: str, here: Database) -> None:
    with there.reading() as source, here.writing() as target:
        for name, condition in _OF_A_KEY.items():
            found = source.execute(f"SELECT * FROM {name} WHERE {condition}", (key,))  # noqa: S608 - our names
            places = ", ".join("?" * len(found.description))
            target.executemany(f"INSERT INTO {name} VALUES ({places})", found)  # noqa: S608 - the same
