"""Which words stand together."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from openqq_nb.analysis.asked import at_least
from openqq_nb.analysis.collocations import Level, Run, levels, longest_kept, occurrences, run_of
from openqq_nb.analysis.cutting.counting import owners, paired, totals
from openqq_nb.analysis.cutting.letters import letters_of
from openqq_nb.analysis.cutting.stopwords import built_in
from openqq_nb.analysis.cutting.texts import Told, coded, told
from openqq_nb.analysis.cutting.tokens import joined
from openqq_nb.analysis.frames import PERSON
from openqq_nb.analysis.results import PHRASES
from openqq_nb.errors import InvalidInput

_SHORTEST = 2


def phrases(log: Any, length: tuple[int, int] = (2, 5), top: int = 100) -> Any:  # noqa: ANN401 - of any engine
    """Find words that stand together more often than chance would have it.

    Words of one character belong to phrases, and function words do inside of one, not at its ends. A phrase does not
    go beyond a sign, an emoji, a line, or a blank that is not between two Latin words, and is there twice or more. The
    score is pointwise mutual information, normalised: how much more often the words stand there in this order than if
    they were strewn at random, 0 for chance and 1 for words that are never apart. A phrase of which more than half
    stands inside of one longer phrase is left out for that.

    Score and choice are of phrases as jieba cuts them. Those chosen are counted by their text: also inside of longer
    phrases, and where it is cut otherwise. Equal messages count as often as they were written, so what a bot repeats
    comes first, cut at the longest length: look at `people`, or leave its messages out before.

    Args:
        log: a log, an inbox, or a frame of messages of pandas, polars or DuckDB.
        length: of how many words at least, and at most.
        top: how many phrases.

    Returns:
        `phrase`, `length` (of how many words), `messages` (in how many its text stands; Latin words only as a whole),
        `count` (how often), `people` (of how many), `score`; a frame of the same engine, the largest product of
        messages and score first.

    Raises:
        InvalidInput: it is no frame of messages, or an argument cannot be meant.
        NotSupported: it is a frame of Dask or PySpark, or nothing is installed that cuts Chinese text.

    Example:
        >>> import pandas as pd
        >>> from openqq_nb.analysis import phrases
        >>> said = ["周末爬山吗", "周末爬山！", "加班", "下雨"]
        >>> times = pd.date_range("2026-01-01", periods=4, tz="Asia/Shanghai")
        >>> found = phrases(pd.DataFrame({"msg_time": times, "sender": "小灰", "content": said}))
        >>> found[["phrase", "length", "messages", "count", "people"]].values.tolist()
        [['周末爬山', 2, 2, 2, 1]]
    """
    shortest, longest = _lengths(length)
    most = at_least("top", top, 1)
    read = told(log)
    run = run_of(read.tokens, read.text)
    best = _best(read, run, levels(run, read.tokens.among(built_in()), longest), shortest, most)
    return read.back(best, PHRASES)


def _best(read: Told, run: Run, sequences: Sequence[Level], shortest: int, most: int) -> pd.DataFrame:
    """Choose the phrases that are shown by how often they were cut so, and count the text of each."""
    found = longest_kept(sequences, shortest)
    at, which = occurrences(sequences, found)
    inside, _ = totals(paired(run.text[at], which, read.tokens.texts, len(found)), read.text, len(found))
    ranked = found.assign(rank=inside * found["score"])
    best = ranked.sort_values(["rank", "count", "first"], ascending=[False, False, True]).head(most)
    named = read.tokens.words.to_pandas().to_numpy()
    places = zip(best["first"], best["length"], strict=True)
    cut = [list(named[run.word[first : first + size]]) for first, size in places]
    letters = letters_of(read.tokens)
    each = letters.counted([letters.spelled(words) for words in cut])
    messages, count = totals(each, read.text, len(cut))
    people = owners(each, read.text, coded(read.columns[PERSON]), len(cut))
    shown = best.assign(
        phrase=np.array([joined(words) for words in cut], object),
        messages=messages,
        count=count,
        people=people,
        rank=messages * best["score"],
    )
    return shown.sort_values(["rank", "count", "first"], ascending=[False, False, True])


def _lengths(length: object) -> tuple[int, int]:
    if isinstance(length, tuple | list) and len(length) == 2:  # noqa: PLR2004 - the shortest and the longest
        shortest, longest = (at_least("length", one, _SHORTEST) for one in length)
        if shortest <= longest:
            return shortest, longest
    raise InvalidInput(
        f"`length` is how many words make a phrase, at least and at most.\nFound {length!r}.\n"
        "Write for instance length=(2, 5)."
    )
