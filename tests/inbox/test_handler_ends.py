"""Handlers that end in other ways than by returning, and handlers that are replaced or closed meanwhile."""

import asyncio
import threading
from typing import Any

import pytest

from openqq_nb.errors import HandlerWarning
from openqq_nb.inbox import Message
from openqq_nb.inbox.filters import Filter
from openqq_nb.inbox.handlers import Handlers
from tests.inbox.desk import PATIENCE_S, listening, replied


class Odd(BaseException):
    """What no library would raise."""


async def awaits_a_cancelled_task() -> None:
    task = asyncio.ensure_future(asyncio.Event().wait())
    task.cancel()
    await task


async def leaves() -> None:
    raise SystemExit


async def awaits_a_task_that_leaves() -> None:
    await asyncio.ensure_future(leaves())


async def is_odd() -> None:
    raise Odd


@pytest.mark.parametrize(
    ("end", "name"),
    [
        (awaits_a_cancelled_task, "CancelledError"),
        (awaits_a_task_that_leaves, "SystemExit"),
        (leaves, "SystemExit"),
        (is_odd, "Odd"),
    ],
)
def test_coroutine_that_ends_in_an_odd_way_is_an_error_and_costs_no_time(end: Any, name: str) -> None:
    with listening(budget_s=60) as desk:

        @desk.inbox.on_message
        async def ends(message: Message) -> str:
            if message.content == "end":
                await end()
            return "here"

        assert [replied(desk, "end"), replied(desk)] == [204, "here"]
        with pytest.warns(HandlerWarning, match=name):
            assert desk.inbox.handlers["errors"].tolist() == [1]


@pytest.mark.parametrize("error", [asyncio.CancelledError, KeyboardInterrupt, Odd])
def test_function_that_raises_an_odd_error_ends_nothing(error: type[BaseException]) -> None:
    with listening(budget_s=60) as desk:

        @desk.inbox.on_message
        def ends(message: Message) -> str:
            if message.content == "end":
                raise error
            return "here"

        assert [replied(desk, "end"), replied(desk)] == [204, "here"]
        with pytest.warns(HandlerWarning, match=error.__name__):
            assert desk.inbox.handlers["errors"].tolist() == [1]


def function(name: str, seen: list[str]) -> Any:
    def same(message: Message) -> None:
        seen.append(name)

    return same


def test_message_on_its_way_is_seen_though_its_handler_is_replaced() -> None:
    seen: list[str] = []
    ended: list[BaseException | None] = []
    done = threading.Event()

    def note(result: object, error: BaseException | None) -> None:
        ended.append(error)
        done.set()

    handlers = Handlers(60, lambda: None)
    handlers.add(function("earlier", seen), Filter(""))
    replacing = threading.Thread(target=lambda: handlers.add(function("successor", seen), Filter("")))
    with handlers.wanting({}) as (earlier,):
        replacing.start()
        replacing.join(0.05)
        assert replacing.is_alive()
        earlier.call(Message({}, {}), note)
    replacing.join(PATIENCE_S)
    assert done.wait(PATIENCE_S) and (seen, ended) == (["earlier"], [None])
    handlers.close()


def test_call_after_the_stop_is_not_told_as_too_many() -> None:
    errors: list[BaseException | None] = []
    handlers = Handlers(60, lambda: None)
    handlers.add(function("x", []), Filter(""))
    handlers.close()
    with handlers.wanting({}) as (handler,):
        handler.call(Message({}, {}), lambda result, error: errors.append(error))
    assert "was stopped" in str(errors[0])
