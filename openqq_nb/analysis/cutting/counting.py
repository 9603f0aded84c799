"""How often each word was written, by whom, and in how many messages."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from openqq_nb.analysis.cutting.tokens import Flags, Numbers, Tokens


@dataclass(frozen=True, slots=True)
class Counted:
    """The words of each text, each once.

    Attributes:
        word: its place among the words.
        times: how often it is in the text.
        starts: where the words of each text begin, and where the last one ends.
    """

    word: Numbers
    times: Numbers
    starts: Numbers

    def of(self, keep: Flags) -> "Counted":
        """Keep only some words."""
        kept = keep[self.word]
        return Counted(self.word[kept], self.times[kept], np.append(0, np.cumsum(kept))[self.starts])


def worth_counting(tokens: Tokens, leave_out: frozenset[str]) -> Flags:
    """Mark what counts as a word: two characters or more with a letter or digit in them, or an emoji; no stop word."""
    lettered = tokens.matching(r"^.*[\p{L}\p{N}].*$") & tokens.matching(r"(?s)^..")
    kept: Flags = (lettered | tokens.emoji()) & ~tokens.among(leave_out)
    return kept


def single(tokens: Tokens, leave_out: frozenset[str]) -> Flags:
    """Mark the letters and digits that stand alone and are no stop words: pieces of words, seldom words."""
    kept: Flags = tokens.matching(r"^[\p{L}\p{N}]$") & ~tokens.among(leave_out)
    return kept


def counted(tokens: Tokens, keep: Flags) -> Counted:
    """Count the words in each text."""
    kept = keep[tokens.word]
    return paired(tokens.text[kept], tokens.word[kept], tokens.texts, len(tokens.words))


def paired(text: Numbers, word: Numbers, texts: int, words: int) -> Counted:
    """Count what stands in each text.

    Args:
        text: the text of each thing that stands somewhere.
        word: the word that it is.
        texts: how many texts there are.
        words: how many words there are.
    """
    many = max(words, 1)
    distinct, times = np.unique(text.astype(np.int64) * many + word, return_counts=True)
    which, said = np.divmod(distinct, many)
    return Counted(said, times, np.append(0, np.cumsum(np.bincount(which, minlength=texts))))


def totals(words: Counted, text: Numbers, many: int) -> tuple[Numbers, Numbers]:
    """Count over all messages.

    Args:
        words: of each text.
        text: the text of each message.
        many: how many words there are.

    Returns:
        For each word in how many messages it is, and how often.
    """
    said = np.bincount(text, minlength=len(words.starts) - 1)
    weight = np.repeat(said, np.diff(words.starts))
    # Whole numbers are exact in a float up to 9 * 10**15.
    inside = np.bincount(words.word, weight, many).astype(np.int64)
    return inside, np.bincount(words.word, weight * words.times, many).astype(np.int64)


def owners(words: Counted, text: Numbers, owner: Numbers, many: int) -> Numbers:
    """Count the owners of each word; what is given is as in `totals` and `by_owner`."""
    return np.bincount(by_owner(words, text, owner)["word"], minlength=many)


def by_owner(words: Counted, text: Numbers, owner: Numbers) -> pd.DataFrame:
    """Count over the messages of each owner: a person, a chat, a period.

    Args:
        words: of each text.
        text: the text of each message.
        owner: whose it is, a number from 0 on.

    Returns:
        `owner`, `word`, `messages`, `count`: one row for each word of an owner, in no order.
    """
    texts = max(len(words.starts) - 1, 1)
    rows, said = np.unique(owner * texts + text, return_counts=True)
    whose, which = np.divmod(rows, texts)
    lengths = np.diff(words.starts)[which]
    # Where the words of each row stand: from the beginning of its text on.
    place = np.arange(lengths.sum()) + np.repeat(
        words.starts[which] - (np.cumsum(lengths) - lengths), lengths
    )
    weight = np.repeat(said, lengths)
    table = pa.table(
        {
            "owner": np.repeat(whose, lengths),
            "word": words.word[place],
            "messages": weight,
            "count": weight * words.times[place],
        }
    )
    summed = table.group_by(["owner", "word"]).aggregate([("messages", "sum"), ("count", "sum")])
    frame: pd.DataFrame = summed.rename_columns(["owner", "word", "messages", "count"]).to_pandas()
    return frame
