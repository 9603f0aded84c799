"""From what a user writes to a filter that tests rows and narrows what is read."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from openqq_nb.errors import InvalidInput
from openqq_nb.filtering import values
from openqq_nb.filtering.clauses import ALWAYS, Clause, all_of
from openqq_nb.filtering.conditions import WORDS, Condition, Test, equals
from openqq_nb.models import Row

Special = Mapping[str, Callable[[object], Condition]]
"""How `group` and `sender` become conditions, which needs to know who is there."""

_TOLD_CHARACTERS = 40


@dataclass(frozen=True, slots=True)
class Filter:
    """A compiled filter.

    Attributes:
        text: how it was written.
        tests: what must all be true of a row.
        columns: what the tests look at; none means any column.
        key: equal for filters that keep the same rows.
        clause: what of all this a journal can be asked for.
        rest: the conditions that `clause` leaves out.
        bounds: `since` and `until` in whole microseconds since 1970 UTC, so that files can be passed over.
    """

    text: str
    tests: tuple[Test, ...] = ()
    columns: tuple[str, ...] = ()
    key: str = ""
    clause: Clause = ALWAYS
    rest: tuple[Condition, ...] = ()
    bounds: tuple[int | None, int | None] = (None, None)

    def keeps(self, row: Row) -> bool:
        """Tell whether the row passes."""
        return all(test(row) for test in self.tests)


def compiled(filters: Mapping[str, object], special: Special) -> Filter:
    """Compile filters for messages.

    Args:
        filters: `contains` and `matches` (a text or pattern, or a list of them, any of which is in the
            content), `since` (that moment or later) and `until` (before it) for the time of the message,
            `group` and `sender` (names, numbers or rows), and any column of messages with a value or a list.
        special: makes conditions of `group` and `sender`.

    Raises:
        InvalidInput: a column that does not exist, a value that it cannot have, or an empty list or text.
        NotFound, Ambiguous: `group` or `sender` does not name exactly one.
    """
    conditions = [_condition(name, value, special) for name, value in filters.items()]
    return Filter(
        ", ".join(f"{name}={_told(value)}" for name, value in filters.items()),
        tuple(one.test for one in conditions),
        tuple(dict.fromkeys(column for one in conditions for column in one.columns)),
        repr([one.written for one in conditions]),
        all_of(one.clause for one in conditions if one.clause is not None),
        tuple(one for one in conditions if one.clause is None),
        (_bound("since", filters), _bound("until", filters)),
    )


def _bound(word: str, filters: Mapping[str, object]) -> int | None:
    return values.micros_of(word, filters[word]) if word in filters else None


def _condition(name: str, value: object, special: Special) -> Condition:
    if values.is_empty(value):
        raise InvalidInput(
            f"{name}={_told(value)} is an empty list, so that no message would ever pass. Name at least one, or "
            f"leave {name}= away."
        )
    if name in special:
        return special[name](value)
    return WORDS[name](value) if name in WORDS else equals(name, value)


def _told(value: object) -> str:
    text = repr(value.pattern) if isinstance(value, re.Pattern) else repr(value)
    return text if len(text) <= _TOLD_CHARACTERS else text[:_TOLD_CHARACTERS] + "…"
