"""The pinyin initials of names, from a table of characters that is asked for once per character."""

from collections.abc import Iterable, Sequence
from functools import cache
from itertools import product
from math import prod

import numpy as np
import numpy.typing as npt

from openqq_nb.searching.flat import Flat, Marks
from openqq_nb.searching.plain import plain

# A character read in several ways multiplies the initials of its name; beyond this only the usual readings count.
_SPELLINGS = 64
_FIRST = ord("a")


def initials(name: str) -> tuple[str, ...]:
    """Spell a name by the first letters of its characters, in each way that they may be read.

    Args:
        name: any text; what is no Chinese character stands for itself.

    Returns:
        At most 64 spellings, the usual one first. Each character counts in all its readings, whatever stands beside
        it; where that makes too many, those behind count in their usual one.

    Example:
        >>> initials("解PERL")
        ('jperl', 'xperl')
    """
    return tuple(map("".join, product(*_letters(plain(name)))))


class Initials:
    """The initials of many texts, none of which is spelled out: per character a bit for each letter.

    Args:
        texts: made plain; those of ASCII alone have no initials.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        named = ["" if text.isascii() else text for text in texts]
        lengths = np.fromiter(map(len, named), np.int64, len(named))
        self._flat = Flat.of(_signs(named, lengths), lengths)

    def having(self, wanted: str) -> Marks:
        """Mark the texts that have letters in one of their spellings.

        Args:
            wanted: one of a to z, or more.
        """
        return self._flat.having([_bits(letter) for letter in wanted], np.bitwise_and)


def _signs(named: Sequence[str], lengths: npt.NDArray[np.int64]) -> npt.NDArray[np.uint32]:
    points = np.frombuffer("".join(named).encode("utf-32-le"), "<u4")
    distinct, places = np.unique(points, return_inverse=True)
    readings = [_readings(chr(point)) for point in distinct]
    signs = np.array([_bits(each) for each in readings], np.uint32)[places]
    ways = np.array([len(each) for each in readings], np.float64)[places]
    ends = lengths.cumsum()
    for text in _over(ways, lengths):
        signs[ends[text] - lengths[text] : ends[text]] = [_bits(each) for each in _letters(named[text])]
    return signs


def _over(ways: npt.NDArray[np.float64], lengths: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Find the texts that have more spellings than count; `ways` says how many letters each character may have."""
    texts = np.flatnonzero(lengths)
    # A long name may have more than a float can count, which is more than the limit too.
    with np.errstate(over="ignore"):
        spellings = np.multiply.reduceat(ways, (lengths.cumsum() - lengths)[texts])
    return texts[spellings > _SPELLINGS]


def _letters(text: str) -> list[str]:
    """Give for each character of a plain text the first letters of its readings, the usual one first."""
    letters = list(map(_readings, text))
    return letters if prod(map(len, letters)) <= _SPELLINGS else _capped(letters)


def _capped(letters: list[str]) -> list[str]:
    count = 1
    for position, ways in enumerate(letters):
        count *= len(ways)
        if count > _SPELLINGS:
            return letters[:position] + [each[0] for each in letters[position:]]
    return letters


# Bounded by the number of characters that there are.
@cache
def _readings(character: str) -> str:
    if character.isascii():
        return character
    from pypinyin import Style, pinyin  # noqa: PLC0415 - its dictionaries take 0.2 s, and few sessions search

    (readings,) = pinyin(character, style=Style.FIRST_LETTER, heteronym=True, strict=False)
    return "".join(dict.fromkeys(readings))


@cache
def _bits(letters: str) -> int:
    """Give a bit for each letter from a to z; what is none of them is never looked for."""
    return sum(1 << ord(one) - _FIRST for one in letters if one.isascii() and one.islower())
