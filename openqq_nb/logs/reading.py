"""Reads journals together: those rows that pass a filter, without doubles and in order."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from openqq_nb.columns import Schema
from openqq_nb.filtering import Clause, Condition
from openqq_nb.logs.ordering import in_order
from openqq_nb.scanning import TEXT, Piece, Query, pieces

_ALL = Clause("1")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is read.

    Attributes:
        schema: `MESSAGES` or `EVENTS`.
        columns: which columns, in order, unknown keys among them; `None` means all, then unknown keys.
        clause: what the journals are asked for.
        rest: conditions that SQL cannot test.
    """

    schema: Schema
    columns: tuple[str, ...] | None = None
    clause: Clause = _ALL
    rest: tuple[Condition, ...] = ()

    @property
    def looked_at(self) -> tuple[str, ...]:
        """What `rest` looks at."""
        return tuple(dict.fromkeys(column for one in self.rest for column in one.columns))

    @property
    def is_everything(self) -> bool:
        """Whether every row passes."""
        return self.clause == _ALL and not self.rest

    def query(self, *, identified: bool) -> Query:
        """Give what to ask each journal for."""
        known = self.schema.names
        columns = (
            known if self.columns is None else {*self.columns, *self.looked_at, "msg_time", "received_at"}
        )
        return Query(
            self.schema,
            tuple(name for name in known if name in columns),
            self.clause.text,
            self.clause.parameters,
            extra=self.columns is None or not set(self.columns) <= set(known),
            identified=identified,
        )

    def shown(self, rows: pa.Table) -> pa.Table:
        """Leave away what was read for our own use."""
        wanted = rows.column_names if self.columns is None else self.columns
        # A table without columns would have no rows either.
        return rows.select([name for name in rows.column_names if name in wanted] or rows.column_names[:1])

    def arranged(self, rows: pa.Table) -> pa.Table:
        """Put the columns in the order that was asked for."""
        if self.columns is None:
            return rows
        for name in self.columns:
            if name not in rows.column_names:
                rows = rows.append_column(name, pa.nulls(rows.num_rows, TEXT))
        return rows.select(list(self.columns))


def read(paths: Sequence[Path], wanted: Wanted) -> pa.Table:
    """Read what passes, messages in order of time, then all in order of arrival.

    Args:
        paths: journals; of rows with one fingerprint that of the first of them counts.
        wanted: what to read.

    Returns:
        One row an arrival.
    """
    found = list(_without_doubles(paths, wanted))
    keys = _keys(found, wanted.schema, several=len(paths) > 1)
    found[:] = [wanted.shown(rows) for rows in found]
    return wanted.arranged(in_order(found, keys))


def unknown_keys(paths: Sequence[Path], schema: Schema) -> list[str]:
    """Give the names of all columns that the schema does not declare."""
    query = Query(schema, (), "extra IS NOT NULL", extra=True)
    names: dict[str, None] = {}
    for path in paths:
        with closing(pieces(path, query)) as found:
            names.update(dict.fromkeys(name for piece in found for name in piece.rows.column_names))
    return list(names)


def _keys(found: Sequence[pa.Table], schema: Schema, *, several: bool) -> list[pa.ChunkedArray]:
    """Give what to sort by; within one journal the rows stand in order of arrival, between several the clock tells."""
    arrived = _column(found, "received_at")
    written = [pc.coalesce(_column(found, "msg_time"), arrived)] if "msg_time" in schema.names else []
    return [*written, arrived] if several else written


def _column(found: Sequence[pa.Table], name: str) -> pa.ChunkedArray:
    return pa.chunked_array(
        [chunk for rows in found for chunk in rows.column(name).chunks], found[0].field(name).type
    )


def _without_doubles(paths: Sequence[Path], wanted: Wanted) -> Iterator[pa.Table]:
    """Put the rows of all journals one behind the other."""
    known: list[pa.Array] = []
    for number, path in enumerate(paths):
        is_asked_twice = number < len(paths) - 1 and not wanted.is_everything
        # Before the rows: what comes later than these would be known after them, and be in no row.
        whole = _fingerprints(path, wanted.schema) if is_asked_twice else []
        with closing(pieces(path, wanted.query(identified=len(paths) > 1))) as found:
            passing = [_passing(piece, wanted) for piece in found]
        yield from _news(passing, known) if known else (piece.rows for piece in passing)
        known += [*whole, *(chunk for piece in passing for chunk in _identities(piece))]


def _passing(piece: Piece, wanted: Wanted) -> Piece:
    if not wanted.rest:
        return piece
    rows = piece.rows.select(list(wanted.looked_at)).to_pylist()
    passing = pa.array([all(one.test(row) for one in wanted.rest) for row in rows], pa.bool_())
    return Piece(piece.rows.filter(passing), piece.fingerprints and piece.fingerprints.filter(passing))


def _news(found: Sequence[Piece], known: Sequence[pa.Array]) -> Iterator[pa.Table]:
    identities = pa.chunked_array([chunk for piece in found for chunk in _identities(piece)], TEXT)
    fresh = pc.invert(pc.is_in(identities, pa.chunked_array(known).combine_chunks()))
    begin = 0
    for piece in found:
        yield piece.rows.filter(fresh.slice(begin, piece.rows.num_rows))
        begin += piece.rows.num_rows


def _identities(piece: Piece) -> Sequence[pa.Array]:
    return () if piece.fingerprints is None else piece.fingerprints.chunks


def _fingerprints(path: Path, schema: Schema) -> list[pa.Array]:
    """Read the identities of all rows: what does not pass in this journal must not be taken from the next one."""
    with closing(pieces(path, Query(schema, (), identified=True))) as found:
        return [chunk for piece in found for chunk in _identities(piece)]
