"""Sending more than text, and taking back, with the simulated end of OneBot and with Openqq."""

import asyncio
import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import openqq_nb as oq
from openqq_nb.demo_account import DemoAccount
from openqq_nb.inbox import Message
from openqq_nb.models import Delivery, Receipt
from openqq_nb.segments import Parts

DOT = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
PATIENCE_S = 20


@pytest.fixture
def my() -> Iterator[DemoAccount]:
    account = oq.demo("onebot11", seed=3, groups=3, friends=5, members=6)
    yield account
    account.close()


@pytest.fixture(params=["openqq1", "openqq2"])
def openqq(request: pytest.FixtureRequest) -> Iterator[DemoAccount]:
    account = oq.demo(request.param, groups=3, friends=5, members=6)
    yield account
    account.close()


def sent(my: DemoAccount) -> Receipt:
    receipt = my.send_group("要收回的", to=my.groups().iloc[0])
    assert receipt
    return receipt


def test_parts_arrive_as_they_were_joined(my: DemoAccount, tmp_path: Path) -> None:
    picture = tmp_path / "点.gif"
    picture.write_bytes(DOT)
    group = my.groups().iloc[0]
    member = my.members(group)["qq"].iloc[1]
    first = my.send_group("原话", to=group)
    assert my.send_group(
        oq.at(member) + "看图" + oq.image(picture) + oq.face(14) + oq.reply_to(first), to=group
    )
    got = my.simulator.received[-1]
    assert str(got.reply_to) == first.msg_id
    assert [one["type"] for one in got.segments] == ["reply", "at", "text", "image", "face"]
    assert got.mentions and not got.rang_all


@pytest.mark.parametrize("text", ["[CQ:at,qq=all]", "&#91;CQ:face,id=14&#93;", "<b>", "a&amp;b, [图片]"])
def test_text_is_text_and_rings_for_nobody(my: DemoAccount, text: str) -> None:
    assert my.send_group(text, to=my.groups().iloc[0])
    got = my.simulator.received[-1]
    assert (got.content, got.rang_all, list(got.mentions)) == (text, False, [])


@pytest.mark.parametrize("content", [None, 5, ["x"], b"x", [oq.at("1")]], ids=repr)
@pytest.mark.parametrize("call", ["send_friend", "send_group", "send_discuss", "send_session"])
def test_what_is_neither_text_nor_parts_is_refused(my: DemoAccount, call: str, content: Any) -> None:
    to = {"send_friend": {"qq": 1}, "send_group": {"gnumber": 1}, "send_discuss": {"did": 1}}
    with pytest.raises(oq.InvalidInput, match=r"must be a str, or parts .* nothing was sent"):
        getattr(my, call)(content, **to.get(call, {"qq": 1, "gnumber": 2}))
    assert my.simulator.received == []


@pytest.mark.parametrize("call", ["send_friend", "send_group", "send_discuss"])
def test_openqq_refuses_parts_before_anything_is_sent(openqq: DemoAccount, call: str) -> None:
    frame = {"send_friend": "friends", "send_group": "groups", "send_discuss": "discusses"}[call]
    row = getattr(openqq, frame)().iloc[0]
    with pytest.raises(oq.NotSupported, match="plain text only"):
        getattr(openqq, call)(oq.face(14) + "好", to=row)
    assert openqq.simulator.received == []


def test_send_of_parts_is_one_row_also_where_the_end_posts_it_back(my: DemoAccount) -> None:
    my.simulator.report_own = True
    with my.listen(journal=False) as inbox:
        receipt = my.send_group(oq.at("all") + "周五聚餐", to=my.groups().iloc[0])
        assert my.simulator.wait_posted(timeout=PATIENCE_S)
        found = inbox.df[inbox.df["own"]]
    assert found["msg_id"].tolist() == [receipt.msg_id]
    assert found["content"].tolist() == ["@全体成员 周五聚餐"] and found["kind"].tolist() == ["text"]


@pytest.mark.parametrize("form", ["receipt", "text", "int", "row", "frame", "list", "mapping", "message"])
def test_a_message_is_taken_back_by_whatever_has_its_number(my: DemoAccount, form: str) -> None:
    with my.listen(journal=False) as inbox:
        receipt = sent(my)
        row = inbox.df[inbox.df["own"]].iloc[[0]]
    forms: dict[str, Any] = {
        "receipt": receipt,
        "text": receipt.msg_id,
        "int": int(str(receipt.msg_id)),
        "row": row.iloc[0],
        "frame": row,
        "list": [row.iloc[0]],
        "mapping": {"msg_id": receipt.msg_id},
        "message": Message({"msg_id": receipt.msg_id}, {}),
    }
    assert my.recall(forms[form])
    # It is gone by now.
    assert not my.recall(receipt)


def test_the_awaitable_twin_takes_back_as_well(my: DemoAccount) -> None:
    assert asyncio.run(my.aio.recall(sent(my)))


NEVER = Receipt(False, 100, "x", None, None, Delivery.FAILED, "not sent")


@pytest.mark.parametrize(
    "message",
    [
        NEVER,
        None,
        "",
        " ",
        1.0,
        True,
        pd.NA,
        {},
        {"msg_id": None},
        pd.Series({"msg_id": pd.NA}),
        pd.Series({"a": 1}),
    ],
    ids=repr,
)
def test_what_has_no_number_is_refused_before_anything_is_asked(my: DemoAccount, message: Any) -> None:
    with my.simulator.fault("slow", calls="delete_msg", seconds=0.01) as fault:
        with pytest.raises(oq.InvalidInput, match=r"by its msg_id.*nothing was done"):
            my.recall(message)
        assert fault.hits == 0


def test_a_receipt_without_a_number_says_why(my: DemoAccount) -> None:
    with pytest.raises(oq.InvalidInput, match=r"this receipt has none \(failed: not sent\)"):
        my.recall(NEVER)


@pytest.mark.parametrize("count", [0, 2])
def test_several_messages_are_not_taken_back_at_once(my: DemoAccount, count: int) -> None:
    frame = pd.DataFrame({"msg_id": [str(number) for number in range(count)]})
    for message in (frame, frame["msg_id"].tolist()):
        with pytest.raises(
            oq.InvalidInput, match=f"exactly one message, these are {count}; nothing was done"
        ):
            my.recall(message)


def test_openqq_cannot_take_back(openqq: DemoAccount) -> None:
    with pytest.raises(oq.NotSupported, match="cannot take back a message, so 5 stays"):
        openqq.recall(5)


def test_a_silence_leaves_open_whether_a_message_was_taken_back(my: DemoAccount) -> None:
    receipt = sent(my)
    with my.simulator.fault("drop_after", calls="delete_msg"), pytest.raises(oq.NoAnswer) as raised:
        my.recall(receipt)
    assert "may have been done, or may still be; look, for instance in a QQ client" in str(raised.value)


def test_a_mute_is_lifted_with_zero_seconds(my: DemoAccount) -> None:
    members = my.members()
    own = my.me()["qq"]
    led = members[(members["qq"] == own) & members["role"].isin(["owner", "admin"])]["gnumber"]
    member = members[members["gnumber"].isin(led) & (members["role"] == "member")].iloc[0]
    assert my.mute(to=member, seconds=600) and my.mute(to=member, seconds=0)
    assert [one.seconds for one in my.simulator.muted][-1] == 0


def test_parts_keep_what_is_met_in_python_apart_from_text(my: DemoAccount) -> None:
    assert isinstance(oq.at("1") + "x", Parts)
    with pytest.raises(oq.InvalidInput, match="f-string"):
        my.send_friend(f"{oq.at('1')} x", qq=1)
