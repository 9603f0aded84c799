"""What a server can do in a reply, and what it cannot: that is an error of the handler, and nothing goes out."""

from collections.abc import Callable
from typing import Any

import pytest

import openqq_nb as oq
from openqq_nb.simulator import Group, Person
from openqq_nb.simulator.dialects import END_NAMES, EndName
from tests.faults.stage import CALLS_BACK, DIALECTS, OPENQQ, Dialect, Stage, stage

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


all_dialects = pytest.mark.parametrize("dialect", DIALECTS)

# Whose mutes are calls counts in whole minutes, rounded up, and has no discusses.
CANNOT: dict[str, tuple[Speak, Any, str, tuple[Dialect, ...]]] = {
    "friend": (as_friend, MUTES, r"only in a group.*this was a message", OPENQQ),
    "discuss": (in_discuss, MUTES, r"only in a group.*discuss_message", OPENQQ),
    "under 60 s": (
        in_group,
        oq.Reply("好", shutup=True, shutup_time=59),
        r"less than 60 seconds.*was 59",
        OPENQQ,
    ),
    "the document's dict": (
        in_group,
        {"reply": "好", "shutup": 1, "shutup_time": 1},
        r"less than 60 seconds.*was 1\b",
        OPENQQ,
    ),
    "temporary": (as_stranger, MUTES, r"only in a group|temporary message", OPENQQ),
    "friend, by calls": (as_friend, MUTES, r"in a group only.*of the kind message\b", CALLS_BACK),
    "temporary, by calls": (as_stranger, MUTES, r"in a group only.*of the kind sess_message", CALLS_BACK),
}


@pytest.mark.parametrize(
    ("name", "dialect"), [(name, dialect) for name, case in CANNOT.items() for dialect in case[-1]]
)
def test_what_no_server_can_is_an_error_and_nothing_goes_out(name: str, dialect: Dialect) -> None:
    speak, reply, why, _ = CANNOT[name]
    nothing = "Nothing was sent" if dialect in CALLS_BACK else "othing was written back"
    with stage(dialect) as one:
        one.inbox.on_message(contains="禁我")(lambda message: reply)
        speak(one)
        one.settle()
        with pytest.warns(oq.HandlerWarning, match=f"failed: .*{why}.*{nothing}"):
            assert one.inbox.handlers["errors"].tolist() == [1]
        assert one.inbox.handlers["replies"].tolist() == [0]
        assert one.arrived == [] and one.simulator.muted == []
        assert {post.status for post in one.simulator.posts} == {204}
        one.check_all_is_well()


# Who refuses to answer a temporary message, and in which words; the others answer it as one.
UNANSWERED = {
    "openqq2": "temporary message; nothing was written back",
    "lagrange": r"the group by which it came.*does not tell.*Nothing was sent",
}


@pytest.mark.parametrize(
    ("dialect", "end"), [*((one, None) for one in OPENQQ), *(("onebot11", end) for end in END_NAMES)]
)
def test_temporary_message_is_answered_where_the_server_can(dialect: Dialect, end: EndName | None) -> None:
    settings: dict[str, Any] = {} if end is None else {"end": end}
    with stage(dialect, **settings) as one:
        one.inbox.on_message(contains="禁我")(lambda message: "好")
        as_stranger(one)
        one.settle()
        refused = UNANSWERED.get(end or dialect)
        if refused is None:
            assert [(got.kind, got.content) for got in one.simulator.received] == [("session", "好")]
            assert one.inbox.handlers["errors"].tolist() == [0] and len(one.inbox.df) == 2
        else:
            with pytest.warns(oq.HandlerWarning, match=refused):
                assert one.inbox.handlers["errors"].tolist() == [1]
            assert one.arrived == []


@all_dialects
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
            (str(who.qq), 600, "api" if dialect in CALLS_BACK else "reply")
        ]
        assert one.simulator.posts[0].status == (204 if dialect in CALLS_BACK else 200)


@pytest.mark.parametrize("dialect", CALLS_BACK)
@pytest.mark.parametrize(("asked", "done"), [(1, 60), (59, 60), (60, 60), (61, 120)])
def test_a_mute_by_a_call_is_rounded_up_to_whole_minutes(dialect: Dialect, asked: int, done: int) -> None:
    with stage(dialect) as one:
        one.inbox.on_message(contains="禁我")(lambda message: oq.Reply(shutup=True, shutup_time=asked))
        in_group(one)
        one.settle()
        assert [mute.seconds for mute in one.simulator.muted] == [done]
        assert one.inbox.handlers["errors"].tolist() == [0]


@all_dialects
def test_a_reply_that_only_mutes_writes_nothing(dialect: Dialect) -> None:
    with stage(dialect) as one:
        one.inbox.on_message(contains="禁我")(lambda message: oq.Reply(shutup=True))
        in_group(one)
        one.settle()
        assert one.arrived == [] and len(one.simulator.muted) == 1
        assert one.inbox.handlers["replies"].tolist() == [1] and len(one.inbox.df) == 1
