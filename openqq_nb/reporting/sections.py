"""What is on the page of a report: figures, and a picture or table for each question that has an answer."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, cast

import narwhals as nw
import pandas as pd

from openqq_nb import analysis
from openqq_nb.analysis.clock import Every
from openqq_nb.analysis.cutting import texts
from openqq_nb.analysis.frames import PERSON, messages
from openqq_nb.analysis.opening import PEOPLE, framed
from openqq_nb.analysis.persons import holds_people
from openqq_nb.charts.courses import draw_timeline, draw_turnover, fitting
from openqq_nb.charts.drawn import DRAWN
from openqq_nb.charts.given import About, brought
from openqq_nb.charts.picture import Picture
from openqq_nb.charts.vocabulary import draw_new_words
from openqq_nb.charts.wording import say as said
from openqq_nb.columns import Frame
from openqq_nb.errors import OpenqqError
from openqq_nb.reporting import answers
from openqq_nb.reporting.narrow import narrow
from openqq_nb.reporting.tables import Table
from openqq_nb.reporting.wording import say

_OF_LOGS = (
    "calendar", "activity", "ranking", "night_owls", "replies", "conversations", "repeats", "kinds",
    "words", "phrases", "typical", "new_words", "turnover", "nicknames",
)  # fmt: skip
LOOKED_AT = (
    "msg_time", "kind", "sender", "sender_qq", "content", "chat", "chat_key", "gnumber", "msg_id", "reply_to",
    "recalled_at", "type", "place",
)  # fmt: skip
"""The columns of messages that the questions of a report look at."""
_OF_WORDS = ("words", "phrases", "typical", "new_words")
_WITH_NAMES = ("replies", "conversations", "repeats", "ranking", "night_owls")
_WITH_OPEN_TABLES = ("ranking", "repeats", "conversations")
_OF_ONE_WIDTH = ("calendar", "replies", "similar_groups")
_EVERY: Mapping[str, Every] = {"timeline": "week", "turnover": "month", "new_words": "month"}
"""The periods that questions have by default."""


@dataclass(frozen=True, slots=True)
class Section:
    """A question with its picture and its table.

    Attributes:
        name: of the question.
        picture: its picture.
        narrow: the same for a phone, unless it cannot be less wide.
        table: what the picture tells.
        opened: whether the table is seen at once, since it tells more than the picture.
    """

    name: str
    picture: Picture
    narrow: Picture | None
    table: Table
    opened: bool


@dataclass(frozen=True, slots=True)
class Figure:
    """A number, and of what."""

    value: str
    meaning: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Questions that could not be asked: what is told of them, and the reason in English, which is the same."""

    told: str
    reason: str


@dataclass(frozen=True, slots=True)
class Contents:
    """What is on the page.

    Attributes:
        figures: the headline figures.
        sections: the questions that have an answer.
        left_out: the questions that could not be asked.
    """

    figures: Sequence[Figure]
    sections: Sequence[Section]
    left_out: Sequence[LeftOut] = field(default_factory=list)


def contents(log: Any, roster: Any, about: About) -> Contents:  # noqa: ANN401 - a log or frame of any engine
    """Ask all questions of a log, and draw their answers.

    Args:
        log: a log, or a frame of messages of any engine.
        roster: who is there: a roster, or a frame of members; or None.
        about: what is known of the messages.
    """
    found: dict[str, Frame] = {}
    left_out: dict[str, list[str]] = {}
    for name, ask in _questions(log, roster):
        try:
            found[name] = brought(ask())
        # A question that needs what is not there says so on the page; the others are answered.
        except OpenqqError as error:
            left_out.setdefault(str(error), []).append(say("quoted", title=said(name)))
    sections = [_section(log, name, one, about) for name, one in found.items() if len(one)]
    told = [
        LeftOut(say("unanswered", titles=say("and").join(titles)), why) for why, titles in left_out.items()
    ]
    return Contents(_figures(log, about, found), sections, told)


