"""The explorer: groups and friends on the left, their people on the right."""

from typing import ClassVar

import pandas as pd

from openqq_nb.roster import Roster
from openqq_nb.widgets.explorer.browsing import Browsing
from openqq_nb.widgets.explorer.handing import HandingOver
from openqq_nb.widgets.explorer.words import words
from openqq_nb.widgets.explorer.writing import Writing
from openqq_nb.widgets.face import Face
from openqq_nb.widgets.handing import Handing
from openqq_nb.widgets.links import Links
from openqq_nb.widgets.pages import script, style


class Explorer(Face):
    """A widget to look through a roster: groups and friends on the left, their people on the right.

    Everything at once is searched, filtered, put in order and counted; what is selected is a DataFrame at once. It
    stays selected through every search, filter and order, and where the server is asked again.

    Args:
        links: the ways to the account.
        roster: who is shown first.
        handing: brings what is selected to the broadcaster.
    """

    _esm = script("draft", "chooser", "extras", "sent", "table", "explorer_top", "explorer")
    _css = style("draft", "chooser", "extras", "sent", "table", "explorer")

    _typed: ClassVar[tuple[str, ...]] = ("overlap", "selection", "shown")

    def __init__(self, links: Links, roster: Roster, handing: Handing | None = None) -> None:
        self._browsing = Browsing(links.load, roster)
        parts = {
            "explorer": self._browsing,
            "table": self._browsing.table,
            "writing": Writing(links, self._browsing, self._join),
            "handing": HandingOver(handing or Handing(), self._browsing),
        }
        super().__init__(parts, words)

    @property
    def selection(self) -> pd.DataFrame:
        """The rows that are selected, a valid `to=`.

        Returns:
            The columns and dtypes of `members()`, `friends()` or `discuss_members()`, whichever are looked at, one
            row a selected row, also where a search or filter hides it, in the order of the table, with a RangeIndex;
            no rows when nothing is selected.

        Example:
            >>> import openqq_nb as oq
            >>> explorer = oq.demo().explorer()
            >>> explorer.selection.shape == (0, explorer.shown.shape[1])
            True
            >>> explorer.close()
        """
        with self._guard:
            return self._browsing.sheet.rows.selection

    @property
    def shown(self) -> pd.DataFrame:
        """The rows that the table shows, a valid `to=`: those that pass the search and the filters.

        Returns:
            As `selection`, with one row a row of the table.

        Example:
            >>> import openqq_nb as oq
            >>> my = oq.demo()
            >>> explorer = my.explorer()
            >>> explorer.shown.columns.equals(my.members().columns)
            True
            >>> explorer.close()
        """
        with self._guard:
            return self._browsing.sheet.rows.shown

    @property
    def overlap(self) -> pd.DataFrame:
        """How many people the chosen groups have in common, each two of them.

        Returns:
            One row and one column a chosen group (index and columns: `displayname`), counts of people as `Int64`; on
            the diagonal how many each has. Without rows when no group is chosen. A person is known by `qq`, else by
            the `id` of this login.

        Example:
            >>> import openqq_nb as oq
            >>> explorer = oq.demo().explorer()
            >>> explorer.overlap.shape
            (0, 0)
            >>> explorer.close()
        """
        with self._guard:
            return self._browsing.overlap()
