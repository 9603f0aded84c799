"""Whom a draft goes to, as the draft needs it."""

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from openqq_nb.languages import Words
from openqq_nb.models import Outgoing, Receipt, RecipientType
from openqq_nb.segments import Content
from openqq_nb.widgets.composer.words import ADDRESSEE
from openqq_nb.widgets.parts import View

_SHOWN_SIGNS = 120

_words = Words(ADDRESSEE)


@dataclass(frozen=True, slots=True)
class Addressee:
    """One who is written to.

    Attributes:
        kind: what the recipient is.
        name: what people call it.
        number: its number for people to read; empty where the server does not know it.
        outgoing: tells what the server makes of a text or parts; raises `InvalidInput` for what cannot be sent.
        send: sends a text or parts and waits for the receipt.
        place: the name of the group or discuss that a session goes through.
        if_uncertain: says what to do when it is not certain any more who that is; empty where nothing can be done.
        composes: whether more than text can be sent, by this way to write.
        members: gives the members of a group who can be mentioned, and may ask the server; `None` where nobody can be.
    """

    kind: RecipientType
    name: str
    number: str
    outgoing: Callable[[Content], Outgoing]
    send: Callable[[Content], Receipt]
    place: str = ""
    if_uncertain: str = ""
    composes: bool = False
    members: Callable[[], pd.DataFrame] | None = None

    def view(self) -> View:
        """Tell it as a page shows it."""
        return {
            "kind": self.kind,
            "kind_word": kind_word(self.kind),
            "name": shortened(self.name),
            "place": place_words(self.place),
            "number": number_words(self.kind, self.number),
        }


def kind_word(kind: RecipientType) -> str:
    """Say what a recipient is."""
    return _words(f"kind_{kind}")


def number_words(kind: RecipientType, number: str) -> str:
    """Say which number a recipient has, or that it is not known."""
    return _words(f"number_{kind}", number=shortened(number)) if number else _words("number_missing")


def place_words(place: str) -> str:
    """Say which group or discuss a session goes through; nothing if there is none."""
    return _words("place", place=shortened(place)) if place else ""


def shortened(text: str, signs: int = _SHOWN_SIGNS) -> str:
    """Cut what is longer than anybody reads in a list."""
    return text if len(text) <= signs else f"{text[:signs]}…"
