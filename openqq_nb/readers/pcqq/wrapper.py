"""The MIME wrapper of an MHT export: where its HTML stands between the attachments.

The fields of its head lack the `;` that MIME wants, so that the parser of the standard library finds no
boundary, and it would want the whole file in memory. Attachments are passed over, never decoded.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from openqq_nb.readers.base import Problem

FIRST_LINE = b"From: <Save by Tencent MsgMgr>"

_NOTHING = b"\r\n\t \xef\xbb\xbf"
_READ_BYTES = 1 << 20
_LONGEST_HEAD = 65_536
_BOUNDARY = re.compile(rb'boundary="?([^"\r\n;]+)', re.IGNORECASE)
_SOME_BOUNDARY = re.compile(rb"^--([^\r\n]+?)\r?$", re.MULTILINE)
_EMPTY_LINE = re.compile(rb"\r?\n\r?\n")
_TYPE = re.compile(rb"^content-type:\s*([^\s;]+)", re.IGNORECASE | re.MULTILINE)
_ENCODED = re.compile(
    rb"^content-transfer-encoding:\s*(quoted-printable|base64)", re.IGNORECASE | re.MULTILINE
)
_OTHER_TYPES = (b"image/", b"audio/", b"video/", b"application/")


@dataclass(frozen=True, slots=True)
class Piece:
    """Some bytes of the HTML.

    Attributes:
        body: the bytes.
        line: number of the line that they begin in, counted from 1.
        bytes_read: how far into the file they reach.
        begins: whether a part begins with them.
    """

    body: bytes
    line: int
    bytes_read: int
    begins: bool


class Wrapper:
    """Reads the HTML out of its wrapper.

    Attributes:
        problems: what is wrong with the wrapper; taken away by who reads it.
    """

    def __init__(self, stream: BinaryIO) -> None:
        """Begin at the first byte."""
        self._stream, self._buffer = stream, b""
        self._line, self._read = 1, 0
        self.problems: list[Problem] = []

    def html(self) -> Iterator[Piece]:
        """Read the HTML of all parts, and of all files where several were joined into one."""
        self._fill(_LONGEST_HEAD)
        while self._buffer:
            yield from self._file()
            line = self._line
            if any([rest.strip(_NOTHING) for rest in self._until(FIRST_LINE)]):
                self.problems.append(
                    Problem(line, "Something stands after the end of the export; it is not read.")
                )
            self._fill(_LONGEST_HEAD)

    def _file(self) -> Iterator[Piece]:
        mark = self._mark()
        if (place := self._buffer.find(FIRST_LINE, 0, _LONGEST_HEAD)) >= 0:
            self._take(place + len(FIRST_LINE))
        if mark is None:
            yield from self._pieces(FIRST_LINE)
            return
        self._take_head(up_to_the_last=1)
        yield from self._pieces(mark)  # nothing, unless the first boundary is damaged
        closed = False
        while self._buffer and not closed:
            self._take(len(mark))
            self._fill(_LONGEST_HEAD)
            closed = self._buffer.startswith(b"--")
            if closed:
                self._take(len(b"--"))
            else:
                yield from self._part(mark)
        if not closed:
            self.problems.append(
                Problem(self._line, "The file ends before the end that its first lines announce: it was cut.")
            )

    def _part(self, mark: bytes) -> Iterator[Piece]:
        """Read one part, from after its boundary to the next boundary."""
        head = self._take_head()
        kind = _TYPE.search(head)
        other = kind is not None and kind[1].lower().startswith(_OTHER_TYPES)
        if other and self._buffer.lstrip()[:1] != b"<":
            for _ in self._until(mark):
                pass
            return
        if encoded := _ENCODED.search(head):
            why = f"The HTML is written as {encoded[1].decode()}, which these exports never are; it is read as it is."
            self.problems.append(Problem(self._line, why))
        yield from self._pieces(mark)

    def _pieces(self, mark: bytes) -> Iterator[Piece]:
        begins, line = True, self._line
        for body in self._until(mark):
            if body:
                yield Piece(body, line, self._read - len(self._buffer), begins)
                begins = False
            line = self._line

    def _take_head(self, up_to_the_last: int = 0) -> bytes:
        """Take the fields before an empty line; none if that was lost, and HTML follows."""
        empty = _EMPTY_LINE.search(self._buffer, 0, _LONGEST_HEAD)
        if empty is None or b"<" in self._buffer[: empty.end()]:
            return b""
        return self._take(empty.end() - up_to_the_last)

    def _mark(self) -> bytes | None:
        """Find what stands before each part: the boundary that is announced, else the first there is."""
        stated = _BOUNDARY.search(self._buffer, 0, _LONGEST_HEAD)
        if stated and b"\n--" + stated[1] in self._buffer:
            return b"\n--" + stated[1]
        found = _SOME_BOUNDARY.search(self._buffer, 0, _LONGEST_HEAD)
        fate = "the first one in it is taken" if found else "all of it is read"
        why = f"The first lines announce no boundary that the file has; {fate}."
        self.problems.append(Problem(self._line, why))
        return b"\n--" + found[1] if found else None

    def _until(self, mark: bytes) -> Iterator[bytes]:
        """Read up to before a mark; then the buffer begins with it, or is empty at the end."""
        while True:
            place = self._buffer.find(mark)
            if place >= 0:
                yield self._take(place)
                return
            safe = len(self._buffer) - len(mark) + 1
            if safe > 0:
                yield self._take(safe)
            if not self._fill(len(self._buffer) + 1):
                yield self._take(len(self._buffer))
                return

    def _fill(self, wanted: int) -> bool:
        """Read until so many bytes are at hand, or all; tells whether any came."""
        before = len(self._buffer)
        while len(self._buffer) < wanted and (raw := self._stream.read(_READ_BYTES)):
            self._buffer += raw
            self._read += len(raw)
        return len(self._buffer) > before

    def _take(self, length: int) -> bytes:
        taken, self._buffer = self._buffer[:length], self._buffer[length:]
        self._line += taken.count(b"\n")
        return taken
