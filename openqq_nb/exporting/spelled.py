"""What a file without types shows: ISO 8601 for times, text for numbers that would be rounded."""

import datetime as dt
from collections.abc import Iterator

import numpy as np
import pandas as pd

from openqq_nb.columns import Series
from openqq_nb.exporting.plain import holds_dates, texts

Value = str | bool | int | float | dt.date | None

_EXACT = 10**15  # Excel keeps 15 digits
_ROWS_AT_ONCE = 10_000


def spelled(frame: pd.DataFrame, between: str) -> pd.DataFrame:
    """Write out, as text, what a number or a word of a file cannot hold whole.

    Args:
        frame: plain columns.
        between: what stands between day and time.

    Returns:
        The frame with times and dates as ISO 8601 texts, and with numbers of more than 15 digits as text, a
        whole column at a time: Excel keeps 15 digits.
    """
    return pd.DataFrame({name: _spelled(frame[name], between) for name in frame})


def _spelled(series: Series, between: str) -> Series:
    kind = series.dtype.kind
    if kind == "M":
        return _times(series, between)
    if holds_dates(series):
        return texts(series)
    if kind in "iu" and not series.dropna().between(-_EXACT + 1, _EXACT - 1).all():
        return series.astype("str")
    return series


def _times(series: Series, between: str) -> Series:
    """Write times as ISO 8601, with the offset where there is a zone, and with as many digits as the column needs."""
    if not isinstance(series.dtype, pd.DatetimeTZDtype):
        return _stamps(series.to_numpy(), between, series.isna())
    utc = series.dt.tz_convert("UTC").dt.tz_localize(None)
    wall = series.dt.tz_localize(None)
    offsets = ((wall - utc) // pd.Timedelta(seconds=1)).astype("Int64")
    if (offsets % 60 != 0).any():  # local mean time, before there were zones
        wall, offsets = utc, offsets * 0
    names = {offset: _offset(int(offset)) for offset in offsets.dropna().unique()}
    return _stamps(wall.to_numpy(), between, series.isna()) + offsets.map(names).astype("str")


def _stamps(times: np.ndarray, between: str, missing: Series) -> Series:
    seconds = times.astype("datetime64[s]")
    whole = bool((np.isnat(times) | (seconds == times)).all())
    stamps = pd.Series(np.datetime_as_string(seconds if whole else times), dtype="str")
    return stamps.str.replace("T", between, regex=False).mask(missing)


def _offset(seconds: int) -> str:
    minutes = abs(seconds) // 60
    return f"{'-' if seconds < 0 else '+'}{minutes // 60:02d}:{minutes % 60:02d}"


def rows(frame: pd.DataFrame) -> Iterator[tuple[Value, ...]]:
    """Give the rows of a frame as Python's own values, None for missing ones."""
    for start in range(0, len(frame), _ROWS_AT_ONCE):
        some = frame.iloc[start : start + _ROWS_AT_ONCE]
        yield from zip(*(_values(some[name]) for name in some), strict=True)


def _values(series: Series) -> list[Value]:
    objects = series.astype(object)
    values: list[Value] = objects.where(series.notna(), None).tolist()
    return values
