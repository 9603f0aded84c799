"""The list of messages that stands in a JSON object, with what stands before and after it."""

import re
from collections.abc import Iterator
from typing import Any, TypeVar

import msgspec

from openqq_nb.errors import InvalidInput
from openqq_nb.readers.base import Problem
from openqq_nb.readers.objects import decoded
from openqq_nb.readers.splitting import Batch, Decoding, Elements, Mended, Window
from openqq_nb.readers.structure import Structure

T = TypeVar("T")

_MARK = b"\xef\xbb\xbf"
_LONGEST_BYTES = 64 << 20
_KEY = re.compile(rb'"([^"\\]*)"\s*$')
_KEY_BYTES = 128
_LISTS = msgspec.json.Decoder(list[dict[str, Any]], float_hook=str)
_PIECES = msgspec.json.Decoder(list[msgspec.Raw])


def _many_pieces(body: bytes) -> list[bytes]:
    return [bytes(piece) for piece in _PIECES.decode(body)]


def _one_piece(body: bytes) -> Mended[bytes]:
    decoded(body)
    return Mended([body])


OBJECTS = Decoding(_LISTS.decode, lambda body: Mended([decoded(body)]))
"""Elements as dicts; numbers with a fraction become the text of their digits."""

PIECES = Decoding(_many_pieces, _one_piece)
"""Elements as the bytes that they were written with."""


def open_list(window: Window, depth: int, key: str = "") -> bytes | None:
    """Move a window to the first element of the list that a key has.

    Args:
        window: at the beginning of a file.
        depth: in how many objects the key stands; 0 if the file itself is the list.
        key: the key.

    Returns:
        What stood before it, as JSON in which the list is empty; `None` if there is no such list, or only far on.
    """
    while True:
        window.more()
        window.data = window.data.removeprefix(_MARK)
        at = _opening(window.data, depth, key.encode())
        if at is not None:
            return window.drop(at + 1) + b"]" + b"}" * depth
        if window.ended or len(window.data) > _LONGEST_BYTES:
            return None


def _opening(data: bytes, depth: int, key: bytes) -> int | None:
    if not depth:
        start = len(data) - len(data.lstrip())
        return start if data[start : start + 1] == b"[" else None
    marks = Structure().marks(data)
    for colon in marks.of(b":", depth):
        found = _KEY.search(data, max(0, int(colon) - _KEY_BYTES), int(colon))
        bracket = len(data) - len(data[int(colon) + 1 :].lstrip())
        if found and found[1] == key and data[bracket : bracket + 1] == b"[":
            return bracket
    return None


def batches(window: Window, decoding: Decoding[T]) -> Iterator[Batch[T]]:
    """Give the elements up to the end of the list; that it has none is told with the last ones.

    Args:
        window: at the first element; in the end behind the list.
        decoding: what is made of the elements.
    """
    elements = Elements(window, decoding)
    yield from elements.batches()
    if not elements.closed:
        why = "The list of messages has no end; the file was cut off, or was not yet written to its end"
        yield Batch(bytes_read=window.bytes_read, problems=[Problem(window.line, why)])


def rest(window: Window, depth: int = 1) -> dict[str, Any] | None:
    """Give what stands behind the list; `None` if that is not as it should be.

    Args:
        window: behind the list.
        depth: in how many objects the list stands.
    """
    while window.more() and len(window.data) <= _LONGEST_BYTES:
        pass
    behind = window.data.lstrip(b" \t\r\n,")
    if not behind:
        return {}
    try:
        return decoded(b'{"":' * (depth - 1) + b"{" * min(depth, 1) + behind)
    except InvalidInput:
        return None
