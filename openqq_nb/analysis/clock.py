"""The clock on the wall in China, of whole microseconds since 1970 UTC: eight hours ahead, all year since 1992."""

from collections.abc import Mapping
from typing import Literal

import narwhals as nw

from openqq_nb.analysis.engines import AHEAD_US, AnyFrame, calendar_months

Every = Literal["day", "week", "month", "quarter", "year"]

AT = "at_us"
"""When a message was written: whole microseconds since 1970 UTC."""
HOUR_US = 3_600_000_000
DAY_US = 24 * HOUR_US
# All is counted from 1 March of the year 0, so that no number is below zero, which engines divide in different ways,
# and the day that is not in every year is the last one of a year.
_DAYS_BEFORE_1970 = 719_468
_AHEAD_US = AHEAD_US + _DAYS_BEFORE_1970 * DAY_US
# That 1 March was a Wednesday.
_FIRST_WEEKDAY = 2
_MONTHS: Mapping[str, int] = {"month": 1, "quarter": 3, "year": 12}
_DAYS_OF_400_YEARS, _DAYS_OF_4_YEARS, _YEAR = 146_097, 1_461, 12


def hour(column: str = AT) -> nw.Expr:
    """The hour of the day, 0 to 23."""
    return hours(column) % 24


def day(column: str = AT) -> nw.Expr:
    """The number of the day since 1970."""
    return _days(column) - _DAYS_BEFORE_1970


def hours(column: str = AT) -> nw.Expr:
    """The number of the hour since 1 March of the year 0."""
    return (nw.col(column) + _AHEAD_US) // HOUR_US


def hour_of(numbers: str) -> nw.Expr:
    """The hour of the day, 0 to 23, of the number of an hour."""
    return nw.col(numbers) % 24


def weekday_of(numbers: str) -> nw.Expr:
    """The day of the week, 1 for Monday to 7 for Sunday, of the number of an hour."""
    return (nw.col(numbers) // 24 + _FIRST_WEEKDAY) % 7 + 1


def midnight(days: str) -> nw.Expr:
    """When a day began, of its number."""
    return nw.col(days) * DAY_US - AHEAD_US


def with_period(frame: AnyFrame, every: Every, name: str, column: str = AT) -> AnyFrame:
    """Add the number of the day, week, month, quarter or year; numbers of one kind follow one another."""
    if every == "day":
        return frame.with_columns(day(column).alias(name))
    if every == "week":
        return frame.with_columns(((_days(column) + _FIRST_WEEKDAY) // 7).alias(name))
    if frame.implementation.is_duckdb():
        months = calendar_months(frame.with_columns((nw.col(column) + AHEAD_US).alias(name)), name)
        return months.with_columns((nw.col(name) // _MONTHS[every]).alias(name))
    return _with_months(frame.with_columns(_days(column).alias(name)), name, _MONTHS[every])


def period_start(every: Every, periods: str) -> nw.Expr:
    """When a period began, of its number."""
    if every == "day":
        return midnight(periods)
    weeks = every == "week"
    days = nw.col(periods) * 7 - _FIRST_WEEKDAY if weeks else _first_day(nw.col(periods) * _MONTHS[every] - 2)
    return (days - _DAYS_BEFORE_1970) * DAY_US - AHEAD_US


def _days(column: str) -> nw.Expr:
    return (nw.col(column) + _AHEAD_US) // DAY_US


def _with_months(frame: AnyFrame, name: str, months: int) -> AnyFrame:
    """Turn days into so many months: years end with February, and months have 30.6 days then.

    One step at a time, since what is used twice in an expression is twice in the SQL of it.
    """
    century, fourths = f"{name} century", f"{name} fourths"
    told = frame.with_columns((nw.col(name) * 4 + 3).alias(fourths))
    told = told.with_columns((nw.col(fourths) // _DAYS_OF_400_YEARS).alias(century))
    told = told.with_columns(((nw.col(fourths) % _DAYS_OF_400_YEARS) // 4 * 4 + 3).alias(fourths))
    year = nw.col(century) * 100 + nw.col(fourths) // _DAYS_OF_4_YEARS
    in_year = ((nw.col(fourths) % _DAYS_OF_4_YEARS) // 4 * 5 + 2) // 153
    return told.with_columns(((year * _YEAR + in_year + 2) // months).alias(name)).drop(century, fourths)


def _first_day(months: nw.Expr) -> nw.Expr:
    year = months // _YEAR
    in_year = ((months % _YEAR) * 153 + 2) // 5
    return year * 365 + year // 4 - year // 100 + year // 400 + in_year
