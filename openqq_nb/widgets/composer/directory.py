"""Everybody one can write to, by kind, as they are found by typing."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from openqq_nb.models import Recipient, RecipientType
from openqq_nb.recipients import is_missing
from openqq_nb.roster import Roster
from openqq_nb.widgets.composer.shelf import Entry, Shelf, known_shelves

KINDS: tuple[RecipientType, ...] = ("friend", "group", "discuss", "session")

_NUMBERS = ("qq", "id", "gnumber", "gid", "did")
_SESSION = ("displayname", "nick", "card", "gname", "gmarkname", "dname", "qq", "gnumber", "gid", "did", "id")


@dataclass(frozen=True, slots=True)
class Found:
    """Where a recipient stands.

    Attributes:
        kind: what it is.
        position: its row on the shelf of that kind.
    """

    kind: RecipientType
    position: int


class Directory:
    """The recipients of one roster.

    Args:
        roster: who is there.

    Attributes:
        roster: the same.
    """

    def __init__(self, roster: Roster) -> None:
        self.roster = roster

    @cached_property
    def shelves(self) -> Mapping[str, Shelf]:
        """The recipients of each kind, in the order of the server."""
        return {
            **known_shelves(self.roster),
            "session": Shelf(
                _strangers(self.roster),
                ("displayname", "card", "nick"),
                ("qq", "id"),
                ("gmarkname", "gname", "dname"),
            ),
        }

    @property
    def not_loaded(self) -> int:
        """How many groups have no members here."""
        return int((~self.roster.groups["members_loaded"]).sum())

    def is_friend(self, row: Mapping[str, Any]) -> bool:
        """Tell whether a person is a friend: by the number, else by the id of this login."""
        friends = self.shelves["friend"].frame
        key = "id" if is_missing(row.get("qq")) else "qq"
        return bool((friends[key] == str(row[key])).any())

    def row(self, found: Found) -> Mapping[str, Any]:
        """Give the whole row of a recipient."""
        return self.shelves[found.kind].row(found.position)

    def entry(self, found: Found) -> Entry:
        """Tell a recipient."""
        return self.shelves[found.kind].entry(self.row(found))

    def locate(self, recipient: Recipient) -> Found | None:
        """Find the row that a recipient was made of, by the same numbers and ids; the first one of several."""
        given = {key: value for key in _NUMBERS if (value := getattr(recipient, key)) is not None}
        frame = self.shelves[recipient.recipient_type].frame
        if not given or not set(given) <= set(frame.columns):
            return None
        rows = np.flatnonzero(_equal(frame, given))
        return Found(recipient.recipient_type, int(rows[0])) if rows.size else None


def is_permanent(recipient: Recipient) -> bool:
    """Tell whether a recipient is meant by numbers alone, which no login changes."""
    return recipient.id is None and recipient.gid is None and recipient.did is None


def _equal(frame: pd.DataFrame, given: Mapping[str, str]) -> npt.NDArray[np.bool_]:
    rows = np.ones(len(frame), np.bool_)
    for key, value in given.items():
        rows &= (frame[key] == value).to_numpy(np.bool_)
    return rows


def _strangers(roster: Roster) -> pd.DataFrame:
    """Members of groups and discusses under one another, without the account itself."""
    frames = [
        frame.reindex(columns=list(_SESSION)).astype("str")
        for frame in (roster.members, roster.discuss_members)
    ]
    people = pd.concat(frames, ignore_index=True)
    others: pd.DataFrame = people[people["qq"] != roster.me["qq"]]
    return others.reset_index(drop=True)
