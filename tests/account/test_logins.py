"""A new login of the server between two questions: noticed, and no id of before is used for anything."""

import threading
from collections.abc import Callable, Iterator
from itertools import zip_longest
from typing import Any

import pandas as pd
import pytest

import openqq_nb as oq
from openqq_nb.client import Client
from openqq_nb.demo_account import DemoAccount
from openqq_nb.flows import Flows
from openqq_nb.flows.seen import Seen
from openqq_nb.models import Recipient
from openqq_nb.protocols import registry
from openqq_nb.schema import FRIENDS
from openqq_nb.simulator import Person, Simulator

openqq = pytest.mark.parametrize("my", ["openqq1", "openqq2"], indirect=True)


@pytest.fixture(params=["openqq1", "openqq2", "onebot11"])
def my(request: pytest.FixtureRequest) -> Iterator[DemoAccount]:
    demo = oq.demo(request.param, seed=5, groups=3, friends=8, members=6)
    yield demo
    demo.close()


@openqq
@pytest.mark.parametrize("call", ["get_friend_info", "get_group_info", "get_discuss_info"])
def test_a_roster_is_of_one_login_even_if_it_is_the_first_one(my: DemoAccount, call: str) -> None:
    with my.simulator.fault("new_login", calls=call, times=1) as fault:
        roster = my.roster()
        assert fault.hits == 1
    assert roster.friends["id"].tolist() == my.friends()["id"].tolist()
    assert roster.groups["gid"].tolist() == my.groups()["gid"].tolist()
    assert roster.discusses["did"].tolist() == my.discusses()["did"].tolist()
    assert set(roster.members["gid"]) == set(roster.groups["gid"])


@openqq
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


@openqq
def test_a_row_of_an_earlier_login_without_a_number_is_refused(my: DemoAccount) -> None:
    row = my.discusses().iloc[0]
    my.simulator.relogin()
    with pytest.raises(oq.NotFound, match="Nothing was sent"):
        my.send_discuss("你好", to=row)
    assert my.simulator.received == []


def without_number(frame: pd.DataFrame, number: str) -> list[Any]:
    return [row for _, row in frame[frame[number].isna()].iterrows()]


def test_rows_fetched_after_a_login_that_was_noticed_later_can_be_written_to() -> None:
    with Simulator("openqq1", friends=8, groups=4, members=4) as simulator:
        my = oq.connect(simulator.url)
        my.friends()
        simulator.rename_group(simulator.truth.groups[0], "<群>")  # 1.x learns no number of such a name
        simulator.relogin()
        row = without_number(my.groups(), "gnumber")[0]
        my.friends()  # only this shows the login
        assert my.send_group("大家好", to=row)
        my.close()


def test_after_a_login_with_an_inbox_everybody_of_the_new_one_can_be_written_to(my: DemoAccount) -> None:
    with my.listen() as inbox:
        my.simulator.relogin()
        my.simulator.say(my.simulator.truth.friends[0].person, "早")
        inbox.wait(1)
        rows = [row for _, row in my.discusses().iterrows()]
        my.roster()
        assert [my.send_discuss("你好", to=row).ok for row in rows] == [True] * len(rows)
        assert all(my.send_friend("你好", to=row) for row in without_number(my.friends(), "qq"))


def test_the_members_of_a_group_are_not_lost_to_a_login_while_they_are_loaded() -> None:
    my = oq.demo("openqq2", seed=6, groups=3, friends=4, members=5)
    group = my.simulator.truth.groups[0]
    with (
        my.simulator.fault("unloaded"),
        my.simulator.fault("new_login", calls="search_group", times=1) as fault,
    ):
        assert len(my.members(group.name)) == len(group.members)
        assert fault.hits == 1
    my.close()


def test_an_id_that_the_server_does_not_list_is_said_to_be_in_no_list() -> None:
    my = oq.demo("openqq1", seed=6, groups=3, friends=4, members=5)
    row = my.members().query("qq != '9900000100'").iloc[-1].copy()
    row["qq"] = row["gnumber"] = None
    with my.simulator.fault("no_members"), pytest.raises(oq.NotFound, match="members are not loaded"):
        my.send_session("你好", to=row)
    assert my.simulator.received == []
    my.close()


