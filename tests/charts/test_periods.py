"""Periods in pictures: all of them, each with its own count, also those in which nothing was."""

from typing import get_args

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openqq_nb import analysis, charts
from openqq_nb.analysis.clock import Every
from openqq_nb.charts.picture import Picture
from openqq_nb.columns import ZONE
from tests.charts.drawing import marks

EVERY = get_args(Every)
MOST = 240


def log(moments: pd.DatetimeIndex, people: int = 40) -> pd.DataFrame:
    who = [at % people for at in range(len(moments))]
    return pd.DataFrame(
        {
            "msg_time": moments,
            "sender": [f"p{at}" for at in who],
            "sender_qq": [str(10_000 + at) for at in who],
            "chat": "g",
        }
    )


def counts(shown: Picture) -> dict[str, int]:
    """The messages of each step of a timeline."""
    rows = shown.body["data"]["values"]
    return {f"{pd.Timestamp(one['at'], unit='ms'):%Y-%m-%d}": one["messages"] for one in rows}


def told(frame: pd.DataFrame) -> dict[str, int]:
    return dict(zip(frame["period"].dt.strftime("%Y-%m-%d"), frame["messages"].astype(int), strict=True))


def periods(shown: Picture) -> list[dict[str, int]]:
    """The rows of a picture of turnover."""
    rows: list[dict[str, int]] = shown.body["vconcat"][0]["data"]["values"]
    return rows


@pytest.mark.parametrize("every", ["week", "month", "quarter", "year"])
def test_a_timeline_has_the_periods_that_were_asked_for(every: Every) -> None:
    written = log(pd.date_range("2024-01-03", "2026-06-01", freq="13h", tz=ZONE))
    shown = charts.timeline(written, every)
    assert counts(shown) == told(analysis.timeline(written, every))
    assert any(every in line for line in shown.subtitle)


def test_a_log_over_years_is_asked_for_months_and_no_week_is_moved_into_them() -> None:
    written = log(pd.date_range("2020-01-01", "2025-12-31 12:00", freq="D", tz=ZONE))
    shown = charts.timeline(written)
    assert counts(shown) == told(analysis.timeline(written, "month"))
    assert "One step is a month." in shown.subtitle


@pytest.mark.parametrize("every", ["week", "month", "quarter"])
def test_an_answer_is_drawn_in_its_own_periods_with_zeros_between(every: Every) -> None:
    moments = pd.DatetimeIndex(["2024-01-15", "2024-02-20", "2024-08-30", "2026-03-03"], tz=ZONE)
    found = analysis.timeline(log(moments), every)
    drawn = counts(charts.timeline(found))
    assert {at: count for at, count in drawn.items() if count} == told(found)
    assert len(drawn) > len(found)


def test_weeks_of_an_answer_are_never_cut_into_months() -> None:
    found = analysis.timeline(log(pd.date_range("2019-01-01", "2026-01-01", freq="D", tz=ZONE)), "week")
    shown = charts.timeline(found)
    assert counts(shown) == told(found)
    assert "One step is a week." in shown.subtitle


@pytest.mark.slow
@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.datetimes(pd.Timestamp("2000-01-01"), pd.Timestamp("2026-12-31")), min_size=2),
    st.sampled_from(EVERY),
)
def test_no_message_is_lost_and_none_is_added(moments: list[pd.Timestamp], every: Every) -> None:
    written = log(pd.DatetimeIndex(sorted(moments)).tz_localize(ZONE))
    of_log, of_answer = charts.timeline(written, every), charts.timeline(analysis.timeline(written, every))
    assert sum(counts(of_log).values()) == sum(counts(of_answer).values()) == len(moments)
    assert len(counts(of_log)) <= MOST


def test_those_who_came_and_went_are_counted_before_periods_are_left_out() -> None:
    written = log(pd.date_range("2024-01-03", "2026-06-01", freq="13h", tz=ZONE))
    shown = charts.turnover(written, every="day", gone_after="1D")
    found = analysis.turnover(written, every="day", gone_after="1D")
    came, went = (int(found[one].sum()) for one in ("newcomers", "leavers"))
    assert shown.summary == f"In all {came} came and {went} went."
    assert len(periods(shown)) == MOST
    days = (found["period"].iloc[-1] - found["period"].iloc[0]).days + 1
    assert f"The last {MOST} of {days} periods are shown." in shown.subtitle


def test_a_period_in_which_nobody_wrote_has_no_people() -> None:
    moments = pd.date_range("2024-01-01", periods=20, freq="D", tz=ZONE)
    written = log(pd.DatetimeIndex([*moments, *(moments + pd.Timedelta(days=70))]), 5)
    people = [one["people"] for one in periods(charts.turnover(written, every="week"))]
    assert people == [5, 5, 5, *[0] * 7, 5, 5, 5]


def test_bars_of_turnover_stand_in_their_own_periods() -> None:
    written = log(pd.date_range("2024-01-01", "2024-06-30", freq="D", tz=ZONE), 5)
    rows = periods(charts.turnover(written, every="month"))
    begun = [one["begun"] for one in rows]
    assert all(start < one["from"] < one["to"] for start, one in zip(begun, rows, strict=True))
    assert all(one["to"] < later for one, later in zip(rows[:-1], begun[1:], strict=True))


def test_where_it_is_not_known_who_left_there_is_no_bar_and_the_picture_says_so() -> None:
    months = pd.date_range("2024-01-01", periods=5, freq="MS", tz=ZONE)
    leavers = pd.Series([1, 2, 0, None, None], dtype="Int64")
    found = pd.DataFrame(
        {"period": months, "people": 9, "newcomers": 3, "leavers": leavers, "stay_days": 1.0}
    )
    shown = charts.turnover(found)
    assert [one.get("went") for one in periods(shown)] == [-1, -2, 0, None, None]
    assert "Who left is not known yet in the latest 2 periods." in shown.subtitle
    assert shown.summary == "In all 15 came and 3 went."
    known = charts.turnover(found.assign(leavers=leavers.fillna(1)))
    assert marks(shown.svg()) == marks(known.svg()) - 2


def test_where_nothing_is_known_of_leavers_the_picture_counts_none() -> None:
    found = pd.DataFrame(
        {
            "period": pd.DatetimeIndex(["2024-01-01"], tz=ZONE),
            "people": 9,
            "newcomers": 3,
            "leavers": pd.Series([None], dtype="Int64"),
            "stay_days": 1.0,
        }
    )
    assert charts.turnover(found).summary == "In all 3 came."
