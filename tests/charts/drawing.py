"""What stands in a picture, read from its SVG."""

from collections.abc import Iterator
from xml.etree import ElementTree

import pandas as pd

from openqq_nb import charts
from openqq_nb.charts.picture import Picture

SVG = "{http://www.w3.org/2000/svg}"
QUESTIONS = (
    "ranking", "activity", "calendar", "lurkers", "turnover", "replies", "repeats", "conversations", "timeline",
    "words", "similar_groups", "night_owls", "kinds", "nicknames", "typical", "new_words", "phrases", "response",
)  # fmt: skip
# All that Vega draws with; a link or a script is not among it.
DRAWN = {"svg", "rect", "g", "path", "text", "tspan", "line", "defs", "linearGradient", "stop", "clipPath"}


def picture(question: str, *given: object, **asked: object) -> Picture:
    drawn: Picture = getattr(charts, question)(*given, **asked)
    return drawn


def tree(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)  # noqa: S314 - of our own making, and the point is that it can be read


def elements(svg: str) -> Iterator[ElementTree.Element]:
    yield from tree(svg).iter()


def texts(svg: str) -> list[str]:
    return ["".join(one.itertext()) for one in tree(svg).iter(f"{SVG}text")]


def marks(svg: str) -> int:
    return sum(one.tag.removeprefix(SVG) in ("path", "text", "line", "rect") for one in elements(svg))


def frame(**columns: object) -> pd.DataFrame:
    return pd.DataFrame(columns)
