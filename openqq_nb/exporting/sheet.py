"""An Excel workbook of one sheet: every text a text cell, nothing computed, no link."""

import datetime as dt
import math
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any
from unicodedata import east_asian_width

import numpy as np
import pandas as pd
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_range
from xlsxwriter.worksheet import Worksheet

from openqq_nb.columns import Series
from openqq_nb.errors import InvalidInput, one_line
from openqq_nb.exporting.plain import holds_dates
from openqq_nb.exporting.spelled import rows, spelled

MAX_ROWS = 1_048_576
MAX_COLUMNS = 16_384
MAX_UNITS = 32_767  # of UTF-16, in one cell
_INSTEAD = "Write .parquet, .csv or .jsonl, which have no such limit"

_TEXT = "@"  # Excel's name for the form of a cell that never becomes anything else
_SAMPLE = 500  # rows that are looked at for the widths
_WIDEST = 60
_BUTTON = 4  # the width of a filter's button

# Excel's calendar has a day before this one that never was.
_FIRST = np.datetime64("1900-03-01", "s")
_END = np.datetime64("10000-01-01", "s")

Put = Callable[[Worksheet, int, int, Any], object]


def write_xlsx(frame: pd.DataFrame, path: Path) -> None:
    """Write plain columns as the one sheet of a workbook; the work is done in the same folder.

    Raises:
        InvalidInput: there are more rows or columns than a sheet has, or a text is longer than a cell.
    """
    _check_size(frame)
    shown = _shown(frame)
    for name in shown:
        _check_lengths(str(name), shown[name])
    with ExitStack() as opened:
        book = Workbook(made := BytesIO(), {"constant_memory": True, "tmpdir": str(path.parent)})
        sheet = book.add_worksheet()
        opened.callback(_close_files, sheet)
        _fill(book, sheet, shown)
        book.close()
    path.write_bytes(made.getbuffer())


def _close_files(sheet: Worksheet) -> None:
    """Close the working files, which XlsxWriter leaves open when the disk is full."""
    sheet.row_data_fh.close()
    sheet.fh.close()


def _shown(frame: pd.DataFrame) -> pd.DataFrame:
    """Write out as text what is no Excel date."""
    written = spelled(frame, " ")
    return pd.DataFrame({name: frame[name] if _is_date(frame[name]) else written[name] for name in frame})


def _is_date(series: Series) -> bool:
    """Tell whether a column fits into Excel's dates: no zone, no less than a millisecond, from 1900 on."""
    if holds_dates(series):
        times = np.array(series.dropna().tolist(), dtype="datetime64[D]")
    elif series.dtype.kind == "M" and not isinstance(series.dtype, pd.DatetimeTZDtype):
        times = series.dropna().to_numpy()
    else:
        return False
    return bool(((times >= _FIRST) & (times < _END) & (times == times.astype("datetime64[ms]"))).all())


def _check_size(frame: pd.DataFrame) -> None:
    if len(frame) >= MAX_ROWS or frame.shape[1] > MAX_COLUMNS:
        raise InvalidInput(
            f"A sheet of Excel has {MAX_ROWS:,} rows, one of them for the names, and {MAX_COLUMNS:,} columns.\n"
            f"The frame has {len(frame):,} rows and {frame.shape[1]:,} columns.\n"
            f"{_INSTEAD}, or export a part: `frame.iloc[:{MAX_ROWS - 1}]`."
        )


def _check_lengths(name: str, column: Series) -> None:
    if _units(name) > MAX_UNITS:
        _refuse("The name of a column", name)
    if not isinstance(column.dtype, pd.StringDtype):
        return
    long = column[column.str.len() > MAX_UNITS // 2]
    for row, text in long.items():
        if _units(text) > MAX_UNITS:
            _refuse(f"Column {one_line(name)!r}, row {row} (the first is 0)", text)


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _refuse(where: str, text: str) -> None:
    raise InvalidInput(
        f"A cell of Excel holds {MAX_UNITS:,} characters. {where}, has a text of {_units(text):,}.\n"
        f'{_INSTEAD}, or shorten it: `frame["…"].str.slice(0, 10000)`.'
    )


def _fill(book: Workbook, sheet: Worksheet, frame: pd.DataFrame) -> None:
    bold = book.add_format({"bold": True, "num_format": _TEXT})
    puts = [_put(book.add_format({"num_format": _form(frame[name])}), frame[name]) for name in frame]
    last_row, last_column = len(frame), frame.shape[1] - 1
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, last_row, last_column)
    # Ids are meant to be text; without this each gets a green corner.
    sheet.ignore_errors({"number_stored_as_text": xl_range(0, 0, last_row, last_column)})
    for column, name in enumerate(frame):
        sheet.set_column(column, column, _width(str(name), frame[name].head(_SAMPLE)))
        _put_text(bold, sheet, 0, column, str(name))
    for number, row in enumerate(rows(frame), 1):
        for column, value in enumerate(row):
            if value is not None:
                puts[column](sheet, number, column, value)


def _form(series: Series) -> str:
    """Choose how Excel shows a column, and what it makes of what is typed over it."""
    if isinstance(series.dtype, pd.StringDtype):
        return _TEXT
    if holds_dates(series):
        return "yyyy-mm-dd"
    if series.dtype.kind != "M":
        return "General"
    whole = series.isna() | (series == series.dt.floor("s"))
    return "yyyy-mm-dd hh:mm:ss" if whole.all() else "yyyy-mm-dd hh:mm:ss.000"


def _put(form: Format, series: Series) -> Put:
    """Choose how the values of a column are put into cells."""
    if isinstance(series.dtype, pd.StringDtype):
        return partial(_put_text, form)
    puts: dict[str, Callable[..., None]] = {"b": _put_flag, "M": _put_date, "O": _put_date}
    return partial(puts.get(series.dtype.kind, _put_number), form)


def _put_text(form: Format, sheet: Worksheet, row: int, column: int, text: str) -> None:
    # XlsxWriter takes such a text for its own XML and writes it as it stands; in pieces it stays a text.
    if text.startswith("<r>") and text.endswith("</r>"):
        sheet.write_rich_string(row, column, text[:1], text[1:3], text[3:], form)
    else:
        sheet.write_string(row, column, text, form)


def _put_flag(form: Format, sheet: Worksheet, row: int, column: int, flag: bool) -> None:
    sheet.write_boolean(row, column, flag, form)


def _put_number(form: Format, sheet: Worksheet, row: int, column: int, number: float) -> None:
    if math.isinf(number):  # Excel has no word for it
        sheet.write_string(row, column, str(number), form)
    else:
        sheet.write_number(row, column, number, form)


def _put_date(form: Format, sheet: Worksheet, row: int, column: int, date: dt.date) -> None:
    sheet.write_datetime(row, column, date, form)


def _width(name: str, values: Series) -> int:
    """Give the width that shows the first values whole, in characters, within reason."""
    widest = max((_columns_of(str(value)) for value in values.dropna()), default=0)
    return min(max(_columns_of(name) + _BUTTON, widest + 1), _WIDEST)


def _columns_of(text: str) -> int:
    """Count a Chinese character as two; of several lines the longest counts."""
    lines = text[: 4 * _WIDEST].splitlines()
    return max((sum(1 + (east_asian_width(sign) in "WF") for sign in line) for line in lines), default=0)
