"""What every part of a widget is: plain state with actions, which needs no browser."""

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any, TypeAlias

View: TypeAlias = dict[str, Any]
"""What a page shows, as values that JSON knows."""

Publish: TypeAlias = Callable[[View], None]

Action: TypeAlias = Callable[..., View | None]


class Part(ABC):
    """One region of a widget: what it knows, and what a page may ask of it.

    Attributes:
        lock: held while the state is read or changed, and until what follows from it was handed to the page; so a
            page sees all in the order in which it happened, from whatever thread. All parts of a widget share one.
    """

    def __init__(self) -> None:
        self.lock: AbstractContextManager[Any] = threading.RLock()
        self._publish: Publish = lambda _: None

    @property
    @abstractmethod
    def actions(self) -> Mapping[str, Action]:
        """What a page may ask for, by name; what an action returns is shown."""

    @abstractmethod
    def view(self) -> View:
        """Give all that a page needs which has just been opened."""

    def attach(self, publish: Publish, lock: AbstractContextManager[Any]) -> None:
        """Take the way to the pages.

        Args:
            publish: hands something to every open page, from any thread.
            lock: the lock of the widget.
        """
        self._publish = publish
        self.lock = lock

    def publish(self, view: View) -> None:
        """Show something that changed without an action; the caller holds `lock`."""
        self._publish(view)

    def close(self) -> None:
        """Show nothing any more, and let go of what was watched."""
        self._publish = lambda _: None


def plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Take the values of an action; in texts, half of a surrogate pair, which nothing could show, becomes a sign."""
    return {key: whole(value) if isinstance(value, str) else value for key, value in values.items()}


def whole(text: str) -> str:
    """Bring a text to what can be sent to a page."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
