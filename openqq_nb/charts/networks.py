"""Who answers whom, as a network that looks the same each time."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import pandas as pd

from openqq_nb.charts.arrows import Arrow, Point, arrow
from openqq_nb.charts.given import About
from openqq_nb.charts.libraries import library
from openqq_nb.charts.parts import distinct, nothing, picture_of, told
from openqq_nb.charts.picture import WIDTH, Picture
from openqq_nb.charts.texts import SIZE, apart, wide
from openqq_nb.charts.themes import Spec
from openqq_nb.charts.wording import say
from openqq_nb.columns import Frame

_PAIR = ["one", "other"]
_PAIRS = 50
_TOLD = 3
_HEIGHT = 480
_MARGIN = 40
_SEED = 1
_TINY = 1e-9
_LOOSE = 0.3
_ROUNDS, _ROOM = 80, 22
_NAME = 110
_SMALLEST, _LARGEST = 5.0, 16.0
_THINNEST, _WIDEST = 1.0, 5.5
_FAINTEST, _STRONGEST = 0.35, 0.9
_HEAD = 5
# Vega draws paths twice as large as they are times the root of the size.
_SCALE_OF_ONE = 4


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
    """Draw who answers whom: people as circles, with arrows to those whom they answered or named.

    Clients put a mention into each quote, so of answers and mentions of one person to another the larger number counts.

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
    return picture_of("replies", draw_replies, log, roster)


def draw_replies(found: Frame, about: About) -> Picture:
    """Draw an answer of `analysis.replies`."""
    ends = directed(found)
    if ends.empty:
        return nothing("replies", about)
    pairs = ends.groupby(_PAIR)["count"].sum().sort_values(ascending=False, kind="stable")
    strongest = pairs.head(_PAIRS).reset_index()
    names = _names_of(strongest, ends)
    people = _people(strongest, ends, names)
    # What is drawn last lies on top.
    shown = ends.merge(strongest[_PAIR], on=_PAIR).sort_values("count", kind="stable")
    arrows = list(_arrows(shown, people))
    labels, without = _labels(list(people.values()), [_head(one) for one, _ in arrows])
    lines = [*about.told(), say("replies_told")]
    if len(strongest) < len(pairs):
        lines.append(say("replies_rest", shown=len(strongest), all=f"{len(pairs):,}"))
    if without:
        lines.append(say("replies_nameless", count=without))
    return Picture(say("replies"), lines, _summary(ends, names), _network(arrows, people, labels))


def directed(found: Frame) -> Frame:
    """Count how often each person answered or named each other one; nobody answers themselves here.

    Args:
        found: an answer of `analysis.replies`.

    Returns:
        One row per two people and direction, the strongest first: `from` and `to`, which are numbers, else names;
        `one` and `other`, the same whatever the direction; `from_name`, `to_name`, `replies`, `mentions`, and `count`,
        the larger of the two: a quote is most often a mention as well.
    """
    ends = found[["from_name", "to_name"]].copy()
    for side in ("from", "to"):
        numbers = found.get(f"{side}_qq", pd.Series(None, index=found.index, dtype="str"))
        known = numbers.notna() & (numbers != "")
        ends[side] = numbers.where(known, found[f"{side}_name"]).fillna("").astype("object")
    ends[["replies", "mentions"]] = found[["replies", "mentions"]].fillna(0).astype("int64")
    kept = {"from_name": "last", "to_name": "last", "replies": "sum", "mentions": "sum"}
    summed = ends[ends["from"] != ends["to"]].groupby(["from", "to"], sort=False).agg(kept).reset_index()
    counts = summed[["replies", "mentions"]].max(axis="columns")
    one, other = summed[["from", "to"]].min(axis="columns"), summed[["from", "to"]].max(axis="columns")
    rows = summed.assign(count=counts, one=one, other=other)[counts > 0]
    return rows.sort_values("count", ascending=False, kind="stable", ignore_index=True)


def _names_of(pairs: Frame, ends: Frame) -> dict[str, str]:
    """Name those who are in the picture or its summary."""
    names = dict(zip([*ends["from"], *ends["to"]], [*ends["from_name"], *ends["to_name"]], strict=True))
    top = ends.head(_TOLD)
    shown = list(dict.fromkeys([*pairs["one"], *pairs["other"], *top["from"], *top["to"]]))
    return dict(zip(shown, distinct([names[who] for who in shown], shown, _NAME), strict=True))


def _people(pairs: Frame, ends: Frame, names: dict[str, str]) -> dict[str, Person]:
    """Give the people of some pairs their places; who answer each other often are near each other."""
    networkx = library("networkx")
    graph = networkx.Graph()
    weights = 1 + pairs["count"].map(math.log)
    graph.add_weighted_edges_from(zip(pairs["one"], pairs["other"], weights, strict=True))
    # Those who have nothing to do with the others would be far off, and leave the others little room.
    middle, *alone = [
        min(part) for part in sorted(networkx.connected_components(graph), key=len, reverse=True)
    ]
    graph.add_weighted_edges_from((middle, one, _LOOSE) for one in alone)
    found = networkx.spring_layout(graph, k=2.5 / math.sqrt(len(graph)), iterations=200, seed=_SEED)
    places = _stretched({who: _outward(float(x), float(y)) for who, (x, y) in found.items()})
    received = ends.groupby("to")["count"].sum()
    large = (received / received.max()).map(math.sqrt)
    people = {
        who: Person(names[who], x, y, _SMALLEST + (_LARGEST - _SMALLEST) * float(large.get(who, 0)))
        for who, (x, y) in places.items()
    }
    return dict(zip(people, _spaced(list(people.values())), strict=True))


