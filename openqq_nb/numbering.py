"""What a roster adds to messages: permanent numbers for the ids of its login, and names that came empty."""

from collections.abc import Hashable, Mapping, Sequence

import pandas as pd

from openqq_nb.models import Cell, Row

_Known = Mapping[Hashable, tuple[Cell, Cell]]
"""From an id or number to number and name."""


class Numbering:
    """Looks up in memory what the ids of one login stand for.

    Args:
        people: frames with `id`, `qq`, `displayname`; of several rows of one person the last that says more counts.
        groups: a frame with `gid`, `gnumber`, `displayname`.
        discusses: a frame with `did`, `displayname`.
    """

    def __init__(self, people: Sequence[pd.DataFrame], groups: pd.DataFrame, discusses: pd.DataFrame) -> None:
        everybody = pd.concat([frame[["id", "qq", "displayname"]] for frame in people], ignore_index=True)
        # Apart, because the id of one person may be the number of another.
        self._by_id, self._by_qq = _by(everybody, "id", "qq"), _by(everybody, "qq", "qq")
        self._by_gid, self._by_gnumber = _by(groups, "gid", "gnumber"), _by(groups, "gnumber", "gnumber")
        self._names = _names(people, "id", ("displayname", "nick", "card", "markname"))
        self._group_names = _names([groups], "gid", ("displayname", "gname", "gmarkname"))
        self._discusses = dict(zip(discusses["did"], discusses["displayname"], strict=True))

    def number(self, row: Row) -> dict[str, Cell]:
        """Give the row with what is known; what the server itself said stays."""
        known = dict(row)
        for side in ("sender", "receiver"):
            number, name = _found(self._by_id, row.get(f"{side}_id"), self._by_qq, row.get(f"{side}_qq"))
            _fill(known, f"{side}_qq", number)
            _fill(known, side, name)
        number, name = _found(self._by_gid, row.get("group_id"), self._by_gnumber, row.get("gnumber"))
        _fill(known, "gnumber", number)
        _fill(known, "group", name)
        _fill(known, "discuss", self._discusses.get(row.get("discuss_id")))
        return known

    def knows(self, row: Row) -> bool:
        """Tell whether any id of a message, apart from the account's own, is one of this login."""
        return (
            row.get("sender_id") in self._by_id
            or row.get("group_id") in self._by_gid
            or row.get("discuss_id") in self._discusses
        )

    def doubts(self, row: Row) -> bool:
        """Tell whether a message shows ids of another login: a number with another id, or an id with another name.

        Without a number an id is worth what its name says: it may be one of a new login that by chance somebody
        else had.
        """
        sender, group = row.get("sender_id"), row.get("group_id")
        return (
            _other_id(self._by_id, sender, self._by_qq, row.get("sender_qq"))
            or _other_id(self._by_gid, group, self._by_gnumber, row.get("gnumber"))
            or _other_name(self._names.get(sender), row.get("sender"), row.get("sender_qq"))
            or _other_name(self._group_names.get(group), row.get("group"), row.get("gnumber"))
        )


def _by(frame: pd.DataFrame, key: str, number: str) -> dict[Hashable, tuple[Cell, Cell]]:
    rows = frame.dropna(subset=key)
    numbers = dict(zip(*(rows.dropna(subset=number)[column] for column in (key, number)), strict=True))
    return {one: (numbers.get(one), name) for one, name in zip(rows[key], rows["displayname"], strict=True)}


def _found(by_id: _Known, one_id: Cell, by_number: _Known, number: Cell) -> tuple[Cell, Cell]:
    if number is not None and number in by_number:
        return by_number[number]
    return by_id.get(one_id, (None, None))


def _other_id(by_id: _Known, one_id: Cell, by_number: _Known, number: Cell) -> bool:
    # The account's own id is its number, in every login.
    if one_id is None or number is None or one_id == number or number not in by_number:
        return False
    return by_id.get(one_id, (None, None))[0] != number


def _other_name(known: frozenset[str] | None, name: Cell, number: Cell) -> bool:
    if known is None or number is not None or not isinstance(name, str) or not name.strip():
        return False
    return name not in known


def _names(
    frames: Sequence[pd.DataFrame], key: str, columns: Sequence[str]
) -> Mapping[Hashable, frozenset[str]]:
    """Collect all names that an id goes by."""
    present = [
        frame[[key, column]].set_axis(["id", "name"], axis=1)
        for frame in frames
        for column in columns
        if column in frame
    ]
    pairs = pd.concat(present, ignore_index=True).dropna().drop_duplicates()
    return {one: frozenset(names) for one, names in pairs.groupby("id", sort=False)["name"].agg(list).items()}


def _fill(row: dict[str, Cell], column: str, value: Cell) -> None:
    present = row.get(column)
    if value is not None and (present is None or (isinstance(present, str) and not present.strip())):
        row[column] = value
