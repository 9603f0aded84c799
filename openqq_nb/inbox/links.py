"""What an inbox is handed from the layers above it, which it must not import."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from openqq_nb.models import Receipt, Recipient, Row


@dataclass(frozen=True, slots=True)
class Links:
    """The ways from an inbox to its account.

    Attributes:
        number: adds the permanent numbers that memory knows to a row; never asks the network.
        refresh: asks the server who is there, so that `number` knows more; called on a thread of its own.
        forget: throws away what `number` knows, because a new login has made it void; never asks the network.
        me: the account itself as the sender of a message: its `sender`, `sender_qq` and `sender_id`.
        send: sends a text, waits for the receipt, and has the send recorded in the inbox.
        resolve_group: the gnumbers and gids of the group that goes by a name; raises when it is not exactly one.
        resolve_sender: the qq numbers and ids of the person that goes by a name; raises likewise.
    """

    number: Callable[[Row], Row]
    refresh: Callable[[], None]
    forget: Callable[[], None]
    me: Callable[[], Row]
    send: Callable[[Recipient, str], Receipt]
    resolve_group: Callable[[Any], Collection[str]]
    resolve_sender: Callable[[Any], Collection[str]]
