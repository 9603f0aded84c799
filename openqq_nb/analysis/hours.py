"""When people write: by weekday and hour, and day by day."""

from typing import Any

import narwhals as nw

from openqq_nb.analysis import clock
from openqq_nb.analysis.frames import PERSON, AnyFrame, alone, finished, grouped, messages
from openqq_nb.analysis.results import ACTIVITY, CALENDAR


def activity(log: Any) -> Any:  # noqa: ANN401 - a frame of any engine, and the same back
    """Count the messages of each hour of the week, by clocks in China.

    System lines and notices of recalls, which nobody wrote, are not counted. Hours in which nothing was said make no
    row.

    Args:
        log: a log, an inbox, or a frame of messages of pandas, polars, DuckDB, Dask or PySpark with `msg_time`; times
            without a zone are read as clocks in China show them.

    Returns:
        A frame of the same engine, one row an hour in which something was said, in order: `weekday` (1 Monday to 7
        Sunday), `hour` (0 to 23), `messages`; all `Int64`.

    Raises:
        InvalidInput: it is no frame of messages.

    Example:
        >>> import pandas as pd
        >>> from openqq_nb.analysis import activity
        >>> times = pd.to_datetime(["2026-11-16 09:30", "2026-11-16 09:59", "2026-11-22 23:00"])
        >>> activity(pd.DataFrame({"msg_time": times})).values.tolist()
        [[1, 9, 2], [7, 23, 1]]
    """
    # One division for each message; the clock is read of the few thousand hours in which there are any.
    hours = grouped(messages(log, ()).select(hours=clock.hours()), ["hours"], messages=nw.len())
    told = hours.with_columns(weekday=clock.weekday_of("hours"), hour=clock.hour_of("hours"))
    week = grouped(told, ["weekday", "hour"], messages=nw.col("messages").sum())
    return finished(week, ACTIVITY, ["weekday", "hour"])


def calendar(log: Any) -> Any:  # noqa: ANN401 - a frame of any engine, and the same back
    """Count messages and people of each day, and how many days in a row something was said.

    Days begin at midnight in China. Who wrote without a number is told by the name; where nothing tells who wrote, all
    count as one. System lines and notices of recalls are not counted.

    Args:
        log: a log, an inbox, or a frame of messages of pandas, polars, DuckDB, Dask or PySpark with `msg_time`.

    Returns:
        A frame of the same engine, one row a day on which something was said, in order: `date` (its midnight,
        `datetime64[us, Asia/Shanghai]`), `messages`, `people` (how many wrote), `streak` (1 on the first day after a
        day of silence, 2 on the next …); all `Int64`.

    Raises:
        InvalidInput: it is no frame of messages.

    Example:
        >>> import pandas as pd
        >>> from openqq_nb.analysis import calendar
        >>> times = pd.to_datetime(["2026-11-16 09:30", "2026-11-17 00:00", "2026-11-17 08:00", "2026-11-20 23:00"])
        >>> log = pd.DataFrame({"msg_time": times, "sender": ["小灰", "小灰", "小明", "小灰"]})
        >>> calendar(log)[["messages", "people", "streak"]].values.tolist()
        [[1, 1, 1], [2, 2, 2], [1, 1, 1]]
    """
    frame = messages(log, ()).select(PERSON, day=clock.day())
    people = grouped(frame, ["day", PERSON], messages=nw.len())
    days = grouped(people, ["day"], messages=nw.col("messages").sum(), people=nw.len())
    return finished(alone(days, _with_streaks), CALENDAR, ["date"])


def _with_streaks(days: AnyFrame) -> AnyFrame:
    """Days in a row have the same difference to their place in the order."""
    one = days.with_columns(one=nw.lit(1, nw.Int64))
    placed = one.with_columns(place=nw.col("one").cum_sum().over(order_by="day"))
    rows = placed.with_columns(row=nw.col("day") - nw.col("place"))
    streak = nw.col("one").cum_sum().over("row", order_by="day")
    return rows.with_columns(streak=streak, date=clock.midnight("day"))
