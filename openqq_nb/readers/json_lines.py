"""Streams JSON values that stand one on a line, as many as fit into a block decoded by one call."""

from collections.abc import Iterator
from typing import TypeVar

from openqq_nb.readers.base import Problem
from openqq_nb.readers.recoding import Stream
from openqq_nb.readers.splitting import BROKEN, LONGEST_BYTES, Batch, Decoding, Window, reason, shown

T = TypeVar("T")

_BLANK = b" \t\r\n,\0"


def json_lines(stream: Stream, decoding: Decoding[T]) -> Iterator[Batch[T]]:
    """Decode a file of lines.

    Args:
        stream: the file as UTF-8, at its beginning.
        decoding: how values are decoded.

    Returns:
        Batches in the order of the file; at least one.
    """
    window = Window(stream)
    while not window.ended:
        cut = window.data.rfind(b"\n") + 1 if window.more() else len(window.data)
        batch = Batch[T](boundary=b"\n{")
        if cut:
            _take(batch, window, cut, decoding)
        elif len(window.data) > LONGEST_BYTES:
            why = f"This line is longer than {LONGEST_BYTES >> 20} MiB, as no message is; it was passed over."
            batch.problems.append(Problem(window.line, why, shown(window.data)))
            window.drop(len(window.data))
        batch.bytes_read = window.bytes_read
        yield batch


def _take(batch: Batch[T], window: Window, cut: int, decoding: Decoding[T]) -> None:
    line, body = window.line, window.data[:cut]
    try:
        values = decoding.many(b"[" + body.strip(_BLANK).replace(b"\n", b",") + b"]")
    except BROKEN:
        for number, one in enumerate(body.split(b"\n"), line):
            is_last = window.ended and number == line + body.count(b"\n")
            _take_one(batch, one.strip(_BLANK), number, decoding, is_last)
    else:
        batch.add(values, line, body, 0, len(body))
    window.drop(cut)


def _take_one(batch: Batch[T], written: bytes, line: int, decoding: Decoding[T], is_last: bool) -> None:
    try:
        batch.add(decoding.many(b"[" + written + b"]"), line, written, 0, len(written))
        return
    except BROKEN:
        pass  # then what can be made of it
    try:
        mended = decoding.one(written)
    except BROKEN as error:
        why = "The file ends in the middle of this line; it was cut off." if is_last else reason(error)
        batch.problems.append(Problem(line, why, shown(written)))
        return
    batch.add(mended.values, line, written, 0, len(written))
    if mended.why:
        batch.problems.append(Problem(line, mended.why, shown(written)))
