"""Who is in several groups at once."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from openqq_nb.logins import known_numbers
from openqq_nb.widgets.explorer.rows import Mask

Codes = NDArray[np.intp]

_AT_ONCE = 4096


def people(frame: pd.DataFrame) -> Codes:
    """Tell which rows are the same person: by number, else by the id of this login.

    Args:
        frame: rows with `qq` and `id`.

    Returns:
        Per row a number of the person, -1 for a row that has neither.
    """
    known = known_numbers([frame], "id", "qq")
    # Without any number, nothing tells pandas that the column is one of texts.
    numbers = frame["qq"].fillna(frame["id"].map(known).astype(frame["qq"].dtype))
    codes, _ = pd.factorize(numbers.fillna("id " + frame["id"]))
    return codes


def shared(who: Codes, where: Codes, places: list[int]) -> NDArray[np.int64]:
    """Count the people whom places have in common.

    Args:
        who: per row the person.
        where: per row the place.
        places: which are compared.

    Returns:
        A square of counts, in the order of `places`; on the diagonal how many people each has.
    """
    pairs = _pairs(who, where, places)
    counts = np.diag(np.bincount(pairs["where"], minlength=len(places))).astype(np.int64)
    # Who is in one place only is counted by now; the others are few.
    several = pairs[pairs["who"].duplicated(keep=False)]
    counts[np.diag_indices(len(places))] -= np.bincount(several["where"], minlength=len(places))
    rows, _ = pd.factorize(several["who"])
    for first in range(0, int(rows.max(initial=-1)) + 1, _AT_ONCE):
        here = (rows >= first) & (rows < first + _AT_ONCE)
        there = np.zeros((_AT_ONCE, len(places)), np.float32)
        there[rows[here] - first, several["where"].to_numpy()[here]] = 1
        counts += (there.T @ there).astype(np.int64)
    return counts


def in_all(who: Codes, where: Codes, places: list[int]) -> Mask:
    """Mark the rows, in these places, of people who are in each of them."""
    pairs = _pairs(who, where, places)
    often = pairs["who"].value_counts()
    everywhere = often[often == len(places)].index
    return np.isin(who, everywhere) & np.isin(where, places)


def _pairs(who: Codes, where: Codes, places: list[int]) -> pd.DataFrame:
    """Give each person in each of the places once: `who`, and `where` as a position among the places."""
    there = np.isin(where, places) & (who >= 0)
    positions = pd.Index(places).get_indexer(pd.Index(where[there]))
    return pd.DataFrame({"who": who[there], "where": positions}).drop_duplicates()
