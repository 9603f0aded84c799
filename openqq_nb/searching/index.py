"""An index for repeated searching of one frame: its distinct cells, and which rows have each."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from threading import Lock
from typing import Self

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from openqq_nb.searching.flat import Flat, Marks
from openqq_nb.searching.initials import Initials
from openqq_nb.searching.plain import plain

# The ids of one login: a part of one says nothing.
_TEMPORARY = frozenset({"id", "gid", "did"})


class Index:
    """Finds the rows of a frame by words, again and again; the frame may change afterwards, the index does not.

    It may be asked from several threads at a time.

    Args:
        frame: any rows.
        columns: which columns are searched; cells of `id`, `gid` and `did` are found only by the whole of them.

    Example:
        >>> import openqq_nb as oq
        >>> friends = oq.demo(seed=7).friends()
        >>> index = Index(friends, ["displayname", "nick", "markname", "qq", "id"])
        >>> index.find(friends["qq"][3]), index.find(" ").size == len(friends)
        (array([3]), True)
    """

    def __init__(self, frame: pd.DataFrame, columns: Sequence[str]) -> None:
        self._size = len(frame)
        self._parts = _Cells.of(frame, [name for name in columns if name not in _TEMPORARY])
        self._wholes = _Cells.of(frame, [name for name in columns if name in _TEMPORARY])
        self._initials: Initials | None = None
        self._spelling = Lock()

    def find(self, text: str) -> npt.NDArray[np.int64]:
        """Find the rows that have every word of a text.

        Args:
            text: words with blanks between them; case, width and composition do not matter. Each is a part of some
                cell, or the whole of an id; one of ASCII letters alone may also be a part of the pinyin initials of
                a cell that is not ASCII.

        Returns:
            Positions of rows, ascending, dtype `int64`; all of them if there are no words.
        """
        return self._find(plain(text).split())

    def find_phrase(self, text: str) -> npt.NDArray[np.int64]:
        """Find the rows that have a text as it is, inner blanks and all; arguments and result as in `find`."""
        phrase = plain(text).strip()
        return self._find([phrase] if phrase else [])

    def prepare(self) -> None:
        """Spell the initials now, on any thread, so that the first search by letters need not wait for them."""
        self._spelled()

    def _find(self, words: Sequence[str]) -> npt.NDArray[np.int64]:
        found = reduce(np.logical_and, map(self._rows, words), np.ones(self._size, np.bool_))
        return np.flatnonzero(found).astype(np.int64, copy=False)

    def _rows(self, wanted: str) -> Marks:
        having = self._parts.having(wanted)
        if wanted.isascii() and wanted.isalpha():
            having |= self._spelled().having(wanted)
        return self._parts.rows(having) | self._wholes.rows(self._wholes.equal(wanted))

    def _spelled(self) -> Initials:
        with self._spelling:
            if self._initials is None:
                self._initials = Initials(self._parts.texts.to_pylist())
            return self._initials


@dataclass(frozen=True, slots=True)
class _Cells:
    """The cells of some columns.

    Attributes:
        texts: the distinct ones, made plain; a missing cell is an empty text.
        codes: per column and row the position of the cell among the texts.
        flat: the UTF-8 of the texts.
    """

    texts: pa.Array
    codes: npt.NDArray[np.int32]
    flat: Flat

    @classmethod
    def of(cls, frame: pd.DataFrame, columns: Sequence[str]) -> Self:
        cells = pa.chunked_array([_texts(frame[name]) for name in columns], pa.large_string())
        encoded = cells.fill_null("").combine_chunks().dictionary_encode()
        texts = pa.array(map(plain, encoded.dictionary.to_pylist()), pa.large_string())
        return cls(texts, encoded.indices.to_numpy().reshape(len(columns), len(frame)), _flat(texts))

    def having(self, wanted: str) -> Marks:
        """Mark the texts that it is a part of."""
        return self.flat.having(_utf8(wanted), np.equal)

    def equal(self, wanted: str) -> Marks:
        """Mark the texts that it is the whole of."""
        as_long: Marks = self.flat.lengths == len(_utf8(wanted))
        return self.having(wanted) & as_long

    def rows(self, marks: Marks) -> Marks:
        """Mark the rows that have a marked text."""
        found = np.zeros(self.codes.shape[1], np.bool_)
        if marks.any():
            for codes in self.codes:
                np.logical_or(found, marks.take(codes), out=found)
        return found


def _texts(cells: "pd.Series[str]") -> pa.Array:
    return pa.array(cells.astype("str"), pa.large_string(), from_pandas=True)


def _utf8(wanted: str) -> bytes:
    # No text has half a surrogate pair or its bytes; somebody may look for one all the same.
    return wanted.encode(errors="surrogatepass")


def _flat(texts: pa.Array) -> Flat:
    lengths = pc.binary_length(texts).to_numpy()
    _, _, signs = texts.buffers()
    return Flat.of(np.frombuffer(signs or b"", np.uint8)[: lengths.sum()], lengths)
