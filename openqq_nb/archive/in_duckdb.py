"""An archive as a relation of DuckDB's default connection, so that `duckdb.sql` can join it and set its memory."""

from collections.abc import Sequence
from glob import escape

import duckdb
import pyarrow as pa

from openqq_nb.archive.contents import Contents
from openqq_nb.archive.places import Place


def opened(contents: Contents, columns: Sequence[str]) -> duckdb.DuckDBPyRelation:
    """Scan these columns."""
    if contents.at.scheme:
        _register(contents.at)
    found = duckdb.read_parquet(
        [escape(address) for address in contents.addresses],
        hive_partitioning=False,
        union_by_name=not contents.alike,
    )
    return found.project(", ".join(_quoted(name) for name in columns))


def brought(table: pa.Table) -> duckdb.DuckDBPyRelation:
    """Make a relation of a table."""
    return duckdb.from_arrow(table)


def _register(at: Place) -> None:
    """Let DuckDB read through fsspec: its own extension for S3 would have to be downloaded."""
    protocols = at.remote.protocol
    known = duckdb.list_filesystems()
    for name in (protocols,) if isinstance(protocols, str) else protocols:
        if name in known:
            duckdb.unregister_filesystem(name)
    duckdb.register_filesystem(at.remote)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
