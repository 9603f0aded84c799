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


def _by(frame: pd.DataFrame, key: str, number: str) -> dict[Hashable, tuple[Cell, Cell]]:
    rows = frame.dropna(subset=key)
    numbers = dict(zip(*(rows.dropna(subset=number)[column] for column in (key, number)), strict=True))
    return {one: (numbers.get(one), name) for one, name in zip(rows[key], rows["displayname"], strict=True)}


def _found(by_id: _Known, one_id: Cell, by_number: _Known, number: Cell) -> tuple[Cell, Cell]:
    if number is not None and number in by_number:
        return by_number[number]
    return by_id.get(one_id, (None, None))


def _fill(row: dict[str, Cell], column: str, value: Cell) -> None:
    present = row.get(column)
    if value is not None and (present is None or (isinstance(present, str) and not present.strip())):
        row[column] = value
