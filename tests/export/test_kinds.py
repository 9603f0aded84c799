"""What stands in each kind of file, read back by other programs."""

import re
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from openqq_nb.exporting import export
from tests.export.reading import (
    HOSTILE,
    ZONES,
    Rows,
    hostile,
    in_utc,
    instants,
    read_csv,
    read_jsonl,
    read_xlsx,
)

READERS: dict[str, Callable[[Path], Rows]] = {".xlsx": read_xlsx, ".csv": read_csv, ".jsonl": read_jsonl}
SHARED = re.compile("_x[0-9A-Fa-f]{4}_x[0-9A-Fa-f]{4}_")
KINDS = (*READERS, ".parquet")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("export")


def column(rows: Rows, name: str) -> list[Any]:
    return [row[name] for row in rows]


def as_held(text: str, kind: str) -> str | None:
    """Say what a kind of file is to hold for a text."""
    return (text.replace("\x00", "\ufffd") or None) if kind == ".csv" else text


def looks_like_a_formula(text: str) -> bool:
    """Tell it in another way than the code does."""
    if text.lstrip("\"'＂＇")[:1] in ("\t", "\r", "\n"):
        return True
    for sign in text:
        if unicodedata.normalize("NFKC", sign) in ("=", "+", "-", "@"):
            return True
        if not (
            sign.isspace()
            or sign in "\"'＂＇"
            or ord(sign) < 32
            or sign in "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
        ):
            return False
    return False


def undone(text: str | None) -> str | None:
    """Take the mark away that makes a formula harmless."""
    return text[1:] if text and text[0] == "'" and looks_like_a_formula(text[1:]) else text


texts = st.one_of(
    st.text(max_size=20),
    st.sampled_from(HOSTILE),
    st.text("\r\n\t\x00'\"=＝+-@ \u3000,;<>r/&_x041", max_size=8),
    st.from_regex(r"[0-9]{1,20}(e[0-9])?", fullmatch=True),
)
times = st.datetimes(pd.Timestamp("1970-01-01"), pd.Timestamp("2200-01-01"))


@pytest.mark.parametrize("kind", READERS)
@settings(max_examples=20, deadline=None)
@given(cells=st.lists(st.tuples(texts, texts), max_size=30), name=texts)
def test_any_text_is_read_back_as_it_was(
    kind: str, cells: list[tuple[str, str]], name: str, place: Path
) -> None:
    # XlsxWriter escapes only the first of two of Excel's escapes that share an underline.
    assume(kind != ".xlsx" or not SHARED.search("".join([name, "_", *sum(cells, ())])))
    frame = pd.DataFrame(cells, columns=["id", f"{name}_"], dtype="str")
    read = READERS[kind](export(frame, place / f"any{kind}"))
    given_rows = [{"id": as_held(one, kind), f"{name}_": as_held(other, kind)} for one, other in cells]
    if kind == ".csv":
        read = [{undone(key): undone(value) for key, value in row.items()} for row in read]  # type: ignore[misc]
        given_rows = [
            {key.replace("\x00", "\ufffd"): value for key, value in row.items()} for row in given_rows
        ]
    assert read == given_rows


@settings(max_examples=20, deadline=None)
@given(cells=st.lists(st.tuples(texts, texts), max_size=30))
def test_parquet_gives_back_the_frame(cells: list[tuple[str, str]], place: Path) -> None:
    frame = pd.DataFrame(cells, columns=["id", "content"], dtype="str")
    pd.testing.assert_frame_equal(pd.read_parquet(export(frame, place / "any.parquet")), frame)


@settings(max_examples=30, deadline=None)
@given(cells=st.lists(texts, max_size=30))
def test_no_cell_of_csv_looks_like_a_formula(cells: list[str], place: Path) -> None:
    frame = pd.DataFrame({"content": pd.Series(cells, dtype="str")})
    held = pd.read_csv(export(frame, place / "f.csv"), dtype=str, keep_default_na=False)["content"]
    assert [text for text in held if text[:1] != "'" and looks_like_a_formula(text)] == []


@pytest.mark.parametrize("kind", READERS)
@settings(max_examples=15, deadline=None)
@given(moments=st.lists(st.none() | times, max_size=20))
def test_times_keep_their_instant_in_every_zone(kind: str, moments: list[Any], place: Path) -> None:
    series = pd.to_datetime(pd.Series(moments, dtype="datetime64[us]"), utc=True)
    frame = pd.DataFrame({"id": "1"} | {f"in {zone}": series.dt.tz_convert(zone) for zone in ZONES})
    read = READERS[kind](export(frame, place / f"times{kind}"))
    for zone in ZONES:
        assert instants(column(read, f"in {zone}")) == in_utc(series)


