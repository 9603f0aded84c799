"""Where the rows of a log come from: journals, exports of other tools, archives, or a table that is at hand."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pyarrow as pa

from openqq_nb import records
from openqq_nb.archive import rows
from openqq_nb.database import open_readonly
from openqq_nb.logs import reading
from openqq_nb.logs.reading import Wanted
from openqq_nb.readers.base import Options, Problem, Reader, Source
from openqq_nb.scanning import PATIENCE_S
from openqq_nb.schema import EVENTS, MESSAGES, PROBLEMS

Progress = Callable[[int], None]
"""Told how many bytes were read since the last time."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Some rows of a log, in order of arrival; each may be missing.

    Attributes:
        messages: columns of `schema.MESSAGES`, then others.
        events: columns of `schema.EVENTS`, then others.
        problems: columns of `schema.PROBLEMS`.
    """

    messages: pa.Table | None = None
    events: pa.Table | None = None
    problems: pa.Table | None = None


class Origin(Protocol):
    """One place that rows come from."""

    @property
    def size_bytes(self) -> int:
        """How much is read, if that is worth a progress bar; else 0."""

    def pieces(self, progress: Progress) -> Iterator[Piece]:
        """Read everything, in order of arrival."""


@dataclass(frozen=True, slots=True)
class Journals:
    """Journals of this package, which know of each message whether another one holds it too."""

    paths: tuple[Path, ...]
    size_bytes: int = 0

    def pieces(self, progress: Progress) -> Iterator[Piece]:
        """Read them together."""
        yield Piece(reading.read(self.paths, Wanted(MESSAGES)), reading.read(self.paths, Wanted(EVENTS)))
        yield Piece(problems=self.problems())

    def problems(self) -> pa.Table:
        """Give what was posted and could not be read, in order of arrival."""
        found = [(path, post) for path in self.paths for post in _aside(path)]
        found.sort(key=lambda one: one[1].received_at)
        return PROBLEMS.table(
            [
                {
                    "source": path.name,
                    "received_at": post.received_at,
                    "why": post.why,
                    "body": post.body.decode("utf-8", "backslashreplace"),
                }
                for path, post in found
            ]
        )


@dataclass(frozen=True, slots=True)
class Export:
    """A file that another tool wrote."""

    source: Source
    reader: Reader
    options: Options

    @property
    def size_bytes(self) -> int:
        """How long the file is."""
        return self.source.size_bytes

    def pieces(self, progress: Progress) -> Iterator[Piece]:
        """Read it in parts; what ends the reading is a problem, after all that was read before."""
        done = 0
        try:
            for part in self.reader.parts(self.source, self.options):
                yield Piece(part.messages, part.events, self._problems(part.problems))
                progress(part.bytes_read - done)
                done = part.bytes_read
        except OSError as error:
            yield Piece(problems=told(self.source.name, [Problem(None, f"The file could be read no further: {error}.")]))

    def _problems(self, found: Sequence[Problem]) -> pa.Table | None:
        return told(self.source.name, found) if found else None


@dataclass(frozen=True, slots=True)
class Archive:
    """A folder of Parquet files."""

    folder: str
    size_bytes: int = 0

    def pieces(self, progress: Progress) -> Iterator[Piece]:
        """Read it in order of place."""
        yield Piece(rows.table(self.folder), rows.events(self.folder), rows.problems(self.folder))


@dataclass(frozen=True, slots=True)
class Table:
    """Rows that are in memory."""

    piece: Piece
    size_bytes: int = 0

    def pieces(self, progress: Progress) -> Iterator[Piece]:
        """Give them."""
        yield self.piece


def told(source: str, found: Sequence[Problem]) -> pa.Table:
    """Say what was wrong in a file, in the columns of `schema.PROBLEMS`."""
    return PROBLEMS.table(
        [{"source": source, "line": one.line, "why": one.why, "body": one.body} for one in found]
    )


def _aside(path: Path) -> list[records.Aside]:
    with open_readonly(path, scan_timeout_s=PATIENCE_S) as connection:
        return records.aside(connection)
