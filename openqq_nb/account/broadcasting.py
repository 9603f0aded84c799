"""The broadcasts of an account: what they are handed, and where they are kept."""

import threading
import weakref
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from openqq_nb import settings
from openqq_nb.client import Client
from openqq_nb.flows import Flows
from openqq_nb.listening import Listening
from openqq_nb.models import Flow, Receipt, RecipientType
from openqq_nb.recipients import by_row
from openqq_nb.roster import Roster

if TYPE_CHECKING:
    from openqq_nb.broadcast.broadcasts import Broadcasts, Order
    from openqq_nb.broadcast.links import Links, Row
    from openqq_nb.broadcast.plan import Plan
    from openqq_nb.broadcast.planning import Snapshot
    from openqq_nb.rosters import Rosters

# A server takes 3 s for a message; longer nobody waits for the end of a session.
_PATIENCE_S = 5.0

# A cell run again makes a new account object, and is to find what it already sends.
_running: "weakref.WeakValueDictionary[tuple[str, str], Broadcasts]" = weakref.WeakValueDictionary()


class Broadcasting:
    """Opens the ledger of an account when it is first needed.

    Args:
        client: asks the server.
        flows: what to ask.
        listening: knows the running inbox.
        in_memory: whether nothing is to stay when this process ends.
    """

    def __init__(self, client: Client, flows: Flows, listening: Listening, *, in_memory: bool) -> None:
        self._client = client
        self._flows = flows
        self._listening = listening
        self._in_memory = in_memory
        self._lock = threading.Lock()
        self._open: dict[str, Broadcasts] = {}
        # Apart from those of `my.roster()`: members that are not loaded do not matter here.
        self._rosters: dict[str, Rosters] = {}

    def people(self) -> Flow[Roster]:
        """Ask for those one can write to."""
        return self._flows.reading.everything(load=False)

    def account(self) -> Flow[str]:
        """Tell whose broadcasts they are; the server is asked once."""
        me = self._flows.seen.me
        if me is None:
            me = yield from self._flows.reading.me()
        return str(me["qq"])

    def plan(self, order: "Order", roster: Roster) -> "Plan":
        """Plan a broadcast among those who were found."""
        return self.of(str(roster.me["qq"])).plan(order, self.snapshot(roster))

    def snapshot(self, roster: Roster) -> "Snapshot":
        """Keep those who were found, and tell of which login their ids are."""
        from openqq_nb.broadcast.planning import Snapshot  # noqa: PLC0415 - loaded when it is used

        filled, login = self._logins(roster).keep_in_login(roster)
        return Snapshot(filled, login, roster)

    def of(self, account: str) -> "Broadcasts":
        """Give the broadcasts of an account."""
        from openqq_nb.broadcast.broadcasts import Broadcasts  # noqa: PLC0415 - SQLite is loaded when it is used
        from openqq_nb.broadcast.ledger import Ledger  # noqa: PLC0415 - the same

        with self._lock:
            found = self._open.get(account)
            if found is None or found.closed:
                place = (self._client.url, account)
                found = _running.get(place)
                if found is None or found.closed:
                    found = _running[place] = Broadcasts(Ledger(self._path(account)), self._links(account))
                self._open[account] = found
            return found

    def close(self) -> None:
        """Stop what is being sent, and close the files; what is in memory stays."""
        with self._lock:
            opened, rosters = [*self._open.values()], [*self._rosters.values()]
            for account in self._open:
                _running.pop((self._client.url, account), None)
            if not self._in_memory:
                self._open.clear()
                self._rosters.clear()
        for broadcasts in opened:
            broadcasts.stop(_PATIENCE_S)
            if not self._in_memory:
                broadcasts.close()
        for store in rosters:
            if not self._in_memory:
                store.close()

    def _links(self, account: str) -> "Links":
        from openqq_nb.broadcast.links import Links  # noqa: PLC0415 - loaded when it is used

        dialect = self._flows.dialect
        return Links(
            reaches=dialect.reaches,
            outgoing=lambda text: dialect.outgoing(text).text,
            login=self._login,
            check=self._check,
            send=self._send,
            messages=self._listening.messages,
            heard=lambda since_s: self._heard(account, since_s),
        )

    def _heard(self, account: str, since_s: float) -> pd.DataFrame | None:
        messages = self._listening.messages()
        if messages is not None or self._in_memory:
            return messages
        from openqq_nb.account.heard import heard  # noqa: PLC0415 - journals are read when they are needed

        return heard(account, since_s)

    def _login(self) -> str:
        roster = self._client.run(self.people())
        return self._logins(roster).keep_in_login(roster)[1]

    def _logins(self, roster: Roster) -> "Rosters":
        """Give the rosters by which logins are told apart, in the file of the ledger."""
        from openqq_nb.database import BROADCASTS  # noqa: PLC0415 - SQLite is loaded when it is used
        from openqq_nb.rosters import Rosters  # noqa: PLC0415 - the same, and Parquet

        account = str(roster.me["qq"])
        with self._lock:
            if account not in self._rosters:
                self._rosters[account] = Rosters(self._path(account), BROADCASTS)
            return self._rosters[account]

    def _path(self, account: str) -> Path | None:
        return None if self._in_memory else settings.broadcasts_path(account)

    def _check(self, kind: RecipientType, row: "Row") -> None:
        self._client.run(self._flows.sending.check_row(by_row(kind, row), row))

    def _send(self, kind: RecipientType, row: "Row", text: str) -> Receipt:
        return self._client.run(self._flows.sending.send_to(by_row(kind, row), text))
