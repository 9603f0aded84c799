"""A poller at work on a simulated 2.x server: nothing lost, nothing doubled, and all it cannot help is told."""

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from openqq_nb.client import Client
from openqq_nb.errors import NoAnswer, OpenqqError, Refused, Unreachable
from openqq_nb.models import Arrival, Polled, Recipient
from openqq_nb.protocols.registry import dialect
from openqq_nb.receive.poller import Poller
from openqq_nb.simulator import Simulator
from tests.simulator.listener import Listener

PATIENCE_S = 10.0
POLL_S = 0.5
SHORTEST_S = 0.05
WRITER = "小灰"


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator("openqq2", poll_timeout=POLL_S) as simulator:
        yield simulator


@pytest.fixture
def patient() -> Iterator[Simulator]:
    """Give a server that holds a poll until something happens."""
    with Simulator("openqq2", poll_timeout=2 * PATIENCE_S) as simulator:
        yield simulator


@dataclass
class Desk:
    """What a poller of one server took and told."""

    simulator: Simulator
    token: str | None = None
    bodies: list[bytes] = field(default_factory=list)
    errors: list[Exception] = field(default_factory=list)
    polls: int = 0
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.dialect = dialect("openqq2", self.token)
        self.client = Client(self.simulator.url)
        self.poller = Poller(self.poll, self.take, self.failed, SHORTEST_S)

    async def poll(self) -> Polled:
        self.polls += 1
        self.changed.set()
        return await self.client.run_async(self.dialect.poll())

    async def take(self, bodies: Sequence[bytes]) -> None:
        self.bodies += bodies
        self.changed.set()

    def failed(self, doing: str, error: Exception) -> None:
        self.errors.append(error)
        self.changed.set()

    @property
    def arrivals(self) -> list[Arrival]:
        return [self.dialect.arrival(body) for body in self.bodies]

    @property
    def contents(self) -> list[Any]:
        return [arrival.row.get("content") for arrival in self.arrivals]

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not holds():
                self.changed.clear()
                await self.changed.wait()


@asynccontextmanager
async def polling(desk: Desk) -> AsyncIterator[Desk]:
    running = asyncio.create_task(desk.poller.run())
    try:
        yield desk
    finally:
        desk.poller.stop()
        await asyncio.wait_for(running, PATIENCE_S)


def end(simulator: Simulator, *desks: Desk) -> None:
    """Stop pollers, and let their last polls bring something."""
    for desk in desks:
        desk.poller.stop()
    simulator.say(WRITER, "goodbye")


class Asked(logging.Handler):
    """Sees by the words of the HTTP library when a request of this thread is out."""

    def __init__(self) -> None:
        super().__init__()
        self.thread = threading.get_ident()
        self.out = asyncio.Event()

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread == self.thread and record.getMessage().startswith(
            "receive_response_headers.started"
        ):
            self.out.set()


@pytest.fixture
def asked(caplog: pytest.LogCaptureFixture) -> Iterator[Asked]:
    caplog.set_level(logging.DEBUG, "httpcore.http11")
    handler = Asked()
    logging.getLogger("httpcore.http11").addHandler(handler)
    yield handler
    logging.getLogger("httpcore.http11").removeHandler(handler)


async def waiting_at(simulator: Simulator, asked: Asked) -> None:
    """Wait until the poll that goes out next waits in the server."""
    await asyncio.wait_for(asked.out.wait(), PATIENCE_S)
    # The server reads its connections in order, so when this is answered, that has been read.
    await asyncio.to_thread(httpx.get, simulator.url, trust_env=False)
    asked.out.clear()


def run(coroutine: Coroutine[Any, Any, None]) -> None:
    asyncio.run(coroutine)


def test_what_is_polled_is_the_same_as_what_is_posted(simulator: Simulator) -> None:
    async def both_ways(listener: Listener) -> None:
        simulator.post_to(listener.url)
        async with polling(Desk(simulator)) as desk:
            for said in range(5):
                simulator.say(WRITER, f"第 {said} 句 😀\n<b>")
            simulator.say("丶南城", "大家好", group="PERL学习交流")
            await desk.client.run_async(desk.dialect.send(Recipient("group", gnumber=number), "我也好"))
            await desk.until(lambda: len(desk.bodies) == 7)
        posted = [desk.dialect.arrival(request.body.encode()) for request in listener.wait(7)]
        assert {one.fingerprint: one.row for one in posted} == {
            one.fingerprint: one.row for one in desk.arrivals
        }
        assert len({one.fingerprint for one in posted}) == 7

    group = next(one for one in simulator.world.groups if one.name == "PERL学习交流")
    number = str(group.number)
    with Listener() as listener:
        run(both_ways(listener))


