"""What a page would show of parts: every view, in order, as it would travel."""

import json
import threading
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from openqq_nb.widgets.parts import Part, View

PATIENCE_S = 20.0


class Page:
    """An open page, without a browser.

    Args:
        parts: the parts that it shows.

    Attributes:
        shown: what was shown of each part, oldest first.
    """

    def __init__(self, parts: Mapping[str, Part]) -> None:
        self._parts = dict(parts)
        self._lock = threading.RLock()
        self._changed = threading.Condition(self._lock)
        self.shown: dict[str, list[View]] = {name: [] for name in parts}
        for name, part in parts.items():
            part.attach(partial(self._show, name), self._lock)

    def view(self, name: str) -> View:
        """Give what a page just opened would show."""
        with self._lock:
            return travelled(self._parts[name].view())

    def ask(self, part: str, action: str, **values: Any) -> View:
        """Ask for something, as a page does, and give what is shown of that part then."""
        with self._lock:
            self._parts[part].actions[action](**values)
        return self.view(part)

    def wait(self, name: str, until: Callable[[View], bool]) -> View:
        """Wait for a part to be shown in some way, and give that view."""
        with self._lock:
            assert self._changed.wait_for(lambda: until(self.view(name)), PATIENCE_S), self.view(name)
            return self.view(name)

    def _show(self, name: str, view: View) -> None:
        with self._lock:
            self.shown[name].append(travelled(view))
            self._changed.notify_all()


def travelled(view: View) -> View:
    """Bring a view to a page and back: only what JSON and UTF-8 know arrives."""
    there: View = json.loads(json.dumps(view, ensure_ascii=False, allow_nan=False).encode())
    assert there == view
    return there
