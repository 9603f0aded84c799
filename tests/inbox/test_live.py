import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from openqq_nb.columns import Schema
from openqq_nb.errors import InvalidInput
from openqq_nb.inbox import buffers
from openqq_nb.inbox.live import CHUNK_ROWS, LiveFrame
from openqq_nb.models import Cell, Row
from openqq_nb.schema import MESSAGES
from tests.journal.making import ROW, rows


def some(count: int, first: int = 0) -> list[dict[str, Cell]]:
    return [{**ROW, "content": f"第{n}条", "code": n, "own": n % 2 == 0} for n in range(first, first + count)]


def expected(given_rows: list[Any]) -> pd.DataFrame:
    return MESSAGES.frame(MESSAGES.table(given_rows))


def live(*batches: list[Any]) -> LiveFrame:
    frame = LiveFrame(MESSAGES)
    for batch in batches:
        frame.append(batch)
    return frame


def test_empty_frame_is_that_of_the_schema() -> None:
    assert_frame_equal(live().frame(), expected([]))
    assert_frame_equal(LiveFrame(MESSAGES, MESSAGES.table([])).frame(), expected([]))
    assert isinstance(live().frame().index, pd.RangeIndex)


def test_rows_of_a_journal_come_before_those_that_arrive() -> None:
    frame = LiveFrame(MESSAGES, MESSAGES.table([*some(3), {"heat": "5"}]))
    frame.append(some(2, first=3))
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
        frame.append(batch[skip:])
        skip = max(0, skip - len(batch))
        if look:
            frame.frame()
    assert_frame_equal(frame.frame(), expected(all_rows))


def test_unknown_keys_are_text_at_the_end_and_missing_before() -> None:
    frame = live(some(2))
    early = frame.frame()
    frame.append([{**ROW, "heat": 3}])
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
    frame.append(some(10))
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
        frame.append([row])
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


# What a user may do to a snapshot: each of these writes, or is refused by pandas.
def by_attribute(name: str, value: Any) -> Callable[[pd.DataFrame], None]:
    def write(df: pd.DataFrame) -> None:
        values: Any = df[name].array
        values[0] = value

    return write


def by_values(name: str, value: Any) -> Callable[[pd.DataFrame], None]:
    def write(df: pd.DataFrame) -> None:
        values: Any = df[name].values
        values[0] = value

    return write


def by_numpy(make: Callable[[pd.DataFrame], Any], value: Any) -> Callable[[pd.DataFrame], None]:
    def write(df: pd.DataFrame) -> None:
        make(df)[...] = value

    return write


NOON = pd.Timestamp("2020-01-01 12:00", tz="Asia/Shanghai")
VALUES: dict[str, Any] = {
    "msg_time": NOON,
    "received_at": NOON,
    "code": 99,
    "own": True,
    "content": "x",
    "gnumber": "1",
}


def by_loc(rows: Any, name: str, value: Any) -> Callable[[Any], None]:
    def write(df: Any) -> None:
        df.loc[rows, name] = value

    return write


def by_column(name: str, value: Any) -> Callable[[Any], None]:
    def write(df: Any) -> None:
        df[name] = value
        df.at[1, name] = value

    return write


ALL = slice(None)
WRITES: dict[str, Callable[[Any], Any]] = {
    **{f"loc {name}": by_loc(1, name, value) for name, value in VALUES.items()},
    **{f"loc all {name}": by_loc(ALL, name, value) for name, value in VALUES.items()},
    **{f"column {name}": by_column(name, value) for name, value in VALUES.items()},
    **{f"array {name}": by_attribute(name, value) for name, value in VALUES.items()},
    **{f"values {name}": by_values(name, value) for name, value in VALUES.items()},
    **{f"missing {name}": by_loc(ALL, name, None) for name in VALUES},
    "iloc row": lambda df: df.iloc.__setitem__(0, df.iloc[1].to_list()),
    "iloc block": lambda df: df.iloc.__setitem__((slice(0, 2), slice(None)), df.iloc[2:4].to_numpy()),
    "mask": lambda df: df.loc.__setitem__((df["code"] > 0, ["code", "own"]), [[7, False]]),
    "chained": lambda df: df["code"].replace(1, 100, inplace=True),
    "augmented": lambda df: df.__setitem__("code", df["code"].__iadd__(5)),
    "series in place": lambda df: df["code"].update(pd.Series([9, 9], dtype="Int64")),
    "numpy of codes": by_numpy(lambda df: df["code"].to_numpy(np.int64), 7),
    "numpy of flags": by_numpy(lambda df: np.asarray(df["own"].to_numpy(np.bool_)), True),
    "numpy of times": by_numpy(
        lambda df: df["msg_time"].dt.tz_convert(None).to_numpy(), np.datetime64("2001-01-01")
    ),
    "numpy of asi8": by_numpy(lambda df: df["msg_time"].array.asi8, 1),
    "numpy of the frame": by_numpy(lambda df: df[["code", "own"]].to_numpy(), 3),
    "numpy of a view": by_numpy(lambda df: df["code"].array[1:3].to_numpy(np.int64), 3),
    "part of a part": lambda df: df[["code"]].iloc[1:].loc.__setitem__((1, "code"), 5),
    "column of rows": lambda df: df[df["own"]].loc.__setitem__((0, "code"), 5),
    "transposed": lambda df: df[["code"]].T.iloc.__setitem__((0, 0), 5),
    "sort": lambda df: df.sort_values("code", ascending=False, inplace=True),
    "sort index": lambda df: df.sort_index(ascending=False, inplace=True),
    "fill": lambda df: df.fillna({"code": 1, "gnumber": "x"}, inplace=True),
    "replace": lambda df: df.replace("552603", "x", inplace=True),
    "where": lambda df: df.where(df["own"], inplace=True),
    "clip": lambda df: df["code"].clip(2, 3, inplace=True),
    "ffill": lambda df: df.ffill(inplace=True),
    "update": lambda df: df.update(
        pd.DataFrame({"code": pd.array([50, 51], "Int64"), "content": ["u", "v"]})
    ),
    "eval": lambda df: df.eval("code = code + 1", inplace=True),
    "drop": lambda df: df.drop(columns=["content"], inplace=True),
    "drop rows": lambda df: df.drop(index=[0, 1], inplace=True),
    "delete": lambda df: df.__delitem__("code"),
    "pop": lambda df: df.pop("own").array.__setitem__(0, True),
    "insert": lambda df: df.insert(0, "mine", df["code"]),
    "rename": lambda df: df.rename(columns={"code": "c"}, inplace=True),
    "columns": lambda df: setattr(df, "columns", range(df.shape[1])),
    "index": lambda df: setattr(df, "index", df["code"]),
    "set index": lambda df: df.set_index("code", inplace=True),
    "shallow copy": lambda df: df.copy(deep=False).loc.__setitem__((0, "code"), 5),
    "loc enlarging": lambda df: df.loc.__setitem__(len(df), df.iloc[0].to_list()),
    "shift": lambda df: df["code"].shift(1).array.__setitem__(0, 3),
}


