"""What a planned broadcast shows of itself: how many, how long, what is left out and why, in words."""

import re
from collections import Counter

import numpy as np
import pandas as pd

from openqq_nb.broadcast.pace import Pace
from openqq_nb.broadcast.pacing import in_words
from openqq_nb.columns import ZONE
from openqq_nb.errors import one_line

_PLURALS = {"friend": "friends", "group": "groups", "discuss": "discusses", "session": "sessions"}
_NO_VALUE = re.compile(r"there is no value for \{.*\}", re.DOTALL)
_REASONS = 6
_SHOWN = 60
_UNITS = {"seconds": "s", "minutes": "min", "hours": "h", "days": "days"}
_MINUTE_S = 60.0
_HOUR_S = 3600.0
_DAY_S = 86_400.0


def card(key: str, template: str, pace: Pace, frame: pd.DataFrame, now_s: float) -> str:
    """Write the card of a broadcast.

    Args:
        key: its name.
        template: its text with fields.
        pace: how fast it goes.
        frame: its preview.
        now_s: the time, in UTC seconds.

    Returns:
        A few lines of text.
    """
    due = frame[frame["delivery"] == "pending"]
    lines = [
        f"Broadcast {key!r}: {_states(frame)}",
        f"  text      {_short(template)}",
        *([f"  first     {_short(str(due['text'].iloc[0]))}"] if len(due) else []),
        *([f"  to        {kinds(due)}"] if len(due) else []),
        *([f"  takes     {_duration(due, now_s)}"] if len(due) else []),
        f"  pace      {in_words(pace)}",
        *_skipped(frame),
        f"  next      plan.preview()  {'plan.send()  ' if len(due) else ''}plan.report()",
    ]
    return "\n".join(lines)


def kinds(frame: pd.DataFrame) -> str:
    """Count recipients by their kind."""
    counts = frame["recipient_type"].value_counts()
    return ", ".join(
        f"{count} {kind if count == 1 else _PLURALS[str(kind)]}" for kind, count in counts.items()
    )


def reasons(frame: pd.DataFrame) -> list[tuple[str, int]]:
    """Count why recipients are left out, the most frequent reason first."""
    problems = frame.loc[frame["delivery"] == "skipped", "problem"].fillna("no reason was noted")
    return Counter(grouped(str(problem)) for problem in problems).most_common()


def grouped(problem: str) -> str:
    """Give what a reason has in common with others: what stands behind a colon is of one row."""
    return problem if _NO_VALUE.fullmatch(problem) else problem.partition(":")[0]


def lasts(seconds: float) -> str:
    """Say how long something takes."""
    unit, count = span(seconds)
    if unit == "moment":
        return "a moment"
    return f"{count:.0f} {_UNITS[unit]}"


def span(seconds: float) -> tuple[str, float]:
    """Give how long something takes, in `seconds`, `minutes`, `hours` or `days`, or as a `moment`, as people say it."""
    if seconds < 1:
        return "moment", seconds
    if seconds < 2 * _MINUTE_S:
        return "seconds", seconds
    if seconds < 2 * _HOUR_S:
        return "minutes", seconds / _MINUTE_S
    if seconds < 2 * _DAY_S:
        return "hours", seconds / _HOUR_S
    return "days", seconds / _DAY_S


def _states(frame: pd.DataFrame) -> str:
    counts = frame["delivery"].value_counts()
    names = ("pending", "accepted", "sent", "failed", "skipped", "unknown")
    told = {"pending": "to send"}
    found = [f"{counts[name]} {told.get(name, name)}" for name in names if name in counts]
    return ", ".join(found) or "nobody is meant"


def _duration(due: pd.DataFrame, now_s: float) -> str:
    last = due["expected_at"].max()
    seconds = max(0.0, float(np.float64(last.timestamp())) - now_s)
    until = last.tz_convert(ZONE)
    return f"about {lasts(seconds)}, until {until:%Y-%m-%d %H:%M}"


def _skipped(frame: pd.DataFrame) -> list[str]:
    found = reasons(frame)
    lines = [
        f"  {'skipped' if not place else '':10}{count}: {one_line(why)}"
        for place, (why, count) in enumerate(found)
    ]
    more = sum(count for _, count in found[_REASONS:])
    return lines[:_REASONS] + ([f"  {'':10}{more}: other reasons, in plan.preview()"] if more else [])


def _short(text: str) -> str:
    line = one_line(text)
    return line if len(line) <= _SHOWN else f"{line[:_SHOWN]}…"
