"""The bar that shows how far it is while something is asked for piece by piece: members of groups, a history."""

import sys
import threading
from typing import Any

_AFTER_S = 1.0


class LoadingBar:
    """A bar of tqdm: shown where somebody waits in the main thread, and only when it takes longer than a moment.

    Args:
        what: is loaded.
        unit: what is counted.
    """

    def __init__(self, what: str, unit: str) -> None:
        self._what = what
        self._unit = unit
        self._bar: Any = None

    def __call__(self, done: int, total: int | None, name: str) -> None:
        """Show how many are done, of how many if that is known, and what is asked for now."""
        if threading.current_thread() is not threading.main_thread():
            return
        if done == 0:
            self._begin(total)
        if self._bar is not None:
            self._bar.set_postfix_str(name, refresh=False)
            self._bar.update(done - self._bar.n)
        if done == total:
            self._end()

    def _begin(self, total: int | None) -> None:
        from tqdm.auto import tqdm  # noqa: PLC0415 - loads widgets in a notebook

        self._end()  # of one that was interrupted
        in_notebook = "ipykernel" in sys.modules
        self._bar = tqdm(
            total=total,
            desc=self._what,
            unit=self._unit,
            leave=False,
            delay=_AFTER_S,
            disable=False if in_notebook else None,
        )

    def _end(self) -> None:
        if self._bar is not None:
            self._bar.close()
        self._bar = None
