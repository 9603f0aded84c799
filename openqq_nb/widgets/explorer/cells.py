"""How the values of a frame are written into the cells of a table, and how its columns are headed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from unicodedata import east_asian_width

import numpy as np
import pandas as pd

from openqq_nb.columns import Series
from openqq_nb.recipients import is_missing
from openqq_nb.widgets.parts import View

LONGEST = 200
"""So many characters of a cell are shown: a name may have any length."""

_NARROWEST, _WIDEST = 5, 24
_SAMPLE = 200
_FLAGS = {True: "✓", False: "–"}


def _as_they_are(_: str) -> Mapping[str, str]:
    return {}


@dataclass(frozen=True, slots=True)
class Spelling:
    """How a table speaks of what is in its frame.

    Attributes:
        title: gives the heading of a column.
        said: gives for a column what is written for some of its values.
    """

    title: Callable[[str], str] = str
    said: Callable[[str], Mapping[str, str]] = _as_they_are


def written(frame: pd.DataFrame, spelling: Spelling) -> list[list[str]]:
    """Write the rows of a frame.

    Args:
        frame: few rows: those that a person sees.
        spelling: how its values are said.

    Returns:
        One list a row, one text a column. What is missing is an empty text, a time `2026-11-17 08:05`.
    """
    columns = [_column(frame.iloc[:, at], spelling) for at in range(frame.shape[1])]
    return [list(row) for row in zip(*columns, strict=True)]


def headings(frame: pd.DataFrame, spelling: Spelling) -> list[View]:
    """Describe the columns of a frame.

    Returns:
        For each its `name`, as it is typed, its `title`, its `width` in letters, by what stands in the first rows,
        and whether it is `blank`: no row has a value there.
    """
    sample = written(frame.head(_SAMPLE), spelling)
    return [
        _heading(str(name), spelling.title(str(name)), [row[at] for row in sample])
        | {"blank": bool(len(frame)) and bool(frame.iloc[:, at].isna().all())}
        for at, name in enumerate(frame.columns)
    ]


def _heading(name: str, title: str, cells: list[str]) -> View:
    # Two letters more than the title takes: for the mark of the order.
    widest = max([_letters(title) + 2, *map(_letters, cells)])
    return {"name": name, "title": title, "width": min(max(widest, _NARROWEST), _WIDEST)}


def _letters(text: str) -> int:
    """Tell how wide a text is: a Chinese character is as wide as two letters."""
    return sum(2 if east_asian_width(one) in "WF" else 1 for one in text[:_WIDEST])


def _column(values: Series, spelling: Spelling) -> list[str]:
    if isinstance(values.dtype, pd.DatetimeTZDtype):
        return [_plain(one) for one in values.dt.strftime("%Y-%m-%d %H:%M")]
    said = spelling.said(str(values.name))
    return [said.get(text, text) for text in map(_plain, values)]


def _plain(value: object) -> str:
    if is_missing(value):
        return ""
    if isinstance(value, bool | np.bool_):
        return _FLAGS[bool(value)]
    text = str(value)
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"
