"""What is on the page of a report: figures, and a picture or table for each question that has an answer."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import narwhals as nw

from openqq_nb import analysis
from openqq_nb.analysis.frames import messages
from openqq_nb.charts.drawn import DRAWN
from openqq_nb.charts.given import About, brought
from openqq_nb.charts.picture import Picture
from openqq_nb.columns import Frame
from openqq_nb.errors import OpenqqError
from openqq_nb.reporting import tables
from openqq_nb.reporting.tables import Table
from openqq_nb.reporting.wording import say

_OF_LOGS = (
    "timeline", "calendar", "activity", "ranking", "night_owls", "replies", "conversations", "repeats", "kinds",
    "words", "phrases", "typical", "new_words", "turnover", "nicknames",
)  # fmt: skip
_WITH_NAMES = ("replies", "conversations", "repeats", "ranking", "night_owls")
_TABLES: Mapping[str, Callable[[Frame], Table]] = {
    "ranking": tables.ranking,
    "repeats": tables.repeats,
    "conversations": tables.conversations,
}


@dataclass(frozen=True, slots=True)
class Section:
    """A question with its picture, and perhaps a table."""

    name: str
    picture: Picture
    table: Table | None


@dataclass(frozen=True, slots=True)
class Figure:
    """A number, and of what."""

    value: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Contents:
    """What is on the page.

    Attributes:
        figures: the headline figures.
        sections: the questions that have an answer.
        left_out: what those said that could not be asked.
    """

    figures: Sequence[Figure]
    sections: Sequence[Section]
    left_out: Sequence[str] = field(default_factory=list)


def contents(log: Any, roster: Any, about: About) -> Contents:  # noqa: ANN401 - a log or frame of any engine
    """Ask all questions of a log, and draw their answers.

    Args:
        log: a log, or a frame of messages of any engine.
        roster: who is there: a roster, or a frame of members; or None.
        about: what is known of the messages.
    """
    answers: dict[str, Frame] = {}
    left_out = []
    for name, ask in _questions(log, roster):
        try:
            answers[name] = brought(ask())
        # A question that needs what is not there says so on the page; the others are answered.
        except OpenqqError as error:
            left_out.append(f"{name}: {error}")
    sections = [_section(name, found, about) for name, found in answers.items() if len(found)]
    return Contents(_figures(log, about, answers), sections, left_out)


def _questions(log: Any, roster: Any) -> Iterator[tuple[str, Callable[[], Any]]]:  # noqa: ANN401 - as above
    names = {"roster": roster} if _has_names(roster) else {}
    for name in _OF_LOGS:
        yield name, _asked(name, log, **(names if name in _WITH_NAMES else {}))
    if roster is not None:
        members = getattr(roster, "members", roster)
        yield "lurkers", _asked("lurkers", members, log)
        yield "similar_groups", _asked("similar_groups", members)


def _has_names(roster: object) -> bool:
    """Tell whether people may be called as the roster calls them: a frame need not have names."""
    return hasattr(roster, "people") or {"qq", "displayname"} <= set(getattr(roster, "columns", ()))


def _asked(name: str, *given: Any, **asked: Any) -> Callable[[], Any]:  # noqa: ANN401 - as above
    ask = cast(Callable[..., Any], getattr(analysis, name))
    return lambda: ask(*given, **asked)


def _section(name: str, found: Frame, about: About) -> Section:
    table = _TABLES[name](found) if name in _TABLES else None
    return Section(name, DRAWN[name](found, about if name != "similar_groups" else About()), table)


def _figures(log: Any, about: About, answers: Mapping[str, Frame]) -> list[Figure]:  # noqa: ANN401 - as above
    days = answers["calendar"]
    busiest = days.iloc[int(days["messages"].astype("int64").argmax())]
    numbers = {
        "messages": about.messages or 0,
        "people": len(answers["ranking"]),
        "chats": _chats(log),
        "days": len(days),
        "per_day": round((about.messages or 0) / len(days)),
    }
    moments = {"first": about.first, "last": about.last, "busiest": busiest["date"]}
    return [
        *(Figure(f"{number:,}", say(name)) for name, number in numbers.items()),
        *(Figure(f"{moment:%Y-%m-%d}", say(name)) for name, moment in moments.items()),
    ]


def _chats(log: Any) -> int:  # noqa: ANN401 - as above
    frame = messages(log, ("chat", "chat_key"))
    key = nw.coalesce(nw.col("chat_key"), nw.col("chat"), nw.lit(""))
    return int(brought(frame.select(key.n_unique().alias("chats")))["chats"].iloc[0])
