"""Who fills a journal at present: one program at a time holds it, others may look on and add to it.

What is held is a lock on a file beside the journal, which the system lets go of when the program ends, however it
ends. Who holds it stands in the journal itself; where a port is listened at stands in the user's data folder.
"""

import os
import time
from pathlib import Path
from typing import Literal, Self

from openqq_nb import settings
from openqq_nb.holds import PATIENCE_S, FileHold
from openqq_nb.journal import Holder, Journal
from openqq_nb.receive.address import Address
from openqq_nb.settings import AtPort

HolderKind = Literal["openqq-nb collect", "a notebook"]


class Hold(FileHold):
    """The right to fill a journal, until it is let go of."""

    @classmethod
    def taken(cls, journal: Path, patience_s: float = PATIENCE_S) -> Self | None:
        """Take the right to fill a journal; None if another program, or another inbox of this one, has it.

        Args:
            journal: the file.
            patience_s: for how long to try, in seconds.

        Raises:
            JournalFailed: there is no place for the file that says so.
        """
        return cls.of(_beside(journal), f"another program fills {journal}", patience_s)


def is_held(journal: Path) -> bool:
    """Tell whether anybody fills a journal; leaves nothing beside one that nobody ever did."""
    if not _beside(journal).exists():
        return False
    hold = Hold.taken(journal, patience_s=0)
    if hold is not None:
        hold.let_go()
    return hold is None


def sign(journal: Journal, kind: HolderKind, account: str, address: Address | None) -> None:
    """Write down who holds a journal, for whoever meets the lock or the port.

    Args:
        journal: that is held.
        kind: what holds it.
        account: the number of the account that it receives for.
        address: where it listens; None where it does not.
    """
    port = None if address is None else address.port
    journal.sign(Holder(kind, os.getpid(), port, time.time(), account))
    if address is not None and journal.path is not None:
        settings.remember_port(address.port, AtPort(account, journal.path, address.url, address.secret))


def holder_of(journal: Path) -> Holder | None:
    """Tell who fills a journal now; None if nobody does, or has not said yet who it is.

    Raises:
        JournalFailed: the journal cannot be opened.
    """
    if not journal.exists() or not is_held(journal):
        return None
    with Journal.open(journal) as held:
        return held.holder()


def listening_at(port: int) -> tuple[Holder, AtPort] | None:
    """Tell who listens now at a port of this machine and fills a journal.

    Raises:
        JournalFailed: that journal cannot be opened.
    """
    there = settings.at_port(port)
    holder = None if there is None else holder_of(there.journal)
    if there is None or holder is None or (holder.port, holder.account) != (port, there.account):
        return None
    return holder, there


def _beside(journal: Path) -> Path:
    return journal.with_name(journal.name + ".lock")
