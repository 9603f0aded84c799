"""The words that are written: by all, by each person or chat, typical of somebody, new; and phrases."""

from collections.abc import Iterable, Sequence
from typing import Any, cast

import pandas as pd

from openqq_nb.analysis.clock import Every
from openqq_nb.analysis.wording import By
from openqq_nb.charts.bars import TOP, Bars, by_people, counts_of, cut_off
from openqq_nb.charts.given import About, answer, times
from openqq_nb.charts.parts import distinct, name, nothing, picture_of, told
from openqq_nb.charts.periods import called, sure_kind
from openqq_nb.charts.picture import Picture
from openqq_nb.charts.themes import Spec
from openqq_nb.charts.wording import say
from openqq_nb.columns import Frame

PANELS, _PANEL_COLUMNS, _PANEL_WORDS = 6, 3, 8
_PANEL_WIDTH = 200

Panel = tuple[str, Bars]


def words(
    log: Any,  # noqa: ANN401 - what `analysis.words` takes
    top: int = 200,
    minimum: int = 2,
    stop_words: Iterable[str] | None = None,
    by: By | None = None,
) -> Picture:
    """Draw the words that are written most: a bar a word, the first 20; `by=` bars for each of six people or chats.

    Args:
        log: a log, a frame of messages of any engine, or what `analysis.words` gave.
        top: how many words, of each person or chat with `by=`.
        minimum: in how many messages a word must be.
        stop_words: words to leave out beside the built-in ones.
        by: `person` or `chat` counts for each of them.

    Returns:
        A `Picture`; show it as the last line of a cell, or `save` it.

    Raises:
        InvalidInput: it is neither messages nor an answer.
        NotSupported: what draws is not installed.

    Example:
        >>> import pandas as pd
        >>> from openqq_nb import charts
        >>> times = pd.to_datetime(["2026-11-16 01:30", "2026-11-16 01:31", "2026-11-23 02:00"])
        >>> log = pd.DataFrame({"msg_time": times, "sender": "小灰", "content": "周五聚餐"})
        >>> "聚餐" in charts.words(log).svg()
        True
    """
    return picture_of("words", draw_words, log, top, minimum, stop_words, by)


def draw_words(found: Frame, about: About) -> Picture:
    """Draw an answer of `analysis.words`; people or chats have a panel each."""
    if "chat_key" in found:
        return _of_owners(found, about, "chat_key", "chat")
    if "qq" in found:
        return _of_owners(found, about, "qq", "displayname")
    return _of_all("words", found, "word", about)


def _of_all(question: str, found: Frame, column: str, about: About) -> Picture:
    top = found.head(TOP)
    labels = [name(one) for one in top[column]]
    bars = Bars(labels, counts_of(top["messages"]), by_people(top), say(f"messages_with_{column}"))
    return Picture(say(question), [*about.told(), *cut_off(len(top), len(found))], bars.told(), bars.spec())


def _of_owners(found: Frame, about: About, key: str, title: str) -> Picture:
    owners = [one for _, one in found.groupby(_whose(found, key, title), sort=False)]
    shown = owners[:PANELS]
    panels = list(zip(_titles(shown, key, title), map(_counted, shown), strict=True))
    lines = [*about.told(), *cut_off(len(panels), len(owners))]
    return _beside(say("words"), lines, panels)


def _counted(found: Frame) -> Bars:
    top = found.head(_PANEL_WORDS)
    sizes = counts_of(top["messages"])
    return Bars(_labels(top), sizes, [f"{one:,}" for one in sizes], say("messages_with_word"))


def _whose(found: Frame, key: str, title: str) -> "pd.Series[str]":
    """Tell people or chats apart by number and name."""
    return found[key].fillna("") + "\n" + found[title].fillna("")


def _titles(owners: Sequence[Frame], key: str, title: str) -> list[str]:
    names, numbers = ([one[column].iloc[0] for one in owners] for column in (title, key))
    return distinct(names, numbers, _PANEL_WIDTH - 10, 15)


def typical(log: Any, top: int = 10) -> Picture:  # noqa: ANN401 - what `analysis.typical` takes
    """Draw the words that are typical of somebody: bars for each of the first six people, by how often they wrote them.

    Args:
        log: a log, a frame of messages of any engine, or what `analysis.typical` gave.
        top: how many words of each person.

    Returns:
        A `Picture`; show it as the last line of a cell, or `save` it.

    Raises:
        InvalidInput: it is neither messages nor an answer.
        NotSupported: what draws is not installed.

    Example:
        >>> import pandas as pd
        >>> from openqq_nb import charts
        >>> scored = {"word": ["爬山"], "count": [18], "score": [5.2]}
        >>> answer = pd.DataFrame({"qq": "10001", "displayname": "小灰", **scored})
        >>> "爬山" in charts.typical(answer).svg()
        True
    """
    return picture_of("typical", draw_typical, log, top)


