"""What a person writes under `on_message`, and what the server is answered."""

import asyncio
import threading
from typing import Any

import pytest

from openqq_nb.errors import HandlerWarning, InboxWarning, InvalidInput, NotFound, Unreachable
from openqq_nb.inbox import Message
from openqq_nb.models import Delivery, Recipient, Reply
from tests.inbox.desk import PATIENCE_S, group_message, listening, message, message2, receipt, replied


def test_text_is_the_reply() -> None:
    with listening() as desk:

        @desk.inbox.on_message
        def greet(message: Message) -> str:
            return f"{message.sender}，你好😀"

        assert replied(desk) == "橙子，你好😀"
        assert greet(Message({"sender": "x"}, {})) == "x，你好😀"


def test_coroutine_function_may_reply() -> None:
    with listening() as desk:

        @desk.inbox.on_message
        async def greet(message: Message) -> Reply:
            await asyncio.sleep(0)
            return Reply(message.content * 2)

        assert replied(desk, "ha") == "haha"


def test_reply_may_mute() -> None:
    with listening() as desk:
        desk.inbox.on_message(lambda message: {"reply": "安静", "shutup": 1, "shutup_time": 120})
        assert desk.post(group_message()).json() == {"reply": "安静", "shutup": 1, "shutup_time": 120}


def test_filters_choose_the_messages() -> None:
    with listening() as desk:
        seen: list[str] = []

        @desk.inbox.on_message(contains="签到", type="group_message")
        def checkin(message: Message) -> None:
            seen.append(message.content)

        desk.post(message("签到"))
        desk.post(group_message("签到！"))
        desk.post(group_message("没有"))
        assert desk.inbox.handlers["calls"].tolist() == [1]
        assert desk.inbox.handlers["filters"].tolist() == ["contains='签到', type='group_message'"]
    assert seen == ["签到！"]


def test_wrong_filter_is_an_error_when_it_is_written() -> None:
    with listening() as desk:
        with pytest.raises(InvalidInput, match="no column 'contain'"):
            desk.inbox.on_message(contain="x")
        with pytest.raises(NotFound):
            desk.inbox.on_message(group="没有")
        with pytest.raises(InvalidInput, match="takes a function"):
            desk.inbox.on_message("签到")  # type: ignore[call-overload]
        assert desk.inbox.handlers.empty


def test_first_registered_answers_and_the_others_still_run() -> None:
    with listening() as desk:
        ran = threading.Event()

        @desk.inbox.on_message
        def silent(message: Message) -> None:
            return None

        @desk.inbox.on_message
        def first(message: Message) -> str:
            return "a"

        @desk.inbox.on_message
        def second(message: Message) -> str:
            ran.set()
            return "b"

        assert replied(desk) == "a" and ran.wait(PATIENCE_S)
        assert desk.inbox.handlers["replies"].tolist() == [0, 1, 0]


def test_cell_run_again_replaces_the_handler_and_keeps_its_place() -> None:
    def made(name: str, text: str) -> Any:
        def handler(message: Message) -> str:
            return text

        handler.__name__ = name
        return handler

    with listening() as desk:
        for name, text in (("a", "old"), ("b", "b"), ("a", "new")):
            desk.inbox.on_message(made(name, text))
        assert desk.inbox.handlers["name"].tolist() == ["a", "b"]
        assert replied(desk) == "new"
    assert not any(thread.name == "openqq-nb-handler-a" for thread in threading.enumerate())


def test_failing_handler_is_told_once_and_costs_nobody_an_answer() -> None:
    with listening() as desk:

        @desk.inbox.on_message
        def broken(message: Message) -> str:
            return {}[message.content]

        @desk.inbox.on_message
        def sound(message: Message) -> str:
            return "still here"

        assert [replied(desk), replied(desk)] == ["still here"] * 2
        with pytest.warns(
            HandlerWarning, match=r"'broken' failed: KeyError: 'hi' \(line .*message\.content"
        ) as told:
            assert len(desk.inbox.df) >= 2
        assert len(told) == 1 and told[0].filename == __file__
        assert replied(desk) == "still here"
        table = desk.inbox.handlers.set_index("name")
        assert table["errors"].to_dict() == {"broken": 3, "sound": 0}
        assert "KeyError" in table["last_error"]["broken"] and desk.inbox.stats.handler_errors == 3


