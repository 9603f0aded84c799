"""The way between rows and the tables of a journal: cells as SQLite has them, columns as Arrow has them."""

import json
import re
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from openqq_nb.columns import SECONDS, WHOLE, Column, Kind, Schema, plain_text
from openqq_nb.database import Connection
from openqq_nb.errors import JournalFailed
from openqq_nb.models import Cell, Row

ROWS_AT_ONCE = 32_768

Value = str | int | float | None
"""One value as a table of the journal holds it."""

# What is no time or number in a frame is none here.
_SECONDS = re.compile(SECONDS)
_WHOLE = re.compile(WHOLE)
_FLAGS: Mapping[str, int] = {"1": 1, "true": 1, "True": 1, "0": 0, "false": 0, "False": 0}
_READ_AS: Mapping[Kind, pa.DataType] = {
    "text": pa.string(),
    "time": pa.float64(),
    "count": pa.int64(),
    "flag": pa.int64(),
}


@dataclass(frozen=True, slots=True)
class Aside:
    """A post that could not be read, kept for inspection.

    Attributes:
        received_at: when it came, in UTC seconds.
        why: what was wrong with it.
        body: the bytes as they came.
    """

    received_at: float
    why: str
    body: bytes


def packed(body: bytes) -> bytes:
    """Compress what came; a body is a few hundred bytes, more effort than the least saves hardly anything."""
    return zlib.compress(body, 1)


def unpacked(blob: bytes) -> bytes:
    """Give back what came.

    Raises:
        JournalFailed: the bytes are damaged.
    """
    try:
        return zlib.decompress(blob)
    except zlib.error as error:
        raise JournalFailed(
            f"A body in the journal is damaged.\nFound: {error}.\nThe columns of the message can still be read."
        ) from error


def aside(connection: Connection) -> list[Aside]:
    """Read the posts that could not be understood, oldest first."""
    rows = connection.execute("SELECT received_at, why, body FROM aside ORDER BY seq")
    return [Aside(received_at, why, unpacked(body)) for received_at, why, body in rows]


def fingerprints(connection: Connection, schema: Schema) -> list[str]:
    """Read the identity of each row of `read`, in the same order."""
    table = schema.name.lower()
    rows = connection.execute(
        f"SELECT fingerprint FROM {table} JOIN arrivals USING (seq) ORDER BY seq"  # noqa: S608 -- a name of our own
    )
    return [fingerprint for (fingerprint,) in rows]


def cells(schema: Schema, row: Row) -> list[Value]:
    """Turn a row into the values of its declared columns, in their order."""
    return [cell(row.get(column.name), column) for column in schema.columns]


def cell(value: Cell, column: Column) -> Value:
    """Turn one value into what the table keeps; what cannot be a time, a number or a flag is missing."""
    if value is None:
        return None
    text = plain_text(value)
    if column.kind == "text":
        return text
    if column.kind == "time":
        return (float(text) or None) if _SECONDS.fullmatch(text) else None
    if column.kind == "count":
        return int(text) if _WHOLE.fullmatch(text) else None
    return _FLAGS.get(text)


def extra_json(schema: Schema, row: Row, extra: Mapping[str, Cell]) -> str | None:
    """Write down what has no column, as JSON; `None` if there is nothing."""
    undeclared = {key: value for key, value in row.items() if key not in schema.names}
    return json.dumps({**undeclared, **extra}) if undeclared or extra else None


def read(connection: Connection, schema: Schema) -> pa.Table:
    """Read the table that is called like the schema.

    Args:
        connection: an open journal.
        schema: `MESSAGES` or `EVENTS`.

    Returns:
        One row an arrival in order of `seq`.

    Raises:
        JournalFailed: a cell holds what this package never wrote.
    """
    names = ", ".join(f'"{column.name}"' for column in schema.columns)
    table = schema.name.lower()
    cursor = connection.execute(
        f"SELECT seq, {names}, extra FROM {table} ORDER BY seq"  # noqa: S608 -- names of our own
    )
    parts = [_empty(schema)]
    while rows := cursor.fetchmany(ROWS_AT_ONCE):
        numbers, *columns = zip(*rows, strict=True)
        parts.append(_part(schema, columns, numbers))
    return pa.concat_tables(parts, promote_options="default")


def _empty(schema: Schema) -> pa.Table:
    return pa.table({column.name: pa.array([], column.arrow_type) for column in schema.columns})


def _part(schema: Schema, columns: Sequence[Sequence[Any]], numbers: Sequence[int]) -> pa.Table:
    *declared, extras = columns
    try:
        arrays = {c.name: _array(values, c) for c, values in zip(schema.columns, declared, strict=True)}
    except (pa.ArrowException, OverflowError) as error:
        raise JournalFailed(
            f"The journal's table {schema.name.lower()} cannot be read as it stands.\n"
            f"Found in rows {numbers[0]} to {numbers[-1]}: {error}.\n"
            "Another program has changed it; open a copy from before that."
        ) from error
    return pa.table(arrays | _extra_arrays(extras, frozenset(arrays)))


def _array(values: Sequence[Any], column: Column) -> pa.Array:
    array = pa.array(values, _READ_AS[column.kind])
    if column.kind == "time":
        return instants(array)
    return array.cast(column.arrow_type)


def instants(seconds: pa.Array) -> pa.Array:
    """Turn UTC seconds into aware times."""
    micros = pc.round(pc.multiply(seconds, 1_000_000.0)).cast(pa.int64())
    return micros.cast(pa.timestamp("us", "Asia/Shanghai"))


def _extra_arrays(extras: Sequence[str | None], taken: frozenset[str]) -> dict[str, pa.Array]:
    if not any(extras):
        return {}
    read = [json.loads(extra) if extra else {} for extra in extras]
    keys = dict.fromkeys(key for row in read for key in row if key not in taken)
    return {plain_text(key): _texts(row.get(key) for row in read) for key in keys}


def _texts(values: Iterable[Any]) -> pa.Array:
    return pa.array([None if value is None else plain_text(value) for value in values], pa.string())
