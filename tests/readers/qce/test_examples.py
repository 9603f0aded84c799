"""Every example is read cell by cell as its expected file says."""

import pytest

from openqq_nb.readers.qce import chunk, chunked, early, single
from tests.readers.qce.conftest import EXAMPLES, cells, expected, read, reader_of, source_of, source_of_file

EXPORTS = {
    "v6.json": "v6.expected.csv",
    "v6-private.json": "v6-private.expected.csv",
    "v5.json": "v5.expected.csv",
    "v4.json": "v4.expected.csv",
    "v4-parsed.json": "v4-parsed.expected.csv",
    "chunked/manifest.json": "chunked/expected.csv",
}


@pytest.mark.parametrize("name", EXPORTS)
def test_an_example_is_read_as_expected_and_without_a_problem(name: str) -> None:
    found, problems = read(source_of_file(EXAMPLES / name))
    wanted = expected(EXPORTS[name])
    assert cells(found, wanted[0]) == wanted
    assert problems == []


@pytest.mark.parametrize(
    ("name", "reader"),
    [
        ("v6.json", single),
        ("v5.json", single),
        ("v4.json", single),
        ("v4-parsed.json", early),
        ("chunked/manifest.json", chunked),
        ("chunked/chunks/c000001.jsonl", chunk),
    ],
)
def test_each_layout_has_one_reader(name: str, reader: object) -> None:
    assert reader_of(source_of_file(EXAMPLES / name)) is reader


@pytest.mark.parametrize(
    "written",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff\xfe",
        "消息记录（此消息记录为文本格式".encode(),
        b'{"chatlab":{"version":"0.0.2"},"messages":[{"sender":"1","content":"","timestamp":1,"uid":""}]}',
        b'{"post_type":"message","sender":{},"content":"","timestamp":0,"uid":1}',
        b'{"data":{"messages":[{"post_type":"message"}]}}',
        b"SQLite format 3\0",
    ],
)
def test_what_others_write_is_not_taken_for_an_export(written: bytes) -> None:
    source = source_of(written)
    assert not any(reader.recognises(source.head(), source) for reader in (single, early, chunked, chunk))


def test_a_group_of_6_x_has_its_number_and_the_account() -> None:
    found, _ = read(source_of_file(EXAMPLES / "v6.json"))
    first, own = found[0], found[22]
    assert (first["chat"], first["group"], first["gnumber"]) == (
        "周末爬山小队⛰️",
        "周末爬山小队⛰️",
        "4200000777",
    )
    assert (first["chat_key"], first["receiver_qq"], first["own"]) == ("group:4200000777", "1234567", False)
    assert (own["sender_id"], own["own"], own["receiver_qq"]) == ("u_invented_self", True, None)
    assert (first["title"], first["nick"], found[4]["attachments"]) == (
        "领队",
        "阿澈🌊",
        "A1B2C3D4E5F60718293A4B5C6D7E8F90.jpg",
    )


def test_a_friend_is_the_receiver_of_what_the_account_wrote() -> None:
    found, _ = read(source_of_file(EXAMPLES / "v6-private.json"))
    received, own = found[0], found[7]
    assert (received["chat_key"], received["group"], received["gnumber"]) == ("friend:4200000011", None, None)
    assert (received["receiver_qq"], own["own"], own["receiver_qq"]) == ("1234567", True, "4200000011")


def test_a_quote_goes_to_a_column_of_its_own() -> None:
    for name in ("v6.json", "v5.json", "v4.json", "v4-parsed.json"):
        found, _ = read(source_of_file(EXAMPLES / name))
        assert found[3]["reply_to"] == "7576000000000001001"
        assert "回复" not in found[3]["content"]


def test_without_ids_the_number_in_the_talk_is_the_id() -> None:
    found, _ = read(source_of_file(EXAMPLES / "v5.json"))
    assert [row["msg_id"] for row in found[:2]] == ["2000", "2001"]


def test_a_message_that_was_taken_back_is_marked_and_its_notice_is_a_recall() -> None:
    for name in ("v6.json", "v5.json", "v4.json", "v4-parsed.json"):
        found, _ = read(source_of_file(EXAMPLES / name))
        assert [(row["recalled"], row["kind"]) for row in found[17:19]] == [
            ("true", "text"),
            (None, "recall"),
        ]


def test_a_lone_chunk_is_read_and_says_that_its_manifest_is_missing() -> None:
    found, problems = read(source_of_file(EXAMPLES / "chunked/chunks/c000001.jsonl"))
    assert len(found) == 20
    assert {row["chat_key"] for row in found} == {"group:c000001.jsonl"}
    assert "manifest.json" in problems[0]
