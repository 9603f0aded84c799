"""Open, migrate and use the one SQLite file format of this package; no other module writes SQLite.

A file is ours when its `application_id` is; its `user_version` counts the migrations that made it.
Whatever is not ours, or was written by a newer version, is refused and left as it was.
"""

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from openqq_nb import locks
from openqq_nb.errors import JournalFailed, first_bytes

APPLICATION_ID = 0x4F514E42  # "OQNB", as `file` would show it
BUSY_TIMEOUT_S = 2.0  # a 2.x server stands still for at most 5 s while it waits for an answer

# Fingerprints are spread over their whole index: written back rarely, a page has changed many times by then.
_CHECKPOINT_PAGES = 8_000
# Where it was waited for in vain already, posts that come meanwhile are not to wait long.
_HASTE_S = 0.05

Connection = sqlite3.Connection
Migration = Callable[[Connection], object]


class Database:
    """An open file, or a database in memory that behaves the same; safe to use from several threads.

    A file that was deleted, replaced or damaged is let go of, and opened anew at the next use.

    Args:
        path: the file; it is made when there is none, but its folder must be there. `None`: memory only.
        busy_timeout_s: how long to wait for another program that is writing to the file.

    Attributes:
        files: how many files of that name there have been, as far as was seen.

    Raises:
        JournalFailed: the file is not ours, is damaged, or is of a newer version.
    """

    def __init__(self, path: Path | None, busy_timeout_s: float = BUSY_TIMEOUT_S) -> None:
        self.path = path
        self._lock = threading.RLock()
        self._closed = False
        self._timeout_s = busy_timeout_s
        self._busy = False
        self.files = 1
        self._connection: Connection | None = _open_writable(path, busy_timeout_s)
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
                _rollback(connection)
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
        with open_readonly(self.path, self._timeout_s) as connection:
            yield connection

    def version(self) -> int:
        """Give a number that changes when another program has written to the file; reads hardly anything.

        Raises:
            JournalFailed: the file cannot be read.
        """
        with self._lock, self._translated("read"):
            return _pragma(self._open(), "data_version")

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
                f"The tables of the journal {self._name()} have lost what was deleted, but bytes of it "
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
                f"The journal {self._name()} was deleted, moved or replaced while it was written to.\n"
                "Found another file of that name, or none; what is not stored yet is kept in memory.\n"
                "It is opened anew within a second, as a new journal if there is none. Messages of before are in the "
                "file that was moved away."
            )
        if self._connection is None:
            self._connection = _open_writable(self.path, self._timeout_s)
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
                f"The journal {self._name()} was deleted, moved or replaced while it was written to.\n"
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
                f"The journal {self._name()} is closed; nothing was read or written.\n"
                "To go on, open it again: `my.listen()` or `oq.open_log(path)`."
            )

    def _name(self) -> str:
        return str(self.path or "in memory")

    @contextmanager
    def _translated(self, what: str) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            self._recover(_kind(error))
            raise _failed(self._name(), what, error) from error

    def _recover(self, kind: int) -> None:
        """Prepare the next use: wait less for a program that was waited for already, and open a sick file anew."""
        if kind in _BUSY:
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


@contextmanager
def open_readonly(path: Path, busy_timeout_s: float = BUSY_TIMEOUT_S) -> Iterator[Connection]:
    """Open a file of ours for reading, in one transaction, also where nothing may be written beside it.

    Args:
        path: the file.
        busy_timeout_s: how long to wait for a program that holds the file.

    Raises:
        JournalFailed: there is no such file, it is not ours, is damaged, or is of a newer version.
    """
    _check_there(path, may_be_new=False)
    try:
        with locks.opening(path):
            opened = _connect_readonly(path, busy_timeout_s)
        with closing(opened) as connection:
            connection.execute("BEGIN")
            _check_ours(connection, path, may_be_new=False)
            yield connection
    except sqlite3.Error as error:
        raise _failed(str(path), "read", error) from error


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
    return connection


def _connect(address: str, timeout_s: float) -> Connection:
    return sqlite3.connect(
        address, uri=True, timeout=timeout_s, isolation_level=None, check_same_thread=False
    )


def _has_wal(path: Path) -> bool:
    wal = path.with_name(path.name + "-wal")
    return wal.exists() and wal.stat().st_size > 0


