"""Where people are: among the friends, in groups, in discusses."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from openqq_nb.roster import Roster

PlaceKind: TypeAlias = Literal["everybody", "friends", "group", "discuss"]

EVERYBODY, FRIENDS, FIRST_GROUP = 0, 1, 2
"""Where a list of places has everybody of all groups, the friends, and its groups."""


@dataclass(frozen=True, slots=True)
class Place:
    """One line of the list of places.

    Attributes:
        kind: everybody in all groups, the friends, a group or a discuss.
        name: what QQ shows; empty for the first two.
        number: permanent number of a group, where it is known.
        temporary: id of a group or discuss, good within one login.
        loaded: whether the server has loaded its members.
    """

    kind: PlaceKind
    name: str = ""
    number: str | None = None
    temporary: str | None = None
    loaded: bool = True


def places(roster: Roster) -> list[Place]:
    """List everybody, the friends, the groups, then the discusses, each in the server's order."""
    groups, discusses = roster.groups, roster.discusses
    return [
        Place("everybody"),
        Place("friends"),
        *(
            Place("group", name, _known(number), _known(gid), loaded is True)
            for name, number, gid, loaded in zip(
                groups["displayname"],
                groups["gnumber"],
                groups["gid"],
                groups["members_loaded"].tolist(),
                strict=True,
            )
        ),
        *(
            Place("discuss", name, None, _known(did), loaded is True)
            for name, did, loaded in zip(
                discusses["displayname"], discusses["did"], discusses["members_loaded"].tolist(), strict=True
            )
        ),
    ]


def lines_of(people: pd.DataFrame, places: pd.DataFrame, keys: tuple[str, ...]) -> NDArray[np.intp]:
    """Tell for each person which row of the groups or discusses he is in.

    Args:
        people: rows of members or discuss members.
        places: rows of groups or discusses.
        keys: columns of both that name a place, the surest first.

    Returns:
        Positions in `places`; -1 where no key tells it.
    """
    found = np.full(len(people), -1, np.intp)
    for key in keys:
        known = places[key].dropna().drop_duplicates()
        at = pd.Index(known).get_indexer(pd.Index(people[key]))
        positions = np.append(np.flatnonzero(places.index.isin(known.index)), -1)
        found = np.where(found < 0, positions[at], found)
    return found


def again(places: list[Place], chosen: list[int], new: list[Place], same_login: bool) -> list[int]:
    """Find chosen places in a newer list; ids are compared only within one login."""
    wanted = [places[at] for at in chosen]
    return [at for at, place in enumerate(new) if any(_is(place, one, same_login) for one in wanted)]


def _is(one: Place, other: Place, same_login: bool) -> bool:
    if one.kind != other.kind or one.kind in ("everybody", "friends"):
        return one.kind == other.kind
    if one.number is not None and other.number is not None:
        return one.number == other.number
    return same_login and one.temporary is not None and one.temporary == other.temporary


def _known(value: object) -> str | None:
    return value if isinstance(value, str) else None
