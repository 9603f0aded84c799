"""`contains=` over tables of Arrow: what Python finds in the texts, without looking row by row."""

from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from openqq_nb import archive, filtering
from openqq_nb.archive import rows
from openqq_nb.filtering import Filter
from openqq_nb.logs import Log, containing, holdings, open_log
from openqq_nb.logs.containing import Containing
from openqq_nb.models import Row
from tests.logs.test_archives import foreign

CONTENTS = [
    None,
    "",
    "a",
    "A",
    "a.c",
    "abc",
    "a\0b",
    "签到",
    "签 到",
    "[图片]",
    "x" * 60,
    "🐱\n\\d",
    "e\u0301",
]


def log_of(contents: list[str | None]) -> Log[pd.DataFrame]:
    times = pd.to_datetime(["2026-11-17 10:00"] * len(contents)).tz_localize("Asia/Shanghai")
    return Log.of(pd.DataFrame({"msg_time": times, "content": pd.array(contents, "str")}), "some")


def refused(row: Row) -> bool:
    raise AssertionError(f"tested row by row: {row}")


def asked(**filters: Any) -> Filter:
    return filtering.compiled(filters, {"contains": containing.contains})


@pytest.mark.parametrize(
    "wanted",
    [
        *filter(None, CONTENTS),
        ".",
        "\\d",
        "图片",
        "\0",
        "é",
        "\ud800",
        ["b", "到"],
        ["\udfff", "a"],
        ["x" * 51, "c"],
    ],
)
def test_a_log_that_was_read_and_an_archive_of_it_have_what_python_finds(wanted: Any, tmp_path: Path) -> None:
    log = log_of(CONTENTS)
    texts = wanted if isinstance(wanted, list) else [wanted]
    expected = [one for one in CONTENTS if one and any(text in one for text in texts)]
    assert log.read(contains=wanted)["content"].tolist() == expected
    kept = open_log(log.to_parquet(tmp_path / "archive"))
    assert kept.read(contains=wanted)["content"].tolist() == expected
    assert kept.read(["kind"], contains=wanted, kind=None)["kind"].isna().tolist() == [True] * len(expected)


@given(
    st.lists(st.none() | st.text("ab.\\|[\n\0签🐱", max_size=5), max_size=6),
    st.lists(st.text("ab.\\|[\n\0签🐱", min_size=1, max_size=3), min_size=1, max_size=4),
)
def test_any_texts_are_found_as_by_python(contents: list[str | None], texts: list[str]) -> None:
    table = pa.table({"content": pa.array(contents, pa.large_string())})
    found = holdings.passing(table, asked(contains=texts))["content"].to_pylist()
    assert found == [one for one in contents if any(text in (one or "") for text in texts)]


def test_hundreds_of_texts_are_looked_for() -> None:
    table = pa.table({"content": pa.array([f"<{number}>" for number in range(1000)], pa.large_string())})
    texts = [f"<{number}>" for number in range(0, 1000, 3)]
    assert holdings.passing(table, asked(contains=texts))["content"].to_pylist() == texts


def test_no_row_is_tested_by_python() -> None:
    table = pa.table({"content": pa.array(["a", "b", None], pa.large_string())})
    keep = Filter("", (Containing(refused, ("b",)),), ("content",))
    assert holdings.passing(table, keep)["content"].to_pylist() == ["b"]


def test_other_conditions_are_tested_of_what_is_left() -> None:
    table = pa.table({"content": ["ab", "a", "b"], "sender": ["甲", "乙", "甲"]})
    keep = asked(contains="a", sender="甲", matches="^a")
    assert holdings.passing(table, keep).to_pylist() == [{"content": "ab", "sender": "甲"}]


def test_of_an_archive_only_the_rows_with_the_text_are_read(tmp_path: Path) -> None:
    folder = archive.write([pa.table({"content": ["a", "b"]})], f"{tmp_path}/a")
    expression = Containing(refused, ("b",)).expression
    assert rows.table(folder, ["content"], content=expression).to_pydict() == {"content": ["b"]}


def test_numbers_that_another_program_wrote_as_content_are_looked_through_as_text(tmp_path: Path) -> None:
    log = open_log(foreign(tmp_path / "f" / "a.parquet", content=[123, 45]))
    assert log.read(contains="2")["content"].tolist() == ["123"]
    missing = foreign(tmp_path / "g" / "a.parquet")
    pd.read_parquet(missing).drop(columns="content").to_parquet(missing)
    assert open_log(missing).read(contains="2").empty
