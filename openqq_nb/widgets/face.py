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
from openqq_nb.widgets.parts import Part, View, plain
from openqq_nb.widgets.problems import described
from openqq_nb.widgets.words import COMMON

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

    _common: ClassVar[Words] = Words(COMMON)
    _parts: dict[str, Part]
    _guard: threading.RLock
    _own_layout: Any
    _closed: bool

    def __new__(cls, *args: object, **kwargs: object) -> Self:
        """Begin without parts: a widget is closed when it is forgotten, also one that could not be made."""
        face: Self = super().__new__(cls, *args, **kwargs)
        face._parts = {}
        face._guard = threading.RLock()
        face._own_layout = None
        face._closed = False
        return face

    def __init__(self, parts: Mapping[str, Part], words: Words) -> None:
        self._words = words
        super().__init__()
        self._own_layout = self.layout
        # anywidget has made a class for this one widget, which has no text for `help`.
        type(self).__doc__ = type(self).__mro__[1].__doc__
        keep_widgets_alive()
        self._join(parts)
        self.on_msg(self._heard)

    def __dir__(self) -> list[str]:
        return sorted({*self._typed, *_TYPED})

    def __repr__(self) -> str:
        """Say what to do where no widget can be shown; no word of what is in it."""
        if self._closed:
            return f"<{type(self).__name__}: {self._common('closed')}>"
        return self._words("in_a_terminal")

    def close(self) -> None:
        """End the widget: it disappears from every page, and watches nothing any more."""
        # Once only: it is closed again when it is forgotten, by the garbage collector, in the middle of anything.
        if self._closed:
            return
        with self._guard:
            self._closed = True
            for part in self._parts.values():
                part.close()
        # One that a person gave it may be of other widgets as well.
        if self._own_layout is not None:
            self._own_layout.close()
        super().close()

    def _join(self, parts: Mapping[str, Part]) -> None:
        """Take more parts in; a page that is open has to be told of them by another part."""
        for name, part in parts.items():
            self._parts[name] = part
            part.attach(partial(self._show, name), self._guard)

    def _heard(self, _face: object, content: object, _buffers: object) -> None:
        with self._guard:
            if self._closed or not isinstance(content, dict):
                return
            if "hello" in content:
                self._greet(content["hello"])
            elif content.get("part") in [*self._parts]:
                self._act(content["part"], content)

    def _greet(self, page: object) -> None:
        """Give a page that was just drawn all it needs; what a part cannot tell is told in its place."""
        answer: View = {"hello": page, "words": self._common.all() | self._words.all()}
        try:
            answer["views"] = {name: part.view() for name, part in self._parts.items()}
        except Exception as error:  # noqa: BLE001 - shown where the person looks
            answer["problem"] = described(error)
        self.send(answer)

    def _act(self, name: str, content: Mapping[str, Any]) -> None:
        try:
            shown = self._parts[name].actions[content["do"]](**plain(content.get("with", {})))
        except Exception as error:  # noqa: BLE001 - shown where the person looks, who clicked
            self.send({"part": name, "problem": described(error)})
            return
        if shown is not None:
            self._show(name, shown)

    def _show(self, name: str, view: View) -> None:
        self.send({"part": name, "show": view})
