"""Columns of times, counts and flags with room to grow, whose snapshots pandas protects from each other.

pandas copies a column before a write only while another series over the same memory is alive. Memory that was
outgrown or replaced is therefore kept, with its series, for as long as anybody else still looks at it.
"""

import sys
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from pandas.api.extensions import ExtensionArray

from openqq_nb.columns import Column, Kind

FIRST_ROWS = 1_024

_Numbers = np.ndarray[Any, np.dtype[Any]]

_MISSING_TIME = np.iinfo(np.int64).min  # how pandas writes that a time is missing


@dataclass(slots=True, eq=False)
class Memory:
    """The memory of one column and the series over it.

    Attributes:
        values: what is written to; whole numbers, or truth values.
        mask: whether a value is missing; `None` for times, where a number says so.
        series: the series that all snapshots are parts of; cannot be written to.
        owner: the object that every view of the series leads back to.
        idle: how often the owner is referred to while nobody looks at the memory.
    """

    values: _Numbers
    mask: _Numbers | None
    series: "pd.Series[Any]"
    owner: _Numbers
    idle: int = 0

    @property
    def used(self) -> bool:
        """Whether a snapshot, or anything that was taken from one, still looks at the memory."""
        return sys.getrefcount(self.owner) > self.idle


class Buffer:
    """One column of times, counts or flags.

    Args:
        column: its name and kind.
    """

    def __init__(self, column: Column) -> None:
        self._column = column
        self._length = 0
        self.memory = _memory(column, FIRST_ROWS)

    def append(self, values: pa.ChunkedArray) -> None:
        """Write values, of the Arrow type of the column, behind the last one."""
        stop = self._length + len(values)
        if stop > len(self.memory.values):
            self._renew(2 * stop)
        for chunk in values.chunks:
            self._write(slice(self._length, self._length + len(chunk)), chunk)
            self._length += len(chunk)

    def change(self, positions: Sequence[int], values: pa.Array) -> None:
        """Write values over earlier ones, in new memory."""
        self._renew(len(self.memory.values))
        self._write(np.asarray(positions), values)

    def view(self, start: int, stop: int) -> "pd.Series[Any]":
        """Give a part of the column; nothing is copied."""
        return self.memory.series.iloc[start:stop].set_axis(pd.RangeIndex(stop - start))

    def _renew(self, capacity: int) -> None:
        old, self.memory = self.memory, _memory(self._column, capacity)
        self.memory.values[: self._length] = old.values[: self._length]
        if self.memory.mask is not None and old.mask is not None:
            self.memory.mask[: self._length] = old.mask[: self._length]
        keep_while_used([old])
        forget_unused()

    def _write(self, where: slice | _Numbers, values: pa.Array) -> None:
        whole = values.cast(pa.int64()) if self._column.kind == "time" else values
        fill = pa.scalar(_FILL[self._column.kind], whole.type)
        self.memory.values[where] = whole.fill_null(fill).to_numpy(zero_copy_only=False)
        if self.memory.mask is not None:
            self.memory.mask[where] = whole.is_null().to_numpy(zero_copy_only=False)


def from_arrow(column: Column, values: pa.Array | pa.ChunkedArray) -> ExtensionArray:
    """Make a pandas array of the column's dtype; a text in large strings, or a time, is not copied."""
    dtype: Any = column.dtype  # pandas publishes no type for what reads Arrow
    array: ExtensionArray = dtype.__from_arrow__(values)
    return array


def _times(column: Column, capacity: int) -> Memory:
    values = np.empty(capacity, np.int64)
    # An array made from Arrow cannot be written to, unlike one that is made from numpy.
    arrow = pa.Array.from_buffers(column.arrow_type, capacity, [None, pa.py_buffer(values)])
    array: Any = from_arrow(column, arrow)
    return Memory(values, None, pd.Series(array, copy=False), array.asi8.base)


def _masked(column: Column, capacity: int) -> Memory:
    make, kind = _MASKED[column.kind]
    values, mask = np.empty(capacity, kind), np.empty(capacity, np.bool_)
    array = make(_sealed(values), _sealed(mask))
    return Memory(values, mask, pd.Series(array, copy=False), values)


def _sealed(values: _Numbers) -> _Numbers:
    view = values.view()
    view.flags.writeable = False
    return view


_FILL: Mapping[Kind, int | bool] = {"time": _MISSING_TIME, "count": 0, "flag": False}
_MASKED: Mapping[Kind, tuple[Callable[[_Numbers, _Numbers], Any], Any]] = {
    "count": (pd.arrays.IntegerArray, np.int64),
    "flag": (pd.arrays.BooleanArray, np.bool_),
}


def _memory(column: Column, capacity: int) -> Memory:
    memory = _times(column, capacity) if column.kind == "time" else _masked(column, capacity)
    memory.idle = sys.getrefcount(memory.owner)
    return memory


_retired: list[Memory] = []
_forgetting = threading.Lock()


def keep_while_used(memories: Iterable[Memory]) -> None:
    """Keep memory that is written to no more; the garbage collector may call this at any moment."""
    _retired.extend(memories)


def forget_unused() -> None:
    """Let go of the kept memory that nobody looks at any longer."""
    with _forgetting:
        for memory in [kept for kept in _retired if not kept.used]:
            _retired.remove(memory)
