"""Bars of ranges: for how long people are silent, how fast they answer."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pandas as pd

from openqq_nb.charts.bars import Bars, length, percent
from openqq_nb.charts.given import About, counted
from openqq_nb.charts.parts import nothing, picture_of
from openqq_nb.charts.picture import Picture
from openqq_nb.charts.wording import say
from openqq_nb.columns import Frame

_MOST_BARS = 12
_WIDTHS_DAYS = (1, 7, 30, 90, 180, 365, 730, 3650)
_ANSWERED_S = (60, 300, 1_800, 7_200, 86_400, 604_800)


def lurkers(members: Any, log: Any = None, silent_for: Any = "180D", at: Any = None) -> Picture:  # noqa: ANN401 - what `analysis.lurkers` takes
    """Draw for how long the silent have been silent: how many people in each range of days.

    Args:
        members: members, as `my.members()`; or what `analysis.lurkers` gave, then nothing else.
        log: their log, or a frame of messages.
        silent_for: for how long: `180D`, or a timedelta.
        at: the moment up to which silence is counted.

    Returns:
        A `Picture`; show it as the last line of a cell, or `save` it.

    Raises:
        InvalidInput: it is neither members nor an answer.
        NotSupported: what draws is not installed.

    Example:
        >>> import pandas as pd
        >>> from openqq_nb import charts
        >>> members = pd.DataFrame({"gnumber": "1001", "qq": ["10001", "10002"]})
        >>> said = pd.to_datetime(["2026-01-05", "2026-11-15"])
        >>> log = pd.DataFrame({"msg_time": said, "gnumber": "1001", "sender_qq": ["10001", "10002"]})
        >>> charts.lurkers(members, log, silent_for="180D").svg().startswith("<svg")
        True
    """
    return picture_of("lurkers", draw_lurkers, members, log, silent_for, at)


def draw_lurkers(found: Frame, about: About) -> Picture:
    """Draw an answer of `analysis.lurkers`."""
    labels, sizes = silences(found)
    bars = Bars(labels, sizes, [f"{size:,}" for size in sizes], say("people"))
    days = _silent_days(found)
    longest = f"{int(days.max()):,}" if len(days) else "–"
    summary = say("lurkers_told", count=f"{_never(found):,}", days=longest)
    lines = [*about.told(), say("lurkers_people", count=counted("people", len(found)))]
    return Picture(say("lurkers"), lines, summary, bars.spec())


def silences(found: Frame) -> tuple[list[str], list[int]]:
    """Name ranges of days, and count who of an answer of `analysis.lurkers` has been silent for so long."""
    labels, sizes = _ranges(_silent_days(found))
    never = _never(found)
    return ([*labels, say("never")], [*sizes, never]) if never else (labels, sizes)


def _silent_days(found: Frame) -> "pd.Series[float]":
    return found.loc[found["last_spoke"].notna(), "silent_days"].dropna().astype("float64")


def _never(found: Frame) -> int:
    return int(found["last_spoke"].isna().sum())


def _ranges(days: "pd.Series[float]") -> tuple[list[str], list[int]]:
    if days.empty:
        return [], []
    first, last = days.min(), days.max()
    width = next((one for one in _WIDTHS_DAYS if last // one - first // one < _MOST_BARS), _WIDTHS_DAYS[-1])
    at = (days // width).astype("int64")
    counts = at.value_counts().reindex(range(at.min(), at.max() + 1), fill_value=0)
    labels = [
        say("range_days", first=f"{one * width:,}", last=f"{(one + 1) * width - 1:,}")
        if width > 1
        else counted("days", int(one))
        for one in counts.index
    ]
    return labels, counts.astype("int64").tolist()


def response(report: Any, log: Any = None, within: Any = "2D", mention: str | int | None = None) -> Picture:  # noqa: ANN401 - what `analysis.response` takes
    """Draw how fast people answered: how many in each range of time, and how many did not answer.

    Args:
        report: what `analysis.response` takes, or what it gave.
        log: their log, or a frame of messages.
        within: how long an answer may take: `2D`, or a timedelta.
        mention: what an answer in a group must have in it, as `analysis.response` takes it.

    Returns:
        A `Picture`; show it as the last line of a cell, or `save` it.

    Raises:
        InvalidInput: it is neither a report nor an answer.
        NotSupported: what draws is not installed.

    Example:
        >>> import openqq_nb as oq
        >>> from openqq_nb import charts
        >>> my = oq.demo()
        >>> with my.listen() as inbox:
        ...     plan = my.broadcast("来吗？", to=my.friends().head(2), key="picture", pace=oq.Pace.instant())
        ...     run = plan.send()
        ...     done = run.wait(10)
        ...     message = my.simulator.say("小灰", "来！")
        ...     received = inbox.wait(1, timeout=10)
        ...     picture = charts.response(run.report(), inbox)
        >>> picture.svg().startswith("<svg")
        True
    """
    return picture_of("response", draw_response, report, log, within, mention)


def draw_response(found: Frame, about: About) -> Picture:
    """Draw an answer of `analysis.response`."""
    reached = found[found["answered"].notna()]
    if reached.empty:
        return nothing("response", about)
    took = reached["latency_s"].dropna().astype("float64")
    edges = [-1.0, *map(float, _ANSWERED_S), float("inf")]
    counts = pd.cut(took, edges, right=False, labels=False).value_counts()
    sizes = [int(counts.get(at, 0)) for at in range(len(edges) - 1)]
    sizes.append(len(reached) - int(reached["answered"].sum()))
    labels = [*_within(_ANSWERED_S), say("unanswered")]
    bars = Bars(labels, sizes, [f"{one:,}" for one in sizes], say("recipients"))
    share = percent(len(took) / len(reached))
    middle = length(took.median()) if len(took) else "–"
    lines = [say("response_told", share=share, all=f"{len(reached):,}", middle=middle)]
    return Picture(say("response"), lines, bars.told(), bars.spec())


def _within(edges_s: Sequence[int]) -> list[str]:
    first = say("under", last=length(edges_s[0]))
    between = [say("range", first=length(one), last=length(other)) for one, other in pairwise(edges_s)]
    return [first, *between, say("over", first=length(edges_s[-1]))]
