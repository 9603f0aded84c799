"""Sources on the disk."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

from openqq_nb.columns import plain_text
from openqq_nb.readers.base import Source

_DRIVE = re.compile(r"[A-Za-z]:")
_SEPARATORS = re.compile(r"[/\\]+")


def of_file(path: Path, name: str | None = None) -> Source:
    """Give the source that a file on the disk is.

    Args:
        path: the file.
        name: what people call it; the name of the file unless told otherwise.
    """

    def opened() -> BinaryIO:
        return cast("BinaryIO", path.open("rb"))

    def beside(relative: str) -> Source | None:
        parts = inside(relative)
        return None if parts is None else _beside(path, parts)

    return Source(plain_text(name or path.name), path.stat().st_size, opened, beside, path)


def inside(relative: str) -> tuple[str, ...] | None:
    """Take a relative path apart; one that leads out of its folder, or is none, gives `None`.

    Example:
        >>> inside("chunks/c000001.jsonl"), inside("chunks/../../etc"), inside("C:/x"), inside("/x")
        (('chunks', 'c000001.jsonl'), None, None, None)
    """
    parts = [part for part in _SEPARATORS.split(relative) if part != "."]
    if not all(parts) or not parts or ".." in parts or "\0" in relative or _DRIVE.match(relative):
        return None
    return tuple(parts)


def all_below(folder: Path) -> Iterator[tuple[tuple[str, ...], Path]]:
    """Give every file in a folder and below it, with the parts of its path.

    Links to folders are not followed, and hidden folders, whose names begin with a dot, are not looked into: programs
    keep thousands of files there.
    """
    for where, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        above = Path(where).relative_to(folder).parts
        for name in sorted(names):
            yield (*above, name), Path(where, name)


def _beside(path: Path, parts: tuple[str, ...]) -> Source | None:
    folder = path.parent
    wanted = folder.joinpath(*parts)
    try:
        # A link may lead out of the folder too.
        if not wanted.is_file() or not wanted.resolve().is_relative_to(folder.resolve()):
            return None
        return of_file(wanted)
    except (OSError, ValueError):
        return None  # a name that no file can have
