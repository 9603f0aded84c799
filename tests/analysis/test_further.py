from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from itertools import combinations
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import openqq_nb as oq
from openqq_nb.analysis import kinds, nicknames, night_owls, similar_groups, timeline
from openqq_nb.columns import to_pandas
from openqq_nb.errors import InvalidInput
from tests.analysis.further import BEGIN, CHINA, ENGINES, Rows, log, rows

# What Narwhals says of its Dask support is for whoever installs it, not for these questions.
pytestmark = pytest.mark.filterwarnings("ignore:Dask support is moving:FutureWarning")

QUESTIONS: dict[str, Callable[[Any], Any]] = {
    "night_owls": night_owls,
    "night_owls over midnight": lambda frame: night_owls(frame, "23:30", "04:00"),
    "timeline of days": lambda frame: timeline(frame, "day"),
    "timeline of weeks": timeline,
    "timeline of months": lambda frame: timeline(frame, "month"),
    "timeline of years": lambda frame: timeline(frame, "year"),
    "kinds": kinds,
    "nicknames": nicknames,
}

MOMENTS = st.integers(0, 4 * 366 * 24 * 60).map(lambda minutes: BEGIN + timedelta(minutes=minutes))
MESSAGES = st.lists(
    st.fixed_dictionaries(
        {
            "msg_time": MOMENTS,
            "sender": st.sampled_from(["小灰", "大灰", "小明", None]),
            "sender_qq": st.sampled_from(["1", "2", "", None]),
            "kind": st.sampled_from(["text", "image", "system", "recall", None]),
            "chat_key": st.sampled_from(["group:1", "friend:2"]),
            "recalled_at": st.none() | MOMENTS,
        }
    ),
    max_size=30,
)


def told(messages: Rows) -> pd.DataFrame:
    return to_pandas(log(messages))


def person(message: Mapping[str, Any]) -> str:
    return message["sender_qq"] or message["sender"] or ""


def talk(messages: Rows) -> Rows:
    return [message for message in messages if message["kind"] not in ("system", "recall")]


@settings(deadline=None, max_examples=25)
@given(MESSAGES)
def test_night_owls_are_those_who_wrote_between_two_clock_times(messages: Rows) -> None:
    written = Counter(map(person, talk(messages)))
    at_night = [one for one in talk(messages) if one["msg_time"].hour < 5]
    expected = Counter(map(person, at_night))
    found = rows(night_owls(told(messages)))
    assert sorted(row["messages"] for row in found) == sorted(expected.values())
    assert sorted(row["share"] for row in found) == sorted(expected[one] / written[one] for one in expected)
    latest = {one: max(f"{m['msg_time']:%H:%M}" for m in at_night if person(m) == one) for one in expected}
    assert sorted(row["latest"] for row in found) == sorted(latest.values())


def test_a_night_over_midnight_ends_in_the_morning() -> None:
    times = ["2026-01-01 22:59", "2026-01-01 23:00", "2026-01-02 04:59", "2026-01-02 05:00"]
    messages = [{"msg_time": datetime.fromisoformat(f"{time}+08:00"), "sender": "小灰"} for time in times]
    (found,) = rows(night_owls(told(messages), "23:00", "05:00"))
    assert (found["messages"], found["share"], found["latest"]) == (2, 0.5, "04:59")


def test_a_roster_names_the_night_owls() -> None:
    roster = pd.DataFrame({"qq": ["1"], "displayname": ["群主"]}, dtype="str")
    message = {"msg_time": BEGIN + timedelta(hours=3), "sender": "小灰", "sender_qq": "1"}
    assert night_owls(told([message]), roster=roster)["displayname"].tolist() == ["群主"]


@pytest.mark.parametrize("wrong", ["5", "25:00", "24:30", "05:60", 5, None])
def test_a_night_that_is_no_clock_time_is_refused(wrong: Any) -> None:
    with pytest.raises(InvalidInput, match=r"is a clock time"):
        night_owls(told([]), until=wrong)


def test_a_night_without_length_is_refused() -> None:
    with pytest.raises(InvalidInput, match="has no length"):
        night_owls(told([]), "05:00", "05:00")


