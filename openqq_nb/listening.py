"""From the settings of `my.listen()` to a running inbox: address, journal, and the ways back to the account."""

import secrets
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from openqq_nb import settings
from openqq_nb.client import Client
from openqq_nb.errors import InvalidInput
from openqq_nb.flows import Flows
from openqq_nb.journal import Journal
from openqq_nb.models import Cell, Receipt, Recipient, Row
from openqq_nb.receive.address import Address
from openqq_nb.roster import Roster, Who, pick_groups, pick_person

if TYPE_CHECKING:
    from openqq_nb.inbox import Inbox, Links

PostTo = Callable[[str | None], None]

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
        self._inbox: Inbox | None = None
        self._wanted: Wanted | None = None

    def start(self, wanted: Wanted) -> "Inbox":
        """Start to listen, or give the inbox that runs with the same settings.

        Raises:
            InvalidInput: an inbox runs with other settings.
        """
        if self._inbox is not None and self._inbox.running:
            return self._running(self._inbox, wanted)
        self._refresh()
        inbox = self._started(wanted)
        self._inbox, self._wanted = inbox, wanted
        if self._post_to:
            self._post_to(inbox.url)
        return inbox

    def stop(self) -> None:
        """Stop the inbox, if one runs."""
        if self._inbox is not None:
            self._inbox.stop()
        if self._post_to:
            self._post_to(None)

    def in_words(self) -> str:
        """Say what the inbox is doing."""
        if self._inbox is None or not self._inbox.running:
            return "off; my.listen() starts it"
        return f"on, at {self._inbox.address.masked}"

    def record(self, recipient: Recipient, content: str, receipt: Receipt | None) -> None:
        """Make a row of a send, while an inbox runs."""
        if self._inbox is not None and self._inbox.running:
            self._inbox.record_sent(recipient, content, receipt)

    def _running(self, inbox: "Inbox", wanted: Wanted) -> "Inbox":
        if wanted != self._wanted:
            raise InvalidInput(
                f"This account already listens at {inbox.address.masked} with other settings: {self._wanted}. "
                "Stop that first with inbox.stop(), or call my.listen() with the same settings."
            )
        return inbox

    def _started(self, wanted: Wanted) -> "Inbox":
        account = str(self._flows.latest["me"]["qq"])
        known = None if self._post_to else settings.remembered(account)
        address = Address(
            host=wanted.host,
            port=wanted.port if wanted.port is not None else known.port if known else 0,
            path=_PATH if wanted.path is None else wanted.path,
            secret=wanted.secret if wanted.secret is not None else _secret(known),
            public_url=wanted.public_url,
        )
        journal = Journal.open(self._journal_path(wanted.journal, account))
        from openqq_nb.inbox import Inbox  # noqa: PLC0415 - the HTTP server is loaded when it is used

        inbox = _start(Inbox(self._flows.dialect, journal, self._links(), address))
        if not self._post_to and wanted.port is None and wanted.secret is None and known is None:
            settings.remember(account, settings.Remembered(inbox.address.port, address.secret))
        return inbox

    def _journal_path(self, wanted: str | Path | bool | None, account: str) -> Path | None:
        if wanted is False or (wanted is None and self._post_to):
            return None
        return settings.journal_path(account) if wanted in (None, True) else Path(str(wanted)).expanduser()

    def _links(self) -> "Links":
        from openqq_nb.inbox import Links  # noqa: PLC0415 - as above

        return Links(
            number=self._number,
            refresh=self._refresh,
            send=lambda recipient, content: self._client.run(self._flows.send_to(recipient, content)),
            resolve_group=self._resolve_group,
            resolve_sender=self._resolve_sender,
        )

    def _refresh(self) -> None:
        roster = self._client.run(self._flows.roster())
        roster.number({})  # its tables are made here, not when the next message waits for its answer
        self._roster = roster

    def _number(self, row: Row) -> dict[str, Cell]:
        return self._roster.number(row) if self._roster else dict(row)

    def _resolve_group(self, who: Who) -> Collection[str]:
        rows = pick_groups(self._known().groups, who)
        return set(rows["gnumber"].dropna()) | set(rows["gid"].dropna())

    def _resolve_sender(self, who: Who) -> Collection[str]:
        roster = self._known()
        people = pd.concat([roster.friends, roster.members, roster.discuss_members], ignore_index=True)
        person = pick_person(people, who)
        return {str(number) for number in (person["qq"], person["id"]) if isinstance(number, str)}

    def _known(self) -> Roster:
        if self._roster is None:
            self._refresh()
        assert self._roster is not None  # noqa: S101 - just fetched
        return self._roster


def _secret(known: settings.Remembered | None) -> str:
    return known.secret if known else secrets.token_urlsafe(16)


def _start(inbox: "Inbox") -> "Inbox":
    try:
        return inbox.start()
    except BaseException:
        inbox.journal.close()
        raise
