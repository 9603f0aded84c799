"""From the explorer to the broadcaster: whoever is selected here is added to the recipients there."""

from collections.abc import Mapping
from functools import partial

import pandas as pd

from openqq_nb.errors import InvalidInput
from openqq_nb.widgets.explorer.browsing import Browsing
from openqq_nb.widgets.explorer.words import words
from openqq_nb.widgets.handing import Handing, Take
from openqq_nb.widgets.parts import Action, Part, View
from openqq_nb.widgets.workers import Worker


class HandingOver(Part):
    """Hands the selected rows to the broadcaster of the account, and gives them to one that asks.

    Args:
        handing: knows the broadcaster.
        browsing: what is selected.
    """

    def __init__(self, handing: Handing, browsing: Browsing) -> None:
        super().__init__()
        self._handing = handing
        self._browsing = browsing
        self._note = ""
        handing.gives(self.selection)

    @property
    def actions(self) -> Mapping[str, Action]:
        """Handing over."""
        return {"open": self.hand_over}

    def view(self) -> View:
        """Tell what the button does.

        Returns:
            `label`; `note`, a sentence: what became of it, or what is to be done first; empty before it was pressed.
        """
        return {"label": words("hand_over"), "note": self._note}

    def selection(self) -> pd.DataFrame:
        """Give the rows that are selected; called on any thread."""
        with self.lock:
            return self._browsing.sheet.rows.selection

    def hand_over(self) -> None:
        """Add the selected rows to the recipients of the broadcaster that was opened last; nothing is sent.

        Raises:
            InvalidInput: nothing is selected; nobody was added.
        """
        rows, take = self.selection(), self._handing.take
        if not len(rows):
            raise InvalidInput(words("hand_over_nothing"))
        if take is None:
            self._tell(words("hand_over_nowhere"))
        else:
            # On a thread, without the lock of this widget: the other one holds its own while it asks for rows.
            Worker().start(partial(self._hand, take, rows))

    def _hand(self, take: Take, rows: pd.DataFrame) -> None:
        try:
            take(rows)
        except InvalidInput as error:
            self._tell(str(error))
        else:
            self._tell(words("handed_over", count=len(rows)))

    def _tell(self, note: str) -> None:
        with self.lock:
            self._note = note
            self.publish(self.view())

    def close(self) -> None:
        """Give nothing any more."""
        super().close()
        self._handing.end(self.selection)
