"""The ways from a widget to an account, as the account itself makes them, or to what a test says."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from openqq_nb.account import Account
from openqq_nb.models import Delivery, Outgoing, Receipt, RecipientType
from openqq_nb.roster import Roster
from openqq_nb.segments import Content, plain
from openqq_nb.sends import Sends
from openqq_nb.widgets.links import Links

KINDS: tuple[RecipientType, ...] = ("friend", "group", "discuss", "session")
SENT = Receipt(True, 0, "发送成功", "1", None, Delivery.SENT, "the message was sent")

Left = tuple[RecipientType, Mapping[str, Any], Content]


def links_of(my: Account) -> Links:
    """Give the ways to an account."""
    return my._showing._links(my._showing.recipients)


def links_to(
    load: Callable[[], Roster], left: list[Left] | None = None, reaches: Iterable[RecipientType] = KINDS
) -> Links:
    """Give ways to nobody: what is sent is noted in a list."""

    def send(kind: RecipientType, row: Mapping[str, Any], text: Content) -> Receipt:
        if left is not None:
            left.append((kind, row, text))
        return SENT

    return Links(load, send, lambda text: Outgoing(plain(text), (), ()), frozenset(reaches), Sends())
