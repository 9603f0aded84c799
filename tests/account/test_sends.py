"""Sends of an account against the simulator: what arrives, what the server's code becomes, what never leaves."""

import asyncio
from collections.abc import Iterator
from typing import Any, Literal

import pandas as pd
import pytest

import openqq_nb as oq
from openqq_nb.demo_account import DemoAccount
from openqq_nb.errors import InvalidInput, NoAnswer, NotFound, NotSupported
from openqq_nb.models import Delivery

Protocol = Literal["openqq1", "openqq2", "onebot11"]
HOSTILE = ["0", "   ", "第一行\r\n第二行", "😀👩‍👩‍👧", "'\"\\&lt;%41+\x00\t", "[微笑]", "长" * 4000]

# What has ids of a login beside the permanent numbers, and discusses.
openqq = pytest.mark.parametrize("my", ["openqq1", "openqq2"], indirect=True)
onebot = pytest.mark.parametrize("my", ["onebot11"], indirect=True)


@pytest.fixture(params=["openqq1", "openqq2", "onebot11"])
def my(request: pytest.FixtureRequest) -> Iterator[DemoAccount]:
    account = oq.demo(request.param, groups=4, members=8, friends=10)
    yield account
    account.close()


@pytest.fixture
def first(request: pytest.FixtureRequest) -> Iterator[DemoAccount]:
    account = oq.demo(groups=4, members=8, friends=10)
    yield account
    account.close()


def reached(my: DemoAccount) -> list[tuple[str, object]]:
    return [(one.kind, one.content) for one in my.simulator.received]


def dialect(my: DemoAccount) -> str:
    return my.simulator.protocol


@openqq
def test_a_friend_a_group_and_a_discuss_are_reached_by_row_and_by_number(my: DemoAccount) -> None:
    friend = my.friends().dropna(subset="qq").iloc[0]
    group = my.groups().dropna(subset="gnumber").iloc[0]
    discuss = my.discusses().iloc[0]
    receipts = [
        my.send_friend("a", to=friend),
        my.send_friend("b", qq=friend["qq"]),
        my.send_friend("c", id=int(friend["id"])),
        my.send_group("d", to=group),
        my.send_group("e", gnumber=int(group["gnumber"])),
        my.send_group("f", gid=group["gid"]),
        my.send_discuss("g", to=discuss),
        my.send_discuss("h", did=discuss["did"]),
    ]
    assert all(receipts)
    assert {(one.code, one.status, one.delivery) for one in receipts} == {(0, "发送成功", Delivery.SENT)}
    assert all(one.msg_id and one.msg_id.isdigit() for one in receipts)
    assert reached(my) == [
        *(("friend", one) for one in "abc"),
        *(("group", one) for one in "def"),
        *(("discuss", one) for one in "gh"),
    ]


@onebot
def test_a_friend_and_a_group_are_reached_by_row_and_by_number_where_there_are_no_ids(
    my: DemoAccount,
) -> None:
    friend, group, member = my.friends().iloc[0], my.groups().iloc[0], my.members().iloc[1]
    assert friend[["id"]].isna().all() and group[["gid"]].isna().all() and len(my.discusses()) == 0
    receipts = [
        my.send_friend("a", to=friend),
        my.send_friend("b", qq=int(friend["qq"])),
        my.send_group("c", to=group),
        my.send_group("d", gnumber=group["gnumber"]),
        my.send_session("e", to=member),
        my.send_session("f", gnumber=member["gnumber"], qq=member["qq"]),
    ]
    assert {(one.ok, one.code, one.delivery) for one in receipts} == {(True, 0, Delivery.SENT)}
    assert all(one.msg_id and one.msg_id.lstrip("-").isdigit() for one in receipts)
    kinds = ["friend", "friend", "group", "group", "session", "session"]
    assert reached(my) == list(zip(kinds, "abcdef", strict=True))


@onebot
@pytest.mark.parametrize(
    ("call", "keys"),
    [
        ("send_friend", {"id": "1"}),
        ("send_friend", {"qq": "1", "id": "1"}),
        ("send_group", {"gid": "1"}),
        ("send_discuss", {"did": "1"}),
        ("send_session", {"gid": "1", "id": "1"}),
    ],
)
def test_an_id_is_refused_with_what_to_give_instead_where_there_are_none(
    my: DemoAccount, call: str, keys: dict[str, Any]
) -> None:
    with pytest.raises((InvalidInput, NotSupported), match=r"[Nn]othing was sent"):
        getattr(my, call)("x", **keys)
    assert reached(my) == []


