"""Damaged files: nothing fails, nothing vanishes in silence, and what is not damaged is read as ever."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openqq_nb.readers import qce_txt
from openqq_nb.readers.base import Options, Source
from openqq_nb.readers.pcqq import mht, txt
from tests.readers.pcqq.conftest import Module, Read, Torn, example, read, text

FILES: dict[str, Module] = {
    "pcqq/group-utf8bom.txt": txt,
    "pcqq/all-chats.txt": txt,
    "pcqq/group-gbk.txt": txt,
    "pcqq/group-12h-ampm.txt": txt,
    "pcqq/group-12h-zh.txt": txt,
    "pcqq/group.mht": mht,
    "qce/v6.txt": qce_txt,
}
BODIES = {name: example(name) for name in FILES}
WHOLE = {name: read(reader, BODIES[name]) for name, reader in FILES.items()}

names = st.sampled_from(sorted(FILES))
places = st.floats(0, 1)


def at(name: str, place: float) -> int:
    return int(place * len(BODIES[name]))


def certain(found: Read) -> list[dict[str, object]]:
    """Leave out whose a message is, which the other side of a talk tells."""
    return [{name: cell for name, cell in row.items() if name != "own"} for row in found.rows]


def said(found: Read) -> list[tuple[object, object]]:
    return [(row["msg_time"], row["content"]) for row in found.rows]


@settings(deadline=None, max_examples=150)
@given(name=names, place=places)
def test_a_file_that_is_cut_anywhere_has_all_messages_before_the_cut(name: str, place: float) -> None:
    cut = BODIES[name][: at(name, place)]

    found = read(FILES[name], cut)

    before = max(len(found.rows) - 1, 0)
    assert certain(found)[:before] == certain(WHOLE[name])[:before]


@settings(deadline=None, max_examples=150)
@given(name=names, place=places, length=st.integers(1, 300), junk=st.binary(max_size=40))
def test_bytes_that_are_replaced_spoil_what_is_near_or_are_told(
    name: str, place: float, length: int, junk: bytes
) -> None:
    body, start = BODIES[name], at(name, place)

    found = read(FILES[name], body[:start] + junk + body[start + length :])

    missing = [one for one in said(WHOLE[name]) if one not in said(found)]
    # A few entries lie in so many bytes; whatever else is missing stands in the problems.
    assert len(missing) <= length // 20 + 3 or found.problems


@settings(deadline=None, max_examples=150)
@given(name=names, place=places, length=st.integers(0, 2_000))
def test_a_slice_that_stands_twice_loses_no_message(name: str, place: float, length: int) -> None:
    body, start = BODIES[name], at(name, place)
    end = min(start + length, len(body))

    found = read(FILES[name], body[:end] + body[start:end] + body[end:])

    told = "".join(row["content"] or "" for row in found.rows)
    missing = [one for _, one in said(WHOLE[name]) if one and str(one).split("\n")[0] not in told]
    assert len(missing) <= 2 or found.problems


@settings(deadline=None, max_examples=150)
@given(reader=st.sampled_from([txt, mht, qce_txt]), body=st.binary(max_size=2_000), head=names)
def test_any_bytes_are_read(reader: Module, body: bytes, head: str) -> None:
    read(reader, body)
    read(reader, BODIES[head][:300] + body)


@settings(deadline=None, max_examples=100)
@given(body=st.text(max_size=200).filter(lambda body: not body.endswith("\r")))
def test_any_text_of_a_message_comes_back(body: str) -> None:
    first, last = (f"2019-03-02 9:0{place}:00 阿澈(4200000011)\n{place}" for place in (1, 3))
    message = f"2019-03-02 9:02:00 大麦(4200000012)\n{body}"

    found = read(txt, text(first, message, last))

    assert found.column("content")[:2] == ["1", body.replace("\r\n", "\n").replace("\r", "\n") or None]


class TestOfAText:
    LINES = tuple(
        f"2019-03-02 9:{place:02}:00 某{place}(42000000{place:02})\n第{place}句" for place in range(1, 31)
    )

    def test_a_date_that_does_not_exist_is_told_and_its_text_kept(self) -> None:
        broken = [*self.LINES[:3], "2026-02-30 25:61:00 阿澈(4200000011)\n话", *self.LINES[3:]]

        found = read(txt, text(*broken))

        assert len(found.rows) == 30
        assert found.rows[2]["content"] == "第3句\n\n2026-02-30 25:61:00 阿澈(4200000011)\n话"
        assert [(one.line, "does not exist" in one.why) for one in found.problems] == [(18, True)]

    def test_a_digit_that_is_wrong_does_not_swallow_all_that_follows(self) -> None:
        body = text(*self.LINES).replace("2019-03-02 9:05", "2091-03-02 9:05")

        found = read(txt, body)

        assert [row["content"] for row in found.rows] == [f"第{place}句" for place in range(1, 31)]
        assert [(one.line, "times go back" in one.why) for one in found.problems] == [(24, True)]

    def test_a_header_without_its_empty_line_is_told(self) -> None:
        found = read(txt, text(*self.LINES).replace("第4句\n\n", "第4句\n"))

        assert len(found.rows) == 29
        assert [(one.line, "no empty line" in one.why) for one in found.problems] == [(20, True)]

    def test_a_header_whose_time_is_damaged_is_told(self) -> None:
        found = read(txt, text(*self.LINES).replace("9:05:00", "9:X5:00"))

        assert len(found.rows) == 29
        assert [one.line for one in found.problems] == [21]

    def test_a_head_of_a_chat_that_is_damaged_is_told(self) -> None:
        second = text(self.LINES[8], chat="另一个").partition("\n\n")[2].replace("消息对象:", "消息?")

        found = read(txt, text(*self.LINES[:5]) + "\n\n" + second)

        assert len(found.rows) == 6
        assert ["head of a chat" in one.why for one in found.problems] == [True]

    def test_text_before_the_first_header_is_told(self) -> None:
        found = read(txt, text("只是字", *self.LINES[:2]))

        assert [(one.line, one.body) for one in found.problems] == [(9, "只是字")]

    def test_a_file_that_ends_after_a_header_says_so(self) -> None:
        found = read(txt, text(*self.LINES[:2], "2019-03-02 10:00:00 阿澈(4200000011)"))

        assert found.rows[-1]["content"] is None
        assert ["may have been cut" in one.why for one in found.problems] == [True]

    def test_a_file_that_ends_inside_of_a_line_says_so(self) -> None:
        found = read(txt, text(*self.LINES[:2]).removesuffix("句\n"))

        assert [row["content"] for row in found.rows] == ["第1句", "第2"]
        assert [(one.why, one.body) for one in found.problems] == [
            ("The last line has no end: the file may have been cut.", "第2")
        ]

    def test_bytes_of_another_encoding_are_replaced_and_told(self) -> None:
        body = text(*self.LINES).encode().replace("第7句".encode(), "第7句".encode("gbk"))

        found = read(txt, body)

        assert len(found.rows) == 30
        assert "\ufffd" in found.rows[6]["content"]
        assert [one.line for one in found.problems] == [10 + 3 * 6]

    def test_nul_bytes_are_told(self) -> None:
        found = read(txt, text(*self.LINES).replace("第7句", "\0" * 4_096))

        assert len(found.rows) == 30
        assert ["NUL" in one.why for one in found.problems] == [True]

    def test_a_line_of_50_megabytes_is_one_message(self) -> None:
        found = read(txt, text(self.LINES[0], self.LINES[1] + "长" * 17_000_000, self.LINES[2]))

        assert [len(row["content"]) for row in found.rows] == [3, 17_000_003, 3]


def test_a_file_that_cannot_be_read_is_an_os_error() -> None:
    body = BODIES["pcqq/group.mht"]
    source = Source("torn", len(body), lambda: Torn(body), lambda _: None)

    for reader in FILES.values():
        with pytest.raises(OSError, match="torn"):
            list(reader.parts(source, Options()))
