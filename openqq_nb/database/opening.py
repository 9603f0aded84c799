"""Opens a file of ours, whichever version made it, and refuses all others.

A file is of a format when its `application_id` is; its `user_version` counts the migrations that made it.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from openqq_nb import locks
from openqq_nb.database.failures import another, failed, foreign, missing
from openqq_nb.database.formats import FORMATS, JOURNAL, Connection, Format
from openqq_nb.errors import JournalFailed

BUSY_TIMEOUT_S = 2.0  # a 2.x server stands still for at most 5 s while it waits for an answer
# Fingerprints are spread over their whole index: written back rarely, a page has changed many times by then.
_CHECKPOINT_PAGES = 8_000


@contextmanager
def open_readonly(
    path: Path,
    busy_timeout_s: float = BUSY_TIMEOUT_S,
    scan_timeout_s: float = BUSY_TIMEOUT_S,
    format: Format = JOURNAL,
) -> Iterator[Connection]:
    """Open a file of ours for reading, in one transaction, also where nothing may be written beside it.

    Args:
        path: the file.
        busy_timeout_s: how long to wait for a program that holds the file.
        scan_timeout_s: how long to wait for other cells and threads of this process that read much of it.
        format: what it should be.

    Raises:
        JournalFailed: there is no such file, it is not of the format, is damaged, is of a newer version, or is still
            read by others in this process.
    """
    _check_there(path, format, may_be_new=False)
    try:
        with _apart(path, format, scan_timeout_s), legible():
            opened = _connect_readonly(path, busy_timeout_s)
        with closing(opened) as connection:
            with legible():
                connection.execute("BEGIN")
                _check_ours(connection, path, format, may_be_new=False)
                _as_present(connection, format)
            yield connection
    except sqlite3.Error as error:
        raise failed(str(path), format, "read", error) from error


def _as_present(connection: Connection, format: Format) -> None:
    """Have a file of an earlier version read like one of the present, without writing to it."""
    views = format.views(pragma(connection, "user_version"))
    if not views:
        return
    connection.execute("PRAGMA query_only = OFF")
    for statement in views:
        connection.execute(statement)
    connection.execute("PRAGMA query_only = ON")


def _connect_readonly(path: Path, timeout_s: float) -> Connection:
    address = path.absolute().as_uri()
    # SQLite's own read-only mode would leave its `-wal` and `-shm` files behind.
    connection = _connect(f"{address}?mode=rw", timeout_s)
    try:
        connection.execute("PRAGMA query_only = ON")
        connection.execute("SELECT count(*) FROM sqlite_master")
    except sqlite3.OperationalError:
        connection.close()
        if _has_wal(path):
            raise
        # In a folder that cannot be written there is no place for those files, and nothing changes under us.
        return _connect(f"{address}?immutable=1", timeout_s)
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def legible() -> Iterator[None]:
    """Have what SQLite says of a damaged schema be an error of SQLite also where names in it are no UTF-8.

    Raises:
        sqlite3.DatabaseError: in place of `UnicodeDecodeError`, which Python raises then.
    """
    try:
        yield
    except UnicodeDecodeError as error:
        told = sqlite3.DatabaseError(error.object.decode("utf-8", "backslashreplace"))
        told.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
        raise told from error


def _connect(address: str, timeout_s: float) -> Connection:
    return sqlite3.connect(
        address, uri=True, timeout=timeout_s, isolation_level=None, check_same_thread=False
    )


def _has_wal(path: Path) -> bool:
    wal = path.with_name(path.name + "-wal")
    return wal.exists() and wal.stat().st_size > 0


def open_writable(path: Path | None, format: Format, timeout_s: float) -> Connection:
    """Open a file for writing, brought up to the present version of its format; one that is not there is made.

    Raises:
        JournalFailed: it is not of the format, is damaged, is of a newer version, or this process reads much of it in
            another cell or thread, for longer than the time that is waited.
    """
    if path is None:
        return _opened(None, format, timeout_s)
    _check_there(path, format, may_be_new=True)
    with _apart(path, format, timeout_s):
        return _opened(path, format, timeout_s)


@contextmanager
def _apart(path: Path, format: Format, timeout_s: float) -> Iterator[None]:
    """Keep away from a file that is being scanned in here; nobody who receives stands still for long because of it."""
    try:
        with locks.opening(path, timeout_s):
            yield
    except TimeoutError as error:
        raise JournalFailed(
            f"The {format.name} {path} could not be opened.\n"
            "Found that this notebook or program reads much of it in another cell or thread at this moment.\n"
            "Wait until that has ended, or stop that cell, and try again."
        ) from error


def _opened(path: Path | None, format: Format, timeout_s: float) -> Connection:
    name = "in memory" if path is None else str(path)
    try:
        connection = _connect("file::memory:" if path is None else path.absolute().as_uri(), timeout_s)
    except sqlite3.Error as error:
        raise failed(name, format, "opened", error) from error
    try:
        with legible():
            _prepare(connection, path, format)
    except sqlite3.Error as error:
        connection.close()
        raise failed(name, format, "opened", error) from error
    except JournalFailed:
        connection.close()
        raise
    return connection


def _prepare(connection: Connection, path: Path | None, format: Format) -> None:
    # In one transaction: whoever makes the tables meanwhile is seen whole or not at all.
    connection.execute("BEGIN")
    _check_ours(connection, path, format, may_be_new=True)
    connection.execute("COMMIT")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA fullfsync = ON")  # on macOS a plain fsync may end in the cache of the drive
    connection.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")
    while _migrate_once(connection, format):
        pass
    _check_ours(connection, path, format, may_be_new=False)


def _migrate_once(connection: Connection, format: Format) -> bool:
    """Apply the next migration; another process may have applied it while we waited for the lock."""
    if pragma(connection, "user_version") >= len(format.migrations):
        return False
    connection.execute("BEGIN IMMEDIATE")
    try:
        version = pragma(connection, "user_version")
        if version < len(format.migrations):
            format.migrations[version](connection)
            connection.execute(f"PRAGMA user_version = {version + 1}")
            connection.execute(f"PRAGMA application_id = {format.application_id}")
        connection.execute("COMMIT")
    except BaseException:
        rollback(connection)
        raise
    return True


def rollback(connection: Connection) -> None:
    """End a transaction; some failures (a full disk) have ended it already, and the first error counts."""
    with suppress(sqlite3.Error):
        connection.execute("ROLLBACK")


def _check_there(path: Path, format: Format, may_be_new: bool) -> None:
    """Refuse a file that is not there or empty, by its size alone.

    To open it here, apart from SQLite, would be harmful: when a file is closed, a process loses all its locks on it.
    """
    try:
        size = path.stat().st_size
    except FileNotFoundError:
        if may_be_new and path.parent.is_dir():
            return
        raise JournalFailed(missing(path, format)) from None
    except OSError as error:
        raise failed(str(path), format, "opened", error) from error
    if path.is_dir():
        raise JournalFailed(
            f"{path} is a folder, and a {format.name} is a file.\nNothing was opened.\n"
            "Name a file in it; `oq.journals()` lists the journals that are kept on this machine."
        )
    if not size and not may_be_new:
        raise JournalFailed(foreign(path, format, "nothing: it is empty"))


def _check_ours(connection: Connection, path: Path | None, format: Format, may_be_new: bool) -> None:
    application, version = pragma(connection, "application_id"), pragma(connection, "user_version")
    tables = [
        name
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1")
    ]
    if may_be_new and not (application or version or tables):
        return
    if application != format.application_id:
        raise JournalFailed(
            f"{path} {_of_whom(application)}, and was left as it is.\n"
            f"It is an SQLite file with application_id {application:#x} and {len(tables)} tables"
            f"{': ' + ', '.join(tables[:8]) if tables else ''}.\n"
            f"{another(format)}"
        )
    newest = len(format.migrations)
    if version > newest:
        raise JournalFailed(
            f"{path} was written by a newer version of openqq_nb, and was left as it is.\n"
            f"Its format is {version}; this version knows formats up to {newest}.\n"
            "Update openqq_nb, or name another file."
        )


def _of_whom(application: int) -> str:
    for format in FORMATS:
        if application == format.application_id:
            return f"is a {format.name}"
    return "belongs to another program"


def pragma(connection: Connection, name: str) -> int:
    """Ask SQLite for a number."""
    return int(connection.execute(f"PRAGMA {name}").fetchone()[0])