@pytest.mark.parametrize("content", HOSTILE)
def test_any_text_arrives_as_it_was_written(my: DemoAccount, content: str) -> None:
    assert my.send_friend(content, to=my.friends().iloc[0])
    assert my.simulator.received[-1].content == content


def test_one_sign_is_another_where_a_release_replaces_it(my: DemoAccount) -> None:
    my.send_friend("a<b>c", to=my.friends().iloc[0])
    assert my.simulator.received[-1].content == ("a＜b＞c" if dialect(my) == "openqq2" else "a<b>c")


@onebot
@pytest.mark.parametrize(("call", "keys"), [("send_friend", {"qq": "1"}), ("send_group", {"gnumber": "1"})])
def test_an_unknown_number_is_failed_in_the_words_of_the_end(
    my: DemoAccount, call: str, keys: dict[str, Any]
) -> None:
    receipt = getattr(my, call)("x", **keys)
    assert not receipt and (receipt.code, receipt.delivery) == (200, Delivery.FAILED)
    assert "nothing was sent" in receipt.meaning and receipt.meaning in repr(receipt)
    assert reached(my) == []


@openqq
@pytest.mark.parametrize(
    ("call", "keys", "code"),
    [
        ("send_friend", {"qq": "1"}, 100),
        ("send_friend", {"id": 1}, 100),
        ("send_group", {"gnumber": "1"}, 101),
        ("send_group", {"gid": "1"}, 101),
        ("send_discuss", {"did": "1"}, 102),
    ],
)
def test_an_unknown_number_is_a_falsy_receipt_that_says_why(
    my: DemoAccount, call: str, keys: dict[str, Any], code: int
) -> None:
    receipt = getattr(my, call)("x", **keys)
    assert not receipt and not receipt.ok
    assert (receipt.code, receipt.delivery) == (code, Delivery.FAILED)
    assert "nothing was sent" in receipt.meaning and receipt.meaning in repr(receipt)
    assert reached(my) == []


def test_a_temporary_message_goes_through_a_group_in_1x(first: DemoAccount) -> None:
    stranger = first.members().dropna(subset=["qq", "gnumber"]).iloc[-1]
    assert first.send_session("hi", to=stranger)
    assert first.send_session("hi", gnumber=stranger["gnumber"], qq=stranger["qq"])
    assert first.send_session("hi", gnumber=stranger["gnumber"], qq="1").code == 103
    assert first.send_session("hi", did="1", qq="1").code == 104
    assert first.send_session("hi", qq="1").code == 105
    assert [kind for kind, _ in reached(first)] == ["session", "session"]


def test_a_temporary_message_is_not_supported_in_2x_and_never_leaves() -> None:
    my = oq.demo("openqq2", groups=2, members=5, friends=3)
    for keys in ({"gnumber": "1", "qq": "1"}, {"to": my.members().dropna(subset="qq").iloc[0]}):
        with pytest.raises(NotSupported, match="nothing was sent"):
            my.send_session("hi", **keys)
    assert my.simulator.received == []
    my.close()


@pytest.mark.parametrize("call", ["send_friend", "send_group", "send_discuss"])
def test_an_empty_text_never_leaves(my: DemoAccount, call: str) -> None:
    keys = {"send_friend": "qq", "send_group": "gnumber", "send_discuss": "did"}
    if dialect(my) == "onebot11" and call == "send_discuss":
        with pytest.raises(NotSupported, match=r"no discusses; nothing was sent.*gnumber="):
            my.send_discuss("", did="1")
        return
    with pytest.raises(InvalidInput, match=r"empty.*nothing was sent"):
        getattr(my, call)("", **{keys[call]: "1"})
    with pytest.raises(InvalidInput, match="surrogate"):
        getattr(my, call)("\ud83d", **{keys[call]: "1"})


@pytest.mark.parametrize("content", [None, 5, b"bytes", ["a"], pd.NA])
def test_a_text_that_is_none_never_leaves(my: DemoAccount, content: Any) -> None:
    with pytest.raises(InvalidInput, match="must be a str"):
        my.send_friend(content, qq="1")
    assert reached(my) == []


@pytest.mark.parametrize("keys", [{}, {"qq": None}, {"qq": "1", "to": {"qq": "2"}}, {"qq": ""}])
def test_nobody_or_two_ways_to_say_whom_never_leaves(my: DemoAccount, keys: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput, match=r"[Nn]othing was sent"):
        my.send_friend("x", **keys)


