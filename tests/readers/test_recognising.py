from pathlib import Path

import pytest

from openqq_nb.errors import InvalidInput
from openqq_nb.journal import Journal
from openqq_nb.readers import chatlab, gocqhttp, onebot, qce_txt
from openqq_nb.readers.base import Reader
from openqq_nb.readers.files import all_below, of_file
from openqq_nb.readers.glimpse import keys
from openqq_nb.readers.pcqq import mht, txt
from openqq_nb.readers.qce import chunk, chunked, early, single
from openqq_nb.readers.recognising import READERS, is_journal, reader_of
from tests.readers.sources import EXAMPLES, of_bytes

READ_BY: dict[str, Reader] = {
    "chatlab/group.json": chatlab,
    "chatlab/group.jsonl": chatlab,
    "gocqhttp/msg.db": gocqhttp,
    "onebot/events.jsonl": onebot,
    "onebot/history-page1-newest.json": onebot,
    "onebot/history-page2-older.json": onebot,
    "pcqq/all-chats.txt": txt,
    "pcqq/group-12h-ampm.txt": txt,
    "pcqq/group-12h-zh.txt": txt,
    "pcqq/group-gbk.txt": txt,
    "pcqq/group-utf8bom.txt": txt,
    "pcqq/group.mht": mht,
    "qce/chunked/chunks/c000001.jsonl": chunk,
    "qce/chunked/chunks/c000002.jsonl": chunk,
    "qce/chunked/manifest.json": chunked,
    "qce/v4-parsed.json": early,
    "qce/v4.json": single,
    "qce/v5.json": single,
    "qce/v6-private.json": single,
    "qce/v6.json": single,
    "qce/v6.txt": qce_txt,
}


def test_each_example_is_recognised_by_one_reader_and_no_other_file_is() -> None:
    found = {
        "/".join(parts): [one for one in READERS if one.recognises(of_file(path).head(), of_file(path))]
        for parts, path in all_below(EXAMPLES)
    }
    assert {name: readers for name, readers in found.items() if readers} == {
        name: [reader] for name, reader in READ_BY.items()
    }


@pytest.mark.parametrize("name", READ_BY)
def test_name_of_a_file_does_not_matter(name: str, tmp_path: Path) -> None:
    if name == "qce/chunked/manifest.json":
        return
    path = tmp_path / "x.bin"
    path.write_bytes((EXAMPLES / name).read_bytes())
    assert reader_of(of_file(path)) is READ_BY[name]


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbfa,b\r\n1,2", "begins with 'a,b'"),
        (b"\x89PNG\r\n\x1a\n\0\0", "begins with '\\\\x89PNG'"),
        (b'{"a": 1}', "begins with '{\"a\": 1}'"),
        ("\u202e危险".encode() + b"x" * 9_000, "begins with '危险xxx"),
    ],
)
def test_anything_else_is_an_error_that_shows_the_beginning_and_lists_the_formats(
    body: bytes, shown: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        reader_of(of_bytes(body, "x.log"))
    said = str(refused.value)
    assert shown in said
    assert all(reader.NAME in said for reader in READERS)
    assert "\u202e" not in said


@pytest.mark.parametrize(
    "head", [b"{" * 70_000, b'"' * 70_000, b'{"' + b"\\" * 60_001, b"[[[]]]]]}}", b'{"a":{"b":', b"]"]
)
def test_any_beginning_can_be_looked_at(head: bytes) -> None:
    assert keys(head) <= {"a", "a.b"}
    assert not [reader for reader in READERS if reader.recognises(head, of_bytes(head))]


def test_journal_is_told_from_other_files(tmp_path: Path) -> None:
    journal = tmp_path / "j.db"
    with Journal.open(journal):
        assert is_journal(journal)
    assert is_journal(journal)
    (tmp_path / "x.json").write_text("{}")
    (tmp_path / "empty").touch()
    others = (
        EXAMPLES / "gocqhttp" / "msg.db",
        tmp_path / "x.json",
        tmp_path / "empty",
        tmp_path,
        tmp_path / "none",
    )
    assert [path for path in others if is_journal(path)] == []
