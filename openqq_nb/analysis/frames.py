"""Whatever holds the messages, as a Narwhals frame, and results as the same kind of frame.

The questions are written once, in Narwhals. What it cannot say for every engine is here: times as whole microseconds since
1970 UTC, because hours and days are then plain arithmetic that all engines do alike whatever zone a connection is set to;
and work that needs an order, which Dask only does within a partition.
"""

from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar, cast, runtime_checkable

import narwhals as nw
import pandas as pd
import pyarrow as pa

from openqq_nb.analysis.engines import as_microseconds, as_times, is_dask
from openqq_nb.columns import Schema, to_pandas
from openqq_nb.errors import InvalidInput, listed

Native = TypeVar("Native")
AnyFrame = nw.DataFrame[Any] | nw.LazyFrame[Any]

AT = "at_us"
"""When it was written: whole microseconds since 1970 UTC."""
PERSON = "person"
"""Who wrote it: the permanent number, else the name."""
PLACE = "place"
"""What orders messages of one moment: the row's place in its log."""

_TEXT_TYPES = (nw.String, nw.Categorical, nw.Enum, nw.Object)


@runtime_checkable
class HoldsMessages(Protocol):
    """A log, which reads the columns that are asked for as a frame of its engine."""

    def scan(self, columns: Sequence[str]) -> Any:  # noqa: ANN401 - a frame of any engine
        """Give these columns of the messages, those that there are."""


def messages(log: object, needed: Sequence[str], *, people_only: bool = True) -> AnyFrame:
    """Take the messages of a log or frame, with the columns that a question needs.

    Args:
        log: a log, an inbox, or a frame of messages of pandas, polars, DuckDB, Dask or PySpark.
        needed: columns of `schema.MESSAGES`; what the frame does not have becomes missing.
        people_only: leave away system lines, which nobody wrote.

    Returns:
        The columns asked for with `at_us`, `person` and `place`; messages without a time are left out.

    Raises:
        InvalidInput: it is no frame, or one without `msg_time`.
    """
    wanted = tuple(dict.fromkeys(("msg_time", "sender", "sender_qq", "kind", PLACE, *needed)))
    frame = _opened(log, wanted)
    names = frame.collect_schema().names()
    if "msg_time" not in names:
        raise InvalidInput(
            f"Messages are told by their column msg_time; this frame has none.\nFound:{listed([', '.join(map(str, names))])}\n"
            'Give a log (`oq.open_log(...)`), `inbox.df`, or a frame whose times are called "msg_time".'
        )
    frame = as_microseconds(_placed(frame.select([name for name in wanted if name in names])), AT)
    missing = [nw.lit(None, nw.String).alias(name) for name in wanted if name not in names and name != PLACE]
    frame = frame.with_columns(*missing) if missing else frame
    if people_only:
        frame = frame.filter((nw.col("kind") != "system") | nw.col("kind").is_null())
    number = nw.when(nw.col("sender_qq") != "").then(nw.col("sender_qq"))
    return frame.filter(~nw.col(AT).is_null()).with_columns(
        nw.coalesce(number, nw.col("sender"), nw.lit("")).alias(PERSON)
    )


def _opened(log: object, wanted: Sequence[str]) -> AnyFrame:
    native = log.scan(wanted) if isinstance(log, HoldsMessages) else log
    native = getattr(native, "df", native) if not hasattr(native, "columns") else native
    try:
        frame = nw.from_native(cast(Any, native))
    except TypeError as error:
        raise InvalidInput(
            f"Messages are asked for as a log or a frame, not as {type(log).__name__}.\n"
            "Give a log (`oq.open_log(...)`), `inbox.df`, or a frame of pandas, polars, DuckDB, Dask or PySpark."
        ) from error
    return frame


def _placed(frame: AnyFrame) -> AnyFrame:
    """Number the rows where they stand in an order; without one, equal moments stay in none."""
    if isinstance(frame, nw.DataFrame):
        rows = frame.drop(PLACE, strict=False)
        return rows.with_row_index(PLACE)
    if PLACE in frame.collect_schema().names():
        return frame
    return frame.with_columns(nw.lit(0, nw.Int64).alias(PLACE))


def alone(frame: AnyFrame, work: Callable[[AnyFrame], AnyFrame]) -> AnyFrame:
    """Do on a small frame what Dask cannot do on a large one: windows, orders, medians.

    Args:
        frame: few rows, such as one for each person or day.
        work: from frame to frame; whatever Narwhals has for pandas and for lazy engines.
    """
    if not is_dask(frame):
        return work(frame)
    return _in_partitions(frame.to_native().repartition(npartitions=1), work)


def by_chat(frame: AnyFrame, work: Callable[[AnyFrame], AnyFrame]) -> AnyFrame:
    """Do what needs the messages of a chat in their order; `work` sees whole chats, on Dask some of them at a time."""
    if not is_dask(frame):
        return work(frame)
    return _in_partitions(frame.to_native().shuffle(on="chat_key"), work)


def _in_partitions(native: Any, work: Callable[[AnyFrame], AnyFrame]) -> AnyFrame:  # noqa: ANN401 - Dask has no types
    def on_part(part: pd.DataFrame) -> pd.DataFrame:
        done: pd.DataFrame = work(nw.from_native(part.reset_index(drop=True), eager_only=True)).to_native()
        return done

    return nw.from_native(native.map_partitions(on_part, meta=on_part(native._meta)))


def grouped(frame: AnyFrame, keys: Sequence[str], **aggregates: nw.Expr) -> AnyFrame:
    """Group by columns; a missing value is a group of its own. Of nothing comes nothing, with the same columns."""
    if isinstance(frame, nw.DataFrame) and not len(frame):
        return grouped(_one_row(frame), keys, **aggregates).head(0)
    return frame.group_by(*keys).agg(**aggregates)


def _one_row(frame: nw.DataFrame[Any]) -> nw.DataFrame[Any]:
    # pandas has no groups to take the types of the results from where there are no rows.
    native = frame.to_native()
    made = {name: pd.Series([_something(native[name].dtype)], dtype=native[name].dtype) for name in native}
    return nw.from_native(pd.DataFrame(made), eager_only=True)


def _something(dtype: Any) -> object:  # noqa: ANN401 - any dtype of pandas
    if pd.api.types.is_numeric_dtype(dtype):
        return 0
    return (
        pd.Timestamp(0, tz=getattr(dtype, "tz", None)) if pd.api.types.is_datetime64_any_dtype(dtype) else ""
    )


def finished(frame: AnyFrame, result: Schema, order: Sequence[str] = ()) -> Any:  # noqa: ANN401 - of any engine
    """Give a result as a frame of the engine that the messages came in.

    Args:
        frame: the columns of the result; times as whole microseconds since 1970 UTC.
        result: what the columns are.
        order: columns to sort by; a `-` in front puts the largest first.

    Returns:
        The columns of the result in their order. Of pandas with the dtypes that are declared, and a RangeIndex.
    """
    frame = frame.select(*result.names)
    if order:
        names = [name.removeprefix("-") for name in order]
        frame = frame.sort(names, descending=[name.startswith("-") for name in order], nulls_last=True)
    native = as_times(frame, [column.name for column in result.columns if column.kind == "time"])
    return declared(native, result) if isinstance(native, pd.DataFrame) else native


def declared(frame: pd.DataFrame, result: Schema) -> pd.DataFrame:
    """Give a frame of pandas the dtypes of a schema, and a RangeIndex."""
    arrays = {
        column.name: pa.array(frame[column.name], from_pandas=True).cast(column.arrow_type)
        for column in result.columns
    }
    return to_pandas(pa.table(arrays))
