"""Telling the logins of a server apart: temporary ids mean something within one login only.

A dialect 1.x server tells nobody about a new login, so it is seen by ids that no longer match.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import pandas as pd

from openqq_nb.columns import Series

# By chance an id may be given to somebody else, or a number be joined to the wrong person: one in ten is overlooked,
# so in a small roster nothing is.
_OVERLOOKED = 10

_NAME_OF = {"id": "nick", "gid": "gname", "gcode": "gname", "did": "dname"}


class Fetched(Protocol):
    """What a roster has; see `roster.Roster`."""

    @property
    def me(self) -> Series:
        """The account."""

    @property
    def friends(self) -> pd.DataFrame:
        """One row a friend."""

    @property
    def groups(self) -> pd.DataFrame:
        """One row a group."""

    @property
    def members(self) -> pd.DataFrame:
        """One row per (group, member)."""

    @property
    def discusses(self) -> pd.DataFrame:
        """One row a discuss."""

    @property
    def discuss_members(self) -> pd.DataFrame:
        """One row per (discuss, member)."""


@dataclass(frozen=True, slots=True)
class Witnesses:
    """How many speak for one login, and how many for two.

    Attributes:
        stayed: permanent numbers whose id is the same in both.
        changed: permanent numbers with another id, and ids with another number.
        agreed: of those without a number in both, ids in both, with the same name.
        moved: of the same, names that one id alone has in each, but not the same id.
        renamed: of the same, ids in both, with another name.
    """

    stayed: int = 0
    changed: int = 0
    agreed: int = 0
    moved: int = 0
    renamed: int = 0

    def __add__(self, other: "Witnesses") -> "Witnesses":
        return Witnesses(
            self.stayed + other.stayed,
            self.changed + other.changed,
            self.agreed + other.agreed,
            self.moved + other.moved,
            self.renamed + other.renamed,
        )

    @property
    def verdict(self) -> bool | None:
        """Whether it is one login; `None` when that cannot be told.

        Numbers say more than names. Names alone have to agree clearly: a person may take another name, or one who
        left have the name of one who came.
        """
        against = self.moved + self.renamed
        if self.changed * _OVERLOOKED > self.stayed:
            return False
        if self.stayed:
            return against <= self.agreed + self.stayed
        if self.agreed > 2 * against:
            return True
        return False if self.moved > self.agreed else None


def same_login(older: Fetched, newer: Fetched) -> bool:
    """Tell whether two rosters were fetched in one login of the server, so that their ids may be compared.

    Args:
        older: a roster.
        newer: another of the same account; which is older does not matter.

    Returns:
        True only if witnesses say so. Where there are none (nobody is in both) it is False: then no id is used.

    Source:
        what a new login changed in the recordings; see the list of traps in the documentation.
    """
    own = account_number(older.me)
    pairs = (
        (_people(older), _people(newer), "id", "qq"),
        (older.groups, newer.groups, "gid", "gnumber"),
        (older.groups, newer.groups, "gcode", "gnumber"),
        (older.discusses, newer.discusses, "did", None),
    )
    found = (witnesses(one, other, key, number, own) for one, other, key, number in pairs)
    return sum(found, Witnesses()).verdict is True


def account_number(me: Series) -> str:
    """Give the number of the account: its own id is that number in every login, where there are ids."""
    own_id: object = me["id"]
    return own_id if isinstance(own_id, str) else str(me["qq"])


def same_ids(
    older: pd.DataFrame,
    newer: pd.DataFrame,
    id_column: str,
    number_column: str | None,
    own: str | None = None,
) -> bool | None:
    """Tell whether two frames of one kind are of one login, by what these two alone show.

    Args:
        older: rows of friends, groups, members, discusses or discuss members.
        newer: rows of the same kind, fetched at another time.
        id_column: `id`, `gid`, `gcode` or `did`.
        number_column: `qq`, `gnumber`, or `None` for discusses, which have no number.
        own: number of the account; its own id is that number, in every login.

    Returns:
        True or False, `None` when it cannot be told from these frames.
    """
    return witnesses(older, newer, id_column, number_column, own).verdict


def witnesses(
    older: pd.DataFrame,
    newer: pd.DataFrame,
    id_column: str,
    number_column: str | None,
    own: str | None = None,
) -> Witnesses:
    """Count what two frames of one kind say about their logins; arguments as in `same_ids`."""
    if older.empty or newer.empty:
        return Witnesses()
    name = _NAME_OF[id_column]
    before, after = (_known(frame, id_column, number_column, name, own) for frame in (older, newer))
    both = before.merge(after, on="id", suffixes=("", "_after"))
    by_number = _alone(before, "number").merge(_alone(after, "number"), on="number", suffixes=("", "_after"))
    by_name = _alone(before, "name").merge(_alone(after, "name"), on="name", suffixes=("", "_after"))
    # Who has a number in both is witness by it, whatever became of his name.
    numbered = by_number["number"]
    by_name = _unnumbered(by_name, numbered)
    named = _unnumbered(both, numbered).dropna(subset=["name", "name_after"])
    agreed = int((named["name"] == named["name_after"]).sum())
    taken = both.dropna(subset=["number", "number_after"])
    return Witnesses(
        stayed=int((by_number["id"] == by_number["id_after"]).sum()),
        changed=int((by_number["id"] != by_number["id_after"]).sum())
        + int((taken["number"] != taken["number_after"]).sum()),
        agreed=agreed,
        moved=int((by_name["id"] != by_name["id_after"]).sum()),
        renamed=len(named) - agreed,
    )


def known_numbers(frames: Iterable[pd.DataFrame], id_column: str, number_column: str) -> Series:
    """Collect which permanent number an id of one login stands for, where the server does not contradict itself.

    Args:
        frames: of one login, with both columns.
        id_column: `id` or `gid`.
        number_column: `qq` or `gnumber`.

    Returns:
        The numbers (dtype `str`), indexed by id, each id once. Not there are ids without a number, ids with several
        numbers, and ids whose number stands for other ids too.
    """
    pairs = pd.concat([frame[[id_column, number_column]].drop_duplicates() for frame in frames])
    pairs = pairs.dropna().drop_duplicates()
    clear = ~(pairs[id_column].duplicated(keep=False) | pairs[number_column].duplicated(keep=False))
    known: Series = pairs[clear].set_index(id_column)[number_column]
    return known


def _people(roster: Fetched) -> pd.DataFrame:
    frames: Sequence[pd.DataFrame] = (roster.friends, roster.members, roster.discuss_members)
    return pd.concat([frame[["id", "qq", "nick"]] for frame in frames], ignore_index=True)


def _known(
    frame: pd.DataFrame, id_column: str, number_column: str | None, name: str, own: str | None
) -> pd.DataFrame:
    """Give one row an id, as `id`, `number`, `name`; without the account itself, whose id says nothing."""
    numbers = frame[number_column] if number_column is not None else None
    rows = pd.DataFrame({"id": frame[id_column], "number": numbers, "name": frame[name]}).dropna(subset="id")
    if number_column is None:
        rows["number"] = rows["number"].astype(frame[id_column].dtype)
    rows = rows[(rows["id"] != rows["number"]) & (rows["id"] != own)]
    # A row with the number first: of one person in several groups only some may have it.
    return rows.sort_values("number", na_position="last", kind="stable").drop_duplicates("id")


def _unnumbered(pairs: pd.DataFrame, numbered: Series) -> pd.DataFrame:
    """Keep pairs of which numbers say nothing: not both have one, and neither has one that is in both frames."""
    # Many times as fast as `isin`, which makes a Python object of each text.
    known = pd.Index(numbered)
    unknown = [known.get_indexer(pd.Index(pairs[column])) < 0 for column in ("number", "number_after")]
    return pairs[unknown[0] & unknown[1] & (pairs["number"].isna() | pairs["number_after"].isna())]


def _alone(rows: pd.DataFrame, column: str) -> pd.DataFrame:
    """Keep the rows whose value no other has; blank names are no names."""
    stated = rows[rows[column].notna() & (rows[column].str.strip() != "")]
    return stated[~stated[column].duplicated(keep=False)]
