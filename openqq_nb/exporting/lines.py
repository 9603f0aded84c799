"""A line a row: csv that spreadsheets open right, and JSON lines."""

import json
import math
import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from openqq_nb.exporting.spelled import rows, spelled

# A cell that begins like this can be a formula to some spreadsheet: also with full-width and small signs, and
# behind blanks, quotes and what cannot be seen.
_FORMULA = re.compile(
    "[\\s\x01-\x20\u200b-\u200f\u2060\ufeff'\"＇＂]*[=+\\-@＝＋－＠\ufe62\ufe63\ufe66\ufe6b]|['\"＇＂]*[\t\r\n]"
)
_HARMLESS = "'"
_QUOTE = '"'
# JSON allows them in a line, but not every reader of lines does.
_LINE_ENDS = re.compile("[\x85\u2028\u2029]")


def write_csv(frame: pd.DataFrame, path: Path) -> None:
    """Write plain columns as csv: UTF-8 with a mark, so that Excel takes it for UTF-8, and lines ending in CRLF."""
    with path.open("x", encoding="utf-8-sig", newline="") as file:
        file.writelines(f"{','.join(line)}\r\n" for line in _csv_lines(spelled(frame, " ")))


def _csv_lines(frame: pd.DataFrame) -> Iterator[list[str]]:
    yield [_quoted(str(name)) for name in frame]
    # An empty line would not count as a row.
    missing = "" if frame.shape[1] > 1 else '""'
    for row in rows(frame):
        yield [missing if value is None else _csv_cell(value) for value in row]


def _csv_cell(value: object) -> str:
    if isinstance(value, str):
        return _quoted(value)
    return str(value).upper() if isinstance(value, bool) else str(value)


def _quoted(text: str) -> str:
    kept = text.replace("\x00", "\ufffd")  # it ends the cell, or the file, in many readers
    mark = _HARMLESS if _FORMULA.match(kept) else ""
    return f'"{mark}{kept.replace(_QUOTE, _QUOTE * 2)}"'


def write_jsonl(frame: pd.DataFrame, path: Path) -> None:
    """Write plain columns as one JSON object a line."""
    spelled_out = spelled(frame, "T")
    names = [str(name) for name in spelled_out]
    with path.open("x", encoding="utf-8", newline="") as file:
        file.writelines(_json_line(dict(zip(names, row, strict=True))) for row in rows(spelled_out))


def _json_line(row: dict[str, object]) -> str:
    held = {name: _json_value(value) for name, value in row.items()}
    return _LINE_ENDS.sub(_escaped, json.dumps(held, ensure_ascii=False, allow_nan=False)) + "\n"


def _json_value(value: object) -> object:
    # JSON has no word for infinity.
    return str(value) if isinstance(value, float) and math.isinf(value) else value


def _escaped(sign: re.Match[str]) -> str:
    return f"\\u{ord(sign[0]):04x}"
