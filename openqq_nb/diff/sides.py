"""The two rosters of a comparison, with every number that is known of their ids, as lists that can be matched."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from openqq_nb.columns import Series
from openqq_nb.diff.kinds import FRIEND_COLUMNS, FRIENDS, GROUP_COLUMNS, GROUPS, MEMBER_COLUMNS, MEMBERS, Kind
from openqq_nb.diff.matching import distinct
from openqq_nb.logins import Fetched, account_number, known_numbers

# A 1.x server lists a stranger who wrote as a friend, with hardly a key, until it loads the list again.
_STRANGER = "昵称未知"


@dataclass(frozen=True, slots=True)
class Side:
    """A roster, with the numbers that its ids stand for.

    Attributes:
        roster: the roster.
        people: numbers of people by id.
        places: numbers of groups by id.
    """

    roster: Fetched
    people: Series
    places: Series

    def friends(self) -> pd.DataFrame:
        """Give one row a friend, with what is needed to match and to tell."""
        friends = self.roster.friends.reset_index(drop=True)
        number = _number(friends, FRIENDS, self.people)
        rows = friends[["displayname", *FRIEND_COLUMNS]].assign(
            place=0, number=number, id=friends["id"], gnumber=_nothing(friends), qq=number, sure=True
        )
        return distinct(rows[~_strangers(friends)])

    def groups(self) -> pd.DataFrame:
        """Give one row a group, as `friends`."""
        groups = self.roster.groups.reset_index(drop=True)
        number = _number(groups, GROUPS, self.places)
        rows = groups[["displayname", *GROUP_COLUMNS]].assign(
            place=0, number=number, id=groups["gid"], gnumber=number, qq=_nothing(groups), sure=True
        )
        return distinct(rows)

    def members(self, groups: pd.DataFrame) -> pd.DataFrame:
        """Give one row per (group, member) of some groups, as `friends`.

        Args:
            groups: rows of `groups()`; `place` is the position in it.
        """
        members = self.roster.members.reset_index(drop=True)
        of_groups = groups[["gnumber", "sure"]].assign(place=range(len(groups)))
        of_groups = of_groups.set_axis(_place(groups["id"], groups["number"]))
        of_groups = of_groups[of_groups.index.notna() & ~of_groups.index.duplicated()]
        at = of_groups.index.get_indexer(_place(members["gid"], _number(members, GROUPS, self.places)))
        wanted = (at >= 0) & ~_strangers(members)
        number = _number(members, MEMBERS, self.people)
        rows = members[["displayname", *MEMBER_COLUMNS]].assign(number=number, id=members["id"], qq=number)
        rows = rows[wanted]
        of_groups = of_groups.iloc[at[wanted]].set_axis(rows.index)
        return distinct(rows.assign(**{name: of_groups[name] for name in ("gnumber", "sure", "place")}))


def sides(older: Fetched, newer: Fetched, *, one_login: bool) -> tuple[Side, Side]:
    """Learn the numbers of both rosters; in one login what either knows counts for both."""
    if not one_login:
        return _side(older, [older]), _side(newer, [newer])
    both = _side(older, [older, newer])
    return both, Side(newer, both.people, both.places)


def _side(roster: Fetched, login: Sequence[Fetched]) -> Side:
    return Side(roster, _of_people(login), _of_groups(login))


def _of_people(login: Sequence[Fetched]) -> Series:
    frames = [frame for one in login for frame in (one.friends, one.members, one.discuss_members)]
    known, own = known_numbers(frames, "id", "qq"), account_number(login[0].me)
    # The id of the account is its number, also where the server does not say so.
    people: Series = pd.concat([known[known.index != own], pd.Series([own], [own], known.dtype)])
    return people


def _of_groups(login: Sequence[Fetched]) -> Series:
    return known_numbers([frame for one in login for frame in (one.groups, one.members)], "gid", "gnumber")


def _number(frame: pd.DataFrame, kind: Kind, known: Series) -> Series:
    found = frame[kind.id].map(known).astype(frame[kind.number].dtype)
    return found.where(frame[kind.id].notna(), frame[kind.number])


def _place(gid: Series, number: Series) -> pd.Index:
    return pd.Index(gid.fillna("number " + number))


def _strangers(people: pd.DataFrame) -> Series:
    return people["nick"].eq(_STRANGER) & people["state"].isna()


def _nothing(frame: pd.DataFrame) -> Series:
    return pd.Series(index=frame.index, dtype=frame["displayname"].dtype)
