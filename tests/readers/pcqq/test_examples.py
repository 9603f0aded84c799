"""The examples of PC QQ are read cell by cell as expected, in the order of the file."""

import pytest

from openqq_nb.readers.pcqq import mht, txt
from tests.readers.pcqq.conftest import Module, cells, example, expected, read, source_of

TEXTS = ("group-utf8bom", "all-chats", "group-gbk", "group-12h-ampm", "group-12h-zh")
FILES = [(txt, f"pcqq/{name}.txt", f"pcqq/{name}") for name in TEXTS]
FILES.append((mht, "pcqq/group.mht", "pcqq/group-mht"))


@pytest.mark.parametrize(("reader", "file", "plan"), FILES, ids=[plan for _, _, plan in FILES])
def test_an_example_is_read_as_expected_and_without_a_problem(reader: Module, file: str, plan: str) -> None:
    found = read(reader, example(file))

    assert cells(found.rows, expected(plan)) == expected(plan)
    assert found.problems == []


@pytest.mark.parametrize(("reader", "file", "plan"), FILES, ids=[plan for _, _, plan in FILES])
def test_each_reader_recognises_its_examples_and_no_other(reader: Module, file: str, plan: str) -> None:
    source = source_of(example(file))

    assert [one.recognises(source.head(), source) for one in (txt, mht)] == [reader is txt, reader is mht]


def test_a_file_of_all_chats_tells_where_each_message_was_written() -> None:
    found = read(txt, example("pcqq/all-chats.txt"))

    assert list(dict.fromkeys(zip(found.column("chat_key"), found.column("type"), strict=True))) == [
        ("friend:阿澈🌊", "message"),
        ("group:周末爬山小队⛰️", "group_message"),
        ("discuss:跨年", "discuss_message"),
    ]
    assert {row["group"] or row["discuss"] for row in found.rows} == {None, "周末爬山小队⛰️", "跨年"}
