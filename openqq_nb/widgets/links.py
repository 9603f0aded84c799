"""What widgets are handed from the account, which they must not import."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from openqq_nb.models import Outgoing, Receipt, RecipientType
from openqq_nb.roster import Roster
from openqq_nb.sends import Sends


@dataclass(frozen=True, slots=True)
class Links:
    """The ways from a widget to its account.

    Attributes:
        load: asks the server who is there; takes as long as that takes.
        send: sends a text to a row, as `my.send_friend(text, to=row)` and the others do, and waits for the receipt.
        outgoing: tells what the server makes of a text; raises `InvalidInput` for one that cannot be sent.
        reaches: the kinds of recipients that the server can send to.
        sends: what the account has sent in this process.
    """

    load: Callable[[], Roster]
    send: Callable[[RecipientType, Mapping[str, Any], str], Receipt]
    outgoing: Callable[[str], Outgoing]
    reaches: frozenset[RecipientType]
    sends: Sends
