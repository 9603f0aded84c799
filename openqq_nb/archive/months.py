"""The files of an archive while it is written: a bounded number of rows waiting, a bounded number of files open."""

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.parquet as pq

from openqq_nb.archive.marker import METADATA, Piece
from openqq_nb.archive.pieces import Columns, in_time
from openqq_nb.archive.places import Place

GROUP_ROWS = 262_144
"""The most rows of a row group: what one worker of an engine takes at a time."""
WAITING_BYTES = 256 * 2**20
"""How much waits in memory for the files of many months."""
OPEN_FILES = 8
"""How many files are written at a time; for S3 each holds up to 50 MB that are not sent yet."""

# What the pointers of a small table take beside its values.
_TABLE_BYTES = 16_384


@dataclass(slots=True)
class _Waiting:
    tables: list[pa.Table] = field(default_factory=list)
    rows: int = 0
    size_bytes: int = 0

    def add(self, rows: pa.Table) -> int:
        size: int = rows.nbytes + _TABLE_BYTES
        self.tables.append(rows)
        self.rows += rows.num_rows
        self.size_bytes += size
        return size


@dataclass(slots=True)
class _File:
    schema: pa.Schema
    groups: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Months:
    """Writes rows to files by month; a month that comes again and again may have several.

    Attributes:
        at: the folder of the archive.
        columns: the columns seen so far.
        files: what was begun, by its path from the folder.
    """

    at: Place
    columns: Columns
    files: dict[str, _File] = field(default_factory=dict)
    _waiting: dict[str, _Waiting] = field(default_factory=dict)
    _waiting_bytes: int = 0
    _open: OrderedDict[str, tuple[str, pq.ParquetWriter]] = field(default_factory=OrderedDict)
    _parts: dict[str, int] = field(default_factory=dict)

    def add(self, month: str, rows: pa.Table) -> None:
        """Take rows of one month; they are written when there are enough of them."""
        waiting = self._waiting.setdefault(month, _Waiting())
        self._waiting_bytes += waiting.add(rows)
        if waiting.rows >= GROUP_ROWS:
            self._write_out(month)
        if self._waiting_bytes > WAITING_BYTES:
            self._make_room()

    def finish(self) -> tuple[Piece, ...]:
        """Write what waits, give all files the same columns, and tell what was written."""
        for month in sorted(self._waiting):
            self._write_out(month)
        self.close()
        if not self.files:
            self._write("unknown", self.columns.schema.empty_table())
            self.close()
        for name in [name for name, one in self.files.items() if one.schema != self._schema]:
            self._rewrite(name)
        sizes = self.at.files()
        return tuple(Piece(name, sizes[name], tuple(self.files[name].groups)) for name in sorted(self.files))

    def close(self) -> None:
        """Close the files that are open."""
        while self._open:
            self._open.popitem()[1][1].close()

    @property
    def _schema(self) -> pa.Schema:
        return self.columns.schema.with_metadata(METADATA)

    def _make_room(self) -> None:
        """Write out the longest, until half is free: to write a little of every month would make many small files."""
        for month in sorted(self._waiting, key=lambda one: self._waiting[one].size_bytes, reverse=True):
            if self._waiting_bytes <= WAITING_BYTES // 2:
                return
            self._write_out(month)

    def _write_out(self, month: str) -> None:
        waiting = self._waiting.pop(month)
        self._waiting_bytes -= waiting.size_bytes
        self._write(month, pa.concat_tables(map(self.columns.complete, waiting.tables)))

    def _write(self, month: str, rows: pa.Table) -> None:
        """Write row groups, each in order of time, since journals come one behind the other."""
        name, writer = self._writer(month)
        for begin in range(0, rows.num_rows, GROUP_ROWS):
            group = in_time(rows.slice(begin, GROUP_ROWS))
            writer.write_table(group, row_group_size=GROUP_ROWS)
            self.files[name].groups.append(group.num_rows)

    def _writer(self, month: str) -> tuple[str, pq.ParquetWriter]:
        if month in self._open and self.files[self._open[month][0]].schema != self._schema:
            self._open.pop(month)[1].close()
        if month not in self._open:
            while len(self._open) >= OPEN_FILES:
                self._open.popitem(last=False)[1][1].close()
            self._open[month] = self._begin(month)
        self._open.move_to_end(month)
        return self._open[month]

    def _begin(self, month: str) -> tuple[str, pq.ParquetWriter]:
        folder = f"month={month}"
        number = self._parts.get(month, 0)
        self._parts[month] = number + 1
        name = f"{folder}/part-{number}.parquet"
        self.at.make_folder(folder)
        self.files[name] = _File(self._schema)
        return name, pq.ParquetWriter(
            self.at.within(name), self._schema, filesystem=self.at.filesystem, compression="zstd"
        )

    def _rewrite(self, old: str) -> None:
        """Write a file again with the columns that came later: not every engine fills them in."""
        month = old.partition("/")[0].removeprefix("month=")
        with self._read(old) as file:
            for group in range(file.num_row_groups):
                self._write(month, self.columns.complete(file.read_row_group(group)))
        self.close()
        self.at.filesystem.delete_file(self.at.within(old))
        del self.files[old]

    @contextmanager
    def _read(self, name: str) -> Iterator[pq.ParquetFile]:
        with (
            self.at.filesystem.open_input_file(self.at.within(name)) as stream,
            closing(pq.ParquetFile(stream)) as file,
        ):
            yield file
