from collections import Counter
from typing import Any

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from openqq_nb.logs.joining import Joiner
from openqq_nb.readers.tables import table

SECOND_US = 1_000_000
ROW: dict[str, Any] = {
    "msg_time": 1_700_000_000 * SECOND_US, "type": "group_message", "content": "早", "chat": "同学",
    "gnumber": "552603", "sender": "小灰", "sender_qq": "10001", "msg_id": "7",
}  # fmt: skip


def rows(*changes: dict[str, Any]) -> pa.Table:
    made = [{**ROW, **change} for change in changes]
    return table({name: [one[name] for one in made] for name in ROW})


def joined(*origins: pa.Table) -> list[list[str | None]]:
    joiner = Joiner()
    kept = []
    for origin in origins:
        joiner.next_origin()
        kept.append(joiner.news(origin).column("content").to_pylist())
    return kept


def test_what_an_earlier_origin_has_is_left_away() -> None:
    assert joined(
        rows({}, {"content": "晚"}), rows({"msg_id": "901"}, {"content": "新", "msg_id": "902"})
    ) == [
        ["早", "晚"],
        ["新"],
    ]


def test_what_was_said_twice_in_a_second_stays_there_twice() -> None:
    assert joined(rows({}, {}), rows({}, {}, {})) == [["早", "早"], ["早"]]
    assert joined(rows({}), rows({}), rows({}, {})) == [["早"], [], ["早"]]


def test_a_finer_clock_and_lost_edges_make_no_other_message() -> None:
    finer = {"msg_time": ROW["msg_time"] + 700_000, "content": " 早\n", "msg_id": None}
    assert joined(rows({}), rows(finer)) == [["早"], []]


def test_numbers_that_differ_make_two_messages_and_names_count_where_one_lacks_its_number() -> None:
    assert joined(rows({}), rows({"sender_qq": "10002"})) == [["早"], ["早"]]
    assert joined(rows({}), rows({"gnumber": "552604"})) == [["早"], ["早"]]
    assert joined(rows({}), rows({"sender_qq": None, "msg_id": None})) == [["早"], []]
    assert joined(rows({}), rows({"sender_qq": None, "sender": "小白", "msg_id": None})) == [["早"], ["早"]]
    assert joined(rows({}), rows({"sender": "小灰改名了"})) == [["早"], []]


def test_a_message_that_one_tool_saw_taken_back_is_one() -> None:
    assert joined(rows({}), rows({"content": "[撤回了一条消息]"})) == [["早"], []]
    assert joined(rows({}), rows({"content": "别的", "msg_id": "8"})) == [["早"], ["别的"]]


def test_a_message_without_a_time_is_never_a_double() -> None:
    assert joined(rows({"msg_time": None}), rows({"msg_time": None})) == [["早"], ["早"]]


def test_the_rows_of_one_origin_are_never_compared_with_each_other() -> None:
    joiner = Joiner()
    joiner.next_origin()
    assert [joiner.news(rows({})).num_rows, joiner.news(rows({}, {})).num_rows] == [1, 2]


def _seconds(table: pa.Table) -> list[int]:
    micros: list[int] = table.column("msg_time").cast(pa.int64()).to_pylist()
    return [one // SECOND_US - 1_700_000_000 for one in micros]


SAID = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from(["a", "b"]), st.sampled_from(["1", "2"])), max_size=12
)


@settings(deadline=None)
@given(st.lists(SAID, min_size=1, max_size=4), st.integers(1, 5))
def test_each_message_is_there_as_often_as_in_the_origin_that_has_it_most(
    origins: list[Any], cut: int
) -> None:
    joiner = Joiner()
    kept: Counter[Any] = Counter()
    for said in origins:
        joiner.next_origin()
        for begin in range(0, len(said), cut):
            part = rows(*(
                {"msg_time": ROW["msg_time"] + second * SECOND_US, "content": content, "sender_qq": qq, "msg_id": None}
                for second, content, qq in said[begin : begin + cut]
            ))  # fmt: skip
            new = joiner.news(part)
            kept.update(
                zip(
                    _seconds(new),
                    new.column("content").to_pylist(),
                    new.column("sender_qq").to_pylist(),
                    strict=True,
                )
            )
    wanted: Counter[Any] = Counter()
    for said in origins:
        wanted |= Counter(said)
    assert kept == wanted
