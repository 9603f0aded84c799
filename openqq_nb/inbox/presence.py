"""Whether the account is online at its server, as far as the server posts that."""

import time
from collections.abc import Callable

from openqq_nb.models import Row

OFFLINE = "account OFFLINE: log in again at the server"
"""What is said wherever an inbox shows itself."""

THROWN_OUT = "bot_offline"
_TOLD = (
    "QQ has logged the account out at its server: nothing comes, and nothing can be sent. Log in again there, as with "
    "a scan of its code; what was written meanwhile may never come."
)


class Presence:
    """Takes note of what posts say of the account. Only the receiving thread tells it; any thread may look.

    Args:
        warn: told in words, once each time that the account goes offline.
        clock: tells the time in UTC seconds.

    Attributes:
        online: whether the account is online; None as long as no post has told.
        told_s: when a post told that last, in UTC seconds.
        seen_s: when the server posted anything last, in UTC seconds; None if it never did.
    """

    def __init__(self, warn: Callable[[str], None], clock: Callable[[], float] = time.time) -> None:
        self._warn = warn
        self._clock = clock
        self._since_s = 0.0
        self.online: bool | None = None
        self.told_s = 0.0
        self.seen_s: float | None = None

    @property
    def alarm(self) -> str:
        """What is to be said loudly; empty where the account is not known to be offline."""
        return OFFLINE if self.online is False else ""

    def seen(self) -> None:
        """Take note that the server posts."""
        self.seen_s = self._clock()

    def state(self, state: Row) -> None:
        """Take note of what a heartbeat, or the like, says."""
        online = state.get("online")
        if online is False:
            self.gone()
        elif online is True:
            self._told(online=True)

    def message(self, row: Row) -> None:
        """Take note of a message: one that was written since the account was found offline shows that it is back."""
        if self.online is False:
            written_s = row.get("msg_time")
            if isinstance(written_s, int | float) and written_s >= self._since_s:
                self._told(online=True)

    def gone(self) -> None:
        """Take note that the account is offline."""
        news = self.online is not False
        self._told(online=False)
        if news:
            self._since_s = float(int(self.told_s))  # messages have whole seconds
            self._warn(_TOLD)

    def _told(self, *, online: bool) -> None:
        self.told_s, self.online = self._clock(), online
