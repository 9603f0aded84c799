"""The broadcasts of an account: what they are handed, and where they are kept."""

import threading
import weakref
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from openqq_nb import settings
from openqq_nb.client import Client
from openqq_nb.errors import InvalidInput
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
# The account objects that use each of them: any of them may listen, and the last one closes the file.
_users: "weakref.WeakKeyDictionary[Broadcasts, weakref.WeakSet[Broadcasting]]" = weakref.WeakKeyDictionary()
_sharing = threading.Lock()


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
        return self.of(str(roster.me["qq"])).plan(order, self.kept(roster))

    def snapshot(self, roster: Roster) -> "Snapshot":
        """Tell of which login the ids of those are who were found; nothing is kept."""
        from openqq_nb.broadcast.planning import Snapshot  # noqa: PLC0415 - loaded when it is used

        filled, login = self._logins(roster).in_login(roster)
        return Snapshot(filled, login, roster)

    def kept(self, roster: Roster) -> "Snapshot":
        """Keep those who were found, and tell of which login their ids are: for what is planned among them."""
        from openqq_nb.broadcast.planning import Snapshot  # noqa: PLC0415 - loaded when it is used

        filled, login = self._logins(roster).keep_in_login(roster)
        return Snapshot(filled, login, roster)

    def of(self, account: str) -> "Broadcasts":
        """Give the broadcasts of an account."""
        with self._lock:
            found = self._open.get(account)
            if found is None or found.closed:
                found = self._open[account] = self._shared(account)
            with _sharing:
                _users[found].add(self)
            return found

    def close(self) -> None:
        """Stop what is being sent, and close the files that no other account object uses; what is in memory stays."""
        with self._lock:
            opened, rosters = {**self._open}, [*self._rosters.values()]
            if not self._in_memory:
                self._open.clear()
                self._rosters.clear()
        for account, broadcasts in opened.items():
            broadcasts.stop(_PATIENCE_S)
            if self._leave(account, broadcasts) and not self._in_memory:
                broadcasts.close()
        for store in rosters:
            if not self._in_memory:
                store.close()

    def _shared(self, account: str) -> "Broadcasts":
        """Give the broadcasts that all account objects of one server and account share."""
        from openqq_nb.broadcast.broadcasts import Broadcasts  # noqa: PLC0415 - SQLite is loaded when it is used
        from openqq_nb.broadcast.ledger import Ledger  # noqa: PLC0415 - the same

        place = (self._client.url, account)
        with _sharing:
            found = _running.get(place)
            if found is None or found.closed:
                users: weakref.WeakSet[Broadcasting] = weakref.WeakSet()
                found = _running[place] = Broadcasts(Ledger(self._path(account)), self._links(account, users))
                _users[found] = users
            return found

    def _leave(self, account: str, broadcasts: "Broadcasts") -> bool:
        """Use some broadcasts no more; tells whether nobody uses them now."""
        with _sharing:
            _users[broadcasts].discard(self)
            if _users[broadcasts]:
                return False
            if _running.get((self._client.url, account)) is broadcasts:
                del _running[self._client.url, account]
            return True

    def _links(self, account: str, users: "weakref.WeakSet[Broadcasting]") -> "Links":
        from openqq_nb.broadcast.links import Links  # noqa: PLC0415 - loaded when it is used

        dialect = self._flows.dialect
        return Links(
            reaches=dialect.reaches,
            outgoing=lambda text: dialect.outgoing(text).text,
            login=lambda: self._login(account),
            check=self._check,
            send=self._send,
            messages=lambda: _messages(users),
            heard=lambda since_s: self._heard(account, users, since_s),
        )

    def _heard(
        self, account: str, users: "weakref.WeakSet[Broadcasting]", since_s: float
    ) -> pd.DataFrame | None:
        messages = _messages(users)
        if messages is not None or self._in_memory:
            return messages
        from openqq_nb.account.heard import heard  # noqa: PLC0415 - journals are read when they are needed

        return heard(account, since_s)

    def _login(self, account: str) -> str:
        roster = self._client.run(self.people())
        present = str(roster.me["qq"])
        if present != account:
            raise InvalidInput(
                f"Somebody else has logged in at {self._client.url}; nothing was sent.\n"
                f"The broadcasts are of account {account}, and the server has account {present}.\n"
                f"Log in there with {account} again, or plan with oq.connect() what {present} is to send."
            )
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


def _messages(users: "weakref.WeakSet[Broadcasting]") -> pd.DataFrame | None:
    """Give what came into the inbox of whichever of some account objects listens."""
    with _sharing:
        present = [*users]
    found = (one._listening.messages() for one in present)
    return next((messages for messages in found if messages is not None), None)
