"""What a column of a frame is, and how rows and Arrow tables become frames of declared columns.

Frames are built from Arrow tables, because 200,000 row objects would be slow; the same declaration turns
rows of a journal or of a live listener into the same columns.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from openqq_nb.models import Row

Frame = pd.DataFrame
"""For annotations where pandas is not to be imported."""

if TYPE_CHECKING:
    Series = pd.Series[Any]
else:
    Series = pd.Series

ZONE = "Asia/Shanghai"

Kind = Literal["text", "time", "count", "flag", "number"]

_ARROW: Mapping[Kind, pa.DataType] = {
    "text": pa.string(),
    "time": pa.timestamp("us", ZONE),
    "count": pa.int64(),
    "flag": pa.bool_(),
    "number": pa.float64(),
}
_PANDAS: Mapping[Kind, Any] = {
    "text": pd.StringDtype("pyarrow", na_value=np.nan),
    "time": pd.DatetimeTZDtype("us", ZONE),
    "count": pd.Int64Dtype(),
    "flag": pd.BooleanDtype(),
    "number": np.dtype("float64"),
}
_BY_ARROW: Mapping[pa.DataType, Any] = {
    pa.string(): _PANDAS["text"],
    pa.large_string(): _PANDAS["text"],
    pa.int64(): _PANDAS["count"],
    pa.bool_(): _PANDAS["flag"],
}
# 11 digits of seconds reach the year 5138; longer numbers are no times.
SECONDS = r"^[0-9]{1,11}(\.[0-9]+)?$"
WHOLE = r"^-?[0-9]{1,18}$"
_HALF_PAIRS = re.compile("[\ud800-\udfff]")
_TRUE = pa.array(["1", "true", "True"])
_FALSE = pa.array(["0", "false", "False"])


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a frame.

    Attributes:
        name: what users type.
        kind: `text` (dtype `str`), `time` (`datetime64[us, Asia/Shanghai]`), `count` (`Int64`), `flag` (`boolean`),
            `number` (`float64`).
        meaning: what it holds, in a phrase.
        openqq1: the key of the 1.x server that it comes from; empty where it is worked out or not there.
        openqq2: the key of the 2.x server.
    """

    name: str
    kind: Kind
    meaning: str
    openqq1: str = ""
    openqq2: str = ""

    @property
    def arrow_type(self) -> pa.DataType:
        """The Arrow type of the column's values."""
        return _ARROW[self.kind]

    @property
    def dtype(self) -> object:
        """The pandas dtype of the column."""
        return _PANDAS[self.kind]


@dataclass(frozen=True, eq=False)
class Schema:
    """The columns of one kind of frame, in reading order."""

    name: str
    columns: tuple[Column, ...]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of the columns, in order."""
        return tuple(self.by_name)

    @cached_property
    def by_name(self) -> Mapping[str, Column]:
        """The columns by their names, in order."""
        return {column.name: column for column in self.columns}

    def column(self, name: str) -> Column:
        """Look a column up by its name."""
        return self.by_name[name]

    def table(self, rows: Sequence[Row]) -> pa.Table:
        """Turn rows into an Arrow table of the declared types; keys without a column come last, as text.

        Args:
            rows: mappings from column name to value; times are UTC seconds.

        Returns:
            One row a mapping, the declared columns first.
        """
        arrays = {c.name: typed(_plain(row.get(c.name) for row in rows), c.kind) for c in self.columns}
        unknown = dict.fromkeys(key for row in rows for key in row if key not in arrays)
        arrays |= {key: _plain(row.get(key) for row in rows) for key in unknown}
        return pa.table(arrays)

    def frame(self, table: pa.Table) -> pd.DataFrame:
        """Make a frame with the declared names, dtypes and order; unknown columns are kept at the end.

        Args:
            table: columns by name; those that are missing become columns of missing values.

        Returns:
            A DataFrame with a RangeIndex, one row a row of the table.
        """
        declared = {c.name: self._declared(table, c) for c in self.columns}
        unknown = {name: table.column(name) for name in table.column_names if name not in declared}
        return to_pandas(pa.table(declared | unknown))

    def _declared(self, table: pa.Table, column: Column) -> pa.ChunkedArray:
        if column.name not in table.column_names:
            return pa.chunked_array([pa.nulls(table.num_rows, column.arrow_type)])
        return typed(table.column(column.name), column.kind)


def to_pandas(table: pa.Table) -> pd.DataFrame:
    """Convert a table of declared types to a frame with the dtypes of this module."""
    frame: pd.DataFrame = table.to_pandas(types_mapper=_BY_ARROW.get, split_blocks=True)
    return frame


def typed(values: pa.Array | pa.ChunkedArray, kind: Kind) -> pa.Array | pa.ChunkedArray:
    """Bring values as a server or a journal writes them to the type of a column.

    What cannot be a time, a number or a flag becomes missing; a time of 0 is "not known" on every server.
    """
    if values.type == _ARROW[kind]:
        return values
    if kind == "text":
        return values.cast(pa.string())
    if kind == "time":
        return _times(values.cast(pa.string()))
    if kind == "count":
        return _matching(values.cast(pa.string()), WHOLE).cast(pa.int64())
    if kind == "number":
        return values.cast(pa.float64())
    return _flags(values.cast(pa.string()))


def _times(text: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    seconds = _matching(text, SECONDS).cast(pa.float64())
    known = pc.if_else(pc.equal(seconds, 0.0), pa.scalar(None, pa.float64()), seconds)
    micros = pc.round(pc.multiply(known, 1_000_000.0)).cast(pa.int64())
    return micros.cast(pa.timestamp("us", ZONE))


def _flags(text: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    stated = pc.or_(pc.is_in(text, _TRUE), pc.is_in(text, _FALSE))
    return pc.if_else(stated, pc.is_in(text, _TRUE), pa.scalar(None, pa.bool_()))


def _matching(text: pa.Array | pa.ChunkedArray, pattern: str) -> pa.Array | pa.ChunkedArray:
    return pc.if_else(pc.match_substring_regex(text, pattern), text, pa.scalar(None, pa.string()))


def _plain(values: Iterable[Any]) -> pa.Array:
    return pa.array([None if value is None else plain_text(value) for value in values], pa.string())


def plain_text(value: object) -> str:
    """Write a value as the frames show it; half a surrogate pair, which no UTF-8 holds, becomes U+FFFD."""
    written = value if type(value) is str else f"{value:.6f}" if isinstance(value, float) else str(value)
    return written if written.isascii() else _HALF_PAIRS.sub("\ufffd", written)


def text(name: str, meaning: str, openqq1: str = "", openqq2: str = "") -> Column:
    """Declare a column of dtype `str`."""
    return Column(name, "text", meaning, openqq1, openqq2)


def time(name: str, meaning: str, openqq1: str = "", openqq2: str = "") -> Column:
    """Declare a column of dtype `datetime64[us, Asia/Shanghai]`."""
    return Column(name, "time", meaning, openqq1, openqq2)


def count(name: str, meaning: str, openqq1: str = "", openqq2: str = "") -> Column:
    """Declare a column of dtype `Int64`."""
    return Column(name, "count", meaning, openqq1, openqq2)


def flag(name: str, meaning: str, openqq1: str = "", openqq2: str = "") -> Column:
    """Declare a column of dtype `boolean`."""
    return Column(name, "flag", meaning, openqq1, openqq2)


def number(name: str, meaning: str) -> Column:
    """Declare a column of dtype `float64`."""
    return Column(name, "number", meaning)
