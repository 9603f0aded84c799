"""A list of numbers that was uploaded: what of it can be used, and which lines cannot.

The csv reader of Python is used and not that of pandas, which does not tell in which line something stands.
"""

import codecs
import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from openqq_nb.errors import InvalidInput
from openqq_nb.languages import Words
from openqq_nb.widgets.broadcaster.words import UPLOAD
from openqq_nb.widgets.composer.addressee import shortened

MOST_BYTES = 4 * 1024 * 1024
SUFFIXES = (".csv", ".txt")

_LONGEST_LINE = 10_000
_SHOWN = 60
_KEYS = ("qq", "gnumber", "did", "id", "gid")
_PERMANENT = ("qq", "gnumber")
_CALLED = {
    "qq号": "qq", "qq号码": "qq", "qq number": "qq", "群号": "gnumber", "群号码": "gnumber", "group number": "gnumber",
}  # fmt: skip
_NUMBER = re.compile("[0-9]+")
_NOTHING = "\ufeff\u200b\u200e\u200f\u202a\u202c\u00a0 \t\u3000"
"""What spreadsheets and chat programs leave beside a number that was copied."""

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_SAID = {
    "utf-8": "UTF-8", "utf-8-sig": "UTF-8", "utf-16": "UTF-16", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16",
    "gb18030": "GB18030",
}  # fmt: skip

_words = Words(UPLOAD)


@dataclass(frozen=True, slots=True)
class Bad:
    """A line that cannot be used.

    Attributes:
        line: its number, counted from 1.
        text: the beginning of it.
        why: in words.
    """

    line: int
    text: str
    why: str


@dataclass(frozen=True, slots=True)
class Listed:
    """What a file says.

    Attributes:
        frame: one row a line that can be used; all columns are `str`.
        encoding: in which it was written.
        heading: the names of its columns; empty where it has none.
        bad: the lines that cannot be used, in order.
    """

    frame: pd.DataFrame
    encoding: str
    heading: tuple[str, ...]
    bad: tuple[Bad, ...]


def read(name: str, data: bytes, numbers: str = "qq") -> Listed:
    """Read a list.

    Args:
        name: of the file; its end says what it is.
        data: the whole of it.
        numbers: what the numbers are of a list without a heading: `qq` or `gnumber`.

    Raises:
        InvalidInput: it is too large, no csv or txt, no text, or has no line that can be used.
    """
    shown = shortened(name, _SHOWN)
    if not name.casefold().endswith(SUFFIXES):
        raise InvalidInput(_words("b_upload_kind", name=shown))
    if len(data) > MOST_BYTES:
        raise InvalidInput(_words("b_upload_large", name=shown, most=MOST_BYTES // 1024**2))
    text, encoding = _decoded(shown, data)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    heading = _heading(lines)
    found = _Found(heading, numbers)
    for line, cells in _records(lines, found, _delimiter(lines), skip=bool(heading)):
        found.take(line, cells)
    if not found.rows:
        raise InvalidInput(_words("b_upload_empty", name=shown))
    return Listed(found.frame(), encoding, heading, tuple(found.bad))


class _Found:
    """What was found in the lines so far."""

    def __init__(self, heading: tuple[str, ...], numbers: str) -> None:
        self.rows: list[list[str | None]] = []
        self.bad: list[Bad] = []
        self._heading = heading
        self._names = heading or (numbers,)
        self._key = next((key for key in _KEYS if key in self._names), numbers)
        self._place = self._names.index(self._key)

    def take(self, line: int, cells: Sequence[str]) -> None:
        """Take a record, or note what is wrong with it."""
        row = [cell.strip(_NOTHING) for cell in cells]
        text = " ".join(row)
        while len(row) > len(self._names) and not row[-1]:
            row.pop()
        if self._heading and len(row) > len(self._names):
            why = _words("b_bad_cells", count=len(row), wanted=len(self._names))
            self.note(line, text, why)
            return
        number = row[self._place] if self._place < len(row) else ""
        if not number:
            self.note(line, text, _words("b_bad_missing"))
        elif self._key in _PERMANENT and not _NUMBER.fullmatch(number):
            self.note(line, text, _words("b_bad_no_number", text=shortened(number, _SHOWN)))
        else:
            self.rows.append([cell or None for cell in row])

    def note(self, line: int, text: str, why: str) -> None:
        """Note a line that cannot be used."""
        self.bad.append(Bad(line, shortened(text, _SHOWN), why))

    def frame(self) -> pd.DataFrame:
        """Give the records that can be used; cells behind the heading are called by their place."""
        wide = max(len(self._names), *map(len, self.rows))
        names = [*self._names, *(f"column_{place}" for place in range(len(self._names) + 1, wide + 1))]
        rows = [[*row, *[None] * (wide - len(row))] for row in self.rows]
        return pd.DataFrame(rows, columns=names, dtype="str")


def _decoded(name: str, data: bytes) -> tuple[str, str]:
    for encoding in _encodings(data):
        try:
            return data.decode(encoding), _SAID[encoding]
        except UnicodeDecodeError:
            continue
    raise InvalidInput(_words("b_upload_encoding", name=name))


def _encodings(data: bytes) -> Sequence[str]:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return (encoding,)
    if b"\0" in data[:2]:
        # A digit or a letter of a heading has a zero byte in UTF-16; no other text begins with one.
        return ("utf-16-be",) if data.startswith(b"\0") else ("utf-16-le",)
    return ("utf-8", "gb18030")


def _delimiter(lines: Sequence[str]) -> str:
    first = next((line for line in lines if line.strip()), "")
    return next((one for one in "\t;，," if one in first), ",")


def _heading(lines: Sequence[str]) -> tuple[str, ...]:
    first = next((line for line in lines if line.strip()), "")[:_LONGEST_LINE]
    cells = next(csv.reader([first], delimiter=_delimiter(lines)), [])
    names = [_CALLED.get(cell.casefold(), cell) for cell in (cell.strip(_NOTHING) for cell in cells)]
    names = [name.casefold() if name.casefold() in _KEYS else name for name in names]
    return _unlike(names) if any(name in _KEYS for name in names) else ()


def _unlike(names: Sequence[str]) -> tuple[str, ...]:
    """Give each column a name of its own; one without any is called by its place."""
    found: list[str] = []
    for place, name in enumerate(names, 1):
        found.append(name if name and name not in found else f"column_{place}")
    return tuple(found)


def _records(
    lines: Sequence[str], found: "_Found", delimiter: str, *, skip: bool
) -> Iterator[tuple[int, list[str]]]:
    """Give each record with the number of its first line, without the first one if that is the heading."""
    place = 0
    while place < len(lines):
        begin = place
        reader = csv.reader(
            (f"{lines[at]}\n" for at in range(begin, len(lines))), delimiter=delimiter, strict=True
        )
        try:
            for cells in reader:
                line, place = place + 1, begin + reader.line_num
                if not any(cell.strip(_NOTHING) for cell in cells):
                    continue
                if skip:
                    skip = False
                elif len(lines[line - 1]) > _LONGEST_LINE:
                    found.note(line, lines[line - 1], _words("b_bad_long", most=_LONGEST_LINE))
                else:
                    yield line, cells
        except csv.Error:
            # What follows is read anew: the quotes may have swallowed it.
            is_long = len(lines[place]) > _LONGEST_LINE
            why = _words("b_bad_long", most=_LONGEST_LINE) if is_long else _words("b_bad_quotes")
            found.note(place + 1, lines[place], why)
            place += 1
