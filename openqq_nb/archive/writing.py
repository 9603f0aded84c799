"""Writes an archive as a stream: whole, or not at all."""

from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import TypeAlias

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from openqq_nb.archive.marker import NAME, Summary, write_marker
from openqq_nb.archive.months import Months
from openqq_nb.archive.pieces import UNKNOWN, Columns, by_month
from openqq_nb.archive.places import Place, failures, place, understood
from openqq_nb.errors import InvalidInput, listed

Beside: TypeAlias = pa.Table | Callable[[], pa.Table] | None


def write(
    parts: Iterable[pa.Table],
    folder: str,
    *,
    events: Beside = None,
    problems: Beside = None,
) -> str:
    """Write the messages of a log as Parquet files by month, for any program that reads Parquet.

    The messages are in `month=2026-11/part-0.parquet` and so on, by the month of `msg_time` in China; those without
    a time in `month=unknown`. All files have the same columns: those of `schema.MESSAGES`, then unknown ones as text,
    then `place`, the running number of the message (int64), which orders messages of one moment. Each row group is in
    order of time, and so is a month that is short enough to be one. `_archive.json` tells what there is and is written
    last. Memory stays within some hundred MB however long the log is.

    Args:
        parts: the messages piece by piece, in the order in which they are to be kept; columns may differ.
        folder: a path, or an address such as `s3://bucket/logs`; nothing may be in it yet.
        events: what goes into `events.parquet` beside; or what gives it when all parts are read.
        problems: what goes into `problems.parquet` beside, likewise.

    Returns:
        The folder, as a whole path or address.

    Raises:
        InvalidInput: the folder holds something, or cannot be written. After this, and after whatever `parts` raises,
            nothing is left of what was begun.
        NotSupported: what opens such an address is not installed.

    Example:
        >>> import tempfile
        >>> from openqq_nb import archive
        >>> from openqq_nb.schema import MESSAGES
        >>> home = tempfile.TemporaryDirectory()
        >>> talk = MESSAGES.table([{"msg_time": 1794916800, "content": c} for c in ("hi", "嗨")])
        >>> path = archive.write([talk], f"{home.name}/talk")
        >>> archive.summary(path).messages
        2
        >>> archive.open(path, "pandas")["content"].tolist()
        ['hi', '嗨']
        >>> home.cleanup()
    """
    at = place(folder)
    _check_empty(at)
    there_before = _nearest(at)
    months = Months(at, Columns())
    try:
        _write(parts, at, months, {"events": events, "problems": problems})
    except BaseException as error:
        _remove(at, months, there_before, error)
        raise
    return str(at)


def _write(parts: Iterable[pa.Table], at: Place, months: Months, beside: dict[str, Beside]) -> None:
    messages, first, last = 0, None, None
    # What fails while a part is read is not of the archive, and is raised as it is.
    for part in parts:
        rows = months.columns.conform(part, messages)
        messages += rows.num_rows
        for month, found in by_month(rows):
            with understood(at, "write"):
                months.add(month, found)
            if month != UNKNOWN:
                first, last = _stretched(first, last, found.column("msg_time"))
    with understood(at, "write"):
        pieces = months.finish()
        for name, given in beside.items():
            table = given() if callable(given) else given
            if table is not None:
                pq.write_table(table, at.within(_beside(name)), filesystem=at.filesystem, compression="zstd")
        columns = tuple(months.columns.schema.names)
        write_marker(at, Summary(messages, first, last, columns, pieces))


def _stretched(
    first: datetime | None, last: datetime | None, times: pa.ChunkedArray
) -> tuple[datetime | None, datetime | None]:
    found = pc.min_max(times).as_py()
    return (
        found["min"] if first is None else min(first, found["min"]),
        found["max"] if last is None else max(last, found["max"]),
    )


def _check_empty(at: Place) -> None:
    found = ["a file of this name"] if at.is_file() else list(at.files())
    if found:
        raise InvalidInput(
            "An archive is written into a folder of its own, and nothing is ever overwritten.\n"
            f"Found in {at}:{listed(found)}\n"
            "Choose a folder that is not there yet, or remove this one first."
        )


def _nearest(at: Place) -> Path | None:
    """Give the folder of this machine nearest to the archive's that is there already."""
    if at.scheme:
        return None
    path = Path(at.path)
    return next(one for one in (path, *path.parents) if one.exists())


def _remove(at: Place, months: Months, there_before: Path | None, error: BaseException) -> None:
    """Remove what was begun, and note on the error what could not be."""
    refused: tuple[type[Exception], ...] = (*failures(at), InvalidInput)
    try:
        _close(at, months)
        ours = {*months.files, NAME, *map(_beside, ("events", "problems"))}
        for name in ours.intersection(at.files()):
            at.filesystem.delete_file(at.within(name))
        if there_before is not None:
            _remove_folders(Path(at.path), there_before)
        elif not at.is_s3 and at.remote.isdir(at.path):
            at.remote.rm(at.path, recursive=True)
    except refused as left:
        error.add_note(f"What was written in {at} could not be removed: {left}. Remove it yourself.")


def _close(at: Place, months: Months) -> None:
    """Close all files; those that cannot be ended are about to be removed anyway."""
    while True:
        try:
            months.close()
        except failures(at):
            continue
        return


def _remove_folders(path: Path, there_before: Path) -> None:
    for month in path.glob("month=*"):
        month.rmdir()
    while path != there_before:
        if path.exists():
            path.rmdir()
        path = path.parent


def _beside(name: str) -> str:
    return f"{name}.parquet"
