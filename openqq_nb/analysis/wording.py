"""Which words are written, and which of them are new."""

from collections.abc import Iterable
from typing import Any, Literal, get_args

import narwhals as nw
import numpy as np
import pandas as pd
import pyarrow as pa

from openqq_nb.analysis import clock
from openqq_nb.analysis.asked import at_least, one_of
from openqq_nb.analysis.clock import Every
from openqq_nb.analysis.cutting.counting import (
    Counted,
    by_owner,
    counted,
    owners,
    single,
    totals,
    worth_counting,
)
from openqq_nb.analysis.cutting.stopwords import stopping
from openqq_nb.analysis.cutting.texts import Told, coded, people, told
from openqq_nb.analysis.cutting.tokens import Numbers
from openqq_nb.analysis.engines import collected
from openqq_nb.analysis.frames import AT, PERSON
from openqq_nb.analysis.novelties import new_in, whole
from openqq_nb.analysis.results import NEW_WORDS, WORDS, WORDS_OF_CHATS, WORDS_OF_PEOPLE

By = Literal["person", "chat"]

_ORDER = ["messages", "count", "shown"]
_DESCENDING = [False, False, True]


def words(
    log: Any,  # noqa: ANN401 - a frame of any engine, and the same back
    top: int = 200,
    minimum: int = 2,
    stop_words: Iterable[str] | None = None,
    by: By | None = None,
) -> Any:  # noqa: ANN401 - as it came
    """Count the words of messages.

    A word is what jieba takes for one, in small letters, of two characters or more; each emoji is a word too, whether
    it asks to be shown as a picture or not. Of numbers, those of two digits or more are words. Only messages of kind
    `text` and `reply` are read; mentions (`@name`), placeholders such as `[图片]` and addresses of the web and of
    mail are left out, and so are function words of Chinese and English. Messages that are equal count as often as
    they were written. jieba knows no words in letters other than Latin ones without accents; they count as nothing.
    A word counts where it is cut so: one that jieba does not know may be cut otherwise elsewhere, and is then in more
    messages than this tells.

    Args:
        log: a log, an inbox, or a frame of messages of pandas, polars or DuckDB.
        top: how many words, of each person or chat with `by=`.
        minimum: in how many messages a word must be.
        stop_words: words to leave out beside the built-in ones.
        by: `person` or `chat` counts for each of them.

    Returns:
        `word`, `messages` (in how many), `count` (how often), `people` (of how many); by person `qq`, `displayname`,
        `word`, `messages`, `count`; by chat `chat`, `chat_key` and the same four. A frame of the same engine, the
        words in most messages first; people and chats with most of such words first.

    Raises:
        InvalidInput: it is no frame of messages, or an argument cannot be meant.
        NotSupported: it is a frame of Dask or PySpark, or nothing is installed that cuts Chinese text.

    Example:
        >>> import openqq_nb as oq
        >>> from openqq_nb.analysis import words
        >>> my = oq.demo()
        >>> with my.listen() as inbox:
        ...     said = [my.simulator.say("小灰", text) for text in ("周五聚餐吗？", "聚餐！😂", "聚餐😂")]
        ...     received = inbox.wait(3, timeout=10)
        >>> words(received)[["word", "messages", "count", "people"]].values.tolist()
        [['聚餐', 3, 3, 1], ['😂', 2, 2, 1]]
    """
    if by is not None:
        one_of("by", by, get_args(By))
    least, most = at_least("minimum", minimum, 1), at_least("top", top, 1)
    stops = stopping(stop_words)
    read = told(log, ("chat", "chat_key") if by == "chat" else ())
    found = counted(read.tokens, worth_counting(read.tokens, stops))
    if by is None:
        return read.back(_of_all(read, found, most, least), WORDS)
    if by == "person":
        return read.back(_of_people(read, found, most, least), WORDS_OF_PEOPLE)
    return read.back(_of_chats(read, found, most, least), WORDS_OF_CHATS)


def _of_all(read: Told, found: Counted, most: int, least: int) -> pd.DataFrame:
    inside, often = totals(found, read.text, len(read.tokens.words))
    shown = np.flatnonzero(inside >= least)
    frame = _shown(read, pd.DataFrame({"word": shown, "messages": inside[shown], "count": often[shown]}))
    best = frame.sort_values(_ORDER, ascending=_DESCENDING).head(most)
    whose = coded(read.columns[PERSON])
    writers = owners(found.of(_only(read, best["word"])), read.text, whose, len(read.tokens.words))
    return best.assign(people=writers[best["word"]], word=best["shown"])


def _of_people(read: Told, found: Counted, most: int, least: int) -> pd.DataFrame:
    who = people(read.columns)
    whose = pd.Index(who[PERSON]).get_indexer(read.columns[PERSON].to_pandas())
    best = _best_of_each(read, by_owner(found, read.text, whose), most, least)
    return best.join(who, on="owner").assign(word=best["shown"])


def _of_chats(read: Told, found: Counted, most: int, least: int) -> pd.DataFrame:
    chats, whose = _chats(read.columns)
    best = _best_of_each(read, by_owner(found, read.text, whose), most, least)
    person = coded(read.columns[PERSON])
    pairs, both = np.unique(whose * (person.max(initial=0) + 1) + person, return_inverse=True)
    written = by_owner(found.of(_only(read, best["word"])), read.text, both)
    written["owner"] = pairs[written["owner"]] // (person.max(initial=0) + 1)
    writers = written.groupby(["owner", "word"]).size().rename("people")
    return best.join(writers, on=["owner", "word"]).join(chats, on="owner").assign(word=best["shown"])


