"""The one grammar of filters: a column equal to a value or one of a list, and a few words more."""

import math
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

import pandas as pd

from openqq_nb import schema
from openqq_nb.columns import ZONE, Kind
from openqq_nb.errors import InvalidInput, listed
from openqq_nb.inbox.links import Links, Meant
from openqq_nb.models import Cell, Row

Test = Callable[[Row], bool]
Resolve = Callable[[Any], Collection[Meant]]

_TOLD_CHARACTERS = 40
_LISTS = (list, tuple, set, frozenset, pd.Series, pd.Index)

_PERMANENT = frozenset({"gnumber", "sender_qq"})

WORDS = ("contains", "matches", "since", "until")


class Bearers:
    """Those whom `group=` or `sender=` means: by permanent numbers always, by an id within its login.

    Args:
        value: a name, a number or a row, or a list of these.
        resolve: finds whom one of them means, and raises when it is not exactly one.
        known: finds the same in memory, and nothing when it is not exactly one.
        login: in which `resolve` finds ids.
    """

    def __init__(self, value: object, resolve: Resolve, known: Resolve, login: str) -> None:
        # A frame or a row is one thing to resolve; only plain lists are taken apart.
        self._names = list(value) if isinstance(value, list | tuple | set | frozenset) else [value]
        self._known = known
        pairs = frozenset(pair for name in self._names for pair in resolve(name))
        self._permanent = frozenset(pair for pair in pairs if pair[0] in _PERMANENT)
        self._ids = {login: pairs - self._permanent}

    @property
    def meant(self) -> list[Meant]:
        """Columns and numbers that were meant when the filter was written."""
        return sorted(self._permanent.union(*self._ids.values()))

    def mean(self, row: Row) -> bool:
        """Tell whether a message is of one of them."""
        # Column by column, because the id of one may be the number of another.
        return _has(row, self._permanent) or _has(row, self._ids_of(str(row.get("login"))))

    def _ids_of(self, login: str) -> frozenset[Meant]:
        found = self._ids.get(login)
        if found is None:
            pairs = frozenset(pair for name in self._names for pair in self._known(name))
            found = frozenset(pair for pair in pairs if pair[0] not in _PERMANENT)
            if found:
                self._ids[login] = found
        return found


def _has(row: Row, pairs: frozenset[Meant]) -> bool:
    return any(row.get(column) == number for column, number in pairs)


@dataclass(frozen=True, slots=True)
class Filter:
    """A compiled filter.

    Attributes:
        text: how it was written.
        tests: what must all be true of a row.
        columns: what the tests look at; none means any column.
        key: equal for filters that keep the same rows.
    """

    text: str
    tests: tuple[Test, ...] = ()
    columns: tuple[str, ...] = ()
    key: str = ""

    def keeps(self, row: Row) -> bool:
        """Tell whether the row passes."""
        return all(test(row) for test in self.tests)


def compiled(filters: Mapping[str, object], links: Links, login: str) -> Filter:
    """Compile filters for messages.

    Args:
        filters: `contains` and `matches` (a text or pattern, or a list of them, any of which is in the
            content), `since` (that moment or later) and `until` (before it) for the time of the message,
            `group` and `sender` (names, numbers or rows), and any column of messages with a value or a list.
        links: resolves `group` and `sender`.
        login: the present login, in which ids that they are resolved to mean something.

    Raises:
        InvalidInput: a column that does not exist, or a value that it cannot have.
        NotFound, Ambiguous: `group` or `sender` does not name exactly one.
    """
    resolve: Mapping[str, tuple[Resolve, Resolve]] = {
        "group": (links.resolve_group, links.known_group),
        "sender": (links.resolve_sender, links.known_sender),
    }
    for name in resolve:
        if isinstance(filters.get(name), list | tuple | set | frozenset) and not filters[name]:
            raise InvalidInput(
                f"{name}={filters[name]!r} is an empty list, so that no message would ever pass. Name at least one, or "
                f"leave {name}= away."
            )
    meant = {
        name: Bearers(value, *resolve[name], login) if name in resolve else value
        for name, value in filters.items()
    }
    return Filter(
        ", ".join(f"{name}={_told(value)}" for name, value in filters.items()),
        tuple(_test(name, value) for name, value in meant.items()),
        tuple(dict.fromkeys(column for name in meant for column in _LOOKS_AT.get(name, (name,)))),
        repr([(name, _written(value)) for name, value in meant.items()]),
    )


_LOOKS_AT: Mapping[str, tuple[str, ...]] = {
    "contains": ("content",),
    "matches": ("content",),
    "since": ("msg_time",),
    "until": ("msg_time",),
    "group": ("gnumber", "group_id"),
    "sender": ("sender_qq", "sender_id"),
}


