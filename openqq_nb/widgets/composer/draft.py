"""The message being written: whom it goes to, what goes out, the send, and what became of it."""

from collections.abc import Mapping
from functools import partial

from openqq_nb.errors import InvalidInput
from openqq_nb.languages import Words
from openqq_nb.segments import plain
from openqq_nb.widgets.composer import outcome, pieces
from openqq_nb.widgets.composer.addressee import Addressee
from openqq_nb.widgets.composer.pieces import Piece
from openqq_nb.widgets.composer.preview import preview
from openqq_nb.widgets.composer.words import DRAFT
from openqq_nb.widgets.parts import Action, Part, View, whole
from openqq_nb.widgets.workers import Worker

_words = Words(DRAFT)

_JOINING = " \t\n\u3000"
"""What may stand between a text that has left and what was typed behind it; the page knows the same."""


class Draft(Part):
    """A text with what goes out before it, and its addressee, of which each attempt to send is made once.

    A draft has a number, which goes up with each attempt, at its end, and with each change of the addressee or of what
    goes out before the text. A page
    says which one it means to send; an older one is left alone. So nothing goes out twice by a double click or in
    two tabs, and nothing goes to one who is not the one on the page.
    """

    def __init__(self) -> None:
        super().__init__()
        self._to: Addressee | None = None
        self._text = ""
        self._pieces: tuple[Piece, ...] = ()
        self._number = 1
        self._sending = False
        self._result: View | None = None
        self._result_of: tuple[Addressee | None, str, tuple[Piece, ...]] = (None, "", ())

    @property
    def actions(self) -> Mapping[str, Action]:
        """What a page may ask for."""
        return {"write": self.write, "send": self.send, "remove": self.remove}

    @property
    def text(self) -> str:
        """The text as it stands."""
        return self._text

    @property
    def number(self) -> int:
        """The number of the draft, for `send`."""
        return self._number

    def view(self) -> View:
        """Give the whole state.

        Returns:
            `number`; `sending`; `to` as `Addressee.view` has it, or `None`; `text`; `pieces`, what goes out before
            it, each with `kind`, `label` and `thumb`; `preview`; `why`, what keeps it from being sent, empty if nothing
            does; `result` as `outcome` has it, or `None`; `earlier`, whether that is of another message, or for another
            addressee, than those that are there.
        """
        shown = preview(self._text, self._to, self._pieces)
        return {
            "number": self._number,
            "sending": self._sending,
            "to": self._to.view() if self._to else None,
            "text": whole(self._text),
            "pieces": [pieces.told(one) for one in self._pieces],
            "preview": shown | {"goes_out": shown["goes_out"] and whole(shown["goes_out"])},
            "why": self._why_not(shown),
            "result": self._result,
            "earlier": self._result is not None and (self._to, self._text, self._pieces) != self._result_of,
        }

    def address(self, to: Addressee | None) -> None:
        """Say whom it goes to; all stays but what means something to those of one chat only."""
        with self.lock:
            self._to = to
            self._pieces = tuple(one for one in self._pieces if not one.is_of_one_chat)
            self._number += 1
            self.publish(self.view())

    def put(self, piece: Piece) -> None:
        """Have something go out before the text, behind what does already."""
        with self.lock:
            self._change(pieces.added(self._pieces, piece))

    def remove(self, place: int, draft: int) -> None:
        """Take away what goes out before the text.

        Args:
            place: where it stands, from 0.
            draft: the number of the draft that is meant; with an older one nothing happens.
        """
        with self.lock:
            if draft == self._number:
                self._change(tuple(one for index, one in enumerate(self._pieces) if index != place))
            else:
                self.publish(self.view())

    def write(self, text: str, view: str | None = None) -> None:
        """Put a text in place of the present one.

        Args:
            text: the new text.
            view: the page where it was typed, which has it already.

        Raises:
            InvalidInput: it is no text.
        """
        _check(text, "changed")
        with self.lock:
            was, self._text = self._text, text
            shown = self.view() | {"was": whole(was), "by": view}
            # The pages have these already, and small pictures would be sent again with each word that is typed.
            del shown["pieces"]
            self.publish(shown)

    def send(self, text: str, draft: int, view: str | None = None) -> None:
        """Send a text to the addressee, unless something keeps it from being sent.

        Args:
            text: what is sent.
            draft: the number of the draft that is meant; with an older one nothing happens.
            view: the page where it was typed, which has it already.

        Raises:
            InvalidInput: it is no text.
        """
        _check(text, "sent")
        with self.lock:
            if draft != self._number:
                self.publish(self.view())
                return
            was, self._text = self._text, text
            self._begin()
            self.publish(self.view() | {"was": whole(was), "by": view})

    def _change(self, there: tuple[Piece, ...]) -> None:
        self._pieces = there
        self._number += 1
        self.publish(self.view() | {"was": whole(self._text), "by": None})

    def _begin(self) -> None:
        to = self._to
        if to is None or self._why_not(preview(self._text, to, self._pieces)):
            return
        self._number += 1
        self._sending = True
        self._result = None
        # One for each attempt: the last one may not have ended yet when its result is on the page.
        Worker().start(partial(self._deliver, to, self._text, self._pieces))

    def _deliver(self, to: Addressee, text: str, before: tuple[Piece, ...]) -> None:
        try:
            result = outcome.of_receipt(to, to.send(pieces.content(before, text)))
        except Exception as error:  # noqa: BLE001 - shown where the person looks, who clicked
            result = outcome.of_error(to, error)
        with self.lock:
            self._number += 1
            self._sending = False
            self._result = result
            was = self._text
            gone = result["tone"] == "good"
            left = text if gone else ""
            self._text = _without(was, left)
            if gone:
                self._pieces = tuple(one for one in self._pieces if one not in before)
            self._result_of = (to, self._text, self._pieces) if gone else (to, text, before)
            self.publish(self.view() | {"was": whole(was), "left": whole(left), "by": None})

    def _why_not(self, shown: View) -> str:
        if self._sending:
            return _words("draft_sending")
        if self._to is None:
            return _words("draft_no_recipient")
        if not plain(pieces.content(self._pieces, self._text)).strip():
            return _words("draft_blank")
        return str(shown["problem"]["title"]) if shown["problem"] else ""


def _check(text: object, nothing: str) -> None:
    if not isinstance(text, str):
        raise InvalidInput(f"The text must be a str, not {type(text).__name__}; nothing was {nothing}.")


def _without(text: str, left: str) -> str:
    """Take away a text that has left; what was typed behind it meanwhile stays, and so does another text."""
    return text.removeprefix(left).lstrip(_JOINING) if left and text.startswith(left) else text