def _open_writable(path: Path | None, timeout_s: float) -> Connection:
    if path is None:
        return _opened(None, timeout_s)
    _check_there(path, may_be_new=True)
    with locks.opening(path):
        return _opened(path, timeout_s)


def _opened(path: Path | None, timeout_s: float) -> Connection:
    name = "in memory" if path is None else str(path)
    try:
        connection = _connect("file::memory:" if path is None else path.absolute().as_uri(), timeout_s)
    except sqlite3.Error as error:
        raise _failed(name, "opened", error) from error
    try:
        _prepare(connection, path)
    except sqlite3.Error as error:
        connection.close()
        raise _failed(name, "opened", error) from error
    except JournalFailed:
        connection.close()
        raise
    return connection


def _prepare(connection: Connection, path: Path | None) -> None:
    # In one transaction: whoever makes the tables meanwhile is seen whole or not at all.
    connection.execute("BEGIN")
    _check_ours(connection, path, may_be_new=True)
    connection.execute("COMMIT")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")
    while _migrate_once(connection):
        pass
    _check_ours(connection, path, may_be_new=False)


def _migrate_once(connection: Connection) -> bool:
    """Apply the next migration; another process may have applied it while we waited for the lock."""
    if _pragma(connection, "user_version") >= len(MIGRATIONS):
        return False
    connection.execute("BEGIN IMMEDIATE")
    try:
        version = _pragma(connection, "user_version")
        if version < len(MIGRATIONS):
            MIGRATIONS[version](connection)
            connection.execute(f"PRAGMA user_version = {version + 1}")
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute("COMMIT")
    except BaseException:
        _rollback(connection)
        raise
    return True


def _rollback(connection: Connection) -> None:
    """End a transaction; some failures (a full disk) have ended it already, and the first error counts."""
    with suppress(sqlite3.Error):
        connection.execute("ROLLBACK")


def _check_there(path: Path, may_be_new: bool) -> None:
    """Refuse a file that is not there or empty, by its size alone.

    To open it here, apart from SQLite, would be harmful: when a file is closed, a process loses all its locks on it.
    """
    try:
        size = path.stat().st_size
    except FileNotFoundError:
        if may_be_new and path.parent.is_dir():
            return
        raise JournalFailed(_missing(path)) from None
    except OSError as error:
        raise _failed(str(path), "opened", error) from error
    if not size and not may_be_new:
        raise JournalFailed(_foreign(path, "nothing: it is empty"))


def _foreign(path: Path, begins_with: str) -> str:
    return (
        f"{path} is not a journal, and was left as it is.\n"
        f"It begins with {begins_with}.\n"
        "Name another file; a journal is what `my.listen(journal=...)` makes."
    )


def _begin_of(path: Path) -> str:
    """Show how a file begins that SQLite does not know."""
    with suppress(OSError), path.open("rb") as file:
        return first_bytes(file.read(100))
    return "what cannot be read"


def _missing(path: Path) -> str:
    if path.parent.is_dir():
        return f"There is no journal {path}.\nIts folder is there, the file is not.\nCheck the name."
    return f"There is no journal {path}.\nFound no folder {path.parent}.\nCheck the name, or make the folder first."


def _check_ours(connection: Connection, path: Path | None, may_be_new: bool) -> None:
    application, version = _pragma(connection, "application_id"), _pragma(connection, "user_version")
    tables = [
        name
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1")
    ]
    if may_be_new and not (application or version or tables):
        return
    if application != APPLICATION_ID:
        raise JournalFailed(
            f"{path} belongs to another program, and was left as it is.\n"
            f"It is an SQLite file with application_id {application:#x} and {len(tables)} tables"
            f"{': ' + ', '.join(tables[:8]) if tables else ''}.\n"
            "Name another file; a journal is what `my.listen(journal=...)` makes."
        )
    if version > len(MIGRATIONS):
        raise JournalFailed(
            f"{path} was written by a newer version of openqq_nb, and was left as it is.\n"
            f"Its format is {version}; this version knows formats up to {len(MIGRATIONS)}.\n"
            "Update openqq_nb, or name another file."
        )


def _pragma(connection: Connection, name: str) -> int:
    return int(connection.execute(f"PRAGMA {name}").fetchone()[0])