def _spaced(people: list[Person]) -> list[Person]:
    """Move those apart who are so near that no arrow has room between them, some rounds long."""
    for _ in range(_ROUNDS):
        near = [(a, b) for a, b in combinations(range(len(people)), 2) if _lacking(people[a], people[b]) > 1]
        for a, b in near:
            one, other = people[a], people[b]
            far = max(0.0, _lacking(one, other)) / 2
            away = math.atan2(other.y - one.y, other.x - one.x)
            people[a], people[b] = _moved(one, away + math.pi, far), _moved(other, away, far)
        if not near:
            break
    return people


def _lacking(one: Person, other: Person) -> float:
    """Tell how many pixels two circles are nearer than an arrow needs."""
    return one.radius + other.radius + _ROOM - math.dist((one.x, one.y), (other.x, other.y))


def _moved(person: Person, way: float, far: float) -> Person:
    x, y = person.x + math.cos(way) * far, person.y + math.sin(way) * far
    x, y = (min(max(at, _MARGIN), whole - _MARGIN) for at, whole in ((x, WIDTH), (y, _HEIGHT)))
    return replace(person, x=round(x, 1), y=round(y, 1))


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


def _labels(people: Sequence[Person], heads: Sequence[Box]) -> tuple[list[dict[str, Any]], int]:
    """Write each name beside its circle where there is room, best off all heads of arrows; the largest choose first."""
    taken = [one.box for one in people]
    placed: list[dict[str, Any]] = []
    for person in sorted(people, key=lambda one: -one.radius):
        free = [one for one in _beside(person) if _free(one, taken)]
        box = next((one for one in free if not any(map(one.meets, heads))), next(iter(free), None))
        if box is not None:
            taken.append(box)
            placed.append({"x": round(box.left + 2, 1), "y": (box.top + box.bottom) / 2, "name": person.name})
    return placed, len(people) - len(placed)


def _head(arrow: Arrow) -> Box:
    x, y = arrow.tip.x, arrow.tip.y
    return Box(x - _HEAD, y - _HEAD, x + _HEAD, y + _HEAD)


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


def _network(
    arrows: Sequence[tuple[Arrow, float]], people: dict[str, Person], labels: list[dict[str, Any]]
) -> Spec:
    circles = [{"x": one.x, "y": one.y, "area": round(math.pi * one.radius**2, 1)} for one in people.values()]
    place = {"x": _pixels("x"), "y": _pixels("y")}
    return {
        "width": WIDTH,
        "height": _HEIGHT,
        "layer": [
            {
                "data": {"values": [{"path": one.outline, "seen": seen} for one, seen in arrows]},
                "mark": {
                    "type": "point",
                    "filled": True,
                    "style": "link",
                    "size": _SCALE_OF_ONE,
                },
                "encoding": {
                    "x": {"value": 0},
                    "y": {"value": 0},
                    "shape": _as_it_is("path", "nominal"),
                    "opacity": _as_it_is("seen"),
                },
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


def _arrows(ends: Frame, people: dict[str, Person]) -> Iterator[tuple[Arrow, float]]:
    """Draw an arrow for each row, the wider the larger its count, and tell its opacity."""
    most = int(ends["count"].max())
    for start, end, count in zip(ends["from"], ends["to"], ends["count"], strict=True):
        one, other = people[start], people[end]
        part = count / most
        wide = _THINNEST + (_WIDEST - _THINNEST) * math.sqrt(part)
        drawn = arrow(Point(one.x, one.y), Point(other.x, other.y), (one.radius, other.radius), wide)
        yield drawn, round(_FAINTEST + (_STRONGEST - _FAINTEST) * part, 2)


def _names(labels: list[dict[str, Any]], place: Spec, mark: Spec) -> Spec:
    text: Spec = {"type": "text", "align": "left", "baseline": "middle"}
    return {"data": {"values": labels}, "mark": text | mark, "encoding": place | {"text": {"field": "name"}}}


def _pixels(field: str) -> Spec:
    return {"field": field, "type": "quantitative", "scale": None, "axis": None}


def _as_it_is(field: str, kind: str = "quantitative") -> Spec:
    return {"field": field, "type": kind, "scale": None, "legend": None}


def _summary(ends: Frame, names: dict[str, str]) -> str:
    top = ends.head(_TOLD)
    called = [[apart(names[who]) for who in top[side]] for side in ("from", "to")]
    pairs = [say("one_to_other", one=one, other=other) for one, other in zip(*called, strict=True)]
    return told(list(zip(pairs, [f"{count:,}" for count in top["count"]], strict=True)))
