"""The answers counted once more, in plain Python, as the docstrings of the questions say."""

import datetime as dt
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

from tests.analysis.logs import DAY_US, SECOND_US, Message

Rows = list[tuple[Any, ...]]
_CHINA = dt.timezone(dt.timedelta(hours=8))
_UNIX = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def person(message: Message) -> str:
    return message["sender_qq"] or f"={message['sender'] or ''}"


def spoken(log: Iterable[Message]) -> list[Message]:
    return [message for message in log if message["kind"] not in ("system", "recall")]


def clock(message: Message) -> dt.datetime:
    return (_UNIX + dt.timedelta(microseconds=message["at"])).astimezone(_CHINA)


def us(moment: dt.datetime) -> float:
    return float((moment - _UNIX) // dt.timedelta(microseconds=1))


def midnight(day: dt.date) -> float:
    return us(dt.datetime(day.year, day.month, day.day, tzinfo=_CHINA))


def last_name(messages: Iterable[Message]) -> str | None:
    named = [(message["at"], message["sender"]) for message in messages if message["sender"]]
    return max(named)[1] if named else None


def by_person(log: Iterable[Message]) -> dict[str, list[Message]]:
    found: dict[str, list[Message]] = defaultdict(list)
    for message in log:
        found[person(message)].append(message)
    return found


def number(messages: Sequence[Message]) -> str | None:
    return max((m["sender_qq"] for m in messages if m["sender_qq"]), default=None)


def called(messages: Sequence[Message]) -> str | None:
    return last_name(messages) or number(messages)


def ranking(log: Sequence[Message]) -> Rows:
    people = sorted(by_person(spoken(log)).items(), key=lambda one: (-len(one[1]), one[0]))
    total = len(spoken(log))
    return [
        (
            float(rank), number(said), called(said), float(len(said)), round(len(said) / total, 6),
            float(sum(len(m["content"] or "") for m in said if m["kind"] in ("text", "reply", None))),
            float(len({clock(m).date() for m in said})),
            float(min(m["at"] for m in said)), float(max(m["at"] for m in said)),
        )
        for rank, (_, said) in enumerate(people, 1)
    ]  # fmt: skip


def activity(log: Sequence[Message]) -> Rows:
    hours = Counter((clock(m).isoweekday(), clock(m).hour) for m in spoken(log))
    return [(float(day), float(hour), float(count)) for (day, hour), count in sorted(hours.items())]


def calendar(log: Sequence[Message]) -> Rows:
    days: dict[dt.date, list[str]] = defaultdict(list)
    for message in spoken(log):
        days[clock(message).date()].append(person(message))
    found: Rows = []
    for day in sorted(days):
        yesterday = found and found[-1][0] == midnight(day - dt.timedelta(days=1))
        streak = found[-1][3] + 1 if yesterday else 1.0
        found.append((midnight(day), float(len(days[day])), float(len(set(days[day]))), streak))
    return found


def turnover(log: Sequence[Message], gone_days: int = 90) -> Rows:
    """Month by month."""
    said = by_person(spoken(log))
    end = max((m["at"] for m in spoken(log)), default=0)
    first = {who: min(m["at"] for m in messages) for who, messages in said.items()}
    last = {who: max(m["at"] for m in messages) for who, messages in said.items()}
    months = sorted({month(m["at"]) for m in spoken(log)})
    return [_in_month(one, said, first, last, end - gone_days * DAY_US) for one in months]


def month(at: int) -> float:
    return midnight(clock({"at": at}).date().replace(day=1))


def _in_month(
    one: float, said: dict[str, list[Message]], first: dict[str, int], last: dict[str, int], before: int
) -> tuple[Any, ...]:
    gone = [who for who in said if month(last[who]) == one and last[who] <= before]
    stays = [(last[who] - first[who]) / DAY_US for who in gone]
    begun = (_UNIX + dt.timedelta(microseconds=one)).astimezone(_CHINA).date()
    over = midnight((begun + dt.timedelta(days=31)).replace(day=1))
    return (
        one,
        float(sum(any(month(m["at"]) == one for m in messages) for messages in said.values())),
        float(sum(month(at) == one for at in first.values())),
        float(len(gone)) if over <= before else None,
        round(statistics.median(stays), 6) if stays and over <= before else None,
    )


def by_chat(log: Iterable[Message]) -> Iterator[list[Message]]:
    ordered = sorted(log, key=lambda m: (m["chat_key"], m["at"], m["place"]))
    for _, messages in groupby(ordered, key=lambda m: m["chat_key"]):
        yield list(messages)


def conversations(log: Sequence[Message], silence_s: int = 1_800) -> Rows:
    talks = [talk for chat in by_chat(spoken(log)) for talk in _talks(chat, silence_s * SECOND_US)]
    rows = [
        (
            float(talk[0]["at"]), float(talk[-1]["at"]), talk[0]["chat"], talk[0]["chat_key"], float(len(talk)),
            float(len({person(m) for m in talk})), (talk[-1]["at"] - talk[0]["at"]) / SECOND_US,
            talk[0]["sender"] or talk[0]["sender_qq"] or None, talk[0]["sender_qq"] or None,
        )
        for talk in talks
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (row[0], row[3], row[1]))


def _talks(chat: Sequence[Message], silence_us: int) -> list[list[Message]]:
    talks: list[list[Message]] = []
    for message in chat:
        if talks and message["at"] - talks[-1][-1]["at"] < silence_us:
            talks[-1].append(message)
        else:
            talks.append([message])
    return talks


def repeats(log: Sequence[Message], at_least: int = 3) -> Rows:
    runs = [list(run) for chat in by_chat(log) for text, run in groupby(chat, key=_said) if text is not None]
    rows = [
        (
            float(run[0]["at"]), float(run[-1]["at"]), run[0]["chat"], run[0]["chat_key"], run[0]["content"],
            float(len(run)), float(len({person(m) for m in run})),
            run[0]["sender"] or run[0]["sender_qq"] or None, run[0]["sender_qq"] or None,
        )
        for run in runs
        if len(run) >= at_least and len({person(m) for m in run}) > 1
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (-row[5], row[0], row[3]))


def _said(message: Message) -> str | None:
    if message["kind"] is None and message["content"] == "[图片]":
        return None
    return message["content"] or None if message["kind"] in ("text", "face", "reply", None) else None


def replies(log: Sequence[Message]) -> set[tuple[Any, ...]]:
    """Without the order."""
    said = spoken(log)
    quotes: dict[tuple[str, str], list[float]] = defaultdict(list)
    for message in said:
        for quoted in _quoted(message, said):
            quotes[person(message), person(quoted)].append((message["at"] - quoted["at"]) / SECOND_US)
    mentions = Counter(pair for message in said for pair in _mentioned(message, said))
    people = by_person(said)
    return {
        (
            number(people[a]), called(people[a]), number(people[b]), called(people[b]),
            float(len(quotes[a, b])), float(mentions[a, b]),
            round(statistics.median(quotes[a, b]), 6) if quotes[a, b] else None,
        )
        for a, b in {*quotes, *mentions}
    }  # fmt: skip


def _quoted(message: Message, said: Sequence[Message]) -> list[Message]:
    meant = [
        m
        for m in said
        if message["reply_to"]
        and m["chat_key"] == message["chat_key"]
        and m["msg_id"] == message["reply_to"]
        and (m["at"], m["place"]) <= (message["at"], message["place"])
        and m is not message
    ]
    return sorted(meant, key=lambda m: (m["at"], m["place"]))[-1:]


def _mentioned(message: Message, said: Sequence[Message]) -> Iterator[tuple[str, str]]:
    names: dict[str, set[str]] = defaultdict(set)
    for m in said:
        for name in (m["sender"], m["sender_qq"]):
            if m["chat_key"] == message["chat_key"] and name and name != "全体成员":
                names[name].add(person(m))
    for piece in (message["content"] or "").split("@")[1:]:
        text = piece.replace("\u2005", " ") + " "
        meant = [name for name in names if text.startswith(f"{name} ") and len(names[name]) == 1]
        if meant:
            (to,) = names[max(meant, key=len)]
            yield person(message), to
