"""The receiver: all that lies between a post and its row, whether anybody looks at it or not.

It joins a way in (a listener, a poller, or another program that fills the same journal) with journal, numbers and
handlers. `my.listen()` puts live frames behind it, `openqq-nb collect` does without.
"""

import asyncio
import threading
import time
import warnings
from collections.abc import Sequence
from dataclasses import replace

from openqq_nb.errors import HandlerWarning, InboxWarning
from openqq_nb.inbox import printing, sends
from openqq_nb.inbox.addressed import Addressed
from openqq_nb.inbox.answering import Answering
from openqq_nb.inbox.arriving import Arriving
from openqq_nb.inbox.filling import Filling, Going, Span
from openqq_nb.inbox.frames import Shown
from openqq_nb.inbox.handlers import Handlers
from openqq_nb.inbox.links import Links
from openqq_nb.inbox.numbers import Numbers
from openqq_nb.inbox.presence import Presence
from openqq_nb.inbox.rounds import Round
from openqq_nb.inbox.settings import Settings
from openqq_nb.inbox.shelf import KEPT, Shelf
from openqq_nb.inbox.stats import Counters, Mute, Stats
from openqq_nb.inbox.tail import NOW_AND_THEN_S, SOON_S, Tail, Watch
from openqq_nb.inbox.waits import Rows, Waits
from openqq_nb.inbox.watched import Watched
from openqq_nb.inbox.ways import Followed, Polling, Way
from openqq_nb.inbox.writer import Post, Writer
from openqq_nb.journal import Journal
from openqq_nb.models import Answer, Arrival, Receipt, Recipient, Row
from openqq_nb.protocols.base import Posting
from openqq_nb.receive import intake
from openqq_nb.receive.address import Address, checked
from openqq_nb.receive.connection import Respond
from openqq_nb.receive.crowd import Limits
from openqq_nb.receive.gate import Gate
from openqq_nb.receive.listener import Listener, Sockets
from openqq_nb.receive.loop import LoopThread
from openqq_nb.receive.poller import Poller
from openqq_nb.segments import Content


