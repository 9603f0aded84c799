"""Against every fault that the simulator has, the doctor names the cause."""

import contextlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

import openqq_nb as oq
from openqq_nb.account import Account
from openqq_nb.doctor import Report
from openqq_nb.errors import OpenqqError
from openqq_nb.simulator import Simulator
from openqq_nb.simulator.faults import FAULTS

pytestmark = pytest.mark.slow

# By fault: the check that is to speak, and words of the cause that it names.
BY_CALLS = {
    "slow": ("speed", "slow:"),
    "hang": ("server", "hangs"),
    "busy": ("server", "hangs"),
    "drop_before": ("server", "dropped"),
    "drop_after": ("server", "dropped"),
    "cut_short": ("server", "broken off in the middle"),
    "error_page": ("server", "failed inside (HTTP status 500"),
    "forbidden": ("server", "that path is refused"),
    "wrong_token": ("server", "wants a token"),
    "no_json": ("server", "garbage"),
    "html_page": ("server", "a web page"),
    "new_login": ("new login", "logged in anew"),
    "down": ("server", "nobody listens"),
    "restart": ("new login", "restarted"),
    "scan_code": ("server", "login code"),
    "unloaded": ("member lists", "not loaded"),
    "no_members": ("member lists", "not loaded"),
    "no_extended": ("numbers", "no extended information"),
    "same_names": ("equal names", "another group has too"),
    "shuffled": ("order", "another order each time"),
    "other_poller": ("polling", "another program that polls"),
}
ARGUMENTS: dict[str, dict[str, Any]] = {"slow": {"calls": "get_friend_info", "seconds": 1.1, "times": 1}}
BY_LISTENER = {
    "full_queue": ("sends", "not known whether they went out"),
    "failing_sends": ("sends", "not known whether they went out"),
    "false_failures": ("sends", "not known whether they went out"),
    "lost_posts": ("post_api", "nothing has arrived"),
    "late_posts": ("post_api", "nothing has arrived"),
    "duplicate": ("doubles", "twice"),
    "out_of_order": ("order", "out of order"),
    "unknown_sender": ("senders", "without a number"),
    "property_events": ("events", "changed properties"),
}


def send(simulator: Simulator, my: Account) -> None:
    with contextlib.suppress(OpenqqError):
        my.send_friend("在吗？", qq=str(simulator.truth.friends[0].person.qq))


def say(simulator: Simulator, my: Account) -> None:
    simulator.say(simulator.truth.friends[0].person, "在吗？")


def said(simulator: Simulator, my: Account) -> None:
    say(simulator, my)
    simulator.wait_posted()


def talk_at_once(simulator: Simulator, my: Account) -> None:
    simulator.say_together(
        [(simulator.truth.friends[0].person, "一"), (simulator.truth.friends[1].person, "二")]
    )
    simulator.wait_posted()


def rename(simulator: Simulator, my: Account) -> None:
    simulator.rename(simulator.truth.friends[0].person, "新名字")
    simulator.wait_posted()


DOINGS: dict[str, Callable[[Simulator, Account], None]] = {
    "full_queue": send,
    "failing_sends": send,
    "false_failures": send,
    "lost_posts": said,
    "late_posts": say,
    "duplicate": said,
    "out_of_order": talk_at_once,
    "unknown_sender": said,
    "property_events": rename,
}


def cases(expected: dict[str, tuple[str, str]]) -> list[tuple[str, str]]:
    dialects = ((name, protocol) for name in expected for protocol in FAULTS[name].dialects)
    return [(name, protocol) for name, protocol in dialects if protocol != "onebot11"]


@contextmanager
def account(protocol: str, timeout: float = 0.6) -> Iterator[tuple[Simulator, Account]]:
    with Simulator(protocol, friends=12, groups=4, members=6, idle_timeout=2.0) as simulator:  # type: ignore[arg-type]
        my = oq.connect(simulator.url, timeout=timeout)
        yield simulator, my
        my.close()


def found(report: Report, check: str) -> str:
    return "\n".join(finding.found for finding in report.findings if finding.check == check)


def test_each_fault_has_an_expected_finding() -> None:
    assert set(BY_CALLS) | set(BY_LISTENER) == {
        name for name, kind in FAULTS.items() if kind.dialects != ("onebot11",)
    }


@pytest.mark.parametrize(("name", "protocol"), cases(BY_CALLS))
def test_the_doctor_names_what_is_wrong_with_the_calls(name: str, protocol: str) -> None:
    check, words = BY_CALLS[name]
    with account(protocol, timeout=5 if name == "slow" else 0.6) as (simulator, my):
        my.friends()
        my.groups()
        with simulator.fault(name, **ARGUMENTS.get(name, {})) as fault:
            if name == "restart":
                fault.end()
            assert words in found(my.doctor(), check)
        healthy = my.doctor()
    assert name in LASTING or words not in found(healthy, check)


# Their traces are still there, or the finding is a warning that always stands.
LASTING = {"new_login", "restart", "unloaded", "same_names", "other_poller"}


@pytest.mark.parametrize(("name", "protocol"), cases(BY_LISTENER))
@pytest.mark.filterwarnings("ignore::openqq_nb.errors.NotLoadedWarning")
def test_the_doctor_names_what_is_wrong_with_posts_and_sends(name: str, protocol: str) -> None:
    check, words = BY_LISTENER[name]
    with account(protocol) as (simulator, my), my.listen(journal=False) as inbox:
        simulator.post_to(inbox.url)
        with simulator.fault(name):
            DOINGS[name](simulator, my)
            report = my.doctor(wait=0.2 if name in ("lost_posts", "late_posts") else 0)
    assert words in found(report, check)
