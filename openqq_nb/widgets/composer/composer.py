"""The composer: choose a recipient, write, see what goes out, send once, and know what became of it."""

from typing import ClassVar

from openqq_nb.languages import Words
from openqq_nb.recipients import RowLike
from openqq_nb.roster import Roster
from openqq_nb.widgets.composer.composing import Composing
from openqq_nb.widgets.composer.words import WORDS
from openqq_nb.widgets.face import Face
from openqq_nb.widgets.links import Links
from openqq_nb.widgets.pages import script, style


class Composer(Face):
    """A widget that writes to one friend, group or discuss, or by a temporary session.

    Where the server speaks OneBot, mentions, pictures, faces and a quote can go out before the text, which itself is
    always text.

    Nothing is sent unless somebody presses the button, or Ctrl-Enter or ⌘-Enter in the text. To send from code there
    are `my.send_friend` and the others, whose sends are in the list of the widget, too.

    Args:
        links: the ways to the account.
        roster: who is there.
        to: who is chosen from the start: one row of a frame of people or groups, a mapping, or a frame of one row.

    Raises:
        InvalidInput: `to` is not exactly one row, or names nobody one can write to.
        NotSupported: the server cannot send to that kind of recipient.
    """

    _esm = script("draft", "chooser", "extras", "sent", "composer")
    _css = style("draft", "chooser", "extras", "sent")

    _typed: ClassVar[tuple[str, ...]] = ("choose", "write")

    def __init__(self, links: Links, roster: Roster, to: RowLike | None = None) -> None:
        self._composing = Composing(links, roster, to)
        super().__init__(self._composing.parts, Words(WORDS))

    def choose(self, to: RowLike) -> None:
        """Choose who is written to; nothing is sent.

        Args:
            to: one row of a frame of people or groups, a mapping, or a frame of one row.

        Raises:
            InvalidInput: it is not exactly one row, or names nobody one can write to.
            NotSupported: the server cannot send to that kind of recipient.

        Example:
            >>> import openqq_nb as oq
            >>> my = oq.demo()
            >>> composer = my.composer()
            >>> composer.choose(my.groups().iloc[0])
            >>> composer.close()
        """
        self._composing.chooser.choose_row(to)

    def write(self, text: str) -> None:
        """Put a text into the field, in place of what is there; nothing is sent.

        Args:
            text: the text.

        Raises:
            InvalidInput: it is no text; nothing is changed.

        Example:
            >>> import openqq_nb as oq
            >>> my = oq.demo()
            >>> composer = my.composer(to=my.friends().iloc[0])
            >>> composer.write("周五聚餐！")
            >>> composer.close()
        """
        self._composing.draft.write(text)
