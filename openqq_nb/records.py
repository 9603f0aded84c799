"""The way between rows and the tables of a journal: cells as SQLite has them, columns as Arrow has them."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, Literal

import pyarrow as pa
import pyarrow.compute as pc

from openqq_nb import bodies
from openqq_nb.columns import SECONDS, WHOLE, Column, Kind, Schema, plain_text
from openqq_nb.database import Connection
from openqq_nb.errors import JournalFailed
from openqq_nb.models import Arrival, Cell, Row
from openqq_nb.schema import EVENTS, MESSAGES

ROWS_AT_ONCE = 32_768

ArrivalKind = Literal["message", "event"]

ARRIVALS: Mapping[ArrivalKind, Schema] = {"message": MESSAGES, "event": EVENTS}
"""The table of each kind of arrival, which is called like its schema."""


def kind_of(arrival: Arrival) -> ArrivalKind:
    """Tell in which table an arrival is kept; what tells a state is kept in none, and must not come here."""
    return "message" if arrival.kind == "message" else "event"


Value = str | int | float | None
"""One value as a table of the journal holds it."""

# What is no time or number in a frame is none here.
_SECONDS = re.compile(SECONDS)
_WHOLE = re.compile(WHOLE)
_NO_TIME = 1e11
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


@dataclass(frozen=True, slots=True)
class Entry:
    """A row as a table of a journal has it, and as a live frame takes it.

    Attributes:
        cells: the values of the declared columns, in their order.
        extra: what has no column.
    """

    cells: Sequence[Value]
    extra: Mapping[str, Cell]


def entry(schema: Schema, row: Row, extra: Mapping[str, Cell] = MappingProxyType({})) -> Entry:
    """Write a row as the tables have it.

    Args:
        schema: the declared columns.
        row: by column; what cannot be a time, a number or a flag becomes missing; undeclared keys are kept.
        extra: more keys that have no column.
    """
    layout = _layout(schema)
    get = row.get
    cells: list[Value] = [None] * len(schema.columns)
    for name, place in layout.texts:
        value = get(name)
        if value is not None:
            cells[place] = value if type(value) is str else plain_text(value)
    if not _is_unicode(cells):
        cells = [plain_text(cell) if cell is not None else None for cell in cells]
    for name, place, written in layout.others:
        value = get(name)
        if value is not None:
            cells[place] = written(value)
    if layout.names.issuperset(row):
        return Entry(cells, extra)
    return Entry(cells, {**{name: row[name] for name in row if name not in layout.names}, **extra})


def _is_unicode(texts: Sequence[Value]) -> bool:
    """Tell whether texts can be stored as they are; one with half a surrogate pair cannot."""
    try:
        "".join(filter(None, texts)).encode()  # type: ignore[arg-type]  # only texts are there yet
    except UnicodeEncodeError:
        return False
    return True


def extra_json(found: Entry) -> str | None:
    """Write what has no column as JSON; `None` if there is nothing."""
    return json.dumps(dict(found.extra)) if found.extra else None


def aside(connection: Connection) -> list[Aside]:
    """Read the posts that could not be understood, oldest first."""
    rows = connection.execute("SELECT received_at, why, body FROM aside ORDER BY seq")
    return [Aside(received_at, why, bodies.unpacked(body, None)) for received_at, why, body in rows]


def cell(value: Cell, column: Column) -> Value:
    """Turn one value into what the table keeps; what cannot be a time, a number or a flag is missing."""
    return None if value is None else _CELLS[column.kind](value)


def _time(value: Cell) -> float | None:
    if type(value) is float and 0.0 < value < _NO_TIME:
        return round(value, 6) or None
    text = plain_text(value)
    return (float(text) or None) if _SECONDS.fullmatch(text) else None


def _count(value: Cell) -> int | None:
    text = plain_text(value)
    return int(text) if _WHOLE.fullmatch(text) else None


def _flag(value: Cell) -> int | None:
    return int(value) if value is True or value is False else _FLAGS.get(plain_text(value))


_CELLS: Mapping[Kind, Callable[[Cell], Value]] = {
    "text": plain_text,
    "time": _time,
    "count": _count,
    "flag": _flag,
}


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where the cells of a schema stand, and how those that are no texts are written."""

    names: frozenset[str]
    texts: Sequence[tuple[str, int]]
    others: Sequence[tuple[str, int, Callable[[Cell], Value]]]


@cache
def _layout(schema: Schema) -> _Layout:
    placed = list(enumerate(schema.columns))
    return _Layout(
        frozenset(schema.names),
        [(column.name, place) for place, column in placed if column.kind == "text"],
        [(column.name, place, _CELLS[column.kind]) for place, column in placed if column.kind != "text"],
    )


def read(connection: Connection, schema: Schema, upto: int) -> pa.Table:
    """Read the table that is called like the schema.

    Args:
        connection: an open journal.
        schema: `MESSAGES` or `EVENTS`.
        upto: the last `seq` to read.

    Returns:
        One row an arrival in order of `seq`.

    Raises:
        JournalFailed: a cell holds what this package never wrote.
    """
    names = ", ".join(f'"{column.name}"' for column in schema.columns)
    table = schema.name.lower()
    cursor = connection.execute(
        f"SELECT seq, {names}, extra FROM {table} WHERE seq <= ? ORDER BY seq",  # noqa: S608 -- names of our own
        (upto,),
    )
    parts = [_empty(schema)]
    while rows := cursor.fetchmany(ROWS_AT_ONCE):
        numbers, *columns = zip(*rows, strict=True)
        parts.append(_part(schema, columns, numbers))
    return pa.concat_tables(parts, promote_options="default")


def rows(schema: Schema, found: Iterable[Sequence[Any]]) -> Iterator[tuple[dict[str, Cell], dict[str, Cell]]]:
    """Turn rows of a table into the columns that are known and the keys that have none.

    Args:
        schema: `MESSAGES` or `EVENTS`.
        found: the declared columns in their order, then `extra`.
    """
    flags = [column.name for column in schema.columns if column.kind == "flag"]
    for *values, extra in found:
        row = {name: value for name, value in zip(schema.names, values, strict=True) if value is not None}
        yield (
            row | {name: bool(row[name]) for name in flags if name in row},
            json.loads(extra) if extra else {},
        )


def _empty(schema: Schema) -> pa.Table:
    return pa.table({column.name: pa.array([], column.arrow_type) for column in schema.columns})


def _part(schema: Schema, columns: Sequence[Sequence[Any]], numbers: Sequence[int]) -> pa.Table:
    *declared, extras = columns
    try:
        arrays = {c.name: array(values, c) for c, values in zip(schema.columns, declared, strict=True)}
    except (pa.ArrowException, OverflowError) as error:
        raise JournalFailed(
            f"The journal's table {schema.name.lower()} cannot be read as it stands.\n"
            f"Found in rows {numbers[0]} to {numbers[-1]}: {error}.\n"
            "Another program has changed it; open a copy from before that."
        ) from error
    return pa.table(arrays | _extra_arrays(extras, frozenset(arrays)))


def array(values: Sequence[Any], column: Column) -> pa.Array:
    """Turn cells of a column into an Arrow array of its type."""
    array = pa.array(values).cast(_READ_AS[column.kind])
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
