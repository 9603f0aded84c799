"""What messages are made of."""

from typing import Any

import narwhals as nw

from openqq_nb.analysis.frames import AnyFrame, alone, finished, grouped, messages
from openqq_nb.analysis.results import KINDS


def kinds(log: Any) -> Any:  # noqa: ANN401 - a frame of any engine, and the same back
    """Count the messages of each kind, and how many of them were taken back.

    System lines are counted too, as `system`. A message was taken back where `recalled_at` says when, or where
    nothing but the notice is left of it (`kind` is `recall`). On Openqq `kind` is a guess from the whole text.

    Args:
        log: a log, an inbox, or a frame of messages of pandas, polars, DuckDB, Dask or PySpark.

    Returns:
        A frame of the same engine, one row a kind, the most frequent first: `kind` (`str`, missing where the log
        does not tell), `messages` (`Int64`), `share` (`float64`, of all messages, 0 to 1), `recalled` (`Int64`).

    Raises:
        InvalidInput: it is no frame of messages, or `recalled_at` holds something else than times.

    Example:
        >>> import pandas as pd
        >>> from openqq_nb.analysis import kinds
        >>> times = pd.to_datetime(["2026-11-16 09:30", "2026-11-16 09:31", "2026-11-17 08:00"])
        >>> log = pd.DataFrame({"msg_time": times, "kind": ["text", "image", "text"]})
        >>> kinds(log)[["kind", "messages"]].values.tolist()
        [['text', 2], ['image', 1]]
    """
    frame = messages(log, ("recalled_at",), people_only=False)
    taken_back = ~nw.col("recalled_at").is_null() | (nw.coalesce("kind", nw.lit("")) == "recall")
    counted = grouped(
        frame.with_columns(back=nw.when(taken_back).then(nw.lit(1)).otherwise(nw.lit(0))),
        ["kind"],
        messages=nw.len(),
        recalled=nw.col("back").sum(),
    )
    return finished(alone(counted, _shared), KINDS, ["-messages", "kind"])


def _shared(counted: AnyFrame) -> AnyFrame:
    return counted.with_columns(share=nw.col("messages") / nw.col("messages").sum())
