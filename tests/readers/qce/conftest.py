"""What the tests of this folder have in common: sources over files and over bytes."""

import csv
import io
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from openqq_nb.readers.base import Options, Part, Reader, Source
from openqq_nb.readers.qce import chunk, chunked, early, single

EXAMPLES = Path(__file__).parents[2] / "formats" / "qce"
READERS: tuple[Reader, ...] = (single, early, chunked, chunk)

Row = dict[str, Any]


def source_of_file(path: Path) -> Source:
    def beside(name: str) -> Source | None:
        found = (path.parent / name).resolve()
        inside = found.is_relative_to(path.parent.resolve()) and found.is_file()
        return source_of_file(found) if inside else None

    return Source(path.name, path.stat().st_size, lambda: path.open("rb"), beside, path)


def source_of(
    written: bytes,
    files: Mapping[str, bytes] | None = None,
    opened: list[str] | None = None,
    name: str = "logs.zip/group.json",
) -> Source:
    def beside(path: str) -> Source | None:
        if opened is not None:
            opened.append(path)
        return source_of(files[path], files, opened, path) if files and path in files else None

    return Source(name, len(written), lambda: io.BytesIO(written), beside)


def reader_of(source: Source) -> Reader:
    (reader,) = [one for one in READERS if one.recognises(source.head(), source)]
    return reader


def read(
    source: Source, reader: Reader | None = None, options: Options | None = None
) -> tuple[list[Row], list[str]]:
    """Read all of a source: its rows and its problems, each as its line and why."""
    parts = list((reader or reader_of(source)).parts(source, options or Options()))
    return rows(parts), [f"{one.line}: {one.why}" for part in parts for one in part.problems]


def rows(parts: Iterable[Part]) -> list[Row]:
    found: list[Row] = pa.concat_tables([part.messages for part in parts]).to_pylist()
    return found


def expected(name: str) -> list[dict[str, str]]:
    with (EXAMPLES / name).open(encoding="utf-8", newline="") as file:
        return sorted(csv.DictReader(file), key=lambda row: row["msg_time"])


def cells(found: Iterable[Row], names: Iterable[str]) -> list[dict[str, str]]:
    wanted = list(names)
    written = [{name: _cell(row[name]) for name in wanted} for row in found]
    return sorted(written, key=lambda row: row["msg_time"])


def _cell(found: Any) -> str:
    return "" if found is None else found if isinstance(found, str) else found.isoformat()


def example(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((EXAMPLES / name).read_text(encoding="utf-8"))
    return found


def message(**fields: Any) -> dict[str, Any]:
    """A message of 6.x, some of its fields replaced."""
    sender = {"uid": "u_invented_mai", "uin": "4200000012", "name": "李大麦", "nickname": "李大麦"}
    content = {"text": "好", "elements": [{"type": "text", "data": {"text": "好"}}], "resources": []}
    return {
        "id": "7576", "seq": "1", "timestamp": 1770253507000, "sender": sender, "type": "text",
        "content": content, "recalled": False, "system": False, **fields,
    }  # fmt: skip


def said(text: str | None, *elements: tuple[str, dict[str, Any]], **fields: Any) -> dict[str, Any]:
    """A message of 6.x that says this."""
    made = [{"type": kind, "data": data} for kind, data in elements]
    return message(content={"text": text, "elements": made, "resources": []}, **fields)


def export(*messages: Any, info: Mapping[str, Any] | None = None, **others: Any) -> bytes:
    """An export of 6.x with these messages, a message on each line."""
    talk = {
        "name": "登山",
        "type": "group",
        "selfUid": "u_me",
        "selfUin": "1",
        "selfName": "小灰",
        "peerUin": "42",
    }
    header = {"metadata": {"name": "QQChatExporter"}, "chatInfo": talk if info is None else info, **others}
    lines = ",\n    ".join(json.dumps(one, ensure_ascii=False) for one in messages)
    return f'{json.dumps(header, ensure_ascii=False)[:-1]},\n  "messages":[\n    {lines}\n  ]\n}}'.encode(
        errors="backslashreplace"
    )
