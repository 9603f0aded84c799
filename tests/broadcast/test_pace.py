"""When the next message may go."""

import json
import math
import time
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openqq_nb.broadcast.pace import Pace
from openqq_nb.broadcast.pacing import DAY_S, Attempt, after_quiet_s, expected_s, next_at_s
from openqq_nb.errors import InvalidInput

NOON = pd.Timestamp("2026-11-25 12:00", tz="Asia/Shanghai").timestamp()
DAYTIME = Pace(quiet=None)


def sent(*ages_s: float, is_group: bool = False) -> list[Attempt]:
    return [Attempt(NOON - age, is_group) for age in ages_s]


def next_in(pace: Pace, history: list[Attempt], gap_s: float = 5, *, is_group: bool = False) -> float:
    return next_at_s(pace, history, gap_s, is_group=is_group, now_s=NOON) - NOON


def clock(at_s: float) -> str:
    return f"{pd.Timestamp(at_s, unit='s', tz='Asia/Shanghai'):%d %H:%M:%S}"


def test_the_first_message_goes_at_once() -> None:
    assert next_in(Pace(), []) == 0


def test_the_next_one_waits_since_the_last_one_was_over() -> None:
    assert next_in(DAYTIME, sent(2)) == 3
    assert next_in(DAYTIME, sent(100)) == 0


def test_after_so_many_in_a_row_there_is_a_rest() -> None:
    nine, ten = [sent(*range(5 * count, 0, -5)) for count in (9, 10)]
    assert next_in(DAYTIME, nine) == 0
    assert next_in(DAYTIME, ten) == 55
    assert next_in(Pace(rest_every=3, rest=7, quiet=None), sent(3, 2, 1)) == 6


def test_a_rest_that_was_had_begins_the_count_anew() -> None:
    assert next_in(DAYTIME, [*sent(*range(500, 400, -10)), *sent(1)]) == 4


def test_a_rest_is_never_shorter_than_the_wait_between_two() -> None:
    assert next_in(Pace(rest_every=1, rest=1, quiet=None), sent(0)) == 5


def test_groups_beyond_the_limit_wait_until_a_day_after_the_first_of_them() -> None:
    twenty = sent(*range(3619, 3599, -1), is_group=True)
    assert next_in(DAYTIME, twenty, is_group=True) == DAY_S - 3619
    assert next_in(DAYTIME, twenty) == 0
    assert next_in(DAYTIME, twenty[1:], is_group=True) == 0
    assert next_in(Pace(max_groups=None, quiet=None), twenty, is_group=True) == 0


@pytest.mark.parametrize(
    ("at", "quiet", "then"),
    [
        ("2026-11-25 22:59:59", ("23:00", "08:00"), "25 22:59:59"),
        ("2026-11-25 23:00", ("23:00", "08:00"), "26 08:00:00"),
        ("2026-11-26 03:00", ("23:00", "08:00"), "26 08:00:00"),
        ("2026-11-26 08:00", ("23:00", "08:00"), "26 08:00:00"),
        ("2026-11-25 13:00", ("12:30", "14:00"), "25 14:00:00"),
        ("2026-11-25 14:30", ("12:30", "14:00"), "25 14:30:00"),
        ("2026-11-25 23:30", None, "25 23:30:00"),
    ],
)
def test_in_quiet_hours_it_waits_until_their_end(at: str, quiet: Any, then: str) -> None:
    now_s = pd.Timestamp(at, tz="Asia/Shanghai").timestamp()
    assert clock(next_at_s(Pace(quiet=quiet), [], 5, is_group=False, now_s=now_s)) == then


def test_a_clock_that_was_set_back_makes_nobody_wait_long() -> None:
    assert next_in(DAYTIME, sent(-DAY_S)) == 5
    assert next_in(Pace(max_groups=1, quiet=None), sent(-DAY_S, is_group=True), is_group=True) == DAY_S


def test_instant_never_waits() -> None:
    night = pd.Timestamp("2026-11-26 03:00", tz="Asia/Shanghai").timestamp()
    history = [Attempt(night, True)] * 100
    assert next_at_s(Pace.instant(), history, 0, is_group=True, now_s=night) == night


