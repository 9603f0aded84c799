"""The inbox: what `my.listen()` gives. It joins listener, journal, live frames, handlers and waits."""

from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar, overload

import pandas as pd

from openqq_nb.errors import InvalidInput
from openqq_nb.inbox import login_code
from openqq_nb.inbox.aio import AsyncInbox
from openqq_nb.inbox.filling import Span, fill
from openqq_nb.inbox.filters import Filter, compiled
from openqq_nb.inbox.frames import Frames, plain_rows
from openqq_nb.inbox.links import Links
from openqq_nb.inbox.login_code import LoginCode
from openqq_nb.inbox.message import Message
from openqq_nb.inbox.receiver import Receiver
from openqq_nb.inbox.settings import SETTINGS, Settings
from openqq_nb.inbox.stats import Stats
from openqq_nb.inbox.waiting import Waiting
from openqq_nb.inbox.ways import Way
from openqq_nb.inbox.whereabouts import Whereabouts
from openqq_nb.journal import Journal
from openqq_nb.models import Receipt, Recipient, Row
from openqq_nb.protocols.base import Posting
from openqq_nb.segments import Content

if TYPE_CHECKING:
    from openqq_nb.widgets.feed import Feed

Function = TypeVar("Function", bound=Callable[[Message], Any])

_TYPED = (
    "aio", "backfill", "df", "events", "feed", "handlers", "login_code", "on_message", "setup", "stats", "stop", "url",
    "wait",
)  # fmt: skip
"""What people type, and Tab shows."""

_LOOK = 3
"""How far below `_tell` the line of the user stands that looks at the inbox."""


