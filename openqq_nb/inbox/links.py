"""What an inbox is handed from the layers above it, which it must not import."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from openqq_nb.models import Receipt, Row

Meant = tuple[str, str]
"""A column of messages and the number in it that means somebody."""


@dataclass(frozen=True, slots=True)
class Links:
    """The ways from an inbox to its account.

    Attributes:
        number: adds the permanent numbers that memory knows to a row; never asks the network.
        knows: whether an id of a row is known in this login; never asks the network.
        doubts: whether a row shows ids of another login than the known one; never asks the network.
        refresh: asks the server who is there, so that `number` knows more; called on a thread of its own.
        forget: throws away what `number` knows, because a new login may have made it void; never asks the network.
            Its argument is whether the server told of the login; else an answer of it showed it.
        me: the account itself as the sender of a message: its `sender`, `sender_qq` and `sender_id`.
        later: gives, when a message has come, the way to answer it later: that sends a text, waits for the receipt, has
            the send recorded in the inbox, and raises when the message had ids only and they are void by then.
        resolve_group: in which columns which numbers mean the group that goes by a name, `gnumber` and `group_id`;
            raises when it is not exactly one; asks the server when nothing is known.
        resolve_sender: the same for a person, `sender_qq` and `sender_id`.
        known_group: the same as `resolve_group` from memory alone; nothing where it is not exactly one.
        known_sender: the same for a person.
    """

    number: Callable[[Row], Row]
    knows: Callable[[Row], bool]
    doubts: Callable[[Row], bool]
    refresh: Callable[[], None]
    forget: Callable[[bool], None]
    me: Callable[[], Row]
    later: Callable[[Row], Callable[[str], Receipt]]
    resolve_group: Callable[[Any], Collection[Meant]]
    resolve_sender: Callable[[Any], Collection[Meant]]
    known_group: Callable[[Any], Collection[Meant]]
    known_sender: Callable[[Any], Collection[Meant]]
