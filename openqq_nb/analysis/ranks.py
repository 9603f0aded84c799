"""Who writes most."""

from typing import Any

import narwhals as nw

from openqq_nb.analysis import clock
from openqq_nb.analysis.frames import AT, PERSON, AnyFrame, alone, finished, grouped, messages
from openqq_nb.analysis.results import RANKING


def ranking(log: Any) -> Any:  # noqa: ANN401 - a frame of any engine, and the same back
    """Count what each person wrote."""
    frame = messages(log, ("content",))
    written = nw.col("content").str.len_chars()
    spoken = nw.when(nw.col("kind").is_in(["text", "reply"]) | nw.col("kind").is_null()).then(written)
    days = grouped(
        frame.with_columns(day=clock.day(), characters=nw.coalesce(spoken, nw.lit(0))),
        [PERSON, "sender", "sender_qq", "day"],
        messages=nw.len(),
        characters=nw.col("characters").sum(),
        first=nw.col(AT).min(),
        last=nw.col(AT).max(),
    )
    return finished(alone(days, _ranked), RANKING, ["rank"])


def _ranked(days: AnyFrame) -> AnyFrame:
    newest = nw.col("last") == nw.col("last").max().over(PERSON)
    people = grouped(
        days.with_columns(displayname=nw.when(newest).then(nw.col("sender"))),
        [PERSON],
        qq=nw.col("sender_qq").max(),
        displayname=nw.col("displayname").max(),
        messages=nw.col("messages").sum().cast(nw.Int64),
        characters=nw.col("characters").sum().cast(nw.Int64),
        days=nw.col("day").n_unique(),
        first=nw.col("first").min(),
        last=nw.col("last").max(),
    )
    share = nw.col("messages") / nw.col("messages").sum()
    one = people.with_columns(one=nw.lit(1), share=share, fewer=-nw.col("messages"))
    return one.with_columns(rank=nw.col("one").cum_sum().over(order_by=["fewer", PERSON]).cast(nw.Int64))
