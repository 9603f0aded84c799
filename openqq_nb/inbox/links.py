"""What an inbox is handed from the layers above it, which it must not import."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from openqq_nb.errors import NotSupported
from openqq_nb.models import Outcome, Outgoing, Past, Receipt, Recipient, RecipientType, Row
from openqq_nb.segments import Content

Meant = tuple[str, str]
"""A column of messages and the number in it that means somebody."""


_NO_ACCOUNT = (
    "An inbox over a log has no account that could answer. Nothing was sent. Listen with my.listen(): while another "
    "program fills the journal it follows that as well, and can send."
)


Chat = tuple[Recipient, str]
"""A chat with its name."""

Chats = Callable[[Any, Any, Collection[str] | None], Awaitable[Sequence[Chat]]]
"""From the groups and the friends that are named, each None for those that are not, and the numbers of friends that
are meant where nobody is named, None for all, to chats; raises when a name does not mean exactly one."""


Told = Callable[[int, int, str], None]


def _no_later(_: Row) -> Callable[[Content], Receipt]:
    def refuse(_: Content) -> Receipt:
        raise NotSupported(_NO_ACCOUNT)

    return refuse


def _no_mute(_: Row, __: int) -> Outcome:
    raise NotSupported(_NO_ACCOUNT)


def _no_outgoing(_: Content) -> Outgoing:
    raise NotSupported(_NO_ACCOUNT)


async def _no_chats(_: object, __: object, ___: object) -> Sequence[Chat]:
    raise NotSupported(_NO_ACCOUNT)


async def _no_past(_: Recipient, __: float) -> Past:
    raise NotSupported(_NO_ACCOUNT)


@dataclass(frozen=True, slots=True)
class Links:
    """The ways from an inbox to its account; without any, it knows nobody and cannot send.

    Attributes:
        number: adds the permanent numbers that memory knows to a row; never asks the network.
        knows: whether an id of a row is known in this login; never asks the network.
        doubts: whether a row shows ids of another login than the known one; never asks the network.
        refresh: asks the server who is there, so that `number` knows more; called on a thread of its own.
        forget: throws away what `number` knows, because a new login may have made it void; never asks the network.
            Its argument is whether the server told of the login; else an answer of it showed it.
        me: the account itself as the sender of a message: its `sender`, `sender_qq` and `sender_id`.
        later: gives, when a message has come, the way to answer it later: that sends a text or parts, waits for the
            receipt, has the send recorded in the inbox, and raises when the message had ids only and they are void by
            then.
        mute_later: mutes the sender of a group message for so many seconds, after the message was answered; raises
            `NotSupported` where the server mutes in an answer only.
        resolve_group: in which columns which numbers mean the group that goes by a name, `gnumber` and `group_id`;
            raises when it is not exactly one; asks the server when nothing is known.
        resolve_sender: the same for a person, `sender_qq` and `sender_id`.
        known_group: the same as `resolve_group` from memory alone; nothing where it is not exactly one.
        known_sender: the same for a person.
        outgoing: tells what the server makes of a text; raises `InvalidInput` for one that cannot be sent.
        chats: tells which chats the history is to be asked for; raises `NotSupported` where the server keeps none.
        past: gives what was written in a chat since a moment, in UTC seconds; what was taken back is not in it.
        told: told how many chats are filled, of how many, and which one is asked for now; in the thread of who waits.
        reaches: the kinds of recipients that the account can send to; none where there is no account.
    """

    number: Callable[[Row], Row] = dict
    knows: Callable[[Row], bool] = lambda _: True
    doubts: Callable[[Row], bool] = lambda _: False
    refresh: Callable[[], None] = lambda: None
    forget: Callable[[bool], None] = lambda _: None
    me: Callable[[], Row] = dict
    later: Callable[[Row], Callable[[Content], Receipt]] = _no_later
    mute_later: Callable[[Row, int], Outcome] = _no_mute
    resolve_group: Callable[[Any], Collection[Meant]] = lambda _: ()
    resolve_sender: Callable[[Any], Collection[Meant]] = lambda _: ()
    known_group: Callable[[Any], Collection[Meant]] = lambda _: ()
    known_sender: Callable[[Any], Collection[Meant]] = lambda _: ()
    outgoing: Callable[[Content], Outgoing] = _no_outgoing
    chats: Chats = _no_chats
    past: Callable[[Recipient, float], Awaitable[Past]] = _no_past
    told: Told = lambda *_: None
    reaches: frozenset[RecipientType] = frozenset()
