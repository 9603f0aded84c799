"""What was sent besides text: one row a send, equal to the one that the end's own post makes."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openqq_nb import segments
from openqq_nb.errors import HandlerWarning
from openqq_nb.inbox.sends import sent_row
from openqq_nb.models import Delivery, Recipient, Reply
from openqq_nb.protocols.onebot11 import content as read
from openqq_nb.protocols.registry import dialect
from openqq_nb.segments import Content, Parts
from tests import recordings
from tests.inbox.desk import PATIENCE_S, SECRET, Desk, group_message, listening, receipt

GROUP = Recipient("group", gnumber="552603")
SAID = ("content", "kind", "reply_to", "segments")
OWN = "napcat.post.g_self.array"
HERS = "napcat.post.g_text.array"


def recorded(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        next(one for one in recordings.posts("onebot11") if one.name == name).body
    )
    return found


def own(message: list[dict[str, Any]], **changes: Any) -> dict[str, Any]:
    return {**recorded(OWN), "message": message, **changes}


def post(desk: Desk, body: dict[str, Any]) -> None:
    written = json.dumps(body).encode()
    signed = hmac.new(SECRET.encode(), written, hashlib.sha1).hexdigest()
    answer = desk.post(written, **{"X-Signature": f"sha1={signed}", "X-Self-ID": str(body["self_id"])})
    assert answer.status_code == 204, answer.text


@contextmanager
def hearing() -> Iterator[Desk]:
    """An inbox of the account that the recorded posts are for."""
    with listening("onebot11") as desk:
        desk.account.me = {"sender": "小灰", "sender_qq": "1234567"}
        yield desk


def rows(desk: Desk, count: int) -> Any:
    post(desk, {**recorded(HERS), "message_id": 5})  # to the end of the queue
    found = desk.inbox.df[desk.inbox.df["own"]]
    assert len(found) == count
    return found.reset_index(drop=True)


made = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"])),
    st.integers(1, 2**40).map(segments.at),
    st.just(segments.at("all")),
    st.integers(0, 400).map(segments.face),
    st.just(segments.picture(b"GIF89a", "x")),
)


@given(st.lists(made, max_size=6), st.none() | st.integers(-(2**31), 2**31).map(segments.reply_to))
def test_row_of_parts_says_what_the_end_says_of_the_same_segments(
    pieces: list[Content], quote: Parts | None
) -> None:
    whole = quote or Parts(())
    for one in pieces:
        whole = whole + one
    row = sent_row(GROUP, whole, receipt())
    told = read.read(whole.array())
    assert (row["content"], row["kind"], row["reply_to"]) == (told.text, told.kind, told.reply_to)


@pytest.mark.parametrize("text", ["收到", "[图片]", "[CQ:at,qq=all]", " "])
def test_row_of_a_text_is_that_of_the_post_of_it(text: str) -> None:
    row = sent_row(GROUP, segments.parts(text), receipt())
    told = dialect("onebot11", None).arrival(
        json.dumps(own([{"type": "text", "data": {"text": text}}])).encode()
    )
    assert {name: row[name] for name in SAID} == {name: told.row.get(name) for name in SAID}


def test_row_has_the_size_of_a_picture_and_not_the_picture() -> None:
    picture = segments.picture(b"GIF89a" + b"\0" * 9000, "x")
    with hearing() as desk:
        desk.inbox.record_sent(GROUP, segments.reply_to("-5") + "看" + picture, receipt("7"))
        row = rows(desk, 1).iloc[0]
    assert (row["content"], row["reply_to"], row["kind"]) == ("看[图片]", "-5", "reply")
    assert len(row["segments"]) < 200 and "9006 bytes" in row["segments"]


@pytest.mark.parametrize("record_first", [True, False])
@pytest.mark.parametrize("msg_id", ["1141197878", None], ids=["by number", "by what is in it"])
def test_record_and_post_are_one_row_whose_segments_are_those_of_the_post(
    msg_id: str | None, record_first: bool
) -> None:
    sent = segments.at("1234567") + "看图" + segments.picture(b"GIF89a", "x") + segments.face(14)
    told = receipt(msg_id, Delivery.SENT if msg_id else Delivery.UNKNOWN)
    posted = own(
        [
            {"type": "at", "data": {"qq": "1234567", "name": "小灰"}},
            {"type": "text", "data": {"text": " 看图"}},
            {"type": "image", "data": {"file": "A.gif", "url": "https://gchat.example/A", "sub_type": 0}},
            {"type": "face", "data": {"id": "14", "raw": {"faceText": "/微笑"}}},
        ]
    )
    with hearing() as desk:
        if record_first:
            desk.inbox.record_sent(GROUP, sent, told)
        post(desk, posted)
        if not record_first:
            desk.inbox.record_sent(GROUP, sent, told)
        row = rows(desk, 1).iloc[0]
    assert (row["msg_id"], row["content"], row["kind"]) == ("1141197878", "@小灰 看图[图片]/微笑", "image")
    assert "https://gchat.example/A" in row["segments"]


def test_another_mention_is_another_message() -> None:
    posted = own([{"type": "at", "data": {"qq": "1"}}, {"type": "text", "data": {"text": " 看"}}])
    with hearing() as desk:
        desk.inbox.record_sent(GROUP, segments.at("2") + "看", receipt(None, Delivery.UNKNOWN))
        post(desk, posted)
        rows(desk, 2)


def test_quote_that_the_end_dropped_is_not_in_the_row() -> None:
    with hearing() as desk:
        desk.inbox.record_sent(GROUP, segments.reply_to("404") + "收到", receipt("1141197878"))
        post(desk, recorded(OWN))
        row = rows(desk, 1).iloc[0]
    assert row["reply_to"] is None or row["reply_to"] != row["reply_to"]


@pytest.mark.parametrize("wrapped", [False, True], ids=["parts", "Reply"])
def test_parts_that_a_handler_returns_are_sent_where_that_is_possible(wrapped: bool) -> None:
    with hearing() as desk:

        @desk.inbox.on_message
        def reply(message: Any) -> Parts | Reply:
            said = segments.reply_to(message) + "收到"
            return Reply(said) if wrapped else said

        post(desk, recorded(HERS))
        assert desk.account.was_sent.wait(PATIENCE_S)
        number = str(recorded(HERS)["message_id"])
        assert desk.account.sent == [(GROUP, segments.reply_to(number) + "收到")]
        assert desk.inbox.handlers["errors"].tolist() == [0]


def test_parts_that_a_handler_returns_are_its_error_with_openqq() -> None:
    with listening("openqq1") as desk:
        desk.inbox.on_message(lambda new: segments.at("1") + "收到")
        assert desk.post(group_message("签到")).status_code == 204
        with pytest.warns(HandlerWarning, match="plain text only"):
            handlers = desk.inbox.handlers
    assert handlers["errors"].tolist() == [1] and desk.account.sent == []
