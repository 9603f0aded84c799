"""What is new: words that come up in a period, whole where they were cut in pieces."""

from dataclasses import fields
from typing import Any

import numpy as np
import pandas as pd

from openqq_nb.analysis.collocations import Run, levels, longest_kept, occurrences, run_of
from openqq_nb.analysis.cutting.counting import by_owner, paired
from openqq_nb.analysis.cutting.stopwords import built_in
from openqq_nb.analysis.cutting.texts import Told
from openqq_nb.analysis.cutting.tokens import Flags, Numbers, joined
from openqq_nb.analysis.odds import Values

_LEAST = 3
_TIMES = 10
# A word of which more than this part stands inside of a phrase is a piece of that.
_MOSTLY = 0.5
# A word said alike at all times is so far from it once in a thousand times.
_BEYOND_CHANCE = 3.29
_LONGEST = 5


def surprise(count: Any, of: Any, earlier: Any, of_earlier: Any) -> Values:  # noqa: ANN401 - whatever NumPy takes for numbers
    """Tell how far from chance it is that words are said in a period as often as they are.

    The root of the log-likelihood ratio (Dunning, 1993). Where all that was before is much longer than the period,
    the log-odds of `typical` say of a word that was never there before that it may be chance; this does not.

    Args:
        count: how often each word is said in the period.
        of: how many words are said there.
        earlier: how often each word is said before.
        of_earlier: how many words are said before.

    Example:
        >>> surprise([3, 3], [100, 100], [0, 0], [100, 3000]).round(1).tolist()
        [2.0, 4.5]
    """
    here, size, before, size_before = (np.asarray(one, float) for one in (count, of, earlier, of_earlier))
    expected = (here + before) / np.maximum(size + size_before, 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = [
            said * np.log(said / (expected * many)) for said, many in ((here, size), (before, size_before))
        ]
    scores: Values = np.sqrt(2 * np.maximum(np.nan_to_num(parts[0]) + np.nan_to_num(parts[1]), 0))
    return scores


def new_in(each: pd.DataFrame, sizes: Numbers) -> pd.DataFrame:
    """Keep what is new, each once: where it is so first.

    Args:
        each: `owner` (the period), `word`, `messages`, `count`: one row for each word of a period.
        sizes: of each period, the number of messages of each word, added up.

    Returns:
        The rows that are new, with `earlier` and `score`.
    """
    ordered = each.sort_values(["word", "owner"])
    words = ordered.groupby("word", sort=False)
    inside, whose = ordered["messages"], ordered["owner"]
    size, before = sizes[whose], (np.cumsum(sizes) - sizes)[whose]
    said = words["messages"].cumsum() - inside
    score = surprise(inside, size, said, before)
    rises = (before > 0) & (inside * before >= _TIMES * said * size)
    new = rises & (inside >= _LEAST) & (score > _BEYOND_CHANCE)
    earlier = words["count"].cumsum() - ordered["count"]
    kept: pd.DataFrame = ordered.assign(earlier=earlier, score=score)[new]
    return kept.drop_duplicates("word")


def whole(read: Told, fresh: pd.DataFrame, whose: Numbers, sizes: Numbers) -> pd.DataFrame:
    """Put phrases in the place of new words that are mostly pieces of them.

    Args:
        read: the messages.
        fresh: the words that are new, of `new_in`.
        whose: the period of each message.
        sizes: as in `new_in`.

    Returns:
        `owner`, `shown`, `count`, `earlier`, `score`: one row for each word or phrase that is new.
    """
    named = read.tokens.words.to_pandas().to_numpy()
    alone = fresh.assign(shown=named[fresh["word"]])
    run = _around(run_of(read.tokens, read.text), np.isin(np.arange(len(named)), fresh["word"]))
    sequences = levels(run, read.tokens.among(built_in()), _LONGEST)
    phrases = longest_kept(sequences, 2)
    at, which = occurrences(sequences, phrases)
    each = by_owner(paired(run.text[at], which, read.tokens.texts, len(phrases)), read.text, whose)
    together = new_in(each, sizes).join(phrases[["first", "length"]], on="word").reset_index(drop=True)
    rows = zip(together["first"], together["length"], strict=True)
    pieces = [run.word[first : first + size].tolist() for first, size in rows]
    best = _homes(alone, together.assign(piece=pd.Series(pieces, together.index, object)))
    homes = together.assign(shown=[joined(list(named[piece])) for piece in pieces]).loc[best["home"].unique()]
    return pd.concat([alone.drop(best.index), homes])[["owner", "shown", "count", "earlier", "score"]]


def _around(run: Run, words: Flags) -> Run:
    """Keep the stretches in which one of the words stands."""
    near = np.bincount(run.stretch, words[run.word]) > 0
    return Run(*(getattr(run, field.name)[near[run.stretch]] for field in fields(Run)))


def _homes(alone: pd.DataFrame, together: pd.DataFrame) -> pd.DataFrame:
    """Find the phrase of which each word is a piece: `home`, its row, at the row of the word."""
    pieces = together.rename_axis("home").reset_index().explode("piece")
    pieces["piece"] = pieces["piece"].astype("int64")
    words = alone.rename_axis("row").reset_index()
    both = words.merge(
        pieces, left_on=["owner", "word"], right_on=["owner", "piece"], suffixes=("", "_together")
    )
    mostly = both[both["messages_together"] > _MOSTLY * both["messages"]]
    ordered = mostly.sort_values(["length", "messages_together", "home"], ascending=[False, False, True])
    return ordered.drop_duplicates("row").set_index("row")
