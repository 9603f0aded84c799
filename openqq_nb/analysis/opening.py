"""Whatever holds messages, members or events, as a Narwhals frame whose columns have the types that are expected."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from numbers import Integral, Number
from typing import Any, NamedTuple, Protocol, cast, runtime_checkable

import narwhals as nw
import pandas as pd
import pyarrow as pa

from openqq_nb.analysis.engines import AnyFrame, collected
from openqq_nb.columns import ZONE, plain_text
from openqq_nb.errors import InvalidInput, listed

_NUMBERS = frozenset({"sender_qq", "receiver_qq", "gnumber", "qq", "msg_id", "reply_to"})
_TIMES = ("_time", "_at")
_WRITER = ("sender_qq", "sender")


class _Advice(NamedTuple):
    """What to write with a frame of an engine; `NAME` is the column."""

    rename: str
    as_digits: str
    to_pandas: str


_OF_PANDAS = _Advice('frame.rename(columns={"...": "NAME"})', ".astype('Int64').astype('str')", "")
_OF_SPARK = _Advice(
    'frame.withColumnRenamed("...", "NAME")', '.cast("long").cast("string")', " (`frame = frame.toPandas()`)"
)
_ENGINES: Mapping[nw.Implementation, _Advice] = {
    nw.Implementation.PANDAS: _OF_PANDAS,
    nw.Implementation.DASK: _OF_PANDAS._replace(to_pandas=" (`frame = frame.compute()`)"),
    nw.Implementation.POLARS: _Advice(
        'frame.rename({"...": "NAME"})',
        ".cast(pl.Int64).cast(pl.String)",
        " (`frame = frame.lazy().collect().to_pandas()`)",
    ),
    nw.Implementation.DUCKDB: _Advice(
        'frame.project(\'*, "..." AS "NAME"\')',
        'CAST(CAST("NAME" AS BIGINT) AS VARCHAR)',
        " (`frame = frame.df()`)",
    ),
    nw.Implementation.PYSPARK: _OF_SPARK,
    nw.Implementation.PYSPARK_CONNECT: _OF_SPARK,
}
# Of numbers since 1970, each unit up to the year 5138.
_UNITS = {"s": (1e11, "seconds"), "ms": (1e14, "milliseconds"), "us": (1e17, "microseconds"),
          "ns": (math.inf, "nanoseconds")}  # fmt: skip
_NO_TIMES = "Flags tell no time: call the column that holds the times `{}`, or leave this one away."
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


def opened_log(log: object, wanted: Sequence[str], people: bool = False) -> AnyFrame:
    """Take the messages of a log, an inbox or a frame, with `msg_time`; for people also with what tells who wrote.

    Raises:
        InvalidInput: it is none of these, or a column is not there.
    """
    needed = ("msg_time", _WRITER) if people else ("msg_time",)
    if isinstance(log, HoldsMessages):
        return opened(log.scan(wanted), wanted, MESSAGES, needed)
    # `df` of a log or an inbox is its frame; a relation of DuckDB has a method of that name.
    held = getattr(type(log), "df", None)
    native = cast(Any, log).df if isinstance(held, property) else log
    return opened(native, wanted, MESSAGES, needed)


def opened(
    native: object, wanted: Sequence[str], what: str, needed: Sequence[str | tuple[str, ...]] = ()
) -> AnyFrame:
    """Take a frame of any engine, and of its columns those that are wanted and there.

    Args:
        native: a frame of pandas, polars, DuckDB, Dask or PySpark.
        wanted: names of columns.
        what: what the rows are, for an error.
        needed: columns that must be there; of several together, one of them.

    Raises:
        InvalidInput: it is no frame, a column is not there or not one of its name, or numbers of people are kept as
            fractions.
    """
    frame = framed(_chosen(native, wanted, what), what)
    there = frame.collect_schema().names()
    for one in needed:
        names = one if isinstance(one, tuple) else (one,)
        if not any(name in there for name in names):
            raise _without(native, frame, names, what)
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
    if isinstance(native.columns, pd.MultiIndex):
        raise InvalidInput(
            f"The {what} are a frame whose columns have one name each.\n"
            f"Found names of {native.columns.nlevels} levels, such as {native.columns[:1].tolist()}.\n"
            "Leave one level: `frame.columns = frame.columns.get_level_values(-1)`."
        )
    chosen = native.loc[:, native.columns.isin(list(wanted))]
    if chosen.columns.is_unique:
        # What is worked out beside it has rows of one label.
        return chosen.set_flags(allows_duplicate_labels=True)
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


def _without(native: object, frame: AnyFrame, needed: Sequence[str], what: str) -> InvalidInput:
    there: Iterable[object] = frame.collect_schema().names()
    advice = f"Rename the column that holds it: `{_advice(frame, needed[0]).rename}`."
    if isinstance(native, pd.DataFrame):
        there = native.columns
        if any(name in native.index.names for name in needed):
            advice = "It is the index, which is not read: `frame.reset_index()`."
    return InvalidInput(
        f"The {what} need a column {' or '.join(f'`{name}`' for name in needed)}.\n"
        f"This frame has none; found:{listed([', '.join(map(str, there))])}\n{advice}"
    )


def _advice(frame: AnyFrame, name: str) -> _Advice:
    return _Advice(*(words.replace("NAME", name) for words in _ENGINES[frame.implementation]))


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
        elif name in _NUMBERS and _holds_fractions(types[name]):
            raise _damaged(name, what, str(types[name]), _advice(frame, name))
        elif types[name] != nw.String:
            made.append(nw.col(name).cast(nw.String))
    return frame.with_columns(*made) if made else frame


def _holds_fractions(kind: nw.dtypes.DType) -> bool:
    return kind.is_float() or (isinstance(kind, nw.Decimal) and kind.scale != 0)


def _damaged(name: str, what: str, found: str, advice: _Advice) -> InvalidInput:
    return InvalidInput(
        f"The column `{name}` of the {what} must be text.\nIt is {found}, which damages long numbers.\n"
        "Read it as text from the start; whole numbers, before they are put with texts: "
        f"`{advice.as_digits}`."
    )


def times(frame: AnyFrame, names: Sequence[str], what: str) -> AnyFrame:
    """Check that columns hold times; a column that holds nothing becomes missing times, whatever its type is.

    Raises:
        InvalidInput: one holds something else, such as text or numbers of seconds.
    """
    types = frame.collect_schema()
    wrong = [name for name in names if name in types and not isinstance(types[name], nw.Datetime)]
    for name in wrong:
        if _holds_something(frame, name, types[name]):
            raise InvalidInput(
                f"The column `{name}` of the {what} must hold times.\nIt is {types[name]}.\n"
                + _converted(frame, name, types[name])
            )
    missing = nw.lit(None, nw.Datetime("us"))
    return frame.with_columns(*(missing.alias(name) for name in wrong)) if wrong else frame


def _holds_something(frame: AnyFrame, name: str, kind: nw.dtypes.DType) -> bool:
    known = ~nw.col(name).is_null()
    if kind == nw.String:
        known &= nw.col(name) != ""
    return bool(collected(frame.filter(known).select(there=nw.len()))["there"].iloc[0])


def _converted(frame: AnyFrame, name: str, kind: nw.dtypes.DType) -> str:
    """Say how a column becomes times; of numbers the unit is told by their size."""
    first = f"Convert it first, with pandas{_advice(frame, name).to_pandas}: "
    held = f'frame["{name}"]'
    if kind.is_boolean():
        return _NO_TIMES.format(name)
    if not kind.is_numeric():
        return f"{first}`pd.to_datetime({held})`."
    ends = collected(frame.select(least=nw.col(name).min(), most=nw.col(name).max())).iloc[0]
    most = float(ends["most"])
    if most == 1 and ends["least"] >= 0:
        return _NO_TIMES.format(name)
    unit, (_, units) = next(one for one in _UNITS.items() if most < one[1][0])
    known = f"{held}.mask({held} == 0)" if ends["least"] == 0 else held
    return f'{first}`pd.to_datetime({known}, unit="{unit}", utc=True)` of {units} since 1970.'


def _of_pandas(frame: AnyFrame, what: str) -> AnyFrame:
    """Give columns of Python objects, and such of nothing at all, a type."""
    native = frame.to_native()
    if frame.implementation.is_dask():
        _refuse_categories(native, what, _advice(frame, ""))
        return cast(AnyFrame, nw.from_native(native.assign(**_in_utc(native))))
    if not isinstance(native, pd.DataFrame):
        return frame
    plain = {
        str(name): _of_arrow(native[name])
        for name, kind in native.dtypes.items()
        if isinstance(kind, pd.ArrowDtype)
    }
    native = native.assign(**plain)
    typed = {name: _typed(native[name], what) for name in native.columns if _is_untyped(native[name])}
    native = native.assign(**typed)
    mended = plain | typed | _in_utc(native)
    made: AnyFrame = nw.from_native(native.assign(**mended)) if mended else frame
    return made


def _is_untyped(column: "pd.Series[Any]") -> bool:
    """Tell whether what a column holds says more than its type: objects, categories other than texts, nothing."""
    kind: Any = column.dtype
    if isinstance(kind, pd.CategoricalDtype):
        return not pd.api.types.is_string_dtype(kind.categories)
    is_time = str(column.name).endswith(_TIMES) and not pd.api.types.is_datetime64_any_dtype(kind)
    is_number = column.name in _NUMBERS and pd.api.types.is_float_dtype(kind)
    return pd.api.types.is_object_dtype(kind) or ((is_time or is_number) and bool(column.isna().all()))


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
    column = column.astype(object)
    held = pd.api.types.infer_dtype(column, skipna=True)
    if column.name in _NUMBERS:
        _refuse_fractions(str(column.name), column.dropna(), what)
    if held in ("datetime", "datetime64"):
        return _moments(column, what)
    if held == "empty" and str(column.name).endswith(_TIMES):
        return pd.Series(pd.NaT, column.index, pd.DatetimeTZDtype("us", ZONE))
    if held in ("integer", "floating", "boolean"):
        return column.convert_dtypes()
    known = column.notna()
    return pd.Series([plain_text(one) if there else None for one, there in zip(column, known, strict=True)],
                     column.index, "str")  # fmt: skip


def _refuse_fractions(name: str, held: Iterable[object], what: str) -> None:
    """Refuse numbers other than whole ones, also among texts: the same number as a text is another one."""
    kinds = set(map(type, held))
    broken = tuple(kind for kind in kinds if issubclass(kind, Number) and not issubclass(kind, Integral))
    if not broken:
        return
    found = next((one for one in held if isinstance(one, broken) and not str(one).isdecimal()), None)
    if found is not None:
        raise _damaged(name, what, f"object with {found} in it", _OF_PANDAS)


def _refuse_categories(native: Any, what: str, advice: _Advice) -> None:  # noqa: ANN401 - Dask has no types
    """Refuse numbers as categories in Dask, where those of a partition with a missing one become fractions."""
    for name, kind in native.dtypes.items():
        if name in _NUMBERS and isinstance(kind, pd.CategoricalDtype):
            held = kind.categories.dtype
            if pd.api.types.is_numeric_dtype(held):
                raise _damaged(str(name), what, f"category of {held}", advice)


def _moments(column: "pd.Series[Any]", what: str) -> "pd.Series[Any]":
    try:
        return pd.to_datetime(column)
    except (ValueError, TypeError) as error:
        raise InvalidInput(
            f"The column `{column.name}` of the {what} must hold times of one kind.\n{error}\n"
            + _of_one_kind(column)
        ) from error


def _of_one_kind(column: "pd.Series[Any]") -> str:
    if all(getattr(one, "tzinfo", None) is not None for one in column.dropna()):
        return f'Convert it first: `pd.to_datetime(frame["{column.name}"], utc=True)`.'
    return (
        "Give those without a zone theirs, before they are put with the others: "
        f'`part["{column.name}"].dt.tz_localize("{ZONE}")`.'
    )
