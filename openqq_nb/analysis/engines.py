"""What Narwhals has no word for, in the words of each engine."""

import json
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, TypeAlias, cast

import narwhals as nw
import pandas as pd
import pyarrow as pa

from openqq_nb.columns import ZONE, to_pandas

# Said to those who write with Narwhals, not to those who ask; the package that it names is not published yet.
warnings.filterwarnings("ignore", "Dask support is moving out of Narwhals", FutureWarning)

AnyFrame: TypeAlias = nw.DataFrame[Any] | nw.LazyFrame[Any]

_KINDS: Mapping[Callable[[pa.DataType], bool], str] = {
    pa.types.is_integer: "BIGINT",
    pa.types.is_floating: "DOUBLE",
    pa.types.is_boolean: "BOOLEAN",
}
_EPOCH = "TIMESTAMP_NTZ '1970-01-01 00:00:00'"
AHEAD_US = 8 * 3_600_000_000
"""How far clocks in China are ahead of UTC."""


def is_dask(frame: AnyFrame) -> bool:
    """Tell whether a frame is Dask's, which orders rows within a partition only."""
    return frame.implementation.is_dask()


def is_spark(frame: AnyFrame) -> bool:
    """Tell whether a frame is PySpark's."""
    return frame.implementation.is_pyspark() or frame.implementation.is_pyspark_connect()


def as_microseconds(frame: AnyFrame, name: str, column: str = "msg_time") -> AnyFrame:
    """Add a column: times as whole microseconds since 1970 UTC; naive times are read as China's clock shows them.

    Args:
        frame: with a column of times, none of them missing.
        name: the new column.
        column: the times.
    """
    naive = cast(Any, frame.collect_schema()[column]).time_zone is None
    made = _microseconds(frame, name, column, naive)
    return made.with_columns((nw.col(name) - AHEAD_US).alias(name)) if naive else made


def _microseconds(frame: AnyFrame, name: str, column: str, naive: bool) -> AnyFrame:
    native = frame.to_native()
    if frame.implementation.is_duckdb():
        return _opened(native.project(f'*, epoch_us("{column}") AS "{name}"'))
    if is_spark(frame):
        from pyspark.sql import functions  # noqa: PLC0415 - there only where the frame is PySpark's

        words = f"timestampdiff(MICROSECOND, {_EPOCH}, `{column}`)" if naive else f"unix_micros(`{column}`)"
        return _opened(native.withColumn(name, functions.expr(words)))
    return frame.with_columns(nw.col(column).dt.timestamp("us").cast(nw.Int64).alias(name))


def as_times(frame: AnyFrame, names: Sequence[str]) -> Any:  # noqa: ANN401 - a frame of any engine
    """Turn columns of whole microseconds into times, and give the frame of the engine."""
    native = frame.to_native()
    if not names:
        return native
    if frame.implementation.is_duckdb():
        made = ", ".join(f'make_timestamptz("{name}") AS "{name}"' for name in names)
        return native.project(f"* REPLACE ({made})")
    if is_spark(frame):
        from pyspark.sql import functions  # noqa: PLC0415 - there only where the frame is PySpark's

        return native.withColumns({name: functions.timestamp_micros(native[name]) for name in names})
    if is_dask(frame):
        return native.map_partitions(_timed, list(names), meta=_timed(native._meta, list(names)))
    if isinstance(native, pd.DataFrame):
        return _timed(native, list(names))
    return frame.with_columns(
        nw.col(*names).cast(nw.Datetime("us")).dt.replace_time_zone("UTC").dt.convert_time_zone(ZONE)
    ).to_native()


