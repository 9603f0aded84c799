"""Traps that need no fault: what the servers always do, seen from the account and from the inbox."""

import inspect
import re
from typing import Any

import httpx
import pandas as pd
import pytest

import openqq_nb as oq
from openqq_nb.columns import Series
from openqq_nb.simulator import Group, Person
from tests.faults.stage import DIALECTS, OPENQQ, TIMEOUT_S, Dialect, Stage, stage, until

pytestmark = pytest.mark.slow

MY_QQ = 9900000100
AT_NOTHING: dict[Dialect, str] = {
    "openqq1": "never answer",
    "openqq2": "never answer",
    "onebot11": "refuse it",
}
# How a message without words reads: not at all, as a word, or as what it is.
PICTURE: dict[Dialect, str | None] = {"openqq1": None, "openqq2": "[图片]", "onebot11": ""}
all_dialects = pytest.mark.parametrize("dialect", DIALECTS)
openqq = pytest.mark.parametrize("dialect", OPENQQ)


def mine(one: Stage) -> Group:
    """Give a group that the account owns."""
    return one.simulator.truth.groups[2]


def plain_member(one: Stage, group: Group) -> Series:
    """Give a row of somebody who may be muted and removed."""
    return one.my.members(group.name).query("role == 'member'").iloc[0]


def somebody(group: Group) -> Person:
    """Give anybody else of a group."""
    return next(member.person for member in group.members if member.person.qq != MY_QQ)


# Calls


@openqq
def test_lists_are_given_to_get_only(dialect: Dialect) -> None:
    with stage(dialect) as one:
        assert httpx.post(f"{one.simulator.url}/openqq/get_friend_info").status_code == 403
        assert len(one.my.friends()) == 6


@all_dialects
def test_a_failed_call_has_status_200_and_is_told_as_failed(dialect: Dialect) -> None:
    words = (
        "no such friend; nothing was sent"
        if dialect in OPENQQ
        else "knows nobody of that number.*nothing was sent"
    )
    with stage(dialect) as one:
        receipt = one.my.send_friend("在吗？", qq="1")
        assert not receipt and receipt.delivery == "failed" and re.search(words, repr(receipt))
        one.check_all_is_well()


@all_dialects
def test_what_is_too_long_for_a_query_arrives_whole(dialect: Dialect) -> None:
    text = "长" * 4000
    with stage(dialect) as one:
        if dialect in OPENQQ:
            refused = httpx.get(f"{one.simulator.url}/openqq/send_group_message", params={"content": text})
            assert refused.status_code == 404
        assert one.my.send_friend(text, qq=one.qq)
        assert one.arrived == [text]


@all_dialects
def test_a_token_is_no_field_to_search_by(dialect: Dialect) -> None:
    with stage(dialect, token="s3cret") as one:
        friend = one.friend.person
        assert one.my.search_friends(friend.nick)["qq"].tolist() == [one.qq]
        if dialect == "openqq2":
            query = {"nick": friend.nick, "token": "s3cret"}
            answer = httpx.get(f"{one.simulator.url}/openqq/search_friend", params=query)
            assert answer.status_code == 500


@openqq
def test_members_that_a_token_keeps_from_being_loaded_are_named(dialect: Dialect) -> None:
    with (
        stage(dialect, token="s3cret") as one,
        one.simulator.fault("unloaded"),
        pytest.warns(oq.NotLoadedWarning, match="of 4 of 4 groups"),
    ):
        assert len(one.my.members()) == 0


def test_a_parameter_twice_would_end_a_server_that_wants_a_token() -> None:
    with stage("openqq1", token="s3cret") as one:
        stranger = somebody(mine(one)).qq
        assert one.my.send_session("在吗？", gnumber=str(mine(one).number), qq=str(stranger))
        one.check_all_is_well()
        assert one.simulator.running


# Sends


@all_dialects
@pytest.mark.parametrize("content", [" ", "0", "[微笑]", "<b>&amp;"])
def test_what_goes_out_is_what_the_row_of_the_inbox_shows(dialect: Dialect, content: str) -> None:
    shown = content.replace("<", "＜").replace(">", "＞") if dialect == "openqq2" else content
    with stage(dialect) as one:
        assert one.my.send_friend(content, qq=one.qq)
        one.settle()
        assert one.arrived == [shown] and one.inbox.df["content"].tolist() == [shown]


@all_dialects
def test_a_text_that_is_never_answered_never_leaves(dialect: Dialect) -> None:
    with stage(dialect) as one:
        with pytest.raises(oq.InvalidInput, match=rf"empty.*would {AT_NOTHING[dialect]}.*nothing was sent"):
            one.my.send_friend("", qq=one.qq)
        assert len(one.inbox.df) == 0
        one.check_all_is_well()


