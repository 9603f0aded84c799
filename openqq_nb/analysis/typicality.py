"""Which words are a person's own."""

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from openqq_nb.analysis.asked import at_least
from openqq_nb.analysis.cutting.counting import by_owner, counted, worth_counting
from openqq_nb.analysis.cutting.stopwords import stopping
from openqq_nb.analysis.cutting.texts import people, told
from openqq_nb.analysis.frames import PERSON
from openqq_nb.analysis.odds import BEYOND_CHANCE, log_odds
from openqq_nb.analysis.results import TYPICAL

_LEAST = 2


def typical(log: Any, top: int = 10) -> Any:  # noqa: ANN401 - a frame of any engine, and the same back
    """Find the words that each person uses more than the others do.

    The score is the log-odds with an informative Dirichlet prior, over its standard deviation (Monroe, Colaresi and
    Quinn, 2008): what the person says against what all others say. Each word counts once a message, so that a single
    message full of it says little. Words are shown where the score is above 1.96 and that are in two messages or more.
    What a word is, `words` tells. A bot or a message sent again and again has words very typical of it; where one
    person wrote alone, nothing is typical.

    Args:
        log: a log, an inbox, or a frame of messages of pandas, polars or DuckDB.
        top: how many words of each person.

    Returns:
        `qq`, `displayname`, `word`, `count`, `score`; a frame of the same engine, those who said most words first,
        the highest score first.

    Raises:
        InvalidInput: it is no frame of messages, or `top` cannot be meant.
        NotSupported: it is a frame of Dask or PySpark, or nothing is installed that cuts Chinese text.

    Example:
        >>> import pandas as pd
        >>> from openqq_nb.analysis import typical
        >>> times = pd.date_range("2026-01-01", periods=40, tz="Asia/Shanghai")
        >>> said = ["爬山"] * 18 + ["加班"] * 2 + ["加班"] * 20
        >>> log = pd.DataFrame({"msg_time": times, "sender": ["小灰"] * 20 + ["小王"] * 20, "content": said})
        >>> typical(log)[["displayname", "word", "count"]].values.tolist()
        [['小灰', '爬山', 18], ['小王', '加班', 20]]
    """
    most = at_least("top", top, 1)
    read = told(log)
    who = people(read.columns)
    whose = pd.Index(who[PERSON]).get_indexer(read.columns[PERSON].to_pandas())
    found = counted(read.tokens, worth_counting(read.tokens, stopping(None)))
    scored = _scored(by_owner(found, read.text, whose), len(who), len(read.tokens.words))
    shown = scored[(scored["score"] > BEYOND_CHANCE) & (scored["messages"] >= _LEAST)]
    named = read.tokens.words.take(pa.array(shown["word"], pa.int64())).to_pandas().to_numpy()
    ordered = shown.assign(word=named).sort_values(
        ["size", "owner", "score", "word"], ascending=[False, True, False, True]
    )
    return read.back(ordered.groupby("owner", sort=False).head(most).join(who, on="owner"), TYPICAL)


def _scored(each: pd.DataFrame, people_there: int, words_there: int) -> pd.DataFrame:
    """Compare in how many messages each word is."""
    inside = each["messages"]
    size = np.bincount(each["owner"], inside, people_there)[each["owner"]]
    others = np.bincount(each["word"], inside, words_there)[each["word"]] - inside
    return each.assign(size=size, score=log_odds(inside, size, others, inside.sum() - size))