def _questions(log: Any, roster: Any) -> Iterator[tuple[str, Callable[[], Any]]]:  # noqa: ANN401 - as above
    names = {"roster": roster} if _has_names(roster) else {}
    yield "timeline", _asked("timeline", log)
    text = cache(lambda: texts.told(log))
    for name in _OF_LOGS:
        asked = _asked(name, log, **(names if name in _WITH_NAMES else {}))
        yield name, _of_words(name, text) if name in _OF_WORDS else asked
    if roster is not None:
        members = _members(roster)
        yield "lurkers", _asked("lurkers", members, log)
        yield "similar_groups", _asked("similar_groups", members)


def check(roster: object) -> None:
    """Refuse what is neither a roster nor a frame of people; raises `InvalidInput`."""
    _columns(_members(roster))


def _members(roster: object) -> object:
    return cast(Any, roster).members if holds_people(roster) else roster


def _has_names(roster: object) -> bool:
    """Tell whether people may be called as the roster calls them: a frame need not have names."""
    if roster is None or holds_people(roster):
        return roster is not None
    return {"qq", "displayname"} <= _columns(roster)


def _columns(people: object) -> set[str]:
    # Of pandas several columns may have one name.
    if isinstance(people, pd.DataFrame):
        return set(people.columns)
    return set(framed(people, PEOPLE).collect_schema().names())


def _asked(name: str, *given: Any, **asked: Any) -> Callable[[], Any]:  # noqa: ANN401 - as above
    ask = cast(Callable[..., Any], getattr(analysis, name))
    return lambda: ask(*given, **asked)


def _of_words(name: str, text: Callable[[], texts.Told]) -> Callable[[], Any]:
    """Ask of text that is cut when the first of these questions is asked, and once."""
    ask = cast(Callable[..., Any], getattr(analysis, name))
    return lambda: ask(text())


def _section(log: Any, name: str, found: Frame, about: About) -> Section:  # noqa: ANN401 - as above
    picture = _picture(log, name, found, about)
    less = picture if name in _OF_ONE_WIDTH else narrow(picture)
    again = None if less.body == picture.body else less
    return Section(name, picture, again, _table(log, name, found), name in _WITH_OPEN_TABLES)


def _picture(log: Any, name: str, found: Frame, about: About) -> Picture:  # noqa: ANN401 - as above
    if name == "timeline":
        shown, every = fitting(log, found, _EVERY[name])
        return draw_timeline(shown, about, every)
    if name == "turnover":
        return draw_turnover(found, replace(about, asked={"events": None}), _EVERY[name])
    if name == "new_words":
        return draw_new_words(found, about, _EVERY[name])
    return DRAWN[name](found, about if name != "similar_groups" else About())


def _table(log: Any, name: str, found: Frame) -> Table:  # noqa: ANN401 - as above
    if name not in _EVERY:
        return answers.table(name, found)
    if name == "new_words":
        return answers.new_words(found, _EVERY[name])
    told, every = fitting(log, found, _EVERY[name], answers.PERIODS, getattr(analysis, name))
    return answers.timeline(told, every) if name == "timeline" else answers.turnover(told, every, found)


def _figures(log: Any, about: About, found: Mapping[str, Frame]) -> list[Figure]:  # noqa: ANN401 - as above
    numbers = {"messages": about.messages or 0, **_people_and_chats(log)}
    # It is refused where nothing tells who wrote.
    if "turnover" not in found:
        del numbers["people"]
    moments = {"first": about.first, "last": about.last}
    days = found.get("calendar")
    if days is not None:
        numbers |= {"days": len(days), "per_day": round((about.messages or 0) / len(days))}
        moments["busiest"] = days["date"].iloc[int(days["messages"].astype("int64").argmax())]
    return [
        *(Figure(f"{number:,}", _meaning(name, number)) for name, number in numbers.items()),
        *(Figure(f"{moment:%Y-%m-%d}", say(name)) for name, moment in moments.items()),
    ]


def _meaning(name: str, number: int) -> str:
    return say(f"{name}_one" if number == 1 else f"{name}_many")


def _people_and_chats(log: Any) -> dict[str, int]:  # noqa: ANN401 - as above
    frame = messages(log, ("chat_key",))
    counts = frame.select(people=nw.col(PERSON).n_unique(), chats=nw.col("chat_key").n_unique())
    row = brought(counts).iloc[0]
    return {"people": int(row["people"]), "chats": int(row["chats"])}
