import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from openqq_nb.logs.matching import paired

Line = tuple[
    int, int, int, int, int, int
]  # key, number of the message, number and name of chat, and of writer

LINE = st.tuples(
    st.integers(1, 2), st.integers(0, 2), st.integers(0, 1), st.integers(0, 1), st.integers(0, 2), st.integers(0, 2)
)  # fmt: skip
LINES = st.lists(LINE, max_size=7)


def lines(*rows: Line) -> np.ndarray:
    return np.array(rows, np.uint64).reshape(-1, 6)


def pairs(old: list[Line], new: list[Line]) -> list[tuple[int, int]]:
    return [(int(one), int(other)) for one, other in zip(*paired(lines(*old), lines(*new)), strict=True)]


def agree(one: Line, other: Line) -> bool:
    for number, name in ((2, 3), (4, 5)):
        compared = number if one[number] and other[number] else name
        if one[compared] and other[compared] and one[compared] != other[compared]:
            return False
    return one[0] == other[0]


def most(old: list[Line], new: list[Line]) -> int:
    """Try all there is."""
    if not new:
        return 0
    first, rest = new[0], new[1:]
    best = most(old, rest)
    for place in {line: place for place, line in enumerate(old)}.values():
        if best < min(len(old), len(new)) and agree(old[place], first):
            best = max(best, 1 + most(old[:place] + old[place + 1 :], rest))
    return best


@settings(deadline=None, max_examples=400)
@given(LINES, LINES)
@example([(1, 0, 0, 1, 1, 1), (1, 0, 0, 1, 0, 1)], [(1, 0, 0, 1, 0, 1), (1, 0, 0, 1, 2, 1)])
@example([(1, 0, 0, 1, 1, 1), (1, 0, 0, 1, 1, 2)], [(1, 0, 0, 1, 1, 3), (1, 0, 0, 1, 0, 1)])
def test_as_many_rows_are_paired_as_can_be_and_each_once(old: list[Line], new: list[Line]) -> None:
    found = pairs(old, new)
    assert all(agree(old[one], new[other]) for one, other in found)
    assert len({one for one, _ in found}) == len({other for _, other in found}) == len(found)
    assert len(found) == most(old, new)


def test_rows_that_are_alike_pair_before_others_and_numbers_before_names() -> None:
    alike, renamed, unknown = (1, 0, 5, 6, 7, 8), (1, 0, 5, 6, 7, 9), (1, 0, 5, 6, 0, 8)
    assert pairs([renamed, unknown, alike], [alike]) == [(2, 0)]
    assert pairs([unknown, renamed], [alike]) == [(1, 0)]
    assert pairs([renamed, unknown], [(1, 0, 5, 6, 0, 8)]) == [(1, 0)]


def test_of_equal_rows_those_pair_whose_numbers_do_not_differ_and_then_the_earliest() -> None:
    assert pairs([(1, 4, 0, 1, 0, 1), (1, 0, 0, 1, 0, 1)], [(1, 3, 0, 1, 0, 1)]) == [(1, 0)]
    assert pairs([(1, 4, 0, 1, 0, 1), (1, 5, 0, 1, 0, 1)], [(1, 3, 0, 1, 0, 1)]) == [(0, 0)]


@pytest.mark.parametrize("sender", [lambda row: 7, lambda row: row % 3, lambda row: row])
def test_a_second_in_which_all_say_the_same_costs_little(sender: Callable[[int], int]) -> None:
    def said(rows: int, knows: int) -> np.ndarray:
        made: list[Any] = [(1, 0, 0, 1, sender(row) * (row % 2 == knows), sender(row)) for row in range(rows)]
        return lines(*made)

    old, new = said(4_000, 0), said(4_500, 1)
    began = time.perf_counter()
    found, _ = paired(old, new)
    assert time.perf_counter() - began < 3
    assert len(found) == 4_000
