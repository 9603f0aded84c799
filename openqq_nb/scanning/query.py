"""What is asked of a journal, and the SQL that asks for it."""

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa

from openqq_nb.columns import Kind, Schema

Parameter = str | int | float

_STORED: Mapping[Kind, tuple[pa.DataType, str]] = {
    "text": (pa.string(), "''"),
    "time": (pa.float64(), "0.0"),
    "count": (pa.int64(), "0"),
    "flag": (pa.int64(), "0"),
}
"""The type of a column as the table holds it, and a value of that type in SQL."""


@dataclass(frozen=True, slots=True)
class Query:
    """What is read of the table that is called like a schema.

    Attributes:
        schema: `MESSAGES` or `EVENTS`.
        columns: which of its columns.
        where: an SQL expression over columns of the table; the rows for which it is true are read.
        parameters: what stands for each `?` in it.
        extra: whether keys that have no column are read too.
        identified: whether the fingerprints are read too.
    """

    schema: Schema
    columns: tuple[str, ...]
    where: str = "1"
    parameters: tuple[Parameter, ...] = ()
    extra: bool = False
    identified: bool = False

    @property
    def table(self) -> str:
        """The name of the table."""
        return self.schema.name.lower()

    @property
    def beside(self) -> list[str]:
        """What is read besides the columns."""
        return ["extra"] * self.extra + ["fingerprint"] * self.identified

    def stored(self) -> pa.Schema:
        """Give the columns of `select` with the types in which they are stored."""
        fields = [(name, _STORED[self.schema.column(name).kind][0]) for name in self.columns]
        return pa.schema([("seq", pa.int64()), *fields, *((name, pa.string()) for name in self.beside)])

    def select(self) -> str:
        """Write the statement, without an order."""
        names = ", ".join(["seq", *(f'"{name}"' for name in (*self.columns, *self.beside))])
        join = " JOIN arrivals USING (seq)" if self.identified else ""
        return f"SELECT {names} FROM {self.table}{join} WHERE ({self.where})"  # noqa: S608 - our own names

    def in_front(self) -> str:
        """Write a statement that gives one row of the stored types, the first one in order of `seq`."""
        values = [f'{_STORED[self.schema.column(name).kind][1]} AS "{name}"' for name in self.columns]
        return "SELECT " + ", ".join(["NULL AS seq", *values, *(f"'' AS {name}" for name in self.beside)])
