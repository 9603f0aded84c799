"""Writes the messages or events of a journal to a file for other programs."""

from collections.abc import Sequence
from pathlib import Path

from openqq_nb.exporting import export
from openqq_nb.logs import open_log


def export_messages(
    path: Path,
    file: Path,
    columns: Sequence[str] | None = None,
    since: str | None = None,
    until: str | None = None,
) -> int:
    """Write messages; see `Log.read` for what is read, and `export` for the kinds of file.

    Returns:
        How many were written.

    Raises:
        InvalidInput: a column or a time that cannot be meant, or the file cannot be written.
        JournalFailed: the journal cannot be read.
    """
    frame = open_log(path).read(columns, since, until)
    export(frame, file)
    return len(frame)


def export_events(path: Path, file: Path) -> int:
    """Write all events.

    Returns:
        How many were written.

    Raises:
        InvalidInput: the file cannot be written.
        JournalFailed: the journal cannot be read.
    """
    frame = open_log(path).events
    export(frame, file)
    return len(frame)
