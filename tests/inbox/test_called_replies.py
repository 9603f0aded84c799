"""Replies where the server obeys nothing that is written back to a push: they go out by calls, and pushes get 204."""

import threading
from typing import Any

import pytest

import openqq_nb as oq
from openqq_nb.inbox import Message
from openqq_nb.models import Outcome, Recipient
from tests.inbox.desk import PATIENCE_S, Desk
from tests.inbox.test_onebot import BODIES, onebot, recorded

TEXT, PRIVATE = "napcat.post.g_text.array", "napcat.post.p_text.array"


def sent(desk: Desk, count: int = 1) -> list[tuple[Recipient, Any]]:
    """Wait for what was sent."""
    while len(desk.account.sent) < count:
        assert desk.account.was_sent.wait(PATIENCE_S)
        desk.account.was_sent.clear()
    return desk.account.sent


def name_of(name: str, function: Any) -> Any:
    function.__name__ = name
    return function


def setting(event: threading.Event, reply: object) -> Any:
    """Make a handler that sets an event and returns a reply."""

    def quick(_: object) -> object:
        event.set()
        return reply

    return quick


def test_a_push_is_answered_while_the_handler_is_still_at_work() -> None:
    go_on = threading.Event()
    with onebot() as desk:
        desk.inbox.on_message(lambda _: "好" if go_on.wait(PATIENCE_S) else None)
        response = desk.post(BODIES[TEXT])
        assert (response.status_code, response.content, desk.account.sent) == (204, b"", [])
        go_on.set()
        assert sent(desk) == [(Recipient("group", gnumber="552603"), "好")]


def test_a_reply_goes_out_as_a_message_and_is_not_counted_as_late() -> None:
    with onebot() as desk:
        desk.inbox.on_message(lambda _: "好")
        desk.post(BODIES[PRIVATE])
        assert sent(desk) == [(Recipient("friend", qq="4200000011"), "好")]
    assert desk.inbox.stats.late_replies == 0
    assert desk.inbox.handlers["replies"].tolist() == [1]


def test_a_mute_and_a_text_both_go_out_as_calls() -> None:
    with onebot() as desk:
        desk.account.mutes = []
        desk.inbox.on_message(lambda _: oq.Reply("请勿刷屏", shutup=True, shutup_time=600))
        desk.post(BODIES[TEXT])
        assert [text for _, text in sent(desk)] == ["请勿刷屏"]
        ((row, seconds),) = desk.account.mutes
        assert (row["gnumber"], row["sender_qq"], seconds) == ("552603", "4200000011", 600)
        assert [mute.seconds for mute in desk.inbox._receiver.mutes] == [600]


def test_a_mute_alone_sends_no_text() -> None:
    with onebot() as desk:
        desk.account.mutes = []
        desk.inbox.on_message(lambda _: oq.Reply(shutup=True, shutup_time=600))
        desk.post(BODIES[TEXT])
        assert desk.account.was_muted.wait(PATIENCE_S)
    assert desk.account.sent == [] and desk.inbox.handlers["replies"].tolist() == [1]


def test_a_mute_between_friends_is_an_error_of_the_handler() -> None:
    with onebot() as desk:
        desk.account.mutes = []
        called = threading.Event()
        desk.inbox.on_message(setting(called, oq.Reply("x", shutup=True)))
        desk.post(BODIES[PRIVATE])
        assert called.wait(PATIENCE_S)  # whoever stops waits for one that runs
    with pytest.warns(oq.HandlerWarning, match=r"mute in a group only.*Leave shutup away"):
        repr(desk.inbox)
    assert (desk.account.mutes, desk.account.sent) == ([], [])


def test_a_mute_that_the_server_refuses_is_an_error_and_the_text_goes_out() -> None:
    with onebot() as desk:
        desk.account.mutes = []
        desk.account.muted = Outcome(False, 200, "failed", "the account is no admin there")
        desk.inbox.on_message(lambda _: oq.Reply("x", shutup=True))
        desk.post(BODIES[TEXT])
        assert len(sent(desk)) == 1
    with pytest.warns(oq.HandlerWarning, match="A mute was not done by the server: the account is no admin"):
        repr(desk.inbox)


def test_of_several_handlers_the_first_registered_one_answers_though_another_is_quicker() -> None:
    quick = threading.Event()
    with onebot() as desk:
        desk.inbox.on_message(name_of("slow", lambda _: "first" if quick.wait(PATIENCE_S) else None))
        desk.inbox.on_message(setting(quick, "second"))
        desk.post(BODIES[TEXT])
        assert [text for _, text in sent(desk)] == ["first"]
    assert [text for _, text in desk.account.sent] == ["first"]


def test_after_the_budget_the_others_are_not_waited_for() -> None:
    go_on = threading.Event()
    with onebot(budget_s=0.05) as desk:
        desk.inbox.on_message(name_of("slow", lambda _: "first" if go_on.wait(PATIENCE_S) else None))
        desk.inbox.on_message(name_of("quick", lambda _: "second"))
        desk.post(BODIES[TEXT])
        assert [text for _, text in sent(desk)] == ["second"]
        go_on.set()
    assert [text for _, text in desk.account.sent] == ["second"]


def test_a_reply_that_was_returned_before_the_inbox_stops_goes_out() -> None:
    returned = threading.Event()
    with onebot() as desk:
        desk.inbox.on_message(setting(returned, "bye"))
        desk.post(BODIES[TEXT])
        assert returned.wait(PATIENCE_S)
    assert [text for _, text in desk.account.sent] == ["bye"]


def test_the_brakes_hold_such_replies_back_too() -> None:
    with onebot() as desk:
        desk.inbox.on_message(lambda _: "好")
        for message_id in range(1, 41):
            desk.post(recorded(TEXT, message_id=message_id, user_id=message_id))
        sent(desk, 30)
    assert len(desk.account.sent) == 30 and desk.inbox._receiver.stats.held_back == 10
    with pytest.warns(oq.HandlerWarning, match="too many replies"):
        repr(desk.inbox)


def test_own_messages_and_states_reach_no_handler() -> None:
    seen: list[str] = []
    called = threading.Event()

    def sees(message: Message) -> None:
        seen.append(message.content)
        called.set()

    with onebot() as desk:
        desk.inbox.on_message(sees)
        for name in ("lagrange.post.own_message", "gocq.post.private_sent", "napcat.post.heartbeat", PRIVATE):
            desk.post(BODIES[name])
        assert called.wait(PATIENCE_S)
    assert len(seen) == 1
