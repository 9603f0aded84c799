"""Our own sends: one row each, whichever side tells of it first."""

import itertools
import json
from typing import Any

import pytest

from openqq_nb.models import Delivery, Receipt, Recipient
from tests.inbox.desk import Desk, group_message, listening, message2, own2, receipt

FRIEND = Recipient("friend", qq="9900000101")
RECORDS = {"record": FRIEND, "by id": Recipient("friend", id="2457053901")}


def settled(desk: Desk) -> Any:
    """Wait until the writer has done what it was given: a post goes through the same queue."""
    desk.post(message2("to the end of the queue"))
    return desk.inbox.df[desk.inbox.df["own"]].reset_index(drop=True)


def test_send_is_a_row_where_the_server_posts_nothing_back() -> None:
    with listening() as desk:
        desk.inbox.record_sent(FRIEND, "你好", receipt("42410001"))
        row = settled(desk).iloc[0]
    assert (row["content"], row["msg_id"], row["delivery"], row["code"]) == ("你好", "42410001", "sent", 0)
    assert row["own"] and row["msg_class"] == "send" and row["chat_key"] == "friend:9900000101"
    assert row["msg_time"] == row["received_at"].floor("s") and row["login"]


@pytest.mark.parametrize(
    ("recipient", "kind", "chat_key"),
    [
        (FRIEND, "message", "friend:9900000101"),
        (Recipient("group", gnumber="9910000201"), "group_message", "group:9910000201"),
        (Recipient("group", gid="2617047201"), "group_message", "group:id=2617047201"),
        (Recipient("discuss", did="4118239301"), "discuss_message", "discuss:id=4118239301"),
        (Recipient("session", qq="1", gid="2"), "sess_message", "session:id=2:1"),
        (Recipient("session", id="1", did="2"), "sess_message", "session:id=2:id=1"),
    ],
    ids=str,
)
def test_row_of_a_send_says_where_it_went(recipient: Recipient, kind: str, chat_key: str) -> None:
    with listening() as desk:
        desk.inbox.record_sent(recipient, "x", receipt())
        row = settled(desk).iloc[0]
    assert (row["type"], row["chat_key"]) == (kind, chat_key)


@pytest.mark.parametrize("recipient", RECORDS.values(), ids=RECORDS)
@pytest.mark.parametrize("order", list(itertools.permutations(("record", "post"))), ids=str)
def test_send_that_the_server_posts_back_is_one_row(order: tuple[str, ...], recipient: Recipient) -> None:
    with listening("openqq2") as desk:
        for step in order:
            if step == "record":
                desk.inbox.record_sent(recipient, "<hi>", receipt("42410001"))
            else:
                desk.post(own2("＜hi＞", id=42410001, info="发送正常"))
        rows = settled(desk)
    assert rows["msg_id"].tolist() == ["42410001"] and rows["info"].tolist() == ["发送正常"]
    assert rows["delivery"].tolist() == ["sent"] and rows["chat_key"].tolist() == ["friend:9900000101"]


def test_journal_has_what_the_frame_has() -> None:
    with listening("openqq2") as desk:
        desk.inbox.record_sent(FRIEND, "x", receipt(None, Delivery.ACCEPTED))
        desk.post(own2("x", code=-3, msg="发送失败"))
        assert settled(desk)["delivery"].tolist() == ["unknown"]
        kept = desk.inbox.journal.messages().to_pydict()
    assert (
        kept["delivery"][0] == "unknown"
        and kept["status"][0] == "发送失败"
        and kept["msg_id"][0] == "42410001"
    )


@pytest.mark.parametrize("told", [receipt(None, Delivery.ACCEPTED), None], ids=["queued", "no answer"])
def test_post_settles_what_was_open(told: Receipt | None) -> None:
    with listening("openqq2") as desk:
        desk.inbox.record_sent(FRIEND, "<hi>", told)
        assert settled(desk)["delivery"].tolist() == ["unknown" if told is None else "accepted"]
        desk.post(own2("＜hi＞"))
        rows = settled(desk)
    assert rows["delivery"].tolist() == ["sent"] and rows["code"].tolist() == [0]


def test_two_equal_sends_without_numbers_are_two_rows() -> None:
    with listening("openqq2") as desk:
        for _ in range(2):
            desk.inbox.record_sent(FRIEND, "x", receipt(None, Delivery.ACCEPTED))
        for number in (1, 2):
            desk.post(own2("x", id=number))
        rows = settled(desk)
    assert rows["msg_id"].tolist() == ["1", "2"] and rows["delivery"].tolist() == ["sent", "sent"]


