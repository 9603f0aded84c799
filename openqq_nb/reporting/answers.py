"""The table of each question: what its picture tells, for those who do not see it, and for those who want numbers."""

from collections.abc import Callable, Mapping, Sequence

import pandas as pd

from openqq_nb.analysis.clock import Every
from openqq_nb.charts.bars import kind_name, length, percent
from openqq_nb.charts.courses import by_chat, comings, without_first
from openqq_nb.charts.given import times
from openqq_nb.charts.networks import directed
from openqq_nb.charts.parts import told
from openqq_nb.charts.people import NAMES, last_name, most_named
from openqq_nb.charts.periods import called, whole
from openqq_nb.charts.ranges import silences
from openqq_nb.charts.texts import clean
from openqq_nb.charts.vocabulary import PANELS, of_people, of_periods
from openqq_nb.charts.weeks import by_day, by_hour, last_years
from openqq_nb.charts.wording import say as said
from openqq_nb.columns import Frame
from openqq_nb.reporting.tables import (
    Column,
    Table,
    filled,
    matrix,
    moment,
    named,
    number,
    shown_name,
    shown_text,
    text,
)
from openqq_nb.reporting.wording import say

PERIODS = 25
"""How many periods a table has at most, such as two years of months; a log is asked for longer ones for more."""

_MINUTE = "%Y-%m-%d %H:%M"
_PERSON = named("person", "displayname", "qq")
_CHAT = named("chat", "chat", "chat_key")
_STARTED_BY = named("started_by", "started_by", "started_by_qq")
_START = moment("start", "start", _MINUTE)
_MESSAGES, _PEOPLE, _DAYS, _COUNT = map(number, ("messages", "people", "days", "count"))
_SHARE = number("share", write=percent)

_COLUMNS: Mapping[str, Sequence[Column]] = {
    "ranking": (_PERSON, _MESSAGES, _SHARE, _DAYS, moment("first", "first"), moment("last", "last")),
    "night_owls": (
        _PERSON,
        _MESSAGES,
        number("share_of_own", "share", percent),
        number("latest", write=clean),
    ),
    "kinds": (text("kind", "kind", kind_name), _MESSAGES, _SHARE),
    "words": (text("word", "word"), _MESSAGES, _COUNT, _PEOPLE),
    "phrases": (text("phrase", "phrase"), _MESSAGES, _COUNT, _PEOPLE),
    "repeats": (text("content", "content", shown_text), _MESSAGES, _PEOPLE, _CHAT, _START, _STARTED_BY),
    "conversations": (_START, _CHAT, number("length", "seconds", length), _MESSAGES, _PEOPLE, _STARTED_BY),
    "replies": (
        named("from", "from_name", "from"),
        named("to", "to_name", "to"),
        number("replies"),
        number("mentions"),
    ),
    "similar_groups": (
        named("group", "displayname", "gnumber"),
        named("other", "other_displayname", "other_gnumber"),
        number("shared"),
        number("alike", "jaccard", percent),
    ),
    "lurkers": (text("silent", "range"), _PEOPLE),
    "typical": (_PERSON, text("typical", "told", str)),
    "nicknames": (_PERSON, text("names", "told", str)),
}


def table(name: str, found: Frame) -> Table:
    """Give the table of an answer.

    Args:
        name: of the question.
        found: its answer, which has rows.
    """
    if name in _MATRICES:
        return _MATRICES[name](found)
    return filled(name, _CHOSEN[name](found) if name in _CHOSEN else found, _COLUMNS[name])


def timeline(found: Frame, every: Every) -> Table:
    """Give the table of an answer of `analysis.timeline`: the messages of all and of each of the chats of the picture.

    Args:
        found: the answer.
        every: its periods, of which those without messages are put in.
    """
    counts, chats = by_chat(found)
    counts = whole(counts, every).fillna(0)
    of_chats = [(called, counts[place].tolist()) for place, called in sorted(chats.items())]
    of_all = (say("column_all"), counts.sum(axis="columns").tolist())
    columns = [of_all, *of_chats] if len(of_chats) > 1 else [(say("column_messages"), of_chats[0][1])]
    return matrix("timeline", "period", [called(begun, every) for begun in counts.index], columns)


