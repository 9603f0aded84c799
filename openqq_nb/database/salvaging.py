"""Reads what can still be read of a damaged file: around its bad pages, in smaller and smaller steps."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from openqq_nb.database.failures import kind_of
from openqq_nb.database.formats import Connection
from openqq_nb.database.opening import legible

Rows = list[tuple[Any, ...]]

# Python itself, which says no kind, cannot show a text that is no UTF-8.
_NO_TEXT = 0
_DAMAGE = (_NO_TEXT, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_NOTADB)


def answer(connection: Connection, question: str, parameters: Sequence[Any] = ()) -> Rows | None:
    r"""Ask, and give all rows; `None` where damage of the file keeps them from being read.

    Bytes that are no UTF-8 stand in texts as `\xff`.
    """
    try:
        with legible():
            return connection.execute(question, parameters).fetchall()
    except sqlite3.DatabaseError as error:
        if kind_of(error) not in _DAMAGE:
            raise
        if kind_of(error) != _NO_TEXT:
            return None
    with _any_text(connection):
        return answer(connection, question, parameters)


@contextmanager
def _any_text(connection: Connection) -> Iterator[None]:
    connection.text_factory = lambda found: found.decode("utf-8", "backslashreplace")
    try:
        yield
    finally:
        connection.text_factory = str


def walk(connection: Connection, question: str, last: int, rows: int, lost: set[int]) -> Iterator[Rows]:
    """Give all rows that can be read in order of their numbers, some at a time.

    Args:
        connection: an open file.
        question: gives rows that begin with their number, which must not be missing; its parameters are the first
            number, the last one, and how many rows to give at most.
        last: the highest number.
        rows: how many to give at a time.
        lost: the numbers are added here at which a row cannot be read, if there is one.
    """
    begin, step = 1, last
    while begin <= last:
        end = min(begin + step - 1, last)
        found = answer(connection, question, (begin, end, rows))
        if found is None and step > 1:
            step //= 2
            continue
        if found is None:
            lost.add(begin)
        else:
            step = min(2 * step, last)
        if found:
            yield found
        begin = found[-1][0] + 1 if found and len(found) == rows else end + 1


def last_number(connection: Connection, tables: Sequence[str]) -> int | None:
    """Give the highest number that a row of some tables has or has had; `None` where damage hides all of it."""
    names = ", ".join(f"'{name}'" for name in tables)
    questions = [f"SELECT max(seq) FROM {name}" for name in tables]  # noqa: S608 - names of our own
    questions.append(f"SELECT max(seq) FROM sqlite_sequence WHERE name IN ({names})")  # noqa: S608 - names of our own
    found = [answer(connection, question) for question in questions]
    highest = max(int(rows[0][0] or 0) if rows else 0 for rows in found)
    return None if not highest and None in found else highest
