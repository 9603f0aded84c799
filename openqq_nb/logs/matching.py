"""Pairs rows of two logs by what they are told by: as many as agree, each once.

A row is a line of five or more hashes, 0 where it does not tell: a key, the number of the message, then for each side
(chat and writer) a number and a name. Two rows agree if their keys are equal and, on each side, their numbers are
equal where both have one, else their names where both have one.
"""

from collections.abc import Callable, Iterator
from itertools import product

import numpy as np

NONE = np.uint64(0)
_KEY, _NUMBER, _SIDES = 0, 1, 2
_MOST_KINDS = 1_000_000
"""So many pairs of kinds of rows of one key are looked through for exchanges; more would take minutes."""


def mixed(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Make one hash of two, whose order counts; it is never 0."""
    hashes: np.ndarray = (one ^ (one >> np.uint64(29))) * np.uint64(0x9E3779B97F4A7C15) + other
    return np.where(hashes == NONE, np.uint64(1), hashes)


def paired(old: np.ndarray, new: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pair as many rows as can be.

    Rows that are alike in all pair first, then those that agree by numbers, then those that agree by names; of equal
    ones those whose numbers of the message do not differ, then the earliest.

    Args:
        old: rows of hashes, one line a row.
        new: rows of hashes too.

    Returns:
        Places in `old`, and the places in `new` that belong to them, ascending.
    """
    pairs = _Pairs(old, new)
    everything = tuple(range(_SIDES, old.shape[1]))
    pairs.take(pairs.free(), pairs.left(), everything)
    if len(pairs.free()) and len(pairs.left()):
        _by_knowledge(pairs)
    if len(pairs.left()):
        _by_exchange(pairs)
    found = np.flatnonzero(pairs.partner >= 0)
    return pairs.partner[found], found


class _Pairs:
    """The pairs that were found so far."""

    def __init__(self, old: np.ndarray, new: np.ndarray) -> None:
        self.old = old
        self.new = new
        self.partner = np.full(len(new), -1)
        self._free = np.ones(len(old), bool)

    def free(self) -> np.ndarray:
        return np.flatnonzero(self._free)

    def left(self) -> np.ndarray:
        return np.flatnonzero(self.partner < 0)

    def take(self, old: np.ndarray, new: np.ndarray, columns: tuple[int, ...]) -> None:
        """Pair some of these rows, those that are equal in key and columns."""
        old_keys, new_keys = _keys(self.old[old], columns), _keys(self.new[new], columns)
        no_number, none_here = self.old[old, _NUMBER] == NONE, self.new[new, _NUMBER] == NONE
        for some, others in ((no_number, True), (True, none_here), (True, True)):
            one = np.flatnonzero(self._free[old] & some)
            other = np.flatnonzero((self.partner[new] < 0) & others)
            left, right = _equal(old_keys[one], new_keys[other])
            self._set(old[one[left]], new[other[right]])

    def replace(self, old: np.ndarray, new: np.ndarray, pairs: list[tuple[np.ndarray, np.ndarray]]) -> None:
        """Forget the pairs of some rows and set others."""
        self._free[old] = True
        self.partner[new] = -1
        for one, other in pairs:
            self._set(one, other)

    def _set(self, old: np.ndarray, new: np.ndarray) -> None:
        self._free[old] = False
        self.partner[new] = old


def _keys(rows: np.ndarray, columns: tuple[int, ...]) -> np.ndarray:
    keys = rows[:, _KEY]
    for column in columns:
        keys = mixed(keys, rows[:, column])
    return keys


def _equal(old: np.ndarray, new: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pair equal keys, the first with the first and so on."""
    if not (len(old) and len(new)):
        return np.empty(0, np.int64), np.empty(0, np.int64)
    old_order, new_order = np.argsort(old, kind="stable"), np.argsort(new, kind="stable")
    old, new = old[old_order], new[new_order]
    rank = np.arange(len(new)) - np.searchsorted(new, new)
    place = np.searchsorted(old, new) + rank
    found = place < len(old)
    found[found] = old[place[found]] == new[found]
    return old_order[place[found]], new_order[found]


def _by_knowledge(pairs: _Pairs) -> None:
    """Pair rows by what both know: among rows that know the same things, to agree is to be equal in some columns."""
    old, new = pairs.free(), pairs.left()
    knows, others_know = _known(pairs.old[old]), _known(pairs.new[new])
    ways = [
        (_columns(one, other), one, other)
        for one, other in product(np.unique(knows).tolist(), np.unique(others_know).tolist())
    ]
    ways.sort(key=lambda way: _weight(way[0]), reverse=True)
    for columns, one, other in ways:
        pairs.take(old[knows == one], new[others_know == other], columns)


def _known(rows: np.ndarray) -> np.ndarray:
    """Tell in bits which columns of the sides a row knows."""
    known: np.ndarray = (rows[:, _SIDES:] != NONE) @ (1 << np.arange(rows.shape[1] - _SIDES))
    return known


def _columns(one: int, other: int) -> tuple[int, ...]:
    """Choose what is compared: on each side the numbers if both are known, else the names if both are."""
    both = one & other
    sides = range(0, max(one, other).bit_length(), 2)
    chosen = (side if both >> side & 1 else side + 1 for side in sides if both >> side & 3)
    return tuple(_SIDES + column for column in chosen)


def _weight(columns: tuple[int, ...]) -> int:
    return sum(2 if column % 2 == _SIDES % 2 else 1 for column in columns)


def _by_exchange(pairs: _Pairs) -> None:
    """Let rows change their partners where one more pair comes of it.

    Where all rows of a key know the same things, none can come of it.
    """
    knows, others_know = _known(pairs.old), _known(pairs.new)
    if len(np.unique(knows)) == 1 and len(np.unique(others_know)) == 1:
        return
    waiting = np.unique(pairs.new[pairs.left(), _KEY])
    groups = zip(
        _groups(pairs.old[:, _KEY], waiting), _groups(pairs.new[:, _KEY], waiting), strict=True
    )  # every key of `new` is one of `old` too
    for old, new in groups:
        if len(old) and (np.ptp(knows[old]) or np.ptp(others_know[new])):
            _exchange(pairs, old, new)


def _groups(keys: np.ndarray, wanted: np.ndarray) -> Iterator[np.ndarray]:
    """Give the places of each wanted key."""
    order = np.argsort(keys, kind="stable")
    ends = np.searchsorted(keys[order], wanted, "left"), np.searchsorted(keys[order], wanted, "right")
    for begin, end in zip(*(one.tolist() for one in ends), strict=True):
        yield order[begin:end]


def _exchange(pairs: _Pairs, old: np.ndarray, new: np.ndarray) -> None:
    """Make the most pairs of the rows of one key; rows that are alike are counted, not told apart."""
    kinds, kind = np.unique(pairs.old[old, _SIDES:], axis=0, return_inverse=True)
    new_kinds, new_kind = np.unique(pairs.new[new, _SIDES:], axis=0, return_inverse=True)
    if len(kinds) * len(new_kinds) > _MOST_KINDS:
        return
    kind, new_kind = kind.reshape(-1), new_kind.reshape(-1)
    has = np.flatnonzero(pairs.partner[new] >= 0)
    made = np.zeros((len(kinds), len(new_kinds)), np.int64)
    np.add.at(made, (kind[np.searchsorted(old, pairs.partner[new[has]])], new_kind[has]), 1)
    free = np.bincount(kind, minlength=len(kinds)) - made.sum(axis=1)
    left = np.bincount(new_kind, minlength=len(new_kinds)) - made.sum(axis=0)
    more, agreeing = 0, _agreeing(kinds, new_kinds)
    for start in np.flatnonzero(left).tolist():
        while left[start] and _one_more(agreeing, made, free, start):
            left[start] -= 1
            more += 1
    if more:
        pairs.replace(old, new, list(_told_apart(made, _places(old, kind), _places(new, new_kind))))


def _agreeing(kinds: np.ndarray, others: np.ndarray) -> Callable[[int], np.ndarray]:
    """Give a function that tells which kinds agree with one of the others."""

    def agreeing(other: int) -> np.ndarray:
        agree = np.ones(len(kinds), bool)
        for side in range(0, kinds.shape[1], 2):
            number, name = others[other, side], others[other, side + 1]
            numbers, names = kinds[:, side], kinds[:, side + 1]
            both = (numbers != NONE) & (number != NONE)
            agree &= np.where(both, numbers == number, (names == name) | (names == NONE) | (name == NONE))
        return agree

    return agreeing


def _one_more(agreeing: Callable[[int], np.ndarray], made: np.ndarray, free: np.ndarray, start: int) -> bool:
    """Find a chain of exchanges that ends at a row which is free, and make them."""
    unseen = np.ones(len(free), bool)
    reached_by: dict[int, int] = {}  # a kind of old rows: the kind of new rows that may take one
    given_up_by: dict[int, int] = {start: -1}  # a kind of new rows: the kind of old rows it has
    waiting = [start]
    for other in waiting:
        for one in np.flatnonzero(agreeing(other) & unseen).tolist():
            unseen[one] = False
            reached_by[one] = other
            if free[one]:
                free[one] -= 1
                _along(made, reached_by, given_up_by, one)
                return True
            gained = [new for new in np.flatnonzero(made[one]).tolist() if new not in given_up_by]
            given_up_by.update(dict.fromkeys(gained, one))
            waiting += gained
    return False


def _along(made: np.ndarray, reached_by: dict[int, int], given_up_by: dict[int, int], one: int) -> None:
    while one >= 0:
        other = reached_by[one]
        made[one, other] += 1
        one = given_up_by[other]
        if one >= 0:
            made[one, other] -= 1


def _places(rows: np.ndarray, kind: np.ndarray) -> list[np.ndarray]:
    return [rows[kind == one] for one in range(int(kind.max()) + 1)]


def _told_apart(
    made: np.ndarray, old: list[np.ndarray], new: list[np.ndarray]
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Choose rows of the kinds that are paired: the earliest."""
    used, others_used = [0] * len(old), [0] * len(new)
    for one, other in np.argwhere(made).tolist():
        count = int(made[one, other])
        begin, other_begin = used[one], others_used[other]
        yield old[one][begin : begin + count], new[other][other_begin : other_begin + count]
        used[one] += count
        others_used[other] += count
