"""An open file of ours, used from several threads and beside several programs."""

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from openqq_nb.database.failures import BUSY, failed, kind_of
from openqq_nb.database.formats import JOURNAL, Connection, Format
from openqq_nb.database.opening import BUSY_TIMEOUT_S, open_readonly, open_writable, pragma, rollback
from openqq_nb.errors import JournalFailed

# Where it was waited for in vain already, posts that come meanwhile are not to wait long.
_HASTE_S = 0.05


class Database:
    """An open file, or a database in memory that behaves the same; safe to use from several threads.

    A file that was deleted, replaced or damaged is let go of, and opened anew at the next use.

    Args:
        path: the file; it is made when there is none, but its folder must be there. `None`: memory only.
        format: what it is.
        busy_timeout_s: how long to wait for another program that is writing to the file.

    Attributes:
        files: how many files of that name there have been, as far as was seen.

    Raises:
        JournalFailed: the file is not of the format, is damaged, or is of a newer version.
    """

    def __init__(
        self, path: Path | None, format: Format = JOURNAL, busy_timeout_s: float = BUSY_TIMEOUT_S
    ) -> None:
        self.path = path
        self._format = format
        self._lock = threading.RLock()
        self._closed = False
        self._timeout_s = busy_timeout_s
        self._busy = False
        self.files = 1
        self._connection: Connection | None = open_writable(path, format, busy_timeout_s)
        self._identity, self._beside = _identity(path), _beside(path)

    def __repr__(self) -> str:
        return f"<Database {self.path or 'in memory'}>"

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give the connection inside one durable transaction: all that is done with it is kept, or nothing.

        Raises:
            JournalFailed: SQLite could not do it (disk full, locked ...); nothing was kept.
        """
        with self._transaction("BEGIN IMMEDIATE", "written") as connection:
            yield connection

    @contextmanager
    def looking(self) -> Iterator[Connection]:
        """Give the same connection for reading one state of the data.

        Raises:
            JournalFailed: the file cannot be read.
        """
        with self._transaction("BEGIN", "read") as connection:
            yield connection

    @contextmanager
    def _transaction(self, begin: str, what: str) -> Iterator[Connection]:
        with self._lock, self._translated(what):
            connection = self._open()
            connection.execute(begin)
            self._wait_for_others(connection, patiently=True)
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                rollback(connection)
                raise

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that sees one state of the data; a file can be written to at the same time.

        Raises:
            JournalFailed: the file cannot be read.
        """
        if self.path is None:
            with self._lock, self._translated("read"):
                yield self._open()
            return
        with self._lock:
            self._check_open()
        with open_readonly(self.path, self._timeout_s, format=self._format) as connection:
            yield connection

    def version(self) -> int:
        """Give a number that changes when another program has written to the file; reads hardly anything.

        Raises:
            JournalFailed: the file cannot be read.
        """
        with self._lock, self._translated("read"):
            return pragma(self._open(), "data_version")

    def copy_to(self, path: Path) -> None:
        """Write a copy of the file as it stands into a new one, and put it on the disk.

        Raises:
            JournalFailed: there is a file of that name already, or it could not be written.
        """
        with self._lock, self._translated("copied"):
            self._open().execute("VACUUM INTO ?", (str(path),))
        with path.open("rb+") as copy:
            os.fsync(copy.fileno())

    def compact(self) -> None:
        """Write the file anew without what was deleted, and empty its `-wal`, so that nothing of it is left in either.

        Raises:
            JournalFailed: another program reads or writes the file at this moment.
        """
        with self._lock, self._translated("written anew"):
            connection = self._open()
            connection.execute("VACUUM")
            (busy, *_) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            raise JournalFailed(
                f"The tables of the {self._format.name} {self._name()} have lost what was deleted, but bytes of it "
                "are still in its files.\n"
                "Found another program that reads it at this moment.\nClose that program and try again."
            )

    def close(self) -> None:
        """Close the file; closing twice does no harm."""
        with self._lock:
            self._closed = True
            self._let_go()

    def _open(self) -> Connection:
        self._check_open()
        if self._connection is not None and self._identity != _identity(self.path):
            self._leave(self._connection)
            raise JournalFailed(
                f"The {self._format.name} {self._name()} was deleted, moved or replaced while it was written to.\n"
                "Found another file of that name, or none; what is not stored yet is kept in memory.\n"
                f"It is opened anew at the next use, as a new {self._format.name} if there is none. What was stored "
                "before is in the file that was moved away."
            )
        if self._connection is None:
            self._connection = open_writable(self.path, self._format, self._timeout_s)
            self.files += self._identity != _identity(self.path)
            self._identity, self._beside = _identity(self.path), _beside(self.path)
        return self._connection

    def _leave(self, connection: Connection) -> None:
        """Let go of a file that has another name by now, or none, and take along what of it lies under the old one.

        SQLite finds the `-wal` by name: what is left in it would be missing in the file that was moved away, and be
        written into the one that took its place.
        """
        (busy, *_) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            raise JournalFailed(
                f"The {self._format.name} {self._name()} was deleted, moved or replaced while it was written to.\n"
                "Found another program that is at work on the file of before at this moment.\n"
                "What is not stored yet is kept in memory until that program is done."
            )
        self._let_go()
        self._identity = None
        for beside, identity in self._beside.items():
            if identity is not None and identity == _identity(beside):
                beside.unlink()

    def _check_open(self) -> None:
        if self._closed:
            raise JournalFailed(
                f"The {self._format.name} {self._name()} is closed; nothing was read or written.\n"
                f"To go on, open it again: {self._format.opened_by}."
            )

    def _name(self) -> str:
        return str(self.path or "in memory")

    @contextmanager
    def _translated(self, what: str) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            self._recover(kind_of(error))
            raise failed(self._name(), self._format, what, error) from error

    def _recover(self, kind: int) -> None:
        """Prepare the next use: wait less for a program that was waited for already, and open a sick file anew."""
        if kind in BUSY:
            if self._connection is not None:
                self._wait_for_others(self._connection, patiently=False)
        elif kind != sqlite3.SQLITE_FULL and self.path is not None:
            self._let_go()

    def _wait_for_others(self, connection: Connection, *, patiently: bool) -> None:
        if patiently != self._busy:
            return
        self._busy = not patiently
        wait_s = self._timeout_s if patiently else min(self._timeout_s, _HASTE_S)
        connection.execute(f"PRAGMA busy_timeout = {int(1000 * wait_s)}")

    def _let_go(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None
        self._busy = False


def _identity(path: Path | None) -> tuple[int, int] | None:
    """Tell one file from another of the same name; None where there is none."""
    try:
        found = path.stat() if path is not None else None
    except OSError:
        return None
    return None if found is None else (found.st_dev, found.st_ino)


def _beside(path: Path | None) -> dict[Path, tuple[int, int] | None]:
    """Tell which files SQLite keeps beside one."""
    if path is None:
        return {}
    names = [path.with_name(path.name + end) for end in ("-wal", "-shm")]
    return {name: _identity(name) for name in names}
