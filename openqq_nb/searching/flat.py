"""Many texts one after the other in one array, so that all of them are searched at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

Marks = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Flat:
    """The signs of many texts.

    Attributes:
        signs: those of the first text, then those of the second, and so on.
        owners: per sign the position of its text.
        lengths: per text how many signs it has.
    """

    signs: npt.NDArray[np.unsignedinteger[Any]]
    owners: npt.NDArray[np.int32]
    lengths: npt.NDArray[np.int64]

    @classmethod
    def of(cls, signs: npt.NDArray[np.unsignedinteger[Any]], lengths: npt.NDArray[np.int64]) -> Self:
        """Say where each text ends."""
        return cls(signs, np.repeat(np.arange(len(lengths), dtype=np.int32), lengths), lengths)

    def having(self, wanted: Sequence[int], agrees: np.ufunc) -> Marks:
        """Mark the texts that have signs in a row which agree with the wanted ones.

        Args:
            wanted: one sign or more.
            agrees: takes signs and a wanted one, and gives what is true where they agree.
        """
        last = len(wanted) - 1
        # In UTF-8 the ends of characters differ more than their beginnings, so the last sign leaves the fewest.
        starts = np.flatnonzero(agrees(self.signs[last:], wanted[last]))
        for place in range(last - 1, -1, -1):
            starts = starts[np.flatnonzero(agrees(self.signs[starts + place], wanted[place]))]
        owners = self.owners[starts]
        marks = np.zeros(len(self.lengths), np.bool_)
        marks[owners[owners == self.owners[starts + last]]] = True
        return marks
