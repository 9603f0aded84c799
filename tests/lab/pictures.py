"""Pictures of widgets, for people to look at."""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil
from pathlib import Path

from playwright.sync_api import Locator

VARIABLE = "OPENQQ_NB_TEST_PICTURES"
_AROUND = 300


@dataclass(frozen=True, slots=True)
class Pictures:
    """A folder of pictures.

    Attributes:
        folder: where they are.
    """

    folder: Path

    @classmethod
    def of(cls, otherwise: Path) -> "Pictures":
        """Return the folder that OPENQQ_NB_TEST_PICTURES names, or else another; it is made if need be."""
        folder = Path(os.environ.get(VARIABLE) or otherwise)
        folder.mkdir(parents=True, exist_ok=True)
        return cls(folder)

    def take(self, name: str, what: Locator) -> Path:
        """Write a picture of an element, as `composer-empty-light-zh`; one of that name is replaced."""
        path = self.folder / f"{name}.png"
        with _all_in_the_window(what):
            # Written here: Playwright would start a thread for it, and keep it.
            path.write_bytes(what.screenshot(animations="disabled"))
        return path


@contextlib.contextmanager
def _all_in_the_window(what: Locator) -> Iterator[None]:
    # A notebook scrolls in a panel of its own; what is outside of it would be grey.
    before, box = what.page.viewport_size, what.bounding_box()
    assert before and box, "A picture is taken of what can be seen, in a window of a known size."
    height = max(before["height"], ceil(box["height"]) + _AROUND)
    what.page.set_viewport_size({"width": before["width"], "height": height})
    try:
        yield
    finally:
        what.page.set_viewport_size(before)
