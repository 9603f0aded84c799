"""The ways in which messages come to an inbox."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

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


Way = Address | Polling | Followed
"""With an address the server posts there."""
