"""Filters by columns that only some formats know: they hold text."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial

from openqq_nb.filtering import Condition, values
from openqq_nb.filtering.conditions import WORDS
from openqq_nb.schema import MESSAGES


def by_others(
    filters: Iterable[str], others: Callable[[], Iterable[str]]
) -> Mapping[str, Callable[[object], Condition]]:
    """Give what makes conditions on columns besides the declared ones.

    Args:
        filters: what is filtered by.
        others: names those columns; called only if something is neither a declared column nor a word.
    """
    asked = set(filters) - {*MESSAGES.names, *WORDS}
    return {name: partial(_equals, name) for name in asked.intersection(others())} if asked else {}


def _equals(name: str, value: object) -> Condition:
    wanted = frozenset(values.wanted(name, "text", item) for item in values.items(value))
    return Condition(
        (name,),
        lambda row: values.cell("text", row.get(name)) in wanted,
        None,
        (name, sorted(wanted, key=repr)),
    )
