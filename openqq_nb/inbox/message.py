"""What a handler is given: one message, its columns as attributes."""

from collections.abc import Mapping
from typing import Any, NoReturn

import pandas as pd

from openqq_nb import records, schema
from openqq_nb.columns import ZONE
from openqq_nb.models import Cell, Row

_TIMES = {column.name: column for column in schema.MESSAGES.columns if column.kind == "time"}
_SHOWN_CHARACTERS = 60


class Message:
    """One received message; its attributes are the columns of `inbox.df`, and the keys a server added.

    `content` is always a str; any other attribute that the message does not have is None. Times are
    timestamps in Asia/Shanghai. Nothing can be set.

    Example:
        >>> message = Message({"type": "message", "sender": "小灰", "content": "在吗"}, {})
        >>> message.content, message.gnumber
        ('在吗', None)
    """

    __slots__ = ("_cells",)

    _cells: Mapping[str, Cell]

    def __init__(self, row: Row, extra: Mapping[str, Cell]) -> None:
        object.__setattr__(self, "_cells", {**extra, **row})

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - as many types as there are columns
        if name.startswith("__"):
            raise AttributeError(name)
        if name in self._cells:
            return _shown(name, self._cells[name])
        if name in schema.MESSAGES.names:
            return _shown(name, None)
        raise AttributeError(
            f"A message has no column {name!r}. Its columns are {', '.join(schema.MESSAGES.names)}. "
            "Choose one of these."
        )

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"A message cannot be changed, so {name!r} was not set. Keep it in a variable.")

    def __reduce__(self) -> tuple[type["Message"], tuple[Row, Row]]:
        return Message, (dict(self._cells), {})

    def __dir__(self) -> list[str]:
        return [*schema.MESSAGES.names, *(name for name in self._cells if name not in schema.MESSAGES.names)]

    def __repr__(self) -> str:
        text = self.content
        shown = text if len(text) <= _SHOWN_CHARACTERS else text[:_SHOWN_CHARACTERS] + "…"
        place = "" if self.type == "message" else f" in {self.chat!r}"
        return f"<Message from {self.sender!r}{place}: {shown!r}>"


def _shown(name: str, cell: Cell) -> Cell | pd.Timestamp:
    if name == "content":
        return "" if cell is None else str(cell)
    return _moment(records.cell(cell, _TIMES[name])) if name in _TIMES else cell


def _moment(seconds: records.Value) -> pd.Timestamp | None:
    """Turn UTC seconds into what the frame shows; what is no time there is none here."""
    if not isinstance(seconds, float):
        return None
    # In microseconds, because nanoseconds end in the year 2262.
    return pd.Timestamp(round(seconds * 1_000_000), unit="us", tz="UTC").tz_convert(ZONE)
