"""The lines of a file one by one, with their numbers and ends; no line can fill the memory."""

from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

LONGEST_BYTES = 64 << 20
"""A longer line is no message: the longest seen, with pictures in it, have a few megabytes."""

_MARK = b"\xef\xbb\xbf"


class Line(NamedTuple):
    """One line of a file.

    Attributes:
        number: counted from 1.
        body: without its end; what is there of it where it is too long.
        end: how many bytes of the file there are up to its end.
        whole: whether it is not longer than any line is.
    """

    number: int
    body: bytes
    end: int
    whole: bool


def lines(stream: BinaryIO, longest_bytes: int = LONGEST_BYTES) -> Iterator[Line]:
    """Read a file line by line; only a line feed ends a line, since texts may hold all the other ends.

    Args:
        stream: the file at its beginning; a mark of UTF-8 there is left away.
        longest_bytes: a line that is longer is not held.
    """
    end = number = 0
    while body := stream.readline(longest_bytes):
        number, end = number + 1, end + len(body)
        whole = len(body) < longest_bytes or body.endswith(b"\n")
        if not whole:
            body = body[:1000]
            end += _rest(stream, longest_bytes)
        yield Line(number, body.removeprefix(_MARK if number == 1 else b"").strip(b" \t\r\n"), end, whole)


def _rest(stream: BinaryIO, longest_bytes: int) -> int:
    skipped = 0
    while piece := stream.readline(min(longest_bytes, 1 << 20)):
        skipped += len(piece)
        if piece.endswith(b"\n"):
            break
    return skipped
