"""The three ways of the data that docs/architecture.md tells, whole, against the simulator, in all dialects."""

from collections.abc import Iterator

import pandas as pd
import pytest

import openqq_nb as oq
from openqq_nb.demo_account import DemoAccount, DemoSettings


@pytest.fixture(params=["openqq1", "openqq2", "onebot11"])
def my(request: pytest.FixtureRequest) -> Iterator[DemoAccount]:
    account = DemoAccount(DemoSettings(request.param, 0, 0, 6, 20, 12, None))
    yield account
    account.close()


def test_members_load_as_the_world_has_them(my: DemoAccount) -> None:
    members = my.members()
    truth = my.simulator.truth
    assert len(members) == sum(len(group.members) for group in truth.groups)
    known = set(members["qq"].dropna())
    assert known <= {str(one.person.qq) for group in truth.groups for one in group.members}
    assert len(known) > 20


def test_a_send_reaches_the_person_and_is_a_row_when_the_call_returns(my: DemoAccount) -> None:
    friend = my.friends().dropna(subset="qq").iloc[0]
    with my.listen() as inbox:
        receipt = my.send_friend("<b>你好</b> 😀\n第二行", to=friend)
        (row,) = inbox.df.to_dict("records")
        my.simulator.wait_posted()
    assert receipt
    (received,) = my.simulator.wait_received(1)
    assert str(received.number) == friend["qq"]
    assert (row["own"], row["receiver_qq"], row["delivery"]) == (True, friend["qq"], "sent")
    # A 2.x server turns < and > into full-width signs, and says so in the post that may have come already.
    plain = str.maketrans("＜＞", "<>")
    texts = {str(text).translate(plain) for text in (row["content"], received.content)}
    assert texts == {"<b>你好</b> 😀\n第二行"}


def test_a_send_that_the_server_posts_back_is_one_row(my: DemoAccount) -> None:
    with my.listen() as inbox:
        my.send_group("大家好", to=my.groups().dropna(subset="gnumber").iloc[0])
        my.simulator.wait_posted()
        my.simulator.say(my.friends()["qq"].dropna().iloc[0], "后来的")
        inbox.wait(1, timeout=20)
        assert inbox.df["content"].tolist() == ["大家好", "后来的"]


def test_an_arriving_message_is_numbered_kept_shown_and_answered(my: DemoAccount) -> None:
    speaker = my.members().dropna(subset=["qq", "gnumber"]).iloc[0]
    with my.listen() as inbox:

        @inbox.on_message(contains="签到", group=speaker["gnumber"])
        def checkin(message: object) -> str:
            return "成功"

        my.simulator.say(speaker["qq"], "我来签到", group=speaker["gnumber"])
        arrived = inbox.wait(1, timeout=20).iloc[0]
        reply = my.simulator.wait_received(1)[0]
        my.simulator.wait_posted()
    assert (arrived["sender_qq"], arrived["gnumber"]) == (speaker["qq"], speaker["gnumber"])
    assert (arrived["type"], arrived["own"], arrived["kind"]) == ("group_message", False, "text")
    assert arrived["chat_key"] == f"group:{speaker['gnumber']}"
    # An end of OneBot obeys no answers: what a handler returns goes out by a call.
    way = "api" if my.simulator.protocol == "onebot11" else "reply"
    assert (reply.via, reply.content) == (way, "成功")


def test_what_was_kept_is_the_same_after_a_restart(
    my: DemoAccount, tmp_path_factory: pytest.TempPathFactory
) -> None:
    journal = tmp_path_factory.mktemp("日志 folder") / "messages.db"
    with my.listen(journal=journal) as inbox:
        my.simulator.chatter(20)
        inbox.wait(20, timeout=30)
        before = inbox.df
    with my.listen(journal=journal) as again:
        pd.testing.assert_frame_equal(again.df, before)
        with pytest.raises(oq.TimedOut):
            again.wait(1, timeout=0.01)
    log = oq.open_log(journal)
    assert sorted(log.df["content"]) == sorted(before["content"])
    people = oq.with_people(log.df, my.members())
    assert len(people) == len(log.df)
