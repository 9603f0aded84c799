"""Looks again and again whether other programs have written to the journal."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable

from openqq_nb.errors import JournalFailed

SOON_S = 0.1
"""How often one looks whom another program receives for."""

NOW_AND_THEN_S = 1.0
"""How often one looks who receives by itself, and takes a turn with each message anyway."""


class _Looking(ABC):
    """Looks again and again, on the receiving loop."""

    def __init__(self, every_s: float) -> None:
        self._every_s = every_s
        self._handle: asyncio.TimerHandle | None = None

    async def start(self) -> None:
        """Begin to look."""
        self._again()

    async def stop(self) -> None:
        """Look no more."""
        if self._handle is not None:
            self._handle.cancel()

    def _again(self) -> None:
        self._handle = asyncio.get_running_loop().call_later(self._every_s, self._again)
        self._look()

    @abstractmethod
    def _look(self) -> None:
        """Look once."""


class Tail(_Looking):
    """Tells when a journal has changed.

    Args:
        version: gives a number that is another one when it has.
        changed: called then, on the receiving loop; gives whether what has changed could be read.
        failed: told each time why the journal cannot be looked at.
        every_s: how often to look.
    """

    def __init__(
        self,
        version: Callable[[], int],
        changed: Callable[[], bool],
        failed: Callable[[JournalFailed], None],
        every_s: float,
    ) -> None:
        super().__init__(every_s)
        self._version = version
        self._changed = changed
        self._failed = failed
        self._known: int | None = None

    def _look(self) -> None:
        try:
            version = self._version()
        except JournalFailed as error:
            self._known = None
            self._failed(error)
            return
        if version != self._known:
            self._known = version if self._changed() else None


class Watch(_Looking):
    """Tells when whoever fills the journal has ended.

    Args:
        gone: whether nobody fills it.
        ended: called once each time that this has become so, on the receiving loop.
        every_s: how often to look.
    """

    def __init__(
        self, gone: Callable[[], bool], ended: Callable[[], object], every_s: float = NOW_AND_THEN_S
    ) -> None:
        super().__init__(every_s)
        self._gone = gone
        self._ended = ended
        self._told = False

    def _look(self) -> None:
        gone = self._gone()
        if gone and not self._told:
            self._ended()
        self._told = gone
