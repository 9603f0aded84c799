"""Journals for the tests of what looks after them: filled by an inbox, or written arrival by arrival."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from openqq_nb.journal import Journal
from openqq_nb.models import Arrival
from tests.inbox.desk import listening
from tests.recordings import posts


def recorded(path: Path, protocol: str, **numbers: str) -> Path:
    """Fill a journal with every recorded post of a dialect, with numbers that a roster knows by id."""
    with listening(protocol, path) as desk:
        desk.account.numbers.update(numbers)
        for post in posts(protocol):
            if post.method == "POST":
                desk.post(post.body)
    return path


def posted(path: Path, protocol: str, bodies: Sequence[bytes | dict[str, Any]]) -> Path:
    with listening(protocol, path) as desk:
        for body in bodies:
            desk.post(body)
    return path


def written(path: Path, *arrivals: Arrival) -> Path:
    with Journal.open(path) as journal:
        journal.append(arrivals)
    return path


def rows(path: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


def changed(path: Path, *statements: str) -> None:
    """Change a journal behind our back."""
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def contents(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """All that the tables hold, without how bodies are compressed."""
    return {
        "arrivals": rows(path, "SELECT seq, fingerprint FROM arrivals ORDER BY seq"),
        "messages": rows(path, "SELECT * FROM messages ORDER BY seq"),
        "events": rows(path, "SELECT * FROM events ORDER BY seq"),
        "aside": rows(path, "SELECT * FROM aside ORDER BY seq"),
    }


def bytes_of(path: Path) -> bytes:
    """Every byte of a journal and of what lies beside it."""
    return b"".join(one.read_bytes() for one in sorted(path.parent.glob(path.name + "*")))
