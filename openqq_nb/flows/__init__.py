"""Every question to the server, as a flow that ends in what users get: a frame, a Series, a receipt.

Both faces of an account, the sync one and `aio`, drive these, so that they cannot differ.
"""

from collections.abc import Callable

from openqq_nb.flows.history import History
from openqq_nb.flows.history import Told as ToldOfHistory
from openqq_nb.flows.loading import Told
from openqq_nb.flows.managing import Managing
from openqq_nb.flows.paging import Pages
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
        pages: in which pieces a history is asked for, and how fast.
        told_of_history: told how far it is while the history of a chat is asked for.
        told_of_chats: the same for the histories of several chats.

    Attributes:
        seen: what was fetched last, in this login of the server and in earlier ones.
        reading: who is there.
        history: what was written.
        sending: one message.
        managing: taking back, muting, kicking, logging in anew.
    """

    def __init__(
        self,
        dialect: Dialect,
        on_sent: OnSent,
        on_login: Callable[[], None],
        told: Told = lambda *_: None,
        *,
        pages: Pages | None = None,
        told_of_history: ToldOfHistory = lambda *_: None,
        told_of_chats: ToldOfHistory = lambda *_: None,
    ) -> None:
        self.dialect = dialect
        self.seen = Seen(on_login)
        self.reading = Reading(dialect, self.seen, told)
        self.history = History(dialect, self.reading, pages, told_of_history, told_of_chats)
        self.sending = Sending(dialect, self.reading, self.seen, on_sent)
        self.managing = Managing(dialect)


__all__ = ["Flows", "OnSent", "Pages"]