def turnover(found: Frame, every: Every, drawn: Frame) -> Table:
    """Give the table of an answer of `analysis.turnover` by messages alone, which counts those whom the picture counts.

    Args:
        found: the answer.
        every: its periods.
        drawn: the answer in the periods of the picture, which may be shorter.
    """
    counts = without_first(comings(found, every), comings(drawn, None)).rename_axis("period").reset_index()
    columns = (_periods(every), _PEOPLE, number("newcomers"), number("leavers"))
    return filled("turnover", counts, columns, PERIODS)


def new_words(found: Frame, every: Every) -> Table:
    """Give the table of an answer of `analysis.new_words`, whose periods are `every`."""
    periods = [(begun, _words(one)) for begun, one in of_periods(found).items()]
    told_of = pd.DataFrame(periods[-PANELS:], columns=["period", "told"])
    return filled("new_words", told_of, (_periods(every), text("new", "told", str)))


def _periods(every: Every) -> Column:
    return Column("period", "period", lambda begun: called(begun, every), "moment")


def _activity(found: Frame) -> Table:
    columns = [(said(f"weekday_{day}"), counts) for day, counts in by_hour(found).items()]
    return matrix("activity", "hour", [f"{hour:02}:00" for hour in range(24)], columns)


def _calendar(found: Frame) -> Table:
    days = by_day(found)
    columns = [(str(year), _of_months(days, year)) for year in last_years(days)]
    heads = [*(said(f"month_{month}") for month in range(1, 13)), say("column_all")]
    return matrix("calendar", "month", heads, columns)


def _of_months(days: "pd.Series[int]", year: int) -> list[float]:
    """Count the messages of each month of a year, and of all; a month before the first or after the last has none."""
    counts = days.resample("MS").sum().reindex(pd.date_range(f"{year}-01-01", periods=12, freq="MS"))
    return [*counts, counts.sum()]


def _silences(found: Frame) -> Frame:
    ranges, people = silences(found)
    return pd.DataFrame({"range": ranges, "people": people})


def _typical(found: Frame) -> Frame:
    shown = of_people(found)[:PANELS]
    people = [(one["qq"].iloc[0], one["displayname"].iloc[0], _words(one)) for one in shown]
    return pd.DataFrame(people, columns=["qq", "displayname", "told"])


def _words(found: Frame) -> str:
    counts = [f"{int(count):,}×" for count in found["count"]]
    return told(list(zip(map(shown_name, found["word"]), counts, strict=True)), len(found))


def _nicknames(found: Frame) -> Frame:
    people = [(one["qq"].iloc[0], last_name(one), _lives(one.tail(NAMES))) for one in most_named(found)]
    return pd.DataFrame(people, columns=["qq", "displayname", "told"])


def _lives(names: Frame) -> str:
    days = [[f"{day:%Y-%m-%d}" for day in times(names[end])] for end in ("first", "last")]
    spans = [said("span", first=first, last=last) for first, last in zip(*days, strict=True)]
    return told(list(zip(map(shown_name, names["displayname"]), spans, strict=True)), len(names))


def _most(*fields: str) -> Callable[[Frame], Frame]:
    return lambda found: found.sort_values(list(fields), ascending=False, kind="stable")


_MATRICES: Mapping[str, Callable[[Frame], Table]] = {"activity": _activity, "calendar": _calendar}
# What is not here stands in the answer as it is to be read.
_CHOSEN: Mapping[str, Callable[[Frame], Frame]] = {
    "phrases": _most("messages"),
    "repeats": _most("messages"),
    "conversations": _most("messages"),
    "similar_groups": _most("jaccard", "shared"),
    "replies": directed,
    "lurkers": _silences,
    "typical": _typical,
    "nicknames": _nicknames,
}
