"""A table of any number of rows, of which a page gets what is seen."""

from collections.abc import Callable, Mapping
from itertools import count

from openqq_nb.widgets.explorer.cells import headings, written
from openqq_nb.widgets.explorer.rows import Rows
from openqq_nb.widgets.parts import Action, Part, View

MOST_ROWS = 500
"""So many rows go to a page at a time."""


class Table(Part):
    """Shows rows, puts them in order, and lets a person select some.

    A page asks for the rows that it shows. Each answer carries the `version` of the order it belongs to, and what is
    asked of another version is not answered: a new one was shown meanwhile.

    Args:
        rows: what is shown first.
        on_pick: called when other rows are selected.
    """

    def __init__(self, rows: Rows, on_pick: Callable[[], None] = lambda: None) -> None:
        super().__init__()
        self.rows = rows
        self._on_pick = on_pick
        self._versions = count(1)
        self._version = next(self._versions)
        self._edition = self._version

    @property
    def actions(self) -> Mapping[str, Action]:
        """Rows, order and selection."""
        return {
            "rows": self.some,
            "sort": self.sort,
            "pick": self.pick,
            "pick_at": self.pick_at,
            "pick_range": self.pick_range,
            "pick_all": self.pick_all,
            "pick_none": self.pick_none,
        }

    def view(self) -> View:
        """Give the columns, and what is told of the rows; not the rows themselves."""
        columns = headings(self.rows.frame, self.rows.spelling)
        return {"columns": columns, "edition": self._edition, **self._shown()}

    def show(self, rows: Rows) -> None:
        """Show other rows."""
        self.rows = rows
        self._version = self._edition = next(self._versions)
        self.publish(self.view())

    def refresh(self) -> None:
        """Show what became of the rows, after a search or filter."""
        self._version = next(self._versions)
        self.publish(self._shown())

    def some(self, start: int, stop: int, version: int) -> View | None:
        """Give some of the rows that are shown.

        Args:
            start: place of the first one, counted from 0.
            stop: place after the last one; at most 500 are given.
            version: what they are asked of.

        Returns:
            `cells`, one list a row: its position in the frame, 1 if it is selected or 0, and one text a column.
        """
        if version != self._version:
            return None
        first = max(0, start)
        positions = self.rows.order[first : min(max(first, stop), first + MOST_ROWS)]
        texts = written(self.rows.frame.iloc[positions], self.rows.spelling)
        marks = self.rows.selected[positions]
        cells = [
            [int(position), int(mark), *row]
            for position, mark, row in zip(positions, marks, texts, strict=True)
        ]
        return {"version": version, "start": first, "cells": cells}

    def sort(self, by: int | None, ascending: bool = True) -> View | None:
        """Put the rows in order of a column, given by its place; `None` is the order of the frame."""
        if by is not None and not 0 <= by < self.rows.frame.shape[1]:
            return None
        self.rows.sort(by, ascending)
        self._version = next(self._versions)
        return self._shown()

    def pick(self, position: int, edition: int, only: bool = False) -> View | None:
        """Select a row, or not any more.

        Args:
            position: of the row, in the frame.
            edition: which frame is meant; of another one than the present nothing is selected.
            only: whether it is to be the only one.
        """
        if edition != self._edition or not 0 <= position < len(self.rows.frame):
            return None
        return self._pick(position, only)

    def pick_at(self, index: int, version: int, only: bool = False) -> View | None:
        """Select the row at a place, or not any more; so a page picks a row that it has not been given yet.

        Args:
            index: the place, counted from 0.
            version: of which order; of another one than the present nothing is selected.
            only: whether it is to be the only one.
        """
        if version != self._version or not 0 <= index < len(self.rows.order):
            return None
        return self._pick(int(self.rows.order[index]), only)

    def pick_range(self, first: int, last: int, version: int) -> View | None:
        """Select what lies between two places of a version, besides what is selected already."""
        if version != self._version or not 0 <= min(first, last) <= max(first, last) < len(self.rows.order):
            return None
        self.rows.pick_range(first, last)
        return self._picked()

    def pick_all(self) -> View:
        """Select all that are shown, besides those that are selected already."""
        self.rows.pick_all()
        return self._picked()

    def pick_none(self) -> View:
        """Select nothing."""
        self.rows.pick_none()
        return self._picked()

    def _pick(self, position: int, only: bool) -> View:
        (self.rows.pick_only if only else self.rows.toggle)(position)
        return self._picked()

    def _picked(self) -> View:
        self._on_pick()
        return self._selection()

    def _selection(self) -> View:
        return {"picked": self.rows.picked, "unseen": self.rows.picked_unseen}

    def _shown(self) -> View:
        return {
            "version": self._version,
            "total": len(self.rows.order),
            "size": len(self.rows.frame),
            "by": self.rows.by,
            "ascending": self.rows.ascending,
            **self._selection(),
        }
