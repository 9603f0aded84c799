"""What Narwhals has no word for, in the words of each engine."""

from collections.abc import Sequence
from typing import Any

import narwhals as nw
import pandas as pd
import pyarrow as pa

from openqq_nb.columns import ZONE

_TIME = nw.Datetime("us", ZONE)


def is_dask(frame: nw.DataFrame[Any] | nw.LazyFrame[Any]) -> bool:
    """Tell whether a frame is Dask's, which orders rows within a partition only."""
    return frame.implementation is nw.Implementation.DASK


def as_microseconds(frame: Any, name: str) -> Any:  # noqa: ANN401 - eager or lazy, as it came
    """Add a column: `msg_time` as whole microseconds since 1970 UTC."""
    if frame.implementation is nw.Implementation.DUCKDB:
        return nw.from_native(frame.to_native().project(f'*, epoch_us(msg_time) AS "{name}"'))
    if frame.implementation.is_pyspark() or frame.implementation.is_pyspark_connect():
        from pyspark.sql import functions  # noqa: PLC0415 - there only where the frame is PySpark's

        native = frame.to_native()
        return nw.from_native(native.withColumn(name, functions.unix_micros(native["msg_time"])))
    return frame.with_columns(nw.col("msg_time").dt.timestamp("us").cast(nw.Int64).alias(name))


def as_times(frame: Any, names: Sequence[str]) -> Any:  # noqa: ANN401 - a frame of any engine
    """Turn columns of whole microseconds into times, and give the frame of the engine."""
    native = frame.to_native()
    if not names:
        return native
    if frame.implementation is nw.Implementation.DUCKDB:
        made = ", ".join(f'make_timestamptz("{name}") AS "{name}"' for name in names)
        return native.project(f"* REPLACE ({made})")
    if frame.implementation.is_pyspark() or frame.implementation.is_pyspark_connect():
        from pyspark.sql import functions  # noqa: PLC0415 - there only where the frame is PySpark's

        for name in names:
            native = native.withColumn(name, functions.timestamp_micros(native[name]))
        return native
    if frame.implementation is nw.Implementation.DASK:
        return native.map_partitions(_timed, list(names), meta=_timed(native._meta, list(names)))
    if isinstance(native, pd.DataFrame):
        return _timed(native, list(names))
    return frame.with_columns(
        nw.col(*names).cast(nw.Datetime("us")).dt.replace_time_zone("UTC").dt.convert_time_zone(ZONE)
    ).to_native()


def _timed(part: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    return part.assign(
        **{
            name: pd.Series(
                pa.array(part[name], pa.int64(), from_pandas=True).cast(pa.timestamp("us", ZONE)).to_pandas(),
                index=part.index,
            ).astype(pd.DatetimeTZDtype("us", ZONE))
            for name in names
        }
    )
