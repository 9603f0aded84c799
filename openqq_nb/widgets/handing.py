"""From one widget of an account to another: what is selected in the explorer goes to the broadcaster."""

import weakref
from collections.abc import Callable
from typing import TypeVar

import pandas as pd

Give = Callable[[], pd.DataFrame]
Take = Callable[[pd.DataFrame], None]
Method = TypeVar("Method", Give, Take)


class Handing:
    """Knows the explorer and the broadcaster of an account that were opened last.

    Both are held weakly, so that whoever is closed or forgotten neither gives nor takes anything.
    """

    def __init__(self) -> None:
        self._gives: list[weakref.WeakMethod[Give]] = []
        self._takes: list[weakref.WeakMethod[Take]] = []

    @property
    def give(self) -> Give | None:
        """Gives the rows that are selected in the explorer; `None` where none is open."""
        return _last(self._gives)

    @property
    def take(self) -> Take | None:
        """Takes rows into the broadcaster; `None` where none is open."""
        return _last(self._takes)

    def gives(self, give: Give) -> None:
        """Take note of an explorer that was opened; a bound method."""
        self._gives.append(weakref.WeakMethod(give))

    def takes(self, take: Take) -> None:
        """Take note of a broadcaster that was opened; a bound method."""
        self._takes.append(weakref.WeakMethod(take))

    def end(self, method: Give | Take) -> None:
        """Take note that one was closed."""
        self._gives = [one for one in self._gives if one() not in (None, method)]
        self._takes = [one for one in self._takes if one() not in (None, method)]


def _last(methods: list[weakref.WeakMethod[Method]]) -> Method | None:
    return next((found for one in reversed(methods) if (found := one()) is not None), None)