def test_new_error_of_a_known_handler_is_told_too() -> None:
    with listening() as desk:

        @desk.inbox.on_message
        def broken(message: Message) -> None:
            if message.content == "a":
                raise ValueError("one")
            raise ValueError("another")

        for text, match in (("a", "one"), ("b", "another")):
            replied(desk, text)
            with pytest.warns(HandlerWarning, match=match):
                _ = desk.inbox.events


def test_wait_tells_of_errors_with_the_line_of_the_user() -> None:
    with listening() as desk:
        desk.inbox.on_message(lambda message: 1 / 0)
        replied(desk)
        with pytest.warns(HandlerWarning, match="ZeroDivisionError") as told:
            desk.inbox.wait(1)
        assert told[0].filename == __file__


def test_handler_that_looks_at_the_inbox_is_not_warned_itself() -> None:
    with listening() as desk:

        @desk.inbox.on_message
        def broken(message: Message) -> None:
            raise ValueError("x")

        @desk.inbox.on_message
        def looking(message: Message) -> str:
            return str(len(desk.inbox.df))

        assert [replied(desk), replied(desk)] == ["1", "3"]
        with pytest.warns(HandlerWarning, match="broken"):
            assert desk.inbox.handlers["errors"].tolist() == [2, 0]


@pytest.mark.parametrize("result", [5, ["a"], {"replay": "x"}, {"reply": ["a"]}, "\ud800"], ids=repr)
def test_unusable_result_is_an_error_and_never_reaches_the_chat(result: Any) -> None:
    with listening() as desk:
        desk.inbox.on_message(lambda message: result)
        assert replied(desk) == 204
        with pytest.warns(HandlerWarning):
            assert desk.inbox.handlers["errors"].tolist() == [1]


def test_reply_that_the_server_would_drop_is_an_error() -> None:
    with listening() as desk:
        desk.inbox.on_message(lambda message: Reply("x", shutup=True, shutup_time=30))
        assert desk.post(group_message()).status_code == 204
        with pytest.warns(HandlerWarning, match="60"):
            assert desk.inbox.handlers["replies"].tolist() == [0]


def test_plain_function_that_returns_a_coroutine_is_an_error() -> None:
    async def forgotten() -> str:
        return "x"

    with listening() as desk:
        desk.inbox.on_message(lambda message: forgotten())
        assert replied(desk) == 204
        with pytest.warns(HandlerWarning, match="async def"):
            _ = desk.inbox.df


def test_exit_in_a_handler_ends_nothing() -> None:
    with listening() as desk:

        @desk.inbox.on_message
        def leaving(message: Message) -> str:
            if message.content == "exit":
                raise SystemExit
            return "here"

        assert [replied(desk, "exit"), replied(desk)] == [204, "here"]
        with pytest.warns(HandlerWarning, match="SystemExit"):
            _ = desk.inbox.df


def test_printed_text_is_kept_with_the_handler(capsys: pytest.CaptureFixture[str]) -> None:
    with listening() as desk:

        @desk.inbox.on_message
        def talks(message: Message) -> None:
            print("saw", message.content)  # noqa: T201 - what people do

        @desk.inbox.on_message
        async def talks_too(message: Message) -> None:
            await asyncio.sleep(0)
            print("awaited", message.content)  # noqa: T201 - what people do

        replied(desk)
        assert desk.inbox.handlers["printed"].tolist() == ["saw hi\n", "awaited hi\n"]
    assert capsys.readouterr().out == ""


def test_handler_sees_each_message_once_and_in_order() -> None:
    with listening() as desk:
        seen: list[str] = []
        desk.inbox.on_message(lambda message: seen.append(message.content))
        for number in range(50):
            replied(desk, str(number))
    assert seen == [str(number) for number in range(50)]


