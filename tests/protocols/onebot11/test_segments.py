"""What users make of messages besides text: `at`, `image`, `face`, `reply_to` and `+`."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from openqq_nb.errors import InvalidInput
from openqq_nb.inbox.message import Message
from openqq_nb.models import Delivery, Receipt
from openqq_nb.protocols.onebot11 import content
from openqq_nb.segments import (
    LARGEST_PICTURE_BYTES,
    Parts,
    Segment,
    at,
    face,
    image,
    parts,
    plain,
    reply_to,
)

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)
PICTURES = {
    "a.png": PNG,
    "a.jpg": b"\xff\xd8\xff\xe0" + bytes(20),
    "a.gif": b"GIF89a" + bytes(20),
    "a.webp": b"RIFF\x24\x00\x00\x00WEBPVP8 " + bytes(20),
    "a.bmp": b"BM\x46\x00\x00\x00\x00\x00\x00\x00\x36\x00\x00\x00\x28\x00\x00\x00" + bytes(20),
}


def receipt(msg_id: str | None) -> Receipt:
    return Receipt(msg_id is not None, 0, "ok", msg_id, None, Delivery.SENT, "sent")


def pieces(quotes: bool = False) -> st.SearchStrategy[Parts]:
    text = st.builds(parts, st.text(max_size=4))
    number = st.integers(1, 10**12)
    made = st.one_of(text, st.builds(at, number), st.builds(face, st.integers(0, 400)))
    return st.one_of(made, st.builds(reply_to, st.integers())) if quotes else made


def test_a_quote_goes_first_wherever_it_is_added() -> None:
    message = "收到" + at(45678) + reply_to("-5") + face(14)
    assert [one.type for one in message.segments] == ["reply", "text", "at", "face"]


def test_a_text_after_a_mention_gets_a_blank_in_front() -> None:
    assert (at(45678) + "周五聚餐").text == "@45678 周五聚餐"


@pytest.mark.parametrize("begin", [" 周五", "\n周五", "\u3000周五"])
def test_a_text_that_begins_with_a_blank_gets_no_second_one(begin: str) -> None:
    assert (at(45678) + begin).text == f"@45678{begin}"


def test_the_blank_comes_too_when_the_text_was_joined_with_something_else_before() -> None:
    assert (at(45678) + ("周五" + face(14))).text == "@45678 周五[表情:14]"


def test_everybody_is_mentioned_by_name() -> None:
    assert at("all").text == "@全体成员"


def test_texts_side_by_side_are_one_segment() -> None:
    assert ("早" + parts("上") + "好").segments == (Segment("text", {"text": "早上好"}),)


def test_a_second_quote_is_refused() -> None:
    with pytest.raises(InvalidInput, match=r"only one other.*reply_to\('1'\), reply_to\('2'\).*Keep one"):
        reply_to("1") + "好" + reply_to("2")


@given(pieces(), pieces(), pieces(), pieces(quotes=True))
def test_how_parts_are_bracketed_makes_no_difference(a: Parts, b: Parts, c: Parts, d: Parts) -> None:
    assert ((a + b) + c) + d == a + (b + (c + d)) == (a + b) + (c + d)


@given(st.lists(pieces(), max_size=5))
def test_joining_adds_nothing_to_the_text_but_blanks(several: list[Parts]) -> None:
    joined = sum(several, start=parts(""))
    assert joined.text.replace(" ", "") == "".join(one.text for one in several).replace(" ", "")


@given(st.lists(pieces(), max_size=5))
def test_a_message_reads_the_same_when_it_comes_back(several: list[Parts]) -> None:
    joined = sum(several, start=parts(""))
    told = content.read(joined.array())
    assert (told.text, told.reply_to, told.segments) == (joined.text, joined.reply_to, joined.json())


@pytest.mark.parametrize("number", ["45678", 45678, np.int64(45678)])
def test_a_number_is_taken_as_text_and_as_int(number: Any) -> None:
    assert at(number).segments == (Segment("at", {"qq": "45678"}),)


@pytest.mark.parametrize(
    "number", [True, 45678.0, None, "", "小灰", "-5", 0, -5, " 1", "１", pd.NA, np.nan, "1,2", "1]", "All"]
)
def test_what_is_no_number_is_not_mentioned(number: Any) -> None:
    with pytest.raises(InvalidInput, match=r"oq\.at takes the number.*found .*Nothing was made"):
        at(number)


@pytest.mark.parametrize("number", [True, 14.0, "14", -1, None])
def test_what_is_no_whole_number_is_no_face(number: Any) -> None:
    with pytest.raises(InvalidInput, match=r"oq\.face takes.*found .*Nothing was made"):
        face(number)


@pytest.mark.parametrize(
    "quoted",
    [
        "-1702469138",
        -1702469138,
        {"msg_id": "-1702469138"},
        pd.Series({"msg_id": "-1702469138", "content": "统计"}),
        Message({"msg_id": "-1702469138", "content": "统计"}, {}),
        receipt("-1702469138"),
    ],
    ids=lambda quoted: type(quoted).__name__,
)
def test_a_message_is_quoted_by_whatever_has_its_msg_id(quoted: object) -> None:
    assert reply_to(quoted).reply_to == "-1702469138"


@pytest.mark.parametrize(
    "quoted",
    [
        "", " ", None, True, 5.0, {}, {"content": "统计"}, receipt(None), pd.Series({"msg_id": pd.NA}),
        Message({"content": "统计"}, {}), pd.DataFrame({"msg_id": ["1", "2"]}),
    ],
    ids=lambda quoted: type(quoted).__name__,
)  # fmt: skip
def test_what_has_no_msg_id_cannot_be_quoted(quoted: object) -> None:
    with pytest.raises(InvalidInput, match=r"oq\.reply_to takes a msg_id.*found "):
        reply_to(quoted)


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_read_now_and_goes_out_whole(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(PICTURES[name])
    message = image(path)
    path.unlink()
    written = message.array()[0]["data"]["file"]
    assert base64.b64decode(written.removeprefix("base64://")) == PICTURES[name]


def test_a_picture_is_found_by_a_path_that_is_text(tmp_path: Path) -> None:
    (tmp_path / "图 片.png").write_bytes(PNG)
    assert image(str(tmp_path / "图 片.png")).text == "[图片]"


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda path: None, r"There is no file .*no\.png"),
        (lambda path: path.mkdir(), r"There is no file .*no\.png"),
        (lambda path: path.write_bytes(b""), r"is no picture that QQ shows \(PNG, JPEG.*it is empty"),
        (
            lambda path: path.write_text("BM 不是图片，不是图片", "utf-8"),
            r"begins with 'BM 不是.*Save it as PNG",
        ),
        (lambda path: path.write_bytes(PNG.ljust(LARGEST_PICTURE_BYTES + 1)), r"more than 30 MiB"),
    ],
    ids=["nothing", "folder", "empty", "text", "large"],
)
def test_what_is_no_picture_is_refused(make: Callable[[Path], object], says: str, tmp_path: Path) -> None:
    make(tmp_path / "no.png")
    with pytest.raises(InvalidInput, match=says):
        image(tmp_path / "no.png")


@pytest.mark.parametrize("path", [None, 5, b"a.png", "a\0.png"])
def test_what_is_no_path_is_refused(path: Any) -> None:
    with pytest.raises(InvalidInput, match="Nothing was made"):
        image(path)


def test_the_largest_picture_is_taken(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(PNG.ljust(LARGEST_PICTURE_BYTES))
    assert image(tmp_path / "a.png")


def test_neither_the_journal_nor_the_screen_gets_the_bytes_of_a_picture(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(PNG)
    message = "看图" + image(tmp_path / "a.png")
    assert repr(message) == "Parts('看图', image(28 bytes))"
    assert json.loads(message.json())[1] == {"type": "image", "data": {"file": "base64://… (28 bytes)"}}


def test_a_long_text_is_cut_on_the_screen() -> None:
    assert len(repr("长" * 1000 + at(1))) < 100


def test_a_mention_never_becomes_text_by_the_way() -> None:
    with pytest.raises(InvalidInput, match=r"cannot stand in an f-string.*Join it with \+"):
        f"{at(45678)} 周五聚餐"


def test_only_text_and_parts_are_joined() -> None:
    with pytest.raises(TypeError):
        at(45678) + 5  # type: ignore[operator]


def test_nothing_is_in_an_empty_text() -> None:
    assert not parts("")
    assert parts("") + at(1) == at(1)


def test_text_and_parts_are_asked_alike_for_their_plain_text() -> None:
    assert (plain("早"), plain("早" + face(14))) == ("早", "早[表情:14]")
