"""The file that makes a folder an archive: what is in it. It is written last, so an archive that has it is whole."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from openqq_nb.archive.places import Place, understood
from openqq_nb.columns import ZONE
from openqq_nb.errors import InvalidInput, listed

NAME = "_archive.json"
FORMAT = 1
METADATA = {b"openqq_nb.archive": str(FORMAT).encode()}
"""What the Parquet files of an archive carry."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One file of messages.

    Attributes:
        name: its path from the folder of the archive.
        size_bytes: how long it is.
        groups: how many messages each of its row groups holds.
    """

    name: str
    size_bytes: int
    groups: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """What an archive holds.

    Attributes:
        messages: how many messages.
        first: when the earliest of them was written; `None` if none has a time.
        last: when the latest was written.
        columns: the names of the columns, in order.
        pieces: the files of messages, in order of month.
        format: the version of the format of archives.
    """

    messages: int
    first: datetime | None
    last: datetime | None
    columns: tuple[str, ...]
    pieces: tuple[Piece, ...]
    format: int = FORMAT

    @property
    def size_bytes(self) -> int:
        """How long its files of messages are together."""
        return sum(one.size_bytes for one in self.pieces)


def write_marker(at: Place, summary: Summary) -> None:
    """Write what an archive holds, as its last file."""
    content = {
        "format": summary.format,
        "messages": summary.messages,
        "first": summary.first and summary.first.isoformat(),
        "last": summary.last and summary.last.isoformat(),
        "columns": summary.columns,
        "files": {one.name: {"bytes": one.size_bytes, "groups": one.groups} for one in summary.pieces},
    }
    with at.filesystem.open_output_stream(at.within(NAME), compression=None) as stream:
        stream.write(json.dumps(content, ensure_ascii=False, indent=1).encode())


def read_marker(at: Place) -> Summary:
    """Read what an archive holds.

    Raises:
        InvalidInput: the marker is damaged, or of a later version.
    """
    with understood(at, "read"), at.filesystem.open_input_stream(at.within(NAME), compression=None) as stream:
        body = stream.read()
    try:
        content = json.loads(body)
        version = content["format"]
        summary = _summary(content) if version == FORMAT else None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidInput(
            f"The archive's {NAME} is damaged, so it cannot be told whether all is there.\nFound in {at}: {error}.\n"
            "Write the archive anew from the logs it was made of."
        ) from error
    if summary is None:
        raise InvalidInput(
            f"The archive is of format {version!r}, and this version of openqq_nb reads format {FORMAT}.\n"
            f"Found in {at}.\nRead it with the version that wrote it, or a later one: pip install --upgrade openqq-nb."
        )
    return summary


def missing_or_cut(summary: Summary, found: dict[str, int]) -> list[str]:
    """Name the files of an archive that are not there, or not of the length they had."""
    return [
        f"{one.name}: {'missing' if one.name not in found else f'{found[one.name]} bytes of {one.size_bytes}'}"
        for one in summary.pieces
        if found.get(one.name) != one.size_bytes
    ]


def check_whole(at: Place, summary: Summary, found: dict[str, int]) -> None:
    """Compare an archive with its marker.

    Raises:
        InvalidInput: a file is missing or has another length.
    """
    damaged = missing_or_cut(summary, found)
    if damaged:
        raise InvalidInput(
            f"The archive in {at} is damaged.\nFound:{listed(damaged)}\n"
            "Copy it again from where it was whole, or write it anew from the logs it was made of."
        )


def _summary(content: dict[str, Any]) -> Summary:
    files = content["files"].items()
    return Summary(
        messages=content["messages"],
        first=_time(content["first"]),
        last=_time(content["last"]),
        columns=tuple(content["columns"]),
        pieces=tuple(Piece(name, one["bytes"], tuple(one["groups"])) for name, one in files),
    )


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text).astimezone(ZoneInfo(ZONE))
