"""What a user writes into a snapshot of the live frame stays in it."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from openqq_nb.columns import Schema
from openqq_nb.inbox import buffers
from openqq_nb.inbox.live import LiveFrame
from openqq_nb.models import Row
from openqq_nb.schema import MESSAGES
from tests.inbox.live_rows import entries, live, some


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
    frame.append(entries([known(row) for row in some(5)], SMALL))
    return frame


def known(row: Row) -> Row:
    return {name: row[name] for name in VALUES}


Seen = tuple[LiveFrame, pd.DataFrame]


def fresh() -> Seen:
    frame = small()
    return frame, frame.frame()


def outgrown() -> Seen:
    frame, snapshot = fresh()
    frame.append(entries([known(row) for row in some(buffers.FIRST_ROWS, first=5)], SMALL))
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
    frame.append(entries(some(buffers.FIRST_ROWS)))
    frame.frame()
    assert len(buffers._retired) == before + 1
    column.iloc[0] = 5
    assert column.tolist() == [5, 1, 2, 3, 4]
    del column
    buffers.forget_unused()
    assert len(buffers._retired) == before
