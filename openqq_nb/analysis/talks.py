"""Talks, which silence keeps apart."""

from typing import Any

import narwhals as nw

from openqq_nb.analysis.asked import length_us
from openqq_nb.analysis.frames import (
    AT,
    PERSON,
    PLACE,
    AnyFrame,
    by_chat,
    finished,
    grouped,
    identity,
    messages,
)
from openqq_nb.analysis.persons import shown
from openqq_nb.analysis.results import CONVERSATIONS

_ORDER = [AT, PLACE]


def conversations(log: Any, silence: Any = "30min", roster: Any = None) -> Any:  # noqa: ANN401 - of any engine
    """Tell the talks of each chat: messages that no silence of some length comes between.

    A talk may be a single message. Several chats talk at the same time, each for itself; a log that does not tell the
    chats is one chat. System lines and notices of recalls are nobody's and do not keep a talk alive.

    Args:
        log: a log, an inbox, or a frame of messages of pandas, polars, DuckDB, Dask or PySpark with `msg_time`, and
            `chat_key` or `chat` where there are several. Messages of one moment stay as they stand in it; a frame of
            DuckDB, Dask or PySpark has no such order unless a column `place` tells it.
        silence: how long nothing is said between two talks: `30min`, `2h`, or a timedelta; as long is long enough.
        roster: a roster, or a frame of friends or members: people are shown by what they are called there.

    Returns:
        A frame of the same engine, one row a talk, in order of `start`: `start`, `end` (`datetime64[us,
        Asia/Shanghai]`), `chat`, `chat_key`, `messages`, `people` (`Int64`), `seconds` (`float64`, from first to last),
        `started_by`, `started_by_qq`.

    Raises:
        InvalidInput: it is no frame of messages, or no length of time.

    Example:
        >>> import pandas as pd
        >>> from openqq_nb.analysis import conversations
        >>> times = pd.to_datetime(["2026-11-16 09:30", "2026-11-16 09:40", "2026-11-16 12:00"])
        >>> log = pd.DataFrame({"msg_time": times, "sender": ["小灰", "小明", "小灰"]})
        >>> conversations(log)[["messages", "people", "seconds", "started_by"]].values.tolist()
        [[2, 2, 600.0, '小灰'], [1, 1, 0.0, '小灰']]
    """
    silence_us = length_us("silence", silence, "30min")
    frame = messages(log, (PERSON, "chat_key", "chat", PLACE)).select(
        AT, PLACE, "chat_key", "chat", "sender", "sender_qq"
    )
    talks = by_chat(frame, lambda part: _talks(part, silence_us))
    named = shown(talks, roster, "started_by_qq", "started_by")
    return finished(named, CONVERSATIONS, ["start", "chat_key", "end"])


def _talks(frame: AnyFrame, silence_us: int) -> AnyFrame:
    before = nw.col(AT).shift(1).over("chat_key", order_by=_ORDER)
    told = frame.with_columns(since=nw.col(AT) - before)
    goes_on = nw.col("since") < silence_us
    begun = told.with_columns(
        begins=nw.when(goes_on).then(nw.lit(0, nw.Int64)).otherwise(nw.lit(1, nw.Int64))
    )
    numbered = begun.with_columns(talk=nw.col("begins").cum_sum().over("chat_key", order_by=_ORDER))
    first = nw.col("begins") == 1
    talks = grouped(
        numbered.with_columns(
            identity().alias(PERSON),
            *(nw.when(first).then(nw.col(name)).alias(name) for name in ("chat", "sender", "sender_qq")),
        ),
        ["chat_key", "talk"],
        start=nw.col(AT).min(),
        end=nw.col(AT).max(),
        chat=nw.col("chat").max(),
        messages=nw.len(),
        people=nw.col(PERSON).n_unique(),
        started_by=nw.col("sender").max(),
        started_by_qq=nw.col("sender_qq").max(),
    )
    return talks.with_columns(seconds=(nw.col("end") - nw.col("start")) / 1_000_000)
