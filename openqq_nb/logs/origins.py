"""Where the rows of a log come from: journals, exports of other tools, archives, or a table that is at hand."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pyarrow as pa
import pyarrow.compute as pc

from openqq_nb import records, scanning
from openqq_nb.archive import rows
from openqq_nb.columns import Schema
from openqq_nb.database import open_readonly
from openqq_nb.readers.base import Options, Problem, Reader, Source
from openqq_nb.scanning import PATIENCE_S, Query, pieces
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
        """Read them one behind the other, each in order of arrival."""
        yield from (Piece(messages) for messages in _streamed(self.paths, MESSAGES))
        yield from (Piece(events=events) for events in _streamed(self.paths, EVENTS))
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
                yield Piece(part.messages, part.events, told(self.source.name, part.problems))
                reached = max(done, self.source.reached(part.bytes_read))
                progress(reached - done)
                done = reached
        except OSError as error:
            why = f"The file could be read no further: {error}."
            yield Piece(problems=told(self.source.name, [Problem(None, why)]))


@dataclass(frozen=True, slots=True)
class Archive:
    """A folder of Parquet files."""

    folder: str
    size_bytes: int = 0

    def pieces(self, progress: Progress) -> Iterator[Piece]:
        """Read it month by month."""
        yield from (Piece(messages) for messages in rows.pieces(self.folder))
        yield Piece(events=rows.events(self.folder), problems=rows.problems(self.folder))


@dataclass(frozen=True, slots=True)
class Table:
    """Rows that are in memory."""

    piece: Piece
    size_bytes: int = 0

    def pieces(self, progress: Progress) -> Iterator[Piece]:
        """Give them."""
        yield self.piece


def told(source: str, found: Sequence[Problem]) -> pa.Table | None:
    """Say what was wrong in a file, if anything was."""
    rows = [{"source": source, "line": one.line, "why": one.why, "body": one.body} for one in found]
    return PROBLEMS.table(rows) if rows else None


def _streamed(paths: Sequence[Path], schema: Schema) -> Iterator[pa.Table]:
    """Read journals piece by piece; what an earlier one holds is left away."""
    several = len(paths) > 1
    query = Query(schema, schema.names, extra=True, identified=several)
    known: list[pa.Array] = []
    for path in paths:
        here: list[pa.Array] = []
        with closing(pieces(path, query)) as found:
            for piece in found:
                here += [] if piece.fingerprints is None else piece.fingerprints.chunks
                yield _news(piece, known)
        known += here


def _news(piece: scanning.Piece, known: Sequence[pa.Array]) -> pa.Table:
    if piece.fingerprints is None or not known:
        return piece.rows
    return piece.rows.filter(
        pc.invert(pc.is_in(piece.fingerprints, pa.chunked_array(known).combine_chunks()))
    )


def _aside(path: Path) -> list[records.Aside]:
    with open_readonly(path, scan_timeout_s=PATIENCE_S) as connection:
        return records.aside(connection)
