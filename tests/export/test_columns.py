"""Which columns a file has, and what becomes of values of every type."""

import datetime as dt
import enum
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from openqq_nb.errors import InvalidInput
from openqq_nb.exporting import export
from tests.export.reading import KINDS, read_jsonl

ONE = pd.DataFrame({"qq": ["12345678901234567"], "nick": ["小灰"]})


class Role(enum.StrEnum):
    OWNER = "群主"


def exported(frame: pd.DataFrame, folder: Path) -> list[dict[str, Any]]:
    return read_jsonl(export(frame, folder / "frame.jsonl"))


# --- the columns ---


def test_row_numbers_are_left_out_also_of_a_filtered_frame(tmp_path: Path) -> None:
    frame = pd.DataFrame({"qq": ["1", "2", "3"]})
    assert exported(frame[frame["qq"] > "1"], tmp_path) == [{"qq": "2"}, {"qq": "3"}]


def test_a_grouped_index_becomes_the_first_columns(tmp_path: Path) -> None:
    frame = pd.DataFrame({"gname": ["a", "a", "b"], "role": ["群主", "成员", "成员"], "n": [1, 2, 3]})
    grouped = frame.groupby(["gname", "role"], sort=False)[["n"]].sum()
    assert exported(grouped, tmp_path)[0] == {"gname": "a", "role": "群主", "n": 1}


def test_a_named_index_of_numbers_is_kept(tmp_path: Path) -> None:
    frame = pd.DataFrame({"n": [5]}, index=pd.Index([2026], name="year"))
    assert exported(frame, tmp_path) == [{"year": 2026, "n": 5}]


def test_an_index_of_texts_without_a_name_is_kept(tmp_path: Path) -> None:
    assert exported(pd.DataFrame({"n": [5]}, index=["a"]), tmp_path) == [{"index": "a", "n": 5}]
    index = pd.MultiIndex.from_tuples([("a", 1)])
    assert exported(pd.DataFrame({"n": [5]}, index=index), tmp_path) == [
        {"level_0": "a", "level_1": 1, "n": 5}
    ]


def test_an_index_of_times_keeps_the_zone(tmp_path: Path) -> None:
    index = pd.DatetimeIndex(["2026-11-17"], tz="Asia/Shanghai", name="day")
    path = export(pd.DataFrame({"n": [5]}, index=index), tmp_path / "day.parquet")
    assert str(pd.read_parquet(path)["day"].dtype) == "datetime64[us, Asia/Shanghai]"


def test_names_of_several_levels_are_joined(tmp_path: Path) -> None:
    frame = (
        pd.DataFrame({"gname": ["a", "a"], "n": [1, 3]})
        .groupby("gname")
        .agg({"n": ["min", "max"]})
        .reset_index()
    )
    assert exported(frame, tmp_path) == [{"gname": "a", "n_min": 1, "n_max": 3}]


def test_names_become_text(tmp_path: Path) -> None:
    frame = pd.DataFrame([[1, 2, 3]], columns=pd.Index([7, None, dt.date(2026, 11, 17)], dtype=object))
    assert exported(frame, tmp_path) == [{"7": 1, "None": 2, "2026-11-17": 3}]


@pytest.mark.parametrize("names", [["qq", "qq", "a"], ["1", 1, "a"], [("a", "b"), "a_b", "a"]])
def test_names_that_a_file_cannot_tell_apart_are_refused(names: list[Any], tmp_path: Path) -> None:
    frame = pd.DataFrame([[1, 2, 3]], columns=pd.Index(names, dtype=object, tupleize_cols=False))
    with pytest.raises(InvalidInput, match=r"same name(.|\n)*set_axis"):
        export(frame, tmp_path / "twice.csv")
    assert list(tmp_path.iterdir()) == []


def test_an_index_named_as_a_column_is_refused(tmp_path: Path) -> None:
    frame = pd.DataFrame({"qq": ["1"]}, index=pd.Index(["2"], name="qq"))
    with pytest.raises(InvalidInput, match="rename_axis"):
        export(frame, tmp_path / "twice.csv")


def test_a_frame_without_columns_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="without columns"):
        export(pd.DataFrame(), tmp_path / "x.csv")


@pytest.mark.parametrize("kind", KINDS)
def test_a_frame_without_rows_keeps_its_columns(kind: str, tmp_path: Path) -> None:
    path = export(ONE.iloc[:0], tmp_path / f"empty{kind}")
    if kind == ".parquet":
        pd.testing.assert_frame_equal(pd.read_parquet(path), ONE.iloc[:0])
    elif kind == ".jsonl":
        assert path.read_bytes() == b""
    else:
        read = pd.read_csv(path) if kind == ".csv" else pd.read_excel(path)
        assert (list(read), len(read)) == (["qq", "nick"], 0)


# --- the values ---

INSIDE: dict[str, Any] = {}
INSIDE["itself"] = INSIDE

