"""From lists of values to the columns of messages."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import pyarrow as pa

from openqq_nb.columns import ZONE, plain_text
from openqq_nb.schema import EVENTS, MESSAGES

TEXT = pa.large_string()
TIME = pa.timestamp("us", ZONE)

Place = Literal["group", "discuss", "friend", "session"]

_TYPES: Mapping[str, pa.DataType] = {
    column.name: TEXT if column.kind == "text" else column.arrow_type
    for column in (*EVENTS.columns, *MESSAGES.columns)
}


def table(columns: Mapping[str, Sequence[Any]]) -> pa.Table:
    """Make columns of lists of equal length.

    Args:
        columns: by name; times as whole microseconds since 1970 UTC, flags as `bool`, counts as `int`, all else as
            `str`; `None` where there is nothing. Half a surrogate pair, which no UTF-8 holds, becomes U+FFFD.
    """
    return pa.table({name: _array(values, _TYPES.get(name, TEXT)) for name, values in columns.items()})


def chat_key(place: Place, number_or_name: str) -> str:
    """Identify a chat as journals do: by its permanent number where it is known, else by its name."""
    return f"{place}:{number_or_name}"


def _array(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    try:
        return pa.array(values, kind)
    except UnicodeEncodeError:
        return pa.array([None if value is None else plain_text(value) for value in values], kind)
