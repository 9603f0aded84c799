"""SQLite files that other programs made: told apart and read, and never written to."""

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import BinaryIO

from openqq_nb import locks
from openqq_nb.database.failures import BUSY, kind_of
from openqq_nb.database.formats import JOURNAL, Connection
from openqq_nb.database.opening import BUSY_TIMEOUT_S, legible, pragma
from openqq_nb.errors import JournalFailed

MAGIC = b"SQLite format 3\0"
"""How every SQLite file begins."""

_HELD = (*BUSY, sqlite3.SQLITE_CANTOPEN)
_COMPANIONS = ("-wal", "-journal")
_ID_AT = 68
_MODES_AT = slice(18, 20)
_OF_WAL = b"\2"
_LOOKED_AT_BYTES = 65_536


def application_id(path: Path) -> int | None:
    """Tell which program an SQLite file belongs to, without locking it or leaving anything beside it.

    Args:
        path: any file. It is not opened apart from SQLite: when a file is closed, a process loses all its locks on it,
            those of a journal that it fills among them.

    Returns:
        Its `application_id`, 0 where that is not known; `None` if it is no SQLite file.
    """
    try:
        with locks.opening(path, BUSY_TIMEOUT_S), legible():
            return _written_id(path) or _new_id(path)
    except TimeoutError:
        return JOURNAL.application_id  # nothing else is ever scanned
    except sqlite3.Error as error:
        return None if kind_of(error) == sqlite3.SQLITE_NOTADB or not path.stat().st_size else 0


def _written_id(path: Path) -> int:
    address = f"{path.absolute().as_uri()}?immutable=1"
    with closing(sqlite3.connect(address, uri=True)) as connection:
        connection.execute("SELECT count(*) FROM sqlite_master")
        return pragma(connection, "application_id")


def _new_id(path: Path) -> int:
    """Look into what is not yet in the file itself; the log beside it has no locks that could get lost."""
    wal = path.with_name(f"{path.name}-wal")
    if not wal.is_file():
        return 0
    with wal.open("rb") as file:
        head = file.read(_LOOKED_AT_BYTES)
    ids = [head[at + _ID_AT : at + _ID_AT + 4] for at in _all(head, MAGIC)]
    return int.from_bytes(ids[-1]) if ids else 0


def _all(head: bytes, wanted: bytes) -> Iterator[int]:
    at = head.find(wanted)
    while at >= 0:
        yield at
        at = head.find(wanted, at + 1)


@contextmanager
def open_foreign(path: Path, timeout_s: float = BUSY_TIMEOUT_S) -> Iterator[Connection]:
    """Open an SQLite file of another program for reading; one that its program holds or has left unfinished as a copy.

    Args:
        path: the file.
        timeout_s: how long to wait for a program that is writing to it.

    Raises:
        JournalFailed: SQLite cannot open or read it.
        OSError: the file cannot be read, or not be copied.
    """
    try:
        with (
            legible(),
            _at_rest(path, timeout_s) as address,
            closing(_connect(address, timeout_s)) as connection,
        ):
            connection.execute("SELECT count(*) FROM sqlite_master")
            yield connection
    except sqlite3.Error as error:
        raise JournalFailed(
            f"The database {path.name} could not be read.\nFound: {error}.\n"
            "Copy it while its program is not running, and open the copy."
        ) from error


@contextmanager
def stored(stream: BinaryIO) -> Iterator[Path]:
    """Put bytes that are no file of their own, such as those in a zip, into one that is gone afterwards.

    Raises:
        OSError: the bytes cannot be read, or there is no room for them.
    """
    with tempfile.TemporaryDirectory(prefix="openqq-nb-", ignore_cleanup_errors=True) as folder:
        path = Path(folder) / "copy.db"
        with path.open("xb") as file:
            shutil.copyfileobj(stream, file, 1 << 20)
        yield path


def _connect(address: str, timeout_s: float) -> Connection:
    return sqlite3.connect(address, uri=True, timeout=timeout_s, isolation_level=None)


@contextmanager
def _at_rest(path: Path, timeout_s: float) -> Iterator[str]:
    """Give the address of the file, or of a copy where its program holds it, or SQLite would write to read it."""
    address = f"{path.absolute().as_uri()}?mode=ro"
    if not _is_unfinished(path) and _can_be_read(address, timeout_s):
        yield address
        return
    with tempfile.TemporaryDirectory(prefix="openqq-nb-", ignore_cleanup_errors=True) as folder:
        copy = Path(folder) / "copy.db"
        for end in ("", *_COMPANIONS):
            beside = path.with_name(path.name + end)
            if beside.is_file():
                shutil.copyfile(beside, f"{copy}{end}")
        yield copy.as_uri()


def _is_unfinished(path: Path) -> bool:
    with path.open("rb") as file:
        modes = file.read(_ID_AT)[_MODES_AT]
    beside = [path.with_name(path.name + end) for end in _COMPANIONS]
    return _OF_WAL in modes or any(one.is_file() and one.stat().st_size for one in beside)


def _can_be_read(address: str, timeout_s: float) -> bool:
    with closing(_connect(address, timeout_s)) as connection:
        try:
            with legible():
                connection.execute("SELECT count(*) FROM sqlite_master")
        except sqlite3.Error as error:
            return kind_of(error) not in _HELD
    return True
