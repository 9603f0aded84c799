"""Files in memory and on the disk as sources, and what a reader makes of them."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from openqq_nb.readers.base import Options, Part, Problem, Source

FORMATS = Path(__file__).parents[2] / "formats"
RULE = "=" * 64


class Module(Protocol):
    """A reader."""

    def parts(self, source: Source, options: Options) -> Iterator[Part]: ...


@dataclass(frozen=True)
class Read:
    """What a reader made of a file."""

    rows: list[dict[str, Any]]
    problems: list[Problem]
    parts: list[Part]

    def column(self, name: str) -> list[Any]:
        return [row[name] for row in self.rows]


def source_of(body: bytes, name: str = "周末.txt") -> Source:
    return Source(name, len(body), lambda: io.BytesIO(body), lambda _: None)


def read(reader: Module, body: bytes | str, options: Options | None = None) -> Read:
    raw = body.encode() if isinstance(body, str) else body
    parts = list(reader.parts(source_of(raw), options or Options()))
    rows = [row for part in parts for row in part.messages.to_pylist()]
    return Read(rows, [problem for part in parts for problem in part.problems], parts)


def example(name: str) -> bytes:
    return (FORMATS / name).read_bytes()


def expected(name: str) -> list[dict[str, str | None]]:
    with (FORMATS / f"{name}.expected.csv").open(encoding="utf-8", newline="") as stream:
        return [{key: value or None for key, value in row.items()} for row in csv.DictReader(stream)]


def cells(rows: list[dict[str, Any]], like: list[dict[str, str | None]]) -> list[dict[str, str | None]]:
    """Write rows as an expected file writes them."""
    written = [row | {"msg_time": row["msg_time"].isoformat()} for row in rows]
    return [{name: row[name] for name in like[0]} for row in written]


def text(*messages: str, category: str = "我的QQ群", chat: str = "周末爬山小队") -> str:
    """Write an export of one chat; a message is its header and its content."""
    first = "消息记录（此消息记录为文本格式，不支持重新导入）\n\n"
    return first + section(*messages, category=category, chat=chat)


def section(*messages: str, category: str = "我的QQ群", chat: str = "周末爬山小队") -> str:
    head = f"{RULE}\n消息分组:{category}\n{RULE}\n消息对象:{chat}\n{RULE}\n"
    return head + "".join(f"\n{message}\n" for message in messages)


class Torn(io.BytesIO):
    """A file on a disk that fails after the first bytes."""

    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell():
            raise OSError("torn")
        return super().read(100)
