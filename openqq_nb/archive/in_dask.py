"""An archive as a DataFrame of Dask: some row groups a partition, read where a worker wants them."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass

import dask
import dask.dataframe as dd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import fs

from openqq_nb.archive.contents import Contents, conform
from openqq_nb.archive.months import GROUP_ROWS
from openqq_nb.columns import to_pandas

# Else Dask gives text another dtype than pandas and logs have.
_OWN_DTYPES = {"dataframe.convert-string": False}


@dataclass(frozen=True, slots=True)
class _Groups:
    """Neighbouring row groups of one file.

    Attributes:
        filesystem: what reads the file.
        path: where it is within that.
        numbers: which row groups.
    """

    filesystem: fs.FileSystem
    path: str
    numbers: tuple[int, ...]


def opened(contents: Contents, columns: Sequence[str]) -> dd.DataFrame:
    """Give these columns; where only some of them are used, only these are read."""
    schema = pa.schema([contents.schema.field(name) for name in columns])
    with dask.config.set(_OWN_DTYPES):
        made: dd.DataFrame = dd.from_map(  # type: ignore[no-untyped-call] # Dask types little
            _read,
            list(_partitions(contents)),
            schema=schema,
            meta=to_pandas(schema.empty_table()),
            label="archive",
            enforce_metadata=False,
        )
    return made


def brought(table: pa.Table) -> dd.DataFrame:
    """Make a DataFrame of a table."""
    partitions = max(1, -(-table.num_rows // GROUP_ROWS))
    with dask.config.set(_OWN_DTYPES):
        made: dd.DataFrame = dd.from_pandas(to_pandas(table), partitions)  # type: ignore[no-untyped-call] # as above
    return made


def _partitions(contents: Contents) -> Iterator[_Groups]:
    at = contents.at
    for piece in contents.pieces:
        numbers: list[int] = []
        rows = 0
        for number, more in enumerate(piece.groups):
            if numbers and rows + more > GROUP_ROWS:
                yield _Groups(at.filesystem, at.within(piece.name), tuple(numbers))
                numbers, rows = [], 0
            numbers.append(number)
            rows += more
        yield _Groups(at.filesystem, at.within(piece.name), tuple(numbers))


def _read(part: _Groups, schema: pa.Schema, columns: Sequence[str] | None = None) -> pd.DataFrame:
    wanted = schema if columns is None else pa.schema([schema.field(name) for name in columns])
    with (
        part.filesystem.open_input_file(part.path) as stream,
        closing(pq.ParquetFile(stream)) as file,
    ):
        there = [name for name in wanted.names if name in file.schema_arrow.names]
        rows = file.read_row_groups(list(part.numbers), columns=there)
    return to_pandas(conform(rows, wanted))
