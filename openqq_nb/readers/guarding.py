"""Packed bytes as plain streams, whose damage shows as `OSError` like that of any file."""

import gzip
import io
import lzma
import zipfile
import zlib
from collections.abc import Callable
from struct import error as StructError
from typing import BinaryIO, Protocol, cast

import zstandard

from openqq_nb.readers.base import Source

_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    zstandard.ZstdError,
    StructError,
    EOFError,
    RuntimeError,  # encrypted, or of a method that is not known
    ValueError,
)


class _Stream(Protocol):
    def read(self, size: int, /) -> bytes: ...

    def close(self) -> None: ...


class _Guarded(io.RawIOBase):
    """A stream whose every failure is an `OSError` that names the file; closed with all that it was opened with."""

    def __init__(self, name: str, stream: _Stream, *owners: _Stream | zipfile.ZipFile) -> None:
        self._name = name
        self._owned = (stream, *owners)
        self._stream = stream
        self._at = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        try:
            found = self._stream.read(len(buffer))
        except _DAMAGE as error:
            raise damaged(self._name, error) from error
        buffer[: len(found)] = found
        self._at += len(found)
        return len(found)

    def tell(self) -> int:
        return self._at

    def close(self) -> None:
        if not self.closed:
            for one in self._owned:
                one.close()
        super().close()


def guarded(name: str, stream: _Stream, *owners: _Stream | zipfile.ZipFile) -> BinaryIO:
    """Give a stream whose damage shows as `OSError`.

    Args:
        name: what people call it.
        stream: what is read.
        owners: what is closed after it.
    """
    return cast("BinaryIO", io.BufferedReader(_Guarded(name, stream, *owners), 1 << 18))


def damaged(name: str, error: Exception) -> OSError:
    """Say that packed bytes cannot be unpacked."""
    return OSError(
        f"{name} is damaged, or packed in a way that is not known: {str(error) or type(error).__name__}"
    )


def _zst(stream: BinaryIO) -> _Stream:
    # Several frames may follow each other, as several members do in the others.
    return zstandard.ZstdDecompressor().stream_reader(stream, read_across_frames=True)


def _gz(stream: BinaryIO) -> _Stream:
    return gzip.GzipFile(fileobj=stream)


def _xz(stream: BinaryIO) -> _Stream:
    return lzma.LZMAFile(stream)


_PACKERS: dict[bytes, Callable[[BinaryIO], _Stream]] = {
    b"\x1f\x8b\x08": _gz,
    b"\xfd7zXZ\0": _xz,
    b"\x28\xb5\x2f\xfd": _zst,
}


def unpacked(source: Source, head: bytes) -> Source:
    """Give what is in a source that is packed on its own (gz, xz, zst), and any other source as it is.

    Args:
        source: the source; the length of what is packed in it is not known before, so it keeps its own.
        head: its beginning.
    """
    packer = next((found for magic, found in _PACKERS.items() if head.startswith(magic)), None)
    if packer is None:
        return source
    unpack = packer
    latest: list[BinaryIO] = []

    def opened() -> BinaryIO:
        stream = source.open()
        latest[:] = [stream]
        try:
            return guarded(source.name, unpack(stream), stream)
        except BaseException:
            stream.close()
            raise

    def reached(bytes_read: int) -> int:
        if latest and not latest[0].closed:
            return latest[0].tell()
        return min(bytes_read, source.size_bytes)

    return Source(source.name, source.size_bytes, opened, source.beside, reached=reached)
