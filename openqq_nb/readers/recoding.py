"""Files that are JSON or text in another encoding, read as UTF-8."""

import codecs
from typing import BinaryIO, Protocol

_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_REPLACED = "\ufffd"


class Stream(Protocol):
    """What a reader needs of a file."""

    def read(self, size: int, /) -> bytes:
        """Give at most so many of the next bytes; none at the end."""

    def tell(self) -> int:
        """Tell how many bytes of the file were read."""


class _Recoded:
    """A stream in another encoding, as UTF-8; what is no text in it becomes U+FFFD."""

    def __init__(self, stream: BinaryIO, encoding: str) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")
        self._ended = False

    def read(self, size: int, /) -> bytes:
        """Give the text of the next `size` bytes of the file; nothing at its end."""
        while not self._ended:
            piece = self._stream.read(size)
            self._ended = not piece
            text = self._decoder.decode(piece, self._ended)
            if text:
                return text.encode(errors="replace")
        return b""

    def tell(self) -> int:
        """Tell how many bytes of the file were read."""
        return self._stream.tell()


def encoding_of(head: bytes) -> str:
    r"""Tell in which encoding a file is written: `utf-8`, `utf-16-le`, `utf-16-be` or `gb18030`.

    Example:
        >>> encoding_of("大家好".encode("gb18030")), encoding_of("大家好".encode() + b"\xff")
        ('gb18030', 'utf-8')
    """
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    if head[:2] in (b"{\0", b"[\0"):
        return "utf-16-le"
    if head[:2] in (b"\0{", b"\0["):
        return "utf-16-be"
    return "gb18030" if is_gb18030(head) else "utf-8"


def is_gb18030(written: bytes) -> bool:
    """Tell whether bytes are rather GB18030 than UTF-8: some broken bytes in either do not make it the other."""
    text = _decoded(written, "utf-8")
    broken = text.count(_REPLACED)
    foreign = len(text) - len(text.encode("ascii", "ignore"))
    return 2 * broken > foreign and _decoded(written, "gb18030").count(_REPLACED) < broken


def _decoded(written: bytes, encoding: str) -> str:
    """Decode what may end inside of a character."""
    return codecs.getincrementaldecoder(encoding)("replace").decode(written)


def as_utf8(stream: BinaryIO, head: bytes) -> Stream:
    """Read a file as UTF-8, whatever it is written in; a byte order mark is left out.

    Args:
        stream: the file, at its beginning.
        head: its first bytes.
    """
    encoding = encoding_of(head)
    for mark, _ in _MARKS:
        if head.startswith(mark):
            stream.read(len(mark))
    return stream if encoding == "utf-8" else _Recoded(stream, encoding)
