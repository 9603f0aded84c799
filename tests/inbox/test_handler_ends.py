"""Handlers that end in other ways than by returning, and handlers that are replaced or closed meanwhile."""

import asyncio
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from openqq_nb.errors import HandlerWarning
from openqq_nb.inbox import Message
from openqq_nb.inbox.filters import Filter
from openqq_nb.inbox.handlers import _MOST_TOLD, Handlers
from tests.inbox.desk import PATIENCE_S, group_message, listening, replied


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


class Unspeakable(Exception):
    """An error that cannot be shown."""

    def __str__(self) -> str:
        raise SystemExit


class Unshown:
    """A result that cannot be shown."""

    def __repr__(self) -> str:
        raise KeyboardInterrupt


class Endless(dict[str, str]):
    """A result that fails when it is looked at."""

    def get(self, key: str, default: Any = None) -> Any:
        return self.get(key, default)


def recurses(message: Message) -> str:
    return recurses(message)


def is_unspeakable(message: Message) -> str:
    raise Unspeakable


def has_a_long_error(message: Message) -> str:
    raise ValueError("x" * 10_000_000)


def leaves_at_once(message: Message) -> str:
    sys.exit("bye")


def yields(message: Message) -> Iterator[str]:
    yield "x"


async def yields_too(message: Message) -> AsyncIterator[str]:
    yield "x"


def is_long(message: Message) -> list[str]:
    return ["x" * 1000] * 10_000


def is_unshown(message: Message) -> Unshown:
    return Unshown()


def is_endless(message: Message) -> Endless:
    return Endless(reply="x")


ODD_ENDS = [
    (recurses, "RecursionError"),
    (is_unspeakable, r"Unspeakable: \(its text cannot be shown: SystemExit"),
    (has_a_long_error, "ValueError: x{1000} …"),
    (leaves_at_once, "SystemExit: bye"),
    (yields, "returned a generator"),
    (yields_too, "returned a async_generator"),
    (is_long, "returned a list"),
    (is_unshown, "KeyboardInterrupt"),
    (is_endless, "RecursionError"),
]


@pytest.mark.parametrize(("ends", "why"), ODD_ENDS, ids=lambda given: getattr(given, "__name__", ""))
def test_whatever_a_handler_does_the_others_answer_and_it_is_called_again(ends: Any, why: str) -> None:
    with listening(budget_s=60) as desk:
        desk.inbox.on_message(ends)

        @desk.inbox.on_message
        def sound(message: Message) -> str:
            return "here"

        assert [replied(desk, "1"), replied(desk, "2")] == ["here"] * 2
        with pytest.warns(HandlerWarning, match=f"{ends.__name__}.* failed: .*{why}") as told:
            assert desk.inbox.handlers["errors"].tolist() == [2, 0]
        assert len(told) == 1 and len(str(told[0].message)) < 2000
        assert desk.inbox.handlers["calls"].tolist() == [2, 2]
        assert desk.inbox.df.query("not own")["content"].tolist() == ["1", "2"]


def test_a_long_text_goes_out_whole() -> None:
    with listening(budget_s=60) as desk:
        desk.inbox.on_message(lambda message: "好" * 1_000_000)
        assert replied(desk) == "好" * 1_000_000


def test_unusable_results_are_told_once_however_they_differ() -> None:
    with listening() as desk:
        desk.inbox.on_message(lambda message: [message.content])
        assert [replied(desk, "a"), replied(desk, "b")] == [204, 204]
        with pytest.warns(HandlerWarning) as told:
            assert desk.inbox.handlers["errors"].tolist() == [2]
        assert len(told) == 1 and "['b']" in desk.inbox.handlers["last_error"][0]


def test_a_handler_that_fails_in_ever_new_ways_is_told_of_so_many() -> None:
    handlers = Handlers(60, lambda: None)
    handlers.add(function("x", []), Filter(""))
    with handlers.wanting({}) as (handler,):
        for number in range(2 * _MOST_TOLD):
            handler.fail(ValueError(str(number)))
            if number == _MOST_TOLD // 2:
                assert len(handler.untold()) == number + 1
    assert len(handler.untold()) == _MOST_TOLD - _MOST_TOLD // 2 - 1
    assert handlers.table()["errors"].tolist() == [2 * _MOST_TOLD]
    assert handlers.table()["last_error"].tolist() == [f"ValueError: {2 * _MOST_TOLD - 1}"]


def test_the_first_registered_answers_though_it_is_the_last_to_return() -> None:
    with listening(budget_s=60) as desk:
        others = threading.Semaphore(0)

        @desk.inbox.on_message
        def slowest(message: Message) -> str:
            assert all(others.acquire(timeout=PATIENCE_S) for _ in range(2))
            return "first"

        @desk.inbox.on_message
        def quick(message: Message) -> str:
            others.release()
            return "second"

        @desk.inbox.on_message
        async def quick_too(message: Message) -> str:
            others.release()
            return "third"

        assert replied(desk) == "first"
        assert desk.inbox.handlers["replies"].tolist() == [1, 0, 0]


def test_a_filter_that_nothing_passes_calls_nobody_and_answers_at_once() -> None:
    with listening(budget_s=60) as desk:
        calls: list[Message] = []
        desk.inbox.on_message(contains="a", type="group_message")(calls.append)
        assert [replied(desk, "a"), desk.post(group_message("b")).status_code] == [204, 204]
        desk.post(group_message("bar"))
        assert [message.content for message in calls] == ["bar"]


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
    assert handlers.close(PATIENCE_S) == {}


def test_call_after_the_stop_is_not_told_as_too_many() -> None:
    errors: list[BaseException | None] = []
    handlers = Handlers(60, lambda: None)
    handlers.add(function("x", []), Filter(""))
    handlers.close(PATIENCE_S)
    with handlers.wanting({}) as (handler,):
        handler.call(Message({}, {}), lambda result, error: errors.append(error))
    assert "was stopped" in str(errors[0])
