"""Periods in pictures: all of them, each with its own count, also those in which nothing was."""

from typing import get_args

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import openqq_nb as oq
from openqq_nb import analysis, charts
from openqq_nb.analysis.clock import Every
from openqq_nb.charts.courses import draw_turnover
from openqq_nb.charts.given import About
from openqq_nb.charts.picture import Picture
from openqq_nb.columns import ZONE
from openqq_nb.languages import Language
from tests.charts.drawing import marks, texts

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
    assert "Counted by month." in shown.subtitle


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
    assert "Counted by week." in shown.subtitle


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
    came, went = int(found["newcomers"].iloc[1:].sum()), int(found["leavers"].sum())
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


FIRST = ("The first period began before the first message.", "第一个时段早于第一条消息开始。")
LAST = ("The last period ends after the last message.", "最后一个时段晚于最后一条消息结束。")
BOTH = ("The first and the last period reach beyond the messages.", "首尾时段超出消息的时间范围。")
ONLY = ("The period reaches beyond the messages.", "该时段超出消息的时间范围。")


def of_ends(shown: Picture) -> list[str]:
    """What is told of the periods at the ends."""
    told = {line for both in (FIRST, LAST, BOTH, ONLY) for line in both}
    return [line for line in shown.subtitle if line in told]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    ("first", "last", "english", "chinese"),
    [
        ("2024-03-04 00:30", "2024-03-31 09:00", "", ""),
        ("2024-03-05 00:30", "2024-03-31 09:00", *FIRST),
        ("2024-03-04 23:30", "2024-03-30 23:59", *LAST),
        ("2024-03-10", "2024-03-25", *BOTH),
        ("2024-03-08", "2024-03-09", *ONLY),
    ],
)
def test_the_line_under_the_title_says_which_periods_at_the_ends_reach_beyond_the_messages(
    first: str, last: str, english: str, chinese: str, language: Language
) -> None:
    oq.language(language)
    written = log(pd.DatetimeIndex([first, last], tz=ZONE))
    wanted = [line for line in (english if language == "en" else chinese,) if line]
    for shown in (charts.timeline(written), charts.turnover(written, "week")):
        assert of_ends(shown) == wanted
        assert not [line for line in shown.subtitle if "whole" in line or "完整" in line]


def test_of_an_answer_it_is_not_known_whether_periods_reach_beyond_the_messages() -> None:
    written = log(pd.DatetimeIndex(["2024-01-03", "2024-02-03", "2024-03-03"], tz=ZONE))
    for shown in (charts.timeline(analysis.timeline(written)), charts.turnover(analysis.turnover(written))):
        assert of_ends(shown) == []


def test_nothing_is_said_of_a_first_period_that_is_not_shown() -> None:
    shown = charts.turnover(log(pd.date_range("2020-01-03", periods=280, freq="7D", tz=ZONE)), "week")
    assert of_ends(shown) == [LAST[0]]


def turned(people: list[int], newcomers: list[int]) -> pd.DataFrame:
    months = pd.date_range("2024-01-01", periods=len(people), freq="MS", tz=ZONE)
    unknown = pd.Series([None] * len(people), dtype="Int64")
    columns = {"period": months, "people": people, "newcomers": newcomers}
    return pd.DataFrame(columns | {"leavers": unknown, "stay_days": None})


def test_people_of_the_first_period_are_no_newcomers_by_messages_alone() -> None:
    found, about = turned([73, 75, 74], [73, 4, 1]), About(asked={"events": None})
    shown = draw_turnover(found, about)
    assert [one.get("came") for one in periods(shown)] == [None, 4, 1]
    assert shown.summary == "In all 5 came."
    assert "73 people of the first period may have been there before: not counted." in shown.subtitle
    oq.language("zh")
    shown = draw_turnover(found, about)
    assert "第一个时段的 73 人可能早就在群里，未计入。" in shown.subtitle


@pytest.mark.parametrize(("people", "newcomers"), [([73, 75], [2, 4]), ([0, 75], [0, 4])])
def test_of_a_first_period_in_which_others_were_too_all_newcomers_are_counted(
    people: list[int], newcomers: list[int]
) -> None:
    shown = draw_turnover(turned(people, newcomers), About(asked={"events": None}))
    assert [one.get("came") for one in periods(shown)] == newcomers
    assert not [line for line in shown.subtitle if "not counted" in line]


def test_an_answer_with_events_is_drawn_with_the_newcomers_of_its_log() -> None:
    moments = pd.DatetimeIndex(["2024-01-05", "2024-01-06", "2024-02-06"], tz=ZONE)
    written = log(moments).assign(gnumber="1")
    joined = {"received_at": moments, "event": "new_group_member", "gnumber": "1", "qq": written["sender_qq"]}
    events = pd.DataFrame(joined)
    for shown in (
        charts.turnover(written, events=events),
        charts.turnover(analysis.turnover(written, events=events)),
    ):
        assert [one.get("came") for one in periods(shown)] == [2, 1]
        assert not [line for line in shown.subtitle if "not counted" in line]


def test_whose_joining_was_seen_is_a_newcomer_in_the_first_period_too() -> None:
    written = log(pd.DatetimeIndex(["2024-01-05", "2024-01-06"], tz=ZONE), people=1)
    joined = {"received_at": written["msg_time"].head(1), "event": "group_increase", "gnumber": "1"}
    events = pd.DataFrame(joined | {"qq": "10000", "displayname": "p0"})
    shown = charts.turnover(written, events=events)
    assert shown.summary == "In all 1 came and 0 went."
    (month,) = periods(shown)
    assert month["came"] == 1
    assert (month["to"] - month["from"]) / (31 * 86_400_000) < 0.15


def test_of_one_period_without_newcomers_or_leavers_the_people_are_told() -> None:
    shown = charts.turnover(log(pd.DatetimeIndex(["2024-03-01", "2024-03-05"], tz=ZONE)))
    assert shown.summary == "Mar 2024: 2 people"
    assert "vconcat" not in shown.body
    assert "Mar 2024" in texts(shown.svg())


@pytest.mark.parametrize("days", [["2024-03-01"], ["2024-03-01", "2024-03-05"]])
def test_the_bars_of_one_or_two_weeks_stand_apart_from_the_axis_with_their_dates(days: list[str]) -> None:
    shown = charts.timeline(log(pd.DatetimeIndex(days, tz=ZONE)))
    assert "Counted by week." in shown.subtitle
    first, last = shown.body["encoding"]["x"]["scale"]["domain"]
    places = [(one["at"] - first) / (last - first) for one in shown.body["data"]["values"]]
    assert places == [(2 * at + 1) / (2 * len(days)) for at in range(len(days))]
    weeks = [text for text in texts(shown.svg()) if text.endswith(("Feb", "Mar"))]
    assert weeks == ["26 Feb", "4 Mar"][: len(days)]


@pytest.mark.parametrize(
    ("every", "labels"),
    [
        ("week", ["4 Dec", "11 Dec", "18 Dec", "25 Dec", "1 Jan", "8 Jan"]),
        ("month", ["Dec 2023", "Jan 2024"]),
    ],
)
def test_each_of_few_periods_has_its_label(every: Every, labels: list[str]) -> None:
    written = log(pd.date_range("2023-12-04", "2024-01-14", freq="D", tz=ZONE))
    for shown in (charts.timeline(written, every), charts.turnover(written, every)):
        dates = [text for text in texts(shown.svg()) if {"Dec", "Jan"} & set(text.split())]
        assert dates == labels
