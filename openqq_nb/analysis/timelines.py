"""How much is written as time goes by."""

from typing import Any, get_args

import narwhals as nw

from openqq_nb.analysis import clock
from openqq_nb.analysis.asked import one_of
from openqq_nb.analysis.clock import Every
from openqq_nb.analysis.frames import AT, PERSON, AnyFrame, alone, finished, grouped, messages
from openqq_nb.analysis.results import TIMELINE


def timeline(log: Any, every: Every = "week") -> Any:  # noqa: ANN401 - a frame of any engine, and the same back
    """Count the messages and the people of each chat in each period.

    A period without a message has no row. The first and the last one are seldom whole. A chat is told by its
    `chat_key` and shown under the name that it had last. Where nothing tells who wrote, all count as one person.

    Args:
        log: a log, an inbox, or a frame of messages of pandas, polars, DuckDB, Dask or PySpark.
        every: `day`, `week` (from Monday), `month`, `quarter` or `year`, by clocks in China.

    Returns:
        A frame of the same engine, one row for each chat and period, in order of time, then of `chat_key`: `period`
        (when it began, `datetime64[us, Asia/Shanghai]`), `chat`, `chat_key` (`str`), `messages`, `people` (`Int64`).

    Raises:
        InvalidInput: there is no such period, or it is no frame of messages.

    Example:
        >>> import pandas as pd
        >>> from openqq_nb.analysis import timeline
        >>> times = pd.to_datetime(["2026-11-16 09:30", "2026-11-16 09:31", "2026-11-23 08:00"])
        >>> log = pd.DataFrame({"msg_time": times, "chat": "灰群", "sender": ["小灰", "小明", "小灰"]})
        >>> timeline(log)[["chat", "messages", "people"]].values.tolist()
        [['灰群', 2, 2], ['灰群', 1, 1]]
    """
    one_of("every", every, get_args(Every))
    frame = clock.with_period(messages(log, ("chat", "chat_key")), every, "number")
    told = grouped(frame, ["number", "chat_key", "chat", PERSON], messages=nw.len(), last=nw.col(AT).max())
    counted = alone(told, _together).with_columns(period=clock.period_start(every, "number"))
    return finished(counted, TIMELINE, ["period", "chat_key"])


def _together(told: AnyFrame) -> AnyFrame:
    named = nw.when(nw.col("last") == nw.col("last").max().over("chat_key")).then(nw.col("chat"))
    last = told.with_columns(named=named).with_columns(chat=nw.col("named").max().over("chat_key"))
    sums = {"chat": nw.col("chat").max(), "messages": nw.col("messages").sum()}
    return grouped(
        grouped(last, ["number", "chat_key", PERSON], **sums), ["number", "chat_key"], **sums, people=nw.len()
    )
