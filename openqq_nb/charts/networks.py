"""Who answers whom, as a network that looks the same each time."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from openqq_nb.charts.given import About, answer
from openqq_nb.charts.libraries import library
from openqq_nb.charts.parts import name, nothing, told
from openqq_nb.charts.picture import WIDTH, Picture
from openqq_nb.charts.texts import SIZE, apart, wide
from openqq_nb.charts.themes import Spec
from openqq_nb.charts.wording import say
from openqq_nb.columns import Frame

_LINES = 50
_HEIGHT = 480
_MARGIN = 40
_SEED = 1
_TINY = 1e-9
_NAME = 110
_SMALLEST, _LARGEST = 5.0, 16.0


@dataclass(frozen=True, slots=True)
class Box:
    """Where something is, in pixels."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: "Box") -> bool:
        """Tell whether two lie upon each other."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )

    def within(self, width: float, height: float) -> bool:
        """Tell whether it lies in the picture."""
        return self.left >= 0 and self.top >= 0 and self.right <= width and self.bottom <= height


@dataclass(frozen=True, slots=True)
class Person:
    """A circle of the network."""

    name: str
    x: float
    y: float
    radius: float

    @property
    def box(self) -> Box:
        """Where the circle is."""
        gap = self.radius + 1
        return Box(self.x - gap, self.y - gap, self.x + gap, self.y + gap)


def replies(log: Any, roster: Any = None) -> Picture:  # noqa: ANN401 - what `analysis.replies` takes
    """Draw who answers whom: people as circles, joined by lines where they answered or named each other.

    Args:
        log: a log, a frame of messages of any engine, or what `analysis.replies` gave.
        roster: names to show people by, as `analysis.replies` takes it.

    Returns:
        A `Picture`; show it as the last line of a cell, or `save` it.

    Raises:
        InvalidInput: it is neither messages nor an answer.
        NotSupported: what draws is not installed.

    Example:
        >>> import pandas as pd
        >>> from openqq_nb import charts
        >>> times = pd.to_datetime(["2026-11-16 01:30", "2026-11-16 01:31", "2026-11-23 02:00"])
        >>> said = {"sender": ["小灰", "小明", "小灰"], "content": ["在吗？", "在", "@小明 聚餐！"]}
        >>> log = pd.DataFrame({"msg_time": times, **said})
        >>> "小明" in charts.replies(log).svg()
        True
    """
    found, about = answer("replies", log, roster)
    return draw_replies(found, about)


def draw_replies(found: Frame, about: About) -> Picture:
    """Draw an answer of `analysis.replies`."""
    ends = _ends(found)
    lines = _lines(ends)
    if lines.empty:
        return nothing("replies", about)
    shown = lines.head(_LINES)
    received = ends.groupby("to")["count"].sum()
    names = dict(zip([*ends["from"], *ends["to"]], [*ends["from_name"], *ends["to_name"]], strict=True))
    people = _people(shown, received, names)
    labels, without = _labels(list(people.values()))
    told_in_lines = [*about.told(), say("replies_told")]
    if len(shown) < len(lines):
        told_in_lines.append(say("replies_rest", shown=len(shown), all=f"{len(lines):,}"))
    if without:
        told_in_lines.append(say("replies_nameless", count=without))
    return Picture(say("replies"), told_in_lines, _summary(shown, people), _network(shown, people, labels))


def _ends(found: Frame) -> Frame:
    """Give each line two ends that are people: by number, else by name."""
    ends = pd.DataFrame({"from_name": found["from_name"], "to_name": found["to_name"]})
    for side in ("from", "to"):
        numbers = (
            found[f"{side}_qq"] if f"{side}_qq" in found else pd.Series(None, index=found.index, dtype="str")
        )
        ends[side] = (
            numbers.where(numbers.notna() & (numbers != ""), found[f"{side}_name"])
            .fillna("")
            .astype("object")
        )
    ends["count"] = found["replies"].fillna(0).astype("int64") + found["mentions"].fillna(0).astype("int64")
    return ends[ends["count"] > 0]


def _lines(ends: Frame) -> Frame:
    """Join both directions between two people; nobody answers themselves in the picture."""
    pairs = [tuple(sorted(pair)) for pair in zip(ends["from"], ends["to"], strict=True)]
    table = pd.DataFrame(pairs, columns=["one", "two"]).assign(count=ends["count"].to_numpy())
    table = table[table["one"] != table["two"]]
    joined = table.groupby(["one", "two"], sort=True)[["count"]].sum().reset_index()
    return joined.sort_values("count", ascending=False, kind="stable").reset_index(drop=True)


def _people(lines: Frame, received: "pd.Series[int]", names: dict[str, Any]) -> dict[str, Person]:
    networkx = library("networkx")
    graph = networkx.Graph()
    graph.add_weighted_edges_from(
        (one, two, 1 + math.log(count)) for one, two, count in lines.itertuples(index=False)
    )
    apart = 2.5 / math.sqrt(len(graph))
    found = networkx.spring_layout(graph, k=apart, iterations=200, seed=_SEED)
    places = _stretched({who: _outward(float(x), float(y)) for who, (x, y) in found.items()})
    most = max(1, int(received.max()))
    return {
        who: Person(
            name(names.get(who), _NAME),
            x,
            y,
            _SMALLEST + (_LARGEST - _SMALLEST) * math.sqrt(int(received.get(who, 0)) / most),
        )
        for who, (x, y) in places.items()
    }


def _outward(x: float, y: float) -> tuple[float, float]:
    """Move a place away from the middle, where those who answer most would lie upon each other."""
    away = math.hypot(x, y)
    return (x / math.sqrt(away), y / math.sqrt(away)) if away else (x, y)


def _stretched(places: dict[str, tuple[float, float]]) -> dict[str, tuple[float, float]]:
    """Spread places over the picture."""
    across, down = ([one[axis] for one in places.values()] for axis in (0, 1))

    def fit(value: float, among: Sequence[float], room: float) -> float:
        span = max(among) - min(among)
        part = (value - min(among)) / span if span > _TINY else 0.5
        return round(_MARGIN + part * (room - 2 * _MARGIN), 1)

    return {who: (fit(x, across, WIDTH), fit(y, down, _HEIGHT)) for who, (x, y) in places.items()}


def _labels(people: Sequence[Person]) -> tuple[list[dict[str, Any]], int]:
    """Write each name beside its circle where there is room; the largest circles choose first."""
    taken = [one.box for one in people]
    placed: list[dict[str, Any]] = []
    for person in sorted(people, key=lambda one: -one.radius):
        box = next((one for one in _beside(person) if _free(one, taken)), None)
        if box is not None:
            taken.append(box)
            placed.append({"x": round(box.left + 2, 1), "y": (box.top + box.bottom) / 2, "name": person.name})
    return placed, len(people) - len(placed)


def _beside(person: Person) -> Iterable[Box]:
    width, height, gap = wide(person.name) + 4, SIZE + 6, person.radius + 3
    for away in (0, 10, 22):
        for across, down in ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, 1), (1, -1), (-1, -1)):
            if across and down:
                x = person.x + (gap * 0.6 + away if across > 0 else -gap * 0.6 - away - width)
            else:
                x = person.x + (gap + away if across > 0 else -gap - away - width if across else -width / 2)
            y = person.y + down * (gap + height / 2 + (0 if across else away)) - height / 2
            yield Box(x, y, x + width, y + height)


def _free(box: Box, taken: Iterable[Box]) -> bool:
    return box.within(WIDTH, _HEIGHT) and not any(map(box.meets, taken))


def _network(lines: Frame, people: dict[str, Person], labels: list[dict[str, Any]]) -> Spec:
    most = int(lines["count"].max())
    rules = [
        {
            "x": people[one].x,
            "y": people[one].y,
            "x2": people[two].x,
            "y2": people[two].y,
            "wide": round(1 + 6 * math.sqrt(count / most), 2),
        }
        for one, two, count in lines.itertuples(index=False)
    ]
    circles = [{"x": one.x, "y": one.y, "area": round(math.pi * one.radius**2, 1)} for one in people.values()]
    place = {"x": _pixels("x"), "y": _pixels("y")}
    return {
        "width": WIDTH,
        "height": _HEIGHT,
        "layer": [
            {
                "data": {"values": rules},
                "mark": {"type": "rule", "style": "link", "opacity": 0.45, "strokeCap": "round"},
                "encoding": place
                | {"x2": {"field": "x2"}, "y2": {"field": "y2"}, "strokeWidth": _as_it_is("wide")},
            },
            {
                "data": {"values": circles},
                "mark": {"type": "circle", "style": ["main", "edge"], "opacity": 1, "strokeWidth": 1.5},
                "encoding": place | {"size": _as_it_is("area")},
            },
            _names(labels, place, {"style": "halo", "strokeWidth": 3, "strokeJoin": "round", "opacity": 0.8}),
            _names(labels, place, {"style": "ink"}),
        ],
    }


def _names(labels: list[dict[str, Any]], place: Spec, mark: Spec) -> Spec:
    text: Spec = {"type": "text", "align": "left", "baseline": "middle"}
    return {"data": {"values": labels}, "mark": text | mark, "encoding": place | {"text": {"field": "name"}}}


def _pixels(field: str) -> Spec:
    return {"field": field, "type": "quantitative", "scale": None, "axis": None}


def _as_it_is(field: str) -> Spec:
    return {"field": field, "type": "quantitative", "scale": None, "legend": None}


def _summary(lines: Frame, people: dict[str, Person]) -> str:
    pairs = [
        (say("both_of", one=apart(people[one].name), two=apart(people[two].name)), f"{count:,}")
        for one, two, count in lines.head(3).itertuples(index=False)
    ]
    return told(pairs)
