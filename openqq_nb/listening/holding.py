"""Who fills a journal at present: one program at a time holds it, others may look on and add to it.

What is held is a lock on a file beside the journal, which the system lets go of when the program ends, however it
ends. Who holds it stands in the journal itself; where a port is listened at stands in the user's data folder.
"""

import os
import time
from pathlib import Path
from typing import Literal, Self

from filelock import FileLock, Timeout

from openqq_nb import settings
from openqq_nb.errors import JournalFailed
from openqq_nb.journal import Holder, Journal

HolderKind = Literal["openqq-nb collect", "a notebook"]


class Hold:
    """The right to fill a journal, until it is let go of.

    Args:
        lock: that was acquired.
    """

    def __init__(self, lock: FileLock) -> None:
        self._lock = lock

    @classmethod
    def taken(cls, journal: Path) -> Self | None:
        """Take the right to fill a journal; None if another program, or another inbox of this one, has it.

        Raises:
            JournalFailed: there is no place for the file that says so.
        """
        lock = FileLock(_beside(journal), timeout=0, thread_local=False, preserve_lock_file=True)
        try:
            lock.acquire()
        except Timeout:
            return None
        except OSError as error:
            raise JournalFailed(
                f"Whether another program fills {journal} cannot be seen, so nothing was started. Found: {error}. "
                "Make its folder writable, or name another file."
            ) from error
        return cls(lock)

    def let_go(self) -> None:
        """Let others fill it; letting go twice does no harm."""
        self._lock.release()


def is_held(journal: Path) -> bool:
    """Tell whether anybody fills a journal; leaves nothing beside one that nobody ever did."""
    if not _beside(journal).exists():
        return False
    hold = Hold.taken(journal)
    if hold is not None:
        hold.let_go()
    return hold is None


def sign(journal: Journal, kind: HolderKind, port: int | None) -> None:
    """Write down who holds a journal, for whoever meets the lock."""
    journal.sign(Holder(kind, os.getpid(), port, time.time()))
    if port is not None and journal.path is not None:
        settings.remember_port(port, journal.path)


def journal_at(port: int) -> Path | None:
    """Find the journal that is filled by whoever listens at a port of this machine."""
    found = settings.journal_of_port(port)
    return found if found is not None and found.exists() and is_held(found) else None


def _beside(journal: Path) -> Path:
    return journal.with_name(journal.name + ".lock")
