import asyncio
import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from openqq_nb.errors import ListenerFailed
from openqq_nb.models import Answer
from openqq_nb.receive import intake
from openqq_nb.receive.address import Address
from openqq_nb.receive.intake import Push, Refusal
from openqq_nb.receive.listener import THREAD, Accept, Listener

PATIENCE_S = 10.0
ADDRESS = Address(secret="abc")
JSON = {"Content-Type": "application/json"}


class Desk:
    def __init__(self, accept: Accept | None = None, host: str = "127.0.0.1", port: int = 0) -> None:
        self.pushes: list[Push] = []
        self.refusals: list[Refusal] = []
        self.listener = Listener(self.screen, accept or self.accept, host, port, self.refusals.append)

    def screen(self, head: Push) -> Refusal | None:
        return intake.screen(head, ADDRESS)

    async def accept(self, push: Push) -> Answer:
        self.pushes.append(push)
        return intake.NOTHING_TO_SAY

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.listener.port}/openqq/abc"


@contextmanager
def listening(desk: Desk) -> Iterator[httpx.Client]:
    desk.listener.start()
    try:
        with httpx.Client(trust_env=False, timeout=PATIENCE_S) as http:
            yield http
    finally:
        desk.listener.stop()


def test_nothing_to_say_is_204_without_body_and_content_type() -> None:
    desk = Desk()
    with listening(desk) as http:
        response = http.post(desk.url, content=b"{}", headers=JSON)
    assert response.status_code == 204
    assert dict(response.headers) == {}
    assert response.content == b""


def test_answer_is_written_as_it_is() -> None:
    async def accept(push: Push) -> Answer:
        return Answer(200, "application/json", '{"reply":"好"}'.encode())

    desk = Desk(accept)
    with listening(desk) as http:
        response = http.post(desk.url, content=b"{}", headers=JSON)
    assert response.json() == {"reply": "好"}
    assert response.headers["content-type"] == "application/json"


def test_chunked_body_arrives_whole() -> None:
    desk = Desk()
    with listening(desk) as http:
        assert http.post(desk.url, content=iter([b'{"a":', b"1", b"}"]), headers=JSON).status_code == 204
    assert [push.body for push in desk.pushes] == [b'{"a":1}']


def test_chunked_body_over_the_limit_is_413() -> None:
    desk = Desk()
    piece = b"x" * (1 << 20)
    with listening(desk) as http:
        response = http.post(desk.url, content=(piece for _ in range(33)), headers=JSON)
        assert response.status_code == 413
        assert http.post(desk.url, content=b"{}", headers=JSON).status_code == 204
    assert [refusal.reason for refusal in desk.refusals] == ["size"]


def test_declared_body_over_the_limit_is_413_without_a_byte_of_it() -> None:
    desk = Desk()
    head = "POST /openqq/abc HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    with (
        listening(desk),
        socket.create_connection(("127.0.0.1", desk.listener.port), PATIENCE_S) as connection,
    ):
        connection.sendall(f"{head}Content-Length: {33 << 20}\r\n\r\n".encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 413 ")


def test_refused_head_is_answered_before_the_body_comes() -> None:
    desk = Desk()
    with (
        listening(desk),
        socket.create_connection(("127.0.0.1", desk.listener.port), PATIENCE_S) as connection,
    ):
        connection.sendall(b"POST /wrong HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 404 ")
    assert desk.pushes == []


def test_sender_that_goes_away_is_no_push() -> None:
    desk = Desk()
    with listening(desk) as http:
        with socket.create_connection(("127.0.0.1", desk.listener.port), PATIENCE_S) as connection:
            head = b"POST /openqq/abc HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            connection.sendall(head + b"Content-Length: 100\r\n\r\n{")
        http.post(desk.url, content=b"{}", headers=JSON)
    assert [push.body for push in desk.pushes] == [b"{}"]
    assert list(desk.listener.errors) == []


def test_error_is_kept_and_never_printed(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    async def accept(push: Push) -> Answer:
        raise LookupError("a secret of ours")

    desk = Desk(accept)
    with listening(desk) as http:
        response = http.post(desk.url, content=b"{}", headers=JSON)
    assert response.status_code == 500 and response.headers["content-type"].startswith("text/plain")
    assert "a secret of ours" in desk.listener.errors[0] and "secret" not in response.text
    assert capfd.readouterr() == ("", "") and caplog.records == []


def test_nonsense_on_the_socket_is_kept_and_never_printed(capfd: pytest.CaptureFixture[str]) -> None:
    desk = Desk()
    with (
        listening(desk),
        socket.create_connection(("127.0.0.1", desk.listener.port), PATIENCE_S) as connection,
    ):
        connection.sendall(b"\x16\x03\x01 not HTTP\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 400 ")
    assert desk.listener.errors and capfd.readouterr() == ("", "")


def test_log_of_another_server_is_left_alone(caplog: pytest.LogCaptureFixture) -> None:
    with listening(Desk()):
        logging.getLogger("uvicorn.error").warning("of another server")
    assert [record.message for record in caplog.records] == ["of another server"]
    assert logging.getLogger("uvicorn.error").filters == []


def test_taken_port_says_who_may_hold_it_and_what_to_do() -> None:
    first = Desk()
    with listening(first), pytest.raises(ListenerFailed) as raised:
        Desk(port=first.listener.port).listener.start()
    assert all(word in str(raised.value) for word in (str(first.listener.port), "another notebook", "port=0"))


@pytest.mark.parametrize(
    ("host", "port"), [("192.0.2.1", 0), ("no.such.host.invalid", 0), ("127.0.0.1", 70_000)]
)
def test_impossible_address_is_an_error(host: str, port: int) -> None:
    with pytest.raises(ListenerFailed, match="Nothing can listen"):
        Desk(host=host, port=port).listener.start()


def test_ipv6_loopback_can_be_listened_on() -> None:
    desk = Desk(host="::1")
    with listening(desk) as http:
        url = f"http://[::1]:{desk.listener.port}/openqq/abc"
        assert http.post(url, content=b"{}", headers=JSON).status_code == 204


def test_stop_ends_the_thread_and_frees_the_port() -> None:
    desk = Desk()
    with listening(desk) as http:
        http.post(desk.url, content=b"{}", headers=JSON)
        assert desk.listener.running
    assert THREAD not in [thread.name for thread in threading.enumerate()]
    again = Desk(port=desk.listener.port)
    with listening(again) as http:
        assert http.post(again.url, content=b"{}", headers=JSON).status_code == 204
    again.listener.stop()


def test_stop_lets_an_answer_under_way_be_finished() -> None:
    begun, go_on = threading.Event(), threading.Event()

    async def accept(push: Push) -> Answer:
        begun.set()
        await asyncio.to_thread(go_on.wait, PATIENCE_S)
        return intake.NOTHING_TO_SAY

    desk = Desk(accept)
    answers: list[int] = []
    with listening(desk) as http:

        def post() -> None:
            answers.append(http.post(desk.url, content=b"{}", headers=JSON).status_code)

        poster = threading.Thread(target=post)
        poster.start()
        assert begun.wait(PATIENCE_S)
        stopper = threading.Thread(target=desk.listener.stop)
        stopper.start()
        go_on.set()
        stopper.join(PATIENCE_S)
        poster.join(PATIENCE_S)
    assert answers == [204]
