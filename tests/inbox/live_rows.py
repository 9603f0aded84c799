"""Rows for the tests of the live frame, and the frame that is to come of them."""

from typing import Any

import pandas as pd

from openqq_nb.columns import Schema
from openqq_nb.inbox.live import LiveFrame
from openqq_nb.models import Cell
from openqq_nb.records import Entry, entry
from openqq_nb.schema import MESSAGES
from tests.journal.making import ROW


def some(count: int, first: int = 0) -> list[dict[str, Cell]]:
    return [{**ROW, "content": f"第{n}条", "code": n, "own": n % 2 == 0} for n in range(first, first + count)]


def expected(given_rows: list[Any]) -> pd.DataFrame:
    return MESSAGES.frame(MESSAGES.table(given_rows))


def entries(rows: list[Any], schema: Schema = MESSAGES) -> list[Entry]:
    return [entry(schema, row) for row in rows]


def live(*batches: list[Any]) -> LiveFrame:
    frame = LiveFrame(MESSAGES)
    for batch in batches:
        frame.append(entries(batch))
    return frame
