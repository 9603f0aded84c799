"""Where an inbox listens and where it keeps messages: what was asked for, else what is remembered for the account."""

import secrets
from pathlib import Path

from openqq_nb import settings
from openqq_nb.errors import InvalidInput, ListenerFailed
from openqq_nb.listening.wanted import Wanted
from openqq_nb.receive.address import Address

_PATH = "openqq"


class Places:
    """The places of one account.

    Args:
        account: its number.
        remembers: whether they stay the same from one time to the next; never so for a simulated account.

    Attributes:
        account: its number.
    """

    def __init__(self, account: str, *, remembers: bool) -> None:
        self.account = account
        self._remembers = remembers
        self._known = settings.remembered(account) if remembers else None

    def address(self, wanted: Wanted) -> Address:
        """Give where to listen."""
        known = self._known
        return Address(
            host=wanted.host,
            port=wanted.port if wanted.port is not None else known.port if known else 0,
            path=_PATH if wanted.path is None else wanted.path,
            secret=wanted.secret if wanted.secret is not None else _secret(known),
            public_url=wanted.public_url,
            # One that was made here may not be known to the end as a key; who gives one himself has entered it there.
            signed=bool(wanted.secret),
        )

    def remember(self, wanted: Wanted, address: Address) -> None:
        """Remember where was listened first, so that the server's `post_api` stays right; port 0 is for once."""
        if self._remembers and wanted.port != 0 and self._known is None:
            self.configured(address.port, address.secret)

    def configured(self, port: int, secret: str) -> None:
        """Remember what the server is to be configured with, in place of what was remembered."""
        self._known = settings.Remembered(port, secret)
        settings.remember(self.account, self._known)

    def journal(self, wanted: Wanted) -> Path | None:
        """Give the file to keep messages in; None for memory only.

        Raises:
            InvalidInput: what was asked for is no path.
            ListenerFailed: the folder of the user's data cannot be made.
        """
        if wanted.journal is False or (wanted.journal is None and not self._remembers):
            return None
        return named_journal(wanted) or self._own_journal()

    def _own_journal(self) -> Path:
        try:
            return settings.journal_path(self.account)
        except OSError as error:
            raise ListenerFailed(
                f"The folder for journals cannot be made, so nothing listens. Found: {error}. "
                f"Name another folder in {settings.HOME_VARIABLE}, or listen with journal=False."
            ) from error


def named_journal(wanted: Wanted) -> Path | None:
    """Give the file that was named; None where none was.

    Raises:
        InvalidInput: what was asked for is no path.
    """
    asked: object = wanted.journal
    if asked is None or isinstance(asked, bool):
        return None
    if not isinstance(asked, str | Path) or not str(asked):
        raise InvalidInput(f"journal must be the path of a file, or False to keep nothing; found {asked!r}.")
    return Path(asked).expanduser()


def _secret(known: settings.Remembered | None) -> str:
    return known.secret if known else secrets.token_urlsafe(16)
