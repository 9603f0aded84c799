"""The ways in which messages come to an inbox."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from openqq_nb.errors import NotSupported
from openqq_nb.models import Polled
from openqq_nb.receive.address import Address


@dataclass(frozen=True, slots=True)
class Polling:
    """The server is asked again and again.

    Attributes:
        poll: asks once; gives what came.
    """

    poll: Callable[[], Awaitable[Polled]]


@dataclass(frozen=True, slots=True)
class Followed:
    """Another program fills the journal.

    Attributes:
        by: says who, in a few words.
        gone: tells whether nobody does so any longer.
    """

    by: str
    gone: Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Stream:
    """Events come over the WebSocket over which the account is asked.

    Attributes:
        url: where that is, without a token.
        subscribe: has functions called with the bytes of each event, and, after each time that the connection was
            broken, with the moment (UTC seconds) until which nothing was missed. Both are called on the thread of the
            socket and must only hand on. Gives what ends that.
        connected: tells whether there is a connection now.
    """

    url: str
    subscribe: Callable[[Callable[[bytes], None], Callable[[float], None]], Callable[[], None]]
    connected: Callable[[], bool]


Way = Address | Polling | Followed | Stream
"""With an address the server posts there."""


def in_words(way: Way) -> str:
    """Say how messages come in, in a phrase without secrets."""
    if isinstance(way, Address):
        return f"listening at {way.masked}"
    if isinstance(way, Followed):
        return f"following {way.by}" + (", which has ended" if way.gone() else "")
    if isinstance(way, Stream):
        broken = "" if way.connected() else ", which is broken and tried again"
        return f"receiving over the WebSocket of {way.url}{broken}"
    return "polling the server"


def address_of(way: Way, state: str) -> Address:
    """Give where is listened.

    Args:
        way: how messages come in.
        state: what the inbox is doing, for the error.

    Raises:
        NotSupported: nothing listens.
    """
    if isinstance(way, Address):
        return way
    if isinstance(way, Followed):
        raise NotSupported(
            f"This inbox has no address: it is {state}. Found: that program listens, and has the address. "
            "`openqq-nb collect URL --setup` shows it."
        )
    raise NotSupported(
        f"This inbox has no address: it is {state}. Found: nothing that a server could post to. "
        "There is nothing to put into the server's configuration."
    )
