"""People of one kind, the ones among them that a person wants to see, and how many there are of what."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from openqq_nb.widgets.explorer import overlap
from openqq_nb.widgets.explorer.cells import Spelling
from openqq_nb.widgets.explorer.facets import ACTIVITY, Facet, activity, facet
from openqq_nb.widgets.explorer.rows import Mask, Positions, Rows
from openqq_nb.widgets.explorer.spans import Span

ORDERS: Mapping[str, tuple[str, ...]] = {
    "role": ("owner", "admin", "member"),
    "gender": ("male", "female"),
}
"""In which order the values of a column are told, where it is not by their number."""

TIMES: Mapping[str, str] = {"joined": "join_time", "spoke": "last_speak_time"}
"""The columns that people are filtered by days of."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What is asked of people, besides the text that is looked for.

    Attributes:
        values: by facet, the value that they have.
        spans: by the words of `TIMES`, when it was.
        shared: whether they are in every one of the chosen places.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    spans: Mapping[str, Span] = field(default_factory=dict)
    shared: bool = False

    def __bool__(self) -> bool:
        return bool(self.values or self.shared or any(self.spans.values()))

    def valued(self, name: str, value: str | None) -> "Filters":
        """Ask for another value of a facet; `None` is any."""
        rest = {key: one for key, one in self.values.items() if key != name}
        return replace(self, values=rest if value is None else rest | {name: value})


class Sheet:
    """The people of one frame.

    Args:
        frame: rows of friends, members or discuss members.
        where: per row the line of its place in the list of places, -1 if it is in none.
        find: gives the positions of the rows that have a text in them.
        spelling: how columns and values are said.
        facets: the columns of few values.
        now: when the frame was fetched.

    Attributes:
        rows: what a table shows of them.
        filters: what is asked of them.
        chosen: the places whose people are shown; empty for all of them.
        facets: by name.
    """

    def __init__(
        self,
        frame: pd.DataFrame,
        where: NDArray[np.intp],
        find: Callable[[str], Positions],
        spelling: Spelling,
        facets: tuple[str, ...],
        now: pd.Timestamp,
    ) -> None:
        self.rows = Rows(frame, find, spelling)
        self.filters = Filters()
        self.chosen: list[int] = []
        self.where = where
        self.facets = {one.name: one for one in _facets(frame, facets, now)}
        self.times = {
            word: frame[column]
            for word, column in TIMES.items()
            if column in frame and frame[column].notna().any()
        }

    @cached_property
    def who(self) -> NDArray[np.intp]:
        """Per row the person, as `overlap.people` tells them apart."""
        return overlap.people(self.rows.frame)

    def choose(self, places: list[int]) -> None:
        """Show the people of some places; none is all of them."""
        several = len(places) > 1
        self._apply(places, self.filters if several else replace(self.filters, shared=False))

    def filter(self, filters: Filters) -> None:
        """Show people of whom something is true."""
        self._apply(self.chosen, filters)

    def hits(self, places: int) -> NDArray[np.int64]:
        """Count, for so many places, the people in each who are looked for, whatever places are chosen."""
        return self._per_place(self._looked_for(), places)

    def totals(self, places: int) -> NDArray[np.int64]:
        """Count the people in each of so many places."""
        return self._per_place(np.ones(len(self.where), np.bool_), places)

    def found(self) -> int:
        """Count the people who are looked for, in whatever place."""
        return int(self._looked_for().sum())

    def choices(self) -> dict[str, dict[str, int]]:
        """Count for each facet that tells people apart what choosing another value of it would show."""
        here = self.rows.found & self._placed(self.chosen)
        return {
            name: one.counts(here & self._filtered(self.filters, self.chosen, but=name))
            for name, one in self._telling()
        }

    def counts(self) -> dict[str, dict[str, int]]:
        """Count for each facet that tells people apart its values among the rows that are shown."""
        shown = np.zeros(len(self.where), np.bool_)
        shown[self.rows.order] = True
        return {name: one.counts(shown) for name, one in self._telling()}

    def _telling(self) -> list[tuple[str, Facet]]:
        return [
            (name, one)
            for name, one in self.facets.items()
            if len(one.values) > 1 or name in self.filters.values
        ]

    def _apply(self, places: list[int], filters: Filters) -> None:
        # What cannot be filtered by is not kept.
        kept = self._placed(places) & self._filtered(filters, places)
        self.chosen, self.filters = places, filters
        self.rows.keep(kept)

    def _looked_for(self) -> Mask:
        return self.rows.found & self._filtered(self.filters, self.chosen, but="shared")

    def _placed(self, places: list[int]) -> Mask:
        if not places:
            return np.ones(len(self.where), np.bool_)
        mask: Mask = np.isin(self.where, places)
        return mask

    def _filtered(self, filters: Filters, places: list[int], but: str = "") -> Mask:
        mask = np.ones(len(self.where), np.bool_)
        for name, value in filters.values.items():
            if name != but:
                mask &= self.facets[name].having(value) if name in self.facets else False
        for word, span in filters.spans.items():
            if span:
                mask &= span.having(self.times[word]) if word in self.times else False
        if filters.shared and but != "shared":
            mask &= overlap.in_all(self.who, self.where, places)
        return mask

    def _per_place(self, rows: Mask, places: int) -> NDArray[np.int64]:
        inside = self.where[rows & (self.where >= 0)]
        return np.bincount(inside, minlength=places).astype(np.int64)


def _facets(frame: pd.DataFrame, names: tuple[str, ...], now: pd.Timestamp) -> list[Facet]:
    return [
        activity(frame[TIMES["spoke"]], now) if name == ACTIVITY else facet(frame[name], ORDERS.get(name, ()))
        for name in names
    ]
