"""Sources inside of a zip; nothing of it is ever extracted."""

import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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

Open = Callable[[zipfile.ZipInfo], BinaryIO]


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
        """The files in it by the parts of their paths; those whose paths lead out of it are among `refused`.

        Raises:
            OSError: it cannot be read, or is no zip.
        """
        return {parts: info for info in self._infos if (parts := inside(_name(info))) is not None}

    @property
    def refused(self) -> Iterator[tuple[str, str]]:
        """What is in it and can be no source: its name, and why."""
        for info in self._infos:
            if inside(_name(info)) is None:
                yield plain_text(_name(info)), "its path leads out of the zip"

    def source(self, parts: tuple[str, ...], through: Open | None = None) -> Source:
        """Give a member as a source.

        Args:
            parts: of its path.
            through: what opens members; unless it is given, the zip is opened anew each time.
        """
        info = self.members[parts]
        open_member = through or self._opened

        def beside(relative: str) -> Source | None:
            below = inside(relative)
            wanted = (*parts[:-1], *(below or ()))
            return self.source(wanted, through) if below and wanted in self.members else None

        name = plain_text("/".join((self.name, *parts)))
        return Source(name, info.file_size, lambda: open_member(info), beside)

    @contextmanager
    def held(self) -> Iterator[Open]:
        """Keep the zip open to look at many members.

        Raises:
            OSError: it cannot be read, or is no zip.
        """
        with self._open() as opened:
            yield lambda info: self._member(opened, info)

    @cached_property
    def _infos(self) -> list[zipfile.ZipInfo]:
        with self._open() as opened:
            return [info for info in opened.infolist() if not info.is_dir()]

    def _open(self) -> zipfile.ZipFile:
        try:
            return zipfile.ZipFile(self.path)
        except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError) as error:
            raise damaged(self.name, error) from error

    def _opened(self, info: zipfile.ZipInfo) -> BinaryIO:
        opened = self._open()
        try:
            return self._member(opened, info, opened)
        except BaseException:
            opened.close()
            raise

    def _member(self, opened: zipfile.ZipFile, info: zipfile.ZipInfo, *owners: zipfile.ZipFile) -> BinaryIO:
        name = f"{self.name}/{_name(info)}"
        try:
            return guarded(name, opened.open(info), *owners)
        except (zipfile.BadZipFile, RuntimeError, EOFError, ValueError) as error:
            raise damaged(name, error) from error


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
