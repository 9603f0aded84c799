"""From the settings of `my.listen()` to a running inbox: address, journal, and the ways back to the account."""

import math
import secrets
import weakref
from collections.abc import Callable, Collection
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from openqq_nb import messages, settings
from openqq_nb.client import Client
from openqq_nb.doctor.listener import Heard, heard
from openqq_nb.errors import Ambiguous, InvalidInput, NotFound
from openqq_nb.flows import Flows
from openqq_nb.models import Cell, Receipt, Recipient, Row
from openqq_nb.receive.address import Address
from openqq_nb.roster import Roster, Who, pick_groups, pick_person

if TYPE_CHECKING:
    from openqq_nb.inbox import Inbox
    from openqq_nb.journal import Journal

PostTo = Callable[[str | None], None]

Resolve = Callable[[Roster, Who], Collection[tuple[str, str]]]
"""From a name to the columns and values of messages that it stands for."""

_PATH = "openqq"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What `my.listen()` was asked for; see there."""

    port: int | None
    journal: str | Path | bool | None
    path: str | None
    secret: str | None = field(repr=False)
    host: str
    public_url: str | None


@dataclass(eq=False, slots=True, weakref_slot=True)
class Running:
    """An inbox with the settings it was started with."""

    inbox: "Inbox"
    wanted: Wanted


# A cell run again makes a new account object, and is to find the inbox that already listens for it.
_running: weakref.WeakValueDictionary[tuple[str, str], Running] = weakref.WeakValueDictionary()


class Listening:
    """At most one inbox of an account, with the roster that gives its messages their numbers.

    Args:
        client: asks the server.
        flows: what to ask.
        post_to: tells the server where to post, where that can be done from here, as with a simulator. Then
            nothing is remembered and the journal is fresh, because such a server is gone afterwards too.
    """

    def __init__(self, client: Client, flows: Flows, post_to: PostTo | None = None) -> None:
        self._client = client
        self._flows = flows
        self._post_to = post_to
        self._roster: Roster | None = None
        self._now: Running | None = None

    def start(self, wanted: Wanted) -> "Inbox":
        """Start to listen, or give the inbox that runs with the same settings.

        Raises:
            InvalidInput: an inbox runs with other settings.
        """
        return self._already(wanted) or self._start(
            wanted, self._client.run(self._flows.reading.roster(load=False))
        )

    async def start_async(self, wanted: Wanted) -> "Inbox":
        """Do the same without blocking the loop while the server is asked."""
        return self._already(wanted) or self._start(
            wanted, await self._client.run_async(self._flows.reading.roster(load=False))
        )

    def stop(self) -> None:
        """Stop the inbox, if one runs."""
        if self._now is not None:
            self._now.inbox.stop()
        if self._post_to:
            self._post_to(None)

    def begin_login(self) -> None:
        """Take note that an answer of the server showed a new login."""
        if self._now is not None and self._now.inbox.running:
            self._now.inbox.begin_login()

    def hears(self, wait: float) -> bool:
        """Wait for a message on the running inbox, without taking it from other waits.

        Args:
            wait: for how many seconds; 0 does not wait.

        Raises:
            InvalidInput: it is no such number, or no inbox runs.
        """
        inbox = self._to_wait_for(wait)
        return inbox is not None and inbox.hears(wait)

    async def hears_async(self, wait: float) -> bool:
        """Do the same without blocking the loop."""
        inbox = self._to_wait_for(wait)
        return inbox is not None and await inbox.aio.hears(wait)

    def _to_wait_for(self, wait: object) -> "Inbox | None":
        if isinstance(wait, bool) or not isinstance(wait, int | float) or not 0 <= wait < math.inf:
            raise InvalidInput(
                f"wait must be a number of seconds from 0, not {wait!r}; write for instance wait=60."
            )
        if not wait:
            return None
        if self._now is None or not self._now.inbox.running:
            raise InvalidInput(
                "There is no inbox to wait on. Start it with my.listen(), then call my.doctor(wait=60)."
            )
        return self._now.inbox

    def heard(self, waited_s: float) -> Heard | None:
        """Tell the doctor what the running inbox knows; `None` without one."""
        if self._now is None or not self._now.inbox.running:
            return None
        return heard(self._now.inbox, self._flows.dialect, waited_s)

    def in_words(self) -> str:
        """Say what the inbox is doing."""
        if self._now is None or not self._now.inbox.running:
            return "off; my.listen() starts it"
        return f"on, at {self._now.inbox.address.masked}"

    def record(self, recipient: Recipient, content: str, receipt: Receipt | None) -> None:
        """Make a row of a send, while an inbox runs."""
        if self._now is not None and self._now.inbox.running:
            self._now.inbox.record_sent(recipient, content, receipt)

    def _already(self, wanted: Wanted) -> "Inbox | None":
        if self._now is None or not self._now.inbox.running:
            return None
        if wanted != self._now.wanted:
            raise InvalidInput(
                f"This account already listens at {self._now.inbox.address.masked} with other settings: "
                f"{self._now.wanted}. Stop that first with inbox.stop(), or call my.listen() with the same settings."
            )
        return self._now.inbox

    def _start(self, wanted: Wanted, roster: Roster) -> "Inbox":
        self._keep(roster)
        account = str(roster.me["qq"])
        place = (self._client.url, account)
        self._now = _running.get(place)
        found = self._already(wanted)
        if found is not None:
            return found
        self._now = _running[place] = Running(self._started(wanted, account), wanted)
        if self._post_to:
            self._post_to(self._now.inbox.url)
        return self._now.inbox

    def _started(self, wanted: Wanted, account: str) -> "Inbox":
        known = None if self._post_to else settings.remembered(account)
        address = Address(
            host=wanted.host,
            port=wanted.port if wanted.port is not None else known.port if known else 0,
            path=_PATH if wanted.path is None else wanted.path,
            secret=wanted.secret if wanted.secret is not None else _secret(known),
            public_url=wanted.public_url,
        )
        from openqq_nb.journal import Journal  # noqa: PLC0415 - SQLite is loaded when it is used

        with ExitStack() as on_failure:
            journal = Journal.open(self._journal_path(wanted.journal, account))
            on_failure.callback(journal.close)
            inbox = self._inbox(journal, address).start()
            on_failure.callback(inbox.stop)
            if not self._post_to and wanted.port is None and wanted.secret is None and known is None:
                settings.remember(account, settings.Remembered(inbox.address.port, address.secret))
            on_failure.pop_all()
        return inbox

    def _inbox(self, journal: "Journal", address: Address) -> "Inbox":
        from openqq_nb.inbox import Inbox, Links  # noqa: PLC0415 - the HTTP server is loaded when it is used

        links = Links(
            number=self._number,
            knows=lambda row: self._roster is not None and self._roster.knows(row),
            doubts=lambda row: self._roster is not None and self._roster.doubts(row),
            refresh=self._refresh,
            forget=self._forget,
            me=self._me,
            later=self._later,
            resolve_group=self._resolve_group,
            resolve_sender=self._resolve_sender,
            known_group=lambda who: self._if_known(_groups_of, who),
            known_sender=lambda who: self._if_known(_person_of, who),
        )
        return Inbox(self._flows.dialect, journal, links, address)

    def _journal_path(self, wanted: object, account: str) -> Path | None:
        if wanted is False or (wanted is None and self._post_to):
            return None
        if wanted is None or wanted is True:
            return settings.journal_path(account)
        if not isinstance(wanted, str | Path) or not str(wanted):
            raise InvalidInput(
                f"journal must be the path of a file, or False to keep nothing; found {wanted!r}."
            )
        return Path(wanted).expanduser()

    def _refresh(self) -> None:
        self._keep(self._client.run(self._flows.reading.roster(load=False)))

    def _found(self, resolve: Resolve, who: Who) -> Collection[tuple[str, str]]:
        """Look somebody up in the roster in memory, or, if that does not tell, in one that is fetched now."""
        known = self._if_known(resolve, who)
        return known or resolve(self._keep(self._client.run(self._flows.reading.roster(load=False))), who)

    def _keep(self, roster: Roster) -> Roster:
        roster.number({})  # its tables are made here, not when the next message waits for its answer
        self._roster = roster
        return roster

    def _forget(self, told: bool) -> None:
        self._roster = None
        if told:
            self._flows.seen.begin_login()

    def _me(self) -> Row:
        me = self._flows.seen.me
        return {} if me is None else {"sender": me["nick"], "sender_qq": me["qq"], "sender_id": me["id"]}

    def _number(self, row: Row) -> dict[str, Cell]:
        return self._roster.number(row) if self._roster else dict(row)

    def _later(self, row: Row) -> Callable[[str], Receipt]:
        recipient, logins = messages.reply_address(row), self._flows.seen.logins
        return lambda text: self._client.run(self._flows.sending.send_in_login(recipient, row, text, logins))

    def _resolve_group(self, who: Who) -> Collection[tuple[str, str]]:
        return self._found(_groups_of, who)

    def _resolve_sender(self, who: Who) -> Collection[tuple[str, str]]:
        return self._found(_person_of, who)

    def _if_known(self, resolve: Resolve, who: Who) -> Collection[tuple[str, str]]:
        try:
            return resolve(self._roster, who) if self._roster is not None else ()
        except (NotFound, Ambiguous):
            return ()  # there is no one of that name, or more than one: nobody is meant for sure


def _groups_of(roster: Roster, who: Who) -> Collection[tuple[str, str]]:
    rows = pick_groups(roster.groups, who)
    return [("gnumber", one) for one in rows["gnumber"].dropna()] + [("group_id", one) for one in rows["gid"]]


def _person_of(roster: Roster, who: Who) -> Collection[tuple[str, str]]:
    person = pick_person(roster.people, who)
    pairs = (("sender_qq", person["qq"]), ("sender_id", person["id"]))
    return [(column, number) for column, number in pairs if isinstance(number, str)]


def _secret(known: settings.Remembered | None) -> str:
    return known.secret if known else secrets.token_urlsafe(16)
