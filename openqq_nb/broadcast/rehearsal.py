"""What a plan would be: worked out by the very steps that make one, of which nothing is kept."""

from collections.abc import Callable, Sequence
from contextlib import suppress
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


class _NotKept(Exception):
    """Ends a transaction of which nothing is to be kept."""


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What would be planned.

    Attributes:
        frame: one row a recipient, as `Plan.preview` gives it.
        identity: by what each row is known, in the same order.
        asked: which rows are of the order; the others were planned before.
        doubles: how many rows of the order named somebody once more.
        pace: how fast it would go.
    """

    frame: pd.DataFrame
    identity: pa.Array
    asked: npt.NDArray[np.bool_]
    doubles: int
    pace: Pace

    @classmethod
    def of(
        cls, planned: tuple[pa.Table, Pace], draft: Draft, history: Sequence[Attempt], now_s: float
    ) -> "Rehearsal":
        """Bring what was rehearsed to the frame that people read."""
        rows, pace = planned
        identity = rows["identity"].combine_chunks()
        asked = pc.is_in(identity, draft.rows["identity"]).to_numpy(zero_copy_only=False)
        return cls(frames.previewed(rows, pace, history, now_s), identity, asked, draft.doubles, pace)


def rehearsed(ledger: Ledger, key: str, plan: Callable[[Planning], None]) -> tuple[pa.Table, Pace]:
    """Plan a broadcast, look at its rows, and take all of it back.

    Args:
        ledger: where it would be kept; nobody ever sees it there.
        key: of the broadcast.
        plan: plans it.

    Returns:
        All rows of the broadcast then, and its pace.
    """
    found: list[tuple[pa.Table, Pace]] = []
    with suppress(_NotKept), ledger.planning() as planning:
        plan(planning)
        kept = planning.kept(key)
        assert kept is not None  # noqa: S101 - it was planned just now
        found.append((planning.rows(key), kept.pace))
        raise _NotKept
    return found[0]
