"""Streams the elements of a list in a JSON file: as many as fit into a block are decoded by one call.

Elements are cut where the file itself begins them, on a line of their own or with the same first key, which costs
nothing. Whether the cut was right is told by the decoder: JSON that was cut elsewhere does not decode. Only then is the
structure of the block looked at, and only where that is damaged too does each element stand for itself.
"""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from typing import Generic, NamedTuple, TypeVar

from openqq_nb.readers.base import Problem
from openqq_nb.readers.recoding import Stream
from openqq_nb.readers.structure import Structure

T = TypeVar("T")

BLOCK_BYTES = 1 << 20
"""Small blocks are quicker: what they are decoded to stays near the processor."""
LONGEST_BYTES = 64 << 20
"""An element that is longer is given up; nothing that a person wrote is."""

_DAMAGED_BYTES = 16 << 20
_LOOKED_AT = 256 << 10
_SHOWN_BYTES = 400
_OWN_LINE = re.compile(rb"\n[ \t]*\{")
_CLOSING_LINE = re.compile(rb"\n([ \t]*)\]")
# What may stand behind the bracket that closes the list: nothing yet, another member, or the end of what holds it.
_AFTER = re.compile(rb'\]\s*(?:,\s*"|\}[\s}]*(?:,\s*"|\{|\Z)|\Z)')
_NONE, _TORN = -1, -2
_FIRST_KEY = re.compile(rb'\s*(\{\s*"[^"\\]{1,64}"\s*:)')
_AROUND = b" \t\r\n,"
BROKEN = (ValueError, RecursionError)
"""What decoding may raise."""


@dataclass(frozen=True, slots=True)
class Mended(Generic[T]):
    """What was made of an element that the quick decoder refused.

    Attributes:
        values: what it holds; more than one where the mark between two is missing.
        why: what is odd about it; empty if it is only unusual.
    """

    values: list[T]
    why: str = ""


@dataclass(frozen=True, slots=True)
class Decoding(Generic[T]):
    """How elements are decoded.

    Attributes:
        many: decodes a JSON list in one call, or raises `ValueError`.
        one: makes what it can of one element that `many` refused, or raises `ValueError` with the reason.
    """

    many: Callable[[bytes], list[T]]
    one: Callable[[bytes], Mended[T]]


@dataclass(slots=True)
class Batch(Generic[T]):
    """Some elements in the order of the file.

    Attributes:
        values: the decoded elements.
        bytes_read: how far into the file they reach.
        problems: what was not understood on the way.
        boundary: what stands where an element begins.
    """

    values: list[T] = field(default_factory=list)
    bytes_read: int = 0
    problems: list[Problem] = field(default_factory=list)
    boundary: bytes | None = None
    _pieces: list["_Piece"] = field(default_factory=list)

    def line_of(self, index: int) -> int:
        """Tell on which line of the file an element begins."""
        firsts = [piece.first for piece in self._pieces]
        piece = self._pieces[bisect_right(firsts, index) - 1]
        starts = _starts(piece.data, self.boundary, piece.start, piece.stop)
        at = _begin(piece.data, starts[min(index - piece.first, len(starts) - 1)], piece.stop)
        return piece.line + piece.data.count(b"\n", piece.start, at)

    def add(self, values: list[T], line: int, data: bytes, start: int, stop: int) -> None:
        """Take elements, and the piece that they were decoded from, with the line that it begins on."""
        self._pieces.append(_Piece(len(self.values), line, data, start, stop))
        self.values += values


class _Piece(NamedTuple):
    first: int
    line: int
    data: bytes
    start: int
    stop: int