@pytest.mark.parametrize("my", ["onebot11"], indirect=True)
def test_where_there_are_no_ids_nothing_that_happens_looks_like_a_new_login(my: DemoAccount) -> None:
    simulator, logins = my.simulator, []
    group, friend = simulator.truth.groups[0], simulator.truth.friends[0]
    goes = next(one for one in group.members if one.person.qq not in (group.owner, 9_900_000_100))
    happenings: list[Callable[[], object]] = [
        lambda: simulator.rename(friend.person, "改名"),
        lambda: simulator.set_markname(friend, "老友"),
        lambda: simulator.rename_group(group, "新群名"),
        lambda: simulator.set_card(group, goes, "名片"),
        lambda: simulator.join(group, Person(9_900_000_901, "新来的")),
        lambda: simulator.leave(group, goes.person),
        lambda: simulator.add_friend(Person(9_900_000_902, friend.person.nick)),
        lambda: simulator.remove_friend(friend.person),
        lambda: simulator.leave_group(simulator.truth.groups[-1]),
        lambda: simulator.rename(simulator.truth.me.person, "我也改名"),
        simulator.relogin,
    ]
    with my.listen() as inbox:
        before = my.roster()
        for happens in happenings:
            happens()
            my.roster()
            simulator.say(simulator.truth.friends[-1].person, "早")
            logins.append(my._flows.seen.logins)
        simulator.wait_posted()
        inbox.wait(len(happenings))
        assert logins == [0] * len(happenings)
        assert inbox.df["login"].nunique() == 1 and inbox.df["sender_qq"].notna().all()
        changes = my.roster().diff(before)
    assert changes["certain"].all()
    assert {"added", "removed", "gname", "joined", "left"} <= set(changes["what"])


@pytest.mark.parametrize("my", ["onebot11"], indirect=True)
def test_where_there_are_no_ids_a_send_has_nobody_looked_up_in_the_background(my: DemoAccount) -> None:
    with my.listen() as inbox:
        friend = my.friends().iloc[0]
        assert my.send_friend("你好", to=friend)
        assert inbox.df[["sender_qq", "receiver_qq"]].values.tolist() == [["9900000100", friend["qq"]]]
        assert not any(one.name == "openqq-nb-refresh" for one in threading.enumerate())


def frame(*ids: str, numbers: tuple[str, ...] = (), nicks: tuple[str, ...] = ()) -> pd.DataFrame:
    rows: list[dict[str, Any]] = [
        {"id": one, "qq": number, "nick": nick, "displayname": nick}
        for one, number, nick in zip_longest(ids, numbers, nicks or ids)
    ]
    return FRIENDS.frame(FRIENDS.table(rows))


def test_equal_ids_with_other_numbers_are_a_new_login() -> None:
    seen = Seen(lambda: None)
    seen.saw(friends=frame("1", "2", numbers=("100", "200"), nicks=("a", "b")))
    seen.saw(friends=frame("1", "2", numbers=("200", "100"), nicks=("b", "a")))
    assert seen.logins == 1


def test_an_empty_answer_hides_no_login() -> None:
    seen = Seen(lambda: None)
    for ids in (("1", "2"), (), ("3", "4")):
        seen.saw(friends=frame(*ids, numbers=("100", "200")[: len(ids)]))
    assert seen.logins == 1
    assert seen.counts() == {"friends": 2}


def late(simulator: Simulator, **message: Any) -> Any:
    """Answer a message of a friend without a number, so that only his id can be written to."""
    client = Client(simulator.url)
    flows = Flows(registry.dialect("openqq1", None), lambda *_: None, lambda: None)
    friend = client.run(flows.reading.friends()).query("qq.isna()").iloc[0]
    recipient, row = Recipient("friend", id=friend["id"]), {"sender": friend["displayname"], **message}
    flows.seen.begin_login()
    simulator.relogin()
    try:
        return client.run(flows.sending.send_in_login(recipient, row, "晚了", flows.seen.logins))
    finally:
        client.close()


def test_a_late_reply_goes_to_no_id_of_before_that_the_server_does_not_list_under_that_name() -> None:
    with Simulator("openqq1", friends=8, groups=1, members=2) as simulator:
        with pytest.raises(oq.NotFound, match="nothing was sent"):
            late(simulator)
        assert simulator.received == []


@openqq
def test_half_a_surrogate_pair_is_nobodys_name(my: DemoAccount) -> None:
    with pytest.raises(oq.NotFound, match="Nothing was sent"):
        my.send_friend("你好", to={"id": my.friends()["id"].iloc[0], "nick": "\ud800"})
