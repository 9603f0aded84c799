"""An archive as a DataFrame of pandas, read whole."""

from collections.abc import Sequence

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from openqq_nb.archive.contents import Contents, dataset_of
from openqq_nb.archive.pieces import PLACE
from openqq_nb.archive.places import understood
from openqq_nb.columns import to_pandas


def opened(contents: Contents, columns: Sequence[str]) -> pd.DataFrame:
    """Read these columns, in order of time, then of place."""
    keys = [name for name in ("msg_time", PLACE) if name in contents.schema.names]
    with understood(contents.at, "read"):
        rows = dataset_of(contents).to_table(columns=list(dict.fromkeys([*columns, *keys])))
    order = pc.sort_indices(rows, sort_keys=[(name, "ascending") for name in keys])
    return to_pandas(rows.select(list(columns)).take(order))


def brought(table: pa.Table) -> pd.DataFrame:
    """Make a DataFrame of a table."""
    return to_pandas(table)
