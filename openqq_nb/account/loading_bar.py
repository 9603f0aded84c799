"""The bar that shows how far it is while the members of groups are asked for one group after the other."""

import sys
import threading
from typing import Any

_AFTER_S = 1.0


class LoadingBar:
    """A bar of tqdm: shown where somebody waits in the main thread, and only when it takes longer than a moment."""

    def __init__(self) -> None:
        self._bar: Any = None

    def __call__(self, done: int, total: int, name: str) -> None:
        """Show how many groups are done, and which one is asked for now."""
        if threading.current_thread() is not threading.main_thread():
            return
        if done == 0:
            self._begin(total)
        if self._bar is not None:
            self._bar.set_postfix_str(name, refresh=False)
            self._bar.update(done - self._bar.n)
        if done == total:
            self._end()

    def _begin(self, total: int) -> None:
        from tqdm.auto import tqdm  # noqa: PLC0415 - loads widgets in a notebook

        self._end()  # of one that was interrupted
        in_notebook = "ipykernel" in sys.modules
        self._bar = tqdm(
            total=total,
            desc="members",
            unit="group",
            leave=False,
            delay=_AFTER_S,
            disable=False if in_notebook else None,
        )

    def _end(self) -> None:
        if self._bar is not None:
            self._bar.close()
        self._bar = None
