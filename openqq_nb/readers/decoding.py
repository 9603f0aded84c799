"""From the bytes of a text file to text: which encoding it has, block by block, and what of it cannot be decoded."""

import codecs
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby

from openqq_nb.readers.base import Problem, Source
from openqq_nb.readers.recoding import is_gb18030

BLOCK_BYTES = 4 << 20
"""How much of a file is decoded at once; some 50,000 messages."""

UNREADABLE = "\ufffd"
_BYTE_ORDERS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
ENOUGH_ROWS, ENOUGH_CHARACTERS = 5_000, BLOCK_BYTES
"""From how many messages, or how much of their text, a reader tells who is who."""

_NEVER_WRITTEN = "\0\0"
_SHOWN = 200
_OVERLAP = 1_024


@dataclass(frozen=True, slots=True)
class Block:
    r"""A piece of a text.

    Attributes:
        text: it, with `\n` for every kind of line break.
        line: number of the line that it begins in, counted from 1.
        bytes_read: how far into the file it reaches.
        problems: what of it cannot be read.
    """

    text: str
    line: int
    bytes_read: int
    problems: list[Problem] = field(default_factory=list)


def codec_of(head: bytes) -> str:
    """Tell from the beginning of a file what decodes it from its first byte on, a byte order mark included.

    Returns:
        `utf-8-sig` or `utf-16` where a byte order mark says so; else `utf-8`, or `gb18030`, which holds GBK: whichever
        breaks less, so that a few damaged bytes do not turn a whole file into other words.

    Example:
        >>> codec_of("消息记录".encode("gbk")), codec_of("消息记录".encode())
        ('gb18030', 'utf-8')
    """
    for mark, name in _BYTE_ORDERS:
        if head.startswith(mark):
            return name
    return "gb18030" if is_gb18030(head) else "utf-8"


def decoded_head(head: bytes) -> str:
    """Decode the beginning of a file, to look at it; what cannot be decoded becomes U+FFFD."""
    return codecs.getincrementaldecoder(codec_of(head))("replace").decode(head)


def blocks(source: Source, block_bytes: int = BLOCK_BYTES) -> Iterator[Block]:
    """Decode a file block by block.

    Args:
        source: the file.
        block_bytes: how much is read at once.

    Returns:
        Its pieces in order, never cut inside a character or a line break. What cannot be decoded is U+FFFD in
        the text, and a problem with its line.

    Raises:
        OSError: the bytes cannot be read.
    """
    with source.open() as stream:
        raw = stream.read(block_bytes)
        decoder = Decoder()
        line, read = 1, 0
        while raw:
            read += len(raw)
            following = stream.read(block_bytes)
            text = decoder.decode(raw, final=not following)
            yield Block(text, line, read, decoder.problems(text, line))
            line += text.count("\n")
            raw = following


def whole(pieces: Iterable[Block], literal: str, starts: re.Pattern[str]) -> Iterator[Block]:
    """Cut a text anew, always before the start of an entry, so that none lies in two pieces.

    Args:
        pieces: the text.
        literal: what every start begins with.
        starts: what a start looks like, beginning with `literal`.

    Returns:
        Pieces that hold one entry or many, each piece beginning with a start but the first.
    """
    held: list[str] = []
    problems: list[Problem] = []
    line, read = 1, 0
    for piece in pieces:
        problems += piece.problems
        read = piece.bytes_read
        window = (_taken_back(held) if held else "") + piece.text
        place = _last_start(window, literal, starts)
        text = "".join([*held, window[:place]]) if place >= 0 else ""
        if text:
            yield Block(text, line, read, problems)
            line, problems, held = line + text.count("\n"), [], []
        held.append(window[place:] if text else window)
    if held or problems:
        yield Block("".join(held), line, read, problems)


def shown(text: str) -> str:
    """Cut a piece of a file for a problem."""
    return text if len(text) <= _SHOWN else text[:_SHOWN] + " …"


class Decoder:
    """Decodes block after block; what is wrong in one does not spoil the next.

    The encoding is that of the first block that has more than ASCII.
    """

    def __init__(self) -> None:
        """Begin at the first byte of a file."""
        self._settle("utf-8")
        self._is_settled = False
        self._newlines = io.IncrementalNewlineDecoder(None, translate=True)
        self._failed = False

    def decode(self, raw: bytes, *, final: bool) -> str:
        r"""Decode the next bytes, with `\n` for every kind of line break."""
        if not self._is_settled and not raw.isascii():
            self._settle(codec_of(raw))
        before = self._strict.getstate()
        try:
            text, self._failed = self._strict.decode(raw, final), False
        except UnicodeDecodeError:
            self._loose.setstate(before)
            text, self._failed = self._loose.decode(raw, final), True
            self._strict.setstate(self._loose.getstate())
        return self._newlines.decode(text, final)

    def problems(self, text: str, line: int) -> list[Problem]:
        """Say what was wrong with the text that was decoded last, which begins in this line."""
        found = []
        if self._failed:
            found += list(
                _marked(text, line, UNREADABLE, "has bytes that cannot be decoded, shown as \ufffd")
            )
        if _NEVER_WRITTEN in text:
            found += list(_marked(text, line, _NEVER_WRITTEN, "has NUL bytes: it was probably never written"))
        return found

    def _settle(self, encoding: str) -> None:
        self._strict = codecs.getincrementaldecoder(encoding)("strict")
        self._loose = codecs.getincrementaldecoder(encoding)("replace")
        self._is_settled = True


def _marked(text: str, line: int, mark: str, why: str) -> Iterator[Problem]:
    """Find the lines with a mark, and tell of neighbours together."""
    lines = text.split("\n")
    places = [place for place, one in enumerate(lines) if mark in one]
    for _, run in groupby(enumerate(places), lambda at: at[1] - at[0]):
        near = [place for _, place in run]
        length = f" (and the {len(near) - 1} lines after it)" if len(near) > 1 else ""
        first = lines[near[0]]
        yield Problem(
            line + near[0], f"The line{length} {why}.", shown(first[max(first.find(mark) - 50, 0) :])
        )


def _taken_back(held: list[str]) -> str:
    tail = held[-1][-_OVERLAP:]
    held[-1] = held[-1][:-_OVERLAP]
    return tail


def _last_start(text: str, literal: str, starts: re.Pattern[str]) -> int:
    place = text.rfind(literal)
    while place >= 0 and not starts.match(text, place):
        place = text.rfind(literal, 0, place + len(literal) - 1)
    return place
