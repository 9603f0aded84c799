"""The recipients of one kind: found by typing, and told row by row."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from openqq_nb.recipients import is_missing
from openqq_nb.roster import Roster
from openqq_nb.searching import Index
from openqq_nb.searching.plain import plain

_BETWEEN = "\n"


@dataclass(frozen=True, slots=True)
class Entry:
    """One recipient, as a list shows it.

    Attributes:
        name: what people call it.
        more: its other names.
        number: its permanent number, or of a discuss its id; empty where it is not known.
        place: the group or discuss of a member.
    """

    name: str
    more: tuple[str, ...]
    number: str
    place: str


class Shelf:
    """The recipients of one kind, in the order of the server; it may be asked from several threads at a time.

    Args:
        frame: one row a recipient.
        names: the columns of its names, the first one being what it is called.
        numbers: the columns of its numbers, the first one being the one to show.
        places: the columns that name where a member is, best first.

    Attributes:
        frame: the same rows.
    """

    def __init__(
        self,
        frame: pd.DataFrame,
        names: Sequence[str],
        numbers: Sequence[str],
        places: Sequence[str] = (),
    ) -> None:
        self.frame = frame
        self._names = tuple(names)
        self._numbers = tuple(numbers)
        self._places = tuple(places)
        self._making = Lock()
        self._made: tuple[Index, list[str]] | None = None

    def __len__(self) -> int:
        return len(self.frame)

    def find(self, text: str) -> npt.NDArray[np.int64]:
        """Find recipients by words, as `Index.find` does.

        Returns:
            Positions of rows, dtype `int64`: first those with a name that begins with the text, then the others,
            each in the order of the server; all of them for a blank text.
        """
        wanted = plain(text).strip()
        if not wanted:
            return np.arange(len(self.frame), dtype=np.int64)
        index, starts = self._ready()
        positions = index.find(text)
        begin = _BETWEEN + wanted
        first = np.fromiter((begin in starts[position] for position in positions), bool, positions.size)
        return np.concatenate([positions[first], positions[~first]])

    def prepare(self) -> None:
        """Make ready for the first search, on any thread."""
        self._ready()[0].prepare()

    def row(self, position: int) -> Mapping[str, Any]:
        """Give a whole row, as a send wants it."""
        return {str(key): value for key, value in self.frame.iloc[position].items()}

    def entries(self, positions: npt.NDArray[np.int64]) -> list[Entry]:
        """Tell some rows."""
        columns = [*self._names, *self._numbers, *self._places]
        return [self.entry(row) for row in self.frame.iloc[positions][columns].to_dict("records")]

    def entry(self, row: Mapping[Any, Any]) -> Entry:
        """Tell a row of any frame that has at least one of the names or numbers."""
        names = list(dict.fromkeys(_texts(row, self._names)))
        number = next(_texts(row, self._numbers[:1]), "")
        name = names[0] if names else next(_texts(row, self._numbers), "")
        return Entry(name, tuple(names[1:]), number, next(_texts(row, self._places), ""))

    def is_named(self, row: Mapping[Any, Any]) -> bool:
        """Tell whether a row has any of the names."""
        return any(True for _ in _texts(row, self._names))

    def _ready(self) -> tuple[Index, list[str]]:
        with self._making:
            if self._made is None:
                index = Index(self.frame, [*self._names, *self._numbers, *self._places])
                self._made = index, self._starts()
            return self._made

    def _starts(self) -> list[str]:
        """Write the names of each row so that the beginning of each can be looked for."""
        columns = [self.frame[name].fillna("") for name in self._names]
        return [_BETWEEN + plain(_BETWEEN.join(names)) for names in zip(*columns, strict=True)]


def _texts(row: Mapping[Any, Any], columns: Sequence[str]) -> Iterator[str]:
    return (str(row[name]) for name in columns if not is_missing(row.get(name)) and str(row[name]).strip())


def known_shelves(roster: Roster) -> dict[str, Shelf]:
    """Put friends, groups and discusses on shelves, in the order of the server."""
    return {
        "friend": Shelf(roster.friends, ("displayname", "markname", "nick"), ("qq", "id")),
        "group": Shelf(roster.groups, ("displayname", "gmarkname", "gname"), ("gnumber", "gid")),
        "discuss": Shelf(roster.discusses, ("displayname", "dname"), ("did",)),
    }
