"""Whom `group=` and `sender=` mean in a log: people and groups are those that its messages name."""

import difflib
import operator
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, SupportsIndex

import pandas as pd
import pyarrow as pa

from openqq_nb.errors import Ambiguous, InvalidInput, NotFound, listed, one_line
from openqq_nb.filtering import Clause, Condition, one_of
from openqq_nb.models import Row
from openqq_nb.scanning import Query, pieces
from openqq_nb.schema import MESSAGES

_BETWEEN = "\x1f"
_NEAR = 5
# Half of what both are made of: one of two characters, as in many Chinese names.
_LIKE = 0.5


@dataclass(frozen=True, slots=True)
class Kind:
    """How one kind of thing is called in messages and in the frames of an account.

    Attributes:
        what: the word for one of them.
        number: the column of messages with the permanent number.
        id: the column with the id of one login.
        name: the column with the name.
        elsewhere: the columns with number, id and name of those who are written to; none for groups.
        numbers: how the number is called in any frame.
        ids: how the id is called there.
        names: how a name is called there.
    """

    what: str
    number: str
    id: str
    name: str
    elsewhere: tuple[str, str, str] | None
    numbers: tuple[str, ...]
    ids: tuple[str, ...]
    names: tuple[str, ...]


GROUP = Kind(
    "group", "gnumber", "group_id", "group", None,
    ("gnumber",), ("gid", "group_id"), ("displayname", "gmarkname", "gname", "group"),
)  # fmt: skip
SENDER = Kind(
    "person", "sender_qq", "sender_id", "sender", ("receiver_qq", "receiver_id", "receiver"),
    ("sender_qq", "qq"), ("id", "sender_id"), ("displayname", "markname", "card", "nick", "sender"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Seen:
    """One way in which messages name somebody; an empty text where they do not tell."""

    login: str
    number: str
    id: str
    name: str

    @property
    def place(self) -> str:
        """The id within its login."""
        return f"{self.login}{_BETWEEN}{self.id}"


@dataclass(slots=True)
class Found:
    """Those who go by a name: by permanent numbers, by login those who have an id only, and who have but the name."""

    numbers: dict[str, Seen] = field(default_factory=dict)
    ids: dict[str, dict[str, Seen]] = field(default_factory=lambda: defaultdict(dict))
    names: dict[str, Seen] = field(default_factory=dict)

    def all(self) -> list[Seen]:
        """Give one sight of each."""
        ids = (one for ids in self.ids.values() for one in ids.values())
        return [*self.numbers.values(), *ids, *self.names.values()]


class Directory:
    """All who are named in messages.

    Args:
        kind: groups or people.
        seen: each way in which one is named.
    """

    def __init__(self, kind: Kind, seen: Iterable[Seen]) -> None:
        self._kind = kind
        known = [one for one in dict.fromkeys(seen) if one.number or one.id or one.name]
        self._numbers = {one.place: one.number for one in known if one.number and one.id}
        self._named: defaultdict[str, list[Seen]] = defaultdict(list)
        for one in known:
            for name in {one.number, one.id, one.name} - {""}:
                self._named[name].append(one)

    def condition(self, value: object) -> Condition:
        """Make a condition of a name, number or row, or of several.

        Raises:
            NotFound: nobody goes by it.
            Ambiguous: several do.
        """
        found = [self._one(who) for who in _each(value, self._kind)]
        numbers = frozenset(number for one in found for number in one.numbers)
        lone = {one.place for each in found for ids in each.ids.values() for one in ids.values()}
        # Where a message lacks the number that is known of its id.
        lone |= {place for place, number in self._numbers.items() if number in numbers}
        names = frozenset(name for one in found for name in one.names)
        return _condition(self._kind, numbers, frozenset(lone), names)

    def numbers(self, value: object) -> list[tuple[str, str]]:
        """Give the columns and permanent numbers that mean a name, number or row, or several.

        Raises:
            NotFound: nobody goes by it.
            Ambiguous: several do.
        """
        found = [self._one(who) for who in _each(value, self._kind)]
        return [(self._kind.number, number) for one in found for number in one.numbers]

    def _one(self, who: object) -> Found:
        wanted, hits = self._hits(who)
        found = Found()
        with_number = defaultdict[str, set[str]](set)
        for one in hits:
            number = one.number or self._numbers.get(one.place)
            if number:
                found.numbers.setdefault(number, one)
                with_number[one.login].add(number)
            elif one.id:
                found.ids[one.login].setdefault(one.id, one)
            else:
                found.names[one.name] = one
        if not hits:
            raise NotFound(self._missing(wanted))
        # Within a login ids tell people apart; who has no number in two logins may well be the same.
        if len(found.numbers) > 1 or any(
            len(ids) + len(with_number[login]) > 1 for login, ids in found.ids.items()
        ):
            choices = [_told(self._kind, one) for one in found.all()]
            raise Ambiguous(
                f"{len(choices)} {self._kind.what}s of this log go by {wanted!r}. Name one by its number or id:"
                f"{listed(choices)}"
            )
        return found

    def _hits(self, who: object) -> tuple[str, list[Seen]]:
        if isinstance(who, Mapping | pd.Series):
            number, temporary = (_cell(who, names) for names in (self._kind.numbers, self._kind.ids))
            if number:
                return number, [one for one in self._named.get(number, ()) if one.number == number]
            if temporary:
                return temporary, [one for one in self._named.get(temporary, ()) if one.id == temporary]
            # In a row of messages the columns of its own count before those that a format may have besides.
            name = _cell(who, (self._kind.name, *self._kind.names))
            if name:
                return name, self._by_name(name)
            columns = (*self._kind.numbers, *self._kind.ids, *self._kind.names)
            raise InvalidInput(
                f"This row has none of {', '.join(columns)}, so no {self._kind.what} is meant by it. "
                "Give a name or a number."
            )
        wanted = _name(who, self._kind)
        return wanted, self._named.get(wanted, [])

    def _by_name(self, name: str) -> list[Seen]:
        """Find who is meant by a row with nothing but a name: first those of whom messages know no more either."""
        hits = [one for one in self._named.get(name, ()) if one.name == name]
        return [one for one in hits if not (one.number or one.id)] or hits

    def _missing(self, wanted: str) -> str:
        names = list(dict.fromkeys(one.name for seen in self._named.values() for one in seen if one.name))
        near = list(dict.fromkeys(map(one_line, difflib.get_close_matches(wanted, names, _NEAR, _LIKE))))
        hint = f"The nearest are:{listed(near)}" if near else self._none_near(len(names))
        return f"No {self._kind.what} of this log goes by {wanted!r}. {hint}"

    def _none_near(self, names: int) -> str:
        columns = [self._kind.name, *([self._kind.elsewhere[2]] if self._kind.elsewhere else [])]
        where = " and ".join(f"log.df[{column!r}]" for column in columns)
        return (
            f"None of its {names:,} names is like that; {where} have them." if names else "It names nobody."
        )


def directory(paths: Sequence[Path], kind: Kind) -> Directory:
    """Read who is named in journals."""
    return Directory(kind, (one for path in paths for side in _sides(kind) for one in _seen(path, side)))


def directory_of(rows: pa.Table, kind: Kind) -> Directory:
    """Find out who is named in messages that are at hand."""
    return Directory(
        kind, (one for side in _sides(kind) for one in _sights(_distinct(rows, ("login", *side))))
    )


def discuss_hint(who: object, discusses: pa.Table) -> str:
    """Say how a discuss is chosen, where it was taken for a group.

    Args:
        who: the groups that were looked for.
        discusses: columns `discuss` and `discuss_id` of messages.

    Returns:
        A line of its own; empty if no discuss goes by any of them.
    """
    asked = dict.fromkeys(text for one in _each(who, GROUP) for text in _texts(one))
    for name in ("discuss", "discuss_id"):
        there = set(discusses.column(name).unique().to_pylist())
        wanted = next((text for text in asked if text in there), None)
        if wanted is not None:
            return f"\nA discuss does, which is no group: choose it by {name}={wanted!r}."
    return ""


def _texts(one: object) -> list[str]:
    if isinstance(one, Mapping | pd.Series):
        columns = ("discuss", "discuss_id", "did", *GROUP.names)
        return [cell for name in columns if isinstance(cell := one.get(name), str)]
    return [_name(one, GROUP)]


def _sides(kind: Kind) -> list[tuple[str, str, str]]:
    return [(kind.number, kind.id, kind.name), *([kind.elsewhere] if kind.elsewhere else [])]


def _seen(path: Path, side: tuple[str, str, str]) -> Iterable[Seen]:
    columns = ("login", *side)
    query = Query(MESSAGES, tuple(name for name in MESSAGES.names if name in columns))
    distinct: dict[tuple[Any, ...], None] = {}
    with closing(pieces(path, query)) as found:
        for piece in found:
            distinct.update(_distinct(piece.rows, columns))
    return _sights(distinct)


def _distinct(rows: pa.Table, columns: Sequence[str]) -> dict[tuple[Any, ...], None]:
    there = pa.Table.group_by(rows, list(columns)).aggregate([])
    cells = zip(*(there.column(name).to_pylist() for name in columns), strict=True)
    return dict.fromkeys(cells)


def _sights(distinct: Iterable[tuple[Any, ...]]) -> list[Seen]:
    return [Seen(*(cell or "" for cell in row)) for row in distinct]


def _condition(
    kind: Kind, numbers: frozenset[str], places: frozenset[str], names: frozenset[str]
) -> Condition:
    def test(row: Row) -> bool:
        if number := row.get(kind.number):
            return number in numbers
        if row.get(kind.id):
            return f"{row.get('login') or ''}{_BETWEEN}{row.get(kind.id)}" in places
        return row.get(kind.name) in names

    by_number = one_of(f'"{kind.number}"', sorted(numbers))
    by_place = one_of(f"coalesce(login, '') || char(31) || \"{kind.id}\"", sorted(places))
    by_name = one_of(f'"{kind.name}"', sorted(names))
    clause = Clause(
        f"({by_number.text}) OR coalesce(\"{kind.number}\", '') = '' AND (\"{kind.id}\" <> '' AND ({by_place.text})"
        f" OR coalesce(\"{kind.id}\", '') = '' AND ({by_name.text}))",
        (*by_number.parameters, *by_place.parameters, *by_name.parameters),
    )
    return Condition(
        (kind.number, kind.id, kind.name, "login"),
        test,
        clause,
        (kind.what, sorted(numbers), sorted(places), sorted(names)),
    )


def _each(value: object, kind: Kind) -> Iterable[Any]:
    if isinstance(value, pd.DataFrame):
        return [row for _, row in value.iterrows()]
    if isinstance(value, pd.Series) and value.name in (*kind.numbers, *kind.ids, *kind.names):
        return value.dropna().unique().tolist()
    return value if isinstance(value, list | tuple | set | frozenset | pd.Index) else [value]


def _cell(row: "Mapping[str, Any] | pd.Series[Any]", names: Sequence[str]) -> str | None:
    return next((cell for name in names if isinstance(cell := row.get(name), str) and cell), None)


def _name(who: object, kind: Kind) -> str:
    if isinstance(who, str):
        return who
    if isinstance(who, bool) or not isinstance(who, SupportsIndex):
        raise InvalidInput(
            f"A {kind.what} is named by a text or a number, not by {who!r} ({type(who).__name__}). "
            "Write the name or the number."
        )
    return str(operator.index(who))


def _told(kind: Kind, one: Seen) -> str:
    if not (one.number or one.id):
        return f"{one.name} (no {kind.number} known)"
    number = f"{kind.number}={one.number}" if one.number else f"{kind.id}={one.id}, login={one.login}"
    return f"{one.name} ({number})"
