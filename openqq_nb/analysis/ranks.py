"""Who writes most."""

from typing import Any

import narwhals as nw

from openqq_nb.analysis import clock
from openqq_nb.analysis.engines import is_dask, joined
from openqq_nb.analysis.frames import AT, PERSON, AnyFrame, alone, finished, grouped, messages
from openqq_nb.analysis.persons import last_names, shown
from openqq_nb.analysis.results import RANKING


def ranking(log: Any, roster: Any = None) -> Any:  # noqa: ANN401 - a frame of any engine, and the same back
    """Count what each person wrote.

    A person is told by the number, who has none in the log by the name. System lines and notices of recalls, which
    nobody wrote, are not counted. Who wrote as much as another comes after him by number or name, so that ranks are
    not shared.

    Args:
        log: a log, an inbox, or a frame of messages of pandas, polars, DuckDB, Dask or PySpark with `msg_time`, and
            `sender` or `sender_qq`.
        roster: a roster, or a frame of friends or members (`qq`, `displayname`): people are shown by what they are
            called there; of several rows for a person the first counts, and friends come before members.

    Returns:
        A frame of the same engine, one row a person, who wrote most first: `rank` (`Int64`, from 1), `qq` (`str`),
        `displayname` (`str`, the last name in the log without a roster), `messages` (`Int64`), `share` (`float64`, of
        all messages), `characters` (`Int64`, of texts and replies; pictures and the like are none), `days` (`Int64`, on
        how many), `first`, `last` (`datetime64[us, Asia/Shanghai]`).

    Raises:
        InvalidInput: it is no frame of messages, or no roster.

    Example:
        >>> import pandas as pd
        >>> from openqq_nb.analysis import ranking
        >>> times = pd.to_datetime(["2026-11-16 09:30", "2026-11-16 09:31", "2026-11-17 08:00"])
        >>> said = {"sender": ["小灰", "小明", "小灰"], "content": ["在吗？", "在", "好"]}
        >>> ranking(pd.DataFrame({"msg_time": times, **said}))[["displayname", "messages", "days"]].values.tolist()
        [['小灰', 2, 2], ['小明', 1, 1]]
    """
    frame = messages(log, (PERSON, "content"))
    spoken = nw.col("kind").is_in(["text", "reply"]) | nw.col("kind").is_null()
    written = nw.when(spoken).then(nw.coalesce(nw.col("content"), nw.lit(""))).otherwise(nw.lit(""))
    told = frame.with_columns(day=clock.day(), characters=written.str.len_chars())
    names = grouped(frame, ["sender_qq", "sender"], last=nw.col(AT).max())
    people = joined(_counted(told), last_names(names), PERSON, "left")
    return finished(alone(shown(people, roster), _ranked), RANKING, ["rank"])


def _counted(frame: AnyFrame) -> AnyFrame:
    first, last = nw.col(AT).min(), nw.col(AT).max()
    characters = nw.col("characters").sum()
    if not is_dask(frame):
        days = nw.col("day").n_unique()
        return grouped(
            frame, [PERSON], messages=nw.len(), characters=characters, first=first, last=last, days=days
        )
    # Dask counts what is distinct only where all of it is in one place; days of people are few enough for that.
    days_of = grouped(
        frame, [PERSON, "day"], messages=nw.len(), characters=characters, first=first, last=last
    )
    sums = {name: nw.col(name).sum() for name in ("messages", "characters")}
    return grouped(
        days_of, [PERSON], **sums, first=nw.col("first").min(), last=nw.col("last").max(), days=nw.len()
    )


def _ranked(people: AnyFrame) -> AnyFrame:
    count = nw.col("messages").cast(nw.Int64)
    counted = people.with_columns(one=nw.lit(1, nw.Int64), messages=count, fewer=-count)
    return counted.with_columns(
        share=nw.col("messages") / nw.col("messages").sum(),
        rank=nw.col("one").cum_sum().over(order_by=["fewer", PERSON]),
    )
