"""What a broadcaster is handed from the account, which it must not import."""

from collections.abc import Callable
from dataclasses import dataclass

from openqq_nb.broadcast.broadcasts import Broadcasts
from openqq_nb.broadcast.planning import Snapshot
from openqq_nb.models import Outgoing, RecipientType
from openqq_nb.roster import Roster
from openqq_nb.widgets.handing import Handing


@dataclass(frozen=True, slots=True)
class Links:
    """The ways from a broadcaster to its account.

    Attributes:
        load: asks the server who is there; takes as long as that takes.
        snapshot: tells of which login the ids of a roster are, and keeps nothing.
        kept: tells the same, and keeps the roster: for what is planned.
        broadcasts: gives the broadcasts of the account.
        outgoing: tells what the server makes of a text; raises `InvalidInput` for one that cannot be sent.
        reaches: the kinds of recipients that the server can send to.
        is_demo: whether messages go to the simulator only.
        handing: brings the selection of an explorer here.
    """

    load: Callable[[], Roster]
    snapshot: Callable[[Roster], Snapshot]
    kept: Callable[[Roster], Snapshot]
    broadcasts: Callable[[], Broadcasts]
    outgoing: Callable[[str], Outgoing]
    reaches: frozenset[RecipientType]
    is_demo: bool
    handing: Handing
