"""Frames of every engine, and results of every engine as rows of plain values."""

from collections.abc import Callable, Mapping
from typing import Any

import duckdb
import narwhals as nw
import pandas as pd
import polars as pl
import pyarrow as pa

Make = Callable[[pa.Table], Any]


def _duckdb(table: pa.Table) -> Any:
    return duckdb.connect().from_arrow(table)


def _of_dask(table: pa.Table) -> Any:
    from dask import dataframe as dd  # noqa: PLC0415 - slow to import, and only slow tests ask

    made: Any = dd
    return made.from_pandas(table.to_pandas(), npartitions=2, sort=False)


IN_PROCESS: Mapping[str, Make] = {
    "pandas": lambda table: table.to_pandas(),
    "polars": pl.from_arrow,
    "polars lazy": lambda table: pl.DataFrame(pl.from_arrow(table)).lazy(),
    "duckdb": _duckdb,
}
KINDS: Mapping[str, type] = {
    "pandas": pd.DataFrame,
    "polars": pl.DataFrame,
    "polars lazy": pl.LazyFrame,
    "duckdb": duckdb.DuckDBPyRelation,
}


def of_dask(table: pa.Table) -> Any:
    return _of_dask(table)


def as_pandas(result: Any) -> pd.DataFrame:
    frame = nw.from_native(result)
    found = frame.collect("pandas") if isinstance(frame, nw.LazyFrame) else frame
    made: pd.DataFrame = found.to_pandas()
    return made.reset_index(drop=True)


def rows(result: Any) -> list[tuple[Any, ...]]:
    """Give the rows of a result; times as whole microseconds since 1970 UTC, numbers as numbers, nothing as None."""
    frame = as_pandas(result)
    columns = [[_plain(value) for value in frame[name].tolist()] for name in frame]
    return list(zip(*columns, strict=True))


def _plain(value: Any) -> Any:
    if value is None or value is pd.NA or value is pd.NaT or value != value:  # noqa: PLR0124 - NaN alone is not itself
        return None
    if isinstance(value, pd.Timestamp):
        aware = value if value.tz is not None else value.tz_localize("UTC")
        return (aware - pd.Timestamp(0, tz="UTC")) // pd.Timedelta(1, "us")
    return round(float(value), 6) if isinstance(value, int | float) else value