@pytest.mark.parametrize(
    "wrong",
    [
        {"between": 3}, {"between": (8, 3)}, {"between": (3,)}, {"between": (-1, 3)}, {"between": ("3", "8")},
        {"between": (0, math.inf)}, {"rest": -1}, {"rest": None}, {"rest": True}, {"rest_every": 0},
        {"rest_every": 1.5},
        {"max_groups": 0}, {"max_groups": "20"}, {"quiet": "23:00"}, {"quiet": ("23:00", "24:00")},
        {"quiet": ("23:00", "23:00")}, {"quiet": ("11pm", "8am")}, {"quiet": (23, 8)}, {"max_failures": 0},
        {"max_failures": None}, {"between": (0, 1e300)}, {"rest": 10**400}, {"rest_every": 10**30},
        {"max_groups": 10**30},        {"rest": math.nan}, {"rest_every": True}, {"between": (3, 1j)},
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_with_what_can(wrong: dict[str, Any]) -> None:
    (name,) = wrong
    with pytest.raises(InvalidInput, match=f"(?s){name}=.*Write {name}="):
        Pace(**wrong)


def test_numbers_of_numpy_are_taken_as_plain_ones() -> None:
    given: Any = {"between": (np.float64(0.5), np.int64(2)), "rest": np.float32(1), "rest_every": np.int64(3)}
    pace = Pace(**given)
    assert json.dumps(asdict(pace)) == json.dumps(asdict(Pace(between=(0.5, 2), rest=1.0, rest_every=3)))


def test_defaults_are_those_of_the_design() -> None:
    assert Pace() == Pace((3, 8), 10, 60, 20, ("23:00", "08:00"), 2)


PACES = st.builds(
    Pace,
    between=st.tuples(st.integers(0, 5), st.integers(0, 600)).map(lambda two: (min(two), max(two))),
    rest_every=st.integers(1, 12),
    rest=st.sampled_from([0, 1, 60, 7200]),
    max_groups=st.none() | st.integers(1, 30),
    quiet=st.sampled_from([None, ("23:00", "08:00"), ("12:30", "14:00"), ("08:00", "23:00")]),
)


@settings(deadline=None, max_examples=200)
@given(
    PACES,
    st.lists(st.booleans(), max_size=80) | st.integers(0, 400).map(lambda count: [False] * count),
    st.floats(0, DAY_S),
)
def test_the_plan_is_what_comes_when_each_waits_for_its_turn(
    pace: Pace, groups: list[bool], after_s: float
) -> None:
    """Played through message by message, at waits of middle length, it takes what was expected."""
    begin_s = NOON + after_s
    expected = expected_s(pace, [], np.array(groups, bool), begin_s)
    history: list[Attempt] = []
    left, now_s, played = [*range(len(groups))], begin_s, np.empty(len(groups))
    gap_s = sum(pace.between) / 2
    while left:
        kinds = {groups[place] for place in left}
        due = {kind: next_at_s(pace, history, gap_s, is_group=kind, now_s=now_s) for kind in kinds}
        first = min(left, key=lambda place: (due[groups[place]], place))
        left.remove(first)
        played[first] = now_s = due[groups[first]]
        history.append(Attempt(now_s, groups[first]))
    assert np.abs(played - expected).max(initial=0) < 1e-3


def test_a_day_of_100_000_messages_is_worked_out_in_a_moment() -> None:
    begin = time.thread_time()
    expected_s(Pace(), [], np.arange(100_000) % 50 == 0, NOON)
    assert time.thread_time() - begin < 4  # without end where each is looked at beside each other


@settings(deadline=None)
@given(
    PACES,
    st.lists(st.tuples(st.floats(0, 3 * DAY_S), st.booleans()), max_size=40),
    st.floats(0, 600),
    st.booleans(),
)
def test_nothing_ever_goes_too_early(
    pace: Pace, ages: list[tuple[float, bool]], gap_s: float, is_group: bool
) -> None:
    history = [Attempt(NOON - age, kind) for age, kind in sorted(ages, reverse=True)]
    at_s = next_at_s(pace, history, gap_s, is_group=is_group, now_s=NOON)
    assert at_s >= NOON
    assert not history or at_s >= history[-1].at_s + gap_s - 1e-3
    assert after_quiet_s(pace, at_s) == pytest.approx(at_s, abs=1e-3)
    if pace.max_groups is not None and is_group:
        assert sum(one.is_group and one.at_s > at_s - DAY_S + 1 for one in history) < pace.max_groups
