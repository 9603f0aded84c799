"""The elements of a list are found however the JSON is laid out, in blocks of any size."""

import io
import json
from itertools import pairwise
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openqq_nb.readers import splitting
from openqq_nb.readers.base import Problem
from openqq_nb.readers.document import Document
from openqq_nb.readers.json_lines import json_lines
from openqq_nb.readers.recoding import encoding_of
from openqq_nb.readers.splitting import Batch, Decoding, Elements, Mended, Window
from openqq_nb.readers.structure import Structure


def one(piece: bytes) -> Mended[Any]:
    return Mended([json.loads(piece)])


ANYTHING: Decoding[Any] = Decoding(msgspec.json.Decoder(list[Any]).decode, one)
NESTED = [{"id": n, "in": [{"id": 1}, {"id": 2}], "t": '},{"id":\n {"\\"'} for n in range(40)]


class Trickle(io.BytesIO):
    """Gives no more than a few bytes at a time."""

    def __init__(self, written: bytes, most: int) -> None:
        super().__init__(written)
        self._most = most

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(self._most if size is None or size < 0 else min(size, self._most))


def elements(written: bytes, most: int = 1 << 20) -> tuple[list[Any], list[Problem], bool]:
    reading = Elements(Window(Trickle(written, most)), ANYTHING)
    batches = list(reading.batches())
    values = [value for batch in batches for value in batch.values]
    return values, [problem for batch in batches for problem in batch.problems], reading.closed


def lines_of(batches: list[Batch[Any]]) -> list[int]:
    return [batch.line_of(index) for batch in batches for index in range(len(batch.values))]


WAYS: list[dict[str, Any]] = [{"separators": (",", ":")}, {}, {"indent": 2}, {"indent": 4}, {"indent": "\t"}]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("most", [1, 7, 100, 1000, 100_000])
def test_elements_are_found_in_blocks_of_any_size(way: dict[str, Any], most: int) -> None:
    written = json.dumps(NESTED, **way).encode()[1:] + b"}"
    assert elements(written, most) == (NESTED, [], True)


@pytest.mark.parametrize("way", WAYS)
def test_what_stands_behind_the_list_stays_in_the_window(way: dict[str, Any]) -> None:
    written = json.dumps(NESTED, **way).encode()[1:] + b', "more": [{"id": 7}]}'
    window = Window(io.BytesIO(written))
    for _ in Elements(window, ANYTHING).batches():
        pass
    assert window.data + window._stream.read(99) == b', "more": [{"id": 7}]}'


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.recursive(st.none() | st.integers(-9, 9) | st.text("\\\"{}[],:\na", max_size=9),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("\\\"{id", max_size=3), inner, max_size=3),
        max_leaves=6), max_size=8),
    st.sampled_from(WAYS),
    st.integers(1, 60),
)  # fmt: skip
def test_any_list_is_read_as_it_is(values: list[Any], way: dict[str, Any], most: int) -> None:
    written = json.dumps(values, ensure_ascii=False, **way).encode()[1:] + b"}"
    assert elements(written, most) == (values, [], True)


@settings(max_examples=200, deadline=None)
@given(st.text('\\"{}[],:a ', max_size=60), st.lists(st.integers(0, 60), max_size=4))
def test_the_structure_does_not_depend_on_where_blocks_are_cut(text: str, cuts: list[int]) -> None:
    written = text.encode()
    whole = Structure().marks(written)
    places = sorted({0, len(written), *(cut for cut in cuts if cut <= len(written))})
    structure, at, depth = Structure(), [], []
    for start, stop in pairwise(places):
        marks = structure.marks(written[start:stop])
        at += (marks.at + start).tolist()
        depth += marks.depth.tolist()
    assert (at, depth) == (whole.at.tolist(), whole.depth.tolist())


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text('\\"{}[],:\n', max_size=9), max_size=5), st.sampled_from(WAYS))
def test_the_structure_of_valid_json_is_what_a_decoder_sees(values: list[str], way: dict[str, Any]) -> None:
    written = json.dumps([{"a": value} for value in values], **way).encode()
    marks = Structure().marks(written)
    assert len(marks.of(b"{", 2)) == len(marks.of(b"}", 1)) == len(marks.of(b":", 2)) == len(values)
    assert marks.depth[-1] == 0


@pytest.mark.parametrize("most", [20, 500, 100_000])
def test_lines_are_counted_from_the_beginning_of_the_file(most: int) -> None:
    written = b"\n" + json.dumps(NESTED, indent=2).encode()[1:] + b"}"
    batches = list(Elements(Window(Trickle(written, most)), ANYTHING).batches())
    assert lines_of(batches) == [n for n, line in enumerate(written.split(b"\n"), 1) if line == b"  {"]


def test_broken_elements_among_good_ones_are_told_one_by_one() -> None:
    lines = [json.dumps(value).encode() for value in NESTED]
    for bad in (3, 4, 17):
        lines[bad] = lines[bad][:20]
    written = b"\n    " + b",\n    ".join(lines) + b"\n  ]\n}"
    values, problems, closed = elements(written, 1000)
    assert [value["id"] for value in values] == [n for n in range(40) if n not in (3, 4, 17)]
    assert [problem.line for problem in problems] == [5, 6, 19]
    assert closed


