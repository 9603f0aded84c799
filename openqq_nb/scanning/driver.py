"""Reads through the ADBC driver for SQLite, which fills Arrow's columns without making a Python object of each cell.

It takes the types of columns from the first rows that it sees; so a row of the declared types stands in front, and is
dropped. Several connections that see one state of the file read its parts at the same time, each on its own thread.
"""

import os
from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from queue import SimpleQueue
from typing import TypeVar

import adbc_driver_manager as adbc
import adbc_driver_sqlite
import pyarrow as pa

from openqq_nb.database import BUSY_TIMEOUT_S, JOURNAL
from openqq_nb.scanning.query import Parameter, Query

BATCH_ROWS = 8_000
# Somewhat less than a power of two, because allocators round a little more than one up to far more.
SPAN_ROWS = 32_000
MOST_CONNECTIONS = 4
BYTES_EACH = 16 * 2**20
_TRIES = 3

T = TypeVar("T")
Connection = adbc.AdbcConnection
Span = tuple[int, int]


def read(path: Path, query: Query, finish: Callable[[pa.Table], T]) -> Generator[T]:
    """Read what is asked for in order of `seq`, as it stands at one moment.

    Args:
        path: a journal, which nothing else in this process has open.
        query: what to read.
        finish: what to do with the rows of each span, on the thread that read them.

    Yields:
        What `finish` gives, in order.
    """
    with ExitStack() as stack:
        connections = _connections(path, stack)
        idle = SimpleQueue[Connection]()
        for connection in connections:
            idle.put(connection)
        pool = ThreadPoolExecutor(len(connections), "openqq-nb-scan")
        stack.callback(pool.shutdown, cancel_futures=True)
        ahead = deque[Future[T]]()
        for span in _spans(connections[0], query):
            ahead.append(pool.submit(_finished, idle, query, span, finish))
            if len(ahead) > len(connections):
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()


def _spans(connection: Connection, query: Query) -> Iterator[Span]:
    bounds = _asked(connection, f"SELECT min(seq), max(seq) FROM {query.table}")  # noqa: S608 - our own name
    first, last = (column[0].as_py() for column in bounds.columns)
    if first is not None:
        for begin in range(first, last + 1, SPAN_ROWS):
            yield begin, begin + SPAN_ROWS - 1


def _finished(
    idle: "SimpleQueue[Connection]", query: Query, span: Span, finish: Callable[[pa.Table], T]
) -> T:
    connection = idle.get()
    try:
        return finish(_read(connection, query, span))
    finally:
        idle.put(connection)


def _read(connection: Connection, query: Query, span: Span) -> pa.Table:
    stored = query.stored()
    with adbc.AdbcStatement(connection) as statement:
        statement.set_options(**{adbc_driver_sqlite.StatementOptions.BATCH_ROWS.value: str(BATCH_ROWS)})
        statement.set_sql_query(
            f"{query.in_front()} UNION ALL {query.select()} AND seq BETWEEN {span[0]} AND {span[1]} ORDER BY seq"
        )
        if query.parameters:
            statement.prepare()
            statement.bind(_bound(query.parameters))
        stream, _ = statement.execute_query()
        with pa.RecordBatchReader.from_stream(stream) as reader:
            if reader.schema != stored:
                raise pa.ArrowInvalid(_differing(reader.schema, stored))
            batches = list(reader)
    # Copied, because what the driver gives is larger than what is in it, and is freed only as a whole.
    return pa.Table.from_batches(batches).slice(1).combine_chunks()


def _bound(parameters: tuple[Parameter, ...]) -> pa.RecordBatch:
    return pa.record_batch([pa.array([one]) for one in parameters], [str(n) for n in range(len(parameters))])


def _differing(found: pa.Schema, stored: pa.Schema) -> str:
    pairs = zip(found, stored, strict=True)
    return "; ".join(f"{one.name} holds {one.type}" for one, other in pairs if one.type != other.type)


def _connections(path: Path, stack: ExitStack) -> list[Connection]:
    """Open as many connections as are worth it, in transactions that see one state of the file."""
    count = min(os.cpu_count() or 1, MOST_CONNECTIONS, 1 + path.stat().st_size // BYTES_EACH)
    watching, *found = [_connected(path, stack) for _ in range(count + 1)]
    for _ in range(_TRIES):
        before = _version(watching)
        for connection in found:
            _begin(connection)
        if _version(watching) == before:
            return found
        for connection in found:
            _asked(connection, "ROLLBACK")
    _begin(found[0])
    return found[:1]


def _begin(connection: Connection) -> None:
    """Begin a transaction; what it sees is settled by the first read."""
    _asked(connection, "BEGIN")
    _asked(connection, "SELECT count(*) FROM sqlite_master")


def _version(connection: Connection) -> int:
    """Give a number that changes when anybody has written to the file."""
    return int(_asked(connection, "PRAGMA data_version").column(0)[0].as_py())


def _connected(path: Path, stack: ExitStack) -> Connection:
    """Connect as `database.open_readonly` does."""
    address = path.absolute().as_uri()
    with ExitStack() as opened:
        try:
            connection = _connect(f"{address}?mode=rw", opened)
            _asked(connection, "SELECT count(*) FROM sqlite_master")
        except adbc.Error:
            if _has_wal(path):
                raise
            opened.close()
            connection = _connect(f"{address}?immutable=1", opened)
        for statement in JOURNAL.views(int(_asked(connection, "PRAGMA user_version").column(0)[0].as_py())):
            _asked(connection, statement)
        stack.enter_context(opened.pop_all())
    return connection


def _connect(address: str, stack: ExitStack) -> Connection:
    database = stack.enter_context(adbc_driver_sqlite.connect(address))
    connection: Connection = stack.enter_context(adbc.AdbcConnection(database))
    _asked(connection, f"PRAGMA busy_timeout = {int(1000 * BUSY_TIMEOUT_S)}")
    return connection


def _asked(connection: Connection, question: str) -> pa.Table:
    with adbc.AdbcStatement(connection) as statement:
        statement.set_sql_query(question)
        stream, _ = statement.execute_query()
        with pa.RecordBatchReader.from_stream(stream) as reader:
            return reader.read_all()


def _has_wal(path: Path) -> bool:
    wal = path.with_name(path.name + "-wal")
    return wal.exists() and wal.stat().st_size > 0
