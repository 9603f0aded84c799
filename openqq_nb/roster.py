"""Who is there, frozen in time; looking people and groups up by any of their names and numbers."""

import difflib
import operator
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any, Generic, Never, SupportsIndex, TypeAlias, TypeVar, overload

import pandas as pd

from openqq_nb import diff
from openqq_nb.columns import Series
from openqq_nb.errors import Ambiguous, InvalidInput, NotFound, listed, one_line
from openqq_nb.models import Cell, Row
from openqq_nb.numbering import Numbering

Who: TypeAlias = str | int | Series | pd.DataFrame | Mapping[str, Any] | Iterable[Any]
"""A name or number, a row, or several of these as a list, column or frame."""

Pandas = TypeVar("Pandas", pd.DataFrame, Series)

_GROUP_NAMES = ("displayname", "gmarkname", "gname", "gnumber", "gid")
_PERSON_NAMES = ("displayname", "markname", "card", "nick", "qq", "id")


@dataclass(frozen=True, slots=True)
class _Names:
    """How to look one kind of thing up, and how to tell it in a list of choices."""

    what: str
    columns: tuple[str, ...]
    numbers: tuple[str, ...]
    ask: str


_GROUP = _Names("group", _GROUP_NAMES, ("gnumber", "gid"), "my.groups()")
_PERSON = _Names("person", _PERSON_NAMES, ("qq", "id"), "my.friends() or my.members()")
_DISCUSS = _Names("discuss", ("displayname", "dname", "did"), ("did",), "my.discusses()")


class _Frozen(Generic[Pandas]):
    """An attribute that gives a new object at each access, which shares its data until it is written to."""

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = f"_{name}"

    @overload
    def __get__(self, roster: None, owner: type) -> Never: ...

    @overload
    def __get__(self, roster: object, owner: type) -> Pandas: ...

    def __get__(self, roster: object | None, owner: type) -> Pandas:
        if roster is None:
            raise AttributeError(self._name)  # to the dataclass: there is no default
        kept: Pandas = roster.__dict__[self._name]
        return kept.copy(deep=False)

    def __set__(self, roster: object, value: Pandas) -> None:
        roster.__dict__[self._name] = value.copy(deep=False)


