"""What every protocol folder offers: calls as generators, arrivals from bytes, answers to pushes.

Nothing in here or below does I/O. Another protocol is one more folder with `DIALECTS`, `HINTS`, `OVER_SOCKETS`,
`dialect_of` and `probe`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import pyarrow as pa

from openqq_nb.models import (
    Answer,
    Arrival,
    Flow,
    Outcome,
    Outgoing,
    Page,
    Polled,
    Receipt,
    Recipient,
    RecipientType,
    Reply,
    Row,
)
from openqq_nb.protocols.hints import Hints
from openqq_nb.segments import Content


@dataclass(frozen=True, slots=True)
class Listing:
    """Groups with their members, or discusses with theirs, as one call brings them.

    Attributes:
        places: one row a group (`schema.GROUPS`) or discuss (`schema.DISCUSSES`).
        members: one row per (place, member) (`schema.MEMBERS` or `schema.DISCUSS_MEMBERS`).
    """

    places: pa.Table
    members: pa.Table


class Posting(Protocol):
    """What is posted by a server, and what it takes for an answer."""

    @property
    def posts_own(self) -> bool:
        """Whether the server posts back what the account sends."""

    @property
    def answers(self) -> bool:
        """Whether it obeys what is written back to a push; else replies go out by calls, and pushes get 204."""

    @property
    def signs(self) -> bool:
        """Whether it signs what it posts: HMAC-SHA1 of the body, keyed with the secret, in `X-Signature`."""

    def arrival(self, body: bytes) -> Arrival:
        """Read what was posted or polled; raises `NotUnderstood` for what is no post of such a server."""

    def answer(self, arrival: Arrival, reply: Reply | None) -> Answer:
        """Say what to write back to a push; raises `NotSupported` for a reply that the server would drop."""

    def setup(self, url: str, secret: str) -> str:
        """Tell what to put into the server's configuration so that it posts to the address.

        Args:
            url: the address, which has the secret as its last part.
            secret: what posts are signed with, where the server signs them; empty for none.
        """


class Dialect(Posting, Protocol):
    """One way in which API servers speak; its tables are in the columns of `openqq_nb.schema`."""

    @property
    def name(self) -> str:
        """The name that `protocol=` takes."""

    @property
    def hints(self) -> Hints:
        """What people are told of a set-up with such a server."""

    @property
    def token(self) -> str | None:
        """What authorises its calls, if anything."""

    @property
    def loads_members(self) -> bool:
        """Whether `load_members` works."""

    @property
    def keeps_members(self) -> bool:
        """Whether `groups` brings the members that `load_members` had loaded; else only that call brings them."""

    @property
    def reaches(self) -> frozenset[RecipientType]:
        """What kinds of recipients `send` can send to."""

    @property
    def polls(self) -> bool:
        """Whether the server can be asked for what it would post."""

    def server(self) -> Flow[pa.Table]:
        """Ask what program the server is and how it is; one row of `schema.SERVER`."""

    def me(self) -> Flow[pa.Table]:
        """Ask who the account is; one row."""

    def friends(self) -> Flow[pa.Table]:
        """Ask for the friends; one row a friend."""

    def groups(self) -> Flow[Listing]:
        """Ask for the groups and their members as far as the server has loaded them."""

    def discusses(self) -> Flow[Listing]:
        """Ask for the discusses and their members."""

    def load_members(self, group: Row) -> Flow[Listing]:
        """Ask for the members of one group, which the server may have to load first.

        Args:
            group: a row of `schema.GROUPS`, with `gid` or `gnumber`.

        Returns:
            The group with its members; no rows if the server has none of them.

        Raises:
            NotSupported: the server cannot be asked for one group.
        """

    def recent(self) -> Flow[pa.Table]:
        """Ask whom the account wrote with lately; raises `NotSupported` where that cannot be asked."""

    @property
    def composes(self) -> bool:
        """Whether more than text can be sent."""

    def send(self, recipient: Recipient, content: Content, *, wait: bool = True) -> Flow[Receipt]:
        """Send one message; raises `NotSupported` before anything is asked where the dialect cannot.

        Without `wait` the receipt comes when the message is queued, before anything is known of its fate.
        """

    def outgoing(self, content: Content) -> Outgoing:
        """Say what arrives of what `send` is given; raises `InvalidInput` where `send` would refuse it."""

    def recall(self, msg_id: str) -> Flow[Outcome]:
        """Take back a message; raises `NotSupported` where there is no such call."""

    @property
    def remembers(self) -> bool:
        """Whether the server can be asked for what was written in a chat."""

    def page(self, chat: Recipient, before: Row | None, count: int) -> Flow[Page]:
        """Ask for a piece of the history of one chat; raises `NotSupported` where the server keeps none.

        Args:
            chat: a friend or group.
            before: the oldest message that is known, as `arrival` read it; the piece ends there or just before. None
                for the newest piece.
            count: how many messages, about.
        """

    def mute(self, gnumber: str, qq: str, seconds: float) -> Flow[Outcome]:
        """Keep a member from writing in a group; raises `NotSupported` where there is no such call."""

    def kick(self, gnumber: str, qq: str) -> Flow[Outcome]:
        """Remove a member from a group; raises `NotSupported` where there is no such call."""

    def relogin(self) -> Flow[Outcome]:
        """Have the server log in anew; raises `NotSupported` where there is no such call."""

    def poll(self) -> Flow[Polled]:
        """Take what nobody has taken yet, or wait for the next thing; raises `NotSupported` where it is only posted.

        What an answer brings is gone from the server, so a poll that is cut off, or a second one beside it, loses
        messages.
        """


PROBE_S = 3.0
"""How long to wait for the answer to a question that only shows who is there."""

DialectFactory = Callable[[str | None], Dialect]
"""Makes a dialect that authorises its calls with a token, or with none."""
