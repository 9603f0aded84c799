"""Rows and problems that a reader finds, until there are enough of them for a part."""

from collections.abc import Mapping, Sequence
from typing import Any

from openqq_nb.readers.base import Part, Problem
from openqq_nb.readers.tables import table

ROWS_AT_ONCE = 20_000
"""How many rows a part has, about."""

EMPTY = "It is empty"

_ALWAYS = ("msg_time", "type", "chat", "chat_key", "content", "kind")
_EVENTS = ("received_at", "event")
_SHOWN_CHARACTERS = 300


class Gathered:
    """What was found since the last part was given."""

    def __init__(self) -> None:
        self.messages: list[Mapping[str, Any]] = []
        self.events: list[Mapping[str, Any]] = []
        self.problems: list[Problem] = []

    def __len__(self) -> int:
        return len(self.messages) + len(self.events) + len(self.problems)

    @property
    def is_enough(self) -> bool:
        """Whether it is time for a part."""
        return len(self) >= ROWS_AT_ONCE

    def tell(self, line: int | None, why: str, body: bytes | str = b"") -> None:
        """Note a problem; of a long piece the beginning is shown."""
        self.problems.append(Problem(line, why, shown(body)))

    def part(self, bytes_read: int) -> Part:
        """Make a part of all there is, and begin anew."""
        part = Part(
            messages=table(_columns(self.messages, _ALWAYS)),
            bytes_read=bytes_read,
            problems=self.problems,
            events=table(_columns(self.events, _EVENTS)) if self.events else None,
        )
        self.messages, self.events, self.problems = [], [], []
        return part


def shown(body: bytes | str) -> str:
    """Show the beginning of a piece; bytes that are no UTF-8 are written out."""
    if isinstance(body, bytes):
        body = body[: 4 * _SHOWN_CHARACTERS].decode("utf-8", "backslashreplace")
    return body if len(body) <= _SHOWN_CHARACTERS else body[:_SHOWN_CHARACTERS] + " …"


def _columns(rows: Sequence[Mapping[str, Any]], always: Sequence[str]) -> dict[str, list[Any]]:
    names = dict.fromkeys([*always, *(name for row in rows for name in row)])
    return {name: [row.get(name) for row in rows] for name in names}
