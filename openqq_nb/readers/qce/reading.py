"""From the batches of a file to the parts of a log."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import pyarrow as pa

from openqq_nb.readers.base import Options, Part, Problem, Source
from openqq_nb.readers.document import Document
from openqq_nb.readers.qce.chat import chat_of
from openqq_nb.readers.qce.messages import NO_INFO, Rows, info_of, messages
from openqq_nb.readers.qce.telling import passing
from openqq_nb.readers.recoding import as_utf8
from openqq_nb.readers.splitting import Batch, Decoding

M = TypeVar("M")

ToRows = Callable[[Sequence[M], str], Rows]
"""Takes from messages what the columns are made of; the text is the zone of times that state none."""

_MOST_TOLD = 20
_PART_BYTES = 8 << 20


def read(source: Source, options: Options, decoding: Decoding[M], rows: ToRows[M]) -> Iterator[Part]:
    """Read one object with a list of messages.

    Args:
        source: the file.
        options: what it does not tell.
        decoding: how messages are decoded.
        rows: takes what the columns are made of from messages.

    Returns:
        Parts; at least one, and the last one tells what is missing.
    """
    chat, count = None, 0
    gathered = Gathered()
    with source.open() as stream:
        document = Document(as_utf8(stream, source.head()), "messages", decoding)
        document.open()
        for batch in document.batches():
            found = rows(batch.values, options.zone)
            if chat is None:
                info = info_of(document.others) or _later_info(source)
                gathered.problems += [] if info else [Problem(None, NO_INFO)]
                chat = chat_of(info, last_name(source), found.writers(), options)
            count += len(batch.values)
            gathered.add(messages(found, chat), batch.bytes_read, [*batch.problems, *odd_rows(batch, found)])
            if gathered.is_enough:
                yield gathered.part()
    if why := _miscounted(document.others, count):
        gathered.problems.append(Problem(None, why))
    yield gathered.part()


class Gathered:
    """Gathers what small blocks gave to parts of some size."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.problems: list[Problem] = []
        self._tables: list[pa.Table] = []
        self._bytes_read = self._begun = 0

    def add(self, table: pa.Table, bytes_read: int, problems: Sequence[Problem]) -> None:
        """Take what one block gave."""
        self._tables.append(table)
        self._bytes_read = bytes_read
        self.problems += problems

    @property
    def is_enough(self) -> bool:
        """Whether it is time for a part."""
        return self._bytes_read - self._begun >= _PART_BYTES

    def part(self) -> Part:
        """Make a part, and begin anew; there must have been a block."""
        # A table without rows stays, for its columns.
        part = Part(pa.concat_tables(self._tables).combine_chunks(), self._bytes_read, self.problems)
        self._tables, self.problems, self._begun = [part.messages.slice(0, 0)], [], self._bytes_read
        return part


def odd_rows(batch: Batch[M], found: Rows) -> Iterator[Problem]:
    """Tell which messages are not as they should be; the rows are there nevertheless."""
    for row, why in found.odd[:_MOST_TOLD]:
        yield Problem(batch.line_of(row), why)
    if len(found.odd) > _MOST_TOLD:
        row, why = found.odd[_MOST_TOLD]
        yield Problem(batch.line_of(row), f"{why} {len(found.odd) - _MOST_TOLD - 1} more behind it are odd, too.")
    yield from without_time(batch, found)


def without_time(batch: Batch[M], found: Rows) -> Iterator[Problem]:
    """Tell which messages have no time that can be read; the rows are there nevertheless."""
    if None not in found.times:
        return
    rows = [row for row, moment in enumerate(found.times) if moment is None]
    for row in rows[:_MOST_TOLD]:
        yield Problem(batch.line_of(row), "This message has no time that can be read.")
    if len(rows) > _MOST_TOLD:
        more = len(rows) - _MOST_TOLD
        yield Problem(
            batch.line_of(rows[_MOST_TOLD]), f"This message and {more - 1} more have no time either."
        )


def last_name(source: Source) -> str:
    """Give the name of the file itself, without what it lies in."""
    return source.name.replace("\\", "/").rstrip("/").rpartition("/")[2]


def _later_info(source: Source) -> Mapping[str, Any]:
    """Look for `chatInfo` behind the messages."""
    with source.open() as stream:
        document = Document(as_utf8(stream, source.head()), "messages", passing())
        for _ in document.batches():
            pass
    return info_of(document.others)


def _miscounted(others: Mapping[str, Any], count: int) -> str:
    statistics = others.get("statistics")
    stated = statistics.get("totalMessages") if isinstance(statistics, Mapping) else None
    if not isinstance(stated, int) or stated == count:
        return ""
    return f"The file says that it has {stated} messages; {count} were read."
