"""Looking for people and places by any of their names and numbers, in indexes that are built meanwhile."""

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from functools import partial, reduce
from threading import Event

import numpy as np
from numpy.typing import NDArray

from openqq_nb.errors import InvalidInput
from openqq_nb.roster import Roster
from openqq_nb.searching import Index
from openqq_nb.widgets.explorer.rows import Mask, Positions
from openqq_nb.widgets.explorer.words import words
from openqq_nb.widgets.workers import Worker

SEARCHED: Mapping[str, tuple[str, ...]] = {
    "members": ("displayname", "nick", "card", "qq", "id"),
    "friends": ("displayname", "markname", "nick", "qq", "id"),
    "discuss_members": ("displayname", "nick", "qq", "id"),
    "groups": ("displayname", "gmarkname", "gname", "gnumber", "gid"),
    "discusses": ("displayname", "dname", "did"),
}
"""By frame of a roster, the columns that are searched; of ids only the whole is found."""

# So long the index lets the first display go ahead, with which it would share the interpreter.
_HEAD_START_S = 0.5

Indexes = Mapping[str, Index]


class Finder:
    """Looks into the frames of a roster; a search that comes too early waits until its index is there.

    Args:
        roster: what is searched.
        first_group: line of the first group in the list of places.
    """

    def __init__(self, roster: Roster, first_group: int) -> None:
        self._first_group = first_group
        self._first_discuss = first_group + len(roster.groups)
        self._lines = self._first_discuss + len(roster.discusses)
        self._wanted = Event()
        self._indexes: Future[Indexes] = Future()
        self._closed = Event()
        Worker().start(partial(_build, roster, self._wanted, self._closed, self._indexes))

    def close(self) -> None:
        """Build no more; whoever looks for something afterwards gets `InvalidInput`."""
        self._closed.set()
        self._wanted.set()

    def places(self, text: str) -> Mask:
        """Mark, in the list of places, the groups and discusses that have each word of a text in them."""
        return self._every_word(self._places_having, text, self._lines)

    def people(self, frame: str, where: NDArray[np.intp]) -> Callable[[str], Positions]:
        """Give a way to find the rows of a frame that have each word of a text in them, or in the names of their place.

        Args:
            frame: its name in a roster.
            where: per row the line of its place, -1 if it is in none.
        """
        return partial(self._people, frame, where)

    def _people(self, frame: str, where: NDArray[np.intp], text: str) -> Positions:
        def having(word: str) -> Mask:
            # One line more at the end, for those who are in no place.
            mask: Mask = np.append(self._places_having(word), False)[where]
            mask[self._built()[frame].find(word)] = True
            return mask

        return np.flatnonzero(self._every_word(having, text, len(where))).astype(np.int64)

    def _places_having(self, word: str) -> Mask:
        indexes = self._built()
        mask = np.zeros(self._lines, np.bool_)
        mask[self._first_group + indexes["groups"].find(word)] = True
        mask[self._first_discuss + indexes["discusses"].find(word)] = True
        return mask

    def _built(self) -> Indexes:
        if self._closed.is_set():
            raise _closed()
        self._wanted.set()
        return self._indexes.result()

    @staticmethod
    def _every_word(having: Callable[[str], Mask], text: str, size: int) -> Mask:
        return reduce(np.logical_and, map(having, text.split()), np.ones(size, np.bool_))


def _closed() -> InvalidInput:
    return InvalidInput(words("search_closed"))


def _build(roster: Roster, wanted: Event, closed: Event, indexes: Future[Indexes]) -> None:
    wanted.wait(_HEAD_START_S)
    if closed.is_set():
        indexes.set_exception(_closed())
        return
    try:
        built = {name: Index(getattr(roster, name), columns) for name, columns in SEARCHED.items()}
    except BaseException as error:  # noqa: BLE001 - whoever searches gets it
        indexes.set_exception(error)
        return
    indexes.set_result(built)
    for one in built.values():
        if not closed.is_set():
            one.prepare()
