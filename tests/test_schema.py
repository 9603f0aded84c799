"""Columns are declared once: their order, dtypes and values, whatever the rows hold."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from openqq_nb import schema
from openqq_nb.columns import Column, Kind, Schema, typed
from openqq_nb.models import Row
from openqq_nb.schema import ALL, FRIENDS, MEMBERS, MESSAGES

WIRE = Path(__file__).parent / "wire"
DTYPES: dict[Kind, str] = {
    "text": "str",
    "time": "datetime64[us, Asia/Shanghai]",
    "count": "Int64",
    "flag": "boolean",
}
IDS = {
    "id",
    "gid",
    "did",
    "gcode",
    "gowner_id",
    "downer_id",
    "sender_id",
    "receiver_id",
    "group_id",
    "discuss_id",
}
PERMANENT = {"qq", "gnumber", "sender_qq", "receiver_qq", "gowner_qq", "downer_qq", "msg_id"}

every_schema = pytest.mark.parametrize("declared", ALL, ids=lambda one: one.name)


@every_schema
def test_columns_have_unique_names_and_a_meaning(declared: Schema) -> None:
    assert len(set(declared.names)) == len(declared.names)
    for column in declared.columns:
        assert column.meaning and not column.meaning.endswith("."), column.name
        assert str(column.dtype) == DTYPES[column.kind]
        assert declared.column(column.name) is column


@every_schema
def test_numbers_of_people_and_places_are_text(declared: Schema) -> None:
    assert all(column.kind == "text" for column in declared.columns if column.name in IDS | PERMANENT)


def test_one_word_has_one_kind_in_every_frame() -> None:
    kinds: dict[str, set[str]] = {}
    for declared in ALL:
        for column in declared.columns:
            kinds.setdefault(column.name, set()).add(column.kind)
    assert {name for name, found in kinds.items() if len(found) > 1} == set()


@pytest.mark.parametrize("declared", [schema.FRIENDS, schema.GROUPS, schema.MEMBERS, schema.DISCUSSES])
def test_what_people_read_comes_first_and_temporary_ids_last(declared: Schema) -> None:
    assert declared.names[0] == "displayname"
    assert declared.names[-1] in IDS


@every_schema
def test_no_rows_give_the_same_frame_as_many(declared: Schema) -> None:
    several: list[list[Row]] = [[], [{}], [{}, {}]]
    for rows in several:
        frame = declared.frame(declared.table(rows))
        assert tuple(frame.columns) == declared.names
        assert [str(dtype) for dtype in frame.dtypes] == [DTYPES[column.kind] for column in declared.columns]
        assert len(frame) == len(rows) and isinstance(frame.index, pd.RangeIndex)
    assert tuple(declared.frame(pa.table({})).columns) == declared.names


@pytest.mark.parametrize("dialect", ["openqq1", "openqq2"])
def test_every_key_that_is_declared_for_a_dialect_was_recorded(dialect: str) -> None:
    recorded = "".join((WIRE / f"{dialect}{part}.jsonl").read_text("utf-8") for part in ("", "-post"))
    declared = {getattr(column, dialect) for of in ALL for column in of.columns} - {""}
    unknown = {key for key in declared if f'\\"{key}\\"' not in recorded}
    assert unknown == ({"qage", "bad_record"} if dialect == "openqq2" else set()), (
        "2.x delivers these two no longer"
    )


CASES: list[tuple[Kind, Any, Any]] = [
    ("text", "你好", "你好"),
    ("text", "", ""),
    ("time", "1290000000", pd.Timestamp("2010-11-17 21:20:00", tz="Asia/Shanghai")),
    ("time", "1290000000.25", pd.Timestamp("2010-11-17 21:20:00.25", tz="Asia/Shanghai")),
    ("time", "-1", None),
    ("time", "0", None),
    ("time", "", None),
    ("time", "yesterday", None),
    ("time", "999999999999", None),
    ("time", "1e9", None),
    ("count", "7", 7),
    ("count", "-7", -7),
    ("count", "999999999999999999", 999_999_999_999_999_999),
    ("count", "9999999999999999999", None),
    ("count", "7.0", None),
    ("count", " 7", None),
    ("count", "７", None),
    ("flag", "1", True),
    ("flag", "0", False),
    ("flag", "true", True),
    ("flag", "False", False),
    ("flag", "yes", None),
    ("flag", "", None),
]


@pytest.mark.parametrize(("kind", "written", "value"), CASES)
def test_a_value_becomes_what_the_column_holds_or_is_missing(kind: Kind, written: str, value: Any) -> None:
    declared = Schema("X", (Column("x", kind, "anything"),))
    several: list[list[Row]] = [[{"x": written}], [{"x": None}, {"x": written}]]
    for rows in several:
        found = declared.frame(declared.table(rows))["x"].iloc[-1]
        assert pd.isna(found) if value is None else found == value


def test_a_time_may_be_a_number_of_seconds() -> None:
    frame = MESSAGES.frame(MESSAGES.table([{"msg_time": 1290000000, "received_at": 1290000000.123456}]))
    assert str(frame["msg_time"][0]) == "2010-11-17 21:20:00+08:00"
    assert str(frame["received_at"][0]) == "2010-11-17 21:20:00.123456+08:00"


def test_half_a_surrogate_pair_is_replaced() -> None:
    assert FRIENDS.frame(FRIENDS.table([{"nick": "a\ud83d"}]))["nick"].tolist() == ["a\ufffd"]


def test_unknown_keys_are_text_columns_at_the_end_in_order_of_coming() -> None:
    table = FRIENDS.table([{"b": 1}, {"a": "x", "nick": "n"}])
    frame = FRIENDS.frame(table)
    assert frame.columns[-2:].tolist() == ["b", "a"]
    assert frame["b"].tolist()[0] == "1" and str(frame["b"].dtype) == "str"


def test_a_frame_without_declared_columns_gets_them() -> None:
    frame = MEMBERS.frame(pa.table({"qq": pa.array(["1"]), "new": pa.array(["x"])}))
    assert tuple(frame.columns) == (*MEMBERS.names, "new")


CELLS = st.none() | st.text() | st.integers() | st.booleans() | st.floats()


@given(rows=st.lists(st.dictionaries(st.sampled_from(MESSAGES.names), CELLS, max_size=6), max_size=4))
def test_any_row_of_plain_values_is_a_row_of_the_declared_dtypes(rows: list[dict[str, Any]]) -> None:
    frame = MESSAGES.frame(MESSAGES.table(rows))
    assert [str(dtype) for dtype in frame.dtypes] == [DTYPES[column.kind] for column in MESSAGES.columns]
    assert len(frame) == len(rows)


@given(values=st.lists(st.none() | st.text(), max_size=5), kind=st.sampled_from(sorted(DTYPES)))
def test_any_text_is_a_value_or_missing(values: list[str | None], kind: Kind) -> None:
    column = Schema("X", (Column("x", kind, "anything"),))
    assert len(column.frame(column.table([{"x": value} for value in values]))) == len(values)


def test_what_has_its_type_already_is_passed_on() -> None:
    counts = pa.array([1, None])
    assert typed(counts, "count") is counts


def test_adding_a_column_to_one_frame_changes_no_other() -> None:
    table = FRIENDS.table([{"nick": "a"}])
    first, second = FRIENDS.frame(table), FRIENDS.frame(table)
    first.loc[0, "nick"] = "changed"
    assert second["nick"].tolist() == ["a"] and json.dumps(table.column("nick").to_pylist()) == '["a"]'
