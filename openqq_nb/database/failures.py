"""What SQLite could not do, in words that say what to do."""

import sqlite3
from contextlib import suppress
from pathlib import Path

from openqq_nb.database.formats import Format
from openqq_nb.errors import JournalFailed, first_bytes


def foreign(path: Path, format: Format, begins_with: str) -> str:
    """Say that a file is none of ours."""
    return (
        f"{path} is not a {format.name}, and was left as it is.\n"
        f"It begins with {begins_with}.\n"
        f"{another(format)}"
    )


def another(format: Format) -> str:
    """Say which file to name instead."""
    return f"Name another file; a {format.name} is what `{format.made_by}` makes."


def _begin_of(path: Path) -> str:
    """Show how a file begins that SQLite does not know."""
    with suppress(OSError), path.open("rb") as file:
        return first_bytes(file.read(100))
    return "what cannot be read"


def missing(path: Path, format: Format) -> str:
    """Say that there is no such file."""
    gone = f"There is no {format.name} {path}."
    if path.parent.is_dir():
        return f"{gone}\nIts folder is there, the file is not.\nCheck the name."
    return f"{gone}\nFound no folder {path.parent}.\nCheck the name, or make the folder first."


_ADVICE = {
    sqlite3.SQLITE_FULL: "Free some space on that disk; until then nothing more can be kept there.",
    sqlite3.SQLITE_BUSY: "Another program is writing to it; close that program, or wait until it is done.",
    sqlite3.SQLITE_LOCKED: "Another program is writing to it; close that program, or wait until it is done.",
    sqlite3.SQLITE_READONLY: "Make the file and its folder writable, or name another file.",
    sqlite3.SQLITE_CANTOPEN: "Check that the file and its folder are there and may be opened.",
    sqlite3.SQLITE_CORRUPT: "Keep a copy of the file, and name another one to go on.",
    sqlite3.SQLITE_NOTADB: "Keep a copy of the file, and name another one to go on.",
}
BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def failed(name: str, format: Format, what: str, error: Exception) -> JournalFailed:
    """Make an error of ours of one of SQLite.

    Args:
        name: of the file.
        format: what it is, or should be.
        what: could not be done: `opened`, `read`, `written`.
        error: what SQLite said.
    """
    if kind_of(error) == sqlite3.SQLITE_NOTADB and what != "written":
        return JournalFailed(foreign(Path(name), format, _begin_of(Path(name))))
    advice = _ADVICE.get(kind_of(error), "Check the file, its folder and the disk, or name another file.")
    return JournalFailed(f"The {format.name} {name} could not be {what}.\nFound: {error}.\n{advice}")


def kind_of(error: Exception) -> int:
    """Give the kind of an SQLite failure: the lower 8 bits, the others are its details."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF
