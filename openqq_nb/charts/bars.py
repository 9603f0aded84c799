"""Bars, one below the other: who or what has most of something."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pandas as pd

from openqq_nb.analysis.frames import NOTICES
from openqq_nb.charts.given import About, counted
from openqq_nb.charts.parts import distinct, name, numbered, picture_of, rows, told
from openqq_nb.charts.parts import room as room_of
from openqq_nb.charts.picture import WIDTH, Picture
from openqq_nb.charts.texts import clean, widest
from openqq_nb.charts.themes import Spec
from openqq_nb.charts.wording import KINDS, say
from openqq_nb.columns import Frame, Series

TOP = 20
LEAST_PLOT = 120
"""How wide the part of a picture without labels is at least, in pixels."""
_STEP = 22
_LONG = 300
_FEW = 10
_TENTH, _WHOLE = Decimal("0.1"), Decimal(1)
_NEARLY_ALL = Decimal("99.5")
_TINY = 1e-9
_MICROSECOND = pd.Timedelta(1, "us")
# What a unit is called, its seconds, and how many of it are one of the next.
_UNITS = (
    ("length_s", 1, 60),
    ("length_min", 60, 60),
    ("length_h", 3_600, 24),
    ("length_d", 86_400, math.inf),
)


@dataclass(frozen=True, slots=True)
class Bars:
    """What is to be drawn.

    Attributes:
        labels: who or what, made ready.
        sizes: how long the bars are.
        shown: what stands at their ends.
        measure: what is measured.
    """

    labels: Sequence[str]
    sizes: Sequence[float]
    shown: Sequence[str]
    measure: str

    def spec(self, width: float = WIDTH, style: str = "main", among: Sequence["Bars"] = ()) -> Spec:
        """Draw the bars, with room for what stands at their ends.

        Args:
            width: of all of it, labels included.
            style: of the bars.
            among: bars that are seen beside these and compared with them; all have one scale.
        """
        compared = [self, *among]
        kept = max(room_of(numbered(one.labels)) for one in compared)
        plot = max(LEAST_PLOT, width - kept)
        sizes = [size for one in compared for size in one.sizes]
        top = scale_end(sizes, [text for one in compared for text in one.shown], plot)
        labels = numbered(self.labels)
        rows_of = zip(labels, self.sizes, self.shown, strict=True)
        axis: Spec = {"title": self.measure, "labels": False, "ticks": False, "domain": False, "grid": False}
        length: Spec = {"field": "size", "type": "quantitative", "axis": axis | {"titleAnchor": "start"}}
        length["scale"] = {"domain": [0, top], "nice": False}
        return {
            "width": round(plot),
            "height": {"step": _STEP},
            "data": {"values": [{"label": a, "size": float(b), "shown": c} for a, b, c in rows_of]},
            "encoding": {"y": rows(labels, kept), "x": length},
            "layer": [
                {"mark": {"type": "bar", "style": style, "cornerRadiusEnd": 2, "height": {"band": 0.72}}},
                {
                    "mark": {"type": "text", "align": "left", "dx": 5, "baseline": "middle"},
                    "encoding": {"text": {"field": "shown"}},
                },
            ],
        }

    def told(self) -> str:
        """Say the first few."""
        return told(list(zip(self.labels, self.shown, strict=True)))


def scale_end(sizes: Sequence[float], shown: Sequence[str], plot: float) -> float:
    """Tell where the scale of bars ends, so that what stands at their ends is in a plot that is so wide."""
    return max(_TINY, *sizes) * plot / max(40.0, plot - widest(shown) - 12)


def ranking(log: Any, roster: Any = None) -> Picture:  # noqa: ANN401 - what `analysis.ranking` takes
    """Draw who writes most: a bar a person, the first 20.

    Args:
        log: a log, a frame of messages of any engine, or what `analysis.ranking` gave.
        roster: names to show people by, as `analysis.ranking` takes it.

    Returns:
        A `Picture`; show it as the last line of a cell, or `save` it.

    Raises:
        InvalidInput: it is neither messages nor an answer.
        NotSupported: what draws is not installed.

    Example:
        >>> import openqq_nb as oq
        >>> from openqq_nb import charts
        >>> my = oq.demo()
        >>> with my.listen() as inbox:
        ...     said = [my.simulator.say("小灰", text) for text in ("在吗？", "周五聚餐！")]
        ...     received = inbox.wait(2, timeout=10)
        >>> before = oq.language()
        >>> oq.language("en")
        'en'
        >>> charts.ranking(received).summary
        '小灰: 2 (100%)'
        >>> oq.language(before) == before
        True
    """
    return picture_of("ranking", draw_ranking, log, roster)


def draw_ranking(found: Frame, about: About) -> Picture:
    """Draw an answer of `analysis.ranking`."""
    about = about.or_else(int(found["messages"].sum()), found["first"].min(), found["last"].max())
    top = found.head(TOP)
    labels = distinct(top["displayname"], top["qq"])
    bars = Bars(labels, counts_of(top["messages"]), _with_parts(top), say("messages"))
    people = counted("people", len(found)) if len(found) <= TOP else first_of(len(top), len(found))
    return Picture(say("ranking"), [*about.told(), people], bars.told(), bars.spec())


def night_owls(log: Any, since: str = "00:00", until: str = "05:00", roster: Any = None) -> Picture:  # noqa: ANN401 - what `analysis.night_owls` takes
    """Draw who writes at night: a bar a person, the first 20, with the part of all that the person wrote.

    Of a log, the picture tells which hours are the night.

    Args:
        log: a log, a frame of messages of any engine, or what `analysis.night_owls` gave.
        since: when the night begins, such as `23:30`.
        until: when it ends.
        roster: names to show people by, as `analysis.night_owls` takes it.

    Returns:
        A `Picture`; show it as the last line of a cell, or `save` it.

    Raises:
        InvalidInput: it is neither messages nor an answer.
        NotSupported: what draws is not installed.

    Example:
        >>> import pandas as pd
        >>> from openqq_nb import charts
        >>> times = pd.to_datetime(["2026-11-16 01:30", "2026-11-16 01:31", "2026-11-23 02:00"])
        >>> log = pd.DataFrame({"msg_time": times, "sender": ["小灰", "小明", "小灰"]})
        >>> "小明" in charts.night_owls(log, since="00:00", until="02:00").svg()
        True
    """
    return picture_of("night_owls", draw_night_owls, log, since, until, roster)


def draw_night_owls(found: Frame, about: About) -> Picture:
    """Draw an answer of `analysis.night_owls`."""
    top = found.head(TOP)
    shown = [f"{part} {clean(at)}" for part, at in zip(_with_parts(top), top["latest"], strict=True)]
    labels = distinct(top["displayname"], top["qq"])
    bars = Bars(labels, counts_of(top["messages"]), shown, say("night_messages"))
    night = [say("owls_night", since=about.asked["since"], until=about.asked["until"])] if about.asked else []
    lines = [*about.told(), *night, say("owls_told"), *cut_off(len(top), len(found))]
    return Picture(say("night_owls"), lines, bars.told(), bars.spec())


def repeats(log: Any, at_least: int = 3, roster: Any = None) -> Picture:  # noqa: ANN401 - what `analysis.repeats` takes
    """Draw what everybody repeats: a bar a text, as long as its longest run, and how often it was, the first 20.

    Args:
        log: a log, a frame of messages of any engine, or what `analysis.repeats` gave.
        at_least: how many messages make a run, 2 or more.
        roster: names to show people by, as `analysis.repeats` takes it.

    Returns:
        A `Picture`; show it as the last line of a cell, or `save` it.

    Raises:
        InvalidInput: it is neither messages nor an answer.
        NotSupported: what draws is not installed.

    Example:
        >>> import pandas as pd
        >>> from openqq_nb import charts
        >>> times = pd.to_datetime(["2026-11-16 01:30", "2026-11-16 01:31", "2026-11-23 02:00"])
        >>> log = pd.DataFrame({"msg_time": times, "sender": ["小灰", "小明", "小灰"], "content": "哈哈"})
        >>> "哈哈" in charts.repeats(log).svg()
        True
    """
    return picture_of("repeats", draw_repeats, log, at_least, roster)


def draw_repeats(found: Frame, about: About) -> Picture:
    """Draw an answer of `analysis.repeats`."""
    about = about.or_else(None, found["start"].min(), found["end"].max())
    longest = _longest_runs(found)
    top = longest.head(TOP)
    labels = [name(one, _LONG) for one in top["content"]]
    shown = [_times(run, times) for run, times in zip(by_people(top), counts_of(top["times"]), strict=True)]
    bars = Bars(labels, counts_of(top["messages"]), shown, say("longest_run"))
    lines = [*about.told(), *cut_off(len(top), len(longest))]
    return Picture(say("repeats"), lines, bars.told(), bars.spec())


def _longest_runs(found: Frame) -> Frame:
    """Leave the longest run of each text, with the number of its runs; the longest first, then the most frequent."""
    times = found.groupby("content", dropna=False)["messages"].transform("size")
    runs = found.assign(times=times).sort_values(
        ["messages", "times", "people"], ascending=False, kind="stable"
    )
    return runs.drop_duplicates("content")


def _times(run: str, times: int) -> str:
    return say("run_times", run=run, times=f"{times:,}") if times > 1 else run


def kinds(log: Any) -> Picture:  # noqa: ANN401 - what `analysis.kinds` takes
    """Draw what messages are made of: a bar a kind; where system messages and recalls count, the picture says so.

    Args:
        log: a log, a frame of messages of any engine, or what `analysis.kinds` gave.

    Returns:
        A `Picture`; show it as the last line of a cell, or `save` it.

    Raises:
        InvalidInput: it is neither messages nor an answer.
        NotSupported: what draws is not installed.

    Example:
        >>> import pandas as pd
        >>> from openqq_nb import charts
        >>> times = pd.to_datetime(["2026-11-16 01:30", "2026-11-16 01:31", "2026-11-23 02:00"])
        >>> log = pd.DataFrame({"msg_time": times, "kind": ["text", "text", "image"]})
        >>> charts.kinds(log).svg().startswith("<svg")
        True
    """
    return picture_of("kinds", draw_kinds, log)


def draw_kinds(found: Frame, about: About) -> Picture:
    """Draw an answer of `analysis.kinds`."""
    # Shares are of all lines, those that programs write included.
    about = replace(about, messages=int(found["messages"].sum()))
    top = found.head(TOP)
    labels = [kind_name(one) for one in top["kind"]]
    bars = Bars(labels, counts_of(top["messages"]), _with_parts(top), say("messages"))
    programs = [say("kinds_told")] if found["kind"].isin(NOTICES).any() else []
    lines = [*about.told(), *programs, *cut_off(len(top), len(found))]
    return Picture(say("kinds"), lines, bars.told(), bars.spec())


def kind_name(kind: object) -> str:
    """Call a kind of message as people do; others are called as the log calls them."""
    label = clean(kind)
    key = f"kind_{label or 'unknown'}"
    return say(key) if key in KINDS else name(label)


def counts_of(counts: Series) -> list[int]:
    """Give whole numbers."""
    whole: list[int] = counts.astype("int64").tolist()
    return whole


def by_people(top: Frame) -> list[str]:
    """Say of how many messages and people each row is."""
    return [
        say("by_people", messages=f"{messages:,}", people=counted("people", people))
        for messages, people in zip(counts_of(top["messages"]), counts_of(top["people"]), strict=True)
    ]


def _with_parts(top: Frame) -> list[str]:
    """Say how many messages and which part each row is."""
    shares = top["share"].astype("float64")
    return [
        f"{size:,} ({percent(part)})" for size, part in zip(counts_of(top["messages"]), shares, strict=True)
    ]


def percent(part: float) -> str:
    """Write a part of 1 as people read it; what is not nothing is never 0%, and what is not all never 100%."""
    exact = Decimal(f"{part * 100:.6f}")
    if part > 0 and exact < _TENTH:
        return f"<{_TENTH}%"
    if part < 1 and exact >= _NEARLY_ALL:
        return ">99%"
    tenths = exact.quantize(_TENTH, ROUND_HALF_UP)
    return f"{tenths if 0 < tenths < _FEW else exact.quantize(_WHOLE, ROUND_HALF_UP)}%"


def length(seconds: float) -> str:
    """Say how long something took, in the unit that fits: whole seconds, of others a tenth where there are few."""
    written = ((key, _amount(seconds, unit), most) for key, unit, most in _UNITS)
    key, count = next((key, count) for key, count, most in written if count < most)
    return say(key, count=f"{count:,.1f}".removesuffix(".0"))


def span(asked: Any) -> str:  # noqa: ANN401 - a length of time as questions take it
    """Say exactly a length of time that a question was asked with: `30min`, or a timedelta."""
    whole_us = pd.Timedelta(asked) // _MICROSECOND
    for key, unit, _ in reversed(_UNITS):
        count, rest = divmod(whole_us, unit * 1_000_000)
        if not rest:
            return say(key, count=f"{count:,}")
    return say("length_ms", count=f"{whole_us / 1_000:,.3f}".rstrip("0").rstrip("."))


def _amount(seconds: float, unit: int) -> float:
    few = unit > 1 and seconds < _FEW * unit
    return round(seconds / unit, 1 if few else 0)


def first_of(shown: int, among: int) -> str:
    """Say that only the first are in the picture."""
    return say("first_of", shown=shown, all=f"{among:,}")


def cut_off(shown: int, among: int) -> list[str]:
    """Say it where it is so."""
    return [first_of(shown, among)] if among > shown else []
