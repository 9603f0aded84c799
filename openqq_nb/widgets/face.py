"""The face of a widget: it carries actions from pages to parts, and what these show to the pages.

Everything travels as a message and nothing as a trait, so that a saved notebook holds no word of it.
"""

import threading
from collections.abc import Mapping
from functools import partial
from typing import Any, ClassVar, Self

import anywidget

from openqq_nb.kernel.waiting import keep_widgets_alive
from openqq_nb.languages import Words
from openqq_nb.widgets.parts import Part, View
from openqq_nb.widgets.problems import described

_TYPED = ("close", "layout")


class Face(anywidget.AnyWidget):
    """A widget over parts.

    A subclass gives `_esm` and `_css`, which anywidget reads.

    Args:
        parts: the parts under the names that the page has for them.
        words: what the page writes.
    """

    _typed: ClassVar[tuple[str, ...]] = ()
    """What people type behind it, besides what every widget has."""

    _parts: dict[str, Part]
    _guard: threading.RLock

    def __new__(cls, *args: object, **kwargs: object) -> Self:
        """Begin without parts: a widget is closed when it is forgotten, also one that could not be made."""
        face: Self = super().__new__(cls, *args, **kwargs)
        face._parts = {}
        face._guard = threading.RLock()
        return face

    def __init__(self, parts: Mapping[str, Part], words: Words) -> None:
        self._words = words
        super().__init__()
        keep_widgets_alive()
        self._join(parts)
        self.on_msg(self._heard)

    def __dir__(self) -> list[str]:
        return sorted({*self._typed, *_TYPED})

    def __repr__(self) -> str:
        """Say what to do where no widget can be shown; no word of what is in it."""
        return self._words("in_a_terminal")

    def close(self) -> None:
        """End the widget: it disappears from every page, and watches nothing any more."""
        with self._guard:
            for part in self._parts.values():
                part.close()
        super().close()

    def _join(self, parts: Mapping[str, Part]) -> None:
        """Take more parts in; a page that is open has to be told of them by another part."""
        for name, part in parts.items():
            self._parts[name] = part
            part.attach(partial(self._show, name), self._guard)

    def _heard(self, _face: object, content: Mapping[str, Any], _buffers: object) -> None:
        with self._guard:
            if "hello" in content:
                views = {name: part.view() for name, part in self._parts.items()}
                self.send({"hello": content["hello"], "words": self._words.all(), "views": views})
            elif content.get("part") in self._parts:
                self._act(content["part"], content)

    def _act(self, name: str, content: Mapping[str, Any]) -> None:
        try:
            shown = self._parts[name].actions[content["do"]](**content.get("with", {}))
        except Exception as error:  # noqa: BLE001 - shown where the person looks, who clicked
            self.send({"part": name, "problem": described(error)})
            return
        if shown is not None:
            self._show(name, shown)

    def _show(self, name: str, view: View) -> None:
        self.send({"part": name, "show": view})
