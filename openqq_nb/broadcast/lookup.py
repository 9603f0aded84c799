"""Who those are that a broadcast is for: compared with the roster of this moment.

A person is a friend if the roster says so, else somebody to be reached through a group. A temporary id counts only
where the roster has it with the same name; a permanent number counts as it is.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from openqq_nb.broadcast.arrays import NULL, is_in, whole
from openqq_nb.broadcast.audience import PERSON
from openqq_nb.columns import Series
from openqq_nb.logins import Fetched
from openqq_nb.models import RecipientType

NOBODY = "(nobody)"

Mask: TypeAlias = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class _Keys:
    """The permanent number, the temporary id and the name that is compared, of one kind of bearer."""

    what: str
    number: str | None
    id: str
    name: str

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(name for name in (self.number, self.id, self.name) if name is not None)


_PERSON = _Keys("person", "qq", "id", "nick")
_GROUP = _Keys("group", "gnumber", "gid", "gname")
_DISCUSS = _Keys("discuss", None, "did", "dname")

_PEOPLE = (PERSON, "friend", "session")
_UNREACHED: Mapping[RecipientType, str] = {
    "friend": "this server cannot write to friends",
    "group": "this server cannot write to groups",
    "discuss": "this server cannot write to discusses",
    "session": "no friend, and this server cannot send temporary messages",
}
# What does not say whom a message of that kind goes to.
_BESIDE: Mapping[RecipientType, tuple[str, ...]] = {
    "friend": ("gnumber", "gid", "gname", "did", "dname"),
    "group": ("qq", "id", "nick", "did", "dname"),
    "discuss": ("qq", "id", "nick", "gnumber", "gid", "gname"),
}


class _Rows:
    """Columns of text that are filled in, a column at a time."""

    def __init__(self, table: pa.Table) -> None:
        self.columns: dict[str, pa.Array] = {name: whole(table[name]) for name in table.column_names}

    def __getitem__(self, name: str) -> pa.Array:
        return self.columns[name]

    def put(self, name: str, where: Mask, value: pa.Array | pa.Scalar | str) -> None:
        """Write a text or a column into some rows."""
        if where.any():
            self.columns[name] = pc.if_else(pa.array(where), value, self.columns[name])

    def missing(self, *names: str) -> Mask:
        """Tell where all of some columns are missing."""
        there = [_mask(pc.is_null(self.columns[name])) for name in names]
        found: Mask = np.logical_and.reduce(there)
        return found

    def are(self, *kinds: str) -> Mask:
        """Tell which rows are of some kinds."""
        return _mask(pc.is_in(self.columns["recipient_type"], pa.array(kinds)))

    def note(self, where: Mask, problem: str) -> None:
        """Say what is wrong with some rows; what was said of them before counts."""
        self.put("problem", where & self.missing("problem"), problem)


def looked_up(rows: pa.Table, roster: Fetched, reaches: Collection[RecipientType]) -> pa.Table:
    """Tell of each row how it is written to, by what the roster says, or why it cannot be.

    Args:
        rows: those of an `Audience`.
        roster: who is there at this moment.
        reaches: the kinds of recipients that the dialect can send to.

    Returns:
        The same rows with `recipient_type`, `displayname` and `problem` filled in. Numbers that the roster knows are
        added, ids that it does not confirm are taken away.
    """
    found = _Rows(rows)
    _clear_beside(found)
    lost = {keys.what: _confirm(found, known, keys) for keys, known in _bearers(roster)}
    is_friend = _is_known(found, _table([roster.friends], _PERSON), _PERSON)
    unstated = found.are(PERSON)
    found.put("recipient_type", unstated & is_friend, "friend")
    found.put("recipient_type", unstated & ~is_friend, "session")
    _clear_beside(found)
    _note_lost(found, lost)
    _note_people(found, roster.me, is_friend)
    unknown = found.are("group") & ~_is_known(found, _table([roster.groups], _GROUP), _GROUP)
    found.note(unknown, "no group of this number is known to the server")
    for kind in _UNREACHED:
        if kind not in reaches:
            found.note(found.are(kind), _UNREACHED[kind])
    _name(found, roster)
    return pa.table(found.columns)


def found_by_id(rows: pa.Table, stated: Fetched) -> pa.Array:
    """Tell which rows the server finds by their ids only: their numbers were learnt elsewhere, and say nothing to it.

    Args:
        rows: those that were looked up.
        stated: the roster as the server gives it.

    Returns:
        1 for these, else 0.
    """
    kinds = whole(rows["recipient_type"])
    is_session = pc.equal(kinds, "session")
    strange = _strange(rows, _table([stated.friends], _PERSON), _PERSON)
    strange_member = _strange(rows, _table([stated.friends, stated.members], _PERSON), _PERSON)
    strange_group = _strange(rows, _table([stated.groups], _GROUP), _GROUP)
    through = pc.and_(pc.is_valid(rows["id"]), pc.is_valid(rows["gid"]))
    by_id = pc.case_when(
        pc.make_struct(pc.equal(kinds, "friend"), pc.equal(kinds, "group"), is_session),
        strange,
        strange_group,
        pc.and_(through, pc.or_(strange_member, strange_group)),
        False,
    )
    return whole(by_id.cast(pa.int64()))


def _strange(rows: pa.Table, stated: Mapping[str, pa.Array], keys: _Keys) -> pa.Array:
    """Tell who has an id, and a number that the server does not state."""
    assert keys.number is not None  # noqa: S101 - people and groups have one
    there = pc.and_(pc.is_valid(rows[keys.number]), pc.is_valid(rows[keys.id]))
    return pc.and_(there, pc.invert(is_in(rows[keys.number], stated[keys.number])))


def _bearers(roster: Fetched) -> list[tuple[_Keys, dict[str, pa.Array]]]:
    """Give the bearers of ids, of each kind those first that say most."""
    of_kinds = (
        (_PERSON, [roster.friends, roster.members, roster.discuss_members]),
        (_GROUP, [roster.groups]),
        (_DISCUSS, [roster.discusses]),
    )
    return [(keys, _table(frames, keys)) for keys, frames in of_kinds]


def _table(frames: Sequence[pd.DataFrame], keys: _Keys) -> dict[str, pa.Array]:
    return {name: pa.concat_arrays([_text(frame[name]) for frame in frames]) for name in keys.columns}


def _text(column: Series) -> pa.Array:
    return whole(pa.array(column, from_pandas=True)).cast(pa.string())


def _clear_beside(rows: _Rows) -> None:
    for kind, columns in _BESIDE.items():
        where = rows.are(kind)
        for name in columns:
            rows.put(name, where, NULL)


def _note_lost(rows: _Rows, lost: Mapping[str, Mask]) -> None:
    """Say whose number is missing, or whose id the roster did not confirm."""
    for keys, kinds in ((_PERSON, _PEOPLE), (_GROUP, ("group",)), (_DISCUSS, ("discuss",))):
        mine = rows.are(*kinds)
        gone = f"the server does not know this {keys.id} with this {keys.name} any more"
        rows.note(mine & lost[keys.what], gone)
        nothing = rows.missing(keys.id) if keys.number is None else rows.missing(keys.id, keys.number)
        rows.note(mine & nothing, f"no {keys.number or keys.id} of a {keys.what} stands here")


def _note_people(rows: _Rows, me: Series, is_friend: Mask) -> None:
    """Say which people cannot be written to, or should not."""
    own = _equal(rows["qq"], me["qq"]) | _equal(rows["id"], me["id"])
    rows.note(rows.are(*_PEOPLE) & own, "this is the account itself")
    rows.note(rows.are("friend") & ~is_friend, "no friend of this number is known to the server")
    nowhere = rows.missing("gnumber", "gid", "did")
    rows.note(rows.are("session") & nowhere, "no friend, and no group is named to write through")


def _confirm(rows: _Rows, known: Mapping[str, pa.Array], keys: _Keys) -> Mask:
    """Keep ids that stand in the roster with the same name; gives where one was taken away and nothing is left.

    Where there is a permanent number, the id comes from the roster alone.
    """
    unnumbered = ~rows.missing(keys.id)
    if keys.number is not None:
        unnumbered &= rows.missing(keys.number)
    lost = unnumbered
    if unnumbered.any():
        place = _places(_pairs(rows.columns, keys), _best(_pairs(known, keys), known, keys))
        lost = unnumbered & _mask(pc.is_null(place))
        rows.put(keys.id, lost, NULL)
        if keys.number is not None:
            rows.put(keys.number, unnumbered & ~lost, known[keys.number].take(place))
    if keys.number is not None:
        _know_by_number(rows, known, keys, keys.number)
    return lost


def _know_by_number(rows: _Rows, known: Mapping[str, pa.Array], keys: _Keys, number: str) -> None:
    numbered = ~rows.missing(number)
    if numbered.any():
        place = _places(rows[number], known[number])
        rows.put(keys.id, numbered, known[keys.id].take(place))
        rows.put(keys.name, numbered, pc.coalesce(known[keys.name].take(place), rows[keys.name]))


def _pairs(columns: Mapping[str, pa.Array], keys: _Keys) -> pa.Array:
    return pc.binary_join_element_wise(columns[keys.id], columns[keys.name], "\0")


def _best(pairs: pa.Array, known: Mapping[str, pa.Array], keys: _Keys) -> pa.Array:
    """Leave out a bearer without a number where another of the same id and name has one."""
    if keys.number is None:
        return pairs
    is_bare = pc.is_null(known[keys.number])
    numbered = pc.if_else(is_bare, NULL, pairs)
    return pc.if_else(pc.and_(is_bare, pc.is_in(pairs, numbered, skip_nulls=True)), NULL, pairs)


def _places(needles: pa.Array, among: pa.Array) -> pa.Array:
    """Give where each text first stands; null where it does not."""
    return pc.index_in(needles, among, skip_nulls=True)


def _is_known(rows: _Rows, known: Mapping[str, pa.Array], keys: _Keys) -> Mask:
    """Tell whose number, or confirmed id, stands in the roster."""
    names = [name for name in (keys.number, keys.id) if name is not None]
    there = [_mask(is_in(rows[name], known[name])) for name in names]
    found: Mask = np.logical_or.reduce(there)
    return found


def _name(rows: _Rows, roster: Fetched) -> None:
    """Take the name that came along, else what QQ shows, else any name or number there is."""
    for kind, frame, key in (
        ("friend", roster.friends, "qq"),
        ("group", roster.groups, "gnumber"),
        ("discuss", roster.discusses, "did"),
    ):
        unnamed = rows.missing("displayname") & rows.are(kind)
        if unnamed.any():
            place = _places(rows[key], _text(frame[key]))
            rows.put("displayname", unnamed, _text(frame["displayname"]).take(place))
    is_person = rows.are(*_PEOPLE)
    for name in ("nick", "qq", "id"):
        _name_by(rows, is_person, rows[name])
    for name in ("gname", "gnumber", "gid", "dname", "did"):
        _name_by(rows, ~is_person, rows[name])
    _name_by(rows, np.ones(len(is_person), bool), NOBODY)


def _name_by(rows: _Rows, where: Mask, names: pa.Array | str) -> None:
    where = where & rows.missing("displayname")
    if where.any():
        shown = names if isinstance(names, str) else pc.if_else(pc.equal(names, ""), NULL, names)
        rows.put("displayname", where, shown)


def _equal(values: pa.Array, value: object) -> Mask:
    return _mask(pc.fill_null(pc.equal(values, str(value)), False))


def _mask(values: pa.Array) -> Mask:
    found: Mask = values.to_numpy(zero_copy_only=False)
    return found
