"""An archive as a DataFrame of pandas, read whole."""

from collections.abc import Sequence

import pandas as pd
import pyarrow as pa

from openqq_nb.archive.contents import Contents
from openqq_nb.archive.rows import in_order
from openqq_nb.columns import to_pandas


def opened(contents: Contents, columns: Sequence[str]) -> pd.DataFrame:
    """Read these columns, in order of time, then of place."""
    return to_pandas(in_order(contents, columns))


def brought(table: pa.Table) -> pd.DataFrame:
    """Make a DataFrame of a table."""
    return to_pandas(table)
