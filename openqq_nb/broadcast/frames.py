"""What the ledger holds of a broadcast, as the frames that people read."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from openqq_nb import schema
from openqq_nb.broadcast.ledger import Ledger
from openqq_nb.broadcast.pace import Pace
from openqq_nb.broadcast.pacing import Attempt, expected_s
from openqq_nb.columns import Schema
from openqq_nb.models import Delivery

_MICROSECONDS = 1_000_000
_TIME = schema.REPORT.column("attempted_at").arrow_type


def preview(ledger: Ledger, key: str, now_s: float) -> pd.DataFrame:
    """Make the preview: `schema.PREVIEW`, one row a recipient."""
    return _made(schema.PREVIEW, ledger, key, now_s)


def report(ledger: Ledger, key: str, now_s: float) -> pd.DataFrame:
    """Make the report: `schema.REPORT`, one row a recipient."""
    return _made(schema.REPORT, ledger, key, now_s)


def previewed(rows: pa.Table, pace: Pace, history: Sequence[Attempt], now_s: float) -> pd.DataFrame:
    """Make a preview of rows that need not be kept: `schema.PREVIEW`, one row a recipient."""
    return _frame(schema.PREVIEW, rows, expected(rows, pace, history, now_s))


def reported(rows: pa.Table) -> pd.DataFrame:
    """Make a report of some rows of a broadcast, without the times at which their turns come: `schema.REPORT`."""
    return _frame(schema.REPORT, rows, np.full(rows.num_rows, np.nan))


def _made(kind: Schema, ledger: Ledger, key: str, now_s: float) -> pd.DataFrame:
    rows, pace = ledger.rows(key), ledger.the(key).pace
    return _frame(kind, rows, expected(rows, pace, ledger.attempts(now_s), now_s))


def expected(rows: pa.Table, pace: Pace, history: Sequence[Attempt], now_s: float) -> npt.NDArray[np.float64]:
    """Tell when the turn of each row comes, in UTC seconds; NaN for those that are not to be sent."""
    is_due = pc.equal(rows["delivery"], Delivery.PENDING.value).to_numpy(zero_copy_only=False)
    are_groups = pc.equal(rows["recipient_type"], "group").to_numpy(zero_copy_only=False)
    times = np.full(rows.num_rows, np.nan)
    times[is_due] = expected_s(pace, history, are_groups[is_due], now_s)
    return times


def _frame(kind: Schema, rows: pa.Table, times_s: npt.NDArray[np.float64]) -> pd.DataFrame:
    columns = {
        **{name: rows[name] for name in kind.names if name in rows.column_names},
        "text": pc.coalesce(rows["arrives"], rows["text"]),
        "expected_at": _moments(pa.array(times_s, from_pandas=True)),
    }
    for name in ("attempted_at", "settled_at"):
        if name in columns:
            columns[name] = _moments(rows[name])
    return kind.frame(pa.table(columns))


def _moments(seconds: pa.Array | pa.ChunkedArray) -> pa.Array:
    return pc.round(pc.multiply(seconds, float(_MICROSECONDS))).cast(pa.int64()).cast(_TIME)
