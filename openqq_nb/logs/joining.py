"""Joins logs of several origins: tells which rows of the next one are there already.

Tools number messages each in its own way, show times in their own fineness and know different things of a person, so
what they share is what was said, when. The rule:

- Two messages may be one if type, second and number of the message are equal (one tool has its text, the other saw it
  taken back), or else type, second and text (without blanks at its edges, and however a tool spells a card or a face).
- Neither chat nor writer may contradict: their numbers where both know them, else their names where both know them.
- One row stands for one row only, so that what was said twice stays there twice. First as many rows as can be are
  paired by the number of the message, then of the others as many as can be by text; which ones first, tells `matching`.
  This is so within each piece that is read; a row that an earlier piece of the same origin took is not given back.
- What a row does not know it learns from the row that it stands for, so that a third one is compared with both.
- Without a time, two messages may be one if `chat_key`, number, text, sender and `received_at` are equal; two events,
  if all their cells are.
"""

from collections.abc import Callable
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from openqq_nb.logs.matching import NONE, mixed, paired

_SAID, _NUMBERED, _MSG_ID = 0, 1, 2
_SIDES = ("gnumber", "chat", "sender_qq", "sender")
_WIDTH: Final = 3 + len(_SIDES)
_TIMELESS = ("chat_key", "msg_id", "content", "sender", "received_at")

Marker = Callable[[pa.Table], np.ndarray]
"""Gives what rows are told by, one line of hashes a row, 0 where it does not tell: type, second and text; type, second
and number; number of the message; number and name of the chat; number and name of the writer."""


class Joiner:
    """Keeps what the rows of earlier origins are told by, and leaves it away in later ones.

    Args:
        marker: `messages` or `events`.
    """

    def __init__(self, marker: Marker) -> None:
        self._marker = marker
        self._marks = np.empty((0, _WIDTH), np.uint64)
        self._used = np.empty(0, np.int64)
        self._count = 0
        self._sorted = 0  # how many of them can be found
        self._origin = 0
        self._known = {_NUMBERED: _Sorted(), _SAID: _Sorted()}
        self._learnt: list[np.ndarray] = []

    def next_origin(self) -> None:
        """Begin the rows of another origin; those so far can be found from now on."""
        here = np.arange(self._sorted, self._count)
        for column, known in self._known.items():
            learnt = self._learnt if column == _NUMBERED else []
            added = np.concatenate([here, *learnt])
            known.add(self._marks[added, column], added)
        self._learnt.clear()
        self._sorted = self._count
        self._origin += 1

    def news(self, rows: pa.Table) -> pa.Table:
        """Give the rows that no earlier origin has, in their order."""
        marks = self._marker(rows)
        fresh = np.arange(len(marks))
        for column in self._known:
            fresh = np.setdiff1d(fresh, self._doubles(marks, fresh, column), assume_unique=True)
        self._keep(marks[fresh])
        return (
            rows if len(fresh) == len(marks) else rows.filter(pa.array(np.isin(np.arange(len(marks)), fresh)))
        )

    def _doubles(self, marks: np.ndarray, rows: np.ndarray, column: int) -> np.ndarray:
        """Find which rows are known, and use each known row up once."""
        keys = marks[rows, column]
        old = np.sort(self._known[column].find(np.unique(keys[keys != NONE])))
        old = old[self._used[old] < self._origin]
        rows = rows[np.isin(keys, self._marks[old, column])]
        columns = [column, *range(_MSG_ID, _WIDTH)]
        one, other = paired(self._marks[np.ix_(old, columns)], marks[np.ix_(rows, columns)])
        doubles: np.ndarray = rows[other]
        self._used[old[one]] = self._origin
        self._learn(old[one], marks[doubles])
        return doubles

    def _learn(self, old: np.ndarray, told: np.ndarray) -> None:
        known = self._marks[old]
        self._learnt.append(old[(known[:, _NUMBERED] == NONE) & (told[:, _NUMBERED] != NONE)])
        self._marks[old] = np.where(known == NONE, told, known)

    def _keep(self, marks: np.ndarray) -> None:
        end = self._count + len(marks)
        if end > len(self._marks):
            room = max(end, 2 * len(self._marks))
            self._marks = _roomier(self._marks, room)
            self._used = _roomier(self._used, room)
        self._marks[self._count : end] = marks
        self._used[self._count : end] = self._origin
        self._count = end


