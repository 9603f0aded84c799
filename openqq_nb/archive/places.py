"""Where an archive is: a folder of a disk, or one behind an address such as `s3://bucket/logs`, which fsspec knows."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import unquote

import pyarrow as pa
from pyarrow import fs

from openqq_nb.errors import InvalidInput, NotSupported, one_line

_S3 = ("s3", "s3a")
# Of Windows, the sign before the drive is none of the path.
_FILE = re.compile(r"file:(?://(?:localhost(?=/))?|(?=/))(?:/(?=[a-z]:/))?", re.IGNORECASE)
# The part of an address before `@` may be a name and a password.
_KEYS = re.compile(r"(?<=://)[^/@]*@")


@dataclass(frozen=True, slots=True)
class Place:
    """A folder, which may not be there yet.

    Attributes:
        filesystem: what reads and writes it.
        path: where it is within that.
        scheme: the beginning of its address, such as `s3`, also for `s3a`; empty for a folder of this machine.
        remote: the file system of fsspec; `None` for a folder of this machine.
    """

    filesystem: fs.FileSystem
    path: str
    scheme: str = ""
    remote: Any = None

    def __str__(self) -> str:
        """Write it as people do."""
        return without_keys(self._addressed(self.path))

    @property
    def is_s3(self) -> bool:
        """Tell whether it is in S3 or something that speaks like it."""
        return self.scheme == "s3"

    def within(self, name: str) -> str:
        """Give the path of a file in it, as its file system wants it."""
        return f"{self.path.rstrip('/')}/{name}"

    def address(self, name: str) -> str:
        """Give the path or address of a file in it, as engines want it."""
        return self._addressed(self.within(name))

    def _addressed(self, path: str) -> str:
        """Put the scheme before a path, unless its file system, as that of http, counts it to the path."""
        return f"{self.scheme}://{path}" if self.scheme and "://" not in path else path

    def files(self) -> dict[str, int]:
        """List what is in it, folders within it too.

        Returns:
            The size in bytes by the path from this folder, sorted; nothing where there is no folder, or a file.

        Raises:
            InvalidInput: it cannot be read.
        """
        if self.remote is not None:
            self.remote.invalidate_cache()
        elif self.is_file():
            return {}
        with understood(self, "read"):
            found = self.filesystem.get_file_info(
                fs.FileSelector(self.path, allow_not_found=True, recursive=True)
            )
            begin = len(self.within(""))
            return {
                one.path[begin:]: one.size or 0
                for one in sorted(found, key=lambda one: one.path)
                if one.type is fs.FileType.File and len(one.path) > begin
            }

    def is_file(self) -> bool:
        """Tell whether there is a file where the folder should be."""
        with understood(self, "read"):
            return self.filesystem.get_file_info(self.path).type is fs.FileType.File

    def taken_apart(self) -> tuple["Place", str, int]:
        """Give the folder, the name and the size in bytes of the file that this is the path of."""
        folder, _, name = self.path.rpartition("/")
        with understood(self, "read"):
            size_bytes = self.filesystem.get_file_info(self.path).size or 0
        return Place(self.filesystem, folder, self.scheme, self.remote), name, size_bytes

    def make_folder(self, name: str = "") -> None:
        """Make the folder, or one within it; S3 has none, and would make a bucket of a mistyped name."""
        if not self.is_s3:
            self.filesystem.create_dir(self.within(name) if name else self.path, recursive=True)


def place(folder: str | os.PathLike[str]) -> Place:
    """Find out where a folder is.

    Args:
        folder: a path, also one with `~`, or as `file:///…`; or an address that fsspec knows, such as
            `s3://bucket/logs`. What it takes to get there stands in the environment: `AWS_ENDPOINT_URL`,
            `AWS_ACCESS_KEY_ID` and the like.

    Raises:
        InvalidInput: it is no path, or an address that nothing here understands.
        NotSupported: what reads such addresses is not installed.
    """
    text = _text(folder)
    if "://" not in text:
        try:
            return Place(fs.LocalFileSystem(), Path(text).expanduser().absolute().as_posix())
        except RuntimeError as error:  # `~somebody` who is not there
            raise InvalidInput(
                f"{one_line(text)!r} names no folder: {error}. Choose another path."
            ) from error
    return _remote(text)


def local(address: str) -> str:
    """Give the path that a `file` address stands for; anything else is given back.

    Example:
        >>> local("file:///logs/%E7%BE%A4.json"), local("s3://bucket/logs")
        ('/logs/群.json', 's3://bucket/logs')
    """
    written = _FILE.match(address)
    return unquote(address[written.end() :]) if written else address


def _text(folder: object) -> str:
    text = local(os.fspath(folder)) if isinstance(folder, str | os.PathLike) else ""
    if not text or "\0" in text:
        raise InvalidInput(
            f"An archive is a folder. Found {folder!r}.\nGive its path, or an address such as 's3://bucket/logs'."
        )
    return text


def _remote(address: str) -> Place:
    written, _, rest = address.partition("://")
    scheme = "s3" if written.lower() in _S3 else written.lower()
    if scheme == "s3" and set("@:") & set(rest.partition("/")[0]):
        # Shown nowhere: a key may have any signs in it.
        raise InvalidInput(
            "An address in S3 begins with the name of a bucket. Found '@' or ':' in front, as of keys.\n"
            "Put keys into AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and give 's3://bucket/logs'."
        )
    try:
        from fsspec.core import url_to_fs  # noqa: PLC0415 - an extra

        remote, path = url_to_fs(f"{scheme}://{rest}")
    except ImportError as error:
        extra = (
            'pip install "openqq-nb[s3]"'
            if scheme == "s3"
            else "pip install fsspec and what its message names"
        )
        raise NotSupported(
            f"Addresses that begin with {one_line(scheme)}:// cannot be opened here. Found: {error}.\n"
            f"Install what it takes: {extra}."
        ) from error
    except (ValueError, OSError) as error:
        raise InvalidInput(
            f"{without_keys(one_line(address))!r} is no address that can be opened.\n"
            f"Found: {without_keys(one_line(str(error)))}.\n"
            "Give the path of a folder, or an address such as 's3://bucket/logs'."
        ) from error
    return Place(fs.PyFileSystem(fs.FSSpecHandler(remote)), path.rstrip("/"), scheme, remote)


def without_keys(text: str) -> str:
    """Leave the names and passwords of addresses away, so that no error tells them.

    Example:
        >>> without_keys("s3://KEY:secret@bucket/logs")
        's3://…@bucket/logs'
    """
    return _KEYS.sub("…@", text)


@contextmanager
def understood(at: Place, doing: Literal["read", "write"], name: str = "") -> Iterator[None]:
    """Say in our words why a folder, or a file in it, could not be read or written.

    Raises:
        InvalidInput: it could not.
    """
    try:
        yield
    except failures(at) as error:
        raise InvalidInput(
            f"{_WHAT[doing]}.\nFound for {without_keys(at.address(name)) if name else at}: "
            f"{without_keys(one_line(str(error)))}.\n"
            f"{_ADVICE_S3 if at.is_s3 else _ADVICE[doing]}"
        ) from error


def failures(at: Place) -> tuple[type[Exception], ...]:
    """Give what reading and writing raise; S3 has errors of its own, as for missing keys."""
    if not at.is_s3:
        return (OSError, pa.ArrowException)
    from botocore.exceptions import BotoCoreError  # noqa: PLC0415 - comes with the extra

    return (OSError, pa.ArrowException, BotoCoreError)


_WHAT = {
    "read": "The archive could not be read",
    "write": "The archive could not be written, and nothing is left of what was begun",
}
_ADVICE = {
    "read": "Look whether the path is right and you may read it; if a file is damaged, write the archive anew.",
    "write": "Make room on the disk, or choose a folder that you may write to.",
}
_ADVICE_S3 = (
    "Look whether the bucket is there, and whether AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are "
    "those of its server; if a file is damaged, write the archive anew."
)
