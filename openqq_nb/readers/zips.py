"""Sources inside of a zip; nothing of it is ever extracted."""

import os
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

from openqq_nb.columns import plain_text
from openqq_nb.readers.base import Source
from openqq_nb.readers.files import inside
from openqq_nb.readers.guarding import damaged, guarded

MAGICS = (b"PK\x03\x04", b"PK\x05\x06")
"""How a zip begins, one without members too."""

_NAMED_IN_UTF8 = 0x800
_ENCRYPTED = 0x1
# Deflate packs a thousand to one at most, logs ten to one.
_MOST_BYTES = 1 << 30
_MOST_TIMES = 200
# What stands before the bytes of a member: a magic, flags, the lengths of its name and of what follows that.
_LOCAL_HEADER = struct.Struct("<4s2xH18xHH")


@dataclass(frozen=True)
class Zip:
    """A zip on the disk.

    Args:
        path: the file.
        name: what people call it.
    """

    path: Path
    name: str

    @cached_property
    def members(self) -> dict[tuple[str, ...], zipfile.ZipInfo]:
        """The files in it by the parts of their paths, of several with one path the last; others are `refused`.

        Raises:
            OSError: it cannot be read, or is no zip.
        """
        return {parts: info for info in self._infos if (parts := inside(_name(info))) is not None}

    @property
    def refused(self) -> Iterator[tuple[str, str]]:
        """What is in it and can be no source: its name, and why."""
        for info in self._infos:
            parts = inside(_name(info))
            if parts is None:
                yield plain_text(_name(info)), "its path leads out of the zip"
            elif self.members[parts] is not info:
                yield (
                    plain_text(_name(info)),
                    "a later member of the zip has the same path, and is read instead",
                )

    def source(self, parts: tuple[str, ...]) -> Source:
        """Give the member with these parts of its path as a source."""
        info = self.members[parts]

        def beside(relative: str) -> Source | None:
            below = inside(relative)
            wanted = (*parts[:-1], *(below or ()))
            return self.source(wanted) if below and wanted in self.members else None

        name = plain_text("/".join((self.name, *parts)))
        return Source(name, info.file_size, lambda: self._opened(info), beside)

    @cached_property
    def _infos(self) -> list[zipfile.ZipInfo]:
        try:
            with zipfile.ZipFile(self.path) as opened:
                return [info for info in opened.infolist() if not info.is_dir()]
        except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError) as error:
            raise damaged(self.name, error) from error

    def _opened(self, info: zipfile.ZipInfo) -> BinaryIO:
        """Open a member; a `ZipFile` would read the directory of the whole zip anew."""
        name = f"{self.name}/{_name(info)}"
        why = why_not(info)
        if why is not None:
            raise OSError(f"{name} cannot be read: {why}")
        file = self.path.open("rb")
        try:
            _go_to(file, info)
            return guarded(name, zipfile.ZipExtFile(file, "r", info, close_fileobj=True))
        except (zipfile.BadZipFile, RuntimeError, EOFError, ValueError, struct.error) as error:
            file.close()
            raise damaged(name, error) from error
        except BaseException:
            file.close()
            raise


def _go_to(file: BinaryIO, info: zipfile.ZipInfo) -> None:
    """Move to where the bytes of a member begin."""
    file.seek(info.header_offset)
    magic, flags, name_bytes, extra_bytes = _LOCAL_HEADER.unpack(file.read(_LOCAL_HEADER.size))
    name = file.read(name_bytes).decode("utf-8" if flags & _NAMED_IN_UTF8 else "cp437")
    if magic != MAGICS[0] or name != info.orig_filename:
        raise zipfile.BadZipFile("another member stands where its directory says that this one is")
    file.seek(extra_bytes, os.SEEK_CUR)


def is_zip(head: bytes) -> bool:
    """Tell from the first bytes whether a file is a zip."""
    return head.startswith(MAGICS)


def why_not(info: zipfile.ZipInfo) -> str | None:
    """Say why a member is not looked into, if so."""
    if info.flag_bits & _ENCRYPTED:
        return "it is encrypted; unpack the zip with its password, and open the folder"
    if info.file_size > _MOST_BYTES and info.file_size > _MOST_TIMES * max(info.compress_size, 1):
        return (
            f"it would unpack {info.compress_size:,} bytes to {info.file_size:,}, as no log does; if it is "
            "one, unpack it and open the file"
        )
    return None


def _name(info: zipfile.ZipInfo) -> str:
    """Read a name; without the mark that it is UTF-8 it is what the machine used that packed it, so mostly GBK."""
    written = info.filename
    if info.flag_bits & _NAMED_IN_UTF8 or written.isascii():
        return written
    try:
        raw = written.encode("cp437")
    except UnicodeEncodeError:
        return written
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return written
