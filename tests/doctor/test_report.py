"""What a report shows: no name and no secret; and what it says of machine, address and listener."""

import dataclasses
import socket
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

import openqq_nb as oq
from openqq_nb.consulting import consult
from openqq_nb.doctor import Finding, Heard, Report
from openqq_nb.doctor.listener import listener
from openqq_nb.doctor.server import address
from openqq_nb.doctor.surroundings import Machine, surroundings
from openqq_nb.protocols.registry import dialect
from openqq_nb.simulator import Simulator

URL = "http://127.0.0.1:5000"
MACHINE = Machine({}, in_container=False, utc_offset=timedelta(hours=8), versions={"ipykernel": "7.4.0"})
HINTS = dialect("openqq1", None).hints
HEARD = Heard("127.0.0.1", 5005, secret=True, public=False, hints=HINTS)


def said(findings: Iterator[Finding]) -> dict[str, str]:
    return {finding.check: f"{finding.verdict}: {finding.found} {finding.advice}" for finding in findings}


def secrets_of(simulator: Simulator) -> set[str]:
    world = simulator.truth
    people = [
        world.me.person,
        *(friend.person for friend in world.friends),
        *(member.person for group in world.groups for member in group.members),
    ]
    names = {person.nick for person in people} | {group.name for group in world.groups}
    numbers = {str(person.qq) for person in people} | {str(group.number) for group in world.groups}
    return {name for name in names | numbers if len(name.strip()) > 1}


@pytest.mark.parametrize("fault", [None, "cut_short", "no_json", "no_extended", "unknown_sender"])
def test_a_report_has_neither_a_name_nor_a_number_nor_a_secret_in_it(fault: str | None) -> None:
    with Simulator(
        "openqq2", friends=12, groups=4, members=6, token="s3same-open", idle_timeout=1
    ) as simulator:
        my = oq.connect(simulator.url, token="s3same-open", timeout=1)
        with my.listen(journal=False) as inbox:
            simulator.post_to(inbox.url)
            simulator.say(simulator.truth.friends[0].person, "一句话")
            inbox.wait(1)
            if fault:
                simulator.fault(fault)
            text = repr(my.doctor()) + my.doctor().df.to_string()
            hidden = {"s3same-open", inbox.url.rpartition("/")[2], "一句话"} | secrets_of(simulator)
        my.close()
    assert not [one for one in hidden if one in text]


def test_a_report_is_falsy_only_with_a_problem_and_is_a_frame_too() -> None:
    fine = Report(
        [Finding("a", "ok", "x"), Finding("b", "note", "y", "do\nthat"), Finding("c", "not looked at", "z")]
    )
    wrong = Report([*fine.findings, Finding("d", "problem", "w", "mend it")])
    assert fine and not wrong
    assert wrong.df["verdict"].tolist() == ["ok", "note", "not looked at", "problem"]
    assert "PROBLEM  d  w\n" in repr(wrong) and "-> mend it" in repr(wrong) and "1 problem." in repr(wrong)


@pytest.mark.parametrize(
    ("changes", "check", "words"),
    [
        ({"in_container": True}, "container", "127.0.0.1 is the container itself"),
        ({"environment": {"JUPYTERHUB_USER": "me"}}, "hub", "other users"),
        ({"utc_offset": timedelta(hours=-5)}, "time zone", "UTC-5"),
        ({"versions": {"ipykernel": "7.2.0"}}, "versions", "problem"),
        ({"versions": {"pandas": None}}, "versions", "pandas not installed"),
    ],
)
def test_the_machine_is_looked_at(changes: dict[str, object], check: str, words: str) -> None:
    machine = dataclasses.replace(MACHINE, **changes)  # type: ignore[arg-type]
    assert words in said(surroundings(URL, machine))[check]
    assert (
        check not in said(surroundings(URL, MACHINE)) or words not in said(surroundings(URL, MACHINE))[check]
    )


def test_a_proxy_counts_for_servers_elsewhere_only() -> None:
    machine = dataclasses.replace(MACHINE, environment={"http_proxy": "http://user:pw@proxy:3128"})
    assert "proxy" not in said(surroundings(URL, machine))
    told = said(surroundings("http://qq.example:5000", machine))["proxy"]
    assert "HTTP_PROXY" in told and "pw" not in told


