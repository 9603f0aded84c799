"""Bars of ranges: for how long people are silent, how fast they answer."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pandas as pd

from openqq_nb.charts.bars import Bars, length, percent, span
from openqq_nb.charts.given import About, counted
from openqq_nb.charts.parts import nothing, picture_of
from openqq_nb.charts.picture import Picture
from openqq_nb.charts.wording import say
from openqq_nb.columns import Frame

_MOST_BARS = 12
_YEAR = 365
_DAYS, _YEARS = (1, 7, 30, 90, 180), (_YEAR, 2 * _YEAR, 5 * _YEAR, 10 * _YEAR)
_ANSWERED_S = (60, 300, 1_800, 7_200, 86_400, 604_800)


def lurkers(members: Any, log: Any = None, silent_for: Any = "180D", at: Any = None) -> Picture:  # noqa: ANN401 - what `analysis.lurkers` takes
    """Draw for how long the silent have been silent: how many people in each range of days, or of years.

    Of members, the picture tells from which silence on people count.

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
    since = about.asked.get("silent_for")
    labels, sizes = silences(found, 0 if since is None else pd.Timedelta(since).days)
    bars = Bars(labels, sizes, [f"{size:,}" for size in sizes], say("people"))
    days = _silent_days(found)
    longest = f"{int(days.max()):,}" if len(days) else "–"
    summary = say("lurkers_told", count=f"{_never(found):,}", days=longest)
    people = counted("people", len(found))
    told = (
        say("lurkers_people", count=people)
        if since is None
        else say("lurkers_since", count=people, length=span(since))
    )
    lines = [*about.told(), told]
    return Picture(say("lurkers"), lines, summary, bars.spec())


def silences(found: Frame, least: int = 0) -> tuple[list[str], list[int]]:
    """Name ranges of days or years, and count who of an answer of `analysis.lurkers` has been silent for so long.

    Args:
        found: the answer.
        least: how many days of silence count, if that is known; the first range begins no earlier.
    """
    labels, sizes = _ranges(_silent_days(found), least)
    never = _never(found)
    return ([*labels, say("never")], [*sizes, never]) if never else (labels, sizes)


def _silent_days(found: Frame) -> "pd.Series[float]":
    return found.loc[found["last_spoke"].notna(), "silent_days"].dropna().astype("float64")


def _never(found: Frame) -> int:
    return int(found["last_spoke"].isna().sum())


def _ranges(days: "pd.Series[float]", least: int) -> tuple[list[str], list[int]]:
    if days.empty:
        return [], []
    first, last = days.min(), days.max()
    widths = _DAYS if last < 2 * _YEAR else _YEARS
    width = next((one for one in widths if last // one - first // one < _MOST_BARS), widths[-1])
    at = (days // width).astype("int64")
    counts = at.value_counts().reindex(range(at.min(), at.max() + 1), fill_value=0)
    # The first one begins with what counts, or with a length that is easily read.
    begun = max(least, *(one for one in (0, *_DAYS, *_YEARS) if one <= first))
    labels = [_range(max(begun, one * width), (one + 1) * width) for one in counts.index]
    return labels, counts.astype("int64").tolist()


def _range(first: int, end: int) -> str:
    if end - first == 1:
        return counted("days", first)
    if end % _YEAR:
        return say("range_days", first=f"{first:,}", last=f"{end - 1:,}")
    years = end // _YEAR
    if first % _YEAR:
        return say("range", first=counted("days", first), last=counted("years", years))
    return say("range_years", first=first // _YEAR, last=years)


def response(report: Any, log: Any = None, within: Any = "2D", mention: str | int | None = None) -> Picture:  # noqa: ANN401 - what `analysis.response` takes
    """Draw how fast people answered: how many in each range of time, and how many did not answer.

    Of a report, the picture tells how long an answer might take, and no range of time goes beyond that.

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
    within = about.asked.get("within")
    longest = float("inf") if within is None else pd.Timedelta(within).total_seconds()
    inner = [float(one) for one in _ANSWERED_S if one < longest]
    counts = pd.cut(took, [-1.0, *inner, float("inf")], right=False, labels=False).value_counts()
    sizes = [int(counts.get(at, 0)) for at in range(len(inner) + 1)]
    sizes.append(len(reached) - int(reached["answered"].sum()))
    labels = [*_within([*inner, longest]), say("unanswered")]
    bars = Bars(labels, sizes, [f"{one:,}" for one in sizes], say("recipients"))
    share = percent(len(took) / len(reached))
    middle = length(took.median()) if len(took) else "–"
    asked = [] if within is None else [say("answered_within", length=span(within))]
    lines = [*asked, say("response_told", share=share, all=f"{len(reached):,}", middle=middle)]
    return Picture(say("response"), lines, bars.told(), bars.spec())


def _within(edges_s: Sequence[float]) -> list[str]:
    """Name the ranges up to each edge; the last one may have no end."""
    ends = [span(pd.Timedelta(one, "s")) for one in edges_s if one < float("inf")]
    named = [say("under", last=ends[0])]
    named += [say("range", first=one, last=other) for one, other in pairwise(ends)]
    return named if len(ends) == len(edges_s) else [*named, say("over", first=ends[-1])]