@all_dialects
@pytest.mark.parametrize("to", ["老同学", "小灰"])
def test_a_name_is_no_address(dialect: Dialect, to: str) -> None:
    with stage(dialect) as one:
        with pytest.raises(oq.InvalidInput, match=r"wants a row of .*not a str; nothing was sent"):
            one.my.send_group("大家好", to=to)  # type: ignore[arg-type]  # what people try
        assert one.arrived == []


def test_what_2x_cannot_send_never_leaves() -> None:
    with stage("openqq2") as one:
        with pytest.raises(oq.NotSupported, match=r"never sends a temporary message.*nothing was sent"):
            one.my.send_session("在吗？", to=plain_member(one, mine(one)))
        # Not waiting for a discuss would be an error page.
        assert "wait" not in inspect.signature(one.my.send_discuss).parameters
        assert one.arrived == [] and len(one.inbox.df) == 0
        one.check_all_is_well()


# Groups


def test_a_kick_that_worked_is_told_as_one_though_the_server_answers_with_an_error_page() -> None:
    with stage("openqq2") as one:
        member = plain_member(one, mine(one))
        outcome = one.my.kick(to=member)
        assert outcome.ok and len(one.simulator.kicked) == 1
        assert member["qq"] not in one.my.members(mine(one).name)["qq"].tolist()
        # The server trips over the event, so that nobody hears of it.
        assert len(one.inbox.events) == 0


@pytest.mark.parametrize(("seconds", "minutes"), [(1, 1), (60, 1), (61, 2), (600, 10)])
def test_a_mute_is_at_least_as_long_as_asked(seconds: float, minutes: int) -> None:
    with stage("openqq2") as one:
        assert one.my.mute(to=plain_member(one, mine(one)), seconds=seconds)
        assert [mute.seconds for mute in one.simulator.muted] == [60 * minutes]


def test_what_the_server_refuses_without_a_reason_is_falsy() -> None:
    with stage("openqq2") as one:
        group = one.simulator.truth.groups[1]
        outcome = one.my.mute(gnumber=str(group.number), qq=str(somebody(group).qq), seconds=60)
        assert not outcome and one.simulator.muted == []
        with pytest.raises(oq.InvalidInput, match="seconds"):
            one.my.mute(to=plain_member(one, mine(one)), seconds=0)


def test_1x_cannot_manage_groups_by_calls_and_says_what_it_can() -> None:
    with stage("openqq1") as one:
        member = plain_member(one, mine(one))
        with pytest.raises(oq.NotSupported, match=r"oq\.Reply\(.*shutup=True.*Nothing was done"):
            one.my.mute(to=member, seconds=60)
        with pytest.raises(oq.NotSupported, match="Nothing was done"):
            one.my.kick(to=member)


# Lists


@all_dialects
def test_a_name_is_shown_as_people_see_it(dialect: Dialect) -> None:
    name = "<b>小&灰</b>"
    with stage(dialect) as one:
        one.simulator.rename(one.friend.person, name)
        assert one.my.friends()["nick"].iloc[0] == name
        posted: dict[str, Any] = one.simulator.say(one.friend.person, "&lt;")
        assert (posted["content"] if dialect in OPENQQ else posted["message"][0]["data"]["text"]) == "&lt;"
        message = one.inbox.wait(1, timeout=TIMEOUT_S).iloc[0]
        assert (message["sender"], message["content"]) == (name, "&lt;")


def test_1x_has_no_number_of_an_escaped_name_until_it_writes() -> None:
    with stage("openqq1") as one:
        one.simulator.rename(one.friend.person, "小<灰>")
        one.simulator.relogin()
        assert pd.isna(one.my.friends()["qq"].iloc[0])
        one.say("在吗？")
        assert one.my.friends()["qq"].iloc[0] == one.qq
        assert one.rows("在吗？")["sender_qq"].tolist() == [one.qq]


@all_dialects
def test_a_name_is_never_empty_where_a_remark_is(dialect: Dialect) -> None:
    with stage(dialect) as one:
        one.simulator.set_markname(one.friend.person, "")
        friend = one.my.friends().iloc[0]
        assert (friend["markname"], friend["displayname"]) == ("", friend["nick"])
        one.say("在吗？")
        assert one.rows("在吗？")["sender"].tolist() == [friend["nick"]]


@all_dialects
def test_a_card_is_as_long_as_the_server_gives_it(dialect: Dialect) -> None:
    card = "一二三四五六七八九十"
    with stage(dialect) as one:
        member = plain_member(one, mine(one))
        one.simulator.set_card(mine(one), int(member["qq"]), card)
        cards = one.my.members(mine(one).name).set_index("qq")["card"]
        assert cards[member["qq"]] == ("一二三四五六七" if dialect == "openqq2" else card)