def test_post_of_our_send_that_comes_twice_is_one_row() -> None:
    with listening("openqq2") as desk:
        desk.inbox.record_sent(FRIEND, "x", receipt("42410001"))
        for _ in range(2):
            assert desk.post(own2("x")).status_code == 204
        assert len(settled(desk)) == 1


def test_send_of_another_program_is_a_row_of_its_own() -> None:
    with listening("openqq2") as desk:
        desk.inbox.record_sent(FRIEND, "x", receipt("42410001"))
        desk.post(own2("x", id=42410001, receiver_uid=9900000102, receiver_id=2475249502))
        desk.post(own2("x", id=42410009))
        assert len(settled(desk)) == 3


def test_recorded_send_is_never_waited_for_and_seen_by_no_handler() -> None:
    seen: list[str] = []
    with listening("openqq2") as desk:
        desk.inbox.on_message(lambda new: seen.append(new.content))
        desk.inbox.record_sent(FRIEND, "x", receipt())
        settled(desk)
        assert desk.inbox.wait(1)["content"].tolist() == ["to the end of the queue"]
    assert seen == ["to the end of the queue"]


def phone(content: str, **changes: Any) -> dict[str, Any]:
    """What the account wrote on a phone, as a 1.x server posts it."""
    us = {"sender": "小机", "sender_id": "9900000100", "sender_qq": 9900000100}
    return group_message(content, **us, **changes)


def test_what_we_wrote_on_another_device_is_a_row_beside_a_reply_of_the_same_text() -> None:
    body = json.dumps(phone("好的", msg_id="777")).encode()
    with listening() as desk:
        desk.inbox.on_message(contains="签到")(lambda new: "好的")
        desk.post(group_message("签到"))
        settled(desk)
        desk.post(body)
        rows = settled(desk)
        assert rows["content"].tolist() == ["好的", "好的"] and rows["msg_class"].tolist() == ["send", "recv"]
        # Before it: the question, the reply, and what `settled` posted.
        assert desk.inbox.journal.body(4) == body


def test_reply_is_a_row_beside_what_we_just_wrote_on_another_device() -> None:
    with listening() as desk:
        desk.inbox.on_message(contains="签到")(lambda new: "好的")
        desk.post(phone("好的"))
        desk.post(group_message("签到"))
        assert settled(desk)["msg_class"].tolist() == ["recv", "send"]


@pytest.mark.parametrize("told", [receipt(), None], ids=["number", "text"])
def test_joined_post_keeps_its_body_and_comes_once(told: Receipt | None) -> None:
    body = json.dumps(own2("x")).encode()
    with listening("openqq2") as desk:
        desk.inbox.record_sent(FRIEND, "x", told)
        for _ in range(2):
            assert desk.post(body).status_code == 204
        assert len(settled(desk)) == 1 and desk.inbox.stats.doubles == 1
        assert desk.inbox.journal.body(1) == body


def test_post_of_a_later_send_of_the_same_text_leaves_the_open_one_open() -> None:
    post = json.dumps(own2("hi", id=9)).encode()
    with listening("openqq2") as desk:
        desk.inbox.record_sent(FRIEND, "hi", None)
        desk.post(post)
        desk.inbox.record_sent(FRIEND, "hi", receipt("9"))
        rows = settled(desk)
        assert rows["msg_id"].isna().tolist() == [True, False] and rows["msg_id"][1] == "9"
        assert rows["delivery"].tolist() == ["unknown", "sent"] and rows["info"][1] == "发送正常"
        kept = desk.inbox.journal
        assert kept.messages().column("delivery").to_pylist()[:2] == ["unknown", "sent"]
        assert kept.body(1) == b"" and post in [kept.body(seq) for seq in (2, 3)]
        desk.post(post)
        desk.post(own2("hi", id=8))
        assert settled(desk)["msg_id"].tolist() == ["8", "9"] and desk.inbox.stats.doubles == 1


def test_send_that_failed_for_certain_is_no_post_of_the_same_text() -> None:
    with listening("openqq2") as desk:
        desk.post(own2("x"))
        desk.inbox.record_sent(FRIEND, "x", receipt(None, Delivery.FAILED, 100))
        assert settled(desk)["delivery"].tolist() == ["sent", "failed"]


def test_sender_of_a_send_is_the_account() -> None:
    with listening() as desk:
        desk.inbox.record_sent(FRIEND, "x", receipt())
        row = settled(desk).iloc[0]
    assert (row["sender"], row["sender_qq"], row["sender_id"]) == ("小机", "9900000100", "77")