class Receiver:
    """Takes in, stores, shows and has answered what comes one way.

    Args:
        dialect: how the server speaks.
        journal: where arrivals are stored; closed by `stop`.
        links: the ways to the account.
        way: how arrivals come in.
        shown: where they are shown.
        rows: reads rows that are shown, for those who wait.
        settings: how it works.

    Attributes:
        waits: who waits for messages.
        handlers: the user's functions.
        watched: tells those who look of what went wrong, and of what handlers did.
    """

    def __init__(
        self,
        dialect: Posting,
        journal: Journal,
        links: Links,
        way: Way,
        shown: Shown,
        rows: Rows,
        settings: Settings,
    ) -> None:
        self._dialect = dialect
        self._links = links
        self._clock, self._ended = settings.clock, settings.ended
        self._catches_prints = settings.catches_prints
        self._way = checked(way) if isinstance(way, Address) else way
        self.watched = Watched()
        self._counters = counters = Counters(self.watched.mark, settings.clock)
        self._thread = LoopThread(counters.fail)
        self._shelf = Shelf(journal, shown, counters.fail, settings.clock)
        self.waits = Waits(rows)
        self.handlers = Handlers(settings.budget_s, lambda: counters.add("handler_errors"), self.watched.mark)
        self._numbers = Numbers(
            links.number, links.knows, links.doubts, links.refresh, links.forget, self._fill, counters.fail
        )
        self._answering = Answering(
            self.handlers,
            dialect,
            links.later,
            self._replied,
            counters,
            settings.budget_s,
            mute_later=links.mute_later,
        )
        self._arriving = Arriving(
            self._shelf,
            Addressed(dialect.arrival, lambda: self._me().get("sender_qq"), counters.lose).read,
            self._numbers,
            self.waits,
            self._answering,
            counters,
            follows=isinstance(way, Followed),
            clock=settings.clock,
        )
        self._writer = Writer(
            self._thread,
            self._arriving.store,
            self._respond,
            lambda: self._shelf.unsaved,
            self._arriving.settle,
            counters.fail,
        )
        self._filling = Filling(
            self._thread, self._writer.put, self._shelf, links, way, counters, settings.clock
        )
        self._listener = self._listening(settings.limits)
        self._poller = self._polling()
        self._tail = self._tailing()
        self._watch = Watch(way.gone, self._forsaken) if isinstance(way, Followed) else None
        self._poll_task: asyncio.Task[None] | None = None
        self._answers: set[asyncio.Task[None]] = set()
        self._one_stop = threading.RLock()
        self._started = self._stopped = self.stopping = False

    def start(self) -> None:
        """Begin to take in.

        Raises:
            ListenerFailed: the address cannot be listened on; the journal is closed.
        """
        if self._listener is not None:
            try:
                self._listener.bind()
            except Exception:
                self.journal.close()
                raise
            assert isinstance(self._way, Address)  # noqa: S101 - where a listener is made
            self._way = replace(self._way, port=self._listener.port)
        self._thread.start()
        self._started = True
        if self._catches_prints:
            printing.install()
        try:
            self._thread.run(self._begin())
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Take in no more, send and store what has come; stopping twice does no harm.

        One that was interrupted can be called again, and goes on where it was. One at a time: a handler that stops too
        is not kept waiting, since it is waited for.
        """
        if self.stopping and printing.in_handler():
            return
        with self._one_stop:
            self._stop()

    def _stop(self) -> None:
        if self._stopped:
            return
        self.stopping = True
        if self._started:
            self._end()
        self._stopped = True
        self.waits.close()
        self.journal.close()
        self._ended()
        self.watched.mark()

    @property
    def way(self) -> Way:
        """How arrivals come in; an address has the port that it got."""
        return self._way

    @property
    def journal(self) -> Journal:
        """Where arrivals are stored."""
        return self._shelf.journal

    @property
    def login(self) -> str:
        """The label of the login that arriving messages are taken to be of."""
        return self._arriving.login

    @property
    def running(self) -> bool:
        """Whether it takes in."""
        return self._started and not self.stopping and self._thread.running

    @property
    def records(self) -> bool:
        """Whether sends become rows, as they do until the very end."""
        return self._started and not self._stopped and self._thread.running

    @property
    def stopped(self) -> bool:
        """Whether `stop` was called."""
        return self._stopped

    @property
    def stats(self) -> Stats:
        """What came in, what was refused and what went wrong."""
        connected = 0 if self._listener is None else self._listener.sockets
        return self._counters.shown(self._shelf.waiting, connected)

    @property
    def presence(self) -> Presence:
        """Whether the account is online, as far as posts tell."""
        return self._counters.presence

    @property
    def alarm(self) -> str:
        """What is to be said loudly; empty where nothing is known to be wrong with the account."""
        return self._counters.presence.alarm if self.running else ""

    @property
    def mutes(self) -> Sequence[Mute]:
        """The last mutes that handlers gave, oldest first."""
        return self._counters.mutes()

    def tell(self, stacklevel: int, *, of_handlers: bool = True) -> None:
        """Warn of what went wrong, in the thread of the user who looks; a handler that looks is not told."""
        if printing.in_handler():
            return
        for text in self.handlers.untold() if of_handlers else ():
            warnings.warn(text, HandlerWarning, stacklevel=stacklevel + 1)
        for text in self._counters.untold():
            warnings.warn(text, InboxWarning, stacklevel=stacklevel + 1)

    def untold(self) -> list[str]:
        """Give what went wrong and was not told yet."""
        return [*self.handlers.untold(), *self._counters.untold()]

    def record_sent(self, recipient: Recipient, content: Content, receipt: Receipt | None) -> None:
        """Make a row of a send of the account, and wait for it, for a second at most."""
        row = {**self._me(), **sends.sent_row(recipient, content, receipt)}
        self._writer.call_and_wait(lambda: self._arriving.record(row))

    def record(self, row: Row) -> None:
        """Make a row of something the account sent, soon, unless the server posts it and it is there already."""
        self._writer.call(lambda: self._arriving.record(row))

    def begin_login(self) -> None:
        """Take note that the server was found to have logged in anew, some time before now."""
        self._writer.call(lambda: self._arriving.begin_login(since_now=False))

    @property
    def filling(self) -> bool:
        """Whether something that was missed is not filled in yet."""
        return self._filling.open

    def fill(self, span: Span) -> Going:
        """Begin to fill journal and frames from the history of the server."""
        return self._filling.begin(span)

    def _listening(self, limits: Limits) -> Listener | None:
        if not isinstance(self._way, Address):
            return None
        gate = Gate(self._address, self._dialect.signs, self._counters.lose, self._counters.refuse)
        # Half of what is kept is left to posts, which cannot be held back.
        is_full = lambda: self._shelf.waiting >= KEPT // 2  # noqa: E731 - no more than a look
        sockets = Sockets(self.watched.mark, is_full, self._filling.missed)
        return Listener(gate, self._accept, self._way.host, self._way.port, limits, sockets)

    def _polling(self) -> Poller | None:
        if not isinstance(self._way, Polling):
            return None
        return Poller(self._way.poll, self._fetched, self._counters.fail)

    def _tailing(self) -> Tail | None:
        journal = self._shelf.journal
        if journal.path is None:
            return None
        every_s = SOON_S if isinstance(self._way, Followed) else NOW_AND_THEN_S
        return Tail(journal.version, self._arriving.catch_up, self._shelf.tell, every_s)

    async def _begin(self) -> None:
        for one in self._beside():
            await one.start()
        if self._listener is not None:
            await self._listener.start()
        if self._poller is not None:
            self._poll_task = asyncio.create_task(self._poller.run())
            self._poll_task.add_done_callback(self._polled)

    def _end(self) -> None:
        """End from the outside in, so that what has come is still answered and stored."""
        for step in (
            self._answering.hurry,
            lambda: self._thread.run(self._close()),
            # A handler that waits for the next message would be waited for.
            self.waits.close,
            self._send_late,
            self._numbers.stop,
            lambda: self._thread.run(self._settle()),
        ):
            try:
                step()
            except Exception as error:  # noqa: BLE001 - what follows is to be ended all the same; kept and shown
                self._counters.fail("stopping", error)
        self._tell_of_losses()
        self._thread.stop()
        if self._catches_prints:
            printing.uninstall()

    def _send_late(self) -> None:
        unsent = self._answering.stop()
        if unsent:
            self._counters.lose(
                f"{_counted(unsent, 'late reply')} not sent, because the inbox was stopped before."
            )

    def _tell_of_losses(self) -> None:
        unstored = self._shelf.waiting
        if unstored:
            self._counters.lose(
                f"{_counted(unstored, 'message')} not stored in {self.journal.path}, and will be gone with this "
                "program: the inbox was stopped while the journal could not be written to. In a notebook inbox.df "
                "still has them."
            )

    async def _close(self) -> None:
        if self._poller is not None and self._poll_task is not None:
            # What comes while the server still holds its answer would be lost if nobody waited for it.
            self._poller.stop()
            await asyncio.wait([self._poll_task])
        if self._listener is not None:
            await self._listener.stop()
        for one in self._beside():
            await one.stop()

    def _beside(self) -> "list[Tail | Watch | Filling]":
        return [one for one in (self._tail, self._watch, self._filling) if one is not None]

    async def _settle(self) -> None:
        if self._shelf.unsaved:
            self._arriving.settle()

    def _address(self) -> Address:
        assert isinstance(self._way, Address)  # noqa: S101 - as above
        return self._way

    def _accept(self, body: bytes, respond: Respond) -> None:
        self._writer.put(Post(body, respond))

    async def _fetched(self, bodies: Sequence[bytes]) -> None:
        for body in bodies:
            self._writer.put(Post(body))

    def _polled(self, task: "asyncio.Task[None]") -> None:
        error = None if task.cancelled() else task.exception()
        if isinstance(error, Exception):
            self._counters.fail("polling", error)

    def _forsaken(self) -> None:
        """Say that nothing comes any more, also to those who wait for it."""
        assert isinstance(self._way, Followed)  # noqa: S101 - where a watch is made
        why = f"{self._way.by} has ended, so that nothing comes any more"
        self._counters.lose(f"{why}. my.listen() listens itself.")
        self.waits.give_up(why)

    def _respond(self, post: Post) -> None:
        if post.told is not None:
            post.told(post)
        if post.respond is None:
            return
        if isinstance(post.outcome, Answer):
            post.respond(post.outcome)
        elif post.outcome is not None:
            task = asyncio.get_running_loop().create_task(self._answer(post.respond, post.outcome, post.at_s))
            self._answers.add(task)
            task.add_done_callback(self._answers.discard)

    async def _answer(self, respond: Respond, found: Round, begun_s: float) -> None:
        left_s = self._answering.budget_s - (time.monotonic() - begun_s)
        try:
            answer = await self._answering.answer_of(found, left_s)
        except Exception as error:  # noqa: BLE001 - whoever posts is answered all the same; kept and shown
            self._counters.fail("answering", error)
            answer = intake.NOTHING_TO_SAY
        respond(answer)

    def _replied(self, arrival: Arrival, content: Content) -> None:
        if not self._dialect.posts_own:
            reply = sends.reply_row(arrival.row, content, self._clock())
            self.record({**self._me(), **{name: cell for name, cell in reply.items() if cell is not None}})

    def _me(self) -> Row:
        try:
            return self._links.me()
        except Exception as error:  # noqa: BLE001 - code of another layer; kept and shown, and costs no row
            self._counters.fail("looking up the account", error)
            return {}

    def _fill(self) -> None:
        self._writer.call(self._arriving.fill)


def _counted(count: int, what: str) -> str:
    many = what[:-1] + "ies" if what.endswith("y") else what + "s"
    return f"{count} {what if count == 1 else many} {'was' if count == 1 else 'were'}"
