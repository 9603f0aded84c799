"""The demo: an account behind the simulator of this process."""

from typing import Literal

import pytest

import openqq_nb as oq
from openqq_nb.demo_account import DemoAccount

Protocol = Literal["openqq1", "openqq2", "onebot11"]


def small(protocol: Protocol = "openqq1", seed: int = 0, pace: float = 0) -> DemoAccount:
    return oq.demo(protocol, seed, pace, groups=2, friends=3, members=4)


def test_the_same_call_gives_the_running_demo_back() -> None:
    my = small(seed=1)
    assert small(seed=1) is my
    other = small(seed=2)
    assert other is not my
    my.close()
    again = small(seed=1)
    assert again is not my and again.friends().shape[0] == 3
    for one in (other, again):
        one.close()


def test_the_same_seed_gives_the_same_people() -> None:
    frames = []
    for _ in range(2):
        my = small(seed=7)
        frames.append(my.members())
        my.close()
    assert frames[0].equals(frames[1])


@pytest.mark.parametrize("protocol", ["openqq1", "openqq2", "onebot11"])
def test_the_sizes_are_those_asked_for(protocol: Protocol) -> None:
    my = small(protocol)
    roster = my.roster()
    my.close()
    assert (len(roster.groups), len(roster.friends), len(roster.members)) == (2, 3, 8)


def test_a_closed_demo_answers_no_more() -> None:
    my = small()
    my.close()
    assert not my.simulator.running
    with pytest.raises(oq.Unreachable):
        my.me()


def test_a_demo_whose_server_ended_itself_is_started_anew() -> None:
    my = small("openqq2")
    my.simulator.stop()
    again = small("openqq2")
    assert again is not my and isinstance(again, DemoAccount)
    my.close()
    again.close()


def test_the_pace_is_kept() -> None:
    my = small(pace=0.3)
    try:
        assert my.simulator.pace == 0.3
    finally:
        my.close()


def test_an_unknown_protocol_is_refused() -> None:
    with pytest.raises(ValueError, match="openqq1"):
        small("openqq3")  # type: ignore[arg-type]
