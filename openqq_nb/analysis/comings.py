"""Who comes and who goes, period by period."""

from typing import Any, get_args

import narwhals as nw
import pandas as pd
import pyarrow as pa

from openqq_nb.analysis import clock
from openqq_nb.analysis.asked import length_us, one_of
from openqq_nb.analysis.clock import DAY_US, Every
from openqq_nb.analysis.engines import brought, collected, stacked
from openqq_nb.analysis.frames import AT, PERSON, AnyFrame, alone, finished, grouped, messages
from openqq_nb.analysis.movements import movements
from openqq_nb.analysis.results import TURNOVER


def turnover(log: Any, every: Every = "month", gone_after: Any = "90D", events: Any = None) -> Any:  # noqa: ANN401 - of any engine
    """Count who came, who went and how long they had been there, period by period.

    Without events only messages tell: a newcomer wrote for the first time in the log, a leaver for the last time and
    then was silent up to its end for at least `gone_after`. So the first periods of a log are full of newcomers, and
    the leavers of the last ones are missing: they cannot be known before `gone_after` has passed since the period.

    With events, joining and leaving are what the server told; then people who never wrote count too, and `stay_days` is
    known only where the joining was seen as well. What an event tells once more is not counted again, nor are events of
    groups that the log is not of, where both tell the group.

    Args:
        log: a log, an inbox, or a frame of messages of pandas, polars, DuckDB, Dask or PySpark with `msg_time`, and
            `sender` or `sender_qq`.
        every: `day`, `week` (from Monday), `month`, `quarter` or `year`, by clocks in China.
        gone_after: how long a leaver has been silent at the end of the log: `90D`, or a timedelta. Not looked at with
            events.
        events: a frame such as `inbox.events`, of any engine; joining is `new_group_member` (2.x) or `group_increase`
            (OneBot), leaving `lose_group_member` or `group_decrease`. 1.x servers tell no events.

    Returns:
        A frame of the same engine, one row a period in which somebody wrote, joined or left, in order: `period` (when
        it began, `datetime64[us, Asia/Shanghai]`), `people` (who wrote), `newcomers`, `leavers` (`Int64`, the latter
        missing where they cannot be known yet), `stay_days` (`float64`, median of the days from the first message, or
        the joining, to the last of those leavers).

    Raises:
        InvalidInput: it is no frame of messages or events, no such period, or no length of time.

    Source:
        API document §3; recorded posts of 2.x and OneBot servers.

    Example:
        >>> import pandas as pd
        >>> from openqq_nb.analysis import turnover
        >>> times = pd.to_datetime(["2026-01-05 09:30", "2026-01-15 09:30", "2026-06-17 08:00"])
        >>> log = pd.DataFrame({"msg_time": times, "sender": ["小灰", "小灰", "小明"]})
        >>> turnover(log)[["people", "newcomers", "leavers", "stay_days"]].values.tolist()
        [[1, 1, 1, 10.0], [1, 1, <NA>, nan]]
    """
    one_of("every", every, get_args(Every))
    gone_us = length_us("gone_after", gone_after, "90D")
    read = messages(log, (PERSON,) if events is None else (PERSON, "gnumber"))
    frame = clock.with_period(read.select(AT, PERSON), every, "period")
    spoken = grouped(frame, [PERSON, "period"], first=nw.col(AT).min(), last=nw.col(AT).max())
    if events is None:
        counted = alone(spoken, lambda part: _heard(part, gone_us, every))
    else:
        counted = _told(spoken, movements(events, every, _groups(read)))
    begun = counted.with_columns(number=nw.col("period")).with_columns(
        period=clock.period_start(every, "number")
    )
    return finished(begun, TURNOVER, ["period"])


def _groups(read: AnyFrame) -> set[str]:
    known = collected(grouped(read, ["gnumber"], messages=nw.len()))["gnumber"].dropna()
    return set(known[known.ne("")])


def _heard(spoken: AnyFrame, gone_us: int, every: Every) -> AnyFrame:
    """Tell coming and going by the first and last message."""
    whole = spoken.with_columns(
        came=nw.col("first").min().over(PERSON),
        went=nw.col("last").max().over(PERSON),
        end=nw.col("last").max(),
    )
    left = (nw.col("last") == nw.col("went")) & (nw.col("went") <= nw.col("end") - gone_us)
    told = whole.with_columns(
        newcomer=nw.when(nw.col("first") == nw.col("came")).then(nw.lit(1)).otherwise(nw.lit(0)),
        leaver=nw.when(left).then(nw.lit(1)).otherwise(nw.lit(0)),
        stay=nw.when(left).then((nw.col("went") - nw.col("came")) / DAY_US),
    )
    counted = grouped(
        told,
        ["period"],
        people=nw.len(),
        newcomers=nw.col("newcomer").sum(),
        leavers=nw.col("leaver").sum(),
        stay_days=nw.col("stay").median(),
        end=nw.col("end").max(),
    )
    ended = counted.with_columns(following=nw.col("period") + 1).with_columns(
        over=clock.period_start(every, "following")
    )
    known = nw.col("over") <= nw.col("end") - gone_us
    made = ended.with_columns(
        nw.when(known).then(nw.col(name)).alias(name) for name in ("leavers", "stay_days")
    )
    native = made.to_native()
    # Whole numbers of pandas and of a partition of Dask cannot be missing unless they are of this type.
    return nw.from_native(native.astype({"leavers": "Int64"})) if isinstance(native, pd.DataFrame) else made


def _told(spoken: AnyFrame, moves: pa.Table) -> AnyFrame:
    """Take coming and going from events; only who wrote is of the log."""
    people = grouped(spoken, ["period"], people=nw.len()).select(
        nw.col("period", "people").cast(nw.Int64),
        *(nw.lit(0, nw.Int64).alias(name) for name in ("newcomers", "leavers")),
        nw.lit(None, nw.Float64).alias("stay_days"),
    )
    moved = brought(moves, people).select(people.collect_schema().names())
    both = stacked([people, moved])
    sums = {name: nw.col(name).sum() for name in ("people", "newcomers", "leavers")}
    return grouped(both, ["period"], **sums, stay_days=nw.col("stay_days").max())