def _test(name: str, value: object) -> Test:
    special: dict[str, Callable[[], Test]] = {
        "contains": lambda: _contains(_items(value)),
        "matches": lambda: _matches(_items(value)),
        "since": lambda: _since(_seconds("since", value)),
        "until": lambda: _until(_seconds("until", value)),
        "group": lambda: cast(Bearers, value).mean,
        "sender": lambda: cast(Bearers, value).mean,
    }
    return special[name]() if name in special else _equals(name, value)


def _written(value: object) -> list[object]:
    """Write out what a filter asks for; `repr` would cut a long pattern or column short."""
    return [
        (item.pattern, item.flags) if isinstance(item, re.Pattern) else (type(item), item)
        for item in (value.meant if isinstance(value, Bearers) else _items(value))
    ]


def _contains(texts: list[object]) -> Test:
    wanted = [_str("contains", text) for text in texts]
    return lambda row: any(text in str(row.get("content") or "") for text in wanted)


def _matches(patterns: list[object]) -> Test:
    wanted = [_pattern(pattern) for pattern in patterns]
    return lambda row: any(pattern.search(str(row.get("content") or "")) for pattern in wanted)


def _since(seconds: float) -> Test:
    return lambda row: (time := _number(row.get("msg_time"))) is not None and time >= seconds


def _until(seconds: float) -> Test:
    return lambda row: (time := _number(row.get("msg_time"))) is not None and time < seconds


def _equals(name: str, value: object) -> Test:
    if name not in schema.MESSAGES.names:
        raise InvalidInput(
            f"Messages have no column {name!r}, so nothing can be filtered by it. Choose a column or a word:"
            + "".join(listed([", ".join(WORDS), ", ".join(schema.MESSAGES.names)]))
        )
    kind = schema.MESSAGES.column(name).kind
    wanted = [_wanted(name, kind, item) for item in _items(value)]
    never = [item for item in wanted if item is not None and item not in _VALUES.get(name, (item,))]
    if never:
        raise InvalidInput(f"{name}={never[0]!r} never occurs. It is one of {', '.join(_VALUES[name])}.")
    return lambda row: _cell(kind, row.get(name)) in wanted


def _wanted(name: str, kind: Kind, item: object) -> Cell:
    if item is None or item is pd.NA or item is pd.NaT or (isinstance(item, float) and math.isnan(item)):
        return None
    if kind == "time":
        return _seconds(name, item)
    if kind == "flag" and isinstance(item, bool):
        return item
    if kind in ("text", "count") and isinstance(item, str | int) and not isinstance(item, bool):
        return str(item)
    raise InvalidInput(
        f"{name}={item!r} matches nothing: the column {name!r} holds {_HOLDS[kind]}, "
        f"this is a {type(item).__name__}. Give what the column holds; a float loses digits of a number."
    )


_VALUES: Mapping[str, tuple[str, ...]] = {
    "type": ("message", "group_message", "discuss_message", "sess_message"),
    "msg_class": ("recv", "send"),
    "via": ("group", "discuss"),
}
_HOLDS: Mapping[Kind, str] = {
    "text": "text",
    "time": "moments",
    "count": "whole numbers",
    "flag": "True or False",
}


def _cell(kind: Kind, cell: Cell) -> Cell:
    if cell is None:
        return None
    if kind == "time":
        return _number(cell)
    return bool(cell) if kind == "flag" else str(cell)


def _number(cell: object) -> float | None:
    if isinstance(cell, date):
        return pd.Timestamp(cell).timestamp()
    return float(cell) if isinstance(cell, int | float) else None


def _seconds(name: str, value: object) -> float:
    if not isinstance(value, str | date):
        raise InvalidInput(
            f"{name}={value!r} is no moment. Give a datetime, or a text such as '2026-11-17 09:30'."
        )
    try:
        moment = pd.Timestamp(value)
        if pd.isna(moment):
            raise ValueError("no time at all")
        if moment.tzinfo is None:
            # Before 1992 the zone had a summer time, in which an hour is left out, and another is there twice.
            moment = moment.tz_localize(ZONE, nonexistent="shift_forward", ambiguous=True)
        return moment.timestamp()
    except (ValueError, OverflowError) as error:
        raise InvalidInput(
            f"{name}={value!r} cannot be read as a moment ({error}). Write it such as '2026-11-17 09:30'."
        ) from error


def _pattern(value: object) -> re.Pattern[str]:
    if isinstance(value, re.Pattern):
        return value
    try:
        return re.compile(_str("matches", value))
    except re.error as error:
        raise InvalidInput(
            f"matches={value!r} is no regular expression: {error}. To find that very text use contains=."
        ) from error


def _str(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise InvalidInput(f"{name}= looks for text; found {value!r}, a {type(value).__name__}. Give a str.")
    return value


def _items(value: object) -> list[object]:
    return list(value) if isinstance(value, _LISTS) else [value]


def _told(value: object) -> str:
    text = repr(value.pattern) if isinstance(value, re.Pattern) else repr(value)
    return text if len(text) <= _TOLD_CHARACTERS else text[:_TOLD_CHARACTERS] + "…"
