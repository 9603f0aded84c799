"""What a feed is handed from its inbox, which it must not import."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

import pandas as pd

from openqq_nb.filtering import Filter
from openqq_nb.models import Outgoing, Receipt, RecipientType, Row
from openqq_nb.segments import Content

Doing = Literal["listening", "polling", "streaming", "disconnected", "following", "abandoned", "stopped"]


class Rows(Protocol):
    """A frame that grows at its end; its rows are known by their positions."""

    def __len__(self) -> int:
        """Tell how many rows there are."""

    def rows(self, start: int = 0, stop: int | None = None, columns: Sequence[str] = ()) -> pd.DataFrame:
        """Give a part of it."""

    def take(self, positions: Sequence[int], columns: Sequence[str] = ()) -> pd.DataFrame:
        """Give single rows."""


class Watcher(Protocol):
    """Who is told that there is something new; called on any thread."""

    def mark(self) -> None:
        """Take note that there is something new."""

    def changed(self, position: int, columns: Collection[str]) -> None:
        """Take note that cells of a message have changed."""


@dataclass(frozen=True, slots=True)
class Mute:
    """A mute that a handler gave.

    Attributes:
        number: counts up.
        at_s: when, in UTC seconds.
        handler: the name of the function.
        person: whom it silences.
        chat: the group.
        seconds: for how long.
    """

    number: int
    at_s: float
    handler: str
    person: str
    chat: str
    seconds: int


@dataclass(frozen=True, slots=True)
class Standing:
    """How an inbox is doing.

    Attributes:
        doing: what it does.
        where: the address, without its secret, or who is followed; may be empty.
        refused: pushes that were not taken, by reason.
        malformed: posts that could not be read.
        waiting: messages that could not be stored yet.
        held_back: replies that did not go out.
        errors: the last errors of its own threads.
        failures: each handler that failed or was held back: its name, how often it failed, and the last error.
    """

    doing: Doing
    where: str = ""
    refused: Mapping[str, int] = field(default_factory=dict)
    malformed: int = 0
    waiting: int = 0
    held_back: int = 0
    errors: Sequence[str] = ()
    failures: Sequence[tuple[str, int, str]] = ()


@dataclass(frozen=True, slots=True)
class Ways:
    """The ways from a feed to the account that answers.

    Attributes:
        later: gives the way to answer a message: that sends a text and waits for the receipt; raises when the message
            has only ids of a login that is over.
        outgoing: tells what the server makes of a text; raises `InvalidInput` for one that cannot be sent.
        reaches: the kinds of recipients that the server can send to.
        login: the label of the present login of the server.
    """

    later: Callable[[Row], Callable[[Content], Receipt]]
    outgoing: Callable[[Content], Outgoing]
    reaches: frozenset[RecipientType]
    login: Callable[[], str]


@dataclass(frozen=True, slots=True)
class Source:
    """What a feed shows, and how it hears of news.

    Attributes:
        messages: all messages, in order of arrival.
        events: all events.
        keep: which messages belong to this feed at all.
        watch: tells a watcher of news from now on, without keeping it alive.
        unwatch: tells it no more.
        changes: how often cells of messages have changed by now.
        standing: how the inbox is doing.
        mutes: the last mutes of handlers, oldest first.
        login_code: whether the server waits for its login code to be scanned.
        ticks: functions that are called again and again while a cell waits.
        ways: how to answer; None where there is no account.
    """

    messages: Rows
    events: Rows
    keep: Filter
    watch: Callable[[Watcher], None]
    unwatch: Callable[[Watcher], None]
    changes: Callable[[], int]
    standing: Callable[[], Standing]
    mutes: Callable[[], Sequence[Mute]]
    login_code: Callable[[], bool]
    ticks: list[Callable[[], None]]
    ways: Ways | None = None
