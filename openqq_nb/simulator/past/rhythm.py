"""When people talk: hours and weekdays by kind of person, lively and quiet days, holidays."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import sin
from random import Random

from openqq_nb.simulator.records import CHINA

DAY_S = 86_400
SATURDAY = 5
_USUAL = (4, 2, 1, 1, 1, 1, 3, 6, 10, 14, 14, 15, 18, 12, 11, 12, 12, 14, 16, 20, 24, 26, 20, 10)
_OFFICE = (1, 0, 0, 0, 0, 0, 1, 5, 14, 22, 24, 22, 16, 14, 22, 24, 22, 20, 10, 6, 6, 6, 4, 2)
_LAZY = (6, 3, 1, 1, 1, 1, 1, 2, 5, 12, 18, 18, 16, 16, 18, 18, 17, 16, 16, 18, 22, 24, 20, 12)
_OWL = (40, 34, 28, 16, 7, 2, 1, 1, 1, 2, 4, 6, 8, 9, 10, 10, 10, 12, 14, 18, 22, 28, 36, 40)
_EARLY = (0, 0, 0, 1, 6, 18, 30, 32, 24, 18, 14, 12, 12, 8, 8, 10, 10, 12, 14, 14, 10, 5, 2, 0)
_FEW = tuple(one // 3 for one in _LAZY)
RHYTHMS: dict[str, tuple[tuple[int, ...], tuple[int, ...]]] = {
    "usual": (_USUAL, _LAZY),
    "office": (_OFFICE, _FEW),
    "owl": (_OWL, _OWL),
    "early": (_EARLY, _EARLY),
    "weekend": (_FEW, tuple(2 * one for one in _LAZY)),
}
"""How lively each hour of a working day and of a day off is."""
HOW_MANY = {"usual": 9, "office": 4, "owl": 3, "early": 2, "weekend": 2}

# The first day of the year of the moon.
_NEW_YEARS = tuple(
    date.fromisoformat(day)
    for day in (
        "2015-02-19", "2016-02-08", "2017-01-28", "2018-02-16", "2019-02-05", "2020-01-25", "2021-02-12",
        "2022-02-01", "2023-01-22", "2024-02-10", "2025-01-29", "2026-02-17", "2027-02-06", "2028-01-26",
        "2029-02-13", "2030-02-03",
    )
)  # fmt: skip
_FESTIVE = {-1: 5.0, 0: 4.5, 1: 3.0, 2: 2.2, 3: 1.8, 4: 1.5, 5: 1.4}
_HOLIDAYS = {(10, day): 0.6 for day in range(1, 8)} | {(5, day): 0.7 for day in range(1, 4)} | {(1, 1): 1.6}
_WEEK = (1.0, 0.95, 0.95, 1.0, 1.15, 1.3, 1.1)
_BURSTS = 1 / 40
_SILENCES = 1 / 90


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the past.

    Args:
        start: Its first second, since 1970.
        share: How much of all talk falls on it.
        off: Whether people are at home.
        festive: Whether it is of the Spring Festival.
    """

    start: int
    share: float
    off: bool
    festive: bool


def days(first: date, until: date, rng: Random) -> tuple[Day, ...]:
    """Draw how lively the days are.

    Args:
        first: The first day.
        until: The day after the last.
        rng: The source of chance.
    """
    dates = [first + timedelta(days=n) for n in range((until - first).days)]
    levels = list(_levels(dates, rng))
    total = sum(levels)
    return tuple(
        Day(
            midnight(day),
            level / total,
            day.weekday() >= SATURDAY or (day.month, day.day) in _HOLIDAYS or festival(day) is not None,
            festival(day) is not None,
        )
        for day, level in zip(dates, levels, strict=True)
    )


def midnight(day: date) -> int:
    """Give the first second of a day in China, since 1970."""
    return int(datetime(day.year, day.month, day.day, tzinfo=CHINA).timestamp())


def festival(day: date) -> int | None:
    """Tell which day of the Spring Festival it is, from -1 (New Year's Eve) to 5; `None` for others."""
    return next((n for first in _NEW_YEARS if (n := (day - first).days) in _FESTIVE), None)


def _levels(dates: list[date], rng: Random) -> Iterator[float]:
    """Draw a slow rise and fall with weekdays, holidays, now and then a great day or a few silent ones."""
    phase, slope = rng.uniform(0, 6), rng.uniform(-0.4, 0.6)
    silent = 0
    for place, day in enumerate(dates):
        drift = 1 + slope * place / len(dates) + 0.35 * sin(phase + place / 45)
        level = max(0.15, drift) * _WEEK[day.weekday()] * rng.lognormvariate(0, 0.4)
        level *= _HOLIDAYS.get((day.month, day.day), 1.0)
        nth = festival(day)
        if nth is not None:
            yield level * _FESTIVE[nth]
            continue
        level *= rng.uniform(2.5, 4.5) if rng.random() < _BURSTS else 1.0
        silent = rng.randrange(2, 6) if not silent and rng.random() < _SILENCES else max(0, silent - 1)
        yield level * (0.02 if silent else 1.0)


def hour_weights(numbers: dict[str, float], off: bool) -> list[float]:
    """Add up how lively each hour is, for so much of each kind of person."""
    return [
        sum(much * RHYTHMS[name][off][hour] for name, much in numbers.items()) for hour in range(len(_USUAL))
    ]