@dataclass(frozen=True)
class Roster:
    """One fetch of all who are there; it never changes, whatever is written into its frames.

    Attributes:
        me: the account, a Series named by `schema.ME`.
        friends: one row a friend (`schema.FRIENDS`).
        groups: one row a group (`schema.GROUPS`).
        members: one row per (group, member) of the loaded groups (`schema.MEMBERS`).
        discusses: one row a discuss (`schema.DISCUSSES`).
        discuss_members: one row per (discuss, member) (`schema.DISCUSS_MEMBERS`).
        fetched_at: when it was asked for, Asia/Shanghai.

    Example:
        >>> import openqq_nb as oq
        >>> roster = oq.demo().roster()
        >>> roster.members.columns[:4].tolist()
        ['displayname', 'nick', 'card', 'role']
    """

    me: _Frozen[Series] = _Frozen()
    friends: _Frozen[pd.DataFrame] = _Frozen()
    groups: _Frozen[pd.DataFrame] = _Frozen()
    members: _Frozen[pd.DataFrame] = _Frozen()
    discusses: _Frozen[pd.DataFrame] = _Frozen()
    discuss_members: _Frozen[pd.DataFrame] = _Frozen()
    fetched_at: pd.Timestamp = field(kw_only=True)

    def __dir__(self) -> list[str]:
        """Show what is meant to be typed."""
        return [*(field.name for field in fields(self)), "diff"]

    def __repr__(self) -> str:
        """Tell the counts in one line."""
        unloaded = int((~self.groups["members_loaded"]).sum())
        missing = f" ({unloaded} groups not loaded)" if unloaded else ""
        return (
            f"<Roster of {one_line(str(self.me['nick']))}: {len(self.friends)} friends, {len(self.groups)} groups with "
            f"{len(self.members)} members{missing}, {len(self.discusses)} discusses, {self.fetched_at:%Y-%m-%d %H:%M}>"
        )

    def diff(self, older: "Roster") -> pd.DataFrame:
        """Tell what changed since an older roster of the same account: who joined, left, or has another name.

        Args:
            older: an earlier one, for instance `my.roster(at="2026-11-17")`.

        Returns:
            One row a change, columns and dtypes of `schema.CHANGES`: `what` is `joined` or `left` (a member), `added`
            or `removed` (a friend: no `gnumber`; a group: no `qq`), or the column that changed (`nick markname
            category` of a friend, `gname gmarkname gmemo` of a group, `nick card role` of a member), with its values
            `before` and `after`. `certain` is True where permanent numbers tell it, or ids of one login; who has no
            number is matched by his names, and that is not certain. What changes by itself, such as `state`, makes no
            row.

        Raises:
            InvalidInput: `older` is no roster of this account.

        Source:
            API document §2 and §3; what a login changes was recorded.

        Example:
            >>> import openqq_nb as oq
            >>> my = oq.demo(seed=17, groups=2, friends=4, members=5)
            >>> before = my.roster()
            >>> friend = my.simulator.set_markname(my.simulator.truth.friends[0], "老朋友")
            >>> my.roster().diff(before)[["what", "after", "certain"]].values.tolist()
            [['markname', '老朋友', True]]
            >>> my.close()
        """
        if not isinstance(older, Roster):
            raise InvalidInput(
                f"A roster is compared with another roster, not with a {type(older).__name__}. Write for instance "
                'my.roster().diff(my.roster(at="2026-11-17")).'
            )
        return diff.diff(older, self)

    def number(self, row: Row) -> dict[str, Cell]:
        """Add to a message what the roster knows: permanent numbers by ids, and names that came empty."""
        return self._numbering.number(row)

    def knows(self, row: Row) -> bool:
        """Tell whether any id of a message is one of this login."""
        return self._numbering.knows(row)

    def doubts(self, row: Row) -> bool:
        """Tell whether a message shows ids of another login: a number with another id, or an id with another name."""
        return self._numbering.doubts(row)

    @property
    def people(self) -> pd.DataFrame:
        """Friends, members and discuss members under one another, to look somebody up."""
        frames = [self.friends, self.members, self.discuss_members]
        return pd.concat(frames, ignore_index=True)

    @cached_property
    def _numbering(self) -> Numbering:
        me = self.me.to_frame().T.assign(displayname=self.me["nick"])
        # Friends last: what the account calls a person says more than what a group does.
        people = (self.discuss_members, self.members, me, self.friends)
        return Numbering(people, self.groups, self.discusses)


def pick_groups(groups: pd.DataFrame, who: Who) -> pd.DataFrame:
    """Find groups by name, remark, number or id, or by rows of `groups()`.

    Args:
        groups: rows of `schema.GROUPS`.
        who: one of these, or a list or frame of them.

    Returns:
        The rows meant, in the order of `groups`.

    Raises:
        NotFound: no group goes by that name or number.
        Ambiguous: several do.
    """
    positions = [_position(groups, one, _GROUP) for one in _each(who)]
    return groups.iloc[sorted(set(positions))]


def pick_discuss(discusses: pd.DataFrame, who: Who) -> pd.DataFrame:
    """Find discusses by name or id, or by rows of `discusses()`; errors as in `pick_groups`."""
    positions = [_position(discusses, one, _DISCUSS) for one in _each(who)]
    return discusses.iloc[sorted(set(positions))]


def pick_person(people: pd.DataFrame, who: Who) -> Series:
    """Find one person by name, remark, card or number; the same person in several groups is one.

    Returns:
        A row of the person, one with the number if any of them has it.
    """
    found = people.iloc[_positions(people, who, _PERSON)]
    # Within a login the id tells people apart, also where the number of one row is not known.
    distinct = found[~found["id"].fillna(found["qq"]).duplicated()]
    if len(distinct) != 1:
        raise _wrong(people, distinct, who, _PERSON)
    return found.sort_values("qq", na_position="last", kind="stable").iloc[0]


