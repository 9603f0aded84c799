"""Chunks are read in the order of their manifest, and nothing outside of its folder is ever opened."""

import json
from typing import Any

import pytest

from openqq_nb.readers.base import Options
from openqq_nb.readers.qce import chunked
from tests.readers.qce.conftest import EXAMPLES, Row, example, message, read, source_of

ONE, TWO = ((EXAMPLES / f"chunked/chunks/c00000{number}.jsonl").read_bytes() for number in (1, 2))
FILES = {"chunks/c000001.jsonl": ONE, "chunks/c000002.jsonl": TWO}


def manifest(*chunks: Any, **others: Any) -> bytes:
    found = example("chunked/manifest.json")
    found["chunked"] = {"format": "chunked-jsonl", "chunksDir": "chunks", "chunks": list(chunks), **others}
    return json.dumps(found, ensure_ascii=False).encode()


def read_chunks(*chunks: Any, files: dict[str, bytes] | None = None) -> tuple[list[Row], list[str]]:
    return read(source_of(manifest(*chunks), FILES if files is None else files), chunked)


def listed(number: int, **others: Any) -> dict[str, Any]:
    return {"relativePath": f"chunks/c00000{number}.jsonl", **others}


def test_the_order_is_that_of_the_manifest() -> None:
    found, problems = read_chunks(listed(2, count=12), listed(1, count=20))
    assert found[0]["msg_id"] == "7576000000000020020"
    assert (len(found), problems) == (32, [])


@pytest.mark.parametrize(
    "entry",
    [
        {"file": "c000001.jsonl", "messages": 20},
        {"file": "chunks/c000001.jsonl", "messages": 20},
        {"fileName": "c000001.jsonl", "count": 20},
        {"relativePath": "chunks\\c000001.jsonl", "count": 20},
    ],
)
def test_older_names_of_the_keys_are_known(entry: dict[str, Any]) -> None:
    found, problems = read_chunks(entry)
    assert (len(found), problems) == (20, [])


@pytest.mark.parametrize(
    "path",
    [
        "../c.jsonl",
        "chunks/../../c.jsonl",
        "/etc/c.jsonl",
        "C:/c.jsonl",
        "\\\\host\\c.jsonl",
        "a\0b",
        "..\\c.jsonl",
    ],
)
def test_a_path_that_leads_outside_is_a_problem_and_never_opened(path: str) -> None:
    opened: list[str] = []
    source = source_of(manifest({"relativePath": path}, listed(1)), FILES, opened)
    found, problems = read(source, chunked)
    assert opened == ["chunks/c000001.jsonl"]
    assert len(found) == 20
    assert "outside of the folder" in problems[0]


def test_a_missing_chunk_is_a_problem() -> None:
    found, problems = read_chunks(listed(1), listed(3, count=7), listed(2))
    assert len(found) == 32
    assert problems == ["None: The chunk chunks/c000003.jsonl is missing: its 7 messages are not here."]


def test_a_chunk_with_fewer_messages_than_stated_is_a_problem() -> None:
    _, problems = read_chunks(listed(1, count=21))
    assert problems == ["None: c000001.jsonl: the manifest says that it has 21 messages; 20 were read."]


def test_a_chunk_that_is_named_twice_is_read_once() -> None:
    found, problems = read_chunks(listed(1), listed(1))
    assert (len(found), len(problems)) == (20, 1)


def test_a_broken_line_is_told_with_its_chunk_and_line() -> None:
    lines = ONE.split(b"\n")
    lines[4] = lines[4][:40]
    found, problems = read_chunks(listed(1), files={"chunks/c000001.jsonl": b"\n".join(lines)})
    assert len(found) == 19
    assert problems[0].startswith("5: c000001.jsonl: This is not understood")


def test_a_chunk_that_ends_in_the_middle_says_so() -> None:
    found, problems = read_chunks(listed(1), files={"chunks/c000001.jsonl": ONE[:-99]})
    assert len(found) == 19
    assert problems[0].startswith("20: c000001.jsonl: The file ends in the middle of this line")


def test_empty_lines_and_line_ends_of_windows_are_no_problem() -> None:
    odd = b"\r\n" + ONE.replace(b"\n", b"\r\n\r\n")
    found, problems = read_chunks(listed(1), files={"chunks/c000001.jsonl": odd})
    assert (len(found), problems) == (20, [])


@pytest.mark.parametrize("chunks", [None, 7, {}])
def test_without_a_list_of_chunks_those_with_the_usual_names_are_read(chunks: Any) -> None:
    spoilt = json.dumps({**example("chunked/manifest.json"), "chunked": {"chunks": chunks}}).encode()
    found, problems = read(source_of(spoilt, FILES), chunked)
    assert (len(found), len(problems)) == (32, 1)


def test_a_manifest_that_was_cut_off_still_leads_to_the_chunks() -> None:
    whole = (EXAMPLES / "chunked/manifest.json").read_bytes()
    found, problems = read(source_of(whole[:-300], FILES), chunked)
    assert (len(found), found[0]["chat_key"]) == (32, "group:4200000777")
    assert "The manifest is damaged" in problems[0]


def test_progress_ends_at_the_size_of_the_manifest() -> None:
    source = source_of(manifest(listed(1), listed(2)), FILES)
    assert [part.bytes_read for part in chunked.parts(source, Options())][-1] == source.size_bytes


def test_no_chunk_at_all_gives_all_columns() -> None:
    (part,) = chunked.parts(source_of(manifest()), Options())
    assert (part.messages.num_rows, part.problems) == (0, [])
    assert {"msg_time", "type", "chat", "chat_key", "content", "kind"} <= set(part.messages.column_names)


def test_a_line_without_time_is_told_with_its_line() -> None:
    lines = "\n".join(json.dumps(message(timestamp=stamp)) for stamp in (1770253507000, None)).encode()
    _, problems = read_chunks(listed(1), files={"chunks/c000001.jsonl": lines})
    assert problems == ["2: c000001.jsonl: This message has no time that can be read."]
