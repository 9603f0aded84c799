"""The rows of a comparison, from who is who in the two rosters."""

from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd

from openqq_nb.columns import Series
from openqq_nb.diff.kinds import MISSING_IS_NONE, Kind
from openqq_nb.diff.matching import Match
from openqq_nb.schema import CHANGES

_CARD_BYTES = 21


def changes(
    older: pd.DataFrame, newer: pd.DataFrame, found: Match, kind: Kind, *, one_login: bool
) -> pd.DataFrame:
    """Tell what changed in one kind of row: in the newer order, and at the end who is gone, in the older one.

    Args:
        older: a list as `Side` gives it.
        newer: another.
        found: who is who in them.
        kind: what the rows are.
        one_login: whether both are of one login of the server, and so of one dialect.
    """
    newest = pd.concat(
        [
            *_changed(older, newer, found.pairs, kind, one_login=one_login),
            _one_sided(newer, found.came, kind.came),
        ]
    )
    return pd.concat([newest.sort_index(kind="stable"), _one_sided(older, found.went, kind.went)])


def put_together(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Put the kinds under one another, with the declared columns and dtypes."""
    # A kind without any change is without most columns.
    rows = pd.concat(parts, ignore_index=True).reindex(columns=list(CHANGES.names))
    dtypes: Any = {column.name: column.dtype for column in CHANGES.columns}
    return rows.astype(dtypes)


def _changed(
    older: pd.DataFrame, newer: pd.DataFrame, pairs: pd.DataFrame, kind: Kind, *, one_login: bool
) -> Iterator[pd.DataFrame]:
    """Compare the values of pairs, column by column."""
    told = pairs[pairs["alone"]]
    after = newer.loc[told["newer"]]
    before = older.loc[told["older"]].set_axis(after.index)
    about = after[["displayname"]].assign(
        gnumber=after["gnumber"].fillna(before["gnumber"]),
        qq=after["qq"].fillna(before["qq"]),
        certain=told["certain"].to_numpy() & after["sure"],
    )
    for column in kind.columns:
        differs = _differs(before[column], after[column], missing_is_none=column in MISSING_IS_NONE)
        values = {"before": before[column][differs], "after": after[column][differs]}
        rows = about[differs].assign(what=column, **values)
        yield rows if one_login or column != "card" else _doubt_cut_cards(rows)


def _differs(before: Series, after: Series, *, missing_is_none: bool) -> Series:
    if missing_is_none:
        return before.fillna("") != after.fillna("")
    return before.notna() & after.notna() & (before != after)


def _doubt_cut_cards(rows: pd.DataFrame) -> pd.DataFrame:
    cut = [_may_be_cut(one, other) for one, other in zip(rows["before"], rows["after"], strict=True)]
    return rows.assign(certain=rows["certain"] & ~pd.Series(cut, rows.index, dtype=bool))


def _may_be_cut(one: object, other: object) -> bool:
    """Tell whether one card is the other as 2.x cuts it: to as many whole characters as 21 bytes hold."""
    if not isinstance(one, str) or not isinstance(other, str):
        return False
    short, long = sorted((one, other), key=len)
    return long.startswith(short) and len(short.encode()) <= _CARD_BYTES < len(
        long[: len(short) + 1].encode()
    )


def _one_sided(rows: pd.DataFrame, certain: Series, what: str) -> pd.DataFrame:
    found = rows.loc[certain.index]
    return found[["displayname", "gnumber", "qq"]].assign(what=what, certain=certain & found["sure"])
