"""What widgets are handed from the account, which they must not import."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from openqq_nb.models import Outgoing, Receipt, RecipientType
from openqq_nb.roster import Roster
from openqq_nb.segments import Content
from openqq_nb.sends import Sends


@dataclass(frozen=True, slots=True)
class Links:
    """The ways from a widget to its account.

    Attributes:
        load: asks the server who is there; takes as long as that takes.
        send: sends a text or parts to a row, as `my.send_friend(text, to=row)` and the others do, and waits for the
            receipt.
        outgoing: tells what the server makes of a text or parts; raises `InvalidInput` for what cannot be sent.
        reaches: the kinds of recipients that the server can send to.
        sends: what the account has sent in this process.
        composes: whether more than text can be sent.
        members: asks the server for the members of a group.
    """

    load: Callable[[], Roster]
    send: Callable[[RecipientType, Mapping[str, Any], Content], Receipt]
    outgoing: Callable[[Content], Outgoing]
    reaches: frozenset[RecipientType]
    sends: Sends
    composes: bool = False
    members: Callable[[Mapping[str, Any]], pd.DataFrame] = lambda _: pd.DataFrame({"qq": []})
