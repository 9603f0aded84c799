"""The inbox: what `my.listen()` gives. It joins listener, journal, live frames, handlers and waits."""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import TracebackType
from typing import Any, Self, TypeVar, overload

import pandas as pd

from openqq_nb.errors import InvalidInput, ListenerFailed
from openqq_nb.inbox import printing, sends
from openqq_nb.inbox.aio import AsyncInbox
from openqq_nb.inbox.answering import BUDGET_S, Answering
from openqq_nb.inbox.arriving import Arriving
from openqq_nb.inbox.filters import Filter, compiled
from openqq_nb.inbox.handlers import Handlers
from openqq_nb.inbox.links import Links
from openqq_nb.inbox.message import Message
from openqq_nb.inbox.numbers import Numbers
from openqq_nb.inbox.setup import Setup
from openqq_nb.inbox.shelf import Shelf
from openqq_nb.inbox.stats import Counters, Stats
from openqq_nb.inbox.waiting import Waiting
from openqq_nb.inbox.waits import Waits
from openqq_nb.inbox.writer import Writer
from openqq_nb.journal import Journal
from openqq_nb.models import Answer, Arrival, Receipt, Recipient, Row
from openqq_nb.protocols.base import Dialect
from openqq_nb.receive import intake
from openqq_nb.receive.address import Address, checked
from openqq_nb.receive.intake import Push, Refusal
from openqq_nb.receive.listener import Listener

Function = TypeVar("Function", bound=Callable[[Message], Any])

_TYPED = ("aio", "df", "events", "handlers", "on_message", "setup", "stats", "stop", "url", "wait")
"""What people type, and Tab shows."""

_LOOK = 3
"""How far below `_tell` the line of the user stands that looks at the inbox."""