def test_hanging_handler_is_answered_in_its_time_and_its_reply_sent_once() -> None:
    with listening(budget_s=0.5) as desk:
        gate = threading.Event()

        @desk.inbox.on_message(contains="slow")
        def slow(message: Message) -> str:
            gate.wait(PATIENCE_S)
            return f"late {message.content}"

        @desk.inbox.on_message(contains="fast")
        def fast(message: Message) -> str:
            return "fast"

        assert replied(desk, "slow") == 204
        assert replied(desk, "fast") == "fast"
        gate.set()
        assert desk.account.was_sent.wait(PATIENCE_S)
        assert desk.account.sent == [(Recipient("friend", qq="9900000101"), "late slow")]
    assert desk.inbox.stats.late_replies == 1 and desk.inbox.handlers["replies"].tolist() == [1, 1]


def test_handler_that_hangs_for_one_message_sees_the_next() -> None:
    with listening(budget_s=0.5) as desk:
        gate = threading.Event()

        @desk.inbox.on_message
        def hangs_once(message: Message) -> str | None:
            if message.content == "hang":
                gate.wait(PATIENCE_S)
                return None
            return "here"

        assert [replied(desk, "hang"), replied(desk, "next")] == [204, "here"]
        gate.set()


def test_hanging_coroutine_does_not_hold_up_its_next_call() -> None:
    with listening(budget_s=0.5) as desk:

        @desk.inbox.on_message
        async def hangs_once(message: Message) -> str:
            if message.content == "hang":
                await asyncio.Event().wait()
            return "here"

        assert [replied(desk, "hang"), replied(desk, "next")] == [204, "here"]
        with pytest.warns(InboxWarning, match="'hangs_once' had not finished with 1 message"):
            desk.inbox.stop()


def test_late_mute_is_an_error_but_the_text_is_sent() -> None:
    with listening(budget_s=0.1) as desk:
        gate = threading.Event()

        @desk.inbox.on_message
        def slow(message: Message) -> Reply:
            gate.wait(PATIENCE_S)
            return Reply("late", shutup=True)

        assert desk.post(group_message()).status_code == 204
        gate.set()
        assert desk.account.was_sent.wait(PATIENCE_S)
        with pytest.warns(HandlerWarning, match="Nobody was muted"):
            _ = desk.inbox.df
    assert desk.account.sent == [(Recipient("group", gnumber="9910000201"), "late")]


@pytest.mark.parametrize("refused", [True, False])
def test_late_reply_that_does_not_go_out_is_an_error(refused: bool) -> None:
    with listening(budget_s=0.1) as desk:
        gate = threading.Event()
        desk.account.outcome = (
            receipt(None, Delivery.FAILED, 100) if refused else Unreachable("Nobody is there.")
        )
        desk.inbox.on_message(lambda message: (gate.wait(PATIENCE_S), "late")[1])
        assert replied(desk) == 204
        gate.set()
        assert desk.account.was_sent.wait(PATIENCE_S)
    with pytest.warns(HandlerWarning, match="not taken" if refused else "Nobody is there"):
        assert desk.inbox.stats.late_replies == 0


def test_stopped_inbox_takes_no_handler() -> None:
    with listening() as desk:
        desk.inbox.stop()
        with pytest.raises(InvalidInput, match="was stopped"):
            desk.inbox.on_message(lambda message: None)


def test_reply_on_1x_is_a_row_of_our_own() -> None:
    with listening() as desk:
        desk.inbox.on_message(lambda message: "回复")
        desk.post(group_message("问"))
        desk.post(message("问"))
    own = desk.inbox.df[desk.inbox.df["own"]]
    assert own["content"].tolist() == ["回复", "回复"] and own["delivery"].tolist() == ["accepted"] * 2
    assert own["chat_key"].tolist() == ["group:9910000201", "friend:9900000101"]
    assert own["chat"].tolist() == ["PERL学习角", "橙子"] and own["sender_qq"].tolist() == ["9900000100"] * 2


def test_reply_on_2x_is_left_to_the_post_of_the_server() -> None:
    with listening("openqq2") as desk:
        desk.inbox.on_message(lambda message: "回复")
        assert desk.post(message2("问")).json() == {"reply": "回复"}
    assert desk.inbox.df["own"].tolist() == [False]


def test_a_handler_of_our_own_messages_would_never_be_called() -> None:
    with listening() as desk, pytest.raises(InvalidInput, match="would never fire"):
        desk.inbox.on_message(own=True)
