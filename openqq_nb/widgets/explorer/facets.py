"""Columns of few values: which rows have which, and how many."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from openqq_nb.columns import Series
from openqq_nb.widgets.explorer.rows import Mask

UNKNOWN = ""
"""What stands for a value that is missing, empty or called unknown."""

_UNKNOWN_WORDS = ("unknown",)

ACTIVITY = "activity"
WITHIN_DAYS = {"week": 7, "month": 30, "quarter": 90, "year": 365}
_LONGER, _NEVER = "longer", "never"


class Facet:
    """The values of a column, and which of them each row has.

    Args:
        name: of the column.
        values: each once.
        codes: per row the place of its value.
    """

    def __init__(self, name: str, values: Sequence[str], codes: NDArray[np.intp]) -> None:
        self.name = name
        self.values = tuple(values)
        self._codes = codes

    def having(self, value: str) -> Mask:
        """Mark the rows that have a value."""
        if value not in self.values:
            return np.zeros(len(self._codes), np.bool_)
        mask: Mask = self._codes == self.values.index(value)
        return mask

    def counts(self, rows: Mask) -> dict[str, int]:
        """Count the values of some rows, in the order of `values`."""
        counts = np.bincount(self._codes[rows], minlength=len(self.values))
        return dict(zip(self.values, counts.tolist(), strict=True))


def facet(column: Series, order: Sequence[str] = ()) -> Facet:
    """Make a facet of a column of texts.

    Args:
        column: any number of rows.
        order: values that come first, where there are any; the others follow by how often they are there, what is not
            known last.
    """
    plain = column.fillna(UNKNOWN).replace(dict.fromkeys(_UNKNOWN_WORDS, UNKNOWN))
    codes, found = pd.factorize(plain)
    counts = np.bincount(codes, minlength=len(found))
    places = {value: place for place, value in enumerate(order)}

    def rank(at: int) -> tuple[bool, int, int]:
        return found[at] == UNKNOWN, places.get(str(found[at]), len(places)), -int(counts[at])

    ranked = sorted(range(len(found)), key=rank)
    return Facet(str(column.name), [str(found[at]) for at in ranked], np.argsort(ranked)[codes])


def activity(last_spoke: Series, now: pd.Timestamp) -> Facet:
    """Sort people by how long ago they last spoke.

    Args:
        last_spoke: times; missing for those who never spoke, or of whom it is not known.
        now: when the times were asked for. Days are whole: seven days ago begins at midnight.

    Returns:
        A facet `activity` of the values week, month, quarter, year, longer and never, each without those before it;
        only those that somebody has.
    """
    edges = [now.normalize() - pd.Timedelta(days=days) for days in WITHIN_DAYS.values()]
    codes = np.full(len(last_spoke), len(edges) + 1, np.intp)
    spoke = last_spoke.notna().to_numpy()
    known = last_spoke[spoke]
    codes[spoke] = sum(((known < edge).to_numpy(np.intp) for edge in edges), np.zeros(len(known), np.intp))
    values = [*WITHIN_DAYS, _LONGER, _NEVER]
    there = np.unique(codes)
    return Facet(ACTIVITY, [values[at] for at in there], np.searchsorted(there, codes))