def _each(who: Who) -> Iterable[Who]:
    if isinstance(who, pd.DataFrame):
        return [row for _, row in who.iterrows()]
    # A column of names or numbers carries the name of the column, a row the label of its line.
    if isinstance(who, pd.Series) and who.name in (*_GROUP.columns, *_DISCUSS.columns):
        return who.tolist()
    return who if isinstance(who, list | tuple | set | pd.Index) else [who]


def _position(frame: pd.DataFrame, who: Who, names: _Names) -> int:
    found = _positions(frame, who, names)
    if len(found) != 1:
        raise _wrong(frame, frame.iloc[found], who, names)
    return found[0]


def _positions(frame: pd.DataFrame, who: Who, names: _Names) -> list[int]:
    if isinstance(who, pd.Series):
        return _positions_of_row(frame, {str(key): value for key, value in who.items()}, names)
    if isinstance(who, Mapping):
        return _positions_of_row(frame, who, names)
    wanted = _name(who, names)
    hits = pd.Series(False, index=range(len(frame)))
    for column in names.columns:
        if column in frame:
            hits |= (frame[column] == wanted).reset_index(drop=True)
    return list(hits[hits].index)


def _positions_of_row(frame: pd.DataFrame, row: Mapping[str, Any], names: _Names) -> list[int]:
    """A row is meant by its number, else by its id of this login."""
    for column in names.numbers:
        number = row.get(column)
        if isinstance(number, str) and column in frame:
            hits = (frame[column] == number).reset_index(drop=True)
            return list(hits[hits].index)
    raise InvalidInput(
        f"This row has none of {', '.join(names.numbers)}, so no {names.what} is meant by it. "
        f"Take a row of {names.ask}."
    )


def _name(who: Who, names: _Names) -> str:
    if isinstance(who, str):
        return who.encode(
            "utf-8", "replace"
        ).decode()  # half a surrogate pair is in no name, and Arrow refuses it
    if isinstance(who, bool) or not isinstance(who, SupportsIndex):
        raise InvalidInput(
            f"A {names.what} is named by a text or a number, not by {who!r} ({type(who).__name__}). "
            f"Write the name, or take a row of {names.ask}."
        )
    return str(operator.index(who))


def _wrong(frame: pd.DataFrame, found: pd.DataFrame, who: Who, names: _Names) -> NotFound | Ambiguous:
    shown = who if isinstance(who, str | int) else _told_row(who, names)
    if len(found) > 1:
        return Ambiguous(
            f"{len(found)} {names.what}s go by {shown!r}. Name one by its number or id:{listed(_told(found, names))}"
        )
    known = frame["displayname"].dropna().unique().tolist()
    near = difflib.get_close_matches(str(shown), known, n=5, cutoff=0.4) or known[:5]
    choices = _told(frame[frame["displayname"].isin(near)], names)
    hint = f" The nearest are:{listed(choices)}" if choices else ""
    return NotFound(f"No {names.what} goes by {shown!r}; {names.ask} lists all.{hint}")


def _told_row(row: Who, names: _Names) -> str:
    known = {key: row.get(key) for key in names.numbers} if isinstance(row, pd.Series | Mapping) else {}
    return ", ".join(f"{key}={value}" for key, value in known.items() if isinstance(value, str))


def _told(rows: pd.DataFrame, names: _Names) -> list[str]:
    columns = [column for column in (*names.numbers, "gname", "category") if column in rows]
    return [_choice(row, columns) for _, row in rows.iterrows()]


def _choice(row: Series, columns: list[str]) -> str:
    known = [f"{column}={row[column]}" for column in columns if isinstance(row[column], str)]
    return f"{row['displayname']} ({', '.join(known)})"
