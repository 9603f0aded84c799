"""The user's functions under `on_message`: what is registered, how it is called, and what became of it."""

import asyncio
import inspect
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pandas as pd

from openqq_nb.errors import OpenqqError
from openqq_nb.inbox import printing
from openqq_nb.inbox.filters import Filter
from openqq_nb.inbox.lanes import LoopLane, ThreadLane
from openqq_nb.inbox.message import Message
from openqq_nb.models import Row

Done = Callable[[object, BaseException | None], None]
"""Told what a handler returned, or why it failed."""

_PRINTED_CHARACTERS = 10_000
_SHOWN_CHARACTERS = 1_000
# A function that fails in ever new ways is told of no more; its last error is in the table.
_MOST_TOLD = 50
_CANCELLING_S = 1.0
_DTYPES = {
    "name": "str",
    "filters": "str",
    "calls": "Int64",
    "replies": "Int64",
    "errors": "Int64",
    "last_error": "str",
    "printed": "str",
}


class Handler:
    """One registered function with its lane and its figures.

    Args:
        function: the user's function, plain or `async def`.
        keep: which messages it sees.
        budget_s: after how many seconds a call no longer holds up the next.
        failed: called once for each error.
    """

    def __init__(
        self, function: Callable[[Any], Any], keep: Filter, budget_s: float, failed: Callable[[], None]
    ) -> None:
        self.name = name_of(function)
        self.filter = keep
        self._function = function
        self._failed = failed
        self._lock = threading.Lock()
        self._taken = self._finished = self._calls = self._replies = self._errors = 0
        self._last_error = ""
        self._printed = ""
        self._told: set[str] = set()
        self._untold: dict[str, str] = {}
        self._lane = LoopLane(self.name) if _is_async(function) else ThreadLane(self.name, budget_s)

    def call(self, message: Message, done: Done) -> None:
        """Have the function called on its lane; `done` is told what came of it."""
        # Before it can have finished.
        self._count(taken=1)
        if isinstance(self._lane, LoopLane):
            taken = self._lane.put(lambda: self._await(message, done))
        else:
            taken = self._lane.put(lambda: self._run(message, done))
        if not taken:
            self._count(taken=-1)
            why = "the inbox was stopped" if self._lane.closed else "too many messages wait for this handler"
            done(None, RuntimeError(f"{why}, so it did not see this one"))

    def relieve(self) -> None:
        """Go on with the next message if the present one takes too long."""
        self._lane.relieve()

    def close(self) -> None:
        """Take no more messages; those that wait are still seen to."""
        self._lane.close()

    @property
    def over(self) -> bool:
        """Whether it was closed, and has seen to all that it was given."""
        return self._lane.over

    def wait(self, by_s: float) -> None:
        """Wait until it is over, for no longer than to a moment of the monotonic clock."""
        self._lane.wait(by_s)

    def drop(self) -> None:
        """Forget the messages that wait, and cancel a coroutine that runs."""
        self._lane.drop()

    def count_unfinished(self) -> int:
        """Count the messages that it was given and has not finished with; each is counted once.

        The one for which it is here, to stop the inbox, is not among them.
        """
        here = int(self._lane.is_here)
        with self._lock:
            unfinished = self._taken - self._finished - here
            self._taken = self._finished + here
        return unfinished

    def replied(self) -> None:
        """Count a reply of this handler that went out."""
        with self._lock:
            self._replies += 1

    def fail(self, error: BaseException) -> None:
        """Keep an error, to be told when the user looks."""
        shown, place = _described(error, self._function)
        with self._lock:
            self._errors += 1
            self._last_error = shown
            if place not in self._told:
                self._tell(
                    place,
                    f"The handler {self.name!r} failed: {shown.rstrip('.')}. The message is kept in inbox.df, and "
                    "other handlers were not disturbed. See inbox.handlers; mend the function and register it again.",
                )
        self._failed()

    def hold_back(self, why: str) -> None:
        """Keep why a reply did not go out, to be told like an error; the function did nothing wrong."""
        with self._lock:
            self._last_error = why
            self._tell(why, f"The handler {self.name!r} was held back. {why}")

    def untold(self) -> list[str]:
        """Give what the user has not been told yet; each place in the code is told once."""
        with self._lock:
            news, self._untold = self._untold, {}
            self._told.update(news)
        return list(news.values())

    def _tell(self, place: str, text: str) -> None:
        if place in self._untold or len(self._untold) + len(self._told) < _MOST_TOLD:
            self._untold[place] = text

    def row(self) -> dict[str, Any]:
        """Its line in the table of handlers."""
        with self._lock:
            return {
                "name": self.name,
                "filters": self.filter.text,
                "calls": self._calls,
                "replies": self._replies,
                "errors": self._errors,
                "last_error": self._last_error or None,
                "printed": self._printed,
            }

    def _run(self, message: Message, done: Done) -> None:
        result: object = None
        error: BaseException | None = None
        with printing.caught(self._print):
            try:
                self._begun()
                result = _plain(self._function(message))
            except BaseException as failure:  # noqa: BLE001 - `exit()` must not end a lane; kept and shown
                error = failure
        self._count(finished=1)
        done(result, error)

    async def _await(self, message: Message, done: Done) -> None:
        result: object = None
        error: BaseException | None = None
        with printing.caught(self._print):
            try:
                self._begun()
                result = await self._function(message)
            except asyncio.CancelledError as failure:
                if self._lane.ending:
                    raise
                error = failure
            except BaseException as failure:  # noqa: BLE001 - as above
                error = failure
        self._count(finished=1)
        done(result, error)

    def _begun(self) -> None:
        with self._lock:
            self._calls += 1

    def _count(self, taken: int = 0, finished: int = 0) -> None:
        with self._lock:
            self._taken += taken
            self._finished += finished

    def _print(self, text: str) -> None:
        with self._lock:
            self._printed = (self._printed + text)[-_PRINTED_CHARACTERS:]


