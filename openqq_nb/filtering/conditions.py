"""The single conditions of a filter: each tests a row, and says the same in SQL where SQL can."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from openqq_nb import schema
from openqq_nb.columns import Kind
from openqq_nb.errors import InvalidInput, listed
from openqq_nb.filtering import values
from openqq_nb.filtering.clauses import Clause, all_of, any_of, is_storable, one_of
from openqq_nb.models import Cell, Row

Test = Callable[[Row], bool]

_NEVER_ELSE: Mapping[str, tuple[str, ...]] = {
    "type": ("message", "group_message", "discuss_message", "sess_message"),
    "msg_class": ("recv", "send"),
    "via": ("group", "discuss"),
}


@dataclass(frozen=True, slots=True)
class Condition:
    """What must be true of a row.

    Attributes:
        columns: what it looks at.
        test: tells whether a row passes, be it one that came or one of a frame.
        clause: says the same of a row of a journal; `None` where SQL cannot.
        written: what is asked for; equal where the same rows pass.
    """

    columns: tuple[str, ...]
    test: Test
    clause: Clause | None
    written: object


def contains(value: object) -> Condition:
    """Pass rows whose content has a text, or any of several, in it."""
    texts = [values.text("contains", text) for text in values.items(value)]
    clauses = [Clause("instr(coalesce(content, ''), ?) > 0", (text,)) for text in texts if is_storable(text)]
    return Condition(
        ("content",),
        lambda row: any(text in _content(row) for text in texts),
        any_of(clauses),
        ("contains", texts),
    )


def matches(value: object) -> Condition:
    """Pass rows in whose content a pattern, or any of several, is found."""
    patterns = [values.pattern(one) for one in values.items(value)]
    return Condition(
        ("content",),
        lambda row: any(pattern.search(_content(row)) for pattern in patterns),
        None,
        ("matches", [(pattern.pattern, pattern.flags) for pattern in patterns]),
    )


def since(value: object) -> Condition:
    """Pass rows written at a moment or later."""
    least = values.micros_of("since", value)
    return Condition(
        ("msg_time",),
        lambda row: (found := values.micros(row.get("msg_time"))) is not None and found >= least,
        _from("msg_time", least),
        ("since", least),
    )


def until(value: object) -> Condition:
    """Pass rows written before a moment."""
    end = values.micros_of("until", value)
    return Condition(
        ("msg_time",),
        lambda row: (found := values.micros(row.get("msg_time"))) is not None and found < end,
        _before("msg_time", end),
        ("until", end),
    )


def equals(name: str, value: object) -> Condition:
    """Pass rows in which a column has a value, or one of several; `None` stands for a missing one.

    Raises:
        InvalidInput: there is no such column, or it can never hold that.
    """
    kind = _kind(name)
    cells = [values.wanted(name, kind, item) for item in values.items(value)]
    never = [one for one in cells if one is not None and one not in _NEVER_ELSE.get(name, (one,))]
    if never:
        raise InvalidInput(f"{name}={never[0]!r} never occurs. It is one of {', '.join(_NEVER_ELSE[name])}.")
    wanted = frozenset(cells)
    return Condition(
        (name,),
        lambda row: values.cell(kind, row.get(name)) in wanted,
        _in(name, kind, wanted),
        (name, [(type(one), one) for one in cells]),
    )


WORDS: Mapping[str, Callable[[object], Condition]] = {
    "contains": contains,
    "matches": matches,
    "since": since,
    "until": until,
}
"""What a filter may be called besides the columns."""


def _content(row: Row) -> str:
    return str(row.get("content") or "")


def _kind(name: str) -> Kind:
    if name not in schema.MESSAGES.names:
        raise InvalidInput(
            f"Messages have no column {name!r}, so nothing can be filtered by it. Choose a column or a word:"
            + "".join(listed([", ".join(WORDS), ", ".join(schema.MESSAGES.names)]))
        )
    return schema.MESSAGES.column(name).kind


def _in(name: str, kind: Kind, wanted: frozenset[Cell]) -> Clause:
    missing = [Clause(f'"{name}" IS NULL')] if None in wanted else []
    return any_of([*missing, *_EQUAL[kind](name, [one for one in wanted if one is not None])])


def _equal_texts(name: str, texts: Iterable[Any]) -> list[Clause]:
    return [one_of(f'"{name}"', texts)]


def _equal_counts(name: str, counts: Iterable[Any]) -> list[Clause]:
    return [one_of(f'CAST("{name}" AS TEXT)', counts)]


def _equal_flags(name: str, flags: Iterable[Any]) -> list[Clause]:
    return [Clause(f'"{name}" <> 0' if flag else f'"{name}" = 0') for flag in flags]


def _equal_times(name: str, moments: Iterable[Any]) -> list[Clause]:
    return [all_of([_from(name, one), _before(name, one + 1)]) for one in moments]


_EQUAL: Mapping[Kind, Callable[[str, Iterable[Any]], list[Clause]]] = {
    "text": _equal_texts,
    "count": _equal_counts,
    "flag": _equal_flags,
    "time": _equal_times,
}


def _from(name: str, micros: int) -> Clause:
    # A journal holds seconds. A half is rounded to the even microsecond, so it belongs to this one or to the last.
    return Clause(f'"{name}" * 1000000.0 {">" if micros % 2 else ">="} ?', (micros - 0.5,))


def _before(name: str, micros: int) -> Clause:
    return Clause(f'"{name}" * 1000000.0 {"<=" if micros % 2 else "<"} ?', (micros - 0.5,))
