"""The right to do something with a file that only one program at a time may have.

What is held is a lock on a file beside it, which the system lets go of when the program ends, however it ends.
"""

from pathlib import Path
from typing import Self

from filelock import FileLock, Timeout

from openqq_nb.errors import JournalFailed

PATIENCE_S = 0.5
"""Whoever only looks whether something is held has its lock for a moment."""


class FileHold:
    """A right that was taken, until it is let go of.

    Args:
        lock: that was acquired.
    """

    def __init__(self, lock: FileLock) -> None:
        self._lock = lock

    @classmethod
    def of(cls, path: Path, whether: str, patience_s: float = PATIENCE_S) -> Self | None:
        """Take a right; None if another program, or another part of this one, has it.

        Args:
            path: the file that is locked; it is made, and stays.
            whether: what cannot be seen if there is no place for it, for the error.
            patience_s: for how long to try, in seconds.

        Raises:
            JournalFailed: there is no place for the file.
        """
        lock = FileLock(path, timeout=patience_s, thread_local=False, preserve_lock_file=True)
        try:
            lock.acquire()
        except Timeout:
            return None
        except OSError as error:
            raise JournalFailed(
                f"Whether {whether} cannot be seen, so nothing was started. Found: {error}. "
                "Make its folder writable, or name another file."
            ) from error
        return cls(lock)

    def let_go(self) -> None:
        """Let others have it; letting go twice does no harm."""
        self._lock.release()