@pytest.mark.parametrize("every", ["day", "week", "month", "quarter", "year"])
@settings(deadline=None, max_examples=25)
@given(messages=MESSAGES)
def test_a_timeline_counts_as_a_calendar_does(every: Any, messages: Rows) -> None:
    counted: dict[tuple[datetime, str], list[str]] = defaultdict(list)
    for one in talk(messages):
        counted[first_of(every, one["msg_time"]), one["chat_key"]].append(person(one))
    found = {(row["period"], row["chat_key"]): row for row in rows(timeline(told(messages), every))}
    assert {key: row["messages"] for key, row in found.items()} == {
        key: len(who) for key, who in counted.items()
    }
    assert {key: row["people"] for key, row in found.items()} == {
        key: len(set(who)) for key, who in counted.items()
    }


def first_of(every: str, moment: datetime) -> datetime:
    day = moment.replace(hour=0, minute=0)
    if every == "week":
        return day - timedelta(days=day.weekday())
    month = {"month": day.month, "quarter": (day.month - 1) // 3 * 3 + 1, "year": 1}
    return day if every == "day" else day.replace(month=month[every], day=1)


def test_a_chat_is_shown_under_the_name_that_it_had_last() -> None:
    messages = [{"chat": name, "chat_key": "group:1", "sender": "小灰"} for name in ("旧群", "旧群", "新群")]
    assert [row["chat"] for row in rows(timeline(told(messages), "day"))] == ["新群"]


def test_an_unknown_period_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(InvalidInput, match="day, week, month, quarter, year"):
        timeline(told([]), "fortnight")  # type: ignore[arg-type]


@settings(deadline=None, max_examples=25)
@given(MESSAGES)
def test_kinds_are_counted_with_what_was_taken_back(messages: Rows) -> None:
    counted = Counter(one["kind"] for one in messages)
    back = Counter(one["kind"] for one in messages if one["recalled_at"] or one["kind"] == "recall")
    found = rows(kinds(told(messages)))
    assert {row["kind"]: (row["messages"], row["recalled"]) for row in found} == {
        kind: (counted[kind], back[kind]) for kind in counted
    }
    assert [row["share"] for row in found] == [row["messages"] / len(messages) for row in found]
    assert [row["messages"] for row in found] == sorted(counted.values(), reverse=True)


@settings(deadline=None, max_examples=25)
@given(MESSAGES)
def test_nicknames_tell_each_name_of_each_number(messages: Rows) -> None:
    named: dict[tuple[str, str], list[datetime]] = defaultdict(list)
    for one in talk(messages):
        if one["sender_qq"] and one["sender"]:
            named[one["sender_qq"], one["sender"]].append(one["msg_time"])
    expected = [(qq, min(times), name, max(times), len(times)) for (qq, name), times in named.items()]
    if talk(messages) and not any(one["sender_qq"] for one in talk(messages)):
        with pytest.raises(InvalidInput, match="No message of this log has a `sender_qq`"):
            nicknames(told(messages))
        return
    found = rows(nicknames(told(messages)))
    assert [(r["qq"], r["first"], r["displayname"], r["last"], r["messages"]) for r in found] == sorted(
        expected
    )


@pytest.mark.parametrize("engine", ENGINES)
def test_names_of_a_log_without_numbers_are_an_error_of_every_engine(engine: str) -> None:
    named = [{"msg_time": BEGIN, "sender": "小灰", "sender_qq": None, "kind": "text", "chat_key": "group:1"}]
    with pytest.raises(InvalidInput, match="only names"):
        nicknames(ENGINES[engine](log(named)))


@pytest.mark.parametrize(
    ("every", "advised"), [("months", "month"), ("Weekly", "week"), ("zzz", "day"), (7, "day")]
)
def test_a_choice_that_there_is_not_is_told_the_nearest(every: Any, advised: str) -> None:
    with pytest.raises(InvalidInput, match=f"Write for instance every='{advised}'"):
        timeline(told([]), every)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("question", QUESTIONS)
def test_every_engine_gives_the_same_answer(engine: str, question: str) -> None:
    names = ["小灰", "大灰", "小明", None]
    messages = [
        {
            "msg_time": BEGIN + timedelta(minutes=place * 1009),
            "sender": names[place % 4],
            "sender_qq": ["1", "2", "", None, "3"][place % 5],
            "kind": ["text", "image", "system", "recall", None, "text", "text"][place % 7],
            "chat": ["群", "组"][place % 2],
            "chat_key": ["group:1", "group:2", "friend:3"][place % 3],
            "recalled_at": BEGIN if place % 11 == 0 else None,
        }
        for place in range(300)
    ]
    ask = QUESTIONS[question]
    expected = rows(ask(pl.from_arrow(log(messages))))
    assert len(expected) >= 3
    assert rows(ask(ENGINES[engine](log(messages)))) == expected


@pytest.mark.parametrize("question", QUESTIONS)
def test_an_empty_log_gives_no_rows_with_the_same_dtypes(question: str) -> None:
    ask = QUESTIONS[question]
    full = ask(
        told([{"sender": "小灰", "sender_qq": "1", "msg_time": datetime(2026, 1, 1, 3, tzinfo=CHINA)}])
    )
    empty = ask(told([]))
    assert len(empty) == 0
    assert empty.dtypes.to_dict() == full.dtypes.to_dict()


NUMBERS = st.sampled_from(["1", "2", "3", "4", "", None])


@settings(deadline=None, max_examples=100)
@given(st.lists(st.tuples(NUMBERS, NUMBERS), max_size=20))
def test_groups_are_compared_by_the_people_of_both(pairs: list[tuple[str | None, str | None]]) -> None:
    sets: dict[str, set[str]] = defaultdict(set)
    for group, one in pairs:
        if group and one:
            sets[group].add(one)
    expected = {
        (a, b): (len(sets[a] & sets[b]), len(sets[a] & sets[b]) / len(sets[a] | sets[b]),
                 len(sets[a] & sets[b]) / min(len(sets[a]), len(sets[b])))
        for a, b in combinations(sorted(sets), 2) if sets[a] & sets[b]
    }  # fmt: skip
    found = rows(similar_groups(members(pairs)))
    assert {
        (r["gnumber"], r["other_gnumber"]): (r["shared"], r["jaccard"], r["overlap"]) for r in found
    } == expected


def members(pairs: Sequence[tuple[str | None, str | None]]) -> pd.DataFrame:
    columns = {"gnumber": [one for one, _ in pairs], "qq": [one for _, one in pairs]}
    return pd.DataFrame({**columns, "gname": "群", "gmarkname": ""}, dtype="str")


@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_compares_groups_alike(engine: str) -> None:
    frame = members(
        [(str(place % 7), str(place % 23)) for place in range(0, 300, 3)] + [("8", "1"), ("9", "1")]
    )
    table = pa.Table.from_pandas(frame, preserve_index=False)
    assert rows(similar_groups(ENGINES[engine](table))) == rows(similar_groups(frame))


def test_a_group_is_shown_by_its_remark_then_its_name_then_its_number() -> None:
    frame = pd.DataFrame(
        {"gnumber": ["1", "2", "3"], "qq": "9", "gname": ["甲", "乙", ""], "gmarkname": ["我的甲", "", None]},
        dtype="str",
    )
    (first, *_) = rows(similar_groups(frame))
    shown = {
        r[f"{side}gnumber"]: r[f"{side}displayname"]
        for r in rows(similar_groups(frame))
        for side in ("", "other_")
    }
    assert shown == {"1": "我的甲", "2": "乙", "3": "3"}
    assert first["shared"] == 1


def test_a_frame_without_numbers_of_people_is_no_frame_of_members() -> None:
    with pytest.raises(InvalidInput, match="members of groups need a column `qq`"):
        similar_groups(pd.DataFrame({"gnumber": ["1"]}))


def test_a_roster_is_compared_by_its_members() -> None:
    with closing(oq.demo(seed=5, groups=3, friends=2, members=6)) as my:
        roster = my.roster()
    assert rows(similar_groups(roster)) == rows(similar_groups(roster.members))
    assert len(similar_groups(roster)) > 0
