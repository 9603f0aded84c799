"""Damaged exports: what can be read is read, what cannot is told, and nothing else than `OSError` leaves a reader."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openqq_nb.readers.qce import chunk, chunked, early, single
from tests.readers.qce.conftest import EXAMPLES, example, export, message, read, said, source_of

V6 = (EXAMPLES / "v6.json").read_bytes()
EXPORTS = {
    "v6": V6,
    "v6 minified": json.dumps(example("v6.json"), ensure_ascii=False, separators=(",", ":")).encode(),
    "v5": (EXAMPLES / "v5.json").read_bytes(),
    "v4": (EXAMPLES / "v4.json").read_bytes(),
}
EARLY = (EXAMPLES / "v4-parsed.json").read_bytes()
CHUNK = (EXAMPLES / "chunked/chunks/c000001.jsonl").read_bytes()
COUNT = 32


def broken_at(line: int, change: bytes = b"") -> bytes:
    """The example of 6.x with one line spoilt."""
    lines = V6.split(b"\n")
    lines[line - 1] = change or lines[line - 1][:-30]
    return b"\n".join(lines)


def test_a_file_that_ends_in_the_middle_says_so() -> None:
    found, problems = read(source_of(V6[: V6.index(b'"id":"7576000000000020020"') + 99]))
    assert len(found) == 20
    assert problems[0].startswith("26: The file ends in the middle of this")
    assert any("before its list of messages does" in one for one in problems)
    assert any("says that it has 32 messages; 20 were read" in one for one in problems)


def test_a_broken_message_is_one_problem_with_its_line() -> None:
    found, problems = read(source_of(broken_at(10)))
    assert len(found) == COUNT - 1
    assert [one.partition(":")[0] for one in problems] == ["10", "None"]


@pytest.mark.parametrize(
    "change",
    [b"    {,", b'    "', b"    \xff\xfe\x00,", b"    ]]]}}},", b"    7,", b"    [],", b"    ],", b"    ]},"],
)
def test_whatever_stands_in_a_line_the_others_are_read(change: bytes) -> None:
    found, problems = read(source_of(broken_at(10, change)))
    assert len(found) == COUNT - 1
    assert problems[0].startswith("10: ")


def test_a_missing_comma_costs_no_message() -> None:
    found, _ = read(source_of(V6.replace(b"},\n    {", b"}\n    {", 3)))
    assert len(found) == COUNT


def test_a_broken_message_in_one_long_line_costs_that_message_only() -> None:
    minified = EXPORTS["v6 minified"]
    at = minified.index(b'"id":"7576000000000010010"')
    found, problems = read(source_of(minified[:at] + b'"' + minified[at:]))
    assert len(found) == COUNT - 1
    assert problems[0].startswith("1: ")


def test_the_last_message_may_be_broken_and_the_file_still_end_well() -> None:
    found, problems = read(source_of(broken_at(37)))
    assert (len(found), len(problems)) == (COUNT - 1, 2)


def test_a_damaged_header_still_gives_the_talk() -> None:
    spoilt = V6.replace(b'"statistics":{', b'"statistics":{"', 1)
    found, problems = read(source_of(spoilt))
    assert len(found) == COUNT
    assert found[0]["chat_key"] == "group:4200000777"
    assert "What stands around the list" in problems[0]


def test_damaged_information_on_the_talk_is_read_as_far_as_it_goes() -> None:
    found, problems = read(source_of(V6.replace(b'"participantCount":4', b'"participantCount":', 1)))
    assert (len(found), found[0]["chat"]) == (COUNT, "周末爬山小队⛰️")
    assert problems


def test_without_information_the_talk_is_called_by_the_file() -> None:
    exported = example("v6.json")
    del exported["chatInfo"]
    found, problems = read(source_of(json.dumps(exported).encode()))
    assert {(row["chat"], row["type"]) for row in found} == {("group.json", "group_message")}
    assert "chatInfo" in problems[0]


def test_no_list_of_messages_is_a_problem() -> None:
    source = source_of(V6.replace(b'"messages"', b'"massages"'))
    found, problems = read(source, single)
    assert found == []
    assert "There is no list `messages`" in problems[0]


def test_a_file_written_twice_into_one_gives_both() -> None:
    found, problems = read(source_of(V6 + V6))
    assert len(found) == 2 * COUNT
    assert problems


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030"])
def test_other_encodings_are_read(encoding: str) -> None:
    plain, _ = read(source_of(V6))
    assert read(source_of(V6.decode().encode(encoding))) == (plain, [])


def test_bytes_of_another_encoding_inside_are_read_and_told() -> None:
    marked = export(message(), said("乱码", ("text", {"text": "X"})), message())
    found, problems = read(
        source_of(marked.replace("乱码".encode(), "这是另一种编码的文字".encode("gb18030")))
    )
    assert [row["content"] for row in found] == ["好", "这是另一种编码的文字", "好"]
    assert problems == ["4: Some of it is no UTF-8; it was read as GB18030."]


def test_a_broken_byte_in_a_name_is_shown_and_told() -> None:
    marked = export(message(), message(sender={"uin": "1", "name": "李XX大麦"}))
    found, problems = read(source_of(marked.replace(b"XX", b"\xff")))
    assert found[1]["sender"] == "李\ufffd大麦"
    assert problems[0].startswith("4: Some of its bytes are no UTF-8")


@pytest.mark.parametrize(
    "fields",
    [
        {"sender": "李大麦"},
        {"sender": [1]},
        {"content": "好"},
        {"content": {"text": "好", "elements": 7}},
        {"content": {"text": "好", "elements": [None, {"type": "text"}, {"type": "image"}]}},
        {"content": {"text": "好", "elements": [{"type": "image", "data": "x"}], "resources": {"a": 1}}},
        {"content": {"text": "好", "elements": {}, "resources": "x"}},
    ],
)
def test_wrong_types_are_a_row_and_a_problem(fields: dict[str, Any]) -> None:
    found, problems = read(source_of(export(message(), message(**fields), message())))
    assert len(found) == 3
    assert problems[0].startswith("4: ")


def test_a_number_without_end_is_a_problem() -> None:
    found, problems = read(
        source_of(export(message(), message(id=1)).replace(b'"id": 1,', b'"id": ' + b"9" * 9999 + b","))
    )
    assert (len(found), len(problems)) == (1, 1)


def test_what_is_nested_without_end_is_a_problem() -> None:
    deep = b'"id": ' + b"[" * 99_999 + b"]" * 99_999 + b","
    found, problems = read(source_of(export(message(), message(id=1)).replace(b'"id": 1,', deep)))
    assert len(found) == 1
    assert problems == ["4: This is nested too deeply to be read."]


def accounted(found: list[Any], problems: list[str], whole: int) -> bool:
    """Whether what is not there is told."""
    return len(found) >= whole or bool(problems)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(EXPORTS)), st.data())
def test_wherever_a_file_is_cut_it_says_so(name: str, data: st.DataObject) -> None:
    written = EXPORTS[name]
    cut = data.draw(st.integers(0, len(written.rstrip()) - 1))
    found, problems = read(source_of(written[:cut]), single)
    assert problems
    assert len(found) <= COUNT


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(EXPORTS)), st.data())
def test_whatever_bytes_are_replaced_nothing_is_lost_in_silence(name: str, data: st.DataObject) -> None:
    written = bytearray(EXPORTS[name])
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(written) - 1))
        piece = data.draw(
            st.one_of(st.binary(min_size=1, max_size=5), st.sampled_from([b'"', b"\\", b"]", b"},{", b"\n"]))
        )
        written[at : at + len(piece)] = piece
    found, problems = read(source_of(bytes(written)), single)
    assert accounted(found, problems, COUNT)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(EXPORTS)), st.data())
def test_whatever_is_there_twice_nothing_is_lost_in_silence(name: str, data: st.DataObject) -> None:
    written = EXPORTS[name]
    start = data.draw(st.integers(0, len(written)))
    stop = data.draw(st.integers(start, min(len(written), start + 5000)))
    found, problems = read(source_of(written[:stop] + written[start:]), single)
    assert accounted(found, problems, COUNT)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([early, chunk, chunked]), st.data())
def test_damage_of_the_other_layouts_is_no_exception(reader: Any, data: st.DataObject) -> None:
    manifest = (EXAMPLES / "chunked/manifest.json").read_bytes()
    written = bytearray({early: EARLY, chunk: CHUNK, chunked: manifest}[reader])
    at = data.draw(st.integers(0, len(written)))
    written[at : at + data.draw(st.integers(0, 300))] = data.draw(st.binary(max_size=20))
    files = {"chunks/c000001.jsonl": CHUNK}
    found, problems = read(source_of(bytes(written), files), reader)
    whole = {early: 22, chunk: 20, chunked: 32}[reader]
    assert accounted(found, problems, whole)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
KEYS = ("id", "seq", "timestamp", "time", "sender", "type", "content", "recalled", "system")


@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(st.sampled_from(KEYS), JSON, min_size=1),
    st.sampled_from([None, "content", "sender"]),
    JSON,
)
def test_whatever_types_there_are_a_message_is_a_row_or_a_problem(
    fields: dict[str, Any], inner: str | None, odd: Any
) -> None:
    if inner:
        names = ("text", "elements", "resources", "uin", "uid", "name", "groupCard")
        fields = {**fields, inner: dict.fromkeys(names, odd)}
    found, problems = read(source_of(export(message(), message(**fields), message())))
    assert len(found) + len(problems) >= 3
    assert found[0]["content"] == found[-1]["content"] == "好"


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_at_all_are_told_of(written: bytes) -> None:
    for reader in (single, early, chunked, chunk):
        source = source_of(written)
        assert reader.recognises(source.head(), source) in (True, False)
        _, problems = read(source, reader)
        assert problems
