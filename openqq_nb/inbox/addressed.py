"""Reads posts, and refuses those for another account than the one of this inbox."""

from collections.abc import Callable

from openqq_nb.models import Arrival, Cell
from openqq_nb.receive import intake
from openqq_nb.receive.intake import Refusal

# Whoever knows the address could post any number of numbers.
_MOST_TOLD = 20


class Addressed:
    """Reads posts.

    Args:
        decode: reads a body; raises `NotUnderstood` for what is no post.
        account: gives the number of the account; None while it is not known, and then every post is taken.
        warn: told in words, once for each other account.
    """

    def __init__(
        self, decode: Callable[[bytes], Arrival], account: Callable[[], Cell], warn: Callable[[str], None]
    ) -> None:
        self._decode = decode
        self._account = account
        self._warn = warn
        self._own: str | None = None
        self._told: set[str] = set()

    def read(self, body: bytes) -> Arrival | Refusal:
        """Read a body.

        Raises:
            NotUnderstood: it is no post.
        """
        arrival = self._decode(body)
        account = arrival.account
        if account is None or account == self._own or self._owns(account):
            return arrival
        return intake.refusal("account")

    def _owns(self, account: str) -> bool:
        own = self._account()
        if own is None:
            return True
        if own == account:
            self._own = account  # what it is called is not looked up with each message
            return True
        if account not in self._told and len(self._told) < _MOST_TOLD:
            self._told.add(account)
            self._warn(
                f"Posts for the account {account} come in here, and this inbox is that of {own}: they are refused, and "
                "nothing of them is kept. Give each account an address of its own: my.listen() of that account, and "
                "what its inbox.setup() shows."
            )
        return False
