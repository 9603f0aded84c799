"""Arrows between circles, bent such that there and back are two."""

import math
from dataclasses import dataclass

_BEND = 0.14
_GAP = 1.5
_WING, _WING_PER_WIDTH = 2.4, 0.3
_HEAD, _HEAD_PER_WIDTH = 6.5, 1.3
_BEGUN = 0.4
_MOST_OF_ARROW, _MOST_OF_WAY = 0.6, 0.8
_TINY = 1e-9


@dataclass(frozen=True, slots=True)
class Point:
    """A place in a picture, in pixels."""

    x: float
    y: float

    def __str__(self) -> str:
        return f"{round(self.x, 1)},{round(self.y, 1)}"

    def beside(self, ahead: "Point", left: float) -> "Point":
        """Give the place that lies so many pixels to the left for who looks ahead; on a screen down is more."""
        away = max(_TINY, math.dist((self.x, self.y), (ahead.x, ahead.y)))
        return Point(self.x + (ahead.y - self.y) / away * left, self.y - (ahead.x - self.x) / away * left)

    def toward(self, ahead: "Point", far: float) -> "Point":
        """Give the place that lies so many pixels nearer to another one."""
        away = max(_TINY, math.dist((self.x, self.y), (ahead.x, ahead.y)))
        return Point(self.x + (ahead.x - self.x) / away * far, self.y + (ahead.y - self.y) / away * far)


@dataclass(frozen=True, slots=True)
class Arrow:
    """An arrow.

    Attributes:
        outline: a path of SVG.
        tip: where it points to.
    """

    outline: str
    tip: Point


def arrow(start: Point, end: Point, radii: tuple[float, float], wide: float) -> Arrow:
    """Draw an arrow from the rim of a circle to the rim of another one, bent to the left of who goes along it.

    Args:
        start: the middle of the circle where it begins.
        end: the middle of the circle where its tip is.
        radii: of the two circles.
        wide: how wide its shaft is where the head begins, in pixels; it grows up to there.
    """
    away = math.dist((start.x, start.y), (end.x, end.y))
    turn = start.toward(end, away / 2).beside(end, away * _BEND)
    rims = radii[0], radii[1] + _GAP
    # Of circles that meet, only the arrow's own part of the way is taken, else it would point backwards.
    part = min(1.0, _MOST_OF_WAY * away / sum(rims))
    first, tip = start.toward(turn, rims[0] * part), end.toward(turn, rims[1] * part)
    length = math.dist((first.x, first.y), (tip.x, tip.y))
    neck = tip.toward(turn, min(_HEAD + _HEAD_PER_WIDTH * wide, length * _MOST_OF_ARROW))

    def side(left: float) -> list[Point]:
        """Give the edge of the shaft, and the barb."""
        grown = (
            first.beside(turn, left * _BEGUN),
            turn.beside(end, left * (1 + _BEGUN) / 2),
            neck.beside(tip, left),
        )
        return [*grown, neck.beside(tip, left * (1 + 2 * _WING_PER_WIDTH) + math.copysign(_WING, left))]

    points = [*side(wide / 2), tip, *side(-wide / 2)[::-1]]
    return Arrow("M{} Q{} {} L{} {} {} {} Q{} {} Z".format(*points), tip)
