"""A poll may take long: it is never cut off, asks once, and stands in nobody's way."""

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from openqq_nb.client import Client
from openqq_nb.errors import NoAnswer, Unreachable
from openqq_nb.models import Flow, Polled
from openqq_nb.protocols.registry import dialect
from tests.client.driving import Drive, ask, both, get, send
from tests.client.raw import NOTHING, PATIENCE_S, Asked, Said, answering, closed_port, said

POLL = "/openqq/check_event"
SHORT_S = 0.2
SENT_2 = said({"code": 0, "status": "success", "id": 1})


def poll() -> Flow[Polled]:
    return dialect("openqq2", None).poll()


@dataclass
class Held:
    """A server that holds polls, or sends, until it is released."""

    path: str
    asked: threading.Event = field(default_factory=threading.Event)
    released: threading.Event = field(default_factory=threading.Event)

    def __call__(self, asked: Asked) -> Said:
        if asked.target == self.path:
            self.asked.set()
            assert self.released.wait(PATIENCE_S)
        return said("[]") if asked.target == POLL else SENT_2


@contextmanager
def holding(
    path: str, flow: Flow[Any], drive: Drive, **settings: Any
) -> Iterator[tuple[Client, Held, Future[Any]]]:
    """Give a client with one call under way that the server holds."""
    held = Held(path)
    with answering(held) as server, ThreadPoolExecutor(1) as pool:
        client = Client(server.url, **settings)
        under_way = pool.submit(drive, client, flow)
        try:
            assert held.asked.wait(PATIENCE_S)
            yield client, held, under_way
        finally:
            held.released.set()
            under_way.exception(PATIENCE_S)
            client.close()


@both
def test_a_send_does_not_wait_for_a_poll(drive: Drive) -> None:
    with holding(POLL, poll(), drive) as (client, held, polling):
        assert drive(client, send(protocol="openqq2")).ok
        assert not polling.done()
        held.released.set()
        assert polling.result(PATIENCE_S) == Polled()


@both
def test_a_poll_does_not_wait_for_a_send(drive: Drive) -> None:
    path = "/openqq/send_friend_message"
    with holding(path, send(protocol="openqq2"), drive) as (client, held, sending):
        assert drive(client, poll()) == Polled()
        assert not sending.done()
        held.released.set()
        assert sending.result(PATIENCE_S).ok


@both
def test_a_poll_is_not_cut_off_by_the_time_out_of_other_calls(drive: Drive) -> None:
    with holding(POLL, poll(), drive, timeout_s=SHORT_S) as (client, held, polling):
        other = Held("/openqq/get_user_info")
        with answering(other) as slow, pytest.raises(NoAnswer, match=f"within {SHORT_S:g} s"):
            ask(slow.url, get(), drive, timeout_s=SHORT_S)  # the time is over now
        other.released.set()
        assert client.timeout_s == SHORT_S and not polling.done()
        held.released.set()
        assert polling.result(PATIENCE_S) == Polled()


@both
def test_every_poll_has_a_connection_of_its_own(drive: Drive) -> None:
    with answering(said("[]", keep=True)) as server:
        client = Client(server.url)
        for _ in range(3):
            assert drive(client, poll()) == Polled()
        client.close()
        assert server.connections == 3


@both
def test_a_poll_that_gets_no_answer_is_asked_once_and_says_what_may_be_lost(drive: Drive) -> None:
    with answering(NOTHING) as server:
        with pytest.raises(NoAnswer, match=r"check_event.*may be lost") as caught:
            ask(server.url, poll(), drive)
        assert [asked.target for asked in server.asked] == [POLL]
    assert caught.value.how == "closed"
    assert "The message" not in str(caught.value)


@both
def test_a_poll_that_nobody_takes_is_asked_once(drive: Drive) -> None:
    with pytest.raises(Unreachable, match="Nobody answers"):
        ask(f"http://127.0.0.1:{closed_port()}", poll(), drive)
