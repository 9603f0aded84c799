"""When people write: an hour of the week, or a day of the year, is a square."""

from typing import Any

import pandas as pd

from openqq_nb.charts.given import About, counted, times
from openqq_nb.charts.parts import picture_of
from openqq_nb.charts.picture import Picture
from openqq_nb.charts.texts import wide
from openqq_nb.charts.themes import Spec
from openqq_nb.charts.wording import say
from openqq_nb.columns import Frame

_HOURS, _WEEKDAYS = 24, 7
_HOUR_WIDTH, _DAY_HEIGHT = 22, 22
_DAY, _GAP = 10, 1
_YEARS = 5
_YEAR_HEIGHT = _WEEKDAYS * _DAY + 34
_SHOWN_WEEKDAYS = (1, 3, 5, 7)


def activity(log: Any) -> Picture:  # noqa: ANN401 - what `analysis.activity` takes
    """Draw when people write: a square an hour of the week, the stronger its colour the more.

    Args:
        log: a log, a frame of messages of any engine, or what `analysis.activity` gave.

    Returns:
        A `Picture`; show it as the last line of a cell, or `save` it.

    Raises:
        InvalidInput: it is neither messages nor an answer.
        NotSupported: what draws is not installed.

    Example:
        >>> import pandas as pd
        >>> from openqq_nb import charts
        >>> answer = pd.DataFrame({"weekday": [5, 6], "hour": [21, 22], "messages": [12, 30]})
        >>> picture = charts.activity(answer)
        >>> len(picture.spec()["data"]["values"])
        168
    """
    return picture_of("activity", draw_activity, log)


def draw_activity(found: Frame, about: About) -> Picture:
    """Draw an answer of `analysis.activity`."""
    about = about.or_else(int(found["messages"].sum()))
    squares: list[dict[str, Any]] = [
        {"day": say(f"weekday_{day}"), "hour": hour, "messages": count}
        for day, counts in by_hour(found).items()
        for hour, count in enumerate(counts)
    ]
    busiest = max(squares, key=lambda one: int(one["messages"]))
    summary = say(
        "activity_told",
        weekday=busiest["day"],
        hour=busiest["hour"],
        count=counted("messages", int(busiest["messages"])),
    )
    return Picture(say("activity"), about.told(), summary, _hours(squares))


def by_hour(found: Frame) -> dict[int, list[int]]:
    """Give the messages of the 24 hours of each weekday, from 1 for Monday, of an answer of `analysis.activity`."""
    counts = found.groupby(["weekday", "hour"])["messages"].sum()
    return {
        day: [int(counts.get((day, hour), 0)) for hour in range(_HOURS)] for day in range(1, _WEEKDAYS + 1)
    }


def _hours(squares: list[dict[str, Any]]) -> Spec:
    days = list(dict.fromkeys(one["day"] for one in squares))
    hours: Spec = {"title": say("hour"), "labelAngle": 0, "values": list(range(0, _HOURS, 3))}
    across: Spec = {"field": "hour", "type": "ordinal", "axis": hours | {"ticks": False, "domain": False}}
    down_axis: Spec = {"title": None, "minExtent": round(max(map(wide, days))) + 6, "labelPadding": 8}
    down: Spec = {"field": "day", "type": "ordinal", "sort": days}
    place = {"x": across, "y": down | {"axis": down_axis | {"ticks": False, "domain": False}}}
    return {
        "width": {"step": _HOUR_WIDTH},
        "height": {"step": _DAY_HEIGHT},
        "data": {"values": squares},
        "encoding": place,
        "layer": by_amount(squares, {"strokeWidth": 2, "cornerRadius": 4}, _WEEKDAYS * _DAY_HEIGHT),
    }


