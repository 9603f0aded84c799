"""MHT as the message manager of PC QQ exports it: a table in HTML, in a MIME wrapper with the pictures."""

from collections.abc import Iterator
from pathlib import PurePath

import pyarrow as pa

from openqq_nb.readers.base import Options, Part, Problem, Source
from openqq_nb.readers.decoding import Decoder, shown
from openqq_nb.readers.pcqq.headers import Clock, in_order
from openqq_nb.readers.pcqq.rows import Row, Rows
from openqq_nb.readers.pcqq.sections import Section
from openqq_nb.readers.pcqq.texts import told
from openqq_nb.readers.pcqq.wrapper import FIRST_LINE, Piece, Wrapper
from openqq_nb.readers.wallclock import Zone, clock_s, day_s

NAME = "PC QQ MHT export"

ROWS = 50_000
"""How many rows a part has at most."""

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_TITLE = "消息记录（"
_DAY = "日期:"
_CATEGORY = "消息分组:"
_CHAT = "消息对象:"


def recognises(head: bytes, source: Source) -> bool:
    """Tell from the first bytes whether a source is in this format; never fails."""
    return head.removeprefix(_BYTE_ORDER_MARK).lstrip().startswith(FIRST_LINE)


def parts(source: Source, options: Options) -> Iterator[Part]:
    """Read an MHT export of PC QQ; the pictures in it are never decoded.

    Args:
        source: the file.
        options: the zone of its times, and whose it is.

    Returns:
        Its messages in the order of the file, in parts of at most 50,000 rows.

    Raises:
        OSError: the bytes cannot be read.
    """
    reading = _Reading(source, options)
    with source.open() as stream:
        wrapper = Wrapper(stream)
        for piece in wrapper.html():
            yield from reading.take(piece)
        reading.problems += wrapper.problems
    yield from reading.finish(source.size_bytes)


class _Reading:
    """Goes through the rows of one file."""

    def __init__(self, source: Source, options: Options) -> None:
        self._options, self._zone = options, Zone(options.zone)
        self._category: str | None = None
        self._section = Section(PurePath(source.name).stem, None, options)
        self._is_named = self._any = False
        self._day = ""
        self._rows = Rows(1)
        self._decoder = Decoder()
        self._tables: list[pa.Table] = []
        self.problems: list[Problem] = []
        self._begin()

    def take(self, piece: Piece) -> Iterator[Part]:
        if piece.begins:
            self._read("", final=True)
            self._rows = Rows(piece.line)
            self._decoder = Decoder()
        text = self._decoder.decode(piece.body, final=False)
        self.problems += self._decoder.problems(text, piece.line)
        self._read(text)
        if len(self._times) + sum(one.num_rows for one in self._tables) >= ROWS:
            yield from self._parts(piece.bytes_read)

    def finish(self, bytes_read: int) -> Iterator[Part]:
        self._read(self._decoder.decode(b"", final=True), final=True)
        yield from self._parts(bytes_read)
        if not self._any:
            self.problems.append(Problem(None, "There is no message in the file."))
        if self.problems:
            yield self._part(Section("", None, self._options).table([], [], []), bytes_read)

    def _read(self, text: str, *, final: bool = False) -> None:
        self._rows.take(text, final=final)
        for row in self._rows.found:
            if row.is_message or row.name:
                self._message(row)
            else:
                self._label(row)
        for line, stray in self._rows.stray:
            self.problems.append(Problem(line, "A text stands outside of the table.", shown(stray.strip())))
        self._rows.found.clear()
        self._rows.stray.clear()

    def _label(self, row: Row) -> None:
        text = _plain(row.first).strip()
        if text.startswith(_DAY):
            self._day = text.removeprefix(_DAY).strip()
            if day_s(self._day) < 0:
                self.problems.append(Problem(row.line, "There is no such day.", shown(text)))
        elif text.startswith(_CATEGORY):
            self._category = text.removeprefix(_CATEGORY)
        elif text.startswith(_CHAT):
            self._close()
            self._section = Section(text.removeprefix(_CHAT), self._category, self._options)
            self._is_named = True
            self._begin()
        elif text and not text.startswith(_TITLE):
            self.problems.append(Problem(row.line, "The row is neither a message nor a date.", shown(text)))

    def _message(self, row: Row) -> None:
        time_s = self._time(row)
        if time_s is None:
            return
        if not self._is_named:
            self._is_named = True
            why = "No head names the chat of these messages; it is called after the file."
            self.problems.append(Problem(row.line, why))
        content = _plain(row.content).strip()
        self._times.append(time_s)
        self._writers.append(_plain(row.name))
        self._contents.append(content)
        self._kinds.append(told(content, has_picture=row.has_picture) if content else "other")

    def _time(self, row: Row) -> int | None:
        """Tell when a message was written; what has no day is no message, but a problem."""
        clock = clock_s(_plain(row.first).strip())
        if day_s(self._day) < 0:
            self.problems.append(Problem(row.line, "The message has no date before it.", shown(row.text())))
            return None
        if clock < 0:
            why = "The message has a time that does not exist; it is given that of the message before."
            self.problems.append(Problem(row.line, why, shown(row.text())))
            clock = max(self._last.local_s - day_s(self._day), 0)
        local = day_s(self._day) + clock
        time = in_order(local, self._zone, self._last)
        if time is None:
            why = "The message has a time before that of the message before: a date may be missing."
            self.problems.append(Problem(row.line, why, shown(row.text())))
            time = self._zone.utc(local)[0]
        self._last.local_s, self._last.utc_s = local, time
        return time

    def _begin(self) -> None:
        self._last = Clock()
        self._times: list[int] = []
        self._writers: list[str] = []
        self._contents: list[str] = []
        self._kinds: list[str] = []

    def _close(self) -> None:
        if self._times:
            rows = self._section.table(self._times, self._writers, self._contents, self._kinds)
            self._tables.append(rows)
        last = self._last
        self._begin()
        self._last = last

    def _parts(self, bytes_read: int) -> Iterator[Part]:
        self._close()
        if not self._tables:
            return
        rows = pa.concat_tables(self._tables)
        self._tables = []
        for start in range(0, rows.num_rows, ROWS):
            yield self._part(rows.slice(start, ROWS), bytes_read)

    def _part(self, rows: pa.Table, bytes_read: int) -> Part:
        problems, self.problems, self._any = self.problems, [], self._any or rows.num_rows > 0
        return Part(rows, bytes_read, problems)


def _plain(texts: list[str]) -> str:
    """Join the texts of a cell; the export writes blanks as those that do not break."""
    return "".join(texts).replace("\xa0", " ")