VALUES: dict[str, tuple[Any, Any]] = {
    "texts and numbers": (["a", 1, 1.5, True, None], ["a", "1", "1.5", "True", None]),
    "lists and dicts": (
        [{"键": [1, "a", None]}, [1], (2,), None],
        ['{"键": [1, "a", null]}', "[1]", "[2]", None],
    ),
    "keys that are no text": ([{("a", 1): 2}], ["{('a', 1): 2}"]),
    "inside itself": ([INSIDE], ["{'itself': {...}}"]),
    "whole numbers with a gap": ([1, None, 2], [1, None, 2]),
    "long whole numbers": ([12345678901234567, None], ["12345678901234567", None]),
    "whole numbers of numpy": ([np.int64(7), np.int8(-1)], [7, -1]),
    "beyond 64 bits": ([10**30, None], [str(10**30), None]),
    "flags with a gap": ([True, None, pd.NA], [True, None, None]),
    "numbers with a gap": ([1.5, None, pd.NA, float("nan")], [1.5, None, None, None]),
    "exact numbers": ([Decimal("1.10"), None], ["1.10", None]),
    "bytes": ([b"x", None], ["b'x'", None]),
    "members of an enum": ([Role.OWNER, None], ["群主", None]),
    "days": ([dt.date(2026, 11, 17), None], ["2026-11-17", None]),
    "lengths of time": ([dt.timedelta(hours=1), None], ["1:00:00", None]),
    "times of a zone": (
        [pd.Timestamp("2026-11-17 20:15", tz="Asia/Shanghai"), None, pd.NaT],
        ["2026-11-17T20:15:00+08:00", None, None],
    ),
    "times of several zones": (
        [pd.Timestamp("2026-11-17", tz="Asia/Shanghai"), pd.Timestamp("2026-11-17", tz="UTC")],
        ["2026-11-17 00:00:00+08:00", "2026-11-17 00:00:00+00:00"],
    ),
    "nothing": ([None, None], [None, None]),
}


@pytest.mark.parametrize("values", VALUES)
def test_objects_are_written_as_what_they_are(values: str, tmp_path: Path) -> None:
    given, expected = VALUES[values]
    frame = pd.DataFrame({"x": pd.Series(given, dtype=object)})
    assert [row["x"] for row in exported(frame, tmp_path)] == expected
    export(frame, tmp_path / "x.xlsx")
    export(frame, tmp_path / "x.csv")
    export(frame, tmp_path / "x.parquet")


DTYPES: dict[str, tuple[Any, Any]] = {
    "category": (pd.Series(["a", None], dtype="category"), ["a", None]),
    "category of whole numbers": (pd.Series([1, None], dtype="category"), [1, None]),
    "interval": (pd.Series(pd.interval_range(0, 1)), ["(0, 1]"]),
    "period": (pd.Series(pd.period_range("2026-11", periods=1, freq="M")), ["2026-11"]),
    "sparse": (pd.Series([0, 7], dtype="Sparse[int64]"), [0, 7]),
    "complex": (pd.Series([1j]), ["1j"]),
    "python strings": (pd.Series(["a", None], dtype="string[python]"), ["a", None]),
    "unsigned": (pd.Series([2**64 - 1], dtype="uint64"), [str(2**64 - 1)]),
    "one byte": (pd.Series([-128], dtype="int8"), [-128]),
    "arrow list": (pd.Series([[1, 2], None], dtype=pd.ArrowDtype(pa.list_(pa.int64()))), ["[1, 2]", None]),
    "arrow time": (
        pd.Series(["2026-11-17T00:00:00+08:00"]).astype(pd.ArrowDtype(pa.timestamp("us", "Asia/Shanghai"))),
        ["2026-11-17T00:00:00+08:00"],
    ),
    "arrow day": (pd.Series([dt.date(2026, 11, 17)], dtype=pd.ArrowDtype(pa.date32())), ["2026-11-17"]),
    "arrow number": (pd.Series([12, None], dtype=pd.ArrowDtype(pa.int64())), [12, None]),
    "nanoseconds": (
        pd.Series(pd.to_datetime([1], unit="ns", utc=True)),
        ["1970-01-01T00:00:00.000000001+00:00"],
    ),
}


@pytest.mark.parametrize("dtype", DTYPES)
def test_every_dtype_can_be_written(dtype: str, tmp_path: Path) -> None:
    series, expected = DTYPES[dtype]
    frame = pd.DataFrame({"x": series})
    assert [row["x"] for row in exported(frame, tmp_path)] == expected
    export(frame, tmp_path / "x.csv")
    export(frame, tmp_path / "x.xlsx")
    export(frame, tmp_path / "x.parquet")


def test_the_frame_given_is_left_as_it_was(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {"x": pd.Series([{"a": 1}, None], dtype=object), "t": pd.Timestamp("2026-11-17", tz="UTC")}
    )
    before = frame.copy(deep=True)
    for kind in KINDS:
        export(frame, tmp_path / f"x{kind}")
    pd.testing.assert_frame_equal(frame, before)