_ADVICE = {
    sqlite3.SQLITE_FULL: "Free some space on that disk; until then nothing more can be kept there.",
    sqlite3.SQLITE_BUSY: "Another program is writing to it; close that program, or wait until it is done.",
    sqlite3.SQLITE_LOCKED: "Another program is writing to it; close that program, or wait until it is done.",
    sqlite3.SQLITE_READONLY: "Make the file and its folder writable, or name another file.",
    sqlite3.SQLITE_CANTOPEN: "Check that the file and its folder are there and may be opened.",
    sqlite3.SQLITE_CORRUPT: "Keep a copy of the file, and name another one to go on.",
    sqlite3.SQLITE_NOTADB: "Keep a copy of the file, and name another one to go on.",
}
_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def _failed(name: str, what: str, error: Exception) -> JournalFailed:
    if _kind(error) == sqlite3.SQLITE_NOTADB and what != "written":
        return JournalFailed(_foreign(Path(name), _begin_of(Path(name))))
    advice = _ADVICE.get(_kind(error), "Check the file, its folder and the disk, or name another file.")
    return JournalFailed(f"The journal {name} could not be {what}.\nFound: {error}.\n{advice}")


def _kind(error: Exception) -> int:
    """Give the kind of an SQLite failure: the lower 8 bits, the others are its details."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


def _1_journal(connection: Connection) -> None:
    """Make the tables that `openqq_nb.journal` describes."""
    for statement in _JOURNAL_TABLES.split(";"):
        connection.execute(statement)


_JOURNAL_TABLES = """
CREATE TABLE arrivals (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, fingerprint TEXT NOT NULL UNIQUE, body BLOB NOT NULL
);
CREATE TABLE messages (
    seq INTEGER PRIMARY KEY REFERENCES arrivals (seq) ON DELETE CASCADE,
    msg_time REAL, type TEXT, chat TEXT, sender TEXT, content TEXT, kind TEXT, own INTEGER, msg_class TEXT,
    sender_qq TEXT, gnumber TEXT, "group" TEXT, discuss TEXT, receiver TEXT, receiver_qq TEXT, via TEXT,
    reply_to TEXT, msg_id TEXT, code INTEGER, status TEXT, info TEXT, delivery TEXT, received_at REAL,
    chat_key TEXT, login TEXT, sender_id TEXT, receiver_id TEXT, group_id TEXT, discuss_id TEXT, extra TEXT
);
CREATE TABLE events (
    seq INTEGER PRIMARY KEY REFERENCES arrivals (seq) ON DELETE CASCADE,
    received_at REAL, event TEXT, subtype TEXT, gnumber TEXT, qq TEXT, displayname TEXT, params TEXT,
    extra TEXT
);
CREATE TABLE aside (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, received_at REAL NOT NULL, why TEXT NOT NULL, body BLOB NOT NULL
)
"""


def _2_rosters(connection: Connection) -> None:
    """Make the tables that `openqq_nb.rosters` describes."""
    for statement in _ROSTER_TABLES.split(";"):
        connection.execute(statement)


_ROSTER_TABLES = """
CREATE TABLE roster_frames (digest TEXT PRIMARY KEY, parquet BLOB NOT NULL);
CREATE TABLE rosters (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, fetched_at REAL NOT NULL, login TEXT NOT NULL,
    me TEXT NOT NULL REFERENCES roster_frames (digest), friends TEXT NOT NULL REFERENCES roster_frames (digest),
    "groups" TEXT NOT NULL REFERENCES roster_frames (digest), members TEXT NOT NULL REFERENCES roster_frames (digest),
    discusses TEXT NOT NULL REFERENCES roster_frames (digest),
    discuss_members TEXT NOT NULL REFERENCES roster_frames (digest)
)
"""


def _3_shared(connection: Connection) -> None:
    """Let several programs share a journal, and bodies be compressed with a dictionary."""
    for statement in _SHARED_TABLES.split(";"):
        connection.execute(statement)


_SHARED_TABLES = """
CREATE TABLE dictionaries (number INTEGER PRIMARY KEY, content BLOB NOT NULL UNIQUE);
ALTER TABLE arrivals ADD COLUMN dictionary INTEGER REFERENCES dictionaries (number);
ALTER TABLE messages ADD COLUMN revision INTEGER;
CREATE INDEX messages_revision ON messages (revision) WHERE revision IS NOT NULL;
CREATE TABLE holder (kind TEXT NOT NULL, pid INTEGER NOT NULL, port INTEGER, since REAL NOT NULL)
"""

MIGRATIONS: tuple[Migration, ...] = (_1_journal, _2_rosters, _3_shared)
