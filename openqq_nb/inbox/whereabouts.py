"""What an inbox is doing, and where: how messages come in, and what a server has to be told for that."""

from openqq_nb.inbox.presence import Presence
from openqq_nb.inbox.receiver import Receiver
from openqq_nb.inbox.setup import Setup
from openqq_nb.inbox.ways import Followed, Way, address_of, in_words
from openqq_nb.journal import Journal
from openqq_nb.protocols.base import Posting
from openqq_nb.receive.address import Address


class Whereabouts:
    """Tells of one receiver.

    Args:
        dialect: how the server speaks.
        receiver: takes in.
    """

    def __init__(self, dialect: Posting, receiver: Receiver) -> None:
        self._dialect = dialect
        self._receiver = receiver

    @property
    def url(self) -> str:
        """The address that the server is to post to, with its secret.

        Raises:
            NotSupported: nothing listens, because events are fetched or another program receives.
        """
        return self.address.url

    @property
    def address(self) -> Address:
        """Where this inbox listens, with the port it got.

        Raises:
            NotSupported: nothing listens, because events are fetched or another program receives.
        """
        return address_of(self._receiver.way, self.state)

    @property
    def way(self) -> Way:
        """How messages come in."""
        return self._receiver.way

    @property
    def journal(self) -> Journal:
        """Where arrivals are kept."""
        return self._receiver.journal

    @property
    def running(self) -> bool:
        """Whether messages are taken in."""
        return self._receiver.running

    @property
    def records(self) -> bool:
        """Whether sends of the account become rows."""
        return self._receiver.records

    @property
    def state(self) -> str:
        """What it is doing, in a phrase."""
        if self._receiver.stopped:
            return "stopped"
        return in_words(self._receiver.way) + (
            ", filling in what was missed" if self._receiver.filling else ""
        )

    @property
    def in_words(self) -> str:
        """What it is doing, and what is wrong with the account."""
        return self.state + self._alarm

    @property
    def _alarm(self) -> str:
        return f"; {self._receiver.alarm}" if self._receiver.alarm else ""

    @property
    def presence(self) -> Presence:
        """Whether the account is online at its server, as far as posts tell."""
        return self._receiver.presence

    @property
    def abandoned(self) -> bool:
        """Whether it follows somebody who has ended, so that nothing comes any more."""
        way = self._receiver.way
        return isinstance(way, Followed) and way.gone()

    def setup(self) -> Setup:
        """Tell what to put into the server's configuration so that it posts here; shows the secret.

        Returns:
            A `Setup`: lines to paste, shown as they are to be written.

        Source:
            API document §10.

        Example:
            >>> import openqq_nb as oq
            >>> with oq.demo().listen() as inbox:
            ...     inbox.url in inbox.setup().text
            True
        """
        way = self._receiver.way
        return Setup(self._dialect.setup(self.url, way.secret if isinstance(way, Address) else ""))
