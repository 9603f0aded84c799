"""Whatever holds the messages, as a Narwhals frame, and results as the same kind of frame.

The questions are written once, in Narwhals. What it cannot say for every engine is in `engines`; times are whole
microseconds since 1970 UTC, because hours and days are then plain arithmetic that all engines do alike whatever zone
a connection is set to. Work that needs an order, which Dask only does within a partition, goes through `alone` and
`by_key`.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import narwhals as nw
import pandas as pd
import pyarrow as pa

from openqq_nb.analysis.clock import AT
from openqq_nb.analysis.engines import (
    AnyFrame,
    as_microseconds,
    as_times,
    in_partitions,
    is_dask,
    numbered,
)
from openqq_nb.analysis.opening import HoldsMessages, opened_log, texts, times
from openqq_nb.columns import Column, Kind, Schema, to_pandas
from openqq_nb.errors import InvalidInput
from openqq_nb.schema import MESSAGES

__all__ = [
    "AT", "PERSON", "PLACE", "AnyFrame", "HoldsMessages", "alone", "by_chat", "by_key", "declared", "finished",
    "grouped", "identity", "messages",
]  # fmt: skip

PERSON = "person"
"""Who wrote it, as `identity` tells."""
PLACE = "place"
"""What orders messages of one moment: the row's place in its log."""

_NAMED = "="
NOTICES = ("system", "recall")
"""Kinds of lines that programs write into a chat."""

_TIMES = frozenset(column.name for column in MESSAGES.columns if column.kind == "time")
_NO_TEXTS = {PLACE, *_TIMES}
# A message may be an empty text.
_MAY_BE_EMPTY = "content"
_TYPES: Mapping[Kind, Any] = {"text": nw.String, "count": nw.Int64, "flag": nw.Boolean, "number": nw.Float64}


def messages(log: object, needed: Sequence[str], *, people_only: bool = True) -> AnyFrame:
    """Take the messages of a log or frame, with the columns that a question needs.

    Args:
        log: a log, an inbox, or a frame of messages of pandas, polars, DuckDB, Dask or PySpark.
        needed: columns of `schema.MESSAGES`; what the frame does not have becomes missing. With `PERSON` among them
            there must be something that tells who wrote: `sender_qq` or `sender`. `chat_key` is never
            missing: without one the name of the chat counts, and without that all is one chat. `place` numbers the
            rows where they stand in an order; without it and without an order it is 0.
        people_only: leave away system lines and notices that something was taken back, which nobody wrote.

    Returns:
        The columns asked for with `at_us`, `person` and `place`; messages without a time are left out. Times without
        a zone are read as clocks in China show them; an empty text is a missing one, but for `content`.

    Raises:
        InvalidInput: it is no frame, or one without `msg_time` or who wrote, or with something else than times in a
            column of times that is asked for.
    """
    chats = ("chat",) if "chat_key" in needed else ()
    asked = dict.fromkeys(("msg_time", "sender", "sender_qq", "kind", PLACE, *needed, *chats))
    wanted = tuple(name for name in asked if name != PERSON)
    frame = opened_log(log, wanted, PERSON in needed)
    frame = times(frame, [name for name in wanted if name in _TIMES], "messages")
    frame = as_microseconds(_placed(frame.filter(~nw.col("msg_time").is_null()), PLACE in needed), AT)
    told = [name for name in wanted if name not in _NO_TEXTS]
    frame = texts(frame, told, "messages")
    names = frame.collect_schema().names()
    frame = frame.with_columns(nw.lit(None, nw.String).alias(name) for name in wanted if name not in names)
    if people_only:
        frame = frame.filter(~nw.col("kind").is_in(NOTICES) | nw.col("kind").is_null())
    frame = frame.with_columns(
        nw.when(nw.col(name) != "").then(nw.col(name)).alias(name) for name in told if name != _MAY_BE_EMPTY
    )
    made = {PERSON: identity()}
    if chats:
        made["chat_key"] = nw.coalesce(nw.col("chat_key"), nw.col("chat"), nw.lit(""))
    return frame.with_columns(**made)


