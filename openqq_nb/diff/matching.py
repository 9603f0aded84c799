"""Who of one list is who in another: by number, by id, and, uncertainly, by names.

Both lists are frames with `place` (the group, or one value for all), `number`, `id` and names. Their labels are
positions in the roster, and stand for the rows in what is found.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from openqq_nb.columns import Series


@dataclass(frozen=True, slots=True)
class Match:
    """What was found.

    Attributes:
        pairs: one row a pair: `older`, `newer` (labels), `certain`, and `alone`: whether nobody else could be meant
            by the names that it was found by, so that its values may be compared.
        came: labels of the newer list that are in no pair, with whether that is certain.
        went: the same of the older list.
    """

    pairs: pd.DataFrame
    came: Series
    went: Series


def match(older: pd.DataFrame, newer: pd.DataFrame, names: Sequence[Sequence[str]], *, by_ids: bool) -> Match:
    """Match two lists.

    Args:
        older: a list in which each number and each id is once in a place.
        newer: another.
        names: the columns to match the rest by, one set after the other; all but the last only where they are unique.
        by_ids: whether ids of the two lists may be compared.
    """
    if not by_ids:
        older, newer = _without_ids(older), _without_ids(newer)
    found = [_joined(older, newer, "number")]
    found.append(_joined(*_rest(older, newer, found), "id"))
    left = _rest(older, newer, found)
    went, came = _is_nobody_of(left[0], left[1]), _is_nobody_of(left[1], left[0])
    for columns in names:
        if left[0].empty or left[1].empty:
            break
        likely = _named(*left, columns)
        found.append(likely if columns is names[-1] else likely[likely["alone"]])
        left = _rest(older, newer, found)
    pairs = pd.concat(found, ignore_index=True)
    return Match(pairs, came[~came.index.isin(pairs["newer"])], went[~went.index.isin(pairs["older"])])


def distinct(rows: pd.DataFrame) -> pd.DataFrame:
    """Drop rows that repeat somebody in the same place."""
    repeated = pd.Series(False, index=rows.index)
    for key in ("number", "id"):
        repeated |= rows[key].notna() & rows.duplicated(["place", key])
    return rows[~repeated]


def _without_ids(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(id=pd.Series(index=rows.index, dtype=rows["id"].dtype))


def _joined(older: pd.DataFrame, newer: pd.DataFrame, key: str) -> pd.DataFrame:
    """Pair rows with the same number or id, which is for certain."""
    before, after = (
        _keys(rows[rows[key].notna()], ["place", key], label) for rows, label in _sided(older, newer)
    )
    return before.merge(after, on=["place", key])[["older", "newer"]].assign(certain=True, alone=True)


def _named(older: pd.DataFrame, newer: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """Pair rows with the same names, as many as are on both sides, unless numbers or ids speak against it."""
    keys = ["place", *names]
    # Those with a number are paired with those without first: two numbers are two people.
    before = older.sort_values("number", na_position="last", kind="stable")
    after = newer.sort_values("number", na_position="first", kind="stable")
    sides = [
        _counted(_keys(rows, [*keys, "number", "id"], label), keys) for rows, label in _sided(before, after)
    ]
    pairs = sides[0].merge(sides[1], on=[*keys, "nth"])
    against = pd.Series(False, index=pairs.index)
    for key in ("number", "id"):
        against |= pairs[f"{key}_x"].notna() & pairs[f"{key}_y"].notna()
    alone = (pairs["size_x"] == 1) & (pairs["size_y"] == 1)
    return pairs[["older", "newer"]].assign(certain=False, alone=alone)[~against]


def _counted(rows: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    # A missing name and an empty one look alike.
    rows = rows.fillna(dict.fromkeys(keys[1:], ""))
    grouped = rows.groupby(keys, sort=False)
    return rows.assign(nth=grouped.cumcount(), size=grouped[keys[0]].transform("size"))


def _is_nobody_of(rows: pd.DataFrame, others: pd.DataFrame) -> Series:
    """Tell of each row whether it is certainly none of the others in its place, by numbers or by ids."""
    if rows.empty or others.empty:
        return pd.Series(True, index=rows.index)
    number, one_id = rows["number"].notna(), rows["id"].notna()
    no_number, no_id = others["number"].isna(), others["id"].isna()
    maybe = pd.Series(False, index=rows.index)
    for has_number in (True, False):
        for has_id in (True, False):
            alike = others.loc[(no_number | (not has_number)) & (no_id | (not has_id)), "place"]
            maybe |= (number == has_number) & (one_id == has_id) & rows["place"].isin(alike)
    return ~maybe


def _rest(
    older: pd.DataFrame, newer: pd.DataFrame, found: Sequence[pd.DataFrame]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    pairs = pd.concat(found)
    return older[~older.index.isin(pairs["older"])], newer[~newer.index.isin(pairs["newer"])]


def _sided(
    older: pd.DataFrame, newer: pd.DataFrame
) -> tuple[tuple[pd.DataFrame, str], tuple[pd.DataFrame, str]]:
    return (older, "older"), (newer, "newer")


def _keys(rows: pd.DataFrame, columns: list[str], label: str) -> pd.DataFrame:
    return rows[columns].rename_axis(label).reset_index()
