"""The network of who answers whom: its arrows point from who answers to who is answered."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as some

import openqq_nb as oq
from openqq_nb import charts
from openqq_nb.charts import arrows as drawing
from openqq_nb.charts.picture import Picture
from openqq_nb.charts.texts import wide
from tests.charts.answers import Life, answers, chinese
from tests.charts.drawing import SVG, tree

Place = tuple[float, float]
Line = tuple[str, str, int]

_NUMBER = r"-?\d+(?:\.\d+)?"
_MOST_ARROWS = 100


@dataclass(frozen=True)
class Drawn:
    """An arrow as it stands in the picture."""

    points: Sequence[Place]

    @property
    def start(self) -> Place:
        return _middle(self.points[0], self.points[-1])

    @property
    def bend(self) -> Place:
        return _middle(self.points[1], self.points[-2])

    @property
    def tip(self) -> Place:
        return self.points[4]

    @property
    def neck(self) -> Place:
        return _middle(self.points[2], self.points[-3])

    @property
    def wide(self) -> float:
        return math.dist(self.points[2], self.points[-3])


def _middle(one: Place, other: Place) -> Place:
    return (one[0] + other[0]) / 2, (one[1] + other[1]) / 2


def network(*lines: Line) -> Picture:
    """Draw who answered whom how often."""
    return charts.replies(
        pd.DataFrame(
            [(one, one, other, other, count, 0, 60.0) for one, other, count in lines],
            columns=["from_qq", "from_name", "to_qq", "to_name", "replies", "mentions", "latency_s"],
        )
    )


def arrows(picture: Picture) -> list[Drawn]:
    """Read the arrows from the drawing."""
    outlines = [one.get("d", "") for one in tree(picture.svg()).iter(f"{SVG}path")]
    numbers = [[float(one) for one in re.findall(_NUMBER, path)] for path in outlines if path.count("Q") == 2]
    return [Drawn(list(zip(one[::2], one[1::2], strict=True))) for one in numbers]


def people(picture: Picture) -> dict[str, Place]:
    """Tell where the people are: at the circle next to the name."""
    circles, names = (picture.body["layer"][at]["data"]["values"] for at in (1, 2))
    places = [(one["x"], one["y"]) for one in circles]
    return {
        one["name"]: min(places, key=lambda place: math.dist(place, (one["x"], one["y"]))) for one in names
    }


def between(arrow: Drawn) -> Place:
    """Give the middle of the shaft."""
    straight = _middle(arrow.start, arrow.tip)
    return _middle(straight, arrow.bend)


def nearest(place: Place, among: dict[str, Place]) -> str:
    return min(among, key=lambda name: math.dist(among[name], place))


@pytest.mark.parametrize("turned", [False, True])
def test_an_arrow_points_to_who_is_answered(turned: bool) -> None:
    line: Line = ("Grace", "Ada", 3) if turned else ("Ada", "Grace", 3)
    picture = network(line)
    (arrow,) = arrows(picture)
    assert (nearest(arrow.start, people(picture)), nearest(arrow.tip, people(picture))) == line[:2]


def test_arrows_begin_and_end_at_the_rims_of_the_circles() -> None:
    picture = network(("Ada", "Grace", 30), ("Grace", "Linus", 20), ("Linus", "Ada", 10))
    radii = {
        (one["x"], one["y"]): math.sqrt(one["area"] / math.pi)
        for one in picture.body["layer"][1]["data"]["values"]
    }
    for arrow in arrows(picture):
        for place in (arrow.start, arrow.tip):
            away, radius = min((math.dist(middle, place), radius) for middle, radius in radii.items())
            assert radius - 1 < away < radius + 3


def test_there_and_back_are_two_arrows_apart() -> None:
    picture = network(("Ada", "Grace", 40), ("Grace", "Ada", 9))
    back, there = arrows(picture)
    places = people(picture)
    assert [nearest(one.tip, places) for one in (there, back)] == ["Grace", "Ada"]
    assert math.dist(between(there), between(back)) > 20
    assert there.wide > 1.5 * back.wide


def test_the_strongest_arrow_lies_on_top_and_is_seen_best() -> None:
    picture = network(("Ada", "Grace", 40), ("Grace", "Linus", 9), ("Linus", "Ada", 1))
    assert [nearest(one.start, people(picture)) for one in arrows(picture)] == ["Linus", "Grace", "Ada"]
    drawn = [one.get("opacity") for one in tree(picture.svg()).iter(f"{SVG}path") if "Q" in one.get("d", "")]
    assert drawn == ["0.36", "0.47", "0.9"]


def test_the_summary_names_the_strongest_in_their_direction() -> None:
    lines = ("Ada", "Grace", 4), ("Grace", "Ada", 1_234), ("Linus", "Ada", 70), ("Linus", "Grace", 3)
    assert network(*lines).summary == "Grace to Ada: 1,234; Linus to Ada: 70; Ada to Grace: 4"
    oq.language("zh")
    assert network(*lines[:2]).summary == "Grace 对 Ada：1,234；Ada 对 Grace：4"


def test_a_quote_that_is_a_mention_as_well_counts_once() -> None:
    lines = [("Ada", "Grace", 4, 4), ("Grace", "Linus", 5, 1), ("Linus", "Ada", 0, 3)]
    columns = ["from_name", "to_name", "replies", "mentions"]
    found = pd.DataFrame(lines, columns=columns).assign(latency_s=60.0)
    picture = charts.replies(found.assign(from_qq=found["from_name"], to_qq=found["to_name"]))
    assert picture.summary == "Grace to Linus: 5; Ada to Grace: 4; Linus to Ada: 3"
    assert "the larger number counts" in " ".join(picture.subtitle)


def test_nobody_answers_themselves_in_the_picture() -> None:
    picture = network(("Ada", "Ada", 900), ("Ada", "Grace", 1))
    assert len(arrows(picture)) == 1
    assert picture.summary == "Ada to Grace: 1"
    assert network(("Ada", "Ada", 900)).summary == "There is nothing to show."


def test_lines_of_a_weak_pair_are_not_drawn_and_of_a_strong_one_both_are() -> None:
    many = [(f"a{at}", f"b{at}", 100 - at) for at in range(60)]
    picture = network(*many, ("b0", "a0", 1), ("b59", "a59", 1))
    assert len(arrows(picture)) == 51
    assert "The 50 strongest of 60 pairs are shown." in picture.subtitle
    found = answers(Life(chinese))["replies"]
    assert len(arrows(charts.replies(found))) <= _MOST_ARROWS


@pytest.mark.parametrize("alone", [0, 2, 12])
def test_between_two_circles_is_room_for_an_arrow(alone: int) -> None:
    crowd = [(f"a{at % 12}", f"a{(at * 5 + 1) % 12}", 30) for at in range(36)]
    picture = network(*crowd, *[(f"b{at}", f"c{at}", 1) for at in range(alone)])
    circles = [
        (one["x"], one["y"], math.sqrt(one["area"] / math.pi))
        for one in picture.body["layer"][1]["data"]["values"]
    ]
    for (x, y, radius), (across, down, other) in combinations(circles, 2):
        assert math.dist((x, y), (across, down)) > radius + other + 20
    wide, high = (max(one[at] for one in circles) - min(one[at] for one in circles) for at in (0, 1))
    assert wide > 0.8 * picture.body["width"] or high > 0.6 * picture.body["height"]


@pytest.mark.parametrize("people", range(3, 9))
def test_names_stand_beside_heads_of_arrows_where_there_is_room(people: int) -> None:
    picture = network(*[("Ada", f"Grace {at}", 40 - at) for at in range(people)])
    for name in picture.body["layer"][2]["data"]["values"]:
        for arrow in arrows(picture):
            x, y = _middle(arrow.tip, arrow.neck)
            beneath = 0 < x - name["x"] < wide(name["name"]) and abs(y - name["y"]) < 8
            assert not beneath, name["name"]


@settings(deadline=None, max_examples=40)
@given(
    some.lists(
        some.tuples(some.sampled_from("ABCDEFGH"), some.sampled_from("ABCDEFGH"), some.integers(0, 10**7)),
        min_size=1,
        max_size=30,
    )
)
def test_each_direction_with_answers_has_one_arrow(lines: list[Line]) -> None:
    wanted = {(one, other) for one, other, count in lines if one != other and count}
    outlines = [one["path"] for one in _layers(network(*lines))]
    assert len(outlines) == len(wanted)
    assert not [one for one in outlines if "nan" in one or "inf" in one]


COORDINATES = some.floats(0, 600)
RADII = some.floats(2, 30)


@given(
    start=some.tuples(COORDINATES, COORDINATES),
    end=some.tuples(COORDINATES, COORDINATES),
    radii=some.tuples(RADII, RADII),
)
def test_an_arrow_never_points_backwards(start: Place, end: Place, radii: tuple[float, float]) -> None:
    assume(math.dist(start, end) > 5)
    made = drawing.arrow(drawing.Point(*start), drawing.Point(*end), radii, 3.0)
    x, y = map(float, re.findall(_NUMBER, made.outline)[:2])
    ahead = (end[0] - start[0]) * (made.tip.x - x), (end[1] - start[1]) * (made.tip.y - y)
    assert sum(ahead) > 0


def _layers(picture: Picture) -> list[dict[str, str]]:
    found: list[dict[str, str]] = (
        picture.body["layer"][0]["data"]["values"] if "layer" in picture.body else []
    )
    return found
