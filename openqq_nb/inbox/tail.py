"""Looks again and again whether other programs have written to the journal."""

import asyncio
from collections.abc import Callable

from openqq_nb.errors import JournalFailed

SOON_S = 0.1
"""How often one looks whom another program receives for."""

NOW_AND_THEN_S = 1.0
"""How often one looks who receives by itself, and takes a turn with each message anyway."""


class Tail:
    """Tells when a journal has changed.

    Args:
        version: gives a number that is another one when it has.
        changed: called then, on the receiving loop.
        failed: told each time why the journal cannot be looked at.
        every_s: how often to look.
    """

    def __init__(
        self,
        version: Callable[[], int],
        changed: Callable[[], object],
        failed: Callable[[JournalFailed], None],
        every_s: float,
    ) -> None:
        self._version = version
        self._changed = changed
        self._failed = failed
        self._every_s = every_s
        self._known: int | None = None
        self._handle: asyncio.TimerHandle | None = None

    async def start(self) -> None:
        """Begin to look."""
        self._look()

    async def stop(self) -> None:
        """Look no more."""
        if self._handle is not None:
            self._handle.cancel()

    def _look(self) -> None:
        self._handle = asyncio.get_running_loop().call_later(self._every_s, self._look)
        try:
            version = self._version()
        except JournalFailed as error:
            self._known = None
            self._failed(error)
            return
        if version != self._known:
            self._known = version
            self._changed()
