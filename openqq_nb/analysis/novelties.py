"""What is new: words that come up in a period, whole where they were cut in pieces."""

from collections.abc import Collection
from typing import Any

import numpy as np
import pandas as pd

from openqq_nb.analysis.cutting.counting import by_owner
from openqq_nb.analysis.cutting.letters import Spelled, letters_of
from openqq_nb.analysis.cutting.texts import Told
from openqq_nb.analysis.cutting.tokens import Numbers
from openqq_nb.analysis.odds import Values

_LEAST = 3
_TIMES = 10
# A word said alike at all times is so far from it once in a thousand times.
_BEYOND_CHANCE = 3.29


def surprise(count: Any, of: Any, earlier: Any, of_earlier: Any) -> Values:  # noqa: ANN401 - whatever NumPy takes for numbers
    """Tell how far from chance it is that words are said in a period as often as they are.

    The root of the log-likelihood ratio (Dunning, 1993). Where all that was before is much longer than the period,
    the log-odds of `typical` say of a word that was never there before that it may be chance; this does not.

    Args:
        count: how often each word is said in the period.
        of: how many words are said there, which are no fewer.
        earlier: how often each word is said before.
        of_earlier: how many words are said before, which are no fewer; where nothing was, the score is 0.

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
        The rows that are new, with `earlier` and `score`. Texts are found where they are cut in other words, too: a
        text in more messages than the words of a period (which may have none) or of those before is all of them.
    """
    ordered = each.sort_values(["word", "owner"])
    words = ordered.groupby("word", sort=False)
    inside, whose = ordered["messages"], ordered["owner"]
    said = words["messages"].cumsum() - inside
    size = np.maximum(sizes[whose], inside)
    before = np.maximum((np.cumsum(sizes) - sizes)[whose], said)
    score = surprise(inside, size, said, before)
    rises = (before > 0) & (inside * before >= _TIMES * said * size)
    new = rises & (inside >= _LEAST) & (score > _BEYOND_CHANCE)
    earlier = words["count"].cumsum() - ordered["count"]
    kept: pd.DataFrame = ordered.assign(earlier=earlier, score=score)[new]
    return kept.drop_duplicates("word")


def whole(read: Told, fresh: pd.DataFrame, whose: Numbers, sizes: Numbers) -> pd.DataFrame:
    """Widen new words to what they stand in nearly always, and count the text of that.

    Args:
        read: the messages.
        fresh: the words that are new as they were cut, of `new_in`.
        whose: the period of each message.
        sizes: as in `new_in`.

    Returns:
        `owner`, `shown`, `count`, `earlier`, `score`: one row for each word or phrase that is new.
    """
    named = read.tokens.words.to_pandas().to_numpy()
    emoji = read.tokens.emoji()[fresh["word"]]
    letters = letters_of(read.tokens)
    phrases: dict[Spelled, bool] = {}
    for owner, words in fresh[~emoji].groupby("owner")["word"]:
        inside = np.bincount(read.text[whose == owner], minlength=letters.texts)
        for word in named[words]:
            alone = letters.spelled([word])
            phrase = letters.widened(alone, inside)
            phrases[phrase] = phrases.get(phrase, True) and phrase != alone
    spelled = [one for one in phrases if len(letters.written(one)) > 1]
    each = by_owner(letters.counted(spelled), read.text, whose)
    found = new_in(each, sizes)
    texts = found.assign(spelled=[spelled[one] for one in found["word"]])
    news = _news(texts, {one for one, widened in phrases.items() if widened})
    shown = [letters.written(one) for one in news["spelled"]]
    both = [fresh[emoji].assign(shown=named[fresh["word"][emoji]]), news.assign(shown=shown)]
    return pd.concat(both)[["owner", "shown", "count", "earlier", "score"]]


def _news(found: pd.DataFrame, phrases: Collection[Spelled]) -> pd.DataFrame:
    """Leave out what has another one in it: of the same period, or a phrase of an earlier one."""
    texts = found["spelled"].map(lambda one: f" {' '.join(map(str, one))} ")
    ordered = found.assign(text=texts, size=found["spelled"].map(len)).sort_values(["owner", "size", "word"])
    kept, before = [], list[str]()
    for _, period in ordered.groupby("owner"):
        now: list[str] = []
        widened: list[str] = []
        for place, text, spelled in zip(period.index, period["text"], period["spelled"], strict=True):
            if not any(one in text for one in (*now, *before)):
                kept.append(place)
                now.append(text)
                widened += [text] * (spelled in phrases)
        before += widened
    return ordered.loc[kept]
