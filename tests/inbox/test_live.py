import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from openqq_nb.errors import InvalidInput
from openqq_nb.inbox.live import CHUNK_ROWS, LiveFrame
from openqq_nb.models import Cell, Row
from openqq_nb.schema import MESSAGES
from tests.inbox.live_rows import entries, expected, live, some
from tests.journal.making import ROW, rows


def test_empty_frame_is_that_of_the_schema() -> None:
    assert_frame_equal(live().frame(), expected([]))
    assert_frame_equal(LiveFrame(MESSAGES, MESSAGES.table([])).frame(), expected([]))
    assert isinstance(live().frame().index, pd.RangeIndex)


def test_rows_of_a_journal_come_before_those_that_arrive() -> None:
    frame = LiveFrame(MESSAGES, MESSAGES.table([*some(3), {"heat": "5"}]))
    frame.append(entries(some(2, first=3)))
    assert_frame_equal(frame.frame(), expected([*some(3), {"heat": "5"}, *some(2, first=3)]))
    assert len(frame) == 6


@given(st.lists(st.tuples(st.lists(rows(), max_size=4), st.booleans()), max_size=5), st.integers(0, 3))
@settings(max_examples=80, deadline=None)
def test_any_rows_in_any_batches_make_the_frame_of_the_schema(
    batches: list[tuple[list[Row], bool]], replayed: int
) -> None:
    all_rows = [row for batch, _ in batches for row in batch]
    frame = LiveFrame(MESSAGES, MESSAGES.table(all_rows[:replayed]))
    skip = replayed
    for batch, look in batches:
        frame.append(entries(batch[skip:]))
        skip = max(0, skip - len(batch))
        if look:
            frame.frame()
    assert_frame_equal(frame.frame(), expected(all_rows))


def test_unknown_keys_are_text_at_the_end_and_missing_before() -> None:
    frame = live(some(2))
    early = frame.frame()
    frame.append(entries([{**ROW, "heat": 3}]))
    assert list(frame.frame().columns) == [*MESSAGES.names, "heat"]
    assert frame.frame()["heat"].isna().tolist() == [True, True, False]
    assert frame.frame()["heat"].dtype == "str"
    assert list(early.columns) == list(MESSAGES.names)


def test_half_character_is_replaced() -> None:
    frame = live([{**ROW, "content": "a\ud83db", "key\udcff": 1}], [{"key\udcff": 2}]).frame()
    assert frame["content"].tolist()[:1] == ["a\ufffdb"]
    assert frame["key\ufffd"].tolist() == ["1", "2"]


def test_snapshot_copies_nothing_that_was_there() -> None:
    frame = LiveFrame(MESSAGES, MESSAGES.table(some(CHUNK_ROWS)))
    first = frame.frame()
    frame.append(entries(some(10)))
    second = frame.frame()
    assert addresses(first["content"])[0] == addresses(second["content"])[0]
    for name in ("code", "own"):
        old, new = first[name].to_numpy(dtype=raw(name)), second[name].to_numpy(dtype=raw(name))
        assert np.shares_memory(old, new)
    times: list[Any] = [first["msg_time"].array, second["msg_time"].array]
    assert np.shares_memory(times[0].asi8, times[1].asi8)


def raw(name: str) -> Any:
    return {"code": np.int64, "own": np.bool_}[name]


def chunks(column: "pd.Series[str]") -> list[pa.Array]:
    values = pa.array(column.array)
    return values.chunks if isinstance(values, pa.ChunkedArray) else [values]


def addresses(column: "pd.Series[str]") -> list[int]:
    return [chunk.buffers()[2].address for chunk in chunks(column)]


def test_snapshot_after_each_message_leaves_few_chunks() -> None:
    frame = live()
    for row in some(1000):
        frame.append(entries([row]))
        snapshot = frame.frame()
    assert len(chunks(snapshot["content"])) <= 10
    assert_frame_equal(snapshot, expected(some(1000)))


def test_part_of_the_frame_counts_from_zero() -> None:
    frame = live(some(10))
    assert_frame_equal(frame.rows(4, 7), expected(some(3, first=4)))
    assert_frame_equal(frame.rows(8), expected(some(2, first=8)))
    assert_frame_equal(frame.rows(20, 5), expected([]))


def test_single_rows_come_in_the_order_that_is_asked_for() -> None:
    frame = live(some(10))
    assert_frame_equal(frame.take([7, 2, 3]), expected([some(10)[n] for n in (7, 2, 3)]))
    assert_frame_equal(frame.take([]), expected([]))


def test_amended_cells_show_in_the_next_snapshot_only() -> None:
    frame = live(some(5))
    early = frame.frame()
    frame.amend(1, {"sender_qq": "12345678901234567", "own": None, "code": 8, "msg_time": 7.5})
    frame.append(entries(some(1, first=5)))
    frame.amend(5, {"content": "late"})
    changed = some(6)
    changed[1] |= {"sender_qq": "12345678901234567", "own": None, "code": 8, "msg_time": 7.5}
    changed[5] |= {"content": "late"}
    assert_frame_equal(early, expected(some(5)))
    assert_frame_equal(frame.frame(), expected(changed))


CHANGES: list[dict[str, Cell]] = [{"sender_qq": "77"}, {"code": None, "content": None}, {"own": True}]


@pytest.mark.slow
@given(
    st.lists(st.integers(1, 40), min_size=1, max_size=8),
    st.data(),
)
@settings(max_examples=60, deadline=None)
def test_amending_any_cells_between_any_batches_is_like_having_had_them(
    sizes: list[int], data: st.DataObject
) -> None:
    frame, model = live(), list[dict[str, Cell]]()
    seen = []
    for size in sizes:
        batch = some(size, first=len(model))
        frame.append(entries(batch))
        model += [dict(row) for row in batch]
        for position in data.draw(st.lists(st.integers(0, len(model) - 1), max_size=4)):
            change = CHANGES[data.draw(st.integers(0, len(CHANGES) - 1))]
            frame.amend(position, change)
            model[position].update(change)
        seen.append((frame.frame(), expected(model)))
    for snapshot, then in seen:
        assert_frame_equal(snapshot, then)


def test_amending_what_is_not_there_is_refused() -> None:
    frame = live(some(2))
    with pytest.raises(InvalidInput, match="no row 2"):
        frame.amend(2, {"content": "x"})
    with pytest.raises(InvalidInput, match="no column nonsense"):
        frame.amend(0, {"nonsense": "x"})
    assert_frame_equal(frame.frame(), expected(some(2)))


def test_threads_append_and_look_at_once() -> None:
    frame = live()
    start = threading.Barrier(5)

    def write(number: int) -> None:
        start.wait(10)
        for part in range(100):
            row = {**ROW, "content": f"{number}", "code": part}
            frame.append(entries([row, row]))

    def look(_: int) -> list[pd.DataFrame]:
        start.wait(10)
        return [frame.frame() for _ in range(50)]

    with ThreadPoolExecutor(5) as pool:
        writers = [pool.submit(write, number) for number in range(4)]
        looks = pool.submit(look, 0).result(60)
        for writer in writers:
            writer.result(60)
    last = frame.frame()
    assert len(last) == len(frame) == 800
    for content, part in last.groupby("content"):
        assert part["code"].tolist() == [n for n in range(100) for _ in range(2)], content
    for snapshot in looks:
        assert len(snapshot) % 2 == 0
        assert_frame_equal(snapshot, last.iloc[: len(snapshot)])
