"""What is asked for with a question: lengths of time, moments, counts and choices, checked."""

import difflib
import operator
from collections.abc import Sequence
from typing import Any, SupportsIndex, cast

import pandas as pd

from openqq_nb.columns import ZONE
from openqq_nb.errors import InvalidInput

_UNIX = pd.Timestamp(0, tz="UTC")
_MICROSECOND = pd.Timedelta(1, "us")


def length_us(name: str, value: object, default: str) -> int:
    """Read a length of time, in whole microseconds.

    Args:
        name: the argument.
        value: a text such as `180D` or `30min`, a `timedelta`, or a `pandas.Timedelta`.
        default: what the argument is without being given, for an error.

    Raises:
        InvalidInput: it is no length of time, or not longer than nothing.
    """
    try:
        length = pd.NaT if isinstance(value, int | float) else pd.Timedelta(cast(Any, value))
    except (ValueError, TypeError, OverflowError):
        length = pd.NaT
    if not isinstance(length, pd.Timedelta) or length < _MICROSECOND:
        raise InvalidInput(
            f"`{name}` is a length of time, longer than nothing.\nFound {value!r}.\n"
            f'Write for instance {name}="{default}"; D is days, h hours and min minutes.'
        )
    return length // _MICROSECOND


def moment_us(name: str, value: object) -> int:
    """Read a moment, in whole microseconds since 1970 UTC; without a zone it is read as clocks in China show it.

    Raises:
        InvalidInput: it is no moment.
    """
    try:
        moment = pd.NaT if isinstance(value, int | float) else pd.Timestamp(cast(Any, value))
    except (ValueError, TypeError, OverflowError):
        moment = pd.NaT
    if not isinstance(moment, pd.Timestamp):
        raise InvalidInput(
            f"`{name}` is a moment.\nFound {value!r}.\n"
            f'Write for instance {name}="2026-11-17 09:30", or give a datetime.'
        )
    aware = moment.tz_localize(ZONE) if moment.tz is None else moment
    return int((aware - _UNIX) // _MICROSECOND)


def at_least(name: str, value: object, least: int) -> int:
    """Read a whole number that is not below another.

    Raises:
        InvalidInput: it is not.
    """
    if isinstance(value, bool) or not isinstance(value, SupportsIndex) or operator.index(value) < least:
        raise InvalidInput(
            f"`{name}` is a whole number of {least} or more.\nFound {value!r}.\nWrite for instance {name}={least}."
        )
    return operator.index(value)


def one_of(name: str, value: object, choices: Sequence[str]) -> None:
    """Check a choice.

    Raises:
        InvalidInput: there is no such choice.
    """
    if not isinstance(value, str) or value not in choices:
        found = repr(value) if isinstance(value, str) else f"one of type {type(value).__name__}"
        nearest = difflib.get_close_matches(str(value), choices, 1) or choices
        raise InvalidInput(
            f"`{name}` is one of {', '.join(choices)}.\nFound {found}.\nWrite for instance {name}={nearest[0]!r}."
        )
