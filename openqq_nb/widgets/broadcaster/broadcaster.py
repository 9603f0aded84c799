"""The broadcaster: choose many, write with fields, look at what goes out, confirm, watch."""

from typing import ClassVar

import pandas as pd

from openqq_nb.errors import InvalidInput
from openqq_nb.languages import Words
from openqq_nb.roster import Roster
from openqq_nb.widgets.broadcaster.links import Links
from openqq_nb.widgets.broadcaster.preparing import Preparing
from openqq_nb.widgets.broadcaster.words import WORDS
from openqq_nb.widgets.face import Face
from openqq_nb.widgets.pages import script, style


class Broadcaster(Face):
    """A widget that sends one message to many: to friends, groups, members and discusses.

    Nothing is sent, and nothing is kept, before somebody types the number of messages and presses the button. Closing
    the widget does not stop what is being sent. What it does stands in `my.broadcasts()` like everything that
    `my.broadcast` has planned.

    Args:
        links: the ways to the account.
        roster: who is there.
        to: who is chosen from the start, as `my.broadcast(to=)` takes it.
        template: the text to begin with.
        key: name of the broadcast; one that is there already is shown, if neither `to` nor `template` is given.

    Raises:
        InvalidInput: `to` names nobody, or `template` or `key` is no text.
    """

    _esm = script(
        "chooser",
        "broadcaster_pieces",
        "broadcaster_whom",
        "broadcaster_text",
        "broadcaster_preview",
        "broadcaster_send",
        "broadcaster_watch",
        "broadcaster",
    )
    _css = style("chooser", "broadcaster")

    _typed: ClassVar[tuple[str, ...]] = ("report", "take", "write")

    def __init__(
        self,
        links: Links,
        roster: Roster,
        to: object = None,
        template: str | None = None,
        key: str | None = None,
    ) -> None:
        self._preparing = Preparing(links, roster, to, template, key)
        super().__init__(self._preparing.parts, Words(WORDS))

    def take(self, to: object) -> None:
        """Add recipients to those that are chosen; nothing is sent.

        Args:
            to: a row, a frame, a report, or a list of these, as `my.broadcast` takes it.

        Raises:
            InvalidInput: it names nobody; nobody was added.

        Example:
            >>> import openqq_nb as oq
            >>> my = oq.demo()
            >>> broadcaster = my.broadcaster()
            >>> broadcaster.take(my.friends().head(3))
            >>> broadcaster.close()
        """
        self._preparing.take(to)

    def write(self, text: str) -> None:
        """Put a text with fields into the widget, in place of what is there; nothing is sent.

        Args:
            text: the text, for instance `{displayname}，周五聚餐！`.

        Raises:
            InvalidInput: it is no text; nothing is changed.

        Example:
            >>> import openqq_nb as oq
            >>> my = oq.demo()
            >>> broadcaster = my.broadcaster(to=my.friends().head(3))
            >>> broadcaster.write("{displayname}，周五聚餐！")
            >>> broadcaster.close()
        """
        self._preparing.what.write(text)

    def report(self) -> pd.DataFrame:
        """Tell what became of every message of the broadcast that is shown.

        Returns:
            One row a recipient in the order of planning, columns and dtypes of `schema.REPORT`; as `run.report()`.

        Raises:
            InvalidInput: no broadcast is shown yet.

        Example:
            >>> import openqq_nb as oq
            >>> my = oq.demo()
            >>> plan = my.broadcast("早", to=my.friends().head(3), key="shown", pace=oq.Pace.instant())
            >>> done = plan.send().wait(10)
            >>> broadcaster = my.broadcaster(key="shown")
            >>> broadcaster.report()["delivery"].tolist()
            ['sent', 'sent', 'sent']
            >>> broadcaster.close()
        """
        run = self._preparing.watch.run
        if run is None:
            raise InvalidInput(
                "No broadcast is shown in this widget yet, so there is no report. Send one, open an earlier one in it, "
                "or list all with my.broadcasts()."
            )
        return run.report()