class Inbox(Whereabouts):
    """Received messages, live.

    Made by `my.listen()`. It is a context manager, and takes over the journal, which it closes when stopped.

    Args:
        dialect: how the server speaks.
        journal: where arrivals are kept.
        links: the ways to the account.
        way: how arrivals come in: an address to listen at, polling, or another program that fills the journal.
        settings: how it works.

    Attributes:
        aio: the awaitable twins of what waits.
    """

    def __init__(
        self, dialect: Posting, journal: Journal, links: Links, way: Way, settings: Settings = SETTINGS
    ) -> None:
        # Called again and again while a cell waits.
        self.ticks: list[Callable[[], None]] = []
        self._links = links
        self._frames = Frames(journal)
        super().__init__(dialect, Receiver(dialect, journal, links, way, self._frames, self._rows, settings))
        self._waiting = Waiting(self._receiver.waits, self._compiled, self._frames.messages.take, self.ticks)
        self.aio = AsyncInbox(self._waiting, self._receiver, self.ticks, self._tell)

    def start(self) -> Self:
        """Begin to take in.

        Raises:
            ListenerFailed: the address cannot be listened on.
        """
        self._receiver.start()
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
        kept = self.journal.path or "in memory only"
        handlers = len(self._receiver.handlers.table())
        code = "; the server waits for its login code: see inbox.login_code" if self.login_code else ""
        return (
            f"<Inbox {self.state}: {len(self._frames.messages)} messages, {len(self._frames.events)} events, "
            f"{handlers} handlers; kept {kept}{code}{self._alarm}>"
        )

    @property
    def df(self) -> pd.DataFrame:
        """All messages: those the journal kept before, then those that came; a new frame at each access.

        Returns:
            One row a message in order of arrival, columns and dtypes of `schema.MESSAGES`.
        """
        self._tell()
        return self._frames.messages.frame()

    @property
    def events(self) -> pd.DataFrame:
        """All events.

        Returns:
            One row an event in order of arrival, columns and dtypes of `schema.EVENTS`.
        """
        self._tell()
        return self._frames.events.frame()

    @property
    def login_code(self) -> LoginCode | None:
        """The login code that the server wants to have scanned; None when it wants none.

        Returns:
            A `LoginCode`, which a cell shows as a picture. Only 2.x servers post theirs.

        Source:
            recorded posts of 2.x, event `input_qrcode`.

        Example:
            >>> import openqq_nb as oq
            >>> with oq.demo("openqq2").listen() as inbox:
            ...     inbox.login_code is None
            True
        """
        self._tell()
        return login_code.waiting(self._frames.events.frame())

    @property
    def handlers(self) -> pd.DataFrame:
        """What is registered under `on_message`, and what became of it.

        Returns:
            One row a handler, in order of registration: `name filters calls replies errors last_error printed`.
        """
        self._tell()
        return self._receiver.handlers.table()

    @property
    def stats(self) -> Stats:
        """What came in, what was refused and what went wrong since `listen()`."""
        self._tell()
        return self._receiver.stats

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
        if filters.get("own") is True:
            raise InvalidInput(
                "on_message is called for received messages only, so own=True would never fire. Look at inbox.df."
            )
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

    def backfill(
        self, since: object = None, *, groups: object = None, friends: object = None
    ) -> pd.DataFrame:
        """Fill journal and frame with what was written while nothing came in, from the history of the server.

        Each chat is gone back to the last message that the journal had of it when this inbox began, or for 7 days if it
        had none; a page a second is asked for at most. What is there already is not there twice; the account's own
        messages are filled in as well. Waits see what is new, handlers only what is not older than a minute.

        Args:
            since: how far back to go in each chat, in place of that: after an earlier one that was cut off, say.
            groups: groups by name, number or row, or a list of these; without it all of the account.
            friends: the same for friends; without it all with whom the journal has messages. Where only one of `groups`
                and `friends` is given, nothing else is filled.

        Returns:
            One row a chat, columns and dtypes of `schema.BACKFILL`: `messages` is how many new ones came. A chat that
            failed says why under `problem`, and is left as it was.

        Raises:
            NotSupported: Openqq servers keep no history; or this inbox follows another program.
            NotFound, Ambiguous: a name does not mean exactly one.
            InvalidInput: `since` is no moment, or the inbox was stopped.

        Source:
            recorded answers of NapCat and LLBot to `get_group_msg_history` and `get_friend_msg_history`, extensions of
            OneBot 11.

        Example:
            >>> import openqq_nb as oq
            >>> with oq.demo().listen() as inbox:
            ...     try:
            ...         inbox.backfill()
            ...     except oq.NotSupported as error:
            ...         print(str(error).partition(";")[0])
            A server of the dialect openqq1 keeps no history that could be asked for
        """
        self._tell()
        return fill(self._receiver, Span.of(since, groups, friends), self.ticks)

    def feed(self, **filters: object) -> "Feed":
        """Make a widget that shows messages as they arrive.

        Args:
            filters: as for `on_message`; other messages are not shown in it at all. In the widget itself a person
                filters further.

        Returns:
            A `Feed`, which a cell shows; it goes on while other cells run `wait`. `close()` ends it.

        Raises:
            InvalidInput: a filter names no column, or a value that the column cannot have.
            NotFound, Ambiguous: `group` or `sender` does not name exactly one.
            NotSupported: what widgets need is not installed.

        Example:
            >>> import openqq_nb as oq
            >>> with oq.demo().listen() as inbox:
            ...     feed = inbox.feed(type="group_message")
            ...     feed.close()
        """
        # ipywidgets is loaded when it is used.
        from openqq_nb.inbox.feeding import made_feed  # noqa: PLC0415

        self._tell()
        return made_feed(self._frames, self._receiver, self._links, self._compiled(filters), self.ticks)

    def hears(self, timeout: float) -> bool:
        """Tell whether a received message comes within so many seconds, and leave it to later waits."""
        return self._waiting.hears(timeout)

    def stop(self) -> None:
        """Stop listening; what came stays in `df`. Stopping twice does no harm.

        Handlers have as long as for one message, 3 seconds, for what has come before; whether one has not finished by
        then is told. Where a handler stops the inbox itself, what waits for it or runs beside it has no time left.
        """
        self._receiver.stop()
        self._receiver.tell(_LOOK - 1, of_handlers=False)

    def finish(self) -> None:
        """Bring a `stop` to its end that was interrupted."""
        if self._receiver.stopping:
            self.stop()

    def record_sent(self, recipient: Recipient, content: Content, receipt: Receipt | None) -> None:
        """Make a row of a send of the account; called after each.

        When it returns, the row is in `df`, unless the journal takes longer than a second.

        Args:
            recipient: whom it went to.
            content: the text, or the parts.
            receipt: the server's word; None when no answer came.
        """
        self._receiver.record_sent(recipient, content, receipt)

    def record(self, row: Row) -> None:
        """Make a row of something the account sent, soon, unless the server posts it and it is there already.

        Args:
            row: in the columns of messages.
        """
        self._receiver.record(row)

    def begin_login(self) -> None:
        """Take note that the server was found to have logged in anew, some time before now; called from any thread."""
        self._receiver.begin_login()

    def _compiled(self, filters: Mapping[str, object]) -> Filter:
        return compiled(filters, self._links, lambda: self._receiver.login)

    def _register(self, function: Function, keep: Filter) -> Function:
        if self._receiver.stopped:
            raise InvalidInput(
                "This inbox was stopped, so nothing was registered. Listen again with my.listen()."
            )
        if not callable(function):
            raise InvalidInput(f"on_message takes a function; found {function!r}. Write it above a def.")
        self._receiver.handlers.add(function, keep)
        return function

    def _rows(self, positions: Sequence[int], columns: Sequence[str]) -> list[Row]:
        return plain_rows(self._frames.messages.take(positions, columns))

    def _tell(self) -> None:
        self._receiver.tell(_LOOK)
