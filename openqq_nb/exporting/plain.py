"""Bring any frame into plain columns: text, flag, number, time or date, under names that are text and differ."""

import json
from collections import Counter
from collections.abc import Hashable, Iterator

import numpy as np
import pandas as pd

from openqq_nb.columns import Series, plain_text
from openqq_nb.errors import InvalidInput, listed

_NUMBERS_AND_FLAGS = "biuf"
_TIME = "M"
_OF_ARROW = pd.StringDtype("pyarrow", na_value=np.nan)  # holds UTF-8 and nothing else
_INT64_END = 2**63


def plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Give the same rows in plain columns, those of the index first.

    Args:
        frame: any frame. Its index is left out where it only counts the rows: whole numbers without a name.

    Returns:
        One row a row of the frame, with a RangeIndex. Every column is of dtype `str`, a flag, a number, a time
        with or without a zone, or holds `datetime.date`; whatever else there was has become text.

    Raises:
        InvalidInput: there is no column, or several have the same name.
    """
    columns = [*_index(frame), *_columns(frame)]
    _check_names([name for name, _ in columns])
    return pd.DataFrame({name: _plain(series.reset_index(drop=True)) for name, series in columns})


def _index(frame: pd.DataFrame) -> Iterator[tuple[str, Series]]:
    index = frame.index
    if index.nlevels == 1 and index.name is None and pd.api.types.is_integer_dtype(index.dtype):
        return
    for level, label in enumerate(index.names):
        unnamed = f"level_{level}" if index.nlevels > 1 else "index"
        yield unnamed if label is None else _name(label), index.get_level_values(level).to_series()


def _columns(frame: pd.DataFrame) -> Iterator[tuple[str, Series]]:
    for position, label in enumerate(frame.columns):
        yield _name(label), frame.iloc[:, position]


def _name(label: Hashable) -> str:
    if isinstance(label, tuple):
        return "_".join(part for part in map(_name, label) if part)
    return _text(label)


def _check_names(names: list[str]) -> None:
    if not names:
        raise InvalidInput("A frame without columns cannot be exported. Choose columns, or another frame.")
    twice = [name for name, times in Counter(names).items() if times > 1]
    if twice:
        raise InvalidInput(
            "Columns of the same name cannot be told apart in a file, so nothing was written.\n"
            f"Several columns, or levels of the index, are called:{listed(twice)}\n"
            "Rename them with `frame.set_axis([...], axis=1)` or `frame.rename_axis(...)`."
        )


def _plain(series: Series) -> Series:
    dtype = series.dtype
    if isinstance(dtype, pd.SparseDtype | pd.ArrowDtype | pd.CategoricalDtype):
        return _of_objects(series.astype(object))
    if dtype.kind in _NUMBERS_AND_FLAGS or dtype.kind == _TIME or dtype == _OF_ARROW:
        return series
    return _of_objects(series.astype(object))


def _of_objects(series: Series) -> Series:
    """Find out what a column of objects holds; values of several kinds become text, each as it is."""
    values = series.where(series.notna(), None)
    held = pd.api.types.infer_dtype(values, skipna=True)
    if held == "boolean":
        return values.astype("boolean")
    if held == "integer" and all(-_INT64_END <= value < _INT64_END for value in values.dropna()):
        return values.astype("Int64")
    if held == "floating":
        return values.astype("float64")
    if held in ("datetime", "datetime64"):
        times = values.infer_objects()
        return times if times.dtype.kind == _TIME else texts(values)
    return values if held == "date" else texts(values)


def holds_dates(series: Series) -> bool:
    """Tell whether a plain column holds dates without a time."""
    return series.dtype.kind == "O" and not isinstance(series.dtype, pd.StringDtype)


def texts(values: Series) -> Series:
    """Write the values of a column as text, each as it is; missing ones stay missing."""
    return pd.Series([None if value is None else _text(value) for value in values], dtype="str")


def _text(value: object) -> str:
    """Write any value as text; half a surrogate pair, which no file holds, becomes U+FFFD."""
    if isinstance(value, str):
        return plain_text(str.__str__(value))  # of a member of an enum, the text and not the name
    if isinstance(value, np.ndarray):
        return _text(value.tolist())
    return plain_text(_json(value) if isinstance(value, dict | list | tuple) else str(value))


def _json(value: object) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, default=str)
    except (TypeError, ValueError, RecursionError):
        return str(value)  # keys that are no text, or a value inside itself: as Python shows it
