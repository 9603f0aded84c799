"""From the batches of a file to the parts of a log."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

from openqq_nb.readers.base import Options, Part, Problem, Source
from openqq_nb.readers.document import Document
from openqq_nb.readers.qce.chat import Chat, chat_of
from openqq_nb.readers.qce.messages import NO_INFO, Rows, info_of, messages
from openqq_nb.readers.qce.telling import passing
from openqq_nb.readers.recoding import as_utf8
from openqq_nb.readers.splitting import Batch, Decoding

M = TypeVar("M")

ToRows = Callable[[Sequence[M]], Rows]
"""Takes from messages what the columns are made of."""

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
    with source.open() as stream:
        document = Document(as_utf8(stream, source.head()), "messages", decoding)
        document.open()
        gathered = Gathered(partial(_chat, source, options, info_of(document.others)))
        for batch in document.batches():
            found = rows(batch.values)
            gathered.add(found, batch.bytes_read, [*batch.problems, *odd_rows(batch, found)])
            if gathered.is_enough:
                yield gathered.part()
    if why := _miscounted(document.others, gathered.count):
        gathered.problems.append(Problem(None, why))
    yield gathered.part()


class Gathered:
    """Gathers what small blocks gave to parts of some size: many small tables would cost more.

    Attributes:
        count: how many messages there were.
        problems: what is to be told with the next part.
    """

    def __init__(self, find_chat: Callable[[Rows], tuple[Chat, list[Problem]]]) -> None:
        """Begin a log.

        Args:
            find_chat: tells whom the talk is with, when the first messages are there.
        """
        self.count = 0
        self.problems: list[Problem] = []
        self._find_chat = find_chat
        self._chat: Chat | None = None
        self._rows = Rows()
        self._bytes_read = self._begun = 0

    def add(self, found: Rows, bytes_read: int, problems: Iterable[Problem]) -> None:
        """Take what one block gave."""
        if self._chat is None and found.kinds:
            self._set_chat(found)
        self._rows.extend(found)
        self._bytes_read = bytes_read
        self.count += len(found.kinds)
        self.problems += problems

    @property
    def is_enough(self) -> bool:
        """Whether it is time for a part."""
        return self._bytes_read - self._begun >= _PART_BYTES

    def part(self) -> Part:
        """Make a part, and begin anew."""
        chat = self._chat or self._set_chat(self._rows)
        part = Part(messages(self._rows, chat), self._bytes_read, self.problems)
        self._rows, self.problems, self._begun = Rows(), [], self._bytes_read
        return part

    def _set_chat(self, found: Rows) -> Chat:
        self._chat, problems = self._find_chat(found)
        self.problems += problems
        return self._chat


def odd_rows(batch: Batch[M], found: Rows) -> Iterator[Problem]:
    """Tell which messages are not as they should be; the rows are there nevertheless."""
    for row, why in found.odd[:_MOST_TOLD]:
        yield Problem(batch.line_of(row), why)
    if len(found.odd) > _MOST_TOLD:
        row, why = found.odd[_MOST_TOLD]
        yield Problem(
            batch.line_of(row), f"{why} {len(found.odd) - _MOST_TOLD - 1} more behind it are odd, too."
        )
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


def _chat(
    source: Source, options: Options, info: Mapping[str, Any], found: Rows
) -> tuple[Chat, list[Problem]]:
    info = info or _later_info(source)
    problems = [] if info else [Problem(None, NO_INFO)]
    return chat_of(info, last_name(source), found.writers(), options), problems


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
