"""Opens an inbox: it listens or polls, or it follows whoever fills the journal already."""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from openqq_nb.client import Client
from openqq_nb.errors import FollowingWarning, ListenerFailed, NotSupported, warn_outside
from openqq_nb.inbox import Inbox
from openqq_nb.inbox.receiver import Settings
from openqq_nb.inbox.ways import Followed, Polling, Way
from openqq_nb.journal import Holder, Journal
from openqq_nb.listening import holding
from openqq_nb.listening.holding import Hold
from openqq_nb.listening.people import People
from openqq_nb.listening.places import Places
from openqq_nb.listening.wanted import Wanted
from openqq_nb.protocols.base import Dialect
from openqq_nb.receive.address import Address


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
        if journal.path is not None and hold is None:
            holder = journal.holder()
            if holder is not None and _is_followed(holder, wanted, address):
                return self._following(journal, journal.path)
        try:
            return self._receiving(journal, hold, wanted, address)
        except ListenerFailed:
            found = holding.journal_at(address.port) if wanted.via == "push" else None
            if found is None:
                raise
            return self._following(Journal.open(found), found)

    def _receiving(self, journal: Journal, hold: Hold | None, wanted: Wanted, address: Address) -> Inbox:
        with ExitStack() as on_failure:
            if hold is not None:
                on_failure.callback(hold.let_go)
            inbox = self._inbox(journal, way_of(wanted, address, self._client, self._dialect), _ending(hold))
            on_failure.callback(inbox.start().stop)
            port = inbox.address.port if isinstance(inbox.way, Address) else None
            if hold is not None:
                holding.sign(journal, "a notebook", port)
            if isinstance(inbox.way, Address):
                self._places.remember(wanted, inbox.way)
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
            "it reaches this machine: my.listen(host=..., public_url=...)."
        )


def way_of(wanted: Wanted, address: Address, client: Client, dialect: Dialect) -> Way:
    """Give how messages are to come in."""
    return address if wanted.via == "push" else Polling(lambda: client.run_async(dialect.poll()))


def _is_followed(holder: Holder, wanted: Wanted, address: Address) -> bool:
    """Tell whether to follow who fills the journal; a second notebook may listen at another port beside the first."""
    beside = wanted.via == "push" and wanted.port is not None and address.port != holder.port
    return holder.kind == "openqq-nb collect" or not beside


def _ending(hold: Hold | None) -> Callable[[], None]:
    return hold.let_go if hold is not None else lambda: None
