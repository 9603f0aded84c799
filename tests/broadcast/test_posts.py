"""What posts of a server tell: of messages whose outcome is open, and of replies."""

import time
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from openqq_nb import schema
from openqq_nb.broadcast.settling import rivals, settled
from openqq_nb.errors import NoAnswer
from openqq_nb.models import Delivery, Receipt
from tests.broadcast.people import Present, discusses, frame
from tests.broadcast.stage import NOON, PATIENCE_S, people, stage

POST = {
    "receiver_qq": "101",
    "receiver_id": "9001",
    "content": "hi",
    "code": 0,
    "delivery": "sent",
    "msg_id": "9",
}


def messages(*rows: dict[str, Any]) -> pd.DataFrame:
    shared = {"msg_class": "send", "own": True, "type": "message", "received_at": NOON + 5}
    return frame(schema.MESSAGES, *({**shared, **row} for row in rows))


def unanswered(row: Any, text: str) -> Receipt:
    raise NoAnswer("x")


def opened(**row: Any) -> pa.Table:
    known = {"seq": 1, "recipient_type": "friend", "attempted_at": NOON, "text": "hi", "delivery": "unknown"}
    names = ("qq", "id", "gnumber", "gid", "did", "arrives", "code")
    return pa.Table.from_pylist([{**dict.fromkeys(names), **known, **row}])


@pytest.mark.parametrize(
    ("row", "post", "is_of_it"),
    [
        ({"qq": "101"}, {"receiver_qq": None, "receiver_id": "9002"}, False),
        ({"qq": "101", "id": "9001"}, {"receiver_qq": None}, True),
        ({"qq": "101", "id": "9001"}, {"receiver_id": None}, True),
        ({"id": "9001"}, {}, True),
        ({"qq": "101", "id": "9001"}, {"receiver_qq": "102"}, False),
        ({"qq": "101"}, {"receiver_qq": None, "receiver_id": None}, False),
        ({"recipient_type": "group", "gnumber": "55"}, {"type": "group_message", "group_id": "8"}, False),
        ({"recipient_type": "discuss", "did": "21"}, {"type": "discuss_message", "discuss_id": "21"}, True),
    ],
)
def test_a_post_is_of_a_message_whose_number_or_id_it_has(
    row: dict[str, Any], post: dict[str, Any], is_of_it: bool
) -> None:
    assert len(settled(opened(**row), messages({**POST, **post}), [])) == is_of_it


def test_a_post_of_the_same_text_under_another_key_settles_nothing() -> None:
    with stage(answer=unanswered, roster=Present(friends=people(1))) as one:
        one.plan("hi", one.roster.friends, key="first").send().wait(PATIENCE_S)
        ledger = one.broadcasts.ledger

        def told(*posts: dict[str, Any]) -> list[str | None]:
            found = settled(ledger.open_rows("first"), messages(*posts), rivals(ledger, "first"))
            return [change.msg_id for change in found]

        assert told(POST) == ["9"]
        one.plan("hi", one.roster.friends, key="second").send().wait(PATIENCE_S)
        assert told(POST) == []
        answered = Receipt(True, 0, "", "9", None, Delivery.SENT, "sent")
        one.answer = lambda row, text: answered
        one.broadcasts.run("second").retry("unknown", may_double=True).wait(PATIENCE_S)
        assert told(POST) == [] and told(POST, {**POST, "msg_id": "8"}) == ["8"]


def test_thousands_of_posts_settle_hundreds_of_messages_in_no_time() -> None:
    count = 500
    rows = pa.concat_tables([opened(seq=n, qq=str(n), id=str(9000 + n)) for n in range(count)])
    others = [
        {**POST, "receiver_qq": str(n % count), "receiver_id": None, "content": f"t{n}"}
        for n in range(10 * count)
    ]
    posts = messages(*others, {**POST, "receiver_qq": "7", "receiver_id": None})
    begun = time.thread_time()
    changes = settled(rows, posts, [])
    assert time.thread_time() - begun < 1
    assert [(change.seq, change.to) for change in changes] == [(7, Delivery.SENT)]


def test_replies_in_a_discuss_are_of_the_login_in_which_it_was_written_to() -> None:
    place = Present(discusses=discusses({"dname": "午饭", "did": "21"}))
    said = {"type": "discuss_message", "discuss_id": "21", "own": False, "msg_class": "recv"}
    with stage(roster=place) as one:
        run = one.plan("hi", one.roster.discusses).send()
        run.wait(PATIENCE_S)
        one.inbox = messages(
            {"type": "discuss_message", "discuss_id": "21", "login": "x", "content": "hi"},
            {**said, "login": "x", "content": "来"},
            {**said, "login": "y", "content": "别处"},
        )
        assert run.replies()["content"].tolist() == ["来"]
        one.inbox = messages({**said, "login": "x", "content": "来"})
        assert run.replies()["content"].tolist() == ["来"]
