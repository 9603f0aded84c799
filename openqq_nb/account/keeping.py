"""Where the rosters of an account are kept: in its file in the user's data folder, or in memory."""

import threading
from typing import TYPE_CHECKING

from openqq_nb import settings
from openqq_nb.columns import Series
from openqq_nb.roster import Roster

if TYPE_CHECKING:
    from openqq_nb.rosters import Rosters


class Keeping:
    """Opens the store of an account when it is first needed.

    Args:
        in_memory: whether nothing is to stay when this process ends.
    """

    def __init__(self, *, in_memory: bool) -> None:
        self._in_memory = in_memory
        self._lock = threading.Lock()
        self._open: dict[str, Rosters] = {}

    def keep(self, roster: Roster) -> Roster:
        """Keep a roster, and give it with the numbers that are known of its login."""
        return self._store(roster.me).keep(roster)

    def at(self, when: object, me: Series) -> Roster:
        """Give the last roster of an account that was kept until a moment."""
        return self._store(me).at(when)

    def close(self) -> None:
        """Close the files; a later question opens them again. What is in memory stays."""
        if self._in_memory:
            return
        with self._lock:
            for store in self._open.values():
                store.close()
            self._open.clear()

    def _store(self, me: Series) -> "Rosters":
        from openqq_nb.rosters import Rosters  # noqa: PLC0415 - SQLite and Parquet are loaded when they are used

        account = str(me["qq"])
        with self._lock:
            if account not in self._open:
                self._open[account] = Rosters(None if self._in_memory else settings.roster_path(account))
            return self._open[account]
