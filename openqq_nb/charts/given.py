"""What people give for a picture: a log, a frame of messages, or the answer to the question itself."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

import narwhals as nw
import pandas as pd

from openqq_nb import analysis
from openqq_nb.analysis.frames import AT, messages
from openqq_nb.charts.wording import say
from openqq_nb.columns import ZONE, Frame
from openqq_nb.errors import InvalidInput

Moment = pd.Timestamp


@dataclass(frozen=True, slots=True)
class About:
    """What a picture is about.

    Attributes:
        messages: how many; `None` where that is not known.
        first: the first of them.
        last: the last of them.
    """

    messages: int | None = None
    first: Moment | None = None
    last: Moment | None = None

    def told(self) -> list[str]:
        """Say it in a line, or in none."""
        parts = []
        if self.first is not None and self.last is not None:
            first, last = (f"{one:%Y-%m-%d}" for one in (self.first, self.last))
            parts.append(first if first == last else say("span", first=first, last=last))
        if self.messages is not None:
            parts.append(counted("messages", self.messages))
        return [" · ".join(parts)] if parts else []

    def or_else(self, messages: int | None = None, first: object = None, last: object = None) -> "About":
        """Fill in what is not known with what the answer itself tells."""
        return replace(
            self,
            messages=self.messages if self.messages is not None else messages,
            first=self.first if self.first is not None else _moment(first),
            last=self.last if self.last is not None else _moment(last),
        )


def counted(what: str, count: int) -> str:
    """Say a number of things, as `1 message` or `1,200 messages`."""
    return say(f"{what}_one" if count == 1 else f"{what}_many", count=f"{count:,}")


def answer(
    question: str,
    columns: Sequence[str],
    *given: Any,  # noqa: ANN401 - as the question takes it
    log_at: int = 0,
    **asked: Any,  # noqa: ANN401 - as the question takes it
) -> tuple[Frame, About]:
    """Ask a question, unless its answer is what was given.

    Args:
        question: its name in `openqq_nb.analysis`.
        columns: what an answer has; it is known by them.
        given: the answer, or what the question takes.
        log_at: at which place of these the log is, unless it is given by the name `log`.
        asked: what else the question takes, by name.

    Returns:
        The answer as a frame of pandas, and what is known of the messages.

    Raises:
        InvalidInput: an answer was given together with arguments that only the question could use.
    """
    if set(columns) <= set(_names(given[0])):
        if len(given) > 1 or asked:
            raise InvalidInput(
                f"An answer of {question} is drawn as it is.\nFound beside it: "
                f"{', '.join(asked) or 'another argument'}.\nGive these to analysis.{question}, or give a log here."
            )
        return brought(given[0]), About()
    ask = cast(Callable[..., Any], getattr(analysis, question))
    log = asked.get("log", given[log_at] if len(given) > log_at else None)
    return brought(ask(*given, **asked)), About() if log is None else about(log)


def about(log: object) -> About:
    """Find out how many messages there are, and of which time."""
    frame = messages(log, (), people_only=True)
    counts = frame.select(messages=nw.len(), first=nw.col(AT).min(), last=nw.col(AT).max())
    row = brought(counts).iloc[0]
    if not row["messages"]:
        return About(messages=0)
    return About(
        int(row["messages"]), *(pd.Timestamp(int(row[one]) * 1000, tz=ZONE) for one in ("first", "last"))
    )


def brought(frame: Any) -> Frame:  # noqa: ANN401 - of any engine
    """Bring a small frame of any engine to pandas."""
    held = (
        nw.from_native(frame, pass_through=False)
        if not isinstance(frame, nw.DataFrame | nw.LazyFrame)
        else frame
    )
    eager = held.collect(backend="pandas") if isinstance(held, nw.LazyFrame) else held
    return cast(Frame, eager.to_pandas()).reset_index(drop=True)


def times(values: pd.Series) -> pd.Series:
    """Give times as clocks in China show them, without a zone."""
    made = pd.to_datetime(values)
    return made if made.dt.tz is None else made.dt.tz_convert(ZONE).dt.tz_localize(None)


def _names(frame: object) -> list[str]:
    if not hasattr(frame, "columns"):
        return []
    try:
        return list(nw.from_native(cast(Any, frame)).collect_schema().names())
    except TypeError:
        return []  # a log; the question says if it is none


def _moment(value: object) -> Moment | None:
    return None if value is None or pd.isna(cast(Any, value)) else pd.Timestamp(cast(Any, value))