def _timed(part: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    return part.assign(**{name: _as_moments(part[name]) for name in names})


def _as_moments(column: "pd.Series[Any]") -> "pd.Series[Any]":
    moments = pa.array(column, pa.int64(), from_pandas=True).cast(pa.timestamp("us", ZONE)).to_pandas()
    made: pd.Series[Any] = moments.set_axis(column.index).astype(pd.DatetimeTZDtype("us", ZONE))
    return made


def calendar_months(frame: AnyFrame, name: str) -> AnyFrame:
    """Turn whole microseconds into months since January of the year 0, in DuckDB, whose plans of long sums are slow."""
    moment = f'make_timestamp("{name}")'
    months = f'CAST(year({moment}) * 12 + month({moment}) - 1 AS BIGINT) AS "{name}"'
    return _opened(frame.to_native().project(f"* REPLACE ({months})"))


def numbered(frame: AnyFrame, name: str) -> AnyFrame:
    """Number the rows as they stand, where an engine keeps them in an order; else all are 0."""
    if isinstance(frame, nw.DataFrame):
        return frame.with_row_index(name)
    if frame.implementation.is_polars():
        return _opened(frame.to_native().with_row_index(name))
    return frame.with_columns(nw.lit(0, nw.Int64).alias(name))


def brought(few: pa.Table, frame: AnyFrame) -> AnyFrame:
    """Bring a small table to the engine of a frame, so that both can be joined.

    Args:
        few: a few thousand rows.
        frame: whatever it is to be joined with.
    """
    native = frame.to_native()
    if frame.implementation.is_duckdb():
        return _opened(of_values(few, native))
    if is_spark(frame):
        return _opened(native.sparkSession.createDataFrame(few))
    if frame.implementation.is_polars():
        made = nw.from_arrow(few, backend="polars")
        return made if isinstance(frame, nw.DataFrame) else made.lazy()
    small = to_pandas(few)
    if is_dask(frame):
        import dask.dataframe as dd  # noqa: PLC0415 - there only where the frame is Dask's

        return _opened(cast(Any, dd).from_pandas(small, npartitions=1))
    return _opened(small)


def of_values(few: pa.Table, native: Any) -> Any:  # noqa: ANN401 - relations of DuckDB
    """Make a small table a relation of DuckDB, of the connection of another one: only those can be joined.

    The values stand in the query itself. A name would have to be looked up, where a table of the user may have it,
    and connections can be told to look up no name of Python.

    Args:
        few: texts, whole numbers, fractions and times.
        native: a relation.
    """
    one_row = native.limit(0).aggregate("count(*) AS one_row")
    made = [_written(name, column) for name, column in zip(few.column_names, few.columns, strict=True)]
    times = [field.name for field in few.schema if pa.types.is_timestamp(field.type)]
    return as_times(_opened(one_row.project(", ".join(made))), times)


def _written(name: str, column: pa.ChunkedArray) -> str:
    """Write a column as an expression of SQL; JSON has no NUL in it, so that only the quotes are to be doubled."""
    is_time = pa.types.is_timestamp(column.type)
    values = column.cast(pa.timestamp("us")).cast(pa.int64()) if is_time else column
    kind = next((kind for is_kind, kind in _KINDS.items() if is_kind(values.type)), "VARCHAR")
    text = json.dumps(values.to_pylist(), ensure_ascii=False).replace("'", "''")
    return f"""unnest(from_json('{text}', '["{kind}"]')) AS "{name}\""""


def worked_out(frame: AnyFrame) -> AnyFrame:
    """Work a small frame out now, where an engine would else do so again for each use of it: DuckDB."""
    if not frame.implementation.is_duckdb():
        return frame
    native = frame.to_native()
    openqq_nb_worked_out_rows = native.to_arrow_table()
    asked = (
        native.limit(0)
        .aggregate("count(*) AS one_row")
        .project("current_setting('python_enable_replacements')")
    )
    if not asked.fetchall()[0][0]:
        return brought(openqq_nb_worked_out_rows, frame)
    # DuckDB plans joins with a table of Arrow better than with values, and finds it by the name that it has here.
    return _opened(native.query("openqq_nb_worked_out", "SELECT * FROM openqq_nb_worked_out_rows"))


def joined(
    left: AnyFrame, right: AnyFrame, on: str | Sequence[str], how: Literal["inner", "left"]
) -> AnyFrame:
    """Join two frames of one engine by columns of text."""
    keys = [on] if isinstance(on, str) else list(on)
    sides = [_with_equal_texts(side, keys) if is_dask(side) else side for side in (left, right)]
    made: AnyFrame = cast(Any, sides[0]).join(sides[1], on=keys, how=how)
    return made


def _with_equal_texts(frame: AnyFrame, names: Sequence[str]) -> AnyFrame:
    """Dask warns where texts of two of its types meet, and its own functions give either."""
    native = frame.to_native()
    return _opened(native.assign(**{name: native[name].astype("str") for name in names}))


def stacked(frames: Sequence[AnyFrame]) -> AnyFrame:
    """Put frames of one engine, with the same columns, under one another."""
    made: AnyFrame = nw.concat(cast(Any, frames), how="vertical")
    return made


def beside(left: nw.DataFrame[Any], right: AnyFrame) -> AnyFrame:
    """Put two frames of one eager engine, with as many rows, side by side."""
    made: AnyFrame = nw.concat(cast(Any, [left, right]), how="horizontal")
    return made


def collected(frame: AnyFrame) -> pd.DataFrame:
    """Fetch a small frame as one of pandas."""
    if is_spark(frame):
        # What PySpark gives pandas are clocks of its session without their zone, which the session alone knows.
        told: pd.DataFrame = cast(Any, frame).collect("pyarrow").to_native().to_pandas()
        return told
    found = frame.collect("pandas") if isinstance(frame, nw.LazyFrame) else frame
    made: pd.DataFrame = found.to_pandas()
    return made.reset_index(drop=True)


def in_partitions(native: Any, work: Callable[[AnyFrame], AnyFrame]) -> AnyFrame:  # noqa: ANN401 - Dask has no types
    """Do work on each partition of a frame of Dask, which is one of pandas."""

    def on_part(part: pd.DataFrame) -> pd.DataFrame:
        done: pd.DataFrame = work(_opened(part.reset_index(drop=True))).to_native()
        return done

    return _opened(native.map_partitions(on_part, meta=on_part(native._meta)))


def pieces(frame: AnyFrame, column: str, by: str) -> AnyFrame:
    """Split a text and give each piece its row.

    Args:
        frame: with a column of texts, none of them missing.
        column: the texts, and afterwards the pieces.
        by: what stands between the pieces.
    """
    if is_dask(frame):
        return in_partitions(frame.to_native(), lambda part: pieces(part, column, by))
    native = frame.to_native()
    if not isinstance(native, pd.DataFrame):
        return frame.with_columns(nw.col(column).str.split(by)).explode(column)
    split = native.assign(
        **{column: pd.Series([text.split(by) for text in native[column]], native.index, object)}
    )
    long = split.explode(column, ignore_index=True)
    return _opened(long.assign(**{column: long[column].astype("str")}))


def beginning_with(frame: AnyFrame, column: str, beginning: str) -> AnyFrame:
    """Leave the rows of which one column begins with what another holds."""
    if is_dask(frame):
        return in_partitions(frame.to_native(), lambda part: beginning_with(part, column, beginning))
    native = frame.to_native()
    if not isinstance(native, pd.DataFrame):
        return frame.filter(nw.col(column).str.starts_with(nw.col(beginning)))
    kept = [text.startswith(start) for text, start in zip(native[column], native[beginning], strict=True)]
    return _opened(native[pd.Series(kept, native.index, bool)])


def _opened(native: Any) -> AnyFrame:  # noqa: ANN401 - a frame of any engine
    frame: AnyFrame = nw.from_native(native)
    return frame
