"""From a query to pieces of typed columns."""

import json
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import adbc_driver_manager as adbc
import pyarrow as pa

from openqq_nb import locks, records
from openqq_nb.columns import Kind, plain_text
from openqq_nb.database import open_readonly
from openqq_nb.errors import JournalFailed
from openqq_nb.scanning import driver
from openqq_nb.scanning.query import Query

TEXT = pa.large_string()
"""As pandas keeps its text, so that nothing is copied on the way to a frame."""

# Whoever reads waits in a cell, which can be stopped; and a scan of others ends.
PATIENCE_S = 60.0
"""How long to wait for others in this process that read the same file."""

_FAILURES = (adbc.Error, pa.ArrowException, OSError, OverflowError)


@dataclass(frozen=True, slots=True)
class Piece:
    """Some rows in order of arrival.

    Attributes:
        rows: the columns that were asked for, with their declared types, then unknown keys as text; text is
            `large_string`.
        fingerprints: the identity of each row, if it was asked for.
    """

    rows: pa.Table
    fingerprints: pa.ChunkedArray | None


def pieces(path: Path, query: Query) -> Generator[Piece]:
    """Read what is asked for, in order of arrival and as it stands at one moment.

    Where this process has the file open already the driver must not touch it, and Python's `sqlite3` reads the same,
    more slowly. As long as the iterator lives, nobody in this process can open the file: close it, also after an
    error, whose traceback would keep it alive (`contextlib.closing`).

    Args:
        path: a journal.
        query: what to read.

    Yields:
        At least one piece; one without rows has the columns too.

    Raises:
        JournalFailed: the file is no journal or cannot be read, or a cell holds what this package never wrote.
    """
    with open_readonly(path, scan_timeout_s=PATIENCE_S):
        pass
    with _failing(path, query), locks.scanning(path) as free:
        yield _finished(query, query.stored().empty_table())
        read = driver.read if free else _by_sqlite3
        with closing(read(path, query, lambda rows: _finished(query, rows))) as found:
            yield from found


def _by_sqlite3(path: Path, query: Query, finish: Callable[[pa.Table], Piece]) -> Generator[Piece]:
    stored = query.stored()
    with open_readonly(path, scan_timeout_s=PATIENCE_S) as connection:
        cursor = connection.execute(f"{query.select()} ORDER BY seq", query.parameters)
        while rows := cursor.fetchmany(records.ROWS_AT_ONCE):
            columns = zip(stored, zip(*rows, strict=True), strict=True)
            yield finish(pa.table([_array(cells, field.type) for field, cells in columns], schema=stored))


def _array(cells: Sequence[Any], stored: pa.DataType) -> pa.Array:
    # Given a type, Arrow would cut 1.5 to 1 without a word.
    return pa.array(cells, stored) if stored == pa.string() else pa.array(cells).cast(stored)


@contextmanager
def _failing(path: Path, query: Query) -> Iterator[None]:
    try:
        yield
    except _FAILURES as error:
        raise JournalFailed(
            f"The table {query.table} of the journal {path} cannot be read as it stands.\n"
            f"Found: {error}.\n"
            "If another program has changed it, open a copy from before that."
        ) from error


def _finished(query: Query, stored: pa.Table) -> Piece:
    stored.validate(full=True)  # a text that is no UTF-8 would go through Arrow unseen
    arrays = {name: _typed(stored.column(name), query.schema.column(name).kind) for name in query.columns}
    if query.extra:
        arrays |= _extra_columns(stored.column("extra"), frozenset(query.schema.names))
    rows = pa.table(arrays) if arrays else stored.select([])
    return Piece(rows, stored.column("fingerprint").cast(TEXT) if query.identified else None)


def _typed(stored: pa.ChunkedArray, kind: Kind) -> pa.ChunkedArray:
    if kind == "text":
        return stored.cast(TEXT)
    if kind == "time":
        return records.instants(stored)
    return stored.cast(pa.bool_()) if kind == "flag" else stored


def _extra_columns(extra: pa.ChunkedArray, taken: frozenset[str]) -> dict[str, pa.Array]:
    if extra.null_count == len(extra):
        return {}
    read = [_read_extra(one) for one in extra.to_pylist()]
    keys = dict.fromkeys(key for row in read for key in row if key not in taken)
    return {plain_text(key): _texts(row.get(key) for row in read) for key in keys}


def _read_extra(text: str | None) -> Mapping[str, Any]:
    try:
        read = json.loads(text) if text else {}
    except ValueError as error:
        raise pa.ArrowInvalid(f"extra holds no JSON: {error}") from error
    if not isinstance(read, dict):
        raise pa.ArrowInvalid(f"extra holds {type(read).__name__} in place of an object")
    return read


def _texts(values: Iterable[Any]) -> pa.Array:
    return pa.array([None if value is None else plain_text(value) for value in values], TEXT)
