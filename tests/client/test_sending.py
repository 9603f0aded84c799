"""Sends leave one at a time and in order, whoever sends; giving up while waiting costs nobody anything."""

import asyncio
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import pytest

from openqq_nb.client import Client
from openqq_nb.errors import NoAnswer, may_have_gone_out
from openqq_nb.models import Flow
from tests.client.driving import Drive, both, get, send
from tests.client.raw import NOTHING, PATIENCE_S, SENT, Asked, RawServer, Said, answering, hanging, said

MEETING_S = 0.02
EACH = 4


def contents(server: RawServer) -> list[str]:
    return [dict(asked.params)["content"] for asked in server.asked if asked.method == "POST"]


@dataclass
class Meeting:
    """A talk that gives each request a moment in which another one could come in at the same time."""

    inside: int = 0
    most: int = 0
    changed: threading.Condition = field(default_factory=threading.Condition)

    def __call__(self, _: Asked) -> Said:
        with self.changed:
            self.inside += 1
            self.most = max(self.most, self.inside)
            self.changed.notify_all()
            self.changed.wait_for(lambda: self.inside > 1, MEETING_S)
            self.inside -= 1
        return SENT


def send_some(client: Client, who: str) -> None:
    for number in range(EACH):
        assert client.run(send(f"{who}{number}"))


async def send_together(client: Client, whos: str) -> None:
    async def one(who: str) -> None:
        for number in range(EACH):
            assert await client.run_async(send(f"{who}{number}"))

    await asyncio.gather(*(one(who) for who in whos))


def test_sends_of_threads_and_coroutines_never_meet_and_none_is_lost_or_doubled() -> None:
    meeting = Meeting()
    with answering(meeting) as server, ThreadPoolExecutor(4) as pool:
        clients = [Client(server.url), Client(f"{server.url}/openqq/")]
        work = [pool.submit(send_some, clients[number], who) for number, who in enumerate("ab")]
        work += [
            pool.submit(asyncio.run, send_together(client, who))
            for client, who in zip(clients, ("cd", "ef"), strict=True)
        ]
        for one in work:
            one.result(PATIENCE_S)
        for client in clients:
            client.close()
        sent = contents(server)
    assert meeting.most == 1
    assert sorted(sent) == sorted(f"{who}{number}" for who in "abcdef" for number in range(EACH))
    for who in "abcdef":
        assert [text for text in sent if text[0] == who] == [f"{who}{number}" for number in range(EACH)]


def test_reads_do_not_wait_for_sends() -> None:
    with holding("held") as held:
        held.server.talk = lambda _: said("[]")
        assert held.client.run(get()).body == b"[]"


def test_two_servers_do_not_wait_for_each_other() -> None:
    with holding("held"), answering(SENT) as other:
        client = Client(other.url)
        assert client.run(send())
        client.close()


@both
def test_a_send_that_fails_gives_the_turn_away(drive: Drive) -> None:
    with answering(lambda asked: SENT if dict(asked.params)["content"] == "last" else NOTHING) as server:
        client = Client(server.url)
        for text in ("one", "two"):
            with pytest.raises(NoAnswer):
                drive(client, send(text))
        assert drive(client, send("last"))
        client.close()
    assert contents(server) == ["one", "two", "last"]


def interrupt_main() -> None:
    # Sent to the thread itself, as a terminal's Ctrl-C or a kernel's interrupt: it wakes one that waits for a lock.
    signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)


def test_an_interrupt_while_waiting_for_the_turn_sends_nothing_and_blocks_nobody() -> None:
    with holding("held") as held:
        waiting = threading.Thread(target=held.when_waiting(interrupt_main))
        waiting.start()
        with pytest.raises(KeyboardInterrupt):
            held.client.run(send("interrupted"))
        waiting.join(PATIENCE_S)
        held.release()
        assert held.client.run(send("next"))
    assert contents(held.server) == ["held", "next"]


