"""Who is named in a log, and under which invented name."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pandas as pd

from openqq_nb.pseudonyms.invented import DISCUSS, GROUP, PERSON, Invented

NAMED: Final[Mapping[str, tuple[str, str]]] = {
    "sender": ("sender_qq", PERSON),
    "receiver": ("receiver_qq", PERSON),
    "group": ("gnumber", GROUP),
    "discuss": ("discuss_id", DISCUSS),
    "chat": ("", GROUP),
}
"""The columns of names: which column has the number, and of what kind both are."""

ALSO_NAMED: Final = ("sender_nick", "sender_card", "nick", "card", "displayname", "markname")
"""Other columns with names of the writer; they are not shared, but texts use these names."""

_OF_ROWS: Final = frozenset({"sender", "receiver", "group"})
# What clients leave at the edge of a name, though nobody sees it.
_BLANKS = "".join(filter(str.isspace, map(chr, range(0x3001)))) + "\u200b"
_UNSEEN = "\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"


def folded(text: str) -> str:
    """Write a text in one case, each character in its place."""
    whole = text.casefold()
    if len(whole) == len(text):
        return whole
    return "".join(one if len(one.casefold()) != 1 else one.casefold() for one in text)


def _spelled(name: str) -> str:
    return folded(name.strip().strip(_UNSEEN).strip())


def _marked(name: str) -> str:
    """Spell a name with the marks at its edges, which are a part of it where it stands in a text."""
    return folded(name.strip(_BLANKS))


@dataclass(frozen=True, slots=True)
class Names:
    """The invented names of all who are named in some messages.

    Attributes:
        by_name: by the name in one case, without blanks at its edges, with unseen marks there and without; the empty
            one may be among them.
    """

    by_name: Mapping[str, str]
    _invented: Invented

    @classmethod
    def of(cls, messages: pd.DataFrame, invented: Invented) -> "Names":
        """Invent a name for each name that occurs: that of the number it belongs to, if it is one only.

        Args:
            messages: columns of texts.
            invented: what makes the names.
        """
        found: dict[str, str] = {}
        for kind, columns in _columns(messages):
            for name, real in _owners(messages, columns).items():
                found.setdefault(name, invented.name(kind, real))
        return cls(found, invented)

    def column(self, messages: pd.DataFrame, column: str) -> "pd.Series[str]":
        """Give the invented names of a column, of each row by its number, else by its name."""
        names = messages[column]
        named = names.map({one: self.by_name[_spelled(one)] for one in names.dropna().unique()})
        number, kind = NAMED[column]
        if column not in _OF_ROWS or number not in messages:
            return named
        numbers = messages[number]
        told = numbers.map({one: self._invented.name(kind, one) for one in numbers.dropna().unique()})
        return told.where(names.notna() & numbers.notna(), named)


def _columns(messages: pd.DataFrame) -> Iterable[tuple[str, Sequence[tuple[str, str]]]]:
    """Give the kinds and their columns of names and numbers; a name of two of them is of the first.

    Under a nick nobody is shown who has a card, so a name that somebody else is shown under is not his.
    """
    people = [(name, number) for name, (number, kind) in NAMED.items() if kind == PERSON]
    others = [(kind, [(name, number)]) for name, (number, kind) in NAMED.items() if kind != PERSON]
    also = [(name, "sender_qq") for name in ALSO_NAMED]
    for kind, pairs in [(PERSON, people), (PERSON, also), *others]:
        yield kind, [(name, number) for name, number in pairs if name in messages]


def _owners(messages: pd.DataFrame, columns: Sequence[tuple[str, str]]) -> Mapping[str, str]:
    """Find whose each name is: the number, if it is one only, else the name itself."""
    owners: dict[str, set[str]] = {}
    for column, number in columns:
        numbers = messages[number] if number in messages else pd.Series(index=messages.index, dtype="str")
        if column in ALSO_NAMED and "sender" in messages:
            numbers = numbers.where(numbers.notna(), messages["sender"].map(_spelled, na_action="ignore"))
        pairs = pd.DataFrame({"name": messages[column], "number": numbers}).drop_duplicates()
        for name, real in pairs.dropna(subset="name").itertuples(index=False):
            for spelled in (_spelled(name), _marked(name)):
                owners.setdefault(spelled, set()).update([] if pd.isna(real) else [real])
    return {name: known.pop() if len(known) == 1 else _spelled(name) for name, known in owners.items()}