def identity() -> nw.Expr:
    """Who a person is, of `sender_qq` and `sender`: the number, else the name after a sign that no number has."""
    name = nw.coalesce(nw.col("sender"), nw.lit(""))
    return nw.coalesce(nw.col("sender_qq"), nw.concat_str(nw.lit(_NAMED), name))


def _placed(frame: AnyFrame, asked: bool) -> AnyFrame:
    there = PLACE in frame.collect_schema().names()
    if isinstance(frame, nw.DataFrame):
        return numbered(frame.drop(PLACE, strict=False), PLACE)
    if there:
        return frame
    return numbered(frame, PLACE) if asked else frame.with_columns(nw.lit(0, nw.Int64).alias(PLACE))


def alone(frame: AnyFrame, work: Callable[[AnyFrame], AnyFrame]) -> AnyFrame:
    """Do on a small frame what Dask cannot do on a large one: windows, orders, medians.

    Args:
        frame: few rows, such as one for each person or day.
        work: from frame to frame; whatever Narwhals has for pandas and for lazy engines.
    """
    return (
        in_partitions(frame.to_native().repartition(npartitions=1), work) if is_dask(frame) else work(frame)
    )


def by_key(frame: AnyFrame, key: str, work: Callable[[AnyFrame], AnyFrame]) -> AnyFrame:
    """Do what needs all rows of a key together; `work` sees all of them, on Dask those of some keys at a time."""
    return in_partitions(frame.to_native().shuffle(on=key), work) if is_dask(frame) else work(frame)


def by_chat(frame: AnyFrame, work: Callable[[AnyFrame], AnyFrame]) -> AnyFrame:
    """Do what needs the messages of a chat in their order; `work` sees whole chats, on Dask some of them at a time."""
    return by_key(frame, "chat_key", work)


def grouped(frame: AnyFrame, keys: Sequence[str], **aggregates: nw.Expr) -> AnyFrame:
    """Group by columns; a missing value is a group of its own. Of nothing comes nothing, with the same columns."""
    if isinstance(frame, nw.DataFrame) and not len(frame) and isinstance(frame.to_native(), pd.DataFrame):
        return grouped(_one_row(frame), keys, **aggregates).head(0)
    made: AnyFrame = frame.group_by(*keys).agg(**aggregates)
    return made


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
    if not isinstance(frame.to_native(), pd.DataFrame):
        known = frame.collect_schema()
        wanted = {column.name: _TYPES.get(column.kind, nw.Int64) for column in result.columns}
        # What has its type already stays: Dask would make whole numbers of which some are missing such as cannot be.
        frame = frame.select(
            nw.col(name) if known[name] == kind else nw.col(name).cast(kind) for name, kind in wanted.items()
        )
    if order:
        names = [name.removeprefix("-") for name in order]
        falling = [name.startswith("-") for name in order]
        frame = alone(frame, lambda small: small.sort(names, descending=falling, nulls_last=True))
    native = as_times(frame, [column.name for column in result.columns if column.kind == "time"])
    return declared(native, result) if isinstance(native, pd.DataFrame) else native


def declared(frame: pd.DataFrame, result: Schema) -> pd.DataFrame:
    """Give a frame of pandas the dtypes of a schema, and a RangeIndex.

    Raises:
        InvalidInput: a column holds what its dtype cannot.
    """
    return to_pandas(pa.table({column.name: _cast(frame[column.name], column) for column in result.columns}))


def _cast(values: "pd.Series[Any]", column: Column) -> pa.Array | pa.ChunkedArray:
    try:
        return pa.array(values, from_pandas=True).cast(column.arrow_type)
    except pa.ArrowException as error:
        raise InvalidInput(
            f"The column `{column.name}` must hold values of {column.dtype}.\n{error}"
        ) from error
