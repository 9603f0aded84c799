"""Where words and phrases stand in texts, however they were cut."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from openqq_nb.analysis.cutting.counting import Counted, paired
from openqq_nb.analysis.cutting.tokens import Numbers, Tokens, joined

Spelled = tuple[int, ...]
"""A word or phrase, as the numbers of its letters."""

_ONE = re.compile(r"[\x00-\x7f]+|[^\x00-\x7f]")
_BREAK = 0
# A word goes on with what stands beside it in this part of its messages.
_NEARLY_ALL = 0.75
# All words of a text that is repeated are widened to the same, and people see its beginning; of a long one, nothing.
_WIDEST, _SHOWN = 40, 20


@dataclass(frozen=True, slots=True)
class Letters:
    """The letters of all texts one after the other, with a break before each stretch and after the last one.

    A letter is a character that is not Latin, or a word of Latin letters and digits: no word stands in a part of it.

    Attributes:
        named: what there is; the first one is the break.
        number: the place in `named` of each.
        letter: the place in `named` of what stands there.
        text: the place of its text.
        order: where each letter stands, one letter after the other.
        starts: where in `order` that begins for each letter, and where it ends for the last one.
        texts: how many texts there are.
    """

    named: list[str]
    number: dict[str, int]
    letter: Numbers
    text: Numbers
    order: Numbers
    starts: Numbers
    texts: int

    def spelled(self, words: Sequence[str]) -> Spelled:
        """Give the letters of words that stand together; all of them are in the texts."""
        return tuple(self.number[one] for word in words for one in _ONE.findall(word))

    def written(self, spelled: Spelled) -> str:
        """Give a phrase as people read it."""
        return joined([self.named[one] for one in spelled])

    def places(self, spelled: Spelled) -> Numbers:
        """Tell where a phrase begins, each time."""
        rarest = min(range(len(spelled)), key=lambda nth: self._often(spelled[nth]))
        rare = spelled[rarest]
        at = self.order[self.starts[rare] : self.starts[rare + 1]] - rarest
        for nth, one in enumerate(spelled):
            # Whatever is beyond the ends is taken for what stands there: a break.
            at = at[self.letter.take(at + nth, mode="clip") == one]
        return at

    def counted(self, phrases: Sequence[Spelled]) -> Counted:
        """Count phrases in each text, as `str.count` does; they are numbered as they come."""
        found = [_apart(self.places(one), len(one)) for one in phrases]
        at = np.concatenate([np.zeros(0, np.int64), *found])
        which = np.repeat(np.arange(len(found)), [len(one) for one in found])
        return paired(self.text[at], which, self.texts, len(phrases))

    def widened(self, spelled: Spelled, inside: Numbers) -> Spelled:
        """Add the letters beside a word that it has in nearly all messages.

        Args:
            spelled: the word.
            inside: how many messages each text is in; those with none are not looked at.

        Returns:
            The beginning of a long text, and nothing of a very long one.
        """
        at = self.places(spelled)
        at = at[inside[self.text[at]] > 0]
        enough = max(1.0, _NEARLY_ALL * inside[np.unique(self.text[at])].sum())
        while len(spelled) <= _WIDEST:
            (many, one), (many_before, before) = (
                self._commonest(place, inside) for place in (at + len(spelled), at - 1)
            )
            if max(many, many_before) < enough:
                return spelled[:_SHOWN]
            if many >= many_before:
                at, spelled = at[self.letter[at + len(spelled)] == one], (*spelled, one)
            else:
                at, spelled = at[self.letter[at - 1] == before] - 1, (before, *spelled)
        return ()

    def _often(self, one: int) -> int:
        return int(self.starts[one + 1] - self.starts[one])

    def _commonest(self, at: Numbers, inside: Numbers) -> tuple[int, int]:
        """Find the letter that stands at some of these places in most messages: in how many, and which."""
        at = at[self.letter[at] != _BREAK]
        if not len(at):
            return 0, _BREAK
        pairs = np.unique(self.letter[at] * self.texts + self.text[at])
        which, text = np.divmod(pairs, self.texts)
        letters, place = np.unique(which, return_inverse=True)
        many = np.bincount(place, inside[text])
        return int(many.max()), int(letters[many.argmax()])


def letters_of(tokens: Tokens) -> Letters:
    """Put the letters of texts in a row."""
    spelled = [_ONE.findall(word) for word in tokens.words.to_pylist()]
    number: dict[str, int] = {"": _BREAK}
    flat = np.array([number.setdefault(one, len(number)) for word in spelled for one in word], np.int64)
    lengths = np.array([len(word) for word in spelled], np.int64)
    at, stretch = tokens.stretches()
    word, begins = tokens.word[at], np.diff(stretch, prepend=-1) != 0
    many = lengths[word]
    # Which letter of its word each is; `ends` counts the breaks too.
    nth = np.arange(many.sum()) - np.repeat(np.cumsum(many) - many, many)
    ends = np.cumsum(many + begins)
    place = np.repeat(ends - many, many) + nth
    letter = np.full((ends[-1] if len(ends) else 0) + 1, _BREAK, np.int64)
    text = np.zeros(len(letter), np.int64)
    letter[place] = flat[np.repeat(np.cumsum(lengths)[word] - many, many) + nth]
    text[place] = np.repeat(tokens.text[at], many)
    starts = np.append(0, np.cumsum(np.bincount(letter, minlength=len(number))))
    # Small numbers are sorted many times as fast.
    order = np.argsort(letter.astype(np.min_scalar_type(len(number))), kind="stable")
    return Letters(list(number), number, letter, text, order, starts, tokens.texts)


def _apart(at: Numbers, length: int) -> Numbers:
    """Leave out what begins inside of the one before."""
    if not (np.diff(at) < length).any():
        return at
    kept: list[int] = []
    for place in at.tolist():
        if not kept or place >= kept[-1] + length:
            kept.append(place)
    return np.array(kept, np.int64)
