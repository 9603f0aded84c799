"""What a draft would be if it were sent now: worked out by the broadcast itself, of which nothing is kept."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import uuid4

import numpy as np
import pandas as pd
import pyarrow as pa

from openqq_nb.broadcast.audience import Audience
from openqq_nb.broadcast.broadcasts import Broadcasts, Order
from openqq_nb.broadcast.card import grouped
from openqq_nb.broadcast.pace import Pace
from openqq_nb.broadcast.planning import Snapshot
from openqq_nb.broadcast.rehearsal import Rehearsal
from openqq_nb.widgets.broadcaster.naming import Key, proposed

_PLACEHOLDER = "…"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A draft at one moment.

    Attributes:
        edition: of the draft.
        audience: who was chosen; `None` for nobody.
        text: the text with fields; empty where there is none that could be used.
        pace: how fast it goes.
        key: the name that was typed; empty to have one proposed.
    """

    edition: int
    audience: Audience | None
    text: str
    pace: Pace
    key: str


@dataclass(frozen=True, slots=True)
class Worked:
    """What came of it.

    Attributes:
        wanted: of which draft it is.
        key: its name, and what is to be told of that.
        rehearsal: what would be planned; `None` where nobody was chosen.
        missing: how many rows have no value, by column.
    """

    wanted: Wanted
    key: Key
    rehearsal: Rehearsal | None
    missing: Mapping[str, int]

    @property
    def frame(self) -> pd.DataFrame | None:
        """One row a recipient, as `Plan.preview` gives it."""
        return None if self.rehearsal is None else self.rehearsal.frame

    @property
    def count(self) -> int:
        """How many messages would go out."""
        return 0 if self.frame is None else int((self.frame["delivery"] == "pending").sum())

    @property
    def due(self) -> pa.Table | None:
        """Who would be sent what, as `due_of` gives it."""
        return None if self.rehearsal is None else self.rehearsal.due

    def reasons(self) -> pd.Series:
        """Give for each row what its reason has in common with others; missing where a message goes out."""
        frame = self.frame
        if frame is None:
            return pd.Series([], dtype="str")
        left_out = frame["problem"].where(frame["delivery"] == "skipped")
        said = {problem: grouped(str(problem)) for problem in left_out.dropna().unique()}
        return left_out.map(said)


def order_of(wanted: Wanted, key: str) -> Order:
    """Make of a draft what a broadcast is planned by.

    Raises:
        InvalidInput: something of it cannot be meant.
    """
    order = Order.of(wanted.text or _PLACEHOLDER, None, key, wanted.pace, None)
    return replace(order, audience=wanted.audience)


def worked_out(wanted: Wanted, broadcasts: Broadcasts, now: Snapshot) -> Worked:
    """Work out what a draft would be.

    Args:
        wanted: the draft.
        broadcasts: those of the account.
        now: who is there.

    Raises:
        JournalFailed: the ledger cannot be read or written.
    """
    key = proposed(wanted.key, wanted.text, broadcasts.ledger)
    if wanted.audience is None:
        return Worked(wanted, key, None, {})
    # Under a name that cannot be used nothing could be rehearsed; what is wrong with it is told beside it.
    name = key.name if wanted.text and not key.problem else f"rehearsal {uuid4()}"
    rehearsal = broadcasts.rehearse(order_of(wanted, name), now)
    return Worked(wanted, key, rehearsal, _missing(wanted.audience.fields, rehearsal))


def _missing(fields: pd.DataFrame, rehearsal: Rehearsal) -> dict[str, int]:
    counts = {
        str(name): int((fields[name].isna() | (fields[name].astype("str").str.strip() == "")).sum())
        for name in fields.columns
    }
    return {**counts, "displayname": int((rehearsal.frame["displayname"].isna()).sum())}


def positions(worked: Worked, *, only_problems: bool) -> np.ndarray:
    """Give the places of the rows that a table shows."""
    frame = worked.frame
    if frame is None:
        return np.empty(0, np.int64)
    if only_problems:
        return np.flatnonzero(frame["delivery"] == "skipped")
    return np.arange(len(frame))