def by_amount(squares: list[dict[str, Any]], mark: Spec, height: float) -> list[Spec]:
    """Colour squares by their messages; none has a colour of its own.

    Args:
        squares: rows with `messages`.
        mark: how a square looks besides.
        height: how long the legend may be, in pixels.
    """
    largest = max(int(one["messages"]) for one in squares)
    legend: Spec = {
        "title": say("messages"),
        "gradientLength": height - 26,
        "gradientThickness": 12,
        "format": ",d",
        "values": sorted({1, (1 + largest) // 2, largest}),
    }
    colour: Spec = {"field": "messages", "type": "quantitative", "legend": legend if largest > 1 else None}
    colour["scale"] = {"domain": [min(1, largest - 1), max(largest, 1)], "nice": False, "zero": False}
    rect: Spec = {"type": "rect"} | mark
    return [
        {"transform": [{"filter": "datum.messages === 0"}], "mark": rect | {"style": ["edge", "none"]}},
        {
            "transform": [{"filter": "datum.messages > 0"}],
            "mark": rect | {"style": "edge"},
            "encoding": {"color": colour},
        },
    ]


def calendar(log: Any) -> Picture:  # noqa: ANN401 - what `analysis.calendar` takes
    """Draw each day: a square a day in the column of its week, the stronger its colour the more; the last five years.

    Args:
        log: a log, a frame of messages of any engine, or what `analysis.calendar` gave.

    Returns:
        A `Picture`; show it as the last line of a cell, or `save` it.

    Raises:
        InvalidInput: it is neither messages nor an answer.
        NotSupported: what draws is not installed.

    Example:
        >>> import pandas as pd
        >>> from openqq_nb import charts
        >>> times = pd.to_datetime(["2026-11-16 01:30", "2026-11-16 01:31", "2026-11-23 02:00"])
        >>> log = pd.DataFrame({"msg_time": times, "sender": ["小灰", "小明", "小灰"]})
        >>> charts.calendar(log).svg().startswith("<svg")
        True
    """
    return picture_of("calendar", draw_calendar, log)


def draw_calendar(found: Frame, about: About) -> Picture:
    """Draw an answer of `analysis.calendar`."""
    counts = by_day(found)
    first, last = counts.index.min(), counts.index.max()
    lines = about.or_else(int(counts.sum()), first, last).told()
    years = last_years(counts)
    if years[0] > first.year:
        lines.append(say("calendar_years", years=len(years)))
    begun = pd.Timestamp(years[0], 1, 1)
    lines.append(say("calendar_streak", count=counted("days", _longest_run(found, begun))))
    shown = counts[counts.index >= begun]
    summary = say(
        "calendar_told", day=f"{shown.idxmax():%Y-%m-%d}", count=counted("messages", int(shown.max()))
    )
    return Picture(say("calendar"), lines, summary, _years(counts, years))


def _longest_run(found: Frame, begun: pd.Timestamp) -> int:
    """Count the days of the longest run; those before the first day that is drawn are not of it."""
    drawn = (times(found["date"]) - begun).dt.days + 1
    return int(found["streak"].clip(upper=drawn).max())


def by_day(found: Frame) -> "pd.Series[int]":
    """Give the messages of each day of an answer of `analysis.calendar`; the index tells days without a zone."""
    return found["messages"].astype("int64").groupby(times(found["date"]).dt.normalize()).sum()


def last_years(counts: "pd.Series[int]") -> range:
    """Give the years that are shown of some days: the last five."""
    first, last = counts.index.min().year, counts.index.max().year
    return range(max(first, last - _YEARS + 1), last + 1)


def _years(counts: "pd.Series[int]", years: range) -> Spec:
    days = pd.date_range(max(counts.index.min(), pd.Timestamp(years[0], 1, 1)), counts.index.max(), freq="D")
    squares = [
        {"messages": int(count)} | _place(day, years[0])
        for day, count in zip(days, counts.reindex(days, fill_value=0), strict=True)
    ]
    return {
        "width": 53 * _DAY,
        "height": _YEAR_HEIGHT * len(years) - 14,
        "layer": [
            {
                "data": {"values": squares},
                "encoding": {
                    "x": _pixels("x"),
                    "x2": {"field": "x2"},
                    "y": _pixels("y"),
                    "y2": {"field": "y2"},
                },
                "layer": by_amount(squares, {"strokeWidth": 0}, _YEAR_HEIGHT - 14),
            },
            *_labels(years, days),
        ],
    }


def _place(day: pd.Timestamp, first_year: int) -> dict[str, int]:
    x = _week(day) * _DAY
    y = (day.year - first_year) * _YEAR_HEIGHT + 18 + day.weekday() * _DAY
    return {"x": x, "x2": x + _DAY - _GAP, "y": y, "y2": y + _DAY - _GAP}


def _week(day: pd.Timestamp) -> int:
    return (day.day_of_year - 1 + pd.Timestamp(day.year, 1, 1).weekday()) // _WEEKDAYS


def _pixels(field: str) -> Spec:
    return {"field": field, "type": "quantitative", "scale": None, "axis": None}


def _labels(years: range, shown: pd.DatetimeIndex) -> list[Spec]:
    """Write the months above the weeks, and the weekdays and the year to the left."""
    months = [
        {
            "text": say(f"month_{month}"),
            "x": (_week(pd.Timestamp(year, month, 7))) * _DAY,
            "y": at * _YEAR_HEIGHT + 8,
        }
        for at, year in enumerate(years)
        for month in range(1, 13)
        if shown[0] < pd.Timestamp(year, month, 1) + pd.DateOffset(months=1)
        and pd.Timestamp(year, month, 1) <= shown[-1]
    ]
    days = [
        {"text": say(f"weekday_{day}"), "x": -8, "y": at * _YEAR_HEIGHT + 18 + (day - 0.5) * _DAY}
        for at in range(len(years))
        for day in _SHOWN_WEEKDAYS
    ]
    left = -18 - max(wide(str(one["text"]), 10) for one in days)
    names = [
        {"text": str(year), "x": left, "y": at * _YEAR_HEIGHT + 18 + 3.5 * _DAY}
        for at, year in enumerate(years)
    ]
    return [
        _writing(months, {"align": "left", "fontSize": 11}),
        _writing(days, {"align": "right", "fontSize": 10}),
        _writing(names, {"align": "right", "fontSize": 13, "fontWeight": 600}),
    ]


def _writing(texts: list[dict[str, Any]], mark: Spec) -> Spec:
    style = "muted" if "fontWeight" not in mark else "ink"
    return {
        "data": {"values": texts},
        "mark": {"type": "text", "baseline": "middle", "style": style} | mark,
        "encoding": {"x": _pixels("x"), "y": _pixels("y"), "text": {"field": "text"}},
    }
