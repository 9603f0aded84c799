"""Logs in every engine, and what came back as plain rows."""

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa

from openqq_nb.columns import ZONE, to_pandas

CHINA = timezone(timedelta(hours=8))
BEGIN = datetime(2026, 1, 31, 23, 0, tzinfo=CHINA)

Rows = list[dict[str, Any]]


def log(rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Messages; without a time of its own, each is a minute after the one before."""
    filled = [{"msg_time": BEGIN + timedelta(minutes=place), **row} for place, row in enumerate(rows)]
    names = dict.fromkeys(
        ("msg_time", "sender", "sender_qq", "kind", "content", *(key for row in filled for key in row))
    )
    times = pa.timestamp("us", ZONE)
    return pa.table(
        {
            name: pa.array(
                [row.get(name) for row in filled], times if name.endswith(("_time", "_at")) else pa.string()
            )
            for name in names
        }
    )


def in_dask(table: pa.Table) -> Any:
    import dask  # noqa: PLC0415 - slow to load
    import dask.dataframe as dd  # noqa: PLC0415 - the same

    # Its threads would stay.
    dask.config.set(scheduler="synchronous")
    return dd.from_pandas(to_pandas(table), npartitions=2)  # type: ignore[no-untyped-call]


LOCAL: Mapping[str, Callable[[pa.Table], Any]] = {
    "pandas": to_pandas,
    "polars": pl.from_arrow,
    "lazy polars": lambda table: pl.DataFrame(table).lazy(),
    "duckdb": lambda table: duckdb.connect().from_arrow(table),
}
ENGINES: Mapping[str, Callable[[pa.Table], Any]] = {**LOCAL, "dask": in_dask}


def rows(result: Any) -> Rows:
    """The rows of a result of any engine, times as moments of China."""
    if isinstance(result, pl.LazyFrame):
        result = result.collect()
    if isinstance(result, duckdb.DuckDBPyRelation):
        table = result.to_arrow_table()
    elif isinstance(result, pl.DataFrame):
        table = result.to_arrow()
    else:
        frame = result if isinstance(result, pd.DataFrame) else result.compute()
        table = pa.Table.from_pandas(frame, preserve_index=False)
    return [{name: _plain(value) for name, value in row.items()} for row in table.to_pylist()]


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(CHINA)
    return None if isinstance(value, float) and math.isnan(value) else value
