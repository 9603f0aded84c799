"""Where the brackets, commas and colons of JSON stand, outside of its strings: found in bulk, block by block."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

_QUOTE = ord('"')
_MARKS = bytes(byte in b'"[]{},:' for byte in range(256))
_STEPS = np.zeros(256, np.int8)
_STEPS[[ord("["), ord("{")]] = 1
_STEPS[[ord("]"), ord("}")]] = -1


class Marks(NamedTuple):
    """The marks of one block.

    Attributes:
        at: where each stands in the block.
        kind: the byte itself.
        depth: how many brackets are open after it.
    """

    at: NDArray[np.intp]
    kind: NDArray[np.uint8]
    depth: NDArray[np.int64]

    def of(self, kind: bytes, depth: int) -> NDArray[np.intp]:
        """Give the places of one kind of mark with so many brackets open after it."""
        places: NDArray[np.intp] = self.at[(self.kind == ord(kind)) & (self.depth == depth)]
        return places


class Structure:
    """Follows JSON through blocks that may be cut anywhere."""

    def __init__(self) -> None:
        self.depth = 0
        self.inside = False
        self._escaped = False

    def marks(self, block: bytes) -> Marks:
        """Find the marks of the next block.

        Example:
            >>> marks = Structure().marks(b'{"a, b": [1, 2]}')
            >>> marks.at.tolist(), marks.depth.tolist()
            ([0, 7, 9, 11, 14, 15], [1, 1, 2, 2, 1, 0])
        """
        plain = self._without_escapes(block)
        at = np.flatnonzero(np.frombuffer(plain.translate(_MARKS), np.bool_))
        kind = np.frombuffer(plain, np.uint8)[at]
        quotes = kind == _QUOTE
        inside = (np.cumsum(quotes) + self.inside) & 1
        self.inside = bool(inside[-1]) if len(inside) else self.inside
        outside = (inside == 0) & ~quotes
        depth = np.cumsum(_STEPS[kind[outside]], dtype=np.int64) + self.depth
        self.depth = int(depth[-1]) if len(depth) else self.depth
        return Marks(at[outside], kind[outside], depth)

    def _without_escapes(self, block: bytes) -> bytes:
        if self._escaped and block.startswith((b'"', b"\\")):
            block = b"x" + block[1:]
        if b"\\" in block:
            # From left to right, so that what is left of a run of backslashes is the one that counts.
            block = block.replace(b"\\\\", b"xx").replace(b'\\"', b"xx")
        self._escaped = block.endswith(b"\\")
        return block
