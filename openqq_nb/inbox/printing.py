"""Catches what a handler prints: on a thread of its own it would end up in whatever cell came last."""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TextIO, cast

Sink = Callable[[str], object]

_sink: ContextVar[Sink | None] = ContextVar("openqq_nb_printed", default=None)


class Router:
    """Stands in for `sys.stdout`: texts printed inside a handler go to its sink, all others on as before."""

    def __init__(self, inner: TextIO) -> None:
        self.inner = inner
        self.users = 0

    def write(self, text: str) -> int:
        """Write to the sink of the handler that prints, else to where it went before."""
        sink = _sink.get()
        if sink is None:
            return self.inner.write(text)
        sink(text)
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        """Write several texts."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the notebook put there
        return getattr(self.inner, name)


@contextmanager
def caught(sink: Sink) -> Iterator[None]:
    """Hand over what is printed inside, by this thread or task only."""
    token = _sink.set(sink)
    try:
        yield
    finally:
        _sink.reset(token)


def in_handler() -> bool:
    """Tell whether this thread or task runs a handler."""
    return _sink.get() is not None


def install() -> None:
    """Begin to route; called from the user's thread, because only there nothing swaps `sys.stdout` meanwhile."""
    router = sys.stdout if isinstance(sys.stdout, Router) else Router(sys.stdout)
    router.users += 1
    sys.stdout = cast(TextIO, router)


def uninstall() -> None:
    """Put `sys.stdout` back when the last user is gone; one that somebody else has replaced is left alone."""
    router: object = sys.stdout
    if isinstance(router, Router):
        router.users -= 1
        if router.users <= 0:
            sys.stdout = router.inner
