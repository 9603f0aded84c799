"""Replies from a feed: to whom, and to whom not."""

import threading
from typing import Any

import pytest

from openqq_nb.errors import NotFound, NotSupported, OpenqqError
from openqq_nb.models import Row
from tests.widgets.feeding import Stage, in_group, message, opened, own

PATIENCE_S = 10.0
SESSION: dict[str, Any] = {"type": "sess_message", "via": "group", "group": "群1", "gnumber": "1"}
DISCUSS: dict[str, Any] = {"type": "discuss_message", "discuss": "周末", "discuss_id": "d1"}


@pytest.mark.parametrize(
    ("row", "to"),
    [
        (message(), ("friend", "橙子", "qq 9900000101", "")),
        (message(sender_qq=None), ("friend", "橙子", "number not known", "")),
        (in_group(), ("group", "群1", "gnumber 1", "")),
        (message(**DISCUSS), ("discuss", "周末", "did d1", "")),
        (message(**SESSION), ("session", "橙子", "qq 9900000101", "through 群1")),
    ],
    ids=["friend", "friend without number", "group", "discuss", "session"],
)
def test_a_reply_says_whom_it_goes_to_and_what_it_quotes(row: Row, to: tuple[str, ...]) -> None:
    stage, pages, _ = opened()
    stage.comes(row)
    pages.beat()
    view = stage.reply.begin(0)
    assert view["quoted"] == {"n": 0, "sender": "橙子", "text": "你好"}
    shown = stage.draft.view()["to"]
    assert tuple(shown[key] for key in ("kind", "name", "number", "place")) == to


def test_a_reply_goes_out_once_by_the_way_of_its_message() -> None:
    stage, _, _ = opened()
    stage.comes(message("一"), in_group("二"))
    stage.reply.begin(1)
    _sent(stage, "好的")
    ((row, text),) = stage.account.sent
    assert (row["content"], row["gnumber"], text) == ("二", "1", "好的")


def test_the_text_stays_when_the_message_that_is_replied_to_changes() -> None:
    stage, _, _ = opened()
    stage.comes(message("一"), in_group("二"))
    stage.reply.begin(0)
    stage.draft.write("草稿")
    stage.reply.begin(1)
    assert stage.draft.text == "草稿"
    assert stage.reply.end()["quoted"] is None
    assert stage.draft.view()["to"] is None


REFUSED: dict[str, tuple[Row, type[OpenqqError]]] = {
    "own": (own(), NotSupported),
    "nobody": (message(sender_qq=None, sender_id=None), NotFound),
    "friend of an earlier login": (message(sender_qq=None, login="before"), NotFound),
    "group of an earlier login": (in_group(gnumber=None, login="before"), NotFound),
    "discuss of an earlier login": (message(**DISCUSS, login="before"), NotFound),
}


@pytest.mark.parametrize(("row", "error"), REFUSED.values(), ids=REFUSED.keys())
def test_what_would_reach_nobody_or_somebody_else_is_refused(row: Row, error: type[OpenqqError]) -> None:
    stage, _, _ = opened()
    stage.comes(row)
    with pytest.raises(error):
        stage.reply.begin(0)
    assert stage.draft.view()["to"] is None


@pytest.mark.parametrize("row", [message(login="before"), in_group(login="before")], ids=["friend", "group"])
def test_permanent_numbers_of_an_earlier_login_can_be_replied_to(row: Row) -> None:
    stage, _, _ = opened()
    stage.comes(row)
    assert stage.reply.begin(0)["quoted"]


def test_a_kind_that_the_server_does_not_reach_is_refused_with_the_reason() -> None:
    stage = Stage(reaches=frozenset({"friend", "group", "discuss"}))
    stage.comes(message(**SESSION))
    with pytest.raises(NotSupported, match="Temporary session"):
        stage.reply.begin(0)


def test_a_feed_over_a_log_says_that_nothing_can_be_replied_to() -> None:
    stage, _, _ = opened(answers=False)
    stage.comes(message())
    assert "no account" in stage.reply.view()["off"]
    with pytest.raises(NotSupported):
        stage.reply.begin(0)


@pytest.mark.parametrize("n", [-1, 1, 10**9])
def test_a_message_that_is_not_there_cannot_be_replied_to(n: int) -> None:
    stage, _, _ = opened()
    stage.comes(message())
    with pytest.raises(NotFound):
        stage.reply.begin(n)


def _sent(stage: Stage, text: str) -> None:
    done = threading.Event()

    def told(view: dict[str, object]) -> None:
        if view.get("result"):
            done.set()

    stage.draft.attach(told, stage.draft.lock)
    number = stage.draft.number
    stage.draft.send(text, number)
    stage.draft.send(text, number)
    assert done.wait(PATIENCE_S)
