"""What the tests of readers have in common: the examples, and how a log is compared with what is expected of it."""

import csv
import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa

from openqq_nb.readers.base import Options, Part, Problem, Source
from openqq_nb.readers.recognising import reader_of
from openqq_nb.readers.sources import look

EXAMPLES = Path(__file__).parents[1] / "formats"

Cells = dict[str, str]


def expected(name: str) -> list[Cells]:
    """Read an expected file, in order of time."""
    with (EXAMPLES / name).open(encoding="utf-8", newline="") as file:
        return sorted(csv.DictReader(file), key=lambda row: row["msg_time"])


def of_bytes(body: bytes, name: str = "log") -> Source:
    """Give bytes as a source that stands alone."""
    return Source(name, len(body), lambda: io.BytesIO(body), lambda _: None)


def found(path: Path) -> list[Source]:
    """Find the logs at a path."""
    return look(path).sources


def read(source: Source, options: Options | None = None) -> list[Part]:
    """Read a source with the reader that recognises it."""
    return list(reader_of(source).parts(source, options or Options()))


def messages(parts: Iterable[Part]) -> list[dict[str, Any]]:
    """Give all rows of messages, in order of the file."""
    tables = [part.messages for part in parts]
    return pa.concat_tables(tables, promote_options="default").to_pylist() if tables else []


def events(parts: Iterable[Part]) -> list[dict[str, Any]]:
    """Give all rows of events."""
    return [row for part in parts if part.events is not None for row in part.events.to_pylist()]


def problems(parts: Iterable[Part]) -> list[Problem]:
    """Give all that was told."""
    return [problem for part in parts for problem in part.problems]


def cells(rows: Iterable[dict[str, Any]]) -> list[Cells]:
    """Write rows as the expected files do, in order of time."""
    written = [{name: _cell(row[name]) for name in COLUMNS} for row in rows]
    return sorted(written, key=lambda row: row["msg_time"])


COLUMNS = ("msg_time", "sender", "sender_qq", "content", "type", "kind")


def _cell(found: Any) -> str:
    return "" if found is None else found if isinstance(found, str) else found.isoformat(timespec="seconds")
