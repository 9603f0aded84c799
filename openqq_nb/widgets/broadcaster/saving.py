"""The report of a broadcast as a file: always a new one, in the folder of the kernel."""

import re
from itertools import count
from pathlib import Path

import pandas as pd

from openqq_nb.exporting import export
from openqq_nb.languages import Words
from openqq_nb.widgets.broadcaster.sending_words import WATCH

_NO_NAME = re.compile(r"[^\w-]+")
_LONGEST = 60

_words = Words(WATCH)


def saved(report: pd.DataFrame, key: str, folder: Path | None = None) -> Path:
    """Write a report as a sheet; no file that is there is ever written over.

    Args:
        report: one row a recipient.
        key: the name of the broadcast.
        folder: where to write; the working folder of the kernel without it.

    Returns:
        The path that was written.

    Raises:
        InvalidInput: it could not be written.
    """
    stem = _NO_NAME.sub("-", key).strip("-")[:_LONGEST]
    path = _unused(folder or Path.cwd(), "-".join(part for part in (stem, _words("b_report_file")) if part))
    return export(report, path)


def _unused(folder: Path, stem: str) -> Path:
    names = (f"{stem}.xlsx" if number == 1 else f"{stem}-{number}.xlsx" for number in count(1))
    return next(path for name in names if not (path := folder / name).exists())
