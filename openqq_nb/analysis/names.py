"""What people were called, and when."""

from typing import Any

import narwhals as nw

from openqq_nb.analysis.engines import AnyFrame, collected
from openqq_nb.analysis.frames import AT, finished, grouped, messages
from openqq_nb.analysis.results import NICKNAMES
from openqq_nb.errors import InvalidInput


def nicknames(log: Any) -> Any:  # noqa: ANN401 - a frame of any engine, and the same back
    """Tell the names under which each person wrote, from the first to the last.

    People are told by their numbers alone: who has none in the log is left out, since a name is all there is of them.
    A name is what QQ showed where the message was written, so one person has several at the same time: a card in each
    group, and the nick or a remark elsewhere. For the names in one place give the messages of that place only. A name
    that was taken up again later is one row, from its first to its last message.

    Args:
        log: a log, an inbox, or a frame of messages of pandas, polars, DuckDB, Dask or PySpark.

    Returns:
        A frame of the same engine, one row for each person and name, by `qq`, then by `first`: `qq`, `displayname`
        (`str`, the name at that time), `first`, `last` (`datetime64[us, Asia/Shanghai]`), `messages` (`Int64`).

    Raises:
        InvalidInput: it is no frame of messages, or nobody in it has a number.

    Example:
        >>> import pandas as pd
        >>> from openqq_nb.analysis import nicknames
        >>> times = pd.to_datetime(["2026-11-16 09:30", "2026-11-16 09:31", "2026-11-17 08:00"])
        >>> log = pd.DataFrame({"msg_time": times, "sender_qq": "10001", "sender": ["小灰", "小灰", "大灰"]})
        >>> nicknames(log)[["displayname", "messages"]].values.tolist()
        [['小灰', 2], ['大灰', 1]]
    """
    said = messages(log, ())
    _check_numbers(said)
    named = said.filter(~nw.col("sender_qq").is_null(), ~nw.col("sender").is_null())
    told = grouped(
        named,
        ["sender_qq", "sender"],
        messages=nw.len(),
        first=nw.col(AT).min(),
        last=nw.col(AT).max(),
    )
    renamed = told.with_columns(qq=nw.col("sender_qq"), displayname=nw.col("sender"))
    return finished(renamed, NICKNAMES, ["qq", "first", "displayname"])


def _check_numbers(said: AnyFrame) -> None:
    counts = collected(said.select(messages=nw.len(), numbered=nw.col("sender_qq").count()))
    if counts["messages"].sum() and not counts["numbered"].sum():
        raise InvalidInput(
            "The names of a person are found by the number of the person.\nNo message of this log has a `sender_qq`, "
            "only names, and a name alone was never another.\nGive a log with numbers, such as a journal."
        )
