"""The rows of the ledger: what is planned of a message, what became of it, and how both are read."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
import pyarrow as pa

from openqq_nb.broadcast.pace import Pace
from openqq_nb.broadcast.states import REACHED
from openqq_nb.database import Connection
from openqq_nb.models import Cell, RecipientType

PLANNED: tuple[str, ...] = (
    "identity", "recipient_type", "qq", "gnumber", "did", "displayname", "text", "arrives", "nick", "gname", "dname",
    "id", "gid", "login", "by_id", "delivery", "problem",
)  # fmt: skip
"""The columns of a row when it is planned."""

_BECAME = ("code", "status", "info", "msg_id", "attempted_at", "settled_at", "tries")
_TYPES: dict[str, pa.DataType] = {
    "seq": pa.int64(),
    **{name: pa.string() for name in PLANNED},
    **{name: pa.string() for name in ("status", "info", "msg_id")},
    **{name: pa.float64() for name in ("attempted_at", "settled_at")},
    **{name: pa.int64() for name in ("by_id", "code", "tries", "reached")},
}
_STORED = ("seq", *PLANNED, *_BECAME)
ROWS: tuple[str, ...] = (*_STORED, "reached")
"""The columns of a row afterwards; `reached` is 1 for who was reached, or may have been, by any of the tries."""

_MAY_BE = ", ".join(f"'{state}'" for state in REACHED)
# A try that was followed by another one while its outcome was open may have reached him, whatever came afterwards.
_REACHED = f"""CASE WHEN delivery IN ({_MAY_BE}) THEN 1 WHEN tries = 0 THEN 0 ELSE EXISTS (
SELECT 1 FROM delivery_history AS was WHERE line = deliveries.seq AND delivery IN ({_MAY_BE}) AND 'pending' = (
SELECT delivery FROM delivery_history WHERE line = was.line AND seq > was.seq ORDER BY seq LIMIT 1)) END"""  # noqa: S608 - our names
_NAMES = ", ".join([*(f"deliveries.{name}" for name in _STORED), f"{_REACHED} AS reached"])


@dataclass(frozen=True, slots=True)
class Kept:
    """A broadcast as it was planned.

    Attributes:
        seq: its number in the file.
        key: its name.
        template: its text with fields.
        pace: how fast it goes.
        made_at_s: when it was first planned, in UTC seconds.
    """

    seq: int
    key: str
    template: str
    pace: Pace
    made_at_s: float


@dataclass(frozen=True, slots=True)
class Due:
    """One message that is to be sent.

    Attributes:
        seq: its number in the file.
        kind: what the recipient is.
        row: whom it goes to: numbers, ids and names.
        text: what is given to the server.
        login: the login that its ids are of.
        by_id: whether the server does not know the permanent number, so that only the id finds anybody.
    """

    seq: int
    kind: RecipientType
    row: dict[str, str | None]
    text: str
    login: str
    by_id: bool = False

    @property
    def address(self) -> dict[str, str | None]:
        """What the server is given of the row to find the recipient by, and the names that are compared."""
        return self.row | dict.fromkeys(("qq", "gnumber")) if self.by_id else self.row

    @property
    def is_group(self) -> bool:
        """Whether it goes to a group."""
        return self.kind == "group"


def written(pace: Pace) -> str:
    """Write a pace as the ledger keeps it."""
    return json.dumps(asdict(pace))


def kept_of(connection: Connection, key: str) -> Kept | None:
    """Read a broadcast by its key."""
    found = connection.execute(
        "SELECT seq, key, template, pace, made_at FROM broadcasts WHERE key = ?", (key,)
    ).fetchone()
    if found is None:
        return None
    seq, name, template, pace, made_at = found
    return Kept(seq, name, template, Pace(**json.loads(pace)), made_at)


def read_rows(connection: Connection, key: str, states: Sequence[str] = ()) -> pa.Table:
    """Read the rows of a broadcast, or those in some states, in order; the columns `ROWS`."""
    among = f"AND delivery IN ({', '.join('?' * len(states))}) " if states else ""
    found = connection.execute(
        f"SELECT {_NAMES} FROM deliveries JOIN broadcasts ON broadcasts.seq = broadcast WHERE key = ? "  # noqa: S608 - our names
        f"{among}ORDER BY deliveries.seq",
        (key, *states),
    ).fetchall()
    return _table(found)


def just_planned(rows: pa.Table, last: int) -> pa.Table:
    """Give rows as they are read after they were written one behind the other; the columns `ROWS`.

    Args:
        rows: with the columns `PLANNED`.
        last: the number of the last one.
    """
    count = rows.num_rows
    columns = {name: pa.nulls(count, kind) for name, kind in _TYPES.items()}
    columns |= {name: rows[name] for name in PLANNED}
    columns["seq"] = pa.array(np.arange(last - count + 1, last + 1))
    columns |= dict.fromkeys(("tries", "reached"), pa.array(np.zeros(count, np.int64)))
    return pa.table({name: columns[name] for name in ROWS})


def read_some(connection: Connection, key: str, only: str | None, start: int, count: int) -> pa.Table:
    """Read some rows of a broadcast, those first that were tried last; the columns `ROWS`."""
    found = connection.execute(
        f"SELECT {_NAMES} FROM deliveries JOIN broadcasts ON broadcasts.seq = broadcast "  # noqa: S608 - our names
        "WHERE key = :key AND (:only IS NULL OR delivery = :only) "
        "ORDER BY attempted_at DESC NULLS LAST, deliveries.seq LIMIT :count OFFSET :start",
        {"key": key, "only": only, "start": start, "count": count},
    ).fetchall()
    return _table(found)


def _table(found: Sequence[Sequence[Cell]]) -> pa.Table:
    columns = [*zip(*found, strict=True)] or [()] * len(ROWS)
    return pa.table(
        {name: pa.array(column, _TYPES[name]) for name, column in zip(ROWS, columns, strict=True)}
    )
