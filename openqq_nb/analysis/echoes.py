"""复读: the same said again and again."""

from typing import Any

import narwhals as nw

from openqq_nb.analysis.asked import at_least as whole
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
from openqq_nb.analysis.results import REPEATS

_ORDER = [AT, PLACE]
_KINDS = ("text", "face", "reply")
# Where a log does not tell the kind, these stand for things that only look alike.
_STANDING_FOR = ("", "[图片]", "[语音]", "[视频]", "[文件]")
# Several runs of a chat may begin in one moment, and engines keep such rows in different orders.
_LONGEST_FIRST = ("-messages", "start", "chat_key", "end", "content", "started_by_qq", "started_by", "people")
_SHOWN = ("chat", "sender", "sender_qq")


def repeats(log: Any, at_least: int = 3, roster: Any = None) -> Any:  # noqa: ANN401 - a frame of any engine
    """Find where people say the same one after another in a chat (复读).

    Texts, faces and replies count, and only where the whole text is equal; all pictures read `[图片]` and are not the
    same. Anything else in between, system lines included, breaks the run. One person alone repeats nobody.

    Args:
        log: a log, an inbox, or a frame of messages of pandas, polars, DuckDB, Dask or PySpark with `msg_time` and
            `content`, and `chat_key` or `chat` where there are several. Messages of one moment stay as they stand in
            it; a frame of DuckDB, Dask or PySpark has no such order unless a column `place` tells it.
        at_least: how many messages make a run, 2 or more.
        roster: a roster, or a frame of friends or members: people are shown by what they are called there.

    Returns:
        A frame of the same engine, one row a run, the longest first: `start`, `end` (`datetime64[us, Asia/Shanghai]`),
        `chat`, `chat_key`, `content`, `messages`, `people` (`Int64`), `started_by`, `started_by_qq`.

    Raises:
        InvalidInput: it is no frame of messages, or `at_least` is below 2.

    Example:
        >>> import pandas as pd
        >>> from openqq_nb.analysis import repeats
        >>> times = pd.date_range("2026-11-16 09:30", periods=4, freq="s")
        >>> said = {"sender": ["小灰", "小明", "小灰", "小明"], "content": ["哈哈", "哈哈", "哈哈", "好"]}
        >>> repeats(pd.DataFrame({"msg_time": times, **said}))[["content", "messages", "people"]].values.tolist()
        [['哈哈', 3, 2]]
    """
    least = whole("at_least", at_least, 2)
    frame = messages(log, (PERSON, "chat_key", "chat", "content", PLACE), people_only=False)
    told = nw.col("kind").is_in(_KINDS) | (nw.col("kind").is_null() & ~nw.col("content").is_in(_STANDING_FOR))
    wanted = frame.select(
        AT,
        PLACE,
        "chat_key",
        *_SHOWN,
        content=nw.when(told & (nw.col("content") != "")).then(nw.col("content")),
    )
    runs = by_chat(wanted, _runs).filter(nw.col("messages") >= least, nw.col("people") > 1)
    named = shown(runs, roster, "started_by_qq", "started_by")
    return finished(named, REPEATS, _LONGEST_FIRST)


def _runs(frame: AnyFrame) -> AnyFrame:
    """Leave the few messages that are like their neighbours, then number the runs."""
    beside = frame.with_columns(
        before=nw.col("content").shift(1).over("chat_key", order_by=_ORDER),
        after=nw.col("content").shift(-1).over("chat_key", order_by=_ORDER),
    )
    goes_on = nw.col("before") == nw.col("content")
    alike = beside.filter(goes_on | (nw.col("after") == nw.col("content")))
    begun = alike.with_columns(
        begins=nw.when(goes_on).then(nw.lit(0, nw.Int64)).otherwise(nw.lit(1, nw.Int64))
    )
    numbered = begun.with_columns(run=nw.col("begins").cum_sum().over("chat_key", order_by=_ORDER))
    first = nw.col("begins") == 1
    return grouped(
        numbered.with_columns(
            identity().alias(PERSON), *(nw.when(first).then(nw.col(name)).alias(name) for name in _SHOWN)
        ),
        ["chat_key", "run"],
        start=nw.col(AT).min(),
        end=nw.col(AT).max(),
        chat=nw.col("chat").max(),
        content=nw.col("content").max(),
        messages=nw.len(),
        people=nw.col(PERSON).n_unique(),
        started_by=nw.col("sender").max(),
        started_by_qq=nw.col("sender_qq").max(),
    )
