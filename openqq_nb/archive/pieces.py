"""Pieces of a log in the columns of an archive, and which months their messages are of."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from openqq_nb.columns import ZONE, Schema
from openqq_nb.errors import InvalidInput, listed, one_line
from openqq_nb.schema import MESSAGES

TEXT = pa.large_string()
PLACE = "place"
UNKNOWN = "unknown"
"""The month of messages without a time."""

_MONTHS_A_YEAR = 12
_YEARS = (1000, 9999)
_LATEST = 2**63 - 1


def declared(schema: Schema) -> dict[str, pa.DataType]:
    """Give the types of declared columns; text is `large_string`, which tables of any length can hold."""
    return {column.name: TEXT if column.kind == "text" else column.arrow_type for column in schema.columns}


_DECLARED = declared(MESSAGES)


@dataclass(slots=True)
class Columns:
    """The columns seen so far: those of `MESSAGES`, then others as they came, then the place.

    Attributes:
        unknown: what the others are called, by what they were called where they came from.
    """

    unknown: dict[str, str] = field(default_factory=dict)
    _taken: set[str] = field(default_factory=lambda: {*_DECLARED, PLACE})

    @property
    def schema(self) -> pa.Schema:
        """The columns as all files have them in the end."""
        return pa.schema({**_DECLARED, **dict.fromkeys(self.unknown.values(), TEXT), PLACE: pa.int64()})

    def conform(self, part: pa.Table, first_place: int) -> pa.Table:
        """Bring a piece into the columns of an archive.

        Args:
            part: columns by name; unknown ones become text, a column `place` gives way to ours.
            first_place: how many messages came before.

        Raises:
            InvalidInput: a column cannot be what it is declared to be, or two are of one name.
        """
        if len(set(part.column_names)) < part.num_columns:
            raise InvalidInput(
                f"Two columns of one name cannot be told apart.\nFound:{listed(part.column_names)}\nRename one of them."
            )
        made = {name: cast(part, name, kind) for name, kind in _DECLARED.items() if name in part.column_names}
        made |= {
            self._called(name): cast(part, name, TEXT)
            for name in part.column_names
            if name not in made and name != PLACE
        }
        made[PLACE] = pa.array(np.arange(first_place, first_place + part.num_rows))
        return pa.table(made)

    def complete(self, rows: pa.Table) -> pa.Table:
        """Give rows all columns seen so far, in order."""
        schema = self.schema
        there = {name: rows.column(name) for name in rows.column_names}
        return pa.table(
            [there.get(one.name, pa.nulls(rows.num_rows, one.type)) for one in schema], schema=schema
        )

    def _called(self, name: str) -> str:
        """Call an unknown column so that engines which take `A` for `a` tell it from the others."""
        if name not in self.unknown:
            plain = one_line(name) or "column"
            called, number = plain, 1
            while called.casefold() in self._taken:
                number += 1
                called = f"{plain}_{number}"
            self._taken.add(called.casefold())
            self.unknown[name] = called
        return self.unknown[name]


def by_month(rows: pa.Table) -> Iterator[tuple[str, pa.Table]]:
    """Divide rows by the month in which they were written, in China.

    Yields:
        A month such as `2026-11`, or `unknown`, with its rows in their order.
    """
    if rows.num_rows == 0:
        return
    numbers = _months(rows)
    found, counts = np.unique(numbers, return_counts=True)
    if len(found) == 1:
        yield _label(int(found[0])), rows
        return
    order = np.argsort(numbers, kind="stable")
    for number, indices in zip(found, np.split(order, np.cumsum(counts)[:-1]), strict=True):
        yield _label(int(number)), rows.take(indices)


def in_time(rows: pa.Table) -> pa.Table:
    """Put rows in order of time, those of one moment as they stood and those without a time at the end."""
    times = pc.fill_null(rows.column("msg_time").cast(pa.int64()), _LATEST).to_numpy()
    if (times[:-1] <= times[1:]).all():
        return rows
    order = pa.array(np.argsort(times, kind="stable"))
    # To take nothing but missing cells takes long.
    taken = [one if one.null_count == len(one) else one.combine_chunks().take(order) for one in rows.columns]
    return pa.table(taken, schema=rows.schema)


def _months(rows: pa.Table) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Number the months from year 0; what is without a time, or in no year of four digits, is -1."""
    if "msg_time" not in rows.column_names:
        return np.full(rows.num_rows, -1)
    times = rows.column("msg_time")
    years = pc.year(times)
    number = pc.add(pc.multiply(years, _MONTHS_A_YEAR), pc.subtract(pc.month(times), 1))
    known = pc.and_(pc.greater_equal(years, _YEARS[0]), pc.less_equal(years, _YEARS[1]))
    numbers: np.ndarray[tuple[int], np.dtype[np.int64]] = pc.fill_null(
        pc.if_else(known, number, -1), -1
    ).to_numpy()
    return numbers