class Handlers:
    """All handlers of one inbox, in order of registration.

    Args:
        budget_s: after how many seconds a call no longer holds up the next.
        failed: called once for each error.
        replaced: called when a function took the place of an earlier one, whose failures are shown no more.
    """

    def __init__(
        self, budget_s: float, failed: Callable[[], None], replaced: Callable[[], None] = lambda: None
    ) -> None:
        self._budget_s = budget_s
        self._failed = failed
        self._replaced = replaced
        self._lock = threading.Lock()
        self._handlers: dict[str, Handler] = {}
        # Replaced, but not finished with what they were given.
        self._leaving: list[Handler] = []

    def add(self, function: Callable[[Any], Any], keep: Filter) -> None:
        """Register a function; one of the same name is replaced and keeps its place."""
        handler = Handler(function, keep, self._budget_s, self._failed)
        with self._lock:
            earlier = self._handlers.get(handler.name)
            self._handlers[handler.name] = handler
            self._leaving = [one for one in (*self._leaving, earlier) if one is not None and not one.over]
        if earlier is not None:
            earlier.close()
            self._replaced()

    @contextmanager
    def wanting(self, row: Row) -> Iterator[list[Handler]]:
        """Give the handlers whose filters the message passes; none of them is replaced inside the block.

        So a message that is handed to them there is seen by the earlier function or by its successor.
        """
        with self._lock:
            yield [handler for handler in self._handlers.values() if handler.filter.keeps(row)]

    @property
    def registered(self) -> bool:
        """Whether there is any."""
        return bool(self._handlers)

    def table(self) -> pd.DataFrame:
        """Show what is registered: one row a handler, in order of registration."""
        with self._lock:
            rows = [handler.row() for handler in self._handlers.values()]
        return pd.DataFrame(rows, columns=list(_DTYPES)).astype(_DTYPES)

    def failures(self) -> list[tuple[str, int, str]]:
        """Give each that failed or was held back: its name, how often it failed, and the last error."""
        with self._lock:
            rows = [handler.row() for handler in self._handlers.values()]
        return [(row["name"], row["errors"], row["last_error"]) for row in rows if row["last_error"]]

    def untold(self) -> list[str]:
        """Give the errors that the user has not been told yet."""
        with self._lock:
            handlers = list(self._handlers.values())
        return [text for handler in handlers for text in handler.untold()]

    def relieve(self) -> None:
        """Tell all handlers that the time of some message is over."""
        with self._lock:
            handlers = list(self._handlers.values())
        for handler in handlers:
            handler.relieve()

    def close(self, wait_s: float) -> dict[str, int]:
        """Take no more messages, and wait for handlers that have not finished with those that came.

        Args:
            wait_s: how long, for all handlers together; coroutines that are cancelled then have another second.

        Returns:
            With how many messages each had not finished then, where there are any.
        """
        by_s = time.monotonic() + wait_s
        with self._lock:
            handlers = [*self._leaving, *self._handlers.values()]
        for handler in handlers:
            handler.close()
        for handler in handlers:
            handler.wait(by_s)
        for handler in handlers:
            handler.drop()
        for handler in handlers:
            handler.wait(by_s + _CANCELLING_S)
        unfinished: Counter[str] = Counter()
        for handler in handlers:
            unfinished[handler.name] += handler.count_unfinished()
        return dict(+unfinished)


def name_of(function: Callable[..., Any]) -> str:
    """Name a handler as its `def` does."""
    return str(getattr(function, "__name__", type(function).__name__))


def _is_async(function: Callable[..., Any]) -> bool:
    # An object with `async def __call__` is called like a coroutine function, but is none.
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(type(function).__call__)


def _plain(result: object) -> object:
    if inspect.iscoroutine(result):
        result.close()
        raise TypeError("it returned a coroutine; write `async def`, or wait for it with oq.run")
    return result


def _described(error: BaseException, function: Callable[..., Any]) -> tuple[str, str]:
    """Say an error in a line with the place in the user's own code, and where it was raised, wherever that is."""
    own_file = getattr(getattr(function, "__code__", None), "co_filename", None)
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if frame.filename == own_file]
    line = f" (line {own[-1].lineno}: {own[-1].line})" if own else ""
    kind = "" if isinstance(error, OpenqqError) else f"{type(error).__name__}: "
    text = _text(error)
    raised = (own or frames)[-1:]
    # An unusable result is refused at one line of ours, whatever it is; some show another address each time.
    place = f"{raised[0].filename}:{raised[0].lineno}" if raised else text
    return f"{kind}{text}{line}", f"{type(error).__name__} {place}"


def _text(error: BaseException) -> str:
    try:
        text = str(error)
    except BaseException as another:  # noqa: BLE001 - code of the user as well, which must not end a lane
        return f"(its text cannot be shown: {type(another).__name__})"
    return text if len(text) <= _SHOWN_CHARACTERS else text[:_SHOWN_CHARACTERS] + " …"
