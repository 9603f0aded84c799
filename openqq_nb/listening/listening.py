"""At most one inbox of an account: started, found again, or following another program that receives."""

import math
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from openqq_nb.client import Client
from openqq_nb.doctor.hearing import Heard, heard
from openqq_nb.errors import InvalidInput
from openqq_nb.flows import Flows
from openqq_nb.listening.places import Places
from openqq_nb.listening.wanted import Wanted
from openqq_nb.models import Receipt, Recipient
from openqq_nb.receive.address import Address
from openqq_nb.roster import Roster
from openqq_nb.segments import Content

if TYPE_CHECKING:
    from openqq_nb.inbox import Inbox

PostTo = Callable[[str | None], None]


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
        self._now: Running | None = None

    def start(self, wanted: Wanted) -> "Inbox":
        """Start to listen, or give the inbox that runs with the same settings.

        Raises:
            InvalidInput: an inbox runs with other settings.
        """
        return self._already(wanted) or self._start(
            wanted, self._client.run(self._flows.reading.everything(load=False))
        )

    async def start_async(self, wanted: Wanted) -> "Inbox":
        """Do the same without blocking the loop while the server is asked."""
        return self._already(wanted) or self._start(
            wanted, await self._client.run_async(self._flows.reading.everything(load=False))
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

    def messages(self) -> pd.DataFrame | None:
        """Give the messages of the running inbox; None without one."""
        if self._now is None or not self._now.inbox.running:
            return None
        return self._now.inbox.df

    def in_words(self) -> str:
        """Say what the inbox is doing."""
        if self._now is None or not self._now.inbox.running:
            return "off; my.listen() starts it"
        return self._now.inbox.state

    def posted_online(self) -> bool | None:
        """Tell whether posts say that the account is online; None where they do not, or it was asked for since."""
        if self._now is None or not self._now.inbox.running:
            return None
        presence = self._now.inbox.presence
        return presence.online if presence.told_s > self._flows.seen.me_at_s else None

    def record(self, recipient: Recipient, content: Content, receipt: Receipt | None) -> None:
        """Make a row of a send, while an inbox runs."""
        if self._now is not None and self._now.inbox.records:
            self._now.inbox.record_sent(recipient, content, receipt)

    def _already(self, wanted: Wanted) -> "Inbox | None":
        if self._now is not None:
            self._now.inbox.finish()
        if self._now is None or not self._now.inbox.running:
            return None
        inbox = self._now.inbox
        if inbox.abandoned:
            inbox.stop()  # who filled the journal is gone; this one can listen now
            return None
        if wanted != self._now.wanted:
            raise InvalidInput(
                f"This account already has an inbox, {inbox.state}, with other settings. Asked for now: "
                f"{wanted.unlike(self._now.wanted)}. Stop that one first with inbox.stop(), or call my.listen() with "
                "the settings that it has."
            )
        return inbox

    def _start(self, wanted: Wanted, roster: Roster) -> "Inbox":
        account = str(roster.me["qq"])
        place = (self._client.url, account)
        self._now = _running.get(place)
        found = self._already(wanted)
        if found is not None:
            return found
        self._now = _running[place] = Running(self._opened(wanted, account, roster), wanted)
        if self._post_to:
            way = self._now.inbox.way
            self._post_to(way.url if isinstance(way, Address) else None)
        return self._now.inbox

    def _opened(self, wanted: Wanted, account: str, roster: Roster) -> "Inbox":
        # The HTTP server and SQLite are loaded when they are used.
        from openqq_nb.listening.opening import Opening  # noqa: PLC0415
        from openqq_nb.listening.people import People  # noqa: PLC0415

        people = People(self._client, self._flows)
        people.keep(roster)
        places = Places(account, remembers=self._post_to is None)
        return Opening(self._client, self._flows.dialect, people, places).inbox(wanted)
