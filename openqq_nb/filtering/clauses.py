"""Conditions in SQL, so that a journal is asked only for the rows that are wanted."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

Parameter = str | int | float


@dataclass(frozen=True, slots=True)
class Clause:
    """An SQL expression over the columns of a table of a journal.

    Attributes:
        text: the expression; where it is NULL a row does not pass.
        parameters: what stands for each `?` in it.
    """

    text: str
    parameters: tuple[Parameter, ...] = ()


ALWAYS = Clause("1")
NEVER = Clause("0")


def all_of(clauses: Iterable[Clause]) -> Clause:
    """Join clauses that must all hold; none hold always."""
    return _joined(" AND ", list(clauses)) or ALWAYS


def any_of(clauses: Iterable[Clause]) -> Clause:
    """Join clauses of which one must hold; of none, none does."""
    return _joined(" OR ", list(clauses)) or NEVER


def one_of(expression: str, texts: Iterable[str]) -> Clause:
    """Say that an expression is one of some texts, however many they are."""
    known = [text for text in texts if is_storable(text)]
    # Some versions of SQLite end a text in JSON at a NUL.
    single = [text for text in known if "\0" in text]
    many = [text for text in known if "\0" not in text]
    clauses = [Clause(f"{expression} = ?", (text,)) for text in single]
    if many:
        values = json.dumps(many, ensure_ascii=False)
        clauses.append(Clause(f"{expression} IN (SELECT value FROM json_each(?))", (values,)))  # noqa: S608 - our own names
    return any_of(clauses)


def is_storable(text: str) -> bool:
    """Tell whether a journal can hold a text; half a surrogate pair is in none."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


def _joined(word: str, clauses: list[Clause]) -> Clause | None:
    if len(clauses) < 2:  # noqa: PLR2004 - nothing to join
        return clauses[0] if clauses else None
    text = word.join(f"({clause.text})" for clause in clauses)
    return Clause(text, tuple(one for clause in clauses for one in clause.parameters))
