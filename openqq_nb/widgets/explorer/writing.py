"""From the explorer to the composer: whoever is selected there is written to here."""

from collections.abc import Callable, Mapping
from typing import Any

from openqq_nb.columns import Series
from openqq_nb.errors import InvalidInput, NotSupported
from openqq_nb.recipients import one_row
from openqq_nb.widgets.composer.addressee import kind_word
from openqq_nb.widgets.composer.composing import Composing
from openqq_nb.widgets.composer.directory import Directory
from openqq_nb.widgets.composer.meant import kind_meant
from openqq_nb.widgets.explorer.browsing import Browsing
from openqq_nb.widgets.explorer.cells import LONGEST
from openqq_nb.widgets.explorer.words import words
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
        self._directory: Directory | None = None
        self._roster = browsing.roster
        browsing.watch(self._changed)

    @property
    def actions(self) -> Mapping[str, Action]:
        """Opening the composer."""
        return {"open": self.open}

    def view(self) -> View:
        """Tell who would be written to.

        Returns:
            `name`; `off`, why nobody can be written to, or `None`; `composer`, what a page has to know to draw it, once
            it is open.
        """
        row = self._browsing.addressee()
        views = (
            {name: part.view() for name, part in self._composing.parts.items()} if self._composing else None
        )
        name = None if row is None else str(row["displayname"])[:LONGEST]
        return {"name": name, "off": self._off(row), "composer": views}

    def open(self) -> View | None:
        """Open the composer on whoever is meant; nothing is sent.

        Raises:
            InvalidInput: the row names nobody one can write to.
            NotSupported: the server cannot send to that kind of recipient.
        """
        row = self._browsing.addressee()
        if row is None:
            return None
        if off := self._off(row):
            raise NotSupported(off)
        composing = self._composing or Composing(self._links, self._browsing.roster)
        # Before it is joined, so that for a row that names nobody no empty composer opens.
        composing.chooser.choose_row(row)
        if self._composing is None:
            self._composing = composing
            self._join(composing.parts)
        return self.view()

    def _off(self, row: Series | None) -> str | None:
        if row is None:
            return words("write_whom")
        try:
            kind = kind_meant(one_row(row), self._is_friend)
        except InvalidInput as error:
            return str(error)
        if kind in self._links.reaches:
            return None
        return words("write_no_friend" if kind == "session" else "chooser_cannot", kind=kind_word(kind))

    def _is_friend(self, row: Mapping[str, Any]) -> bool:
        # Nobody need be looked up where friends and others are written to alike.
        if self._links.reaches >= {"friend", "session"}:
            return True
        if self._directory is None or self._directory.roster is not self._browsing.roster:
            self._directory = Directory(self._browsing.roster)
        return self._directory.is_friend(row)

    def _changed(self) -> None:
        # The composer may have loaded a newer one itself: only what is new here is handed on.
        if self._roster is not self._browsing.roster:
            self._roster = self._browsing.roster
            if self._composing:
                self._composing.chooser.take(self._roster)
        self.publish(self.view())
