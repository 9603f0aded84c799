"""The widgets of an account: what they are handed, and where they are made."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from openqq_nb.account.broadcasting import Broadcasting
from openqq_nb.client import Client
from openqq_nb.flows import Flows
from openqq_nb.models import Flow, Receipt, RecipientType
from openqq_nb.recipients import RowLike
from openqq_nb.roster import Roster
from openqq_nb.segments import Content
from openqq_nb.sends import Sends

if TYPE_CHECKING:
    from openqq_nb.widgets.broadcaster import Broadcaster
    from openqq_nb.widgets.composer import Composer
    from openqq_nb.widgets.explorer import Explorer
    from openqq_nb.widgets.handing import Handing
    from openqq_nb.widgets.links import Links


class Showing:
    """Makes widgets; ipywidgets is loaded with the first one.

    Args:
        client: asks the server.
        flows: what to ask.
        sends: what the account has sent.
        broadcasting: opens the broadcasts of the account.
        is_demo: whether messages go to the simulator only.
    """

    def __init__(
        self, client: Client, flows: Flows, sends: Sends, broadcasting: Broadcasting, *, is_demo: bool
    ) -> None:
        self._client = client
        self._flows = flows
        self._sends = sends
        self._broadcasting = broadcasting
        self._is_demo = is_demo
        self._hands: Handing | None = None

    def recipients(self) -> Flow[Roster]:
        """Ask for those one can write to, without having the server load members."""
        return self._flows.reading.everything(load=False)

    def people(self) -> Flow[Roster]:
        """Ask for everybody, and have the server load the members that it has not loaded."""
        return self._flows.reading.everything(load=True)

    def composer(self, roster: Roster, to: RowLike | None) -> "Composer":
        """Make a composer over those who were found."""
        from openqq_nb.widgets.composer import Composer  # noqa: PLC0415 - see the class

        return Composer(self._links(self.recipients), roster, to)

    def explorer(self, roster: Roster) -> "Explorer":
        """Make an explorer of those who were found."""
        from openqq_nb.widgets.explorer import Explorer  # noqa: PLC0415 - see the class

        return Explorer(self._links(self.people), roster, self._handing())

    def broadcaster(self, roster: Roster, to: object, template: str | None, key: str | None) -> "Broadcaster":
        """Make a broadcaster to those who were found."""
        from openqq_nb.widgets.broadcaster import Broadcaster  # noqa: PLC0415 - see the class
        from openqq_nb.widgets.broadcaster.links import Links  # noqa: PLC0415 - see the class

        dialect, account = self._flows.dialect, str(roster.me["qq"])
        links = Links(
            load=lambda: self._client.run(self.people()),
            snapshot=self._broadcasting.snapshot,
            kept=self._broadcasting.kept,
            broadcasts=lambda: self._broadcasting.of(account),
            outgoing=dialect.outgoing,
            reaches=dialect.reaches,
            is_demo=self._is_demo,
            handing=self._handing(),
        )
        return Broadcaster(links, roster, to, template, key)

    def _handing(self) -> "Handing":
        from openqq_nb.widgets.handing import Handing  # noqa: PLC0415 - see the class

        self._hands = self._hands or Handing()
        return self._hands

    def _links(self, ask: Callable[[], Flow[Roster]]) -> "Links":
        from openqq_nb.widgets.links import Links  # noqa: PLC0415 - see the class

        dialect = self._flows.dialect
        return Links(
            load=lambda: self._client.run(ask()),
            send=self._send,
            outgoing=dialect.outgoing,
            reaches=dialect.reaches,
            sends=self._sends,
            composes=dialect.composes,
            members=lambda row: self._client.run(self._flows.reading.members(pd.Series(dict(row)))),
        )

    def _send(self, recipient_type: RecipientType, to: Mapping[str, Any], content: Content) -> Receipt:
        return self._client.run(self._flows.sending.send(recipient_type, content, to, {}))
