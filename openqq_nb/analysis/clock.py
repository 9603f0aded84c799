"""The clock on the wall in China, of whole microseconds since 1970 UTC: eight hours ahead, all year since 1992."""

import narwhals as nw

from openqq_nb.analysis.frames import AT

HOUR_US = 3_600_000_000
DAY_US = 24 * HOUR_US
_AHEAD_US = 8 * HOUR_US
# 1970 began on a Thursday.
_FIRST_WEEKDAY = 3


def hour(column: str = AT) -> nw.Expr:
    """The hour of the day, 0 to 23."""
    return ((nw.col(column) + _AHEAD_US) // HOUR_US) % 24


def day(column: str = AT) -> nw.Expr:
    """The number of the day since 1970."""
    return (nw.col(column) + _AHEAD_US) // DAY_US


def weekday(column: str = AT) -> nw.Expr:
    """The day of the week: 1 for Monday to 7 for Sunday."""
    return (day(column) + _FIRST_WEEKDAY) % 7 + 1


def midnight(days: str) -> nw.Expr:
    """When a day began, of its number."""
    return nw.col(days) * DAY_US - _AHEAD_US
