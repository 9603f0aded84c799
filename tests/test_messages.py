"""What is worked out for each message: whose it is, which chat it belongs to, what kind of thing it is."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openqq_nb import schema
from openqq_nb.messages import chat_key, complete, guess_kind, is_own, partner, reply_address
from openqq_nb.models import Recipient

FRIEND = {"type": "message", "sender": "灰灰", "sender_qq": "1001", "sender_id": "51", "receiver_id": "1"}
TO_FRIEND = {
    "type": "message", "msg_class": "send", "receiver": "灰灰", "receiver_qq": "1001", "receiver_id": "51",
    "sender_id": "1", "sender": "我",
}  # fmt: skip
GROUP = {
    "type": "group_message", "sender": "丙", "sender_qq": "1003", "sender_id": "53", "group": "甲群",
    "gnumber": "552603", "group_id": "11", "receiver_id": "1",
}  # fmt: skip
DISCUSS = {
    "type": "discuss_message",
    "sender": "戊",
    "sender_id": "55",
    "discuss": "午饭",
    "discuss_id": "31",
}
SESSION = {"type": "sess_message", "sender": "丁", "sender_qq": "1004", "sender_id": "54", "group": "甲群"}
VIA_GROUP = {**SESSION, "gnumber": "552603", "group_id": "11", "via": "group"}
VIA_DISCUSS = {**SESSION, "discuss_id": "31", "discuss": "午饭", "via": "discuss"}


@pytest.mark.parametrize(
    ("row", "own"),
    [
        (FRIEND, False),
        (TO_FRIEND, True),
        ({"msg_class": "send"}, True),
        ({"msg_class": "recv", "sender_id": "1", "receiver_id": "1"}, True),
        (
            {"msg_class": "recv", "sender_id": "8", "receiver_id": "9", "sender_qq": "1", "receiver_qq": "1"},
            True,
        ),
        ({"sender_id": None, "receiver_id": None}, False),
        ({"sender_qq": "1", "receiver_id": "1"}, False),
        ({}, False),
    ],
)
def test_a_message_of_the_account_itself_is_own_from_whichever_device(row: dict[str, Any], own: bool) -> None:
    assert is_own(row) is own


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ("你好", "text"),
        ("[图片]", "image"),
        ("[图片][图片] \n[图片]", "image"),
        ("看 [图片]", "text"),
        ("[微笑]", "face"),
        ("[微笑][图片]", "face"),
        ("[这不是一个表情因为它太长了吧真的]", "text"),
        ("[a b]", "text"),
        ("共享文件 [报告.pdf]", "file"),
        ("共享文件 [a]\n[b]", "file"),
        ("看共享文件 [a]", "text"),
        ("", "other"),
        (None, "other"),
        (" ", "text"),
        ("[]", "text"),
    ],
)
def test_the_kind_is_guessed_from_the_whole_text_only(content: str | None, kind: str) -> None:
    assert guess_kind(content) == kind


def test_both_directions_of_a_talk_with_a_friend_are_one_chat() -> None:
    received, sent = complete(FRIEND), complete(TO_FRIEND)
    assert received["chat_key"] == sent["chat_key"] == "friend:1001"
    assert received["chat"] == sent["chat"] == "灰灰"
    assert (partner(received), partner(sent)) == ("sender", "receiver")


@pytest.mark.parametrize(
    ("row", "key", "chat"),
    [
        (GROUP, "group:552603", "甲群"),
        (GROUP | {"gnumber": None}, "group:id=11", "甲群"),
        (GROUP | {"group": None}, "group:552603", "552603"),
        (GROUP | {"group": " ", "gnumber": None}, "group:id=11", "11"),
        (DISCUSS, "discuss:id=31", "午饭"),
        (DISCUSS | {"discuss": ""}, "discuss:id=31", "31"),
        (VIA_GROUP, "session:552603:1004", "丁"),
        (VIA_DISCUSS, "session:id=31:1004", "丁"),
        (FRIEND | {"sender_qq": None}, "friend:id=51", "灰灰"),
        (FRIEND | {"sender": ""}, "friend:1001", "1001"),
        (FRIEND | {"sender_qq": "", "sender": ""}, "friend:id=51", "51"),
        (GROUP | {"gnumber": " "}, "group:id=11", "甲群"),
        ({"type": "message"}, "friend:id=?", "?"),
        ({}, "friend:id=?", "?"),
    ],
)
def test_a_chat_has_a_key_and_a_name_whatever_is_missing(row: dict[str, Any], key: str, chat: str) -> None:
    full = complete(row)
    assert (full["chat_key"], full["chat"]) == (key, chat)
    assert full["sender"]


def test_a_number_that_is_learnt_later_gives_the_lasting_key() -> None:
    before = complete(GROUP | {"gnumber": None})
    assert complete(before | {"gnumber": "552603"})["chat_key"] == "group:552603"


@pytest.mark.parametrize(
    ("row", "address"),
    [
        (FRIEND, Recipient("friend", qq="1001")),
        (FRIEND | {"sender_qq": None}, Recipient("friend", id="51")),
        (GROUP, Recipient("group", gnumber="552603")),
        (GROUP | {"gnumber": None}, Recipient("group", gid="11")),
        (DISCUSS, Recipient("discuss", did="31")),
        (VIA_GROUP, Recipient("session", qq="1004", gnumber="552603")),
        (VIA_DISCUSS | {"sender_qq": None}, Recipient("session", id="54", did="31")),
    ],
)
def test_an_answer_goes_to_where_the_message_came_from(row: dict[str, Any], address: Recipient) -> None:
    assert reply_address(row) == address


CELLS = st.none() | st.text(max_size=5) | st.integers() | st.booleans()


@given(row=st.dictionaries(st.sampled_from(schema.MESSAGES.names), CELLS, max_size=12))
def test_any_row_is_completed_and_completing_twice_changes_nothing(row: dict[str, Any]) -> None:
    full = complete(row)
    assert complete(full) == full
    assert isinstance(full["own"], bool) and full["chat_key"] and full["chat"] is not None
    assert isinstance(full["sender"], str) and full["sender"].strip()
    assert chat_key(full) == full["chat_key"]
    assert isinstance(reply_address(full), Recipient)


def test_both_directions_of_a_temporary_session_have_one_key() -> None:
    common = {"type": "sess_message", "gnumber": "552603"}
    received = complete({**common, "sender_qq": "5", "sender_id": "9", "group_id": "7", "receiver_qq": "1"})
    sent = complete({**common, "msg_class": "send", "receiver_qq": "5"})
    assert received["chat_key"] == sent["chat_key"] == "session:552603:5"
