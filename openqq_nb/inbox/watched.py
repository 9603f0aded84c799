"""Those who look at an inbox while it fills: they are told that there is something new, and look themselves."""

import threading
import weakref
from collections.abc import Collection
from typing import Protocol


class Watcher(Protocol):
    """Who looks; both methods are called on the receiving thread, and on others, and must take no time."""

    def mark(self) -> None:
        """Take note that there is something new."""

    def changed(self, position: int, columns: Collection[str]) -> None:
        """Take note that cells of a message have changed that was there before."""


class Watched:
    """Something that is looked at; those who look are held weakly.

    Attributes:
        changes: how often cells of messages have changed; so who did not look for a while knows whether any did.
    """

    def __init__(self) -> None:
        self.changes = 0
        self._lock = threading.Lock()
        # Replaced as a whole, so that it is walked through without the lock.
        self._watchers: tuple[weakref.ref[Watcher], ...] = ()

    def __len__(self) -> int:
        return len(self._without(None))

    def add(self, watcher: Watcher) -> None:
        """Tell a watcher from now on."""
        with self._lock:
            self._watchers = (*self._without(watcher), weakref.ref(watcher))

    def drop(self, watcher: Watcher) -> None:
        """Tell a watcher no more."""
        with self._lock:
            self._watchers = self._without(watcher)

    def mark(self) -> None:
        """Tell that there is something new."""
        for reference in self._watchers:
            watcher = reference()
            if watcher is not None:
                watcher.mark()

    def changed(self, position: int, columns: Collection[str]) -> None:
        """Tell that cells of a message have changed."""
        self.changes += 1
        for reference in self._watchers:
            watcher = reference()
            if watcher is not None:
                watcher.changed(position, columns)

    def _without(self, watcher: Watcher | None) -> tuple[weakref.ref[Watcher], ...]:
        return tuple(one for one in self._watchers if one() not in (None, watcher))
