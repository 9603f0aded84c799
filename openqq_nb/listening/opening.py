"""Opens an inbox: it listens or polls, or it follows whoever fills the journal already."""

import errno
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from openqq_nb.client import Client
from openqq_nb.errors import FollowingWarning, InvalidInput, ListenerFailed, NotSupported, warn_outside
from openqq_nb.inbox import Inbox
from openqq_nb.inbox.settings import Settings
from openqq_nb.inbox.ways import Followed, Polling, Stream, Way
from openqq_nb.journal import Holder, Journal
from openqq_nb.listening import holding
from openqq_nb.listening.holding import Hold
from openqq_nb.listening.people import People
from openqq_nb.listening.places import Places
from openqq_nb.listening.wanted import Wanted
from openqq_nb.protocols.base import Dialect
from openqq_nb.receive.address import Address
from openqq_nb.settings import AtPort


class Opening:
    """Opens inboxes of one account.

    Args:
        client: asks the server.
        dialect: how it speaks.
        people: who is who.
        places: where to listen and to keep messages.
    """

    def __init__(self, client: Client, dialect: Dialect, people: People, places: Places) -> None:
        self._client = client
        self._dialect = dialect
        self._people = people
        self._places = places

    def inbox(self, wanted: Wanted) -> Inbox:
        """Open an inbox.

        Raises:
            ListenerFailed: the port is taken by somebody who does not fill a journal, or cannot be had.
            JournalFailed: the journal cannot be opened.
            NotSupported: the server cannot be polled.
            InvalidInput: no events come at its address.
        """
        check_polls(wanted, self._dialect)
        path = self._places.journal(wanted)
        address = self._places.address(wanted)
        # Opened before it is held, so that nothing is left beside what is no journal.
        journal = Journal.open(path)
        with ExitStack() as on_failure:
            on_failure.callback(journal.close)
            inbox = self._receiving_or_following(journal, wanted, address)
            on_failure.pop_all()
        return inbox

    def _receiving_or_following(self, journal: Journal, wanted: Wanted, address: Address) -> Inbox:
        hold = None if journal.path is None else Hold.taken(journal.path)
        if journal.path is not None and hold is None and self._is_followed(journal.holder(), wanted):
            return self._following(journal, journal.path)
        try:
            return self._receiving(journal, hold, wanted, address)
        except ListenerFailed as error:
            there = holding.listening_at(address.port) if _is_taken(error) else None
            if there is None:
                raise
            return self._following_at(*there, wanted, error)

    def _is_followed(self, holder: Holder | None, wanted: Wanted) -> bool:
        """Tell whether to follow who fills the journal: with a port of its own an inbox listens beside it."""
        return (
            holder is not None
            and holder.account == self._places.account
            and wanted.port in (None, holder.port)
        )

    def _following_at(self, holder: Holder, there: AtPort, wanted: Wanted, error: ListenerFailed) -> Inbox:
        """Follow who listens at the port, if neither another port nor another journal was asked for."""
        own = there.account == self._places.account
        if own and wanted.port is None and wanted.journal in (None, True):
            return self._following(Journal.open(there.journal), there.journal)
        whose, instead = (
            ("this account", f"Follow it with my.listen(journal={str(there.journal)!r}), or")
            if own
            else ("another account", "Stop it, or")
        )
        raise ListenerFailed(
            f"The port {holder.port} is taken, so nothing listens. Found: {holder} listens there for {whose} and "
            f"fills {there.journal}. {instead} listen on another port; port=0 picks a free one."
        ) from error

    def _receiving(self, journal: Journal, hold: Hold | None, wanted: Wanted, address: Address) -> Inbox:
        with ExitStack() as on_failure:
            if hold is not None:
                on_failure.callback(hold.let_go)
            inbox = self._inbox(journal, way_of(wanted, address, self._client, self._dialect), _ending(hold))
            on_failure.callback(inbox.start().stop)
            listens_at = inbox.way if isinstance(inbox.way, Address) else None
            if hold is not None:
                holding.sign(journal, "a notebook", self._places.account, listens_at)
            if listens_at is not None:
                self._places.remember(wanted, listens_at)
            on_failure.pop_all()
        return inbox

    def _following(self, journal: Journal, path: Path) -> Inbox:
        by = str(journal.holder() or "another program")
        warn_outside(
            f"{by} receives for this account already and fills {path}. This inbox follows it: it shows what comes "
            "there, handlers are called here too, and replies go out as messages of their own.",
            FollowingWarning,
        )
        way = Followed(by, lambda: not holding.is_held(path))
        return self._inbox(journal, way, _ending(None)).start()

    def _inbox(self, journal: Journal, way: Way, ended: Callable[[], None]) -> Inbox:
        return Inbox(self._dialect, journal, self._people.links(), way, Settings(ended=ended))


def check_polls(wanted: Wanted, dialect: Dialect) -> None:
    """Refuse to poll a server that cannot be.

    Raises:
        NotSupported: the dialect has no such call.
    """
    if wanted.via == "poll" and not dialect.polls:
        raise NotSupported(
            f"A server of the dialect {dialect.name} cannot be polled, so nothing listens. It can only post to where "
            "it reaches this machine: listen there, with a host and a public URL."
        )


def way_of(wanted: Wanted, address: Address, client: Client, dialect: Dialect) -> Way:
    """Give how messages are to come in.

    Raises:
        InvalidInput: they are to come over a WebSocket at which there are none.
    """
    if wanted.via == "poll":
        return Polling(lambda: client.run_async(dialect.poll()))
    stream = None if wanted.address else client.stream
    if stream is None:
        return address
    check_events(client)
    return Stream(
        client.url,
        lambda on_event, on_gap: stream.subscribe(on_event, on_gap, dialect.token),
        lambda: stream.connected,
    )


def check_events(client: Client) -> None:
    """Refuse to wait for events at an address that takes calls only.

    Raises:
        InvalidInput: the address is one.
    """
    if client.stream is not None and client.stream.calls_only:
        raise InvalidInput(
            f"At {client.url} a server takes calls and sends no events, so nothing listens. Leave /api away: both go "
            f"over {client.url.removesuffix('/api')}. Or name a port, and the server can post to a listener there."
        )


def _is_taken(error: ListenerFailed) -> bool:
    return isinstance(error.__cause__, OSError) and error.__cause__.errno == errno.EADDRINUSE


def _ending(hold: Hold | None) -> Callable[[], None]:
    return hold.let_go if hold is not None else lambda: None
