"""Receives without a notebook: fills the same journal, and answers, but keeps nothing in memory and shows nothing."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar, overload

from openqq_nb.client import Client
from openqq_nb.errors import InvalidInput, JournalFailed, ListenerFailed
from openqq_nb.flows import Flows, Pages
from openqq_nb.inbox.filters import Filter, compiled
from openqq_nb.inbox.frames import Unseen
from openqq_nb.inbox.message import Message
from openqq_nb.inbox.receiver import Receiver
from openqq_nb.inbox.settings import Settings
from openqq_nb.inbox.stats import Stats
from openqq_nb.inbox.ways import Way, in_words
from openqq_nb.journal import Journal
from openqq_nb.listening import holding
from openqq_nb.listening.holding import Hold
from openqq_nb.listening.opening import check_events, check_polls, way_of
from openqq_nb.listening.people import People
from openqq_nb.listening.places import Places, named_journal
from openqq_nb.listening.wanted import Wanted
from openqq_nb.models import Receipt, Recipient
from openqq_nb.protocols.base import Dialect
from openqq_nb.receive.address import Address, checked
from openqq_nb.receive.listener import free_port
from openqq_nb.segments import Content
from openqq_nb.settings import AtPort

Function = TypeVar("Function", bound=Callable[[Message], Any])

_STORING = "storing: JournalFailed: "  # as `Stats.errors` begins where the journal failed


class Collector:
    """Fills the journal of one account until it is stopped.

    Args:
        client: asks the server.
        dialect: how it speaks.
        wanted: where to listen, and the journal to fill.
        pages: in which pieces a history is asked for, and how fast.

    Raises:
        InvalidInput: no journal is to be filled, or no events come at the address.
        NotSupported: the server cannot be polled.
        ListenerFailed: another program fills the journal already.
        JournalFailed: the journal cannot be opened.
    """

    def __init__(self, client: Client, dialect: Dialect, wanted: Wanted, pages: Pages | None = None) -> None:
        self._client = client
        self._wanted = wanted
        flows = Flows(dialect, self._on_sent, self._on_login, pages=pages)
        people = People(client, flows)
        roster = people.keep(client.run(flows.reading.everything(load=False)))
        check_polls(wanted, dialect)
        self._places = Places(str(roster.me["qq"]), remembers=True)
        self._links = people.links()
        path = self._places.journal(wanted)
        if path is None:
            raise InvalidInput("A collector fills a journal, so journal=False means nothing. Name a file.")
        with ExitStack() as on_failure:
            journal = Journal.open(path)
            on_failure.callback(journal.close)
            hold = _hold(journal, path)
            on_failure.callback(hold.let_go)
            way = way_of(wanted, self._places.address(wanted), client, dialect)
            settings = Settings(ended=hold.let_go, catches_prints=False)
            self._receiver = Receiver(dialect, journal, self._links, way, Unseen(), lambda *_: (), settings)
            on_failure.pop_all()

    def start(self) -> None:
        """Begin to receive.

        Raises:
            ListenerFailed: the address cannot be listened on.
        """
        try:
            self._receiver.start()
        except BaseException:
            self._receiver.stop()
            raise
        address = self.way if isinstance(self.way, Address) else None
        holding.sign(self._receiver.journal, "openqq-nb collect", self._places.account, address)
        if address is not None:
            self._places.remember(self._wanted, address)

    @overload
    def on_message(self, function: Function, /) -> Function: ...

    @overload
    def on_message(self, /, **filters: object) -> Callable[[Function], Function]: ...

    def on_message(
        self, function: Function | None = None, /, **filters: object
    ) -> Function | Callable[[Function], Function]:
        """Have a function called with each new received message; see `Inbox.on_message`."""
        keep = compiled(filters, self._links, lambda: self._receiver.login)
        if function is None:
            return lambda given: self._register(given, keep)
        return self._register(function, keep)

    @property
    def way(self) -> Way:
        """How messages come in."""
        return self._receiver.way

    @property
    def in_words(self) -> str:
        """What it is doing, in a phrase."""
        return in_words(self.way)

    @property
    def journal(self) -> Path:
        """The file that is filled."""
        path = self._receiver.journal.path
        assert path is not None  # noqa: S101 - checked when it was made
        return path

    @property
    def stats(self) -> Stats:
        """What came in, what was refused and what went wrong."""
        return self._receiver.stats

    def news(self) -> list[str]:
        """Give what went wrong since this was asked last: errors of handlers and of the receiver itself."""
        return self._receiver.untold()

    def stop(self) -> None:
        """Store what has come, and end."""
        self._receiver.stop()
        self._client.close()

    def check_stored(self) -> None:
        """See that all that came was stored, once it has stopped.

        Raises:
            JournalFailed: some of it could not be, and is lost.
        """
        stats = self.stats
        if not stats.waiting:
            return
        causes = [error.removeprefix(_STORING) for error in stats.errors if error.startswith(_STORING)]
        cause = " ".join(causes[-1].splitlines()) if causes else "why is not known."
        raise JournalFailed(f"{stats.waiting} messages were not stored and are lost: {cause}")

    def _register(self, function: Function, keep: Filter) -> Function:
        self._receiver.handlers.add(function, keep)
        return function

    def _on_sent(self, recipient: Recipient, content: Content, receipt: Receipt | None) -> None:
        self._receiver.record_sent(recipient, content, receipt)

    def _on_login(self) -> None:
        if hasattr(self, "_receiver"):
            self._receiver.begin_login()


def setup(client: Client, dialect: Dialect, wanted: Wanted) -> str:
    """Tell what to put into the server's configuration so that it posts to a collector, and remember that.

    Where somebody fills the journal already, and nothing else is asked for, it is where that one listens.

    Args:
        client: asks the server who the account is.
        dialect: how it speaks.
        wanted: where to listen.

    Raises:
        InvalidInput: the address cannot be meant, or the server is polled: there is nothing to configure.
        ListenerFailed: there is no free port.
    """
    if wanted.via == "poll":
        raise InvalidInput("With --poll the server is asked; there is nothing to put into its configuration.")
    if client.stream is not None and not wanted.address:
        check_events(client)
        raise InvalidInput(
            "Events come over the WebSocket at which the server is asked; there is nothing to put into its "
            "configuration. For a listener beside that name a port."
        )
    places = Places(str(client.run(dialect.me()).column("qq")[0].as_py()), remembers=True)
    running = None if wanted.address else _listening_for(places, wanted)
    if running is not None:
        port, there = running
        places.configured(port, there.secret)
        return dialect.setup(there.url, there.secret)
    address = checked(places.address(wanted))
    if not address.port:
        address = replace(address, port=free_port(address.host))
    places.configured(address.port, address.secret)
    return dialect.setup(address.url, address.secret)


def check(wanted: Wanted) -> None:
    """Refuse what no collector can be started with, before any server is asked.

    Raises:
        InvalidInput: the address cannot be meant, or the journal is no path.
        ListenerFailed: the host is not an address of this machine.
        JournalFailed: the journal has no folder, or the file is no journal.
    """
    if wanted.via == "push":
        secret = "made-later" if wanted.secret is None else wanted.secret
        checked(Address(wanted.host, secret=secret, public_url=wanted.public_url))
        free_port(wanted.host)
    path = named_journal(wanted)
    if path is not None and path.exists():
        Journal.open(path).close()
    elif path is not None and not path.parent.is_dir():
        raise JournalFailed(
            f"The journal {path} cannot be made, so nothing was started. Found: no folder {path.parent}. "
            "Make the folder first, or name another file."
        )


def _listening_for(places: Places, wanted: Wanted) -> tuple[int, AtPort] | None:
    """Find the port at which somebody listens for the account and fills the journal, and who does."""
    path = places.journal(wanted)
    holder = None if path is None else holding.holder_of(path)
    if path is None or holder is None or holder.port is None or holder.account != places.account:
        return None
    found = holding.listening_at(holder.port)
    return (holder.port, found[1]) if found and found[1].journal == path.absolute() else None


def _hold(journal: Journal, path: Path) -> Hold:
    hold = Hold.taken(path)
    if hold is None:
        raise ListenerFailed(
            f"{path} is filled by {journal.holder() or 'another program'} already, so nothing was started. "
            "Stop that one first, or fill another journal with --journal."
        )
    return hold
