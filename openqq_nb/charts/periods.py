"""Periods of time: their kind, their axis, those in which nothing was, and longer ones where there are too many."""

import json
from collections.abc import Mapping, Sequence

import pandas as pd

from openqq_nb.analysis.clock import Every
from openqq_nb.charts.given import About, times
from openqq_nb.charts.parts import time_axis
from openqq_nb.charts.themes import Spec
from openqq_nb.charts.wording import say
from openqq_nb.columns import Frame

STEPS = 240
"""How many periods a picture has room for."""

# From the shortest to the longest; weeks begin with Monday.
_FREQUENCIES: Mapping[Every, str] = {
    "day": "D",
    "week": "W-SUN",
    "month": "M",
    "quarter": "Q-DEC",
    "year": "Y-DEC",
}
# How the few that have a label each are written.
_LABELLED = 6
_FORMS: Mapping[Every | None, str] = {"month": "months", "quarter": "months", "year": "years"}
# A week may lie in two months, so weeks add up to nothing.
_ADD_UP: Mapping[Every, tuple[Every, ...]] = {
    "day": ("week", "month", "quarter", "year"),
    "month": ("quarter", "year"),
    "quarter": ("year",),
}


def kind(moments: "pd.Series[pd.Timestamp]") -> Every | None:
    """Tell which kind of period begins at each of some moments, the longest that does; None if none does."""
    begun = pd.DatetimeIndex(moments)
    fitting = (every for every in _FREQUENCIES if (_begins(begun, every) == begun).all())
    return max(fitting, key=list(_FREQUENCIES).index, default=None)


def sure_kind(moments: "pd.Series[pd.Timestamp]") -> Every | None:
    """Tell the kind of some periods if two of them follow upon each other; else they may be of several kinds."""
    every = kind(moments)
    if every is None:
        return None
    periods = pd.DatetimeIndex(moments).to_period(_FREQUENCIES[every])
    return every if (periods + 1).isin(periods).any() else None


def called(begun: pd.Timestamp, every: Every | None) -> str:
    """Name a period as people do: a week by its first day, longer ones by their month, quarter or year.

    Args:
        begun: when it began.
        every: its kind; a period of which that is not known is named by its first day.
    """
    day, month = f"{begun:%Y-%m-%d}", say(f"month_{begun.month}")
    if every is None:
        return day
    return say(f"period_{every}", day=day, month=month, quarter=begun.quarter, year=begun.year)


def fewer(moments: "pd.Series[pd.Timestamp]", every: Every, most: int = STEPS) -> Every:
    """Choose the kind of period with which a log is asked, so that there is room for all of them.

    Args:
        moments: when the periods began that a first answer has.
        every: what was asked for; it stays where there is room.
        most: for how many of them there is room.
    """
    if moments.empty:
        return every
    longer = list(_FREQUENCIES)[list(_FREQUENCIES).index(every) :]
    return next((one for one in longer if _count(moments, one) <= most), "year")


def added_up(moments: "pd.Series[pd.Timestamp]", every: Every) -> Every:
    """Choose the kind of period that an answer is drawn in: its own, or one into which it adds up without a rest."""
    if _count(moments, every) <= STEPS:
        return every
    longer = _ADD_UP.get(every, ())
    return next((one for one in longer if _count(moments, one) <= STEPS), longer[-1] if longer else every)


def whole(counts: Frame, every: Every) -> Frame:
    """Add up what is of one period, and put in those of which there is nothing.

    Args:
        counts: numbers; the index tells moments of clocks in China, without a zone.
        every: the kind of period.

    Returns:
        The same columns, one row for each period from the first to the last; the index tells when it began. What was
        missing in all rows of a period, or had no row, is missing.
    """
    periods = pd.DatetimeIndex(counts.index).to_period(_FREQUENCIES[every])
    summed = counts.groupby(periods).sum(min_count=1)
    filled = summed.reindex(pd.period_range(periods.min(), periods.max(), freq=_FREQUENCIES[every]))
    return filled.set_axis(pd.PeriodIndex(filled.index).to_timestamp(), axis="index")


def ends(begun: pd.DatetimeIndex, every: Every | None) -> pd.DatetimeIndex:
    """Tell when periods end, which is when the next ones begin; of no kind they are as long as most, one is a day."""
    if every is None:
        return begun + (begun.to_series().diff().median() if len(begun) > 1 else pd.Timedelta(days=1))
    return (begun.to_period(_FREQUENCIES[every]) + 1).to_timestamp()


def beyond(begun: pd.DatetimeIndex, every: Every | None, about: About) -> list[str]:
    """Say in a line, or in none, which periods at the ends have days before the first message or after the last.

    Args:
        begun: when the periods began, in order.
        every: their kind, if it is known.
        about: what is known of the messages; of an answer it is nothing, and nothing is said.
    """
    if every is None or about.first is None or about.last is None:
        return []
    first, last = times(pd.Series([about.first, about.last])).dt.normalize()
    late = first > begun[0]
    early = last + pd.Timedelta(days=1) < ends(begun[-1:], every)[0]
    if not (late or early):
        return []
    if len(begun) == 1:
        return [say("beyond_only")]
    return [say("beyond_both" if late and early else "beyond_first" if late else "beyond_last")]


def axis(
    begun: Sequence[int],
    shown: Sequence[int],
    domain: tuple[int, int],
    every: Every | None,
    room_px: float,
) -> Spec:
    """Give the axis of periods, of which a few have a label each.

    Args:
        begun: when they began, in milliseconds.
        shown: where they stand on the axis.
        domain: its ends.
        every: their kind, if it is known.
        room_px: how long it is.
    """
    across = time_axis(*domain, None, room_px, dates=True)
    across["scale"] |= {"domain": list(domain), "nice": False}
    if len(begun) == 1 or (every and len(begun) <= _LABELLED):
        form = say(f"format_{_FORMS.get(every, 'days')}")
        at = json.dumps(dict(zip(map(str, shown), begun, strict=True)))
        across["axis"] |= {
            "values": list(shown),
            "labelExpr": f"utcFormat({at}[toNumber(datum.value)], {json.dumps(form)})",
        }
    return across


def _begins(moments: pd.DatetimeIndex, every: Every) -> pd.DatetimeIndex:
    return moments.to_period(_FREQUENCIES[every]).to_timestamp()


def _count(moments: "pd.Series[pd.Timestamp]", every: Every) -> int:
    return len(pd.period_range(moments.min(), moments.max(), freq=_FREQUENCIES[every]))
