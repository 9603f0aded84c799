"""Pictures of single people: the names they had, the words that are theirs; and words that are new."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from openqq_nb.charts.bars import Bars, cut_off
from openqq_nb.charts.given import About, answer, times
from openqq_nb.charts.parts import milliseconds, name, nothing, numbered, rows, time_axis, told
from openqq_nb.charts.parts import room as room_of
from openqq_nb.charts.picture import WIDTH, Picture
from openqq_nb.charts.themes import Spec
from openqq_nb.charts.wording import say
from openqq_nb.columns import Frame

_NAMED = 7
_NAMES = 6
_PANELS, _PANEL_COLUMNS, _PANEL_WORDS = 6, 3, 8
_PANEL_WIDTH = 200
_ROW = 22
_SHORTEST = 1 / 150
_TOP = 20


def nicknames(log: Any, **asked: Any) -> Picture:  # noqa: ANN401 - what `analysis.nicknames` takes
    """Draw under which names people wrote, and when: the people with most names.

    Args:
        log: a log, a frame of messages of any engine, or what `analysis.nicknames` gave.
        asked: what `analysis.nicknames` takes by name.

    Returns:
        A `Picture`; show it as the last line of a cell, or `save` it.

    Raises:
        InvalidInput: it is neither messages nor an answer.
        NotSupported: what draws is not installed.

    Example:
        >>> import pandas as pd
        >>> from openqq_nb import charts
        >>> times = pd.to_datetime(["2026-11-16 01:30", "2026-11-16 01:31", "2026-11-23 02:00"])
        >>> log = pd.DataFrame({"msg_time": times, "sender": ["小灰", "小灰", "大灰"], "sender_qq": "10001"})
        >>> "大灰" in charts.nicknames(log).svg()
        True
    """
    found, about = answer("nicknames", ("qq", "displayname", "first", "last", "messages"), log, **asked)
    return draw_nicknames(found, about)


def draw_nicknames(found: Frame, about: About) -> Picture:
    """Draw an answer of `analysis.nicknames`."""
    if found.empty:
        return nothing("nicknames", about)
    about = about.or_else(int(found["messages"].sum()), found["first"].min(), found["last"].max())
    people = found["qq"].value_counts(sort=False).sort_values(ascending=False, kind="stable")
    chosen = people[people > 1].head(_NAMED) if (people > 1).any() else people.head(_NAMED)
    top = [found[found["qq"] == qq].sort_values("first").tail(_NAMES) for qq in chosen.index]
    last = [name(one.sort_values("last")["displayname"].iloc[-1]) for one in top]
    pairs = [(one, f"{count:,}") for one, count in zip(last, chosen, strict=True)]
    lines = [*about.told(), say("names_told")]
    if len(chosen) < len(people):
        lines.append(say("more_names", shown=len(chosen)))
    return Picture(say("nicknames"), lines, told(pairs), _lives(pd.concat(top)))


def _lives(names: Frame) -> Spec:
    labels = numbered([name(one) for one in names["displayname"]])
    plot = round(WIDTH - room_of(labels))
    begun, ended = (milliseconds(times(names[one])) for one in ("first", "last"))
    first, last = int(begun.min()), int(ended.max())
    margin = max(60_000, (last - first) // 60)
    shortest = int((last - first + 2 * margin) * _SHORTEST)
    bands, person = _bands(names["qq"])
    bars = [
        {"label": label, "from": int(start), "to": max(int(end), int(start) + shortest), "person": who}
        for label, start, end, who in zip(labels, begun, ended, person, strict=True)
    ]
    across = time_axis(first - margin, last + margin, None, plot)
    across["scale"] = {"type": "utc", "domain": [first - margin, last + margin], "nice": False}
    down = rows(labels)
    down["scale"] = {"domain": labels}
    return {
        "width": plot,
        "height": {"step": _ROW},
        "encoding": {"y": down},
        "layer": [
            {
                "data": {"values": [{"label": labels[at]} for at in bands]},
                "mark": {"type": "rect", "style": "none", "opacity": 0.8},
            },
            {
                "data": {"values": bars},
                "mark": {"type": "bar", "style": "main", "cornerRadius": 3, "height": {"band": 0.55}},
                "encoding": {"x": {"field": "from"} | across, "x2": {"field": "to"}},
            },
        ],
    }


def _bands(people: "pd.Series[str]") -> tuple[list[int], list[int]]:
    """Tell which rows lie on a shaded ground, so that the names of one person are seen to belong together."""
    order = {qq: at for at, qq in enumerate(dict.fromkeys(people))}
    person = [order[qq] for qq in people]
    return [at for at, who in enumerate(person) if who % 2 == 0], person


def typical(log: Any, *more: Any, **asked: Any) -> Picture:  # noqa: ANN401 - what `analysis.typical` takes
    """Draw the words that are typical of somebody: bars for each of the first six people.

    Args:
        log: a log, a frame of messages of any engine, or what `analysis.typical` gave.
        more: what `analysis.typical` takes besides.
        asked: the same by name.

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
    found, about = answer("typical", ("qq", "displayname", "word", "count", "score"), log, *more, **asked)
    return draw_typical(found, about)


