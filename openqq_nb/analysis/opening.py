"""Whatever holds messages, members or events, as a Narwhals frame whose columns have the types that are expected."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, cast, runtime_checkable

import narwhals as nw
import pandas as pd
import pyarrow as pa

from openqq_nb.analysis.engines import AnyFrame
from openqq_nb.columns import ZONE, plain_text
from openqq_nb.errors import InvalidInput, listed

_NUMBERS = frozenset({"sender_qq", "receiver_qq", "gnumber", "qq", "msg_id", "reply_to"})
_ENGINES = frozenset(
    {
        nw.Implementation.PANDAS,
        nw.Implementation.POLARS,
        nw.Implementation.DUCKDB,
        nw.Implementation.DASK,
        nw.Implementation.PYSPARK,
        nw.Implementation.PYSPARK_CONNECT,
    }
)
_OF_ARROW: Mapping[Callable[[pa.DataType], bool], str] = {
    pa.types.is_integer: "Int64",
    pa.types.is_floating: "float64",
    pa.types.is_boolean: "boolean",
}
_TAKE = "a frame of pandas, polars, DuckDB, Dask or PySpark"
MESSAGES, PEOPLE = "messages", "people of a roster"
_ASKED = {MESSAGES: "a log or a frame"}
_GIVE = {
    MESSAGES: "a log (`oq.open_log(...)`), `inbox.df`, or ",
    "members": "`my.members()`, or ",
    "members of groups": "`my.members()`, a roster, or ",
    PEOPLE: "`my.roster()`, `my.members()`, or ",
    "events": "`log.events`, `inbox.events`, or ",
}


@runtime_checkable
class HoldsMessages(Protocol):
    """A log, which reads the columns that are asked for as a frame of its engine."""

    def scan(self, columns: Sequence[str]) -> Any:  # noqa: ANN401 - a frame of any engine
        """Give these columns of the messages, those that there are."""


def opened_log(log: object, wanted: Sequence[str]) -> AnyFrame:
    """Take the messages of a log, an inbox or a frame, with `msg_time`.

    Raises:
        InvalidInput: it is none of these.
    """
    if isinstance(log, HoldsMessages):
        return opened(log.scan(wanted), wanted, MESSAGES, ["msg_time"])
    # `df` of a log or an inbox is its frame; a relation of DuckDB has a method of that name.
    held = getattr(type(log), "df", None)
    native = cast(Any, log).df if isinstance(held, property) else log
    return opened(native, wanted, MESSAGES, ["msg_time"])


def opened(native: object, wanted: Sequence[str], what: str, needed: Sequence[str] = ()) -> AnyFrame:
    """Take a frame of any engine, and of its columns those that are wanted and there.

    Args:
        native: a frame of pandas, polars, DuckDB, Dask or PySpark.
        wanted: names of columns.
        what: what the rows are, for an error.
        needed: columns that must be there.

    Raises:
        InvalidInput: it is no frame, a column is not there, or numbers of people are kept as fractions.
    """
    frame = framed(_chosen(native, wanted, what), what)
    there = frame.collect_schema().names()
    for name in needed:
        if name not in there:
            raise _without(native, there, name, what)
    chosen = frame.select([name for name in dict.fromkeys(wanted) if name in there])
    return _of_pandas(_of_duckdb(chosen), what)


def framed(native: object, what: str) -> AnyFrame:
    """Take a frame of any engine as it is; raises `InvalidInput` if it is none."""
    try:
        frame: AnyFrame = nw.from_native(cast(Any, native))
        known = frame.implementation in _ENGINES
    except TypeError:
        known = False
    if not known:
        raise InvalidInput(
            f"The {what} are asked for as {_ASKED.get(what, 'a frame')}.\n"
            f"Found {type(native).__module__.partition('.')[0]}.{type(native).__name__}.\n"
            f"Give {_GIVE.get(what, '')}{_TAKE}; other frames have `.to_pandas()`."
        )
    return frame


def _chosen(native: object, wanted: Sequence[str], what: str) -> object:
    """Take the wanted columns of a frame of pandas, which may have several of one name."""
    if not isinstance(native, pd.DataFrame):
        return native
    chosen = native.loc[:, native.columns.isin(list(wanted))]
    if chosen.columns.is_unique:
        return chosen
    twice = ", ".join(f"`{name}`" for name in chosen.columns[chosen.columns.duplicated()].unique())
    raise InvalidInput(
        f"The {what} have several columns of one name.\nFound {twice} more than once.\n"
        "Leave one of each: `frame.loc[:, ~frame.columns.duplicated()]`."
    )


def _of_duckdb(frame: AnyFrame) -> AnyFrame:
    """Give moments in nanoseconds, which Narwhals does not know, the type of all others."""
    if not frame.implementation.is_duckdb():
        return frame
    native = frame.to_native()
    fine = [
        name
        for name, kind in zip(native.columns, native.types, strict=True)
        if str(kind) in ("TIMESTAMPTZ_NS", "TIMESTAMP WITH TIME ZONE_NS")
    ]
    if not fine:
        return frame
    made = ", ".join(f'CAST("{name}" AS TIMESTAMPTZ) AS "{name}"' for name in fine)
    return cast(AnyFrame, nw.from_native(native.project(f"* REPLACE ({made})")))


def _without(native: object, there: Sequence[str], needed: str, what: str) -> InvalidInput:
    names = ", ".join(map(str, native.columns if isinstance(native, pd.DataFrame) else there))
    return InvalidInput(
        f"The {what} need a column `{needed}`.\nThis frame has none; found:{listed([names])}\n"
        f'Rename the column that holds it: `frame.rename(columns={{"...": "{needed}"}})`.'
    )


def microseconds(moments: "pd.Series[pd.Timestamp]") -> "pd.Series[float]":
    """Turn times of pandas into microseconds since 1970 UTC; those without a zone are read as China's clock shows them.

    Whole numbers, kept as fractions because some are missing; a fraction holds them exactly up to the year 2255.
    """
    aware = moments.dt.tz_localize(ZONE) if moments.dt.tz is None else moments
    plain = aware.dt.tz_convert("UTC").dt.tz_localize(None).astype("datetime64[us]")
    return plain.astype("int64").astype("float64").where(plain.notna())


def texts(frame: AnyFrame, names: Sequence[str], what: str) -> AnyFrame:
    """Make columns texts: whole numbers and categories become text; columns that are not there become missing.

    Raises:
        InvalidInput: a column of numbers of people or groups holds fractions, which damage long numbers.
    """
    types = frame.collect_schema()
    made = []
    for name in names:
        if name not in types:
            made.append(nw.lit(None, nw.String).alias(name))
        elif types[name].is_float() and name in _NUMBERS:
            raise InvalidInput(
                f"The column `{name}` of the {what} must be text.\nIt is {types[name]}, which damages long numbers.\n"
                "Read it as text from the start; whole numbers: `.astype('Int64').astype('str')`."
            )
        elif types[name] != nw.String:
            made.append(nw.col(name).cast(nw.String))
    return frame.with_columns(*made) if made else frame


def times(frame: AnyFrame, names: Sequence[str], what: str) -> AnyFrame:
    """Check that columns hold times.

    Raises:
        InvalidInput: one holds something else, such as text or numbers of seconds.
    """
    types = frame.collect_schema()
    for name in names:
        if name in types and not isinstance(types[name], nw.Datetime):
            raise InvalidInput(
                f"The column `{name}` of the {what} must hold times.\nIt is {types[name]}.\n"
                f'Convert it first, with pandas: `pd.to_datetime(frame["{name}"])` of text, and '
                f'`pd.to_datetime(frame["{name}"], unit="s", utc=True)` of seconds since 1970.'
            )
    return frame


def _of_pandas(frame: AnyFrame, what: str) -> AnyFrame:
    """Give columns of Python objects, and such of nothing at all, a type."""
    native = frame.to_native()
    if frame.implementation.is_dask():
        return cast(AnyFrame, nw.from_native(native.assign(**_in_utc(native))))
    if not isinstance(native, pd.DataFrame):
        return frame
    plain = {
        str(name): _of_arrow(native[name])
        for name, kind in native.dtypes.items()
        if isinstance(kind, pd.ArrowDtype)
    }
    native = native.assign(**plain)
    mended = plain | _in_utc(native)
    for name in native.columns:
        column = native[name]
        if column.dtype == object:
            mended[name] = _typed(column, what)
        elif name in _NUMBERS and pd.api.types.is_float_dtype(column.dtype) and column.isna().all():
            mended[name] = pd.Series(None, column.index, "str")
    made: AnyFrame = nw.from_native(native.assign(**mended)) if mended else frame
    return made


def _of_arrow(column: "pd.Series[Any]") -> "pd.Series[Any]":
    """Give a column that Arrow holds a type of pandas itself: Narwhals works with times and texts of those."""
    held = cast(pd.ArrowDtype, column.dtype).pyarrow_dtype
    if pa.types.is_timestamp(held):
        tz: Any = held.tz
        kind: Any = pd.DatetimeTZDtype(held.unit, tz) if tz else f"datetime64[{held.unit}]"
        return column.astype(kind)
    for is_kind, plain in _OF_ARROW.items():
        if is_kind(held):
            return column.astype(cast(Any, plain))
    return column.astype(object)


def _in_utc(native: Any) -> dict[str, Any]:  # noqa: ANN401 - Dask has no types
    """Put moments into one zone, since Narwhals does not know the names of all."""
    aware = [name for name, dtype in native.dtypes.items() if isinstance(dtype, pd.DatetimeTZDtype)]
    return {name: native[name].dt.tz_convert("UTC") for name in aware}


def _typed(column: "pd.Series[Any]", what: str) -> "pd.Series[Any]":
    held = pd.api.types.infer_dtype(column, skipna=True)
    if column.name in _NUMBERS and held in ("floating", "mixed-integer-float"):
        return column.astype("float64")
    if held in ("datetime", "datetime64"):
        return _moments(column, what)
    if held == "empty" and str(column.name).endswith(("_time", "_at")):
        return pd.Series(pd.NaT, column.index, pd.DatetimeTZDtype("us", ZONE))
    if held in ("integer", "floating", "boolean"):
        return column.convert_dtypes()
    known = column.notna()
    return pd.Series([plain_text(one) if there else None for one, there in zip(column, known, strict=True)],
                     column.index, "str")  # fmt: skip


def _moments(column: "pd.Series[Any]", what: str) -> "pd.Series[Any]":
    try:
        return pd.to_datetime(column)
    except (ValueError, TypeError) as error:
        raise InvalidInput(
            f"The column `{column.name}` of the {what} must hold times of one kind.\n{error}\n"
            f'Convert it first: `pd.to_datetime(frame["{column.name}"], utc=True)`.'
        ) from error