def test_an_element_longer_than_any_message_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    # The limit is a number of the module, not code: with the real one this test would need 64 MiB.
    monkeypatch.setattr(splitting, "LONGEST_BYTES", 2_000)
    written = b'\n  {"id":1},\n  {"id":"' + b"x" * 9_000 + b'"},\n  {"id":2},\n  {"id":3}\n]}'
    values, problems, closed = elements(written, 500)
    assert [value["id"] for value in values] == [1, 2, 3]
    assert any("longer than" in problem.why for problem in problems)
    assert closed


def test_members_around_the_list_are_read() -> None:
    written = json.dumps({"a": {"b": [1]}, "messages": NESTED, "c": "]}", "d": {"messages": [1]}}).encode()
    document = Document(Trickle(written, 50), "messages", ANYTHING)
    values = [value for batch in document.batches() for value in batch.values]
    assert values == NESTED
    assert document.others == {"a": {"b": [1]}, "c": "]}", "d": {"messages": [1]}}


def test_members_around_a_list_deeper_in_are_read() -> None:
    written = json.dumps({"ok": 1, "data": {"messages": NESTED, "more": 2}, "echo": {"messages": 3}}).encode()
    document = Document(Trickle(written, 50), "messages", ANYTHING, depth=2)
    batches = list(document.batches())
    assert [value for batch in batches for value in batch.values] == NESTED
    assert [problem.why for batch in batches for problem in batch.problems] == []
    assert document.others["ok"] == 1 and document.others["echo"] == {"messages": 3}


@pytest.mark.parametrize(
    ("behind", "told"), [(b"", []), (b" \n", []), (b"}", ["ends before", "stands around"])]
)
def test_a_file_that_is_a_list_has_nothing_around_it(behind: bytes, told: list[str]) -> None:
    document = Document(io.BytesIO(b' [{"id": [1]}, {"messages": [2]}]' + behind), "", ANYTHING, depth=0)
    batches = list(document.batches())
    assert [value for batch in batches for value in batch.values] == [{"id": [1]}, {"messages": [2]}]
    problems = [problem.why for batch in batches for problem in batch.problems]
    assert len(problems) == len(told) and all(part in why for part, why in zip(told, problems, strict=True))


@pytest.mark.parametrize("depth", [0, 1, 2])
def test_behind_a_list_much_may_stand_that_is_no_list_and_is_told(
    depth: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("openqq_nb.readers.document._HELD_BYTES", 2_000)
    monkeypatch.setattr("openqq_nb.readers.document._OVERLAP_BYTES", 100)
    monkeypatch.setattr("openqq_nb.readers.document.FIRST_BLOCK_BYTES", 500)
    opening, end = {0: (b"", b""), 1: (b'{"list": ', b"}"), 2: (b'{"data": {"list": ', b"}}")}[depth]
    posts = b"\n".join(b'{"n": [%d], "a": "}"}' % number for number in range(1_000)) + b'{"n": ['
    document = Document(
        io.BytesIO(opening + b'["1", "2"]' + end + b"\n" + posts), "list" if depth else "", ANYTHING, depth
    )
    batches = list(document.batches())
    assert [value for batch in batches for value in batch.values] == ["1", "2"]
    problems = [problem.why for batch in batches for problem in batch.problems]
    assert [why[:30] for why in problems] == [
        "The file ends before its outer",
        "Too much stands around the lis",
    ]


def test_a_list_of_the_same_name_deeper_in_is_another_one() -> None:
    written = json.dumps({"a": {"messages": [{"x": 1}]}, "messages": [{"id": 1}]}).encode()
    document = Document(io.BytesIO(written), "messages", ANYTHING)
    assert [value for batch in document.batches() for value in batch.values] == [{"id": 1}]


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.dictionaries(st.text(max_size=3), st.text(max_size=5), max_size=2), max_size=9),
    st.integers(1, 99),
)
def test_lines_of_json_are_read_in_blocks_of_any_size(values: list[dict[str, str]], most: int) -> None:
    written = "\n".join(json.dumps(value) for value in values).encode()
    batches = list(json_lines(Trickle(written, most), ANYTHING))
    assert [value for batch in batches for value in batch.values] == values
    assert lines_of(batches) == list(range(1, len(values) + 1))


def test_a_backslash_before_a_cut_hides_no_mark_but_a_quote() -> None:
    structure = Structure()
    structure.marks(b"[\\")
    assert structure.marks(b",").at.tolist() == [0]


def test_an_escape_may_be_cut_in_two() -> None:
    structure = Structure()
    structure.marks(b'["a\\')
    assert structure.marks(b'", 1], [').at.tolist() == []
    assert structure.marks(b'", 1]').at.tolist() == [1, 4]


def test_some_broken_bytes_do_not_make_a_file_gb18030() -> None:
    assert encoding_of("大家大家大家".encode() + "大".encode("gb18030")) == "utf-8"
    assert encoding_of("大家大家大家".encode("gb18030")) == "gb18030"


def test_a_broken_byte_does_not_make_a_file_in_gb18030_utf8() -> None:
    assert encoding_of(b'{"a": "' + "大家大家大家".encode("gb18030") + b'\xff"') == "gb18030"
    assert encoding_of(b'{"a": "\xff"') == "utf-8"