def test_nothing_is_lost_or_doubled_while_people_talk(simulator: Simulator) -> None:
    async def talk() -> None:
        async with polling(Desk(simulator)) as desk:
            for bunch in range(10):
                for said in range(20):
                    simulator.say(WRITER, f"{bunch}.{said}")
                await desk.until(lambda: len(desk.bodies) >= 20 * (bunch + 1))  # noqa: B023 - awaited here
        assert desk.contents == [f"{bunch}.{said}" for bunch in range(10) for said in range(20)]
        assert desk.errors == []

    run(talk())


def test_of_what_came_before_the_poll_the_server_has_kept_the_last_20(simulator: Simulator) -> None:
    async def late() -> None:
        for said in range(25):
            simulator.say(WRITER, str(said))
        async with polling(Desk(simulator)) as desk:
            await desk.until(lambda: len(desk.bodies) >= 20)
        assert desk.contents == [str(said) for said in range(5, 25)]

    run(late())


def test_a_stop_lets_the_pending_poll_finish_so_that_nothing_is_lost(
    patient: Simulator, asked: Asked
) -> None:
    async def stop() -> None:
        async with polling(Desk(patient)) as desk:
            await waiting_at(patient, asked)
            desk.poller.stop()
            patient.say(WRITER, "in the last moment")
        assert desk.contents == ["in the last moment"]
        assert desk.polls == 1
        patient.say(WRITER, "afterwards")
        async with polling(Desk(patient)) as following:
            await following.until(lambda: bool(following.bodies))
            assert following.contents == ["afterwards"]
            end(patient, following)

    run(stop())


def test_a_second_poller_is_told_to_the_one_that_loses_by_it(patient: Simulator, asked: Asked) -> None:
    async def rival() -> None:
        async with polling(Desk(patient)) as first:
            await waiting_at(patient, asked)
            async with polling(Desk(patient)) as second:
                await waiting_at(patient, asked)
                patient.say(WRITER, "for whom?")
                await second.until(lambda: bool(second.bodies))
                await first.until(lambda: bool(first.errors))
                assert (first.bodies, second.contents, second.errors) == ([], ["for whom?"], [])
                end(patient, first, second)
        (error,) = first.errors
        assert type(error) is OpenqqError and "Another program polls" in str(error)

    run(rival())


def test_after_a_restart_of_the_server_all_goes_on(patient: Simulator, asked: Asked) -> None:
    async def restart() -> None:
        async with polling(Desk(patient)) as desk:
            await waiting_at(patient, asked)
            with patient.fault("restart"):
                await desk.until(lambda: len(desk.errors) == 2)
            patient.say(WRITER, "there again")
            await desk.until(lambda: bool(desk.bodies))
            assert [type(error) for error in desk.errors] == [NoAnswer, Unreachable]
            assert desk.contents == ["there again"]
            end(patient, desk)

    run(restart())


def test_a_send_goes_out_beside_the_poll_and_comes_back_through_it(
    simulator: Simulator, asked: Asked
) -> None:
    async def send() -> None:
        async with polling(Desk(simulator)) as desk:
            await waiting_at(simulator, asked)
            friend = str(simulator.world.friends[0].person.qq)
            receipt = await desk.client.run_async(desk.dialect.send(Recipient("friend", qq=friend), "你好"))
            await desk.until(lambda: bool(desk.bodies))
            (arrival,) = desk.arrivals
            assert (arrival.row["msg_class"], arrival.row["msg_id"]) == ("send", receipt.msg_id)
            assert not arrival.answerable

    run(send())


def test_a_server_that_does_not_hold_polls_is_asked_now_and_then() -> None:
    async def short_polls(simulator: Simulator) -> None:
        async with polling(Desk(simulator)) as desk:
            began_s = asyncio.get_running_loop().time()
            await desk.until(lambda: desk.polls == 6)
            took_s = asyncio.get_running_loop().time() - began_s
            simulator.say(WRITER, "still here")
            await desk.until(lambda: bool(desk.bodies))
        assert took_s > 4 * SHORTEST_S

    with Simulator("openqq2", poll_timeout=0) as simulator:
        run(short_polls(simulator))


def test_a_wrong_token_is_told_once() -> None:
    async def wrong(simulator: Simulator) -> None:
        async with polling(Desk(simulator, token="wrong")) as desk:
            await desk.until(lambda: bool(desk.errors) and desk.polls > 2)
        assert [type(error) for error in desk.errors] == [Refused]

    with Simulator("openqq2", token="right", poll_timeout=POLL_S) as simulator:
        run(wrong(simulator))