@pytest.mark.parametrize("qq", [1.5, float("nan"), True])
def test_a_float_never_leaves(my: DemoAccount, qq: Any) -> None:
    with pytest.raises(InvalidInput, match="Nothing was sent"):
        my.send_friend("x", qq=qq)


@openqq
def test_two_keys_of_one_person_both_go_out_and_must_fit(my: DemoAccount) -> None:
    friend = my.friends().dropna(subset="qq").iloc[0]
    assert my.send_friend("x", qq=friend["qq"], id=friend["id"])
    assert my.send_friend("x", qq=friend["qq"], id="1").code == 100


@openqq
def test_a_row_with_an_id_only_is_sent_within_its_login(my: DemoAccount) -> None:
    discuss = my.discusses().iloc[0]
    friend = my.friends().iloc[0].drop(["qq"])
    group = my.groups().iloc[0].drop(["gnumber"])
    assert my.send_discuss("x", to=discuss)
    assert my.send_friend("x", to=friend)
    assert my.send_group("x", to=group)


@openqq
@pytest.mark.parametrize("call", ["send_friend", "send_group", "send_discuss"])
def test_an_id_of_an_earlier_login_is_refused_before_anything_is_sent(my: DemoAccount, call: str) -> None:
    rows = {
        "send_friend": my.friends().iloc[0].drop(["qq"]),
        "send_group": my.groups().iloc[0].drop(["gnumber"]),
        "send_discuss": my.discusses().iloc[0],
    }
    my.simulator.relogin()
    with pytest.raises(NotFound, match=r"does not belong to .* any more.*Nothing was sent"):
        getattr(my, call)("x", to=rows[call])
    assert reached(my) == []


@onebot
def test_a_row_without_a_number_names_nobody_where_there_are_no_ids(my: DemoAccount) -> None:
    for call, row in (("send_friend", my.friends().iloc[0]), ("send_group", my.groups().iloc[0])):
        with pytest.raises(InvalidInput, match=r"Nothing was sent.*(qq|gnumber)="):
            getattr(my, call)("x", to=row.drop(["qq", "gnumber"], errors="ignore"))
    assert reached(my) == []


@openqq
def test_an_id_that_belongs_to_another_now_is_refused(my: DemoAccount) -> None:
    friend = my.friends().iloc[0].drop(["qq"])
    friend["nick"] = "somebody who had this id before"
    with pytest.raises(NotFound, match="somebody who had this id before"):
        my.send_friend("x", to=friend)
    assert reached(my) == []


def test_a_member_of_an_earlier_login_is_refused_for_a_temporary_message(first: DemoAccount) -> None:
    member = first.members().iloc[-1].drop(["qq", "gnumber"])
    discuss_member = first.discuss_members().iloc[-1]
    first.simulator.relogin()
    for row in (member, discuss_member):
        with pytest.raises(NotFound, match="Nothing was sent"):
            first.send_session("x", to=row)
    assert reached(first) == []


def test_the_permanent_number_of_an_old_row_is_still_good(my: DemoAccount) -> None:
    friend, group = my.friends().dropna(subset="qq").iloc[0], my.groups().dropna(subset="gnumber").iloc[0]
    my.simulator.relogin()
    assert my.send_friend("x", to=friend) and my.send_group("x", to=group)


def test_sends_keep_the_pace_of_the_server_and_its_order() -> None:
    my = oq.demo(pace=0.05, groups=2, members=4, friends=3)
    friend = my.friends().dropna(subset="qq").iloc[0]["qq"]

    async def together() -> None:
        await asyncio.gather(*(my.aio.send_friend(str(number), qq=friend) for number in range(6)))

    asyncio.run(together())
    assert [content for _, content in reached(my)] == [str(number) for number in range(6)]
    my.close()


def test_a_send_that_the_server_never_answers_says_that_it_may_have_gone_out() -> None:
    my = oq.demo(pace=0, groups=2, members=4, friends=3)
    friend = my.friends().dropna(subset="qq").iloc[0]["qq"]
    impatient = oq.connect(my.simulator.url, timeout=0.2)
    my.simulator.pace = 1.0
    my.send_friend("the first is sent at once", qq=friend)
    with pytest.raises(NoAnswer, match="may have gone out"):
        impatient.send_friend("the second waits in the server's queue", qq=friend)
    assert [content for _, content in [(r.kind, r.content) for r in my.simulator.wait_received(2)]] == [
        "the first is sent at once",
        "the second waits in the server's queue",
    ]
    impatient.close()
    my.close()
