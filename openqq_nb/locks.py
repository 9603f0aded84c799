"""Keeps apart the two copies of SQLite that a process may hold, so that they never have one file open at a time.

Python's `sqlite3` and the ADBC driver each bring their own. On POSIX systems the locks of a file belong to the process:
each copy takes those of the other for its own without knowing, gives them back when it closes the file, and removes the
`-wal` file of a writer that it cannot see; what that one writes then is lost. Two processes are safe from each other.
"""

import os
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_OPEN_FILES = Path("/dev/fd")

_changed = threading.Condition()
_opening: Counter[str] = Counter()
_scanned: Counter[str] = Counter()


@contextmanager
def opening(path: Path, timeout_s: float) -> Iterator[None]:
    """Open a file in here, through `sqlite3` or in any other way: waits until no scan of it is under way.

    Args:
        path: the file; it need not be there yet.
        timeout_s: how long to wait for the end of scans.

    Raises:
        TimeoutError: a scan is still under way then; the file must not be opened.
    """
    name = os.path.realpath(path)
    with _changed:
        if not _changed.wait_for(lambda: name not in _scanned, timeout_s):
            raise TimeoutError(f"{path} is being scanned")
        _opening[name] += 1
    try:
        yield
    finally:
        _leave(_opening, name)


@contextmanager
def scanning(path: Path) -> Iterator[bool]:
    """Let the ADBC driver use a file in here.

    Args:
        path: the file.

    Yields:
        Whether it may: not while anybody else in this process has the file open.
    """
    name = os.path.realpath(path)
    with _changed:
        free = name in _scanned or not (name in _opening or _is_open(path))
        if free:
            _scanned[name] += 1
    try:
        yield free
    finally:
        if free:
            _leave(_scanned, name)


def _leave(counter: Counter[str], name: str) -> None:
    with _changed:
        counter[name] -= 1
        if not counter[name]:
            del counter[name]
        _changed.notify_all()


def _is_open(path: Path) -> bool:
    """Tell whether this process has a file open; also what this package did not open counts."""
    if os.name != "posix":
        return False  # there locks belong to whoever opened the file
    wanted = path.stat()
    for number in _OPEN_FILES.iterdir():
        with suppress(OSError):  # closed in the meantime
            if os.path.samestat(os.fstat(int(number.name)), wanted):
                return True
    return False
