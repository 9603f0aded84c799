"""The messages of a broadcast that were tried last: a few at a time, however many there are."""

import pandas as pd

from openqq_nb.broadcast import frames
from openqq_nb.broadcast.ledger import Ledger
from openqq_nb.broadcast.rows import read_some
from openqq_nb.models import Delivery


def latest(ledger: Ledger, key: str, only: Delivery | None, start: int, count: int) -> pd.DataFrame:
    """Give some messages, those first that were tried last, then those that were not tried, in their order.

    Args:
        ledger: where they are kept.
        key: the broadcast.
        only: the state they are in; `None` for any.
        start: how many to leave out.
        count: how many to give.

    Returns:
        One row a message, columns and dtypes of `schema.REPORT`, without `expected_at`.
    """
    with ledger.database.looking() as connection:
        return frames.reported(read_some(connection, key, only, start, count))
