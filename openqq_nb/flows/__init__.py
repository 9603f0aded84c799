"""Every question to the server, as a flow that ends in what users get: a frame, a Series, a receipt.

Both faces of an account, the sync one and `aio`, drive these, so that they cannot differ.
"""

from collections.abc import Callable

from openqq_nb.flows.loading import Told
from openqq_nb.flows.managing import Managing
from openqq_nb.flows.reading import Reading
from openqq_nb.flows.seen import Seen
from openqq_nb.flows.sending import OnSent, Sending
from openqq_nb.protocols.base import Dialect


class Flows:
    """The questions over one dialect.

    Args:
        dialect: how the server speaks.
        on_sent: told of each message that left.
        on_login: told when an answer shows that the server has logged in anew.
        told: told how far it is while groups are loaded one by one.

    Attributes:
        seen: what was fetched last, in this login of the server and in earlier ones.
        reading: who is there.
        sending: one message.
        managing: muting, kicking, logging in anew.
    """

    def __init__(
        self,
        dialect: Dialect,
        on_sent: OnSent,
        on_login: Callable[[], None],
        told: Told = lambda *_: None,
    ) -> None:
        self.dialect = dialect
        self.seen = Seen(on_login)
        self.reading = Reading(dialect, self.seen, told)
        self.sending = Sending(dialect, self.reading, self.seen, on_sent)
        self.managing = Managing(dialect)


__all__ = ["Flows", "OnSent"]
