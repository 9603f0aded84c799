"""Faults of posts: each message that came is one row, in its order, and what did not come is not made up."""

from collections.abc import Callable

import pandas as pd
import pytest

import openqq_nb as oq
from openqq_nb.simulator import Person
from tests.faults.stage import TIMEOUT_S, Dialect, Stage, cases, stage

pytestmark = pytest.mark.slow


def texts(one: Stage) -> list[str]:
    contents: list[str] = one.inbox.df["content"].tolist()
    return contents


def together(one: Stage, *said: str) -> None:
    one.simulator.say_together([(one.friend.person, text) for text in said])
    one.settle()


# Numbers of messages in OneBot have no order; of one chat the end has a number besides.
ORDER: dict[Dialect, str] = {"openqq1": "msg_id", "openqq2": "msg_id", "onebot11": "real_seq"}


def lost(one: Stage) -> None:
    one.say("丢了")
    with pytest.raises(oq.TimedOut) as timed_out:
        one.inbox.wait(1, timeout=0.05)
    came = timed_out.value.df
    assert came is not None and len(came) == 0
    assert texts(one) == [] and one.inbox.stats.received == 0


def late(one: Stage) -> None:
    one.simulator.say(one.friend.person, "晚到")
    with pytest.raises(oq.TimedOut):
        one.inbox.wait(1, timeout=0.02)
    assert one.inbox.wait(1, timeout=TIMEOUT_S)["content"].tolist() == ["晚到"]


def twice(one: Stage) -> None:
    one.inbox.on_message(contains="两次")(lambda message: "收到")
    one.say("两次")
    one.settle()
    one.row_comes("收到")
    received = one.inbox.df.query("not own")
    assert received["content"].tolist() == ["两次"]
    assert (one.inbox.stats.received, one.inbox.stats.doubles) == (1, 1)
    assert one.inbox.handlers["calls"].tolist() == [1] and one.arrived == ["收到"]
    assert len(one.inbox.wait(1, timeout=TIMEOUT_S)) == 1


def reversed_order(one: Stage) -> None:
    together(one, "一", "二", "三")
    came = one.inbox.df
    assert came["content"].tolist() == ["三", "二", "一"]
    order = came.sort_values(["msg_time", ORDER[one.simulator.protocol]], kind="stable")["content"].tolist()
    assert order == ["一", "二", "三"]
    assert one.inbox.wait(3, timeout=TIMEOUT_S)["content"].tolist() == ["三", "二", "一"]


def unknown(one: Stage) -> None:
    one.say("我是谁？")
    message = one.rows("我是谁？").iloc[0]
    # The id is that of the friend, but the name is not his: no number is better than a wrong one.
    assert message["sender"] == "昵称未知" and pd.isna(message["sender_qq"]) and not message["own"]
    assert message["chat_key"] == f"friend:id={message['sender_id']}"


def properties(one: Stage) -> None:
    group = one.simulator.truth.groups[2]
    one.simulator.rename_group(group, "新群名")
    one.say("照常")
    events = one.inbox.events
    assert "group_property_change" in events["event"].tolist()
    assert texts(one) == ["照常"] and one.inbox.stats.events == len(events)


def polled(one: Stage) -> None:
    # An inbox that listens does not poll, so nothing of its own is missing.
    one.say("照样收到")
    assert one.inbox.wait(1, timeout=TIMEOUT_S)["content"].tolist() == ["照样收到"]


def poor(one: Stage) -> None:
    group = one.simulator.truth.groups[2]
    somebody = next(one.person for one in group.members if one.person.qq != 9900000100)
    one.simulator.say(somebody, "大家好", group)
    one.settle()
    message = one.rows("大家好").iloc[0]
    # What the post lacks is taken from the roster.
    assert (message["group"], message["gnumber"]) == (group.name, str(group.number))
    assert message["sender"] == somebody.nick and message["chat"] == group.name


POSTS: dict[str, Callable[[Stage], None]] = {
    "lost_posts": lost,
    "late_posts": late,
    "duplicate": twice,
    "out_of_order": reversed_order,
    "unknown_sender": unknown,
    "property_events": properties,
    "other_poller": polled,
    "poor_posts": poor,
}
SECONDS = {"late_posts": 0.2}


@pytest.mark.parametrize(("name", "dialect"), cases(POSTS))
def test_what_came_is_a_row_once_and_what_did_not_come_is_none(name: str, dialect: Dialect) -> None:
    with stage(dialect) as one:
        with one.simulator.fault(name, seconds=SECONDS.get(name)):
            POSTS[name](one)
        one.check_all_is_well()


@pytest.mark.parametrize(("name", "dialect"), cases(["lost_posts"]))
def test_a_lost_post_costs_no_other(name: str, dialect: Dialect) -> None:
    with stage(dialect) as one:
        with one.simulator.fault(name, times=1):
            one.say("丢了")
            one.say("没丢")
        assert texts(one) == ["没丢"]


def test_a_send_whose_post_is_lost_is_the_row_of_its_receipt() -> None:
    with stage("openqq2") as one:
        with one.simulator.fault("lost_posts", times=1):
            one.my.send_friend("在吗？", qq=one.qq)
            one.settle()
        assert one.rows("在吗？")["delivery"].tolist() == ["sent"]


@pytest.mark.parametrize(("name", "dialect"), cases(["late_posts"]))
def test_a_late_post_is_a_row_where_it_came_and_keeps_its_time(name: str, dialect: Dialect) -> None:
    with stage(dialect) as one:
        with one.simulator.fault(name, times=1, seconds=0.2):
            one.simulator.say(one.friend.person, "先说")
            one.simulator.say(one.friend.person, "后说")
            one.settle()
        came = one.inbox.df
        assert came["content"].tolist() == ["后说", "先说"]
        assert came["msg_time"].iloc[1] <= came["msg_time"].iloc[0]


def test_a_late_post_of_a_send_joins_the_row_of_its_receipt() -> None:
    with stage("openqq2") as one:
        with one.simulator.fault("late_posts", times=1, seconds=0.2):
            one.my.send_friend("在吗？", qq=one.qq)
            assert one.rows("在吗？")["delivery"].tolist() == ["sent"]
            one.settle()
        assert one.rows("在吗？")["delivery"].tolist() == ["sent"]


def test_a_message_before_the_event_about_its_sender_gets_its_number() -> None:
    with stage("openqq2") as one:
        group, new = one.simulator.truth.groups[2], Person(9900000900, "新来的")
        one.simulator.join(group, new, seen=False)
        with one.simulator.fault("out_of_order"):
            one.simulator.say(new, "大家好", group)
            one.settle()
        message = one.rows("大家好").iloc[0]
        assert (message["sender"], message["sender_qq"]) == ("新来的", "9900000900")
        assert one.inbox.events["event"].tolist() == ["new_group_member"]
        assert one.inbox.events["qq"].tolist() == ["9900000900"]


def test_a_flood_of_property_events_costs_no_message() -> None:
    with stage("openqq2") as one:
        group = one.simulator.truth.groups[2]
        somebody = next(member for member in group.members if member.person.qq != 9900000100)
        with one.simulator.fault("unloaded"), one.simulator.fault("property_events"):
            one.simulator.say(somebody.person, "大家好", group)
            one.settle()
        assert len(one.rows("大家好")) == 1
        assert (one.inbox.events["event"] == "group_member_property_change").sum() >= 2 * len(group.members)
        assert one.inbox.stats.refused == {} and one.inbox.stats.errors == ()
        one.check_all_is_well()
