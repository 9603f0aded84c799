"""Which of many messages pass what a person filters by, and which of those are the last; a million rows at a time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from openqq_nb.filtering import Filter
from openqq_nb.searching.initials import Initials
from openqq_nb.searching.plain import plain
from openqq_nb.widgets.feed.source import Rows

Flags = npt.NDArray[np.bool_]
Positions = npt.NDArray[np.int64]
Times = npt.NDArray[np.int64]

PEOPLE = ("sender", "sender_qq")
NO_TIME = 2**53 - 1
"""Stands where a message has no time at all, so that it comes last; a page can hold no larger number exactly."""

_MISSING = np.iinfo(np.int64).min
_PIECE = 65_536


@dataclass(frozen=True, slots=True)
class Sieve:
    """What a person filters by; empty texts let everything pass.

    Attributes:
        chat: the `chat_key` of the one chat to show.
        person: words that must all be parts of the name or the number of the writer, or of the pinyin initials of the
            name.
        text: words that must all be parts of the content.
    """

    chat: str = ""
    person: str = ""
    text: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it looks at."""
        looked_at = (("chat_key",) if self.chat.strip() else ()) + (PEOPLE if self.person.strip() else ())
        return looked_at + (("content",) if self.text.strip() else ())

    def passes(self, frame: pd.DataFrame) -> Flags:
        """Tell of each row whether it passes.

        Args:
            frame: at least `columns`.
        """
        found = np.ones(len(frame), np.bool_)
        if self.chat.strip():
            found &= _flags(pc.equal(_values(frame, "chat_key"), self.chat))
        for word in self.person.split():
            found &= _of_few(frame, PEOPLE[0], word, _named) | _of_few(frame, PEOPLE[1], word, _has)
        for word in self.text.split():
            found &= _flags(_has(_values(frame, "content"), word))
        return found


def kept(keep: Filter, messages: Rows, start: int, stop: int) -> Flags:
    """Tell of the messages from one position to another which pass the condition that a feed was made with."""
    if not keep.tests:
        return np.ones(stop - start, np.bool_)
    pieces = range(start, stop, _PIECE)
    parts = [_kept(keep, messages.rows(one, min(one + _PIECE, stop), keep.columns)) for one in pieces]
    return np.concatenate([np.zeros(0, np.bool_), *parts])


def kept_of(keep: Filter, messages: Rows, positions: Sequence[int]) -> Flags:
    """Tell the same of single messages."""
    if not keep.tests:
        return np.ones(len(positions), np.bool_)
    return _kept(keep, messages.take(positions, keep.columns))


def times(frame: pd.DataFrame) -> Times:
    """Give the moments by which messages are put in order, in UTC microseconds; when they came where none is told.

    Args:
        frame: the columns `msg_time` and `received_at`.
    """
    written = _micros(frame["msg_time"])
    missing = written == _MISSING
    if missing.any():
        came = _micros(frame["received_at"])
        written = np.where(missing, np.where(came == _MISSING, NO_TIME, came), written)
    return written


def last(moments: Times, positions: Positions, most: int) -> Positions:
    """Give those of the positions that come last by time, and where the times are equal by position.

    Args:
        moments: of all positions from 0.
        positions: in ascending order.
        most: how many at most.

    Returns:
        Positions in the order of time, then of position.
    """
    if len(positions) > most:
        of_these = moments[positions]
        cut = np.partition(of_these, len(positions) - most)[len(positions) - most]
        later, equal = positions[of_these > cut], positions[of_these == cut]
        positions = np.concatenate([equal[len(equal) - (most - len(later)) :], later])
    return positions[np.lexsort((positions, moments[positions]))]


def _kept(keep: Filter, frame: pd.DataFrame) -> Flags:
    rows = pa.Table.from_pandas(frame, preserve_index=False).to_pylist()
    return np.fromiter((keep.keeps(row) for row in rows), np.bool_, len(rows))


def _micros(moments: "pd.Series[pd.Timestamp]") -> Times:
    found: Times = moments.to_numpy(dtype="datetime64[us]").view(np.int64)
    return found


def _values(frame: pd.DataFrame, name: str) -> pa.ChunkedArray:
    found = pa.array(frame[name].array)
    return found if isinstance(found, pa.ChunkedArray) else pa.chunked_array([found])


def _of_few(frame: pd.DataFrame, name: str, word: str, having: Callable[[pa.Array, str], pa.Array]) -> Flags:
    """Find a word in a column of which the values come again and again."""
    values = _values(frame, name)
    different = pc.unique(values)
    hits = different.filter(pc.fill_null(having(different, word), False))
    return _flags(pc.is_in(values, value_set=hits))


def _named(names: pa.Array, word: str) -> pa.Array:
    having, letters = _has(names, word), plain(word)
    if not (letters.isascii() and letters.isalpha()):
        return having
    spelled = Initials([plain(name or "") for name in names.to_pylist()])
    return pc.or_kleene(having, pa.array(spelled.having(letters)))


def _has(values: pa.ChunkedArray | pa.Array, word: str) -> pa.ChunkedArray | pa.Array:
    return pc.match_substring(values, word, ignore_case=True)


def _flags(values: pa.ChunkedArray) -> Flags:
    found: Flags = pc.fill_null(values, False).to_numpy(zero_copy_only=False).astype(np.bool_, copy=False)
    return found
