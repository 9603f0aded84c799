"""Write a frame to a file, whole or not at all."""

import os
import tempfile
from collections.abc import Callable
from errno import EACCES
from pathlib import Path

import pandas as pd
from xlsxwriter.exceptions import XlsxFileError

from openqq_nb.errors import InvalidInput
from openqq_nb.exporting.lines import write_csv, write_jsonl
from openqq_nb.exporting.plain import plain
from openqq_nb.exporting.sheet import write_xlsx

Writer = Callable[[pd.DataFrame, Path], None]


def export(frame: pd.DataFrame, path: str | os.PathLike[str]) -> Path:
    """Write a frame to a file for other programs: ids stay text, times keep their instant, no formula runs.

    The end of the name says the kind. A file that is there already is replaced, in one step and only when the
    new one is whole: after an error it is as it was.

    - `.xlsx`: one sheet for Excel, WPS and LibreOffice, with a filter in its first row. Ids are text cells.
      Times with a zone are texts like `2026-11-17 20:15:00+08:00`: Excel knows no zones, and a bare date would
      lose it. Such texts sort and filter by their beginning; `=VALUE(LEFT(A2,19))` makes one an Excel date, and
      so does `frame.assign(msg_time=frame["msg_time"].dt.tz_localize(None))` for a column before the export.
      Numbers of more than 15 digits, which Excel would round, are text.
    - `.csv`: UTF-8 with a mark, so that Excel shows Chinese, and CRLF between the lines. Texts stand in quotes.
      A text that a spreadsheet could take for a formula, also by a `+`, `-` or `@` at its beginning, gets a `'`
      before it. Times are as above, flags `TRUE` and `FALSE`. A csv holds no types: opened with a double click,
      Excel takes ids for numbers, drops leading zeros and rounds what is longer than 15 digits. Get it with
      "Data > From Text/CSV" as text, in LibreOffice tick "Format quoted field as text", in pandas use
      `pd.read_csv(path, dtype=str, keep_default_na=False)`; or write `.xlsx`.
    - `.parquet`: for pandas, R, DuckDB: the dtypes stay, the zones included.
    - `.jsonl`: one object a line, in UTF-8; times as `2026-11-17T20:15:00+08:00`, missing values as `null`.
      In pandas: `pd.read_json(path, lines=True, dtype=False)`.

    Args:
        frame: any DataFrame. An index with a name, or of other than whole numbers, becomes the first columns.
            Lists and dicts are written as JSON, other objects as `str` shows them. What the kind of file cannot
            hold (half a surrogate pair; in csv a zero byte) becomes `�`.
        path: where to write; its folder must be there.

    Returns:
        The path that was written.

    Raises:
        InvalidInput: the kind is not known, there are no columns or two of the same name, the folder is not
            there or cannot be written to, the disk is full, or the frame does not fit into a sheet of Excel
            (1,048,576 rows, 32,767 characters in a cell).

    Example:
        >>> import tempfile
        >>> import pandas as pd
        >>> import openqq_nb as oq
        >>> folder = tempfile.TemporaryDirectory()
        >>> my = oq.demo(groups=2, members=3)
        >>> path = oq.export(my.members(), f"{folder.name}/members.xlsx")
        >>> pd.read_excel(path, dtype=str)["qq"].tolist() == my.members()["qq"].tolist()
        True
        >>> my.close()
        >>> folder.cleanup()
    """
    target = _target(path)
    write = _writer(target)
    columns = plain(_frame(frame))
    at = place(target)
    try:
        replace(at, columns, write)
    except (OSError, XlsxFileError) as error:
        raise InvalidInput(
            f"The file could not be written; what was there before is unchanged.\nFound for {target}: "
            f"{getattr(error, 'strerror', None) or error}.\nClose it if another program has it open, make room on "
            "the disk, or choose another folder."
        ) from error
    return target


def _write_parquet(frame: pd.DataFrame, path: Path) -> None:
    try:
        frame.to_parquet(path, engine="pyarrow", index=False)
    except ValueError as error:  # a zone that is neither named nor of whole minutes
        raise InvalidInput(
            f"Parquet cannot hold this frame; nothing was written.\nFound: {error}.\n"
            "Bring the times into a named zone, `.dt.tz_convert('Asia/Shanghai')`, or write another kind of file."
        ) from error


_WRITERS: dict[str, Writer] = {
    ".xlsx": write_xlsx,
    ".csv": write_csv,
    ".parquet": _write_parquet,
    ".jsonl": write_jsonl,
}


def _target(path: str | os.PathLike[str]) -> Path:
    try:
        return Path(path)
    except TypeError as error:
        raise InvalidInput(
            f"A path is a text or a Path. Found {path!r}, a {type(path).__name__}.\n"
            "Write it such as oq.export(frame, 'members.xlsx')."
        ) from error


def _writer(target: Path) -> Writer:
    if target.suffix.lower() in _WRITERS:
        return _WRITERS[target.suffix.lower()]
    example = target.with_suffix(".xlsx") if target.name else target / "members.xlsx"
    raise InvalidInput(
        f"The end of the file's name tells what to write, and {target.name!r} ends in none of the known ones.\n"
        f"Choose one of {', '.join(_WRITERS)}, for example {str(example)!r}."
    )


def _frame(frame: object) -> pd.DataFrame:
    if isinstance(frame, pd.DataFrame):
        return frame
    kind = f"{type(frame).__module__.partition('.')[0]} {type(frame).__name__}".removeprefix("builtins ")
    raise InvalidInput(
        f"A pandas DataFrame can be exported. Found a {kind}.\n"
        'Give a frame, such as `inbox.df`, or turn a Series into one: `series.to_frame("count")`; other frames have '
        "`.to_pandas()`."
    )


def place(target: Path) -> Path:
    """Find the file itself, behind `~` and links, so that a link stays one."""
    try:
        place = target.expanduser().resolve()
    except (OSError, RuntimeError, ValueError) as error:
        raise InvalidInput(f"{str(target)!r} names no file: {error}. Choose another path.") from error
    if place.parent.is_dir():
        return place
    raise InvalidInput(
        f"The folder of {target.name!r} is not there: {str(place.parent)!r}.\n"
        f"Make it first, `Path({str(place.parent)!r}).mkdir(parents=True)`, or choose another."
    )


def replace(target: Path, frame: pd.DataFrame, write: Writer) -> None:
    """Write in a folder of our own beside the target, on the same disk, and move the result into its place."""
    if target.exists() and not os.access(target, os.W_OK):
        raise PermissionError(EACCES, "it is write-protected")
    with tempfile.TemporaryDirectory(
        dir=target.parent, prefix=".openqq-nb-", ignore_cleanup_errors=True
    ) as own:
        made = Path(own) / f"new{target.suffix}"
        write(frame, made)
        made.replace(target)
