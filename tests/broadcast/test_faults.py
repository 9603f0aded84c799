"""Any recipients, any faults: nobody twice, nobody else, and a report that agrees with what arrived."""

import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

import openqq_nb as oq
from openqq_nb.broadcast.run import Run
from openqq_nb.simulator import FAULTS, Simulator
from tests.faults.stage import DIALECTS, IDLE_S, OPENQQ, Dialect

WORLD: dict[str, Any] = {"friends": 6, "groups": 3, "members": 5, "discusses": 2}
SEND_CALLS = {
    "openqq1": ["send_message", "send_group_message", "send_discuss_message", "send_sess_message"],
    "openqq2": ["send_friend_message", "send_group_message", "send_discuss_message"],
    "onebot11": ["send_private_msg", "send_group_msg"],
}
_LISTS = ["get_friend_info", "get_group_info", "get_discuss_info"]
LIST_CALLS = {
    "openqq1": _LISTS,
    "openqq2": _LISTS,
    # Of a category that is not told the list of friends is asked for.
    "onebot11": ["get_login_info", "get_friend_list", "get_group_list", "get_group_member_list"],
}
TIMEOUT_S = 5.0
PATIENCE_S = 50.0
NAMES = ("nick", "markname", "gname", "dname")

# What leaves it open whether the message arrived; each hit may leave one unknown.
OPEN_FAULTS = (
    "hang", "drop_before", "drop_after", "cut_short", "error_page", "forbidden", "no_json", "html_page",
    "failing_sends", "new_login", "false_failures", "lost_sends",
)  # fmt: skip
SURE_FAULTS = ("wrong_token",)
# A server of Openqq delivers each of its tries: whoever gets such a message gets it several times.
NEVER = {"openqq1": {"false_failures"}, "openqq2": {"false_failures"}, "onebot11": set[str]()}
EVENTS = ("relogin", "restart", "down", "replan", "lists", "nothing")

ANY_FAULT = st.tuples(st.sampled_from([*OPEN_FAULTS, *SURE_FAULTS]), st.integers(1, 3))
ANY_ROUND = st.tuples(st.sampled_from(EVENTS), st.lists(ANY_FAULT, max_size=2))
WHO = st.lists(st.sampled_from(["friends", "groups", "members", "discusses"]), min_size=1, max_size=5)
TEMPLATES = st.sampled_from(
    ["第{n}条", "{displayname} {n}", '{markname|nick|gname|dname|"?"} {n}', "<{n}> [微笑]"]
)
_keys = count()


@contextmanager
def server(dialect: Dialect) -> Iterator[tuple[Simulator, oq.Account]]:
    with Simulator(dialect, **WORLD, idle_timeout=IDLE_S) as simulator:
        my = oq.connect(simulator.url, protocol=dialect, timeout=TIMEOUT_S)
        try:
            yield simulator, my
        finally:
            my.close()


def audience(my: oq.Account, who: list[str]) -> list[pd.DataFrame]:
    """Load frames with a column that tells each row apart, and keeps its number from load to load."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        frames = [getattr(my, kind)() for kind in who]
    named = [frame.reindex(columns=[*dict.fromkeys([*frame, *NAMES])]) for frame in frames]
    numbered = [
        [f"{kind}{place}" for place in range(len(frame))] for kind, frame in zip(who, named, strict=True)
    ]
    return [frame.assign(n=numbers) for frame, numbers in zip(named, numbered, strict=True)]


def happens(event: str, simulator: Simulator, replan: Any, send: Any) -> None:
    if event == "relogin":
        simulator.relogin()
    elif event in ("restart", "down"):
        with simulator.fault(event):
            send()
    elif event == "lists":
        simulator.fault("drop_before", calls=LIST_CALLS[simulator.protocol], times=1)
    elif event == "replan":
        try:
            replan()
            replan()
        except oq.OpenqqError:
            return  # a list could not be loaded: nothing was planned


def played(
    simulator: Simulator, my: oq.Account, dialect: Dialect, who: list[str], template: str, rounds: Any
) -> tuple[Run, int]:
    """Send with all that happens; gives the run, and how many messages faults may have left open."""
    key, hits = f"key-{next(_keys)}", []
    pace = oq.Pace(between=(0, 0), rest=0, max_groups=None, quiet=None, max_failures=1)

    def plan() -> Any:
        return my.broadcast(template, to=audience(my, who), key=key, pace=pace)

    plan()
    broadcasts = my._broadcasting.of(str(my.me()["qq"]))
    for event, faults in [*rounds, ("nothing", [])]:
        happens(event, simulator, plan, lambda: broadcasts.start(key).wait(PATIENCE_S))
        hits += [
            simulator.fault(name, calls=SEND_CALLS[dialect], times=times)
            for name, times in faults
            if dialect in FAULTS[name].dialects and name not in NEVER[dialect]
        ]
        # Each failure pauses it.
        run = broadcasts.start(key)
        run.wait(PATIENCE_S)
    for fault in hits:
        fault.end()
    while broadcasts.start(key).wait(PATIENCE_S).state == "paused":
        continue
    return run, sum(fault.hits for fault in hits)


def check(simulator: Simulator, run: Run, hits: int) -> None:
    report = run.report()
    arrived = Counter(str(one.content) for one in simulator.received)
    people = Counter(
        (one.kind in ("friend", "session"), one.number or one.name) for one in simulator.received
    )
    assert max(people.values(), default=0) <= 1, "somebody was reached twice"
    assert set(arrived) <= set(report["text"].dropna()), "something was sent that was never planned"
    assert not report["delivery"].isin(["pending", "accepted"]).any()
    # Who was skipped because of a new login stands there once more if he was planned again.
    for text, rows in report.dropna(subset="text").groupby("text"):
        sent, unknown = ((rows["delivery"] == state).sum() for state in ("sent", "unknown"))
        assert sent <= arrived[str(text)] <= sent + unknown, rows[["delivery", "problem"]].to_dict("records")
    assert (report["delivery"] == "unknown").sum() <= hits, "unknown without a reason"
    for one in simulator.received:
        planned = report[(report["text"] == one.content) & report["delivery"].isin(["sent", "unknown"])].iloc[
            0
        ]
        number = planned["gnumber"] if one.kind == "group" else planned["qq"]
        assert pd.isna(number) or number == one.number, "somebody else was reached"
        assert one.kind == planned["recipient_type"]


@pytest.mark.slow
@pytest.mark.parametrize("dialect", DIALECTS)
@settings(
    deadline=None,
    max_examples=10,
    suppress_health_check=[*HealthCheck],
    # An example takes a second: to make it smaller would take minutes.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(who=WHO, template=TEMPLATES, rounds=st.lists(ANY_ROUND, max_size=4))
def test_nobody_is_reached_twice_and_the_report_is_what_arrived(
    dialect: Dialect, who: list[str], template: str, rounds: Any
) -> None:
    # Frames without a row name nobody, and are refused.
    assume(dialect in OPENQQ or {*who} != {"discusses"})
    with server(dialect) as (simulator, my):
        run, hits = played(simulator, my, dialect, who, template, rounds)
        check(simulator, run, hits)
    assert simulator.errors == []