def draw_typical(found: Frame, about: About) -> Picture:
    """Draw an answer of `analysis.typical`."""
    people = of_people(found)
    shown = people[:PANELS]
    bars = [_scored(one) for one in shown]
    panels = list(zip(_titles(shown, "qq", "displayname"), bars, strict=True))
    lines = [*about.told(), say("typical_told")]
    if len(panels) < len(people):
        lines.append(say("typical_people", shown=len(panels), all=f"{len(people):,}"))
    return _beside(say("typical"), lines, panels)


def of_people(found: Frame) -> list[Frame]:
    """Take an answer of `analysis.typical` apart: the first words of each person, as they follow in it."""
    return [
        one.head(_PANEL_WORDS) for _, one in found.groupby(_whose(found, "qq", "displayname"), sort=False)
    ]


def new_words(log: Any, every: Every = "month", top: int = 20) -> Picture:  # noqa: ANN401 - what `analysis.new_words` takes
    """Draw the words that are new: bars for each of the last six periods, by how often they were written.

    Args:
        log: a log, a frame of messages of any engine, or what `analysis.new_words` gave.
        every: `day`, `week`, `month`, `quarter` or `year`.
        top: how many words of each period.

    Returns:
        A `Picture`; show it as the last line of a cell, or `save` it.

    Raises:
        InvalidInput: it is neither messages nor an answer.
        NotSupported: what draws is not installed.

    Example:
        >>> import pandas as pd
        >>> from openqq_nb import charts
        >>> period = pd.to_datetime(["2026-11-01"])
        >>> scored = {"word": ["火锅"], "count": [27], "earlier": [3], "score": [5.2]}
        >>> answer = pd.DataFrame({"period": period, **scored})
        >>> "火锅" in charts.new_words(answer).svg()
        True
    """
    found, about = answer("new_words", log, every, top)
    return draw_new_words(found, about, None if about.messages is None else every)


def draw_new_words(found: Frame, about: About, every: Every | None = None) -> Picture:
    """Draw an answer of `analysis.new_words`; by its moments if it is not told of which periods it is."""
    if found.empty:
        return nothing("new_words", about)
    periods = of_periods(found)
    every = every or sure_kind(times(found["period"]))
    shown = list(periods.items())[-PANELS:]
    panels = [(called(begun, every), _scored(one)) for begun, one in shown]
    lines = [*about.told(), say("newest_told")]
    if len(panels) < len(periods):
        lines.append(say("new_periods", shown=len(panels), all=f"{len(periods):,}"))
    return _beside(say("new_words"), lines, panels, panels[::-1])


def _beside(
    title: str, lines: Sequence[str], panels: Sequence[Panel], first: Sequence[Panel] = ()
) -> Picture:
    """Draw bars of several people, chats or periods beside each other, all on one scale; tell of the first of them."""
    among = [bars for _, bars in panels]
    charts = [
        bars.spec(_PANEL_WIDTH, among=among)
        | {"title": {"text": label, "fontSize": 13, "offset": 6, "anchor": "start"}}
        for label, bars in panels
    ]
    columns = min(_PANEL_COLUMNS, len(charts))
    body: Spec = {"concat": charts, "columns": columns, "spacing": 24, "align": "each"}
    summary = told([(label, bars.labels[0]) for label, bars in first or panels])
    return Picture(title, lines, summary, body, _PANEL_WIDTH * columns)


def of_periods(found: Frame) -> dict[pd.Timestamp, Frame]:
    """Take an answer of `analysis.new_words` apart: the newest words of each period, by when it began."""
    best = found.sort_values("score", ascending=False, kind="stable")
    return {
        pd.Timestamp(cast(Any, begun)): one.head(_PANEL_WORDS)
        for begun, one in best.groupby(times(best["period"]))
    }


def _scored(top: Frame) -> Bars:
    counts = counts_of(top["count"])
    return Bars(_labels(top), counts, [f"{count:,}×" for count in counts], say("times_written"))


def _labels(top: Frame) -> list[str]:
    return [name(one, _PANEL_WIDTH / 2 - 20) for one in top["word"]]


def phrases(log: Any, length: tuple[int, int] = (2, 5), top: int = 100) -> Picture:  # noqa: ANN401 - what `analysis.phrases` takes
    """Draw the phrases that are written most: a bar a phrase, the first 20.

    Args:
        log: a log, a frame of messages of any engine, or what `analysis.phrases` gave.
        length: of how many words at least, and at most.
        top: how many phrases.

    Returns:
        A `Picture`; show it as the last line of a cell, or `save` it.

    Raises:
        InvalidInput: it is neither messages nor an answer.
        NotSupported: what draws is not installed.

    Example:
        >>> import pandas as pd
        >>> from openqq_nb import charts
        >>> times = pd.to_datetime(["2026-11-16 01:30", "2026-11-16 01:31", "2026-11-23 02:00"])
        >>> log = pd.DataFrame({"msg_time": times, "sender": "小灰", "content": ["周末爬山吗", "周末爬山！", "加班"]})
        >>> "周末爬山" in charts.phrases(log).svg()
        True
    """
    return picture_of("phrases", draw_phrases, log, length, top)


def draw_phrases(found: Frame, about: About) -> Picture:
    """Draw an answer of `analysis.phrases`."""
    return _of_all("phrases", found.sort_values("messages", ascending=False, kind="stable"), "phrase", about)
