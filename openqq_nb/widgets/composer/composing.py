"""The parts of a composer, joined to one another."""

from collections.abc import Mapping

from openqq_nb.recipients import RowLike
from openqq_nb.roster import Roster
from openqq_nb.widgets.composer.addressee import Addressee
from openqq_nb.widgets.composer.chooser import Chooser
from openqq_nb.widgets.composer.draft import Draft
from openqq_nb.widgets.composer.extras import Extras
from openqq_nb.widgets.composer.sent import SentList
from openqq_nb.widgets.links import Links
from openqq_nb.widgets.parts import Part


class Composing:
    """What a widget needs in which one chooses, writes and sends.

    Args:
        links: the ways to the account.
        roster: who is there.
        to: who is chosen from the start, as `my.send_friend(to=)` and the others take it.

    Attributes:
        chooser: finds the recipient.
        draft: has the message.
        extras: puts more than text into it.
        sent: has what was sent.

    Raises:
        InvalidInput: `to` is not exactly one row, or names nobody one can write to.
        NotSupported: the server cannot send to that kind of recipient.
    """

    def __init__(self, links: Links, roster: Roster, to: RowLike | None = None) -> None:
        self.draft = Draft()
        self.extras = Extras(self.draft)
        self.chooser = Chooser(links, roster, self._address)
        if to is not None:
            self.chooser.choose_row(to)
        self.sent = SentList(links.sends, lambda: self.chooser.directory, self.chooser.choose_again)

    @property
    def parts(self) -> Mapping[str, Part]:
        """The parts under the names that the page has for them."""
        return {"chooser": self.chooser, "extras": self.extras, "draft": self.draft, "sent": self.sent}

    def _address(self, to: Addressee | None) -> None:
        self.draft.address(to)
        self.extras.address(to)