class _Sorted:
    """Finds rows by their keys in some sorted runs, few of which are long."""

    def __init__(self) -> None:
        self._runs: list[tuple[np.ndarray, np.ndarray]] = []

    def add(self, keys: np.ndarray, rows: np.ndarray) -> None:
        """Take rows in; those without a key cannot be found."""
        self._append(keys[keys != NONE], rows[keys != NONE])
        while len(self._runs) > 1 and len(self._runs[-2][0]) < 2 * len(self._runs[-1][0]):
            runs = [self._runs.pop(-2), self._runs.pop()]
            self._append(*(np.concatenate(parts) for parts in zip(*runs, strict=True)))

    def find(self, keys: np.ndarray) -> np.ndarray:
        """Give the rows that have one of these keys, which are ascending."""
        found = [np.empty(0, np.int64)]
        for known, rows in self._runs:
            begins = np.searchsorted(known, keys)
            there = begins < len(known)
            there[there] = known[begins[there]] == keys[there]
            begins = begins[there]
            counts = np.searchsorted(known, keys[there], "right") - begins
            places = np.repeat(begins - np.cumsum(counts) + counts, counts) + np.arange(counts.sum())
            found.append(rows[places])
        return np.concatenate(found)

    def _append(self, keys: np.ndarray, rows: np.ndarray) -> None:
        order = np.argsort(keys, kind="stable")  # which is quick for two sorted runs
        if len(order):
            self._runs.append((keys[order], rows[order]))


def _roomier(array: np.ndarray, room: int) -> np.ndarray:
    made = np.empty((room, *array.shape[1:]), array.dtype)
    made[: len(array)] = array
    return made


def messages(rows: pa.Table) -> np.ndarray:
    """Tell what messages are told by."""
    timeless = _column(rows, "msg_time").is_null().to_numpy(zero_copy_only=False)
    moment = mixed(_seconds(rows), _hashed(rows, "type"))
    number = _hashed(rows, "msg_id")
    said = mixed(moment, _hashed(rows, "content", spelled=_alike))
    if timeless.any():
        said = np.where(timeless, _mixed_cells(rows, _TIMELESS), said)
    numbered = np.where((number == NONE) | timeless, NONE, mixed(moment, number))
    return np.column_stack([said, numbered, number, *(_hashed(rows, name) for name in _SIDES)])


def events(rows: pa.Table) -> np.ndarray:
    """Tell what events are told by; a column that is not there is like one of missing cells."""
    marks = np.zeros((rows.num_rows, _WIDTH), np.uint64)
    marks[:, _SAID] = 1
    for name in sorted(rows.column_names):
        cells = _hashed(rows, name)
        named = pd.util.hash_array(np.array([name], object), categorize=False)
        marks[:, _SAID] = np.where(
            cells == NONE, marks[:, _SAID], mixed(mixed(marks[:, _SAID], named), cells)
        )
    return marks


def _mixed_cells(rows: pa.Table, names: tuple[str, ...]) -> np.ndarray:
    cells = np.ones(rows.num_rows, np.uint64)
    for name in names:
        cells = mixed(cells, _hashed(rows, name))
    return cells


def _seconds(rows: pa.Table) -> np.ndarray:
    micros = _column(rows, "msg_time").cast(pa.int64())
    seconds = pc.fill_null(pc.divide(micros, 1_000_000), 0).to_numpy().astype(np.int64)
    hashes: np.ndarray = pd.util.hash_array(seconds)
    return hashes


def _alike(texts: pa.Array) -> pa.Array:
    """Write texts as all tools could: some lose blanks at the edges, titles of cards, the word before a face."""
    texts = pc.utf8_trim_whitespace(texts)
    texts = pc.replace_substring_regex(texts, r"(?s)^\[卡片:.*\]$", "[卡片]")
    return pc.replace_substring_regex(texts, r"\[表情:([^\[\]]+)\]", r"[\1]")


def _hashed(
    rows: pa.Table, name: str, *, spelled: Callable[[pa.Array], pa.Array] = lambda texts: texts
) -> np.ndarray:
    """Hash the cells of a column as texts; what is missing or empty becomes 0."""
    column = _column(rows, name)
    if pa.types.is_timestamp(column.type):  # the same moment in another zone is the same
        column = column.cast(pa.timestamp("us", column.type.tz)).cast(pa.int64())
    coded = column.cast(pa.large_string()).combine_chunks().dictionary_encode()
    coded = coded.combine_chunks() if isinstance(coded, pa.ChunkedArray) else coded
    texts = spelled(coded.dictionary).to_numpy(zero_copy_only=False).astype(object)
    hashes = np.zeros(len(texts) + 1, np.uint64)  # the last one is for missing cells
    hashes[:-1] = np.maximum(pd.util.hash_array(texts, categorize=False), 1)
    hashes[:-1][texts == ""] = NONE
    found: np.ndarray = hashes[pc.fill_null(coded.indices, len(texts)).to_numpy()]
    return found


def _column(rows: pa.Table, name: str) -> pa.ChunkedArray:
    if name in rows.column_names:
        return rows.column(name)
    kind = pa.timestamp("us", "UTC") if name in ("msg_time", "received_at") else pa.large_string()
    return pa.chunked_array([pa.nulls(rows.num_rows, kind)])