@all_dialects
def test_a_stranger_who_wrote_is_a_row_of_the_friends_for_a_while_only_in_1x(dialect: Dialect) -> None:
    with stage(dialect) as one:
        one.simulator.say(Person(9900000901, "路人"), "你好")
        one.settle()
        posted, name = dialect != "openqq2", "昵称未知" if dialect in OPENQQ else "路人"
        assert one.inbox.df["sender"].tolist() == [name] * posted
        assert one.my.friends()["nick"].tolist().count("昵称未知") == (dialect == "openqq1")
        one.simulator.reload()
        assert len(one.my.friends()) == 6


def test_only_1x_tells_whom_the_account_wrote_with() -> None:
    with stage("openqq1") as one:
        one.my.send_friend("在吗？", qq=one.qq)
        assert one.my.recent()["qq"].tolist() == [one.qq]
    with stage("openqq2") as one, pytest.raises(oq.NotSupported, match=r"inbox\.df\['chat'\]"):
        one.my.recent()


# Posts


@all_dialects
def test_what_the_account_writes_elsewhere_is_own_and_never_waited_for(dialect: Dialect) -> None:
    with stage(dialect) as one:
        one.simulator.say(one.simulator.truth.me.person, "从手机发的", mine(one))
        one.settle()
        assert one.inbox.df["own"].tolist() == [True] * (dialect == "openqq1")
        with pytest.raises(oq.TimedOut):
            one.inbox.wait(1, timeout=0.02)


@all_dialects
def test_who_comes_online_is_not_posted_but_listed(dialect: Dialect) -> None:
    with stage(dialect) as one:
        one.simulator.set_state(one.friend.person, "callme")
        one.settle()
        assert len(one.inbox.events) == 0
        state = one.my.friends()["state"].iloc[0]
        # No end of OneBot tells the state of anybody but the account.
        assert state == "callme" if dialect in OPENQQ else pd.isna(state)


@all_dialects
def test_a_message_without_any_text_is_a_row_and_an_empty_text_for_handlers(dialect: Dialect) -> None:
    with stage(dialect) as one:
        one.inbox.on_message(lambda message: f"收到{len(message.content)}")
        one.simulator.say(one.friend.person, None)
        one.settle()
        first = one.inbox.df.query("not own").iloc[0]
        shown = PICTURE[dialect]
        assert pd.isna(first["content"]) if shown is None else first["content"] == shown
        one.simulator.wait_received(1)
        assert one.arrived == [f"收到{len(shown or '')}"]


@all_dialects
def test_a_listener_that_answers_all_does_not_talk_to_itself(dialect: Dialect) -> None:
    with stage(dialect) as one:
        one.inbox.on_message(lambda message: "嗯")
        one.say("在吗？")
        one.settle()
        one.row_comes("嗯")
        assert one.arrived == ["嗯"] and sorted(one.inbox.df["content"]) == ["嗯", "在吗？"]
        assert one.simulator.running


@all_dialects
@pytest.mark.parametrize("answer", [[], ["a"], 0, {"reply": ["a"]}, {"wrong": 1}, object()])
def test_no_answer_of_a_handler_ends_a_server_or_reaches_a_chat_as_it_should_not(
    dialect: Dialect, answer: object
) -> None:
    with stage(dialect) as one:
        one.inbox.on_message(contains="坏")(lambda message: answer)
        one.say("坏的回答")
        with pytest.warns(oq.HandlerWarning):
            until(lambda: one.inbox.handlers["errors"].sum() == 1)
        assert len(one.inbox.df) == 1
        assert one.simulator.running and one.arrived == []
        one.check_all_is_well()


@openqq
def test_a_reply_that_the_server_would_drop_is_an_error_of_its_handler(dialect: Dialect) -> None:
    with stage(dialect) as one:
        one.inbox.on_message(contains="禁")(lambda message: oq.Reply("好", shutup=True, shutup_time=30))
        one.simulator.say(somebody(mine(one)), "禁我", mine(one))
        one.settle()
        with pytest.warns(oq.HandlerWarning, match="under 60 s|60 s"):
            assert len(one.inbox.df) == 1
        assert one.arrived == [] and one.simulator.muted == []


def test_a_reply_that_mutes_is_done_by_calls_in_whole_minutes() -> None:
    with stage("onebot11") as one:
        one.inbox.on_message(contains="禁")(lambda message: oq.Reply("好", shutup=True, shutup_time=30))
        one.simulator.say(somebody(mine(one)), "禁我", mine(one))
        one.settle()
        one.row_comes("好")
        assert one.arrived == ["好"] and [mute.seconds for mute in one.simulator.muted] == [60]