def test_a_cancelled_coroutine_that_waits_for_its_turn_sends_nothing_and_blocks_nobody() -> None:
    async def give_up(client: Client) -> None:
        async with asyncio.timeout(0.1):
            await client.run_async(send("cancelled"))

    with holding("held") as held:
        with pytest.raises(TimeoutError):
            asyncio.run(give_up(held.client))
        held.release()
        assert held.client.run(send("next"))
    assert contents(held.server) == ["held", "next"]


def test_a_coroutine_cancelled_while_its_send_is_out_blocks_nobody() -> None:
    async def give_up(client: Client, server: RawServer) -> None:
        sending = asyncio.create_task(client.run_async(send("out")))
        await asyncio.to_thread(server.wait_asked, 1)
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending

    with hanging() as server:
        client = Client(server.url)
        asyncio.run(give_up(client, server))
        server.talk = lambda _: SENT
        assert client.run(send("next"))
        client.close()
    assert contents(server) == ["out", "next"]


class Held:
    """A send of another thread that the server has not answered yet."""

    def __init__(self, content: str) -> None:
        self._answer = threading.Event()
        self._running = answering(self._hold)
        self._content = content

    def __enter__(self) -> "Held":
        self.server = self._running.__enter__()
        self.client = Client(self.server.url)
        self._other = Client(self.server.url)
        self._sending = threading.Thread(target=lambda: self._other.run(send(self._content)))
        self._sending.start()
        self.server.wait_asked(1)
        return self

    def __exit__(self, *_: object) -> None:
        self.release()
        self._sending.join(PATIENCE_S)
        self.client.close()
        self._other.close()
        self._running.__exit__(None, None, None)

    def release(self) -> None:
        self._answer.set()

    def when_waiting(self, act: Callable[[], None]) -> Callable[[], None]:
        """Make something that happens once another send waits behind the held one."""

        def wait_and_act() -> None:
            while not self.client._turns._waiting:
                self._answer.wait(0.01)
            act()

        return wait_and_act

    def _hold(self, asked: Asked) -> Said:
        if dict(asked.params)["content"] == self._content:
            self._answer.wait(PATIENCE_S)
        return SENT


def holding(content: str) -> Held:
    return Held(content)


class Watched:
    """A send, and the error that its flow was told."""

    def __init__(self) -> None:
        self.told: list[BaseException] = []

    def flow(self) -> Flow[Any]:
        try:
            return (yield from send())
        except BaseException as error:
            self.told.append(error)
            raise

    async def give_up(self, client: Client) -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(client.run_async(self.flow()), 0.2)


def test_a_send_that_is_cancelled_while_it_is_out_says_that_it_may_have_gone_out() -> None:
    watched = Watched()
    with hanging() as server:
        asyncio.run(watched.give_up(Client(server.url)))
    (error,) = watched.told
    assert isinstance(error, asyncio.CancelledError)
    assert may_have_gone_out(error)


def test_a_send_that_is_cancelled_before_its_turn_certainly_did_not_go_out() -> None:
    watched, held, over = Watched(), threading.Event(), threading.Event()
    with answering(lambda _: SENT) as server, ThreadPoolExecutor(1) as pool:
        client = Client(server.url)

        def hold_the_turn() -> None:
            with client._turns.mine():
                held.set()
                over.wait(PATIENCE_S)

        pool.submit(hold_the_turn)
        assert held.wait(PATIENCE_S)
        asyncio.run(watched.give_up(client))
        over.set()
        assert not server.asked
    assert not may_have_gone_out(watched.told[0])


def test_an_async_send_opens_a_connection_of_its_own() -> None:
    def read_then_send() -> Flow[Any]:
        yield from get()
        return (yield from send())

    with answering(lambda _: SENT) as server:
        client = Client(server.url)
        assert asyncio.run(client.run_async(read_then_send()))
        assert server.connections == 2


def test_httpx_logs_no_token(caplog: pytest.LogCaptureFixture) -> None:
    with answering(lambda _: SENT) as server, caplog.at_level("INFO", "httpx"):
        client = Client(server.url)
        client.run(get("openqq/get_user_info", ("token", "TOPSECRET")))
        client.close()
    assert "get_user_info" in caplog.text
    assert "TOPSECRET" not in caplog.text
