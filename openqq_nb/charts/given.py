"""What people give for a picture: a log, a frame of messages, or the answer to the question itself."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from inspect import Parameter, signature
from typing import Any, cast

import narwhals as nw
import pandas as pd

from openqq_nb import analysis
from openqq_nb.analysis import results
from openqq_nb.analysis.engines import collected
from openqq_nb.analysis.frames import AT, HoldsMessages, declared, messages
from openqq_nb.analysis.opening import opened, texts
from openqq_nb.charts.wording import say
from openqq_nb.columns import ZONE, Frame, Schema, Series
from openqq_nb.errors import InvalidInput

Moment = pd.Timestamp

_RESULTS: Mapping[str, Sequence[Schema]] = {
    "words": (results.WORDS, results.WORDS_OF_PEOPLE, results.WORDS_OF_CHATS)
}
_OF_NUMBERS = ("qq", "gnumber")
_LARGEST_WHOLE = 2**53
# What members and reports may have themselves.
_TAKEN = frozenset({"recipient_type", "qq", "gnumber", "displayname", "attempted_at", "content", "messages"})


@dataclass(frozen=True, slots=True)
class About:
    """What a picture is about.

    Attributes:
        messages: how many; `None` where that is not known.
        first: the first of them.
        last: the last of them.
        asked: what the question was asked with, by name; nothing where its answer was given.
    """

    messages: int | None = None
    first: Moment | None = None
    last: Moment | None = None
    asked: Mapping[str, Any] = field(default_factory=dict)

    def told(self) -> list[str]:
        """Say it in a line, or in none."""
        parts = []
        if self.first is not None and self.last is not None:
            first, last = (f"{one:%Y-%m-%d}" for one in (self.first, self.last))
            parts.append(first if first == last else say("span", first=first, last=last))
        if self.messages is not None:
            parts.append(counted("messages", self.messages))
        return [" · ".join(parts)] if parts else []

    def or_else(self, messages: int | None = None, first: object = None, last: object = None) -> "About":
        """Fill in what is not known with what the answer itself tells."""
        return replace(
            self,
            messages=self.messages if self.messages is not None else messages,
            first=self.first if self.first is not None else _moment(first),
            last=self.last if self.last is not None else _moment(last),
        )


def counted(what: str, count: int) -> str:
    """Say a number of things, as `1 message` or `1,200 messages`."""
    return say(f"{what}_one" if count == 1 else f"{what}_many", count=f"{count:,}")


class ReadOnce:
    """A log whose messages are read once, whatever is asked of them; of a lazy engine the frame is kept.

    Args:
        log: the log.
        columns: what will be asked for, if that is known.
    """

    def __init__(self, log: HoldsMessages, columns: Sequence[str] = ()) -> None:
        self._log = log
        self._columns = list(columns)
        self._frame: Any = None

    def scan(self, columns: Sequence[str]) -> Any:  # noqa: ANN401 - a frame of any engine
        """Give these columns of the messages, those that there are, and perhaps others."""
        more = [name for name in dict.fromkeys(columns) if name not in self._columns]
        if self._frame is None or more:
            self._columns += more
            self._frame = self._log.scan(tuple(self._columns))
        return self._frame


def read_once(log: Any, columns: Sequence[str] = ()) -> Any:  # noqa: ANN401 - whatever a question takes
    """Give a log such that several questions are asked of the same messages, and these are read once."""
    if isinstance(log, ReadOnce):
        return log
    if isinstance(log, HoldsMessages):
        return ReadOnce(log, columns)
    return log.df if isinstance(getattr(type(log), "df", None), property) else log


def answer(question: str, *given: Any) -> tuple[Frame, About]:  # noqa: ANN401 - as the question takes it
    """Ask a question, unless its answer is what was given.

    Args:
        question: its name in `openqq_nb.analysis`.
        given: what the question takes, in its order; or the answer, and then what the question has by default.

    Returns:
        The answer as a frame of pandas, and what is known of the messages.

    Raises:
        InvalidInput: an answer was given together with arguments that only the question could use, not all of its
            columns, or such of other types.
    """
    ask = cast(Callable[..., Any], getattr(analysis, question))
    takes = list(signature(ask).parameters.values())[: len(given)]
    if _is_answer(question, takes[0].name, _names(given[0])):
        used = [
            one.name for one, value in zip(takes[1:], given[1:], strict=True) if not _same(value, one.default)
        ]
        if used:
            raise InvalidInput(
                f"An answer of {question} is drawn as it is.\nFound beside it: {', '.join(used)}.\n"
                f"Give these to analysis.{question}, or give a log here."
            )
        return _declared(question, given[0]), About()
    held = {one.name: value for one, value in zip(takes, given, strict=True)}
    if held.get("log") is not None:
        held["log"] = read_once(held["log"])
    found = brought(ask(**held))
    known = About() if held.get("log") is None else about(held["log"])
    return found, replace(known, asked=held)


def _is_answer(question: str, taken: str, names: Sequence[str]) -> bool:
    """Tell whether a frame is an answer, by all columns that an answer has."""
    kinds = _kinds(question)
    if any(set(one.names) <= set(names) for one in kinds):
        return True
    signs = [one for one in kinds[0].names if one in names and (taken == "log" or one not in _TAKEN)]
    least = 2 if taken == "log" else 1
    if "msg_time" not in names and len(signs) >= least:
        missing = ", ".join(one for one in kinds[0].names if one not in names)
        raise InvalidInput(
            f"An answer of {question} is drawn with all of its columns.\nMissing: {missing}.\n"
            f"Give the frame of analysis.{question}, or rows of it; or a log, and it is asked here."
        )
    return False


def _declared(question: str, given: object) -> Frame:
    """Give an answer the types of its columns: one that was in a file may have lost them."""
    there = set(_names(given))
    kind = next(one for one in _kinds(question) if set(one.names) <= there)
    what = f"rows of an answer of {question}"
    text, time = ([one.name for one in kind.columns if one.kind == of] for of in ("text", "time"))
    read = brought(opened(given, kind.names, what))
    whole = {name: _whole(read[name], what) for name in text if name.endswith(_OF_NUMBERS)}
    held = brought(texts(opened(read.assign(**whole), kind.names, what), text, what))
    try:
        return declared(held.assign(**{name: _aware(held[name]) for name in time}), kind)
    except InvalidInput as error:
        raise InvalidInput(
            f"The {what} do not have the types of its columns.\n{error}\n"
            f"Give what analysis.{question} gave, or rows of it."
        ) from error


def _whole(numbers: Series, what: str) -> Series:
    """Give numbers of people or groups that became fractions, since one of them is missing, as whole ones."""
    if not pd.api.types.is_float_dtype(numbers.dtype):
        return numbers
    known = numbers.dropna()
    if not ((known % 1 == 0) & (known.abs() < _LARGEST_WHOLE)).all():
        raise InvalidInput(
            f"The column `{numbers.name}` of the {what} must be text.\n"
            f"It is {numbers.dtype}, which damages long numbers.\n"
            f'Read it as text from the start: `pd.read_csv(..., dtype={{"{numbers.name}": "str"}})`.'
        )
    return numbers.astype("Int64")


def _aware(moments: pd.Series) -> pd.Series:
    try:
        made = pd.to_datetime(moments)
    except (ValueError, TypeError) as error:
        raise InvalidInput(f"The column `{moments.name}` must hold times.\n{error}") from error
    return made.dt.tz_localize(ZONE) if made.dt.tz is None else made


def _kinds(question: str) -> Sequence[Schema]:
    return _RESULTS.get(question) or [getattr(results, question.upper())]


def _same(value: object, default: object) -> bool:
    # What a question needs may be left away beside an answer; and what is given may be a frame, which is not compared.
    if default is Parameter.empty:
        return value is None
    return value is default or (type(value) is type(default) and bool(value == default))


def about(log: object) -> About:
    """Find out how many messages there are, and of which time."""
    frame = messages(log, (), people_only=True)
    counts = frame.select(messages=nw.len(), first=nw.col(AT).min(), last=nw.col(AT).max())
    row = brought(counts).iloc[0]
    if not row["messages"]:
        return About(messages=0)
    first, last = (pd.Timestamp(int(row[one]), unit="us", tz=ZONE) for one in ("first", "last"))
    return About(int(row["messages"]), first, last)


def brought(frame: Any) -> Frame:  # noqa: ANN401 - of any engine
    """Bring a small frame of any engine to pandas, with times as clocks in China show them."""
    held = (
        nw.from_native(frame, pass_through=False)
        if not isinstance(frame, nw.DataFrame | nw.LazyFrame)
        else frame
    )
    made = collected(held)
    # DuckDB tells times in the zone that its connection is set to.
    aware = [name for name in made.columns if isinstance(made[name].dtype, pd.DatetimeTZDtype)]
    return made.assign(**{str(name): made[name].dt.tz_convert(ZONE) for name in aware})


def times(values: pd.Series) -> pd.Series:
    """Give times as clocks in China show them, without a zone."""
    made = pd.to_datetime(values)
    return made if made.dt.tz is None else made.dt.tz_convert(ZONE).dt.tz_localize(None)


def _names(frame: object) -> list[str]:
    # Of pandas several columns may have one name.
    if isinstance(frame, pd.DataFrame):
        return list(frame.columns)
    # A lazy frame of polars warns where its columns are asked for.
    if not hasattr(type(frame), "columns"):
        return []
    try:
        return list(nw.from_native(cast(Any, frame)).collect_schema().names())
    except TypeError:
        return []  # a log; the question says if it is none


def _moment(value: object) -> Moment | None:
    return None if value is None or pd.isna(cast(Any, value)) else pd.Timestamp(cast(Any, value))
