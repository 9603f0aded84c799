import time
from collections import Counter
from itertools import permutations
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from openqq_nb.journal import Journal
from openqq_nb.logs import joining, open_log
from openqq_nb.logs.joining import Joiner
from openqq_nb.readers.tables import table
from tests.journal.making import event, message
from tests.readers.sources import EXAMPLES

SECOND_US = 1_000_000
ROW: dict[str, Any] = {
    "msg_time": 1_700_000_000 * SECOND_US, "type": "group_message", "content": "早", "chat": "同学",
    "gnumber": "552603", "sender": "小灰", "sender_qq": "10001", "msg_id": "7", "chat_key": "group:552603",
    "received_at": None,
}  # fmt: skip


def rows(*changes: dict[str, Any]) -> pa.Table:
    made = [{**ROW, **change} for change in changes]
    return table({name: [one[name] for one in made] for name in ROW})


def joined(*origins: pa.Table, column: str = "content") -> list[list[str | None]]:
    joiner = Joiner(joining.messages)
    kept = []
    for origin in origins:
        joiner.next_origin()
        kept.append(joiner.news(origin).column(column).to_pylist())
    return kept


def numbers(*origins: pa.Table) -> list[list[str | None]]:
    return joined(*origins, column="msg_id")


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


def test_what_has_the_number_of_a_message_is_that_message_whatever_else_was_said_alike() -> None:
    known, new = rows({"msg_id": "2"}), rows({"msg_id": "1"}, {"msg_id": "2"})
    assert numbers(known, new) == [["2"], ["1"]]
    some = rows({"msg_id": "2"}, {"msg_id": None})
    assert numbers(some, rows({"msg_id": "1"}), rows({"msg_id": "2"})) == [["2", None], [], []]


def test_a_row_learns_the_numbers_of_the_rows_that_it_stands_for() -> None:
    assert joined(rows({"sender_qq": None}), rows({}), rows({"sender": "改名"})) == [["早"], [], []]
    assert joined(rows({"gnumber": None}), rows({}), rows({"chat": "改名"})) == [["早"], [], []]
    assert joined(rows({"msg_id": None}), rows({}), rows({"content": "[撤回了一条消息]"})) == [["早"], [], []]


def test_rows_take_each_others_places_so_that_none_is_left_over() -> None:
    unknown, renamed = dict[str, Any](sender_qq=None), {"sender": "改名"}
    for known in permutations([ROW, unknown]):
        for new in permutations([unknown, renamed]):
            assert joined(rows(*known), rows(*new)) == [["早", "早"], []]


def test_tools_spell_cards_and_faces_in_their_own_ways() -> None:
    spelled = [
        {"content": text, "msg_id": None} for text in ("[卡片:[分享]天气\n晴]", "去[表情:开心]了", "[表情:]")
    ]
    others = [{"content": text, "msg_id": None} for text in ("[卡片]", "去[开心]了", "[]")]
    assert joined(rows(*spelled), rows(*others)) == [[one["content"] for one in spelled], ["[]"]]


def test_without_a_time_only_what_is_alike_in_all_is_one_message() -> None:
    timeless = {"msg_time": None, "received_at": 5}
    assert joined(rows(timeless, timeless), rows(timeless, {})) == [["早", "早"], ["早"]]
    for change in (
        {"received_at": 6},
        {"msg_id": "8"},
        {"content": "晚"},
        {"sender": "小白"},
        {"chat_key": "friend:1"},
    ):
        assert len(joined(rows(timeless), rows({**timeless, **change}))[1]) == 1


def test_events_are_one_if_all_their_cells_are_equal() -> None:
    joiner = Joiner(joining.events)
    logins: dict[str, Any] = {"received_at": [5, 5], "event": ["login", "login"], "qq": ["1", "1"]}
    joiner.next_origin()
    assert joiner.news(table(logins)).num_rows == 2
    joiner.next_origin()
    more: dict[str, Any] = {
        "received_at": [5, 5, 5, 5, 6],
        "event": ["login"] * 5,
        "qq": ["1", "1", "1", None, "1"],
    }
    assert joiner.news(table({**more, "gnumber": [None] * 5})).column("qq").to_pylist() == ["1", None, "1"]
    joiner.next_origin()
    moved = table({"received_at": [5], "event": ["login"], "qq": [None], "gnumber": ["1"]})
    assert joiner.news(moved).num_rows == 1


def test_the_rows_of_one_origin_are_never_compared_with_each_other() -> None:
    joiner = Joiner(joining.messages)
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
    joiner = Joiner(joining.messages)
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


def test_a_log_with_itself_is_that_log(tmp_path: Path) -> None:
    with Journal.open(tmp_path / "j.db") as journal:
        journal.append(
            [message("a"), message("b", msg_time=None), event(), message("c", msg_time=None, content=None)]
        )
    archive = Path(open_log(tmp_path / "j.db").to_parquet(tmp_path / "archive"))
    events = EXAMPLES / "onebot/events.jsonl"
    for paths in (
        (tmp_path / "j.db", archive),
        (archive, tmp_path / "j.db"),
        (events, events),
        (archive, archive),
    ):
        one, both = open_log(paths[0]), open_log(*paths)
        assert_frame_equal(both.df, one.df)
        assert_frame_equal(both.events, one.events)


@pytest.mark.parametrize("names", [("qce/v6.json", "qce/v6.txt"), ("qce/v6.txt", "qce/v6.json")])
def test_one_talk_from_two_tools_is_there_once(names: tuple[str, ...]) -> None:
    assert len(open_log(*(EXAMPLES / name for name in names))) == 32


PEOPLE = st.lists(
    st.tuples(st.sampled_from("123"), st.sampled_from("xy"), st.sampled_from("abc")), max_size=6
)
FORGOTTEN = st.lists(
    st.sets(st.sampled_from(["sender_qq", "sender", "msg_id", "gnumber"])) | st.none(), min_size=6, max_size=6
)


@settings(deadline=None, max_examples=200)
@given(PEOPLE, FORGOTTEN, FORGOTTEN, st.permutations(range(6)))
def test_what_forgot_some_numbers_and_names_adds_nothing_before_and_behind_what_knows_them(
    people: list[Any], some: list[Any], others: list[Any], order: list[int]
) -> None:
    whole = [
        {"sender_qq": qq, "sender": name, "content": content, "msg_id": str(place)}
        for place, (qq, name, content) in enumerate(people)
    ]

    def less(forgotten: list[Any]) -> pa.Table:
        return rows(*(
            {**whole[place], **dict.fromkeys(forgotten[place])}
            for place in order
            if place < len(whole) and forgotten[place] is not None
        ))  # fmt: skip

    assert sum(map(len, joined(less(some), rows(*whole), less(others)))) == len(whole)
    assert joined(rows(*whole), less(some), less(others))[1:] == [[], []]


def test_the_joining_of_many_origins_and_of_one_second_costs_little() -> None:
    began = time.perf_counter()
    joiner = Joiner(joining.messages)
    for origin in range(60):
        joiner.next_origin()
        joiner.news(rows(*({"msg_id": f"{origin} {row}", "content": str(row)} for row in range(500))))
    assert joined(*[rows(*[{"msg_id": None}] * 10_000)] * 2)[1] == []
    assert time.perf_counter() - began < 5
