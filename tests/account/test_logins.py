"""A new login of the server between two questions: noticed, and no id of before is used for anything."""

from collections.abc import Iterator

import pytest

import openqq_nb as oq
from openqq_nb.demo_account import DemoAccount


@pytest.fixture(params=["openqq1", "openqq2"])
def my(request: pytest.FixtureRequest) -> Iterator[DemoAccount]:
    demo = oq.demo(request.param, seed=5, groups=3, friends=8, members=6)
    yield demo
    demo.close()


@pytest.mark.parametrize("call", ["get_friend_info", "get_group_info", "get_discuss_info"])
def test_a_roster_is_of_one_login_even_if_it_is_the_first_one(my: DemoAccount, call: str) -> None:
    with my.simulator.fault("new_login", calls=call, times=1) as fault:
        roster = my.roster()
        assert fault.hits == 1
    assert roster.friends["id"].tolist() == my.friends()["id"].tolist()
    assert roster.groups["gid"].tolist() == my.groups()["gid"].tolist()
    assert roster.discusses["did"].tolist() == my.discusses()["did"].tolist()
    assert set(roster.members["gid"]) == set(roster.groups["gid"])


def test_a_server_that_logs_in_again_and_again_gives_no_roster_of_odd_parts(my: DemoAccount) -> None:
    with (
        my.simulator.fault("new_login"),
        pytest.raises(oq.NotLoaded, match="logged in anew each of the 3 times"),
    ):
        my.roster()
    assert len(my.roster().friends) == 8


def test_a_row_of_an_earlier_login_with_a_number_still_reaches_the_same_person(my: DemoAccount) -> None:
    row = my.friends().dropna(subset="qq").iloc[0]
    my.simulator.relogin()
    assert my.send_friend("你好", to=row)
    assert [one.number for one in my.simulator.wait_received(1)] == [row["qq"]]


def test_a_row_of_an_earlier_login_without_a_number_is_refused(my: DemoAccount) -> None:
    row = my.discusses().iloc[0]
    my.simulator.relogin()
    with pytest.raises(oq.NotFound, match="Nothing was sent"):
        my.send_discuss("你好", to=row)
    assert my.simulator.received == []
