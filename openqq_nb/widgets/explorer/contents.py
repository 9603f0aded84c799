"""Everything that an explorer has of one roster, and how what a person chose is found again in a newer one."""

from collections.abc import Mapping
from typing import Literal, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from openqq_nb.logins import same_login
from openqq_nb.roster import Roster
from openqq_nb.widgets.explorer.facets import ACTIVITY
from openqq_nb.widgets.explorer.finding import Finder
from openqq_nb.widgets.explorer.places import (
    FIRST_GROUP,
    FRIENDS,
    again,
    lines_of,
    places,
)
from openqq_nb.widgets.explorer.rows import Mask, Rows
from openqq_nb.widgets.explorer.sheet import Sheet
from openqq_nb.widgets.explorer.words import SPELLING

SheetName: TypeAlias = Literal["members", "friends", "discuss_members"]

SHEETS: Mapping[str, SheetName] = {
    "everybody": "members",
    "group": "members",
    "friends": "friends",
    "discuss": "discuss_members",
}
"""The frame that has the people of a kind of place."""

FACETS: Mapping[SheetName, tuple[str, ...]] = {
    "members": ("role", "gender", "province", ACTIVITY),
    "friends": ("category", "state", "client_type"),
    "discuss_members": ("state", "client_type"),
}

_PERMANENT: Mapping[SheetName, list[str]] = {"members": ["gnumber", "qq"], "friends": ["qq"]}
_TEMPORARY: Mapping[SheetName, list[str]] = {
    "members": ["gid", "id"],
    "friends": ["id"],
    "discuss_members": ["did", "id"],
}


class Contents:
    """A roster, as lines of a list and as sheets of people.

    Attributes:
        roster: where all of it comes from.
        places: the lines of the list.
        finder: looks into both.
        sheets: people by the frame that they stand in.
    """

    def __init__(self, roster: Roster) -> None:
        self.roster = roster
        self.places = places(roster)
        self.finder = Finder(roster, FIRST_GROUP)
        first_discuss = FIRST_GROUP + len(roster.groups)
        where = {
            "members": _shifted(lines_of(roster.members, roster.groups, ("gid", "gnumber")), FIRST_GROUP),
            "friends": np.full(len(roster.friends), FRIENDS, np.intp),
            "discuss_members": _shifted(
                lines_of(roster.discuss_members, roster.discusses, ("did",)), first_discuss
            ),
        }
        self.sheets: Mapping[SheetName, Sheet] = {
            name: Sheet(
                getattr(roster, name),
                where[name],
                self.finder.people(name, where[name]),
                SPELLING,
                facets,
                roster.fetched_at,
            )
            for name, facets in FACETS.items()
        }

    def sheet_of(self, line: int) -> SheetName:
        """Tell which people a line of the list stands for."""
        return SHEETS[self.places[line].kind]

    def take_over(self, older: "Contents") -> None:
        """Choose, filter, order and select what was so in an older one, as far as it is there."""
        one_login = same_login(older.roster, self.roster)
        for name, sheet in self.sheets.items():
            before = older.sheets[name]
            sheet.filters = before.filters
            sheet.choose(again(older.places, before.chosen, self.places, one_login))
            sheet.rows.sort(_same_column(before.rows, sheet.rows.frame), before.rows.ascending)
            sheet.rows.selected = _found_again(
                before.rows.selection, sheet.rows.frame, _keys(name, one_login)
            )


def _same_column(before: Rows, frame: pd.DataFrame) -> int | None:
    """Find the column that rows are in order of in a newer frame: a server may send other columns from then on."""
    if before.by is None:
        return None
    name = before.frame.columns[before.by]
    return list(frame.columns).index(name) if name in frame.columns else None


def _keys(name: SheetName, one_login: bool) -> list[list[str]]:
    """Give the columns that tell people of two rosters to be the same; ids do so within one login only."""
    permanent = [_PERMANENT[name]] if name in _PERMANENT else []
    return [*permanent, _TEMPORARY[name]] if one_login else permanent


def _found_again(selected: pd.DataFrame, frame: pd.DataFrame, keys: list[list[str]]) -> Mask:
    mask = np.zeros(len(frame), np.bool_)
    for columns in keys if len(selected) else []:
        wanted = selected[columns].dropna().drop_duplicates()
        mask |= (frame[columns].merge(wanted, how="left", indicator="side")["side"] == "both").to_numpy()
    return mask


def _shifted(positions: NDArray[np.intp], first: int) -> NDArray[np.intp]:
    return np.where(positions < 0, positions, positions + first)