SMALL = Schema("SMALL", tuple(MESSAGES.column(name) for name in VALUES))


def small() -> LiveFrame:
    frame = LiveFrame(SMALL)
    frame.append([known(row) for row in some(5)])
    return frame


def known(row: Row) -> Row:
    return {name: row[name] for name in VALUES}


Seen = tuple[LiveFrame, pd.DataFrame]


def fresh() -> Seen:
    frame = small()
    return frame, frame.frame()


def outgrown() -> Seen:
    frame, snapshot = fresh()
    frame.append([known(row) for row in some(buffers.FIRST_ROWS, first=5)])
    frame.frame()
    return frame, snapshot


def amended() -> Seen:
    frame, snapshot = fresh()
    frame.amend(
        1, {"code": 70, "own": None, "msg_time": 5.0, "received_at": 6.0, "content": "new", "gnumber": "2"}
    )
    frame.frame()
    return frame, snapshot


def gone() -> Seen:
    return small(), fresh()[1]


STATES = (fresh, outgrown, amended, gone)


@pytest.mark.filterwarnings(
    "ignore::pandas.errors.ChainedAssignmentError", "ignore::pandas.errors.Pandas4Warning"
)
@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_no_write_into_a_snapshot_changes_another_one(
    write: Callable[[pd.DataFrame], Any], state: Callable[[], Seen]
) -> None:
    frame, snapshot = state()
    twin = snapshot.copy(deep=False)
    earlier, kept = frame.rows(0, 3), frame.frame().copy(deep=True)
    try:
        write(snapshot)
    except (ValueError, TypeError) as refused:
        assert "read-only" in str(refused)
    assert_frame_equal(twin, SMALL.frame(SMALL.table([known(row) for row in some(5)])))
    assert_frame_equal(frame.frame(), kept)
    assert_frame_equal(earlier, kept.iloc[:3])


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("name", VALUES)
def test_user_may_write_into_every_column_of_a_snapshot_whatever_became_of_the_frame(
    name: str, state: Callable[[], Seen]
) -> None:
    frame, snapshot = state()
    del frame
    snapshot.loc[1, name] = VALUES[name]
    snapshot.loc[snapshot.index[2:], name] = VALUES[name]
    assert snapshot[name].tolist()[1:] == [VALUES[name]] * 4
    part = snapshot[[name]]
    del snapshot
    part.loc[0, name] = VALUES[name]
    assert part.loc[0, name] == VALUES[name]


def test_outgrown_memory_is_let_go_with_the_last_snapshot_of_it() -> None:
    buffers.forget_unused()
    before = len(buffers._retired)
    frame = live(some(5))
    column = frame.frame()["code"]
    frame.append(some(buffers.FIRST_ROWS))
    frame.frame()
    assert len(buffers._retired) == before + 1
    column.iloc[0] = 5
    assert column.tolist() == [5, 1, 2, 3, 4]
    del column
    buffers.forget_unused()
    assert len(buffers._retired) == before


def test_amended_cells_show_in_the_next_snapshot_only() -> None:
    frame = live(some(5))
    early = frame.frame()
    frame.amend(1, {"sender_qq": "12345678901234567", "own": None, "code": 8, "msg_time": 7.5})
    frame.append(some(1, first=5))
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
        frame.append(batch)
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
            frame.append(
                [{**ROW, "content": f"{number}", "code": part}, {**ROW, "content": f"{number}", "code": part}]
            )

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
