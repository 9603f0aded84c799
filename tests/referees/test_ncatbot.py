"""We read and drive the stand-in of NapCat that ncatbot is tested with, and ncatbot reads what our simulator posts.

The stand-in is wrong in places, by the recordings of NapCat; tests say so in their names.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest

import openqq_nb as oq
from openqq_nb.account import Account
from openqq_nb.connecting import connected
from openqq_nb.flows import Pages
from tests.protocols.onebot11.recorded import named
from tests.recordings import posts
from tests.referees.happenings import TOKEN, watched
from tests.referees.program import Program
from tests.simulator.onebot11.asking import data, simulated

ME, ADMIN, MEMBER, GROUP = "123456789", "100001", "100002", "200001"
CQ = "[CQ:at,qq=all] &amp; 一, 二\n🐼"
PATIENCE_S = 10.0
Json = dict[str, Any]
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def program() -> Iterator[Program]:
    with Program("with_mock_napcat") as program:
        yield program
        assert program.complaints == []


@pytest.fixture
def mock(program: Program) -> Program:
    program.call("reset")
    return program


def address(mock: Program) -> str:
    return f"ws://127.0.0.1:{mock.port}"


@pytest.fixture
def my(mock: Program) -> Iterator[oq.Account]:
    """An account as `oq.connect` gives it, but for the pauses between pages of the history."""
    my = Account(*connected(address(mock), "auto", PATIENCE_S, None), pages=Pages(every_s=0.0))
    yield my
    my.close()


@pytest.fixture
def napcat(mock: Program) -> None:
    """Let the stand-in say that it is NapCat, by its recorded answer."""
    told = {"status": "ok", "retcode": 0, "data": named("napcat.get_version_info").told["data"]}
    mock.call("set_response", action="get_version_info", response=told)


def asked(mock: Program, action: str) -> list[Json]:
    found: list[Json] = mock.call("get_calls_for_action", action=action)
    return found


def text(words: str) -> Json:
    return {"type": "text", "data": {"text": words}}


def test_it_is_found_and_says_who_the_account_is(mock: Program) -> None:
    my = oq.connect(address(mock), protocol="auto")
    me = my.me()
    assert (me["qq"], me["nick"], me["state"]) == (ME, "TestBot", "online")
    assert my.server()["client"] == "NapCat.Mock"
    my.close()


def test_friends_groups_and_members_are_read_though_their_ids_come_as_text(my: oq.Account) -> None:
    friends = my.friends()
    assert friends["qq"].tolist() == [ADMIN, MEMBER, "100003"]
    assert friends["markname"].tolist() == ["测试好友1", "测试好友2", "测试好友3"]
    assert my.groups()["member_count"].tolist() == [4, 3, 2]
    members = my.members().groupby("gnumber")["role"].agg(list).to_dict()
    assert members == {
        "200001": ["owner", "admin", "member", "member"],
        "200002": ["owner", "admin", "member"],
        "200003": ["owner", "member"],
    }


@pytest.mark.usefixtures("napcat")
def test_friends_are_read_though_the_mock_has_no_categories_where_napcat_has_them(
    mock: Program, my: oq.Account
) -> None:
    assert my.friends()["qq"].tolist() == [ADMIN, MEMBER, "100003"]
    assert asked(mock, "get_friends_with_category") and asked(mock, "get_friend_list")


def test_a_text_with_cq_code_is_sent_as_text_and_parts_as_segments(mock: Program, my: oq.Account) -> None:
    first = my.send_group(CQ, gnumber=GROUP)
    second = my.send_group(oq.reply_to(first.msg_id) + oq.at(ADMIN) + "早" + oq.face(14), gnumber=GROUP)
    assert (first.delivery, second.delivery) == ("sent", "sent") and first.msg_id != second.msg_id
    parts = [
        {"type": "reply", "data": {"id": first.msg_id}},
        {"type": "at", "data": {"qq": ADMIN}},
        text(" 早"),
        {"type": "face", "data": {"id": "14"}},
    ]
    assert asked(mock, "send_group_msg") == [
        {"group_id": int(GROUP), "message": [text(CQ)]},
        {"group_id": int(GROUP), "message": parts},
    ]


def test_friends_and_members_are_written_to(mock: Program, my: oq.Account) -> None:
    assert my.send_friend(CQ, to=my.friends().iloc[0]) and my.send_session("你好", qq="100003", gnumber=GROUP)
    assert asked(mock, "send_private_msg") == [
        {"user_id": int(ADMIN), "message": [text(CQ)]},
        {"user_id": 100003, "group_id": int(GROUP), "message": [text("你好")]},
    ]


def test_a_message_is_taken_back_once(my: oq.Account) -> None:
    sent = my.send_group("收回", gnumber=GROUP)
    assert my.recall(sent)
    again = my.recall(sent)
    assert not again and again.status == "消息不存在"
    assert "收回" not in set(my.history(gnumber=GROUP)["content"])


def test_members_are_muted_by_minutes_and_removed(mock: Program, my: oq.Account) -> None:
    assert my.mute(gnumber=GROUP, qq=MEMBER, seconds=61) and my.mute(gnumber=GROUP, qq=MEMBER, seconds=0)
    assert my.kick(gnumber=GROUP, qq=MEMBER)
    who = {"group_id": int(GROUP), "user_id": int(MEMBER)}
    assert asked(mock, "set_group_ban") == [who | {"duration": 120}, who | {"duration": 0}]
    assert asked(mock, "set_group_kick") == [who | {"reject_add_request": False}]


def test_the_history_is_read_though_the_mock_leaves_out_post_type_and_self_id(my: oq.Account) -> None:
    my.send_group(CQ, gnumber=GROUP)
    my.send_friend("你好", qq=ADMIN)
    found = my.history(gnumber=GROUP)
    assert found["content"].tolist() == ["Hello", "World", CQ]
    assert found["own"].tolist() == [False, True, True]
    assert found["msg_id"].tolist()[:2] == ["1001", "1002"]
    private = my.history(qq=ADMIN)
    assert private["content"].tolist() == ["Hi Bot", "你好"]
    assert private["receiver_qq"].tolist() == [ME, ADMIN]
    assert my.history(gnumber="200003").empty


@pytest.mark.usefixtures("napcat")
def test_the_history_is_asked_for_by_id_though_the_mock_takes_a_sequence(
    mock: Program, my: oq.Account
) -> None:
    assert my.history(gnumber=GROUP)["content"].tolist() == ["Hello", "World"]
    newest, *older = asked(mock, "get_group_msg_history")
    assert newest == {"group_id": int(GROUP), "count": 100}
    assert {one["message_seq"] for one in older} == {1001}
    assert [one["reverse_order"] for one in older] == [one["reverseOrder"] for one in older] == [True, False]


def test_its_messages_come_in_though_its_hello_has_no_time_of_day(mock: Program, my: oq.Account) -> None:
    mentions = [{"type": "at", "data": {"qq": "all"}}, {"type": "face", "data": {"id": "14"}}]
    with my.listen(journal=False) as inbox:
        mock.call("inject_group_message", group_id=GROUP, user_id=ADMIN, message=CQ, message_id="-5")
        mock.call("inject_private_message", user_id=MEMBER, message=mentions)
        mock.call("make", name="create_group_message", params=made(message="早", card="名片"))
        found = inbox.wait(3, timeout=PATIENCE_S).sort_values("received_at")
        assert found["content"].tolist() == [CQ, "@全体成员[表情:14]", "早"]
        assert found["sender"].tolist() == ["好友1", "好友2", "名片"]
        assert found["msg_id"].iloc[0] == "-5" and found["receiver_qq"].iloc[1] == ME
        assert inbox.stats.malformed == 0 and not inbox.df["own"].any()


def test_the_events_that_ncatbot_makes_come_in_though_its_notices_lose_their_sub_type(
    mock: Program, my: oq.Account
) -> None:
    with my.listen(journal=False) as inbox:
        for name in (
            "group_poke_notice",
            "group_increase_notice",
            "group_decrease_notice",
            "group_add_request",
        ):
            mock.call("make", name=f"create_{name}_event", params=made())
        mock.call("make", name="create_friend_request_event", params={"user_id": MEMBER, "self_id": ME})
        mock.call("make", name="create_group_message", params=made(message="end"))
        inbox.wait(1, timeout=PATIENCE_S, content="end")
        found = inbox.events
        assert found["event"].tolist() == ["notify", "group_increase", "group_decrease", "request", "request"]
        assert found["subtype"].isna().tolist() == [True] * 3 + [False] * 2
        assert found["qq"].tolist() == [ADMIN] * 4 + [MEMBER]


def made(**more: Any) -> Json:
    return {"group_id": GROUP, "user_id": ADMIN, "self_id": ME} | more


@pytest.mark.parametrize("token", [TOKEN, "wrong", None])
def test_a_token_is_refused_as_napcat_refuses_a_wrong_one_though_the_mock_refuses_the_right_one_too(
    token: str | None,
) -> None:
    with (
        Program("with_mock_napcat", token=TOKEN) as locked,
        pytest.raises(oq.Refused, match=r"wants a(nother)? token"),
    ):
        oq.connect(address(locked), token=token)


# What ncatbot cannot read though NapCat posts it: what it has no class for, and the number of the group in which one
# met somebody who writes through it, which it wants as text.
UNREAD = frozenset({"bot_offline", "group_card", "input_status", "group_msg_emoji_like", "temp_source"})
UNREAD_SEGMENTS = frozenset({"dice", "rps", "shake", "poke", "contact", "xml"})


def is_unread(posted: Json) -> bool:
    segments = posted["message"] if isinstance(posted.get("message"), list) else []
    about = {posted.get("notice_type"), posted.get("sub_type"), *posted}
    return bool(UNREAD & about or UNREAD_SEGMENTS & {one["type"] for one in segments})


def test_ncatbot_reads_what_the_simulator_posts_as_napcat(mock: Program) -> None:
    with simulated("napcat", report_own=True) as server:
        friend = server.truth.friends[0].person.qq
        own = {"user_id": friend, "message": "自己"}
        happened = watched(server, lambda: data(server, "send_private_msg", **own))
    posted = [one for one in happened if one.get("message_format") != "string" and not is_unread(one)]
    read = {mock.call("read", payload=one) for one in posted}
    assert {"GroupMessageEvent", "PrivateMessageEvent", "GroupUploadNoticeEvent", "PokeNotifyEvent"} <= read
    assert {"FriendRequestEvent", "GroupRequestEvent", "FriendRecallNoticeEvent"} <= read


def test_what_of_it_ncatbot_cannot_read_it_cannot_read_of_napcat_either(mock: Program) -> None:
    recorded = [json.loads(one.body) for one in posts("onebot11") if one.name.startswith("napcat.post")]
    unread = [one for one in recorded if one.get("message_format") != "string" and is_unread(one)]
    assert len(unread) == 3
    for one in unread:
        with pytest.raises(AssertionError, match=r"No event class|group_id"):
            mock.call("read", payload=one)
