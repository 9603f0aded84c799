"""Who there is to choose from: friends, groups, members and discusses of a roster, found by typing."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from openqq_nb.roster import Roster
from openqq_nb.widgets.composer.shelf import Shelf, known_shelves

Kind: TypeAlias = Literal["friend", "group", "member", "discuss"]

KINDS: tuple[Kind, ...] = ("friend", "group", "member", "discuss")

ANYWHERE = ""
"""The place that has all of a kind."""

_PLACED: Mapping[str, str] = {"friend": "category", "member": "gid"}


@dataclass(frozen=True, slots=True)
class Place:
    """A category of friends, or a group of members.

    Attributes:
        key: by which a page names it.
        name: what people read.
        count: how many are there.
    """

    key: str
    name: str
    count: int


class Picking:
    """Those of one roster, by kind.

    Args:
        roster: who is there.

    Attributes:
        roster: the same.
    """

    def __init__(self, roster: Roster) -> None:
        self.roster = roster
        self._places: dict[Kind, list[Place]] = {}

    @cached_property
    def shelves(self) -> Mapping[str, Shelf]:
        """The rows of each kind, in the order of the server; the account itself is nobody to write to."""
        members = self.roster.members
        others = members[~(members["qq"] == self.roster.me["qq"]).fillna(False)].reset_index(drop=True)
        return {
            **known_shelves(self.roster),
            "member": Shelf(others, ("displayname", "card", "nick"), ("qq", "id"), ("gmarkname", "gname")),
        }

    @property
    def not_loaded(self) -> int:
        """How many groups have no members here."""
        return int((~self.roster.groups["members_loaded"]).sum())

    def places(self, kind: Kind) -> list[Place]:
        """List the categories or groups in which there is anybody of a kind; none where there are no such places."""
        if kind not in self._places:
            self._places[kind] = self._counted(kind) if kind in _PLACED else []
        return self._places[kind]

    def find(self, kind: Kind, place: str, text: str) -> npt.NDArray[np.int64]:
        """Find rows of a kind, at a place and by a text, as `Shelf.find` does."""
        shelf = self.shelves[kind]
        found = shelf.find(text)
        if place == ANYWHERE or kind not in _PLACED:
            return found
        there = (shelf.frame[_PLACED[kind]] == place).to_numpy(np.bool_, na_value=False)
        return found[there[found]]

    def rows(self, kind: Kind, positions: npt.NDArray[np.int64]) -> pd.DataFrame:
        """Give whole rows, as a broadcast takes them."""
        return self.shelves[kind].frame.iloc[positions].reset_index(drop=True)

    def _counted(self, kind: Kind) -> list[Place]:
        counts = self.shelves[kind].frame[_PLACED[kind]].dropna().value_counts(sort=False)
        names = self._names(kind)
        return [Place(str(key), names.get(str(key), str(key)), int(count)) for key, count in counts.items()]

    def _names(self, kind: Kind) -> dict[str, str]:
        if kind != "member":
            return {}
        groups = self.roster.groups
        return dict(zip(groups["gid"].astype(str), groups["displayname"].astype(str), strict=True))
