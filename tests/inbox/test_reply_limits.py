"""What a server can do in a reply, and what it cannot: that is an error of the handler, and nothing goes out."""

from collections.abc import Callable
from typing import Any

import pytest

import openqq_nb as oq
from openqq_nb.simulator import Group, Person
from tests.faults.stage import DIALECTS, Dialect, Stage, stage

MUTES = oq.Reply("好", shutup=True, shutup_time=600)

Speak = Callable[[Stage], object]


def mine(one: Stage) -> Group:
    """Give a group that the account owns."""
    return one.simulator.truth.groups[2]


def plain_member(one: Stage) -> Person:
    """Give somebody of it who may be muted."""
    qq = one.my.members(mine(one).name).query("role == 'member'").iloc[0]["qq"]
    return next(member.person for member in mine(one).members if str(member.person.qq) == qq)


def in_group(one: Stage) -> object:
    return one.simulator.say(plain_member(one), "禁我", mine(one))


def as_friend(one: Stage) -> object:
    return one.simulator.say(one.friend.person, "禁我")


def in_discuss(one: Stage) -> object:
    discuss = one.simulator.truth.discusses[0]
    return one.simulator.say(discuss.members[-1], "禁我", discuss=discuss)


def as_stranger(one: Stage) -> object:
    return one.simulator.say(plain_member(one), "禁我", mine(one), session=True)


both_dialects = pytest.mark.parametrize("dialect", DIALECTS)


@both_dialects
@pytest.mark.parametrize(
    ("speak", "reply", "why"),
    [
        (as_friend, MUTES, r"only in a group.*this was a message"),
        (in_discuss, MUTES, r"only in a group.*discuss_message"),
        (in_group, oq.Reply("好", shutup=True, shutup_time=59), r"less than 60 seconds.*was 59"),
        (in_group, {"reply": "好", "shutup": 1, "shutup_time": 1}, r"less than 60 seconds.*was 1\b"),
        (as_stranger, MUTES, r"only in a group|temporary message"),
    ],
    ids=["friend", "discuss", "under 60 s", "the document's dict", "temporary"],
)
def test_what_no_server_can_is_an_error_and_nothing_goes_out(
    dialect: Dialect, speak: Speak, reply: Any, why: str
) -> None:
    with stage(dialect) as one:
        one.inbox.on_message(contains="禁我")(lambda message: reply)
        speak(one)
        one.settle()
        with pytest.warns(oq.HandlerWarning, match=f"failed: .*{why}.*othing was written back"):
            assert one.inbox.handlers["errors"].tolist() == [1]
        assert one.inbox.handlers["replies"].tolist() == [0]
        assert one.arrived == [] and one.simulator.muted == []
        assert {post.status for post in one.simulator.posts} == {204}
        one.check_all_is_well()


@both_dialects
def test_temporary_message_is_answered_where_the_server_can(dialect: Dialect) -> None:
    with stage(dialect) as one:
        one.inbox.on_message(contains="禁我")(lambda message: "好")
        as_stranger(one)
        one.settle()
        if dialect == "openqq1":
            assert one.arrived == ["好"] and one.inbox.handlers["errors"].tolist() == [0]
        else:
            with pytest.warns(oq.HandlerWarning, match="temporary message; nothing was written back"):
                assert one.inbox.handlers["errors"].tolist() == [1]
            assert one.arrived == []


@both_dialects
@pytest.mark.parametrize(
    "reply", [MUTES, {"reply": "好", "shutup": 1, "shutup_time": "600"}], ids=["Reply", "dict"]
)
def test_a_reply_in_time_mutes_who_wrote(dialect: Dialect, reply: Any) -> None:
    with stage(dialect) as one:
        who = plain_member(one)
        one.inbox.on_message(contains="禁我")(lambda message: reply)
        in_group(one)
        one.settle()
        assert one.arrived == ["好"]
        assert [(mute.number, mute.seconds, mute.via) for mute in one.simulator.muted] == [
            (str(who.qq), 600, "reply")
        ]


@both_dialects
def test_a_reply_that_only_mutes_writes_nothing(dialect: Dialect) -> None:
    with stage(dialect) as one:
        one.inbox.on_message(contains="禁我")(lambda message: oq.Reply(shutup=True))
        in_group(one)
        one.settle()
        assert one.arrived == [] and len(one.simulator.muted) == 1
        assert one.inbox.handlers["replies"].tolist() == [1] and len(one.inbox.df) == 1