class Window:
    """What of a file is in memory: a piece that moves on, and the line that it begins on."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self.data = b""
        self.line = 1
        self.ended = False
        self._counted = (0, 1)

    @property
    def bytes_read(self) -> int:
        """How many bytes of the file were read."""
        return self._stream.tell()

    def more(self, size: int = BLOCK_BYTES) -> bool:
        """Read on; tells whether there was more."""
        piece = self._stream.read(size)
        self.ended = not piece
        self.data += piece
        return not self.ended

    def drop(self, count: int) -> bytes:
        """Move on by so many bytes, and give them."""
        self.line = self.line_at(count)
        self._counted = (0, self.line)
        gone, self.data = self.data[:count], self.data[count:]
        return gone

    def line_at(self, place: int) -> int:
        """Tell on which line a byte of the window stands; quick if asked from the front to the back."""
        at, line = self._counted if self._counted[0] <= place else (0, self.line)
        line += self.data.count(b"\n", at, place)
        self._counted = (place, line)
        return line


class Elements(Generic[T]):
    """The elements of one list, from after its opening bracket on.

    Attributes:
        closed: whether its closing bracket was found; then the window begins after it.
    """

    def __init__(self, window: Window, decoding: Decoding[T]) -> None:
        self._window = window
        self._decoding = decoding
        self._boundary: bytes | None = None
        self.closed = False

    def batches(self) -> Iterator[Batch[T]]:
        """Give the elements; each batch is what one block holds."""
        window = self._window
        while not self.closed and not (window.ended and not window.data):
            window.more()
            if self._boundary is None:
                self._boundary = boundary_of(window.data[:_LOOKED_AT])
            batch = Batch[T](boundary=self._boundary)
            if window.ended or not self._take_quickly(batch):
                self._take_carefully(batch)
            batch.bytes_read = window.bytes_read
            yield batch

    def _take_quickly(self, batch: Batch[T]) -> bool:
        cut = self._last_boundary(0, len(self._window.data))
        if cut is None:
            return False
        values = self._decoded(0, cut)
        if values is None:
            return False
        batch.add(values, self._window.line, self._window.data, 0, cut)
        self._window.drop(cut)
        return True

    def _take_carefully(self, batch: Batch[T]) -> None:
        """Cut along the structure as long as that decodes, then element by element."""
        data = self._window.data
        cuts, end = _cuts(data)
        start = self._take_structured(batch, cuts, end)
        if start is None:
            self.closed = True
            self._window.drop(end + 1)
            return
        left = len(data) - start
        if self._window.ended:
            start = self._take_damaged(batch, start, len(data))
        elif end == _TORN or start < (cuts[-1] if cuts else 0) or left > _DAMAGED_BYTES:
            start = self._take_damaged(batch, start, self._last_boundary(start, len(data)) or start)
        if not self.closed and len(data) - start > LONGEST_BYTES:
            self._give_up(batch, start)
            start = len(data)
        self._window.drop(start)

    def _take_structured(self, batch: Batch[T], cuts: list[int], end: int) -> int | None:
        """Take what is between the commas; gives how far that went, or `None` if it was all and the list is closed."""
        data, last = self._window.data, end if end >= 0 else (cuts[-1] if cuts else 0)
        values = self._decoded(0, last)
        if values is not None:
            batch.add(values, self._window.line, data, 0, last)
            return None if end >= 0 else last
        for start, stop in pairwise([0, *(cut for cut in cuts if cut < last), last]):
            if not self._take_one(batch, start, stop, self._last_boundary(start, stop) is None):
                return start
        return None if end >= 0 else last

    def _take_damaged(self, batch: Batch[T], start: int, stop: int) -> int:
        """Take what is between the boundaries, each for itself; gives how far that went."""
        data = self._window.data
        for begin, end in pairwise([*_starts(data, self._boundary, start, stop), stop]):
            if self._take_one(batch, begin, end, is_last_resort=False):
                continue
            close = self._closing(data[begin:end])
            if close >= 0:
                self._take_one(batch, begin, begin + close, is_last_resort=True)
                self.closed = True
                return begin + close + 1
            self._report(batch, begin, end, self._why_broken(begin, end))
        return stop

    def _closing(self, piece: bytes) -> int:
        """Give where the bracket stands that closes the list after one damaged element, or -1."""
        if self._boundary is not None and self._boundary.startswith(b"\n"):
            # No line break can stand inside of a string, and what is inside of an element is indented deeper.
            for found in _CLOSING_LINE.finditer(piece):
                if len(found[1]) < len(self._boundary) - 2 and _AFTER.match(piece, found.end() - 1):
                    return found.end() - 1
        return _cuts(piece)[1]

    def _take_one(self, batch: Batch[T], start: int, stop: int, is_last_resort: bool) -> bool:
        """Take one element; tells whether it is dealt with, which it also is by a problem at last."""
        data = self._window.data
        values = self._decoded(start, stop)
        if values is not None:
            batch.add(values, self._window.line_at(start), data, start, stop)
            return True
        try:
            mended = self._decoding.one(data[start:stop].strip(_AROUND))
        except BROKEN as error:
            if is_last_resort:
                self._report(batch, start, stop, reason(error))
            return is_last_resort
        batch.add(mended.values, self._window.line_at(start), data, start, stop)
        if mended.why:
            self._report(batch, start, stop, mended.why)
        return True

    def _why_broken(self, start: int, stop: int) -> str:
        if self._window.ended and stop == len(self._window.data):
            return "The file ends in the middle of this; it was cut off, or was not yet written to its end."
        try:
            self._decoding.one(self._window.data[start:stop].strip(_AROUND))
        except BROKEN as error:
            return reason(error)
        return "This is not understood."

    def _give_up(self, batch: Batch[T], start: int) -> None:
        self._report(
            batch,
            start,
            len(self._window.data),
            f"Something here is longer than {LONGEST_BYTES >> 20} MiB, as no message is; it was passed over.",
        )

    def _report(self, batch: Batch[T], start: int, stop: int, why: str) -> None:
        data = self._window.data
        begin = _begin(data, start, stop)
        batch.problems.append(Problem(self._window.line_at(begin), why, shown(data[begin:stop])))

    def _decoded(self, start: int, stop: int) -> list[T] | None:
        data = self._window.data
        begin, end = _begin(data, start, stop), _end(data, start, stop)
        try:
            # Joined, so that the bytes are copied but once.
            return self._decoding.many(b"".join((b"[", memoryview(data)[begin:end], b"]")))
        except BROKEN:
            return None

    def _last_boundary(self, start: int, stop: int) -> int | None:
        if self._boundary is None:
            return None
        found = self._window.data.rfind(self._boundary, start + 1, stop)
        return None if found < 0 else found + _shift(self._boundary)


def boundary_of(beginning: bytes) -> bytes | None:
    r"""Tell what stands where an element begins: a line break and its indentation, or the end of another element.

    Args:
        beginning: of the list, after its opening bracket.

    Example:
        >>> boundary_of(b'\n  {"a": [\n    {}]},\n  {"a": 1'), boundary_of(b'{"a":[{}]},{"a":1')
        (b'\n  {', b'},{"a":')
    """
    lines = Counter(_OWN_LINE.findall(beginning))
    if lines:
        # Damage may have made one that is no other element's.
        usual = [line for line, times in lines.items() if times > 1] or list(lines)
        return bytes(min(usual, key=len))
    first = _FIRST_KEY.match(beginning)
    if first is None:
        return None
    between = re.search(rb"\}\s*,\s*" + re.escape(first[1]), beginning)
    return between[0] if between else None


def shown(piece: bytes) -> str:
    """Write a piece of a file as text, cut when long."""
    text = piece[:_SHOWN_BYTES].decode("utf-8", "replace")
    return f"{text} …" if len(piece) > _SHOWN_BYTES else text


def _begin(data: bytes, start: int, stop: int) -> int:
    """Pass over what stands before an element."""
    while start < stop and data[start] in _AROUND:
        start += 1
    return start


def _end(data: bytes, start: int, stop: int) -> int:
    """Pass over what stands behind an element."""
    while stop > start and data[stop - 1] in _AROUND:
        stop -= 1
    return max(start, stop)


def _shift(boundary: bytes) -> int:
    return 0 if boundary.startswith(b"\n") else 1


def _starts(data: bytes, boundary: bytes | None, start: int, stop: int) -> Sequence[int]:
    """Give where elements begin between two places, the first included."""
    if boundary is None:
        return [start]
    shift = _shift(boundary)
    first = _begin(data, start, stop) + 1
    pieces = data[first:stop].split(boundary)
    lengths = [first + len(pieces[0]), *(len(boundary) + len(piece) for piece in pieces[1:-1])]
    return [start, *(at + shift for at in accumulate(lengths))] if len(pieces) > 1 else [start]


def _cuts(data: bytes) -> tuple[list[int], int]:
    """Give where the commas between elements stand, and the bracket that closes the list, or what there is instead."""
    marks = Structure().marks(data)
    closing = marks.of(b"]", -1)
    outside = marks.at[marks.depth < 0]
    end = _NONE if not len(outside) else _TORN
    if len(closing) and closing[0] == outside[0] and _AFTER.match(data, int(closing[0])):
        end = int(closing[0])
    stop = int(outside[0]) if len(outside) else len(data)
    commas = marks.of(b",", 0)
    return [int(cut) for cut in commas[commas < stop]], end


def reason(error: Exception) -> str:
    """Say why something could not be decoded."""
    if isinstance(error, RecursionError):
        return "This is nested too deeply to be read."
    return f"This is not understood: {getattr(error, 'msg', error)}."
