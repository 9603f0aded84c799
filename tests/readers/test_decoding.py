"""Text files: which encoding they have, and what of them cannot be decoded."""

import io
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openqq_nb.readers.base import Source
from openqq_nb.readers.decoding import blocks, codec_of, whole

WORDS = "2019-03-02 9:05:07 阿澈(4200000011)\r\n大家早上好！\r\n"


def source_of(body: bytes) -> Source:
    return Source("x.txt", len(body), lambda: io.BytesIO(body), lambda _: None)


def joined(body: bytes, block_bytes: int = 1 << 20) -> str:
    return "".join(block.text for block in blocks(source_of(body), block_bytes))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030", "gbk"])
@pytest.mark.parametrize("block_bytes", [16, 50, 1 << 20])
def test_each_encoding_is_found_and_read_in_blocks_of_any_size(encoding: str, block_bytes: int) -> None:
    assert joined((WORDS * 3).encode(encoding), block_bytes) == (WORDS * 3).replace("\r\n", "\n")


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (b"", "utf-8"),
        (b"plain", "utf-8"),
        ("早".encode()[:2], "utf-8"),
        ("大家早上好".encode("gbk"), "gb18030"),
        ("大家早上好".encode("gbk")[:-1], "gb18030"),
        ("大家早上好😀".encode("gb18030"), "gb18030"),
        ("大家早".encode() + b"\xff" + "上好".encode(), "utf-8"),
        (b"\xff\xfea\0", "utf-16"),
        (b"\xfe\xff\0a", "utf-16"),
        (b"\xef\xbb\xbfa", "utf-8-sig"),
    ],
)
def test_the_encoding_is_told_from_the_beginning(body: bytes, encoding: str) -> None:
    assert codec_of(body) == encoding


@settings(deadline=None)
@given(text=st.text(), block_bytes=st.integers(4, 20))
def test_any_text_comes_back_with_line_breaks_of_one_kind(text: str, block_bytes: int) -> None:
    body = b"\xef\xbb\xbf" + text.encode()

    assert joined(body, block_bytes) == text.replace("\r\n", "\n").replace("\r", "\n")


@settings(deadline=None)
@given(body=st.binary(), block_bytes=st.integers(3, 20))
def test_any_bytes_are_decoded_and_the_lines_are_counted(body: bytes, block_bytes: int) -> None:
    line, reached = 1, 0
    for block in blocks(source_of(body), block_bytes):
        assert (block.line, block.bytes_read > reached) == (line, True)
        line, reached = line + block.text.count("\n"), block.bytes_read
    assert reached == len(body)


def test_bytes_that_cannot_be_decoded_are_told_with_their_lines() -> None:
    body = "一\n二\n三\n四\n".encode().replace("二".encode(), b"\xff").replace("三".encode(), b"x\xfey")

    (block,) = blocks(source_of(body))

    assert block.text == "一\n\ufffd\nx\ufffdy\n四\n"
    assert [(one.line, one.body) for one in block.problems] == [(2, "\ufffd")]
    assert "1 lines after it" in block.problems[0].why


def test_a_replacement_character_that_stands_in_the_file_is_no_problem() -> None:
    (block,) = blocks(source_of("早\ufffd\n".encode()))

    assert (block.text, block.problems) == ("早\ufffd\n", [])


def test_damage_in_one_block_does_not_spoil_the_next() -> None:
    body = "大家早上好\n".encode() + b"\xff\n" + "大家晚上好\n".encode() * 9

    found = list(blocks(source_of(body), 20))

    assert "".join(block.text for block in found) == "大家早上好\n\ufffd\n" + "大家晚上好\n" * 9
    assert [problem.line for block in found for problem in block.problems] == [2]


def test_nul_bytes_are_told() -> None:
    (block,) = blocks(source_of(b"a\n" + b"\0" * 512 + b"\nb\0c\n"))

    assert [problem.line for problem in block.problems] == [2]


def test_a_start_that_lies_in_two_blocks_is_found() -> None:
    pieces = blocks(source_of(b"aa\n\n0b"), 4)

    assert [block.text for block in whole(pieces, "\n\n", re.compile(r"\n\n0"))] == ["aa", "\n\n0b"]


@settings(deadline=None)
@given(text=st.text("\nab0", max_size=200), block_bytes=st.integers(1, 30))
def test_a_text_is_cut_before_starts_only(text: str, block_bytes: int) -> None:
    starts = re.compile(r"\n\n0")

    found = list(whole(blocks(source_of(text.encode()), block_bytes), "\n\n", starts))

    assert "".join(block.text for block in found) == text
    assert all(starts.match(block.text) for block in found[1:])
    line = 1
    for block in found:
        assert block.line == line
        line += block.text.count("\n")