def _label(number: int) -> str:
    year, month = divmod(number, _MONTHS_A_YEAR)
    return UNKNOWN if number < 0 else f"{year:04d}-{month + 1:02d}"


def completed(rows: pa.Table, schema: Schema, others: pa.DataType | None = None) -> pa.Table:
    """Bring all declared columns to the front, in their order and types; others stand behind them.

    Args:
        rows: of any program.
        schema: what is declared.
        others: what the others become; `None` leaves them what they are.

    Raises:
        InvalidInput: a column cannot be what it is declared to be.
    """
    types = declared(schema)
    types |= {one.name: others or one.type for one in rows.schema if one.name not in types}
    there = rows.column_names
    return pa.table(
        {
            name: cast(rows, name, kind) if name in there else pa.nulls(rows.num_rows, kind)
            for name, kind in types.items()
        }
    )


def cast(part: pa.Table, name: str, kind: pa.DataType) -> pa.ChunkedArray:
    """Bring a column to a type; numbers become text as they are written by people.

    Raises:
        InvalidInput: it cannot be that, or it is declared as text and holds fractions.
    """
    values = part.column(name)
    if values.type == kind:
        return values
    if kind == TEXT and name in _DECLARED and _is_of_fractions(values.type):
        _check_missing(values, name)
    try:
        if pa.types.is_timestamp(kind):
            return _times(values)
        return (_whole(values) if pa.types.is_floating(values.type) else values).cast(kind)
    except (pa.ArrowException, ValueError) as error:
        raise InvalidInput(
            f"The column {name!r} cannot be {kind}, which it is in messages.\n"
            f"Found {values.type}: {one_line(str(error))}.\n"
            "Convert it first, or leave it out: table.drop_columns(...)."
        ) from error


def _is_of_fractions(kind: pa.DataType) -> bool:
    return bool(pa.types.is_floating(kind) or (pa.types.is_decimal(kind) and kind.scale != 0))


def _check_missing(values: pa.ChunkedArray, name: str) -> None:
    """Refuse fractions where text is declared; of a column without any value many programs make one of fractions."""
    if values.null_count < len(values):
        raise InvalidInput(
            f"The column {name!r} of the messages must be text.\nIt is {values.type}, which damages long numbers.\n"
            "Write it as text from the start; whole numbers of up to 15 digits, of which nothing is lost yet: read "
            f'the file with pandas, and give the questions `frame.astype({{"{name}": "Int64"}})`.'
        )


def _whole(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Make whole numbers of floats that are: a missing one among them makes floats of numbers in many programs."""
    try:
        return values.cast(pa.int64())
    except pa.ArrowInvalid:
        return values


def _times(values: pa.ChunkedArray) -> pa.ChunkedArray:
    if not pa.types.is_null(values.type) and getattr(values.type, "tz", None) is None:
        raise pa.ArrowInvalid("times need a zone")
    # Finer than microseconds is cut off.
    return values.cast(pa.timestamp("us", ZONE), safe=False)
