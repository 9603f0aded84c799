"""What a filter may be given for a column or a word, and what stands in the cells that it is compared with."""

import math
import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import pandas as pd

from openqq_nb.columns import ZONE, Kind
from openqq_nb.errors import InvalidInput
from openqq_nb.models import Cell

_LISTS = (list, tuple, set, frozenset, pd.Series, pd.Index)
_CLOCK = re.compile(r":|\d[T ]\d")
_HOLDS: Mapping[Kind, str] = {
    "text": "text",
    "time": "moments",
    "count": "whole numbers",
    "flag": "True or False",
}


def items(value: object) -> list[Any]:
    """Take a list apart; anything else is the only one."""
    return list(value) if isinstance(value, _LISTS) else [value]


def is_empty(value: object) -> bool:
    """Tell whether a value is a list, or a frame of rows, with nothing in it."""
    return isinstance(value, (*_LISTS, pd.DataFrame)) and not len(value)


def wanted(name: str, kind: Kind, item: object) -> Cell:
    """Bring what is looked for in a column to the form of `cell`.

    Raises:
        InvalidInput: the column can never hold it.
    """
    if item is None or item is pd.NA or item is pd.NaT or (isinstance(item, float) and math.isnan(item)):
        return None
    if kind == "time":
        return _moment(name, item)
    if kind == "flag" and isinstance(item, bool):
        return item
    if kind in ("text", "count") and isinstance(item, str | int) and not isinstance(item, bool):
        return str(item)
    raise InvalidInput(
        f"{name}={item!r} matches nothing: the column {name!r} holds {_HOLDS[kind]}, "
        f"this is one of type {type(item).__name__}. Give what the column holds; a float loses digits of a number."
    )


def cell(kind: Kind, value: Cell) -> Cell:
    """Bring a cell, of a row that came or of a frame, to a form that can be compared."""
    if value is None:
        return None
    if kind == "time":
        return micros(value)
    return bool(value) if kind == "flag" else str(value)


def micros(value: object) -> int | None:
    """Give the time of a cell in the unit of frames, UTC microseconds; `None` where it is no time."""
    if isinstance(value, date):
        return _micros(pd.Timestamp(value))
    # Rounded as the frame rounds it.
    return round(value * 1_000_000.0) if isinstance(value, int | float) and math.isfinite(value) else None


def micros_of(name: str, value: object) -> int:
    """Read what a user wrote for a moment; without a zone it is one of Asia/Shanghai.

    Raises:
        InvalidInput: it is no moment.
    """
    if not isinstance(value, str | date):
        raise InvalidInput(
            f"{name}={value!r} is no moment. Give a datetime, or a text such as '2026-11-17 09:30'."
        )
    try:
        moment = pd.Timestamp(value)
        if pd.isna(moment):
            raise ValueError("no time at all")
        if moment.tzinfo is None:
            # Before 1992 the zone had a summer time, in which an hour is left out, and another is there twice.
            moment = moment.tz_localize(ZONE, nonexistent="shift_forward", ambiguous=True)
        return _micros(moment)
    except (ValueError, OverflowError) as error:
        raise InvalidInput(
            f"{name}={value!r} cannot be read as a moment ({error}). Write it such as '2026-11-17 09:30'."
        ) from error


def _moment(name: str, value: object) -> int:
    """Read a moment that a cell is to be equal to; hardly any message is of midnight, which a day would stand for."""
    found = micros_of(name, value)
    if isinstance(value, datetime) or (isinstance(value, str) and _CLOCK.search(value)):
        return found
    day = pd.Timestamp(found, unit="us", tz=ZONE)
    raise InvalidInput(
        f"{name}={value!r} is no moment, so hardly any message would pass. Write the time of day as well; or ask for "
        f"all of a time by since='{day:%Y-%m-%d}', until='{day + pd.Timedelta(days=1):%Y-%m-%d}'."
    )


def _micros(moment: pd.Timestamp) -> int:
    return int(moment.as_unit("us").asm8.astype("int64"))


def pattern(value: object) -> re.Pattern[str]:
    """Compile a regular expression.

    Raises:
        InvalidInput: it is none.
    """
    if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
        return value
    try:
        return re.compile(text("matches", value))
    except re.error as error:
        raise InvalidInput(
            f"matches={value!r} is no regular expression: {error}. To find that very text use contains=."
        ) from error


def text(name: str, value: object) -> str:
    """Take a text that something can be found by.

    Raises:
        InvalidInput: it is none, or empty.
    """
    if not isinstance(value, str):
        raise InvalidInput(
            f"{name}= looks for text; found {value!r}, of type {type(value).__name__}. Give a str."
        )
    if not value:
        raise InvalidInput(
            f"{name}='' is found in every message. Write what to look for, or leave {name}= away."
        )
    return value