@pytest.mark.parametrize(
    ("url", "words"),
    [("http://qq.example:5000", "unencrypted"), ("http://localhost:5000", "::1"), (URL, "ok")],
)
def test_the_host_name_is_looked_at(url: str, words: str) -> None:
    assert words in said(address(url, "x", HINTS, answers=True))["host name"]


def test_without_a_token_it_says_who_can_reach_the_server() -> None:
    assert "any web page" in said(address(URL, None, HINTS, answers=True))["token"]
    assert "token" not in said(address(URL, "x", HINTS, answers=True))


@pytest.mark.parametrize(
    ("changes", "check", "words"),
    [
        ({"secret": False}, "listener", "problem"),
        ({"host": "0.0.0.0"}, "listener", "open to other machines"),  # noqa: S104 - what is looked at
        ({"refused": {"path": 3}}, "refused posts", "another secret"),
        ({"refused": {"host": 1}}, "refused posts", "host name"),
        ({"malformed": 2}, "refused posts", "garbage"),
        ({"waited_s": 5.0}, "post_api", "problem: nothing has arrived in 5 s"),
        ({"arrived": 4}, "post_api", "4 messages and events arrived"),
        ({"late_s": 90.0}, "late posts", "90 s"),
    ],
)
def test_the_listener_is_looked_at(changes: dict[str, object], check: str, words: str) -> None:
    assert words in said(listener(dataclasses.replace(HEARD, **changes)))[check]  # type: ignore[arg-type]


def test_a_post_to_a_wrong_path_is_named() -> None:
    with Simulator(friends=3, groups=1, members=3) as simulator:
        my = oq.connect(simulator.url)
        with my.listen(journal=False) as inbox:
            simulator.post_to(inbox.url + "x")
            simulator.say(simulator.truth.friends[0].person, "hi")
            simulator.wait_posted()
            assert "another secret" in said(iter(my.doctor().findings))["refused posts"]
        my.close()


def test_the_wrong_dialect_is_named() -> None:
    with Simulator("openqq2", friends=3, groups=1, members=3) as simulator:
        my = oq.connect(simulator.url, protocol="openqq1")
        assert "speaks openqq2" in said(iter(my.doctor().findings))["dialect"]
        my.close()


def test_waiting_for_a_post_takes_no_message_from_later_waits() -> None:
    with Simulator(friends=3, groups=1, members=3) as simulator:
        my = oq.connect(simulator.url)
        with my.listen(journal=False) as inbox:
            simulator.post_to(inbox.url)
            simulator.say(simulator.truth.friends[0].person, "hi")
            assert "arrived" in said(iter(my.doctor(wait=10).findings))["post_api"]
            assert inbox.wait(1)["content"].tolist() == ["hi"]
        my.close()


def test_consulted_from_outside_it_listens_only_where_a_server_answers() -> None:
    told: list[str] = []
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        assert not consult(url, None, "auto", 1, 5, told.append)
    assert told == []
    with Simulator(friends=3, groups=1, members=3) as simulator:
        report = consult(simulator.url, None, "auto", 5, 0.1, told.append)
    assert len(told) == 1 and "nothing has arrived in 0.1 s" in said(iter(report.findings))["post_api"]


def test_what_is_no_token_is_not_said_of_a_server_that_does_not_answer() -> None:
    assert "token" not in said(address(URL, None, HINTS, answers=False))


@pytest.mark.parametrize("wait", [-1, True, "60", None, float("nan"), float("inf")])
def test_a_wait_that_is_no_number_of_seconds_is_refused(wait: Any) -> None:
    my = oq.demo(groups=1, friends=2, members=2)
    with pytest.raises(oq.InvalidInput, match="number of seconds"):
        my.doctor(wait)
    my.close()


def test_there_is_nothing_to_wait_on_without_an_inbox() -> None:
    my = oq.demo(groups=1, friends=2, members=2)
    with pytest.raises(oq.InvalidInput, match=r"my\.listen\(\)"):
        my.doctor(wait=1)
    my.close()
