"""Joins logs of several origins: tells which rows of the next one are there already.

Tools number messages each in its own way, show times in their own fineness and know different things of a person, so
what they share is what was said, when. Two rows of different origins are one message if type, second and text agree and
neither chat nor writer contradicts: their numbers where both know them, else their names. The same goes for type,
second and number of the message, where one tool has its text and the other saw it taken back. One row stands for one
row only, so that what was said twice stays there twice.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

_NONE = np.uint64(0)
_SIDES = (("gnumber", "chat"), ("sender_qq", "sender"))


@dataclass(frozen=True, slots=True)
class _Marks:
    """What rows are told apart by: hashes, 0 where a row does not tell.

    Attributes:
        said: type, second and text.
        numbered: type, second and number of the message.
        sides: number and name of chat and writer.
    """

    said: np.ndarray
    numbered: np.ndarray
    sides: tuple[tuple[np.ndarray, np.ndarray], ...]

    def __len__(self) -> int:
        return len(self.said)

    def at(self, rows: np.ndarray) -> "_Marks":
        return _Marks(
            self.said[rows],
            self.numbered[rows],
            tuple((number[rows], name[rows]) for number, name in self.sides),
        )


class Joiner:
    """Keeps what the rows of earlier origins are told by, and leaves it away in later ones."""

    def __init__(self) -> None:
        self._known: list[_Marks] = []
        self._here: list[_Marks] = []
        self._free: np.ndarray = np.empty(0, bool)

    def next_origin(self) -> None:
        """Begin the rows of another origin."""
        self._known = [_joined([*self._known, *self._here])] if self._known or self._here else []
        self._here = []
        self._free = np.ones(sum(map(len, self._known)), bool)

    def news(self, rows: pa.Table) -> pa.Table:
        """Give the rows that no earlier origin has, in their order."""
        marks = _marks(rows)
        fresh = np.ones(len(marks), bool)
        for known in self._known:
            for key in ("said", "numbered"):
                fresh[self._doubles(known, marks, np.flatnonzero(fresh), key)] = False
        self._here.append(marks.at(np.flatnonzero(fresh)))
        return rows if fresh.all() else rows.filter(pa.array(fresh))

    def _doubles(self, known: _Marks, marks: _Marks, rows: np.ndarray, key: str) -> np.ndarray:
        """Find which rows are known, and use each known row up once."""
        old, new = _pairs(getattr(known, key), np.flatnonzero(self._free), getattr(marks, key)[rows], rows)
        agreeing = _agree(known, old, marks, new)
        old, new = _one_to_one(old[agreeing], new[agreeing])
        self._free[old] = False
        return new


def _pairs(
    known: np.ndarray, free: np.ndarray, keys: np.ndarray, rows: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Pair the places of equal keys that say something."""
    left = pd.DataFrame({"key": known[free], "old": free})
    right = pd.DataFrame({"key": keys, "new": rows})
    left = left[left["key"].isin(right["key"]) & (left["key"] != _NONE)]
    found = right.merge(left, on="key")
    return found["old"].to_numpy(), found["new"].to_numpy()


def _agree(known: _Marks, old: np.ndarray, marks: _Marks, new: np.ndarray) -> np.ndarray:
    agree = np.ones(len(old), bool)
    for (number, name), (other_number, other_name) in zip(known.sides, marks.sides, strict=True):
        both = (number[old] != _NONE) & (other_number[new] != _NONE)
        same_name = (name[old] == other_name[new]) | (name[old] == _NONE) | (other_name[new] == _NONE)
        agree &= np.where(both, number[old] == other_number[new], same_name)
    return agree


def _one_to_one(old: np.ndarray, new: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Leave pairs in which no place stands twice; the earliest takes the earliest."""
    order = np.lexsort((old, new))
    old, new = old[order], new[order]
    if len(np.unique(old)) == len(old) and len(np.unique(new)) == len(new):
        return old, new
    used: set[int] = set()
    taken: dict[int, int] = {}
    for one, other in zip(old.tolist(), new.tolist(), strict=True):
        if other not in taken and one not in used:
            taken[other] = one
            used.add(one)
    return np.fromiter(taken.values(), np.int64, len(taken)), np.fromiter(taken, np.int64, len(taken))


def _joined(marks: list[_Marks]) -> _Marks:
    return _Marks(
        np.concatenate([one.said for one in marks]),
        np.concatenate([one.numbered for one in marks]),
        tuple(
            (
                np.concatenate([one.sides[side][0] for one in marks]),
                np.concatenate([one.sides[side][1] for one in marks]),
            )
            for side in range(len(_SIDES))
        ),
    )


def _marks(rows: pa.Table) -> _Marks:
    seconds = _seconds(rows)
    kind = _hashed(rows, "type")
    moment = pd.util.hash_array(seconds) ^ (kind * np.uint64(31))
    said = _mixed(moment, _hashed(rows, "content", strip=True))
    number = _hashed(rows, "msg_id")
    numbered = np.where(number == _NONE, _NONE, _mixed(moment, number))
    timeless = _column(rows, "msg_time").is_null().to_numpy(zero_copy_only=False)
    return _Marks(
        np.where(timeless, _NONE, said),
        np.where(timeless, _NONE, numbered),
        tuple((_hashed(rows, number), _hashed(rows, name)) for number, name in _SIDES),
    )


def _seconds(rows: pa.Table) -> np.ndarray:
    micros = _column(rows, "msg_time").cast(pa.int64())
    seconds: np.ndarray = pc.fill_null(pc.divide(micros, 1_000_000), 0).to_numpy().astype(np.int64)
    return seconds


def _mixed(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Make one hash of two, whose order counts."""
    mixed: np.ndarray = (one ^ (one >> np.uint64(29))) * np.uint64(0x9E3779B97F4A7C15) + other
    mixed[mixed == _NONE] = 1
    return mixed


def _hashed(rows: pa.Table, name: str, *, strip: bool = False) -> np.ndarray:
    """Hash the texts of a column; what is missing or empty becomes 0."""
    column = pc.fill_null(_column(rows, name).cast(pa.large_string()), "")
    if strip:  # some formats lose the blanks at the edges
        column = pc.utf8_trim_whitespace(column)
    coded = column.combine_chunks().dictionary_encode()
    coded = coded.combine_chunks() if isinstance(coded, pa.ChunkedArray) else coded
    texts = coded.dictionary.to_numpy(zero_copy_only=False).astype(object)
    hashes: np.ndarray = pd.util.hash_array(texts, categorize=False)
    hashes[hashes == _NONE] = 1
    hashes[texts == ""] = _NONE
    found: np.ndarray = hashes[coded.indices.to_numpy()]
    return found


def _column(rows: pa.Table, name: str) -> pa.ChunkedArray:
    if name in rows.column_names:
        return rows.column(name)
    return pa.chunked_array(
        [pa.nulls(rows.num_rows, pa.large_string() if name != "msg_time" else pa.timestamp("us", "UTC"))]
    )
