"""From the explorer to the composer: whoever is selected there is written to here."""

from collections.abc import Callable, Mapping

from openqq_nb.widgets.composer.composing import Composing
from openqq_nb.widgets.explorer.browsing import Browsing
from openqq_nb.widgets.explorer.cells import LONGEST
from openqq_nb.widgets.links import Links
from openqq_nb.widgets.parts import Action, Part, View


class Writing(Part):
    """Opens a composer in an explorer, for the one row that is selected or the one group that is chosen.

    Args:
        links: the ways to the account.
        browsing: what is selected and chosen.
        join: takes the parts of the composer into the widget; called once, when it is first opened.
    """

    def __init__(self, links: Links, browsing: Browsing, join: Callable[[Mapping[str, Part]], None]) -> None:
        super().__init__()
        self._links = links
        self._browsing = browsing
        self._join = join
        self._composing: Composing | None = None
        browsing.watch(self._changed)

    @property
    def actions(self) -> Mapping[str, Action]:
        """Opening the composer."""
        return {"open": self.open}

    def view(self) -> View:
        """Tell who would be written to, `name`, and what a page has to know to draw the composer, once it is open."""
        row = self._browsing.addressee()
        views = (
            {name: part.view() for name, part in self._composing.parts.items()} if self._composing else None
        )
        return {"name": None if row is None else str(row["displayname"])[:LONGEST], "composer": views}

    def open(self) -> View | None:
        """Open the composer on whoever is meant; nothing is sent.

        Raises:
            InvalidInput: the row names nobody one can write to.
            NotSupported: the server cannot send to that kind of recipient.
        """
        row = self._browsing.addressee()
        if row is None:
            return None
        if self._composing is None:
            self._composing = Composing(self._links, self._browsing.roster)
            self._join(self._composing.parts)
        self._composing.chooser.choose_row(row)
        return self.view()

    def _changed(self) -> None:
        self.publish(self.view())
