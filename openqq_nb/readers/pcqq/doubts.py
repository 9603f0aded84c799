"""Lines that are content by the rules, and yet may be headers that were damaged: they are told, never taken."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from openqq_nb.readers.pcqq.headers import BEFORE, Candidates
from openqq_nb.readers.wallclock import clock_s, day_s

_DAMAGED = re.compile(
    r"\n\n([0-9]{4}-[0-9]{1,2}-[0-9]{1,2}[^\n]*|[^\n]{0,40}[0-9]{1,2}:[0-9]{2}:[0-9]{2} [^\n]*)(?=\n|\Z)"
)
_WITHOUT_EMPTY_LINE = re.compile(
    r"(?<!\n)\n([0-9]{4}-[0-9]{1,2}-[0-9]{1,2}) ([0-9]{1,2}:[0-9]{2}:[0-9]{2}) [^\n]+(?=\n[^\n])"
)
_YEARS = ("\n20", "\n19")


class Doubt(NamedTuple):
    """A line that may be a damaged header.

    Attributes:
        candidate: in what follows which header it stands.
        place: where in that it begins.
        why: what speaks against it.
    """

    candidate: int
    place: int
    why: str


def doubts(text: str, found: Candidates) -> Iterator[Doubt]:
    """Find lines that fail but one of the tests of a header; mostly there are none, which is told quickly.

    Args:
        text: the text of one chat.
        found: what it was split into.
    """
    headers = len(found.bodies)
    if text.count(BEFORE) > headers:
        for candidate, body in enumerate(found.bodies):
            if BEFORE in body:
                why = "is none by its date, time or name"
                yield from (Doubt(candidate, match.start(1), why) for match in _DAMAGED.finditer(body))
    if sum(map(text.count, _YEARS)) > headers:
        why = "no empty line is before it"
        for candidate, body in enumerate(found.bodies):
            if _WITHOUT_EMPTY_LINE.search(body):
                yield from (Doubt(candidate, place, why) for place in _fitting(found, candidate, body))


def _fitting(found: Candidates, candidate: int, body: str) -> Iterator[int]:
    """Find what has all of a header but the empty line before it, at a time between the headers around it."""
    near = slice(candidate, candidate + 2)
    times = [
        day_s(day) + clock_s(clock) for day, clock in zip(found.days[near], found.clocks[near], strict=True)
    ]
    for match in _WITHOUT_EMPTY_LINE.finditer(body):
        around = [*times[:1], day_s(match[1]) + clock_s(match[2]), *times[1:]]
        if around == sorted(around):
            yield match.start(1)