def draw_typical(found: Frame, about: About) -> Picture:
    """Draw an answer of `analysis.typical`."""
    if found.empty:
        return nothing("typical", about)
    who = found["qq"].fillna("") + "\n" + found["displayname"].fillna("")
    titles = {key: name(key.partition("\n")[2], _PANEL_WIDTH - 10, 15) for key in dict.fromkeys(who)}
    panels = [(titles[key], found[who == key]) for key in list(titles)[:_PANELS]]
    lines = about.told()
    if len(panels) < len(titles):
        lines.append(say("typical_people", shown=len(panels), all=f"{len(titles):,}"))
    summary = told([(title, name(words["word"].iloc[0])) for title, words in panels])
    return Picture(
        say("typical"),
        lines,
        summary,
        _panels(panels, say("how_typical")),
        _PANEL_WIDTH * min(_PANEL_COLUMNS, len(panels)),
    )


def new_words(log: Any, *more: Any, **asked: Any) -> Picture:  # noqa: ANN401 - what `analysis.new_words` takes
    """Draw the words that are new: bars for each of the last six periods.

    Args:
        log: a log, a frame of messages of any engine, or what `analysis.new_words` gave.
        more: what `analysis.new_words` takes besides.
        asked: the same by name.

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
    columns = ("period", "word", "count", "earlier", "score")
    found, about = answer("new_words", columns, log, *more, **asked)
    return draw_new_words(found, about)


def draw_new_words(found: Frame, about: About) -> Picture:
    """Draw an answer of `analysis.new_words`."""
    if found.empty:
        return nothing("new_words", about)
    periods = times(found["period"])
    every = sorted(periods.unique())
    panels = [
        (f"{one:%Y-%m-%d}", found[periods == one].sort_values("score", ascending=False, kind="stable"))
        for one in every[-_PANELS:]
    ]
    lines = about.told()
    if len(panels) < len(every):
        lines.append(say("new_periods", shown=len(panels), all=f"{len(every):,}"))
    summary = told([(title, name(words["word"].iloc[0])) for title, words in reversed(panels)])
    return Picture(
        say("new_words"),
        lines,
        summary,
        _panels(panels, say("how_new")),
        _PANEL_WIDTH * min(_PANEL_COLUMNS, len(panels)),
    )


def _panels(panels: Sequence[tuple[str, Frame]], measure: str) -> Spec:
    charts = [
        _words(words.head(_PANEL_WORDS), measure).spec(_PANEL_WIDTH)
        | {"title": {"text": title, "fontSize": 13, "offset": 6, "anchor": "start"}}
        for title, words in panels
    ]
    return {"concat": charts, "columns": min(_PANEL_COLUMNS, len(charts)), "spacing": 24, "align": "each"}


def _words(found: Frame, measure: str) -> Bars:
    counts = [f"{int(count):,}×" for count in found["count"]]
    sizes = [max(0.0, float(one)) for one in found["score"].fillna(0)]
    return Bars([name(one, _PANEL_WIDTH / 2 - 20) for one in found["word"]], sizes, counts, measure)


def phrases(log: Any, *more: Any, **asked: Any) -> Picture:  # noqa: ANN401 - what `analysis.phrases` takes
    """Draw the phrases that are written most: a bar a phrase, the first 20.

    Args:
        log: a log, a frame of messages of any engine, or what `analysis.phrases` gave.
        more: what `analysis.phrases` takes besides.
        asked: the same by name.

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
    found, about = answer("phrases", ("phrase", "length", "count", "score"), log, *more, **asked)
    return draw_phrases(found, about)


def draw_phrases(found: Frame, about: About) -> Picture:
    """Draw an answer of `analysis.phrases`."""
    if found.empty:
        return nothing("phrases", about)
    top = found.sort_values("count", ascending=False, kind="stable").head(_TOP)
    sizes = top["count"].astype("int64").tolist()
    bars = Bars([name(one) for one in top["phrase"]], sizes, [f"{one:,}" for one in sizes], say("times"))
    return Picture(say("phrases"), [*about.told(), *cut_off(len(top), len(found))], bars.told(), bars.spec())
