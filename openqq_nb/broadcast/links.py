"""What a broadcast needs of its account, handed in as functions."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

import pandas as pd

from openqq_nb.models import Receipt, RecipientType

Row = Mapping[str, str | None]
"""Whom one message goes to: numbers, ids and names."""


@dataclass(frozen=True, slots=True)
class Links:
    """The ways from a broadcast to its account.

    Attributes:
        reaches: the kinds of recipients that the dialect can send to.
        outgoing: says what arrives of a text; raises `InvalidInput` where the dialect would refuse it.
        login: asks who is there, and gives the label of the present login of the server.
        check: asks once more whether the ids of a row still belong to its names; raises `NotFound` if not. For a row
            with permanent numbers it asks nothing.
        send: sends one message.
        messages: gives the messages of the running inbox; `None` where none runs.
        heard: gives at least the messages since a moment, in UTC seconds, of the running inbox, or of the journals of
            the account; `None` where nobody can have listened.
    """

    reaches: Collection[RecipientType]
    outgoing: Callable[[str], str]
    login: Callable[[], str]
    check: Callable[[RecipientType, Row], None]
    send: Callable[[RecipientType, Row, str], Receipt]
    messages: Callable[[], pd.DataFrame | None]
    heard: Callable[[float], pd.DataFrame | None]