class Inbox:
    """Received messages, live.

    Made by `my.listen()`. It is a context manager, and takes over the journal, which it closes when stopped.

    Args:
        dialect: how the server speaks.
        journal: where arrivals are kept.
        links: the ways to the account.
        address: where to listen.
        budget_s: the seconds that the handlers of one message have together.
        clock: tells the time in UTC seconds.

    Attributes:
        aio: the awaitable twins of what waits.
    """

    def __init__(
        self,
        dialect: Dialect,
        journal: Journal,
        links: Links,
        address: Address,
        *,
        budget_s: float = BUDGET_S,
        clock: Callable[[], float] = time.time,
    ) -> None:
        # Called again and again while a cell waits.
        self.ticks: list[Callable[[], None]] = []
        self._dialect = dialect
        self._links = links
        self._address = checked(address)
        self._clock = clock
        self._counters = Counters()
        self._shelf = Shelf(journal, self._counters.fail)
        self._waits = Waits(self._shelf.rows)
        self._handlers = Handlers(budget_s, lambda: self._counters.add("handler_errors"))
        self._numbers = Numbers(
            links.number,
            links.knows,
            links.doubts,
            links.refresh,
            links.forget,
            self._fill,
            self._counters.fail,
        )
        self._answering = Answering(
            self._handlers, dialect.answer, links.later, self._replied, self._counters, budget_s
        )
        self._arriving = Arriving(
            self._shelf,
            dialect.arrival,
            lambda: self._address,
            self._numbers,
            self._waits,
            self._answering,
            self._counters,
            clock,
        )
        self._writer = Writer(
            self._arriving.store, lambda: self._shelf.unsaved, self._shelf.settle, self._counters.fail
        )
        self._listener = Listener(self._screen, self._accept, address.host, address.port, self._refused)
        self._waiting = Waiting(self._waits, self._compiled, self._shelf.messages.take, self.ticks)
        self.aio = AsyncInbox(self._waiting, self._tell)
        self._started = self._stopped = False

    def start(self) -> Self:
        """Begin to listen.

        Raises:
            ListenerFailed: the address cannot be listened on.
        """
        try:
            self._listener.start()
        except ListenerFailed:
            self.journal.close()
            raise
        self._address = replace(self._address, port=self._listener.port)
        self._writer.start()
        printing.install()
        self._started = True
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def __dir__(self) -> list[str]:
        return list(_TYPED)

    def __repr__(self) -> str:
        self._tell()
        state = "stopped" if self._stopped else f"listening at {self._address.masked}"
        kept = self.journal.path or "in memory only"
        handlers = len(self._handlers.table())
        return (
            f"<Inbox {state}: {len(self._shelf.messages)} messages, {len(self._shelf.events)} events, "
            f"{handlers} handlers; kept {kept}>"
        )

    @property
    def df(self) -> pd.DataFrame:
        """All messages: those the journal kept before, then those that came; a new frame at each access.

        Returns:
            One row a message in order of arrival, columns and dtypes of `schema.MESSAGES`.
        """
        self._tell()
        return self._shelf.messages.frame()

    @property
    def events(self) -> pd.DataFrame:
        """All events.

        Returns:
            One row an event in order of arrival, columns and dtypes of `schema.EVENTS`.
        """
        self._tell()
        return self._shelf.events.frame()

    @property
    def handlers(self) -> pd.DataFrame:
        """What is registered under `on_message`, and what became of it.

        Returns:
            One row a handler, in order of registration: `name filters calls replies errors last_error printed`.
        """
        self._tell()
        return self._handlers.table()

    @property
    def stats(self) -> Stats:
        """What came in, what was refused and what went wrong since `listen()`."""
        self._tell()
        return self._counters.shown(self._shelf.waiting, tuple(self._listener.errors))

    @property
    def url(self) -> str:
        """The address that the server is to post to, with its secret."""
        return self._address.url

    @property
    def address(self) -> Address:
        """Where this inbox listens, with the port it got."""
        return self._address

    @property
    def journal(self) -> Journal:
        """Where arrivals are kept."""
        return self._shelf.journal

    @property
    def running(self) -> bool:
        """Whether posts are taken."""
        return not self._stopped and self._listener.running

    def setup(self) -> Setup:
        """Tell what to put into the server's configuration so that it posts here; shows the secret.

        Returns:
            A `Setup`: lines to paste, shown as they are to be written.

        Source:
            API document §10.

        Example:
            >>> import openqq_nb as oq
            >>> with oq.demo().listen() as inbox:
            ...     inbox.url in inbox.setup().text
            True
        """
        return Setup(self._dialect.setup(self.url))

    @overload
    def on_message(self, function: Function, /) -> Function: ...

    @overload
    def on_message(self, /, **filters: object) -> Callable[[Function], Function]: ...

    def on_message(
        self, function: Function | None = None, /, **filters: object
    ) -> Function | Callable[[Function], Function]:
        """Have a function called with each new received message: a decorator, bare or with filters.

        The function may be `async def`. It returns None, a text, an `oq.Reply` or the document's dict; the
        first answer in order of registration is written back. It has 3 seconds; a reply that comes later is
        sent as a message of its own. A function of the same name replaces the earlier one. An `async def`
        must not block: it shares a loop with the other calls of its own.

        Args:
            function: takes one `Message`.
            filters: `contains`, `matches`, `since`, `until`, `group`, `sender`, or any column of `inbox.df`
                with a value or a list of values.

        Returns:
            The function itself, so that it can be called as before.

        Raises:
            InvalidInput: a filter names no column, or a value that the column cannot have.
            NotFound, Ambiguous: `group` or `sender` does not name exactly one.

        Source:
            API document §10.

        Example:
            >>> import openqq_nb as oq
            >>> my = oq.demo()
            >>> with my.listen() as inbox:
            ...     @inbox.on_message(contains="签到")
            ...     def checkin(message):
            ...         return f"{message.sender}，签到成功"
            ...     message = my.simulator.say("小灰", "签到")
            ...     posted = my.simulator.wait_posted()
            ...     my.simulator.received[-1].content
            '小灰，签到成功'
        """
        keep = self._compiled(filters)
        if function is None:
            return lambda given: self._register(given, keep)
        return self._register(function, keep)

    def wait(self, n: int = 1, timeout: float | None = 30, **filters: object) -> pd.DataFrame:
        """Wait for the next received messages that no earlier wait has returned.

        Args:
            n: how many.
            timeout: the longest wait in seconds; None waits without an end.
            filters: as for `on_message`; messages that do not pass stay for later waits.

        Returns:
            `n` rows with the columns of `inbox.df`, in order of arrival.

        Raises:
            TimedOut: fewer came; they are in its `df`, and stay for later waits.
            NestedWait: called in a widget callback.

        Example:
            >>> import openqq_nb as oq
            >>> my = oq.demo()
            >>> with my.listen() as inbox:
            ...     message = my.simulator.say("小灰", "在吗？")
            ...     inbox.wait(1, timeout=10)[["sender", "content"]].values.tolist()
            [['小灰', '在吗？']]
        """
        self._tell()
        return self._waiting.wait(n, timeout, filters)

    def hears(self, timeout: float) -> bool:
        """Tell whether a received message comes within so many seconds, and leave it to later waits."""
        return self._waiting.hears(timeout)

    def stop(self) -> None:
        """Stop listening; what came stays in `df`. Stopping twice does no harm."""
        if self._stopped:
            return
        self._stopped = True
        if self._started:
            self._end_threads()
        self._waits.close()
        self.journal.close()

    def _end_threads(self) -> None:
        """End them from the outside in, so that what has come is still answered and stored."""
        self._answering.hurry()
        self._listener.stop()
        self._answering.stop()
        self._numbers.stop()
        self._writer.call(self._shelf.settle)
        self._writer.stop()
        printing.uninstall()

    def record_sent(self, recipient: Recipient, content: str, receipt: Receipt | None) -> None:
        """Make a row of a send of the account; called after each.

        When it returns, the row is in `df`, unless the journal takes longer than a second.

        Args:
            recipient: whom it went to.
            content: the text.
            receipt: the server's word; None when no answer came.
        """
        row = {**self._me(), **sends.sent_row(recipient, content, receipt)}
        self._writer.call_and_wait(lambda: self._arriving.record(row))

    def record(self, row: Row) -> None:
        """Make a row of something the account sent, soon, unless the server posts it and it is there already.

        Args:
            row: in the columns of messages.
        """
        self._writer.call(lambda: self._arriving.record(row))

    def begin_login(self) -> None:
        """Take note that the server was found to have logged in anew, some time before now; called from any thread."""
        self._writer.call(lambda: self._arriving.begin_login(since_now=False))

    def _compiled(self, filters: Mapping[str, object]) -> Filter:
        return compiled(filters, self._links, self._arriving.login)

    def _register(self, function: Function, keep: Filter) -> Function:
        if self._stopped:
            raise InvalidInput(
                "This inbox was stopped, so nothing was registered. Listen again with my.listen()."
            )
        if not callable(function):
            raise InvalidInput(f"on_message takes a function; found {function!r}. Write it above a def.")
        self._handlers.add(function, keep)
        return function

    def _screen(self, head: Push) -> Refusal | None:
        return intake.screen(head, self._address)

    def _refused(self, refusal: Refusal) -> None:
        self._counters.refuse(refusal.reason)

    async def _accept(self, push: Push) -> Answer:
        end_s = time.monotonic() + self._answering.budget_s
        outcome = await self._writer.put(push)
        if isinstance(outcome, Answer):
            return outcome
        return await self._answering.answer_of(outcome, end_s - time.monotonic())

    def _replied(self, arrival: Arrival, text: str) -> None:
        if not self._dialect.posts_own:
            reply = sends.reply_row(arrival.row, text, self._clock())
            self.record({**self._me(), **{name: cell for name, cell in reply.items() if cell is not None}})

    def _me(self) -> Row:
        try:
            return self._links.me()
        except Exception as error:  # noqa: BLE001 - code of another layer; kept and shown, and costs no row
            self._counters.fail("looking up the account", error)
            return {}

    def _fill(self) -> None:
        self._writer.call(self._arriving.fill)

    def _tell(self) -> None:
        self._handlers.tell(_LOOK)
