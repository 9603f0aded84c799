"""What an inbox is handed from the layers above it, which it must not import."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from openqq_nb.models import Receipt, Recipient, Row

Meant = tuple[str, str]
"""A column of messages and the number in it that means somebody."""


@dataclass(frozen=True, slots=True)
class Links:
    """The ways from an inbox to its account.

    Attributes:
        number: adds the permanent numbers that memory knows to a row; never asks the network.
        refresh: asks the server who is there, so that `number` knows more; called on a thread of its own.
        forget: throws away what `number` knows, because a new login has made it void; never asks the network.
        me: the account itself as the sender of a message: its `sender`, `sender_qq` and `sender_id`.
        send: sends a text, waits for the receipt, and has the send recorded in the inbox.
        resolve_group: in which columns which numbers mean the group that goes by a name, `gnumber` and `group_id`;
            raises when it is not exactly one.
        resolve_sender: the same for a person, `sender_qq` and `sender_id`.
    """

    number: Callable[[Row], Row]
    refresh: Callable[[], None]
    forget: Callable[[], None]
    me: Callable[[], Row]
    send: Callable[[Recipient, str], Receipt]
    resolve_group: Callable[[Any], Collection[Meant]]
    resolve_sender: Callable[[Any], Collection[Meant]]