@pytest.mark.parametrize("zone", ZONES)
def test_parquet_keeps_the_zone(zone: str, place: Path) -> None:
    frame = pd.DataFrame({"t": pd.to_datetime(["2026-11-17T12:15:00.123456"], utc=True).tz_convert(zone)})
    pd.testing.assert_frame_equal(pd.read_parquet(export(frame, place / "zone.parquet")), frame)


def test_wall_clock_and_offset_are_those_of_the_zone(place: Path) -> None:
    frame = pd.DataFrame(
        {"t": pd.to_datetime(["2026-07-01", "2026-12-01"], utc=True).tz_convert("America/New_York")}
    )
    assert column(read_xlsx(export(frame, place / "zone.xlsx")), "t") == [
        "2026-06-30 20:00:00-04:00",
        "2026-11-30 19:00:00-05:00",
    ]
    assert column(read_jsonl(export(frame, place / "zone.jsonl")), "t") == [
        "2026-06-30T20:00:00-04:00",
        "2026-11-30T19:00:00-05:00",
    ]


def test_a_time_before_there_were_zones_is_told_in_utc(place: Path) -> None:
    frame = pd.DataFrame({"t": pd.to_datetime(["1800-01-01T00:00:00"], utc=True).tz_convert("Asia/Shanghai")})
    assert column(read_csv(export(frame, place / "old.csv")), "t") == ["1800-01-01 00:00:00+00:00"]


@pytest.mark.parametrize("kind", READERS)
def test_the_hostile_frame_is_read_back(kind: str, place: Path) -> None:
    frame = hostile()
    read = READERS[kind](export(frame, place / f"hostile{kind}"))
    if kind == ".csv":
        read = [{str(undone(name)): undone(value) for name, value in row.items()} for row in read]
    for name in ("qq", "id", "content", "=1+1"):
        assert column(read, name) == frame[name].tolist()
    for name in ("msg_time", "in New York"):
        assert instants(column(read, name)) == in_utc(frame[name])


def test_the_hostile_frame_survives_parquet(place: Path) -> None:
    pd.testing.assert_frame_equal(pd.read_parquet(export(hostile(), place / "hostile.parquet")), hostile())


# --- xlsx ---


def test_pandas_reads_ids_and_times_of_a_sheet(place: Path) -> None:
    frame = hostile()
    read = pd.read_excel(export(frame, place / "pandas.xlsx"), dtype={"qq": str, "id": str})
    assert read["qq"].tolist() == frame["qq"].tolist()
    assert read["id"].tolist() == frame["id"].tolist()
    assert (
        pd.to_datetime(read["msg_time"]).dt.tz_convert("Asia/Shanghai").tolist() == frame["msg_time"].tolist()
    )


def test_text_cells_of_a_sheet_are_of_the_format_text(place: Path) -> None:
    sheet = openpyxl.load_workbook(export(hostile(), place / "format.xlsx")).active
    for row in sheet.iter_rows():
        assert {cell.number_format for cell in row if cell.data_type == "s"} == {"@"}


def test_numbers_and_flags_of_a_sheet_are_numbers_and_flags(place: Path) -> None:
    rows = read_xlsx(export(hostile(), place / "typed.xlsx"))
    assert [(row["member_count"], row["own"]) for row in rows[:3]] == [(None, None), (1, False), (2, True)]
    assert type(rows[1]["member_count"]) is int
    assert type(rows[1]["own"]) is bool


def test_a_sheet_can_be_filtered_below_its_fixed_names(place: Path) -> None:
    frame = pd.DataFrame({"qq": ["1"], "nick": ["很长很长很长很长很长的名字"], "content": ["长" * 500]})
    sheet = openpyxl.load_workbook(export(frame, place / "nice.xlsx")).active
    assert sheet.auto_filter.ref == "A1:C2"
    assert sheet.freeze_panes == "A2"
    assert sheet["A1"].font.bold
    widths = [sheet.column_dimensions[letter].width for letter in "ABC"]
    assert [round(width) for width in widths] == [7, 28, 61]


def test_times_without_a_zone_are_dates_of_excel(place: Path) -> None:
    moments = pd.Series(["2026-11-17 20:15:00.500", None], dtype="datetime64[us]")
    days = pd.Series([pd.Timestamp("2026-11-17").date(), None], dtype=object)
    path = export(pd.DataFrame({"t": moments, "day": days}), place / "dates.xlsx")
    assert [cell.is_date for cell in openpyxl.load_workbook(path).active[2]] == [True, True]
    read = pd.read_excel(path)
    assert read["t"].tolist()[0] == moments[0]
    assert read["day"].tolist()[0] == pd.Timestamp("2026-11-17")


