"""Tells by its bytes, never by its name, in which format a source is."""

import re
from collections.abc import Sequence
from pathlib import Path

from openqq_nb.database import JOURNAL
from openqq_nb.database.others import application_id
from openqq_nb.errors import InvalidInput, listed, one_line
from openqq_nb.readers import chatlab, glimpse, gocqhttp, onebot, qce_txt
from openqq_nb.readers.base import Reader, Source
from openqq_nb.readers.gathering import shown
from openqq_nb.readers.pcqq import mht, txt
from openqq_nb.readers.qce import chunk, chunked, early, single

READERS: Sequence[Reader] = (gocqhttp, mht, txt, qce_txt, chatlab, chunked, single, early, chunk, onebot)
"""In the order in which they are asked."""

PARQUET = b"PAR1"

_COLUMN = b"msg_time"
_BETWEEN = re.compile(rb"[,;\t]")

TABLE = (
    "it is a table, which is no log: write it as .parquet instead, such as by "
    '`oq.export(log.df, "messages.parquet")`, or read it with pandas and give the questions that frame'
)


def recognised(source: Source, head: bytes) -> Reader | None:
    """Find the reader of a source.

    Args:
        source: the source.
        head: its beginning.

    Returns:
        The module that reads its format; `None` if none does.
    """
    return next((reader for reader in READERS if reader.recognises(head, source)), None)


def reader_of(source: Source) -> Reader:
    """Find the reader of a source, or say why there is none.

    Raises:
        InvalidInput: it is in no format that is known; the error tells what it begins with.
        OSError: it cannot be read.
    """
    head = source.head()
    found = recognised(source, head)
    if found is None:
        raise unknown(source.name, head)
    return found


def is_journal(path: Path) -> bool:
    """Tell whether a file is a journal of this package, without reading more than its beginning.

    Raises:
        OSError: it cannot be opened.
    """
    return path.is_file() and application_id(path) == JOURNAL.application_id


def is_table(head: bytes) -> bool:
    """Tell whether something is a csv or lines of JSON of messages, as `oq.export` writes them, by its beginning."""
    first = head.removeprefix(b"\xef\xbb\xbf").split(b"\n", 1)[0]
    titles = {title.strip(b'" \r') for title in _BETWEEN.split(first)}
    return _COLUMN in titles or _COLUMN.decode() in glimpse.keys(head)


def unknown(name: str, head: bytes) -> InvalidInput:
    """Say that something is in no format that is known."""
    first = head.lstrip(b"\xef\xbb\xbf\r\n\t ").split(b"\n", 1)[0]
    begins = f"begins with {one_line(shown(first[:200]))!r}" if first else "is empty"
    advice = f"I{TABLE[1:]}." if is_table(head) else "Name another file, or export it in one of these."
    return InvalidInput(
        f"{one_line(name)} is no log that can be read.\nIt {begins}.\nThese are known: {known()}\n{advice}"
    )


def known() -> str:
    """List the formats that are known."""
    return listed(
        [*(reader.NAME for reader in READERS), "journal of openqq_nb", "Parquet archive of openqq_nb"]
    )
