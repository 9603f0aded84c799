"""Sequences of words, from short to long, and how much more often than chance they occur."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from openqq_nb.analysis.cutting.tokens import Flags, Numbers, Tokens

Values = npt.NDArray[np.float64]

_LEAST = 2
# A phrase of which more than this part stands inside of a longer one belongs to that.
_MOSTLY = 0.5


@dataclass(frozen=True, slots=True)
class Run:
    """The words of all texts one after the other, without blanks and signs.

    Attributes:
        word: the place of each among the words.
        stretch: a number that changes where words do not stand together, as `Tokens.stretches` tells.
        text: the place of its text.
        weight: in how many messages its text is.
    """

    word: Numbers
    stretch: Numbers
    text: Numbers
    weight: Numbers


@dataclass(frozen=True, slots=True)
class Level:
    """The sequences of one length that were written more than once.

    Attributes:
        length: of how many words.
        first: where in the run each is for the first time.
        count: how often it was written.
        head: the sequence of one word less that it begins with, by its place in the level before.
        tail: the one that it ends with.
        score: normalised pointwise mutual information.
        whole: whether it may be a phrase: more frequent than by chance, with no function word at its ends.
        at: where in the run one of them begins, each time.
        which: the one that begins there.
    """

    length: int
    first: Numbers
    count: Values
    head: Numbers
    tail: Numbers
    score: Values
    whole: Flags
    at: Numbers
    which: Numbers


def run_of(tokens: Tokens, text: Numbers) -> Run:
    """Put the words of texts in a row.

    Args:
        tokens: of the texts.
        text: the text of each message.
    """
    said = np.bincount(text, minlength=tokens.texts)
    at, stretch = tokens.stretches()
    where = tokens.text[at]
    return Run(tokens.word[at], stretch, where, said[where])


def levels(run: Run, stops: Flags, longest: int) -> list[Level]:
    """Count the sequences of two words, of three, and so on up to the longest.

    A sequence is told by the two of one word less that it is made of, so whatever holds a rare one is never looked
    at.

    Args:
        run: the words.
        stops: which of them are function words.
        longest: of how many words at most.
    """
    said = np.bincount(run.word, run.weight, len(stops))
    with np.errstate(divide="ignore"):
        chance = np.log(said / max(said.sum(), 1.0))
    made: list[Level] = []
    number, many = np.where(said[run.word] >= _LEAST, run.word, -1).astype(np.int64), len(stops)
    for length in range(2, longest + 1):
        found, number = _longer(run, number, many, length)
        made.append(_judged(found, run, chance, stops))
        many = len(found.first)
    return made


def longest_kept(found: Sequence[Level], shortest: int) -> pd.DataFrame:
    """Keep the phrases that do not stand mostly inside of a longer one.

    Returns:
        `first`, `length`, `count`, `score`, and `place` in its level: one row a phrase.
    """
    kept: list[pd.DataFrame] = []
    around: Values = np.zeros(len(found[-1].first))
    for place in range(len(found) - 1, shortest - 3, -1):
        level = found[place]
        phrase = level.whole & (around <= _MOSTLY * level.count)
        columns = {"first": level.first, "length": level.length, "count": level.count, "score": level.score}
        kept.append(pd.DataFrame(columns).assign(place=np.arange(len(phrase)))[phrase])
        inside = np.maximum(around, np.where(level.whole, level.count, 0))
        around = np.zeros(len(found[place - 1].first) if place else 0)
        if place:
            np.maximum.at(around, level.head, inside)
            np.maximum.at(around, level.tail, inside)
    return pd.concat(kept, ignore_index=True)


def occurrences(found: Sequence[Level], phrases: pd.DataFrame) -> tuple[Numbers, Numbers]:
    """Tell where phrases stand.

    Args:
        found: the sequences.
        phrases: some of them: `length` and `place`.

    Returns:
        Where in the run a phrase begins, and which row of `phrases` it is.
    """
    at, rows = [], []
    for level in found:
        row = np.full(len(level.first), -1, np.int64)
        mine = phrases["length"].to_numpy() == level.length
        row[phrases["place"].to_numpy()[mine]] = np.flatnonzero(mine)
        there = row[level.which] >= 0
        at.append(level.at[there])
        rows.append(row[level.which[there]])
    return np.concatenate(at), np.concatenate(rows)


def _longer(run: Run, number: Numbers, many: int, length: int) -> tuple[Level, Numbers]:
    """Join sequences that overlap; gives the level, and the number of the sequence that begins at each word."""
    last = np.arange(len(number) - 1)
    end = np.minimum(last + length - 1, len(number) - 1)
    fits = (number[:-1] >= 0) & (number[1:] >= 0) & (last + length <= len(number))
    start = last[fits & (run.stretch[:-1] == run.stretch[end])]
    pairs = pa.array(number[start] * max(many, 1) + number[start + 1], pa.int64()).dictionary_encode()
    which = pairs.indices.to_numpy(zero_copy_only=False)
    distinct = pairs.dictionary.to_numpy(zero_copy_only=False)
    count = np.bincount(which, run.weight[start], len(distinct)).astype(np.float64)
    first = np.zeros(len(distinct), np.int64)
    first[which[::-1]] = start[::-1]
    frequent = count >= _LEAST
    numbered = np.full(len(number), -1, np.int64)
    numbered[start] = np.where(frequent, np.cumsum(frequent) - 1, -1)[which]
    head, tail = np.divmod(distinct[frequent], max(many, 1))
    none = np.zeros(len(head))
    at = start[frequent[which]]
    level = Level(length, first[frequent], count[frequent], head, tail, none, none > 0, at, numbered[at])
    return level, numbered


def _judged(level: Level, run: Run, chance: Values, stops: Flags) -> Level:
    words = run.word[level.first[:, np.newaxis] + np.arange(level.length)]
    with np.errstate(divide="ignore", invalid="ignore"):
        together = np.log(level.count / max(run.weight.sum(), 1))
        score = (together - chance[words].sum(axis=1)) / (together * (1 - level.length))
    whole = (score > 0) & ~stops[words[:, 0]] & ~stops[words[:, -1]]
    return replace(level, score=score, whole=whole)
