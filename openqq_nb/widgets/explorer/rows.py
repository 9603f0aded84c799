"""A frame as a table shows it: which rows, in which order, and which of them are selected."""

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from openqq_nb.widgets.explorer.cells import Spelling

Positions: TypeAlias = NDArray[np.int64]
Mask: TypeAlias = NDArray[np.bool_]


class Rows:
    """The rows of a frame that never changes.

    A row is known by its position in the frame, whatever the order and whatever is shown; so a selection lives on
    through every search, filter and order, also where its rows are not shown.

    Args:
        frame: one row a row of the table.
        find: gives the positions of the rows that have a text in them.
        spelling: how its columns and values are said.

    Attributes:
        order: positions of the rows that are shown, in order.
        selected: by position, whether the row is selected.
        by: the place of the column that the rows are in order of, `None` for the order of the frame.
        ascending: whether the smallest come first.
    """

    def __init__(
        self, frame: pd.DataFrame, find: Callable[[str], Positions], spelling: Spelling | None = None
    ) -> None:
        self.frame = frame
        self.spelling = spelling or Spelling()
        self.selected: Mask = np.zeros(len(frame), dtype=np.bool_)
        self.by: int | None = None
        self.ascending = True
        self._find = find
        self._found: Mask = np.ones(len(frame), dtype=np.bool_)
        self._kept: Mask = np.ones(len(frame), dtype=np.bool_)
        self._arranged: Positions = np.arange(len(frame), dtype=np.int64)
        self._range: tuple[int, Mask] | None = None
        self.order = self._arranged

    @property
    def found(self) -> Mask:
        """By position, whether the row has the text that is looked for in it."""
        return self._found

    @property
    def shown(self) -> pd.DataFrame:
        """The rows that are shown, in order, with a RangeIndex."""
        return self._taken(self.order)

    @property
    def selection(self) -> pd.DataFrame:
        """The rows that are selected, shown or not, in order, with a RangeIndex."""
        return self._taken(self._arranged[self.selected[self._arranged]])

    @property
    def picked(self) -> int:
        """How many rows are selected."""
        return int(self.selected.sum())

    @property
    def picked_unseen(self) -> int:
        """How many of the selected rows are not shown."""
        return self.picked - int(self.selected[self.order].sum())

    def having(self, text: str) -> Mask:
        """Mark the rows that have a text in them; a blank one is in all."""
        mask: Mask = np.full(len(self.frame), not text.strip())
        if text.strip():
            mask[self._find(text)] = True
        return mask

    def search(self, text: str) -> None:
        """Show only rows that have a text in them."""
        self.narrow(self.having(text))

    def narrow(self, found: Mask) -> None:
        """Show only rows that were found, given by position."""
        self._found = found
        self._choose()

    def keep(self, kept: Mask) -> None:
        """Show only some of the rows, given by position; the search goes on within them."""
        self._kept = kept
        self._choose()

    def sort(self, by: int | None, ascending: bool = True) -> None:
        """Arrange the rows by a column; equal ones stay in the order of the frame, missing ones come last."""
        self._arranged = _arranged(self.frame, by, ascending)
        self.by, self.ascending = by, ascending
        self._choose()

    def pick_only(self, position: int) -> None:
        """Select one row, and no other."""
        selected: Mask = np.zeros(len(self.frame), dtype=np.bool_)
        selected[position] = True
        self._range, self.selected = None, selected

    def toggle(self, position: int) -> None:
        """Select a row, or not any more."""
        self._range = None
        self.selected[position] = not self.selected[position]

    def pick_range(self, first: int, last: int) -> None:
        """Select the rows between two places of what is shown, besides those that were selected.

        Called again from the same `first`, the range of the call before is let go: so it grows and shrinks.
        """
        if self._range is None or self._range[0] != first:
            self._range = first, self.selected.copy()
        self.selected = self._range[1].copy()
        self.selected[self.order[min(first, last) : max(first, last) + 1]] = True

    def pick_all(self) -> None:
        """Select all rows that are shown, besides those that were selected."""
        self._range = None
        self.selected[self.order] = True

    def pick_none(self) -> None:
        """Select no row."""
        self._range = None
        self.selected[:] = False

    def _choose(self) -> None:
        self._range = None
        self.order = self._arranged[(self._found & self._kept)[self._arranged]]

    def _taken(self, positions: Positions) -> pd.DataFrame:
        taken: pd.DataFrame = self.frame.iloc[positions].reset_index(drop=True)
        return taken


def _arranged(frame: pd.DataFrame, by: int | None, ascending: bool) -> Positions:
    if by is None:
        return np.arange(len(frame), dtype=np.int64)
    values: Any = frame.iloc[:, by].reset_index(drop=True)
    return np.asarray(values.sort_values(ascending=ascending, kind="stable").index, dtype=np.int64)