@pytest.mark.parametrize("moment", ["1899-12-31 00:00:00", "2026-11-17 20:15:00.000001"])
def test_a_time_that_excel_cannot_hold_is_text(moment: str, place: Path) -> None:
    frame = pd.DataFrame({"t": pd.Series(pd.to_datetime([moment])).astype("datetime64[us]")})
    assert column(read_xlsx(export(frame, place / "odd.xlsx")), "t") == [moment]


def test_long_numbers_are_text_where_a_program_would_round_them(place: Path) -> None:
    frame = pd.DataFrame({"n": [1, 12345678901234567], "small": [-(10**15) + 1, 10**15 - 1]})
    for kind, reader in {".xlsx": read_xlsx, ".jsonl": read_jsonl}.items():
        read = reader(export(frame, place / f"long{kind}"))
        assert column(read, "n") == ["1", "12345678901234567"]
        assert column(read, "small") == [-999999999999999, 999999999999999]
    assert pd.read_parquet(export(frame, place / "long.parquet"))["n"].tolist() == [1, 12345678901234567]


def test_infinity_is_a_word(place: Path) -> None:
    frame = pd.DataFrame({"id": "1", "x": [1.5, float("inf"), float("-inf"), None]})
    for kind, reader in {".xlsx": read_xlsx, ".jsonl": read_jsonl}.items():
        assert column(reader(export(frame, place / f"inf{kind}")), "x") == [1.5, "inf", "-inf", None]
    assert pd.read_csv(export(frame, place / "inf.csv"))["x"].tolist()[:3] == [
        1.5,
        float("inf"),
        float("-inf"),
    ]


# --- csv and jsonl, byte for byte ---


def test_csv_begins_with_the_mark_of_utf8_and_ends_its_lines_as_excel_does(place: Path) -> None:
    frame = pd.DataFrame({"昵称": ["小灰", None], "n": pd.array([1, None], dtype="Int64")})
    frame["own"] = pd.array([True, None], dtype="boolean")
    held = export(frame, place / "bytes.csv").read_bytes()
    assert held == '\ufeff"昵称","n","own"\r\n"小灰",1,TRUE\r\n,,\r\n'.encode()


def test_csv_of_one_column_keeps_its_missing_rows(place: Path) -> None:
    frame = pd.DataFrame({"nick": ["a", None, "b"]})
    assert pd.read_csv(export(frame, place / "one.csv"))["nick"].isna().tolist() == [False, True, False]


def test_a_json_line_is_utf8_with_null_and_types(place: Path) -> None:
    frame = pd.DataFrame({"昵称": ["小灰\u2028", None], "n": pd.array([1, None], dtype="Int64")})
    frame["own"] = pd.array([True, None], dtype="boolean")
    assert export(frame, place / "bytes.jsonl").read_bytes() == (
        '{"昵称": "小灰\\u2028", "n": 1, "own": true}\n{"昵称": null, "n": null, "own": null}\n'.encode()
    )


def test_pandas_reads_json_lines_as_the_documentation_says(place: Path) -> None:
    frame = hostile()
    said = re.search(r"In pandas: `pd\.read_json\(path, (.*)\)`", export.__doc__ or "")
    assert said is not None
    options: dict[str, Any] = {
        name: value == "True" for name, _, value in (one.partition("=") for one in said[1].split(", "))
    }
    read = pd.read_json(export(frame, place / "p.jsonl"), **options)
    assert read["qq"].tolist() == frame["qq"].tolist()
    assert read["id"].tolist() == frame["id"].tolist()
    assert instants(read["msg_time"].tolist()) == in_utc(frame["msg_time"])


@pytest.mark.parametrize("kind", KINDS)
def test_half_a_surrogate_pair_becomes_the_sign_for_it(kind: str, place: Path) -> None:
    frame = pd.DataFrame([["x\udfffy"]], columns=pd.Index(["a\ud800"], dtype=object), dtype=object)
    path = export(frame, place / f"half{kind}")
    rows = pd.read_parquet(path).to_dict("records") if kind == ".parquet" else READERS[kind](path)
    assert rows == [{"a\ufffd": "x\ufffdy"}]


def test_parquet_has_the_types_of_the_schema(place: Path) -> None:
    schema = pq.read_schema(export(hostile(), place / "types.parquet"))
    found = {re.sub("large_", "", str(schema.field(name).type)) for name in ("qq", "id", "content")}
    assert found == {"string"}
    assert str(schema.field("msg_time").type) == "timestamp[us, tz=Asia/Shanghai]"
    assert str(schema.field("own").type) == "bool"
    assert str(schema.field("member_count").type) == "int64"
