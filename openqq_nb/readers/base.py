"""What every reader of a format is given and gives: a source of bytes, options, and parts of a log."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Protocol

import pyarrow as pa

from openqq_nb.columns import ZONE

HEAD_BYTES = 65_536
"""How much of a source is looked at to tell its format."""


def _as_told(bytes_read: int) -> int:
    return bytes_read


@dataclass(frozen=True, slots=True)
class Source:
    """The bytes of one file: on the disk, or inside of a zip.

    Attributes:
        name: what people call it, such as `logs.zip/group.json`.
        size_bytes: how long it is.
        open: opens it at its beginning, as often as it is wanted.
        beside: gives another file by its path relative to this one's folder; `None` if there is none, and for a path
            that leads out of the folder.
        path: the file on the disk; `None` inside of a zip.
        reached: tells how many of `size_bytes` were read when a reader has told `Part.bytes_read`; they differ where
            the file is packed on its own, and `open` gives what is packed in it.
    """

    name: str
    size_bytes: int
    open: Callable[[], BinaryIO]
    beside: Callable[[str], "Source | None"]
    path: Path | None = None
    reached: Callable[[int], int] = _as_told

    def head(self) -> bytes:
        """Read its beginning, up to `HEAD_BYTES`."""
        with self.open() as stream:
            return stream.read(HEAD_BYTES)


@dataclass(frozen=True, slots=True)
class Options:
    """What a file does not tell, and its owner may.

    Attributes:
        zone: the time zone of the times in files that state none.
        me: number or name of the account that the log belongs to, for files that do not mark it.
    """

    zone: str = ZONE
    me: str | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """A piece of a file that was not understood, or that is worth knowing.

    Attributes:
        line: the line it begins at, counted from 1; `None` where the format has no lines.
        why: what is wrong with it.
        body: the piece as text, cut when long.
    """

    line: int | None
    why: str
    body: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """Some rows of a log in the order of the file.

    Attributes:
        messages: any columns of `schema.MESSAGES` with their declared types (text as `large_string`), then others that
            the format knows, as text. `msg_time`, `type`, `chat`, `chat_key`, `content` and `kind` are always there.
        bytes_read: how far into what `Source.open` gave this reaches, for a progress bar.
        problems: what was not understood on the way.
        events: columns of `schema.EVENTS`, where the format has events.
    """

    messages: pa.Table
    bytes_read: int
    problems: list[Problem] = field(default_factory=list)
    events: pa.Table | None = None


class Reader(Protocol):
    """A module that reads one format."""

    NAME: str
    """What people call the format, such as `QQ Chat Exporter JSON`."""

    def recognises(self, head: bytes, source: Source) -> bool:
        """Tell from the first bytes whether a source is in this format; never fails."""

    def parts(self, source: Source, options: Options) -> Iterator[Part]:
        """Read a source; what cannot be understood becomes a problem, never an exception and never silence.

        Raises:
            OSError: the bytes cannot be read.
        """
