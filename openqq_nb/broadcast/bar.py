"""The bar that shows how far a broadcast is while somebody waits for it."""

import math
import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from openqq_nb.broadcast.progress import Progress

_EVERY_S = 0.2


class Bar:
    """A bar of tqdm: text in a terminal, a widget in a notebook, nothing where nobody looks.

    Args:
        title: what stands before it.
        progress: tells how far it is.
    """

    def __init__(self, title: str, progress: Callable[[], Progress]) -> None:
        self._title = title
        self._progress = progress
        self._bar: Any = None
        self._shown_s = -math.inf

    def __enter__(self) -> Self:
        from tqdm.auto import tqdm  # noqa: PLC0415 - loads widgets in a notebook

        in_notebook = "ipykernel" in sys.modules
        now = self._progress()
        self._bar = tqdm(
            total=now.total,
            initial=now.total - now.pending,
            desc=self._title,
            # Where all is over there is nothing to show, nor in a file that a program writes into.
            disable=not now.pending or (False if in_notebook else None),
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._show()
        self._bar.close()

    def tick(self) -> None:
        """Show how far it is now, but not too often."""
        if time.monotonic() >= self._shown_s + _EVERY_S:
            self._show()

    def _show(self) -> None:
        self._shown_s = time.monotonic()
        now = self._progress()
        self._bar.total = now.total
        self._bar.update(now.total - now.pending - self._bar.n)
        self._bar.set_postfix_str(
            f"{now.sent} sent, {now.failed} failed, {now.unknown} unknown", refresh=False
        )
