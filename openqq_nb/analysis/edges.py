"""Who answers whom."""

from typing import Any

import narwhals as nw

from openqq_nb.analysis.engines import joined, stacked, worked_out
from openqq_nb.analysis.frames import AT, PERSON, PLACE, AnyFrame, by_key, finished, grouped, messages
from openqq_nb.analysis.mentions import mentioned
from openqq_nb.analysis.persons import last_names, shown
from openqq_nb.analysis.results import REPLIES

_QUOTE = ["chat_key", "msg_id", "answered", PLACE, "from", "own_id"]
_LATER = ["said", "said_place", "to"]


def replies(log: Any, roster: Any = None) -> Any:  # noqa: ANN401 - a frame of any engine, and the same back
    """Count who answers whom, by quotes and by mentions.

    A quote is a message whose `reply_to` is the `msg_id` of an earlier one in the same chat. Numbers of messages begin
    anew with a restarted server, so the latest before the quote is meant, and one message only. Quotes of what the log
    does not have are not counted, and nothing quotes itself.

    A mention is `@` and a name or number of somebody who wrote in the same chat under it, up to a blank or the end of
    the text. Names with blanks are found too, and of two names the longer one is meant. A name that several people in
    the chat have, or had, means nobody, and `@全体成员` is nobody. Who mentions one twice in a message mentions him
    twice. Clients put a mention into a quote by themselves, so quotes and mentions are not to be added up. Who answers
    himself is there too.

    Args:
        log: a log, an inbox, or a frame of messages of pandas, polars, DuckDB, Dask or PySpark with `msg_time`,
            `sender` or `sender_qq`; `msg_id` and `reply_to` for quotes, `content` for mentions, and `chat_key` or
            `chat` where there are several.
        roster: a roster, or a frame of friends or members: people are shown by what they are called there.

    Returns:
        A frame of the same engine, one row a pair of people, most quotes first: `from_qq`, `from_name`, `to_qq`,
        `to_name` (`str`), `replies`, `mentions` (`Int64`), `latency_s` (`float64`, median of the seconds from the
        quoted message to the quote; missing without quotes).

    Raises:
        InvalidInput: it is no frame of messages, or no roster.

    Example:
        >>> import pandas as pd
        >>> from openqq_nb.analysis import replies
        >>> log = pd.DataFrame({
        ...     "msg_time": pd.to_datetime(["2026-11-16 09:30:00", "2026-11-16 09:30:20", "2026-11-16 09:31:00"]),
        ...     "sender": ["小灰", "小明", "小灰"],
        ...     "content": ["在吗？", "在", "@小明 周五聚餐！"],
        ...     "msg_id": ["1", "2", "3"],
        ...     "reply_to": [None, "1", None],
        ... })
        >>> replies(log)[["from_name", "to_name", "replies", "mentions", "latency_s"]].values.tolist()
        [['小明', '小灰', 1, 0, 20.0], ['小灰', '小明', 0, 1, nan]]
    """
    frame = messages(log, (PERSON, "chat_key", "content", "msg_id", "reply_to", PLACE))
    names = worked_out(grouped(frame, ["chat_key", "sender_qq", "sender"], last=nw.col(AT).max()))
    quotes, mentions = _quotes(frame), mentioned(frame.select("chat_key", PERSON, "content"), names)
    pairs = grouped(
        stacked([_same(quotes), _same(mentions)]),
        ["from", "to"],
        replies=nw.col("replies").sum(),
        mentions=nw.col("mentions").sum(),
        latency_s=nw.col("latency_s").max(),
    )
    people = last_names(names)
    named = _named(_named(pairs, people, "from"), people, "to")
    for who in ("from", "to"):
        named = shown(named, roster, f"{who}_qq", f"{who}_name")
    total = named.with_columns(total=nw.col("replies") + nw.col("mentions"))
    return _in_order(total)


def _quotes(frame: AnyFrame) -> AnyFrame:
    told = nw.col("reply_to") != ""
    answers = frame.filter(told).select(
        PLACE,
        "chat_key",
        nw.col("reply_to").alias("msg_id"),
        nw.col(AT).alias("answered"),
        nw.col(PERSON).alias("from"),
        own_id=nw.coalesce(nw.col("msg_id"), nw.lit("")),
    )
    quoted = frame.filter(~nw.col("msg_id").is_null()).select(
        "chat_key",
        "msg_id",
        nw.col(AT).alias("said"),
        nw.col(PERSON).alias("to"),
        nw.col(PLACE).alias("said_place"),
    )
    pairs = joined(answers, quoted, ["chat_key", "msg_id"], "inner")
    at_once = nw.col("said") == nw.col("answered")
    itself = (nw.col("said_place") == nw.col(PLACE)) & (nw.col("own_id") == nw.col("msg_id"))
    in_order = (nw.col("said_place") <= nw.col(PLACE)) & ~(itself & (nw.col("from") == nw.col("to")))
    before = pairs.filter((nw.col("said") < nw.col("answered")) | (at_once & in_order))
    return by_key(before, "from", _by_pair)


def _by_pair(quotes: AnyFrame) -> AnyFrame:
    one = quotes.with_columns(one=nw.lit(1, nw.Int64))
    fewer = one.with_columns(later=nw.col("one").cum_sum(reverse=True).over(*_QUOTE, order_by=_LATER))
    meant = fewer.filter(nw.col("later") == 1)
    latency = (nw.col("answered") - nw.col("said")) / 1_000_000
    return grouped(
        meant.with_columns(latency=latency),
        ["from", "to"],
        replies=nw.len(),
        latency_s=nw.col("latency").median(),
    )


def _same(pairs: AnyFrame) -> AnyFrame:
    """Give quotes and mentions the same columns."""
    there = pairs.collect_schema().names()
    counts = [nw.col(name) if name in there else nw.lit(0) for name in ("replies", "mentions")]
    latency = nw.col("latency_s") if "latency_s" in there else nw.lit(None, nw.Float64)
    return pairs.select(
        "from",
        "to",
        replies=counts[0].cast(nw.Int64),
        mentions=counts[1].cast(nw.Int64),
        latency_s=latency.cast(nw.Float64),
    )


def _named(pairs: AnyFrame, people: AnyFrame, who: str) -> AnyFrame:
    known = people.select(
        nw.col(PERSON).alias(who), nw.col("qq").alias(f"{who}_qq"), nw.col("displayname").alias(f"{who}_name")
    )
    return joined(pairs, known, who, "left")


def _in_order(pairs: AnyFrame) -> Any:  # noqa: ANN401 - of any engine
    return finished(pairs, REPLIES, ["-replies", "-mentions", "from_qq", "from_name", "to_qq", "to_name"])