def _best_of_each(read: Told, frame: pd.DataFrame, most: int, least: int) -> pd.DataFrame:
    enough = _shown(read, frame[frame["messages"] >= least])
    total = enough.groupby("owner")["messages"].sum()
    ordered = enough.assign(total=enough["owner"].map(total)).sort_values(
        ["total", "owner", *_ORDER], ascending=[False, True, *_DESCENDING]
    )
    return ordered.groupby("owner", sort=False).head(most)


def _shown(read: Told, frame: pd.DataFrame) -> pd.DataFrame:
    """Add the words themselves."""
    named = read.tokens.words.take(pa.array(frame["word"], pa.int64()))
    return frame.assign(shown=named.to_pandas().to_numpy())


def _only(read: Told, chosen: "pd.Series[int]") -> Any:  # noqa: ANN401 - flags
    keep = np.zeros(len(read.tokens.words), bool)
    keep[chosen.to_numpy(np.int64)] = True
    return keep


def _chats(columns: pa.Table) -> tuple[pd.DataFrame, Numbers]:
    frame = columns.select(["chat", "chat_key", AT]).to_pandas()
    whose = coded(columns["chat_key"])
    latest = frame.assign(owner=whose).sort_values(AT, kind="stable").drop_duplicates("owner", keep="last")
    return latest.set_index("owner")[["chat", "chat_key"]], whose


def new_words(log: Any, every: Every = "month", top: int = 20) -> Any:  # noqa: ANN401 - a frame of any engine, and the same back
    """Find the words of each period that were hardly written before it.

    A word is new in a period where it is in three messages or more, where its share of all words is at least ten
    times as large as in all periods before together, and where that is no chance: the root of the log-likelihood
    ratio (Dunning, 1993) is above 3.29, which a word that is said alike at all times is once in a thousand times. For
    all of this a word counts once a message. It is shown in the first period where it is new, and in no other.

    jieba cuts what it does not know in pieces, and not always in the same ones. So a new word, or a single character
    that is new, is widened by the characters (of Latin, the words) beside it as long as three of four of its messages
    in the period have them there; what comes of it is judged and counted by its text, however that is cut.
    Of what is longer than 20 characters the beginning is shown, and nothing of what is longer than 40. A longer text
    with a new one of the same period in it, or with one that was widened in an earlier period, is no news.

    A word that nearly all say in one frame in its first period is shown with the frame, and one that is made of old
    words only is not found. Numbers are words, so a new year is new; `666` and `996` are talk. The first period has
    nothing before it and no rows; the first ones after it are compared with little, and what comes with every year is
    new in the first one, so begin well before the time that you ask about.

    Args:
        log: a log, an inbox, or a frame of messages of pandas, polars or DuckDB.
        every: `day`, `week` (from Monday), `month`, `quarter` or `year`, by clocks in China.
        top: how many words of each period.

    Returns:
        `period` (when it began), `word`, `count` (how often its text stands in the messages of the period; Latin
        words only as a whole), `earlier` (the same in all periods before), `score`; a frame of the same engine, in
        order of time, the highest score first.

    Raises:
        InvalidInput: it is no frame of messages, or an argument cannot be meant.
        NotSupported: it is a frame of Dask or PySpark, or nothing is installed that cuts Chinese text.

    Example:
        >>> import pandas as pd
        >>> from openqq_nb.analysis import new_words
        >>> days = pd.date_range("2026-01-01", periods=40, tz="Asia/Shanghai")
        >>> said = ["今天天气"] * 30 + ["火锅！", "今天火锅"] * 5
        >>> log = pd.DataFrame({"msg_time": days, "sender": "小灰", "content": said})
        >>> new_words(log)[["word", "count", "earlier"]].values.tolist()
        [['火锅', 9, 1]]
    """
    one_of("every", every, get_args(Every))
    most = at_least("top", top, 1)
    read = told(log)
    frame = clock.with_period(nw.from_native(read.columns, eager_only=True), every, "number")
    begins = collected(frame.select(period=clock.period_start(every, "number")))["period"]
    starts, whose = np.unique(begins.to_numpy(), return_inverse=True)
    found = counted(read.tokens, worth_counting(read.tokens, stopping(None)))
    each = by_owner(found, read.text, whose)
    sizes = np.bincount(each["owner"], each["messages"], len(starts)).astype(np.int64)
    pieces = by_owner(counted(read.tokens, single(read.tokens, stopping(None))), read.text, whose)
    as_cut = new_in(pd.concat([each, pieces], ignore_index=True), sizes)
    fresh = whole(read, as_cut, whose, sizes)
    best = fresh.sort_values(["owner", "score", "shown"], ascending=[True, False, True])
    first = best.groupby("owner", sort=False).head(most)
    periods = pd.DatetimeIndex(pd.to_datetime(starts[first["owner"]], unit="us", utc=True)).as_unit("us")
    return read.back(first.assign(period=periods, word=first["shown"]), NEW_WORDS)
