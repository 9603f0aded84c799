"""What tells in a text who somebody is, and what stands there instead."""

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from openqq_nb.pseudonyms.invented import PERSON, Invented
from openqq_nb.pseudonyms.names import folded

SHORTEST_NUMBER = 5
"""Numbers of people have five digits and more."""

# Means nobody, also where somebody is called so.
_EVERYBODY = "全体成员"
_BEGINNING = 2
_LINK = re.compile(r"(?:https?://|www\.)[^\s<>\"']+", re.IGNORECASE | re.ASCII)
# Only from where such a word begins: else each of its characters would be tried as a beginning.
_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]++@[\w-]+(?:\.[\w-]+)+", re.ASCII)
# A number may stand in pieces, as telephone numbers do.
_NUMBER = re.compile(r"\d+(?:[ \u00a0\u3000\-\u2010-\u2015\uff0d]\d+)*")
_LATIN = re.compile(r"[a-z0-9]{2}")
_PIECE = re.compile(r"(\d+)(\D*)")


class _Found(NamedTuple):
    """A part of a text that is replaced; in this order the first one is the one that holds the others."""

    start: int
    minus_end: int
    is_name: bool
    instead: str


class Texts:
    """Replaces in texts what tells who somebody is.

    Args:
        names: what stands for each name, which is folded and without blanks at its edges.
        numbers: what stands for each number of whom the kind is known; others are taken as numbers of people.
        invented: what makes the numbers.
    """

    def __init__(self, names: Mapping[str, str], numbers: Mapping[str, str], invented: Invented) -> None:
        self._names = {name: told for name, told in names.items() if name} | {_EVERYBODY: _EVERYBODY}
        self._numbers = numbers
        self._invented = invented
        lengths: dict[str, set[int]] = {}
        for name in self._names:
            lengths.setdefault(name[:_BEGINNING], set()).add(len(name))
        # Looked up by how they begin, so that many names take no longer than few.
        self._lengths = {begun: sorted(known, reverse=True) for begun, known in lengths.items()}

    def shared(self, text: str) -> str:
        """Replace addresses, numbers and names; of those that overlap all, so that no rest of one is left."""
        parts: list[str] = []
        end = end_of_name = 0
        for start, minus_end, is_name, instead in sorted([*self._fixed(text), *self._called(text)]):
            if -minus_end <= end or (is_name and start < end_of_name):
                continue
            parts += [text[end:start], instead]
            end = -minus_end
            end_of_name = end if is_name else end_of_name
        return "".join([*parts, text[end:]])

    def _fixed(self, text: str) -> Iterator[_Found]:
        for pattern, instead in ((_LINK, "[链接]"), (_MAIL, "[邮箱]")):
            for found in pattern.finditer(text):
                yield _Found(found.start(), -found.end(), False, instead)
        for found in _NUMBER.finditer(text):
            number = self._number(found[0])
            if number != found[0]:
                yield _Found(found.start(), -found.end(), False, number)

    def _called(self, text: str) -> Iterator[_Found]:
        """Find at each place the longest name that begins there."""
        told = folded(text)
        lengths = self._lengths
        for start in [at for at in range(len(told) - 1) if told[at : at + _BEGINNING] in lengths]:
            for length in lengths[told[start : start + _BEGINNING]]:
                if instead := self._names.get(told[start : start + length]):
                    yield _Found(start, -start - length, True, instead)
                    break
        yield from self._by_one_character(told)

    def _by_one_character(self, told: str) -> Iterator[_Found]:
        """Find names of one character: only after the sign of a mention, since a character alone is a word."""
        sign = told.find("@")
        while sign >= 0:
            start = sign + 1
            instead = self._names.get(told[start : start + 1])
            # One letter may begin another word, such as @all.
            if instead and not _LATIN.match(told[start : start + 2]):
                yield _Found(start, -start - 1, True, instead)
            sign = told.find("@", start)

    def _number(self, found: str) -> str:
        """Replace a number that may stand in pieces, or several numbers beside each other."""
        pieces = [(_plain(piece), gap) for piece, gap in _PIECE.findall(found)]
        whole = "".join(piece for piece, _ in pieces)
        if len(whole) < SHORTEST_NUMBER:
            return found
        if whole in self._numbers:
            return self._numbers[whole]
        grouped = itertools.groupby(pieces, lambda piece: piece[0] in self._numbers)
        return "".join(
            self._apart(list(group)) if known else self._row(list(group)) for known, group in grouped
        )

    def _row(self, pieces: Sequence[tuple[str, str]]) -> str:
        """Replace pieces that no one knows: as one number, unless each is long enough to be one."""
        if all(len(piece) >= SHORTEST_NUMBER for piece, _ in pieces):
            return self._apart(pieces)
        whole = "".join(piece for piece, _ in pieces)
        if len(whole) < SHORTEST_NUMBER:
            return "".join(piece + gap for piece, gap in pieces)
        return self._invented.number(PERSON, whole) + pieces[-1][1]

    def _apart(self, pieces: Sequence[tuple[str, str]]) -> str:
        return "".join(
            (self._numbers.get(piece) or self._invented.number(PERSON, piece)) + gap for piece, gap in pieces
        )


def _plain(digits: str) -> str:
    """Write digits of any width or script as 0 to 9."""
    return digits if digits.isascii() else "".join(str(int(one)) for one in digits)
