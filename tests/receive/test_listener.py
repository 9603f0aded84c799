import asyncio
import socket
import struct
import sys
import threading

import httpx
import pytest

from openqq_nb.errors import ListenerFailed
from openqq_nb.models import Answer
from openqq_nb.receive.connection import Respond
from openqq_nb.receive.intake import NOTHING_TO_SAY
from tests.receive.door import HEAD, PATIENCE_S, Door, Held, listening, post

JSON = {"Content-Type": "application/json"}


def posted(door: Door, body: bytes = b"{}") -> httpx.Response:
    return httpx.post(door.url, content=body, headers=JSON, trust_env=False, timeout=PATIENCE_S)


def test_nothing_to_say_is_204_without_body_and_content_type() -> None:
    with listening(Door()) as door, httpx.Client(trust_env=False, timeout=PATIENCE_S) as http:
        response = http.post(door.url, content=b"{}", headers=JSON)
    assert (response.status_code, dict(response.headers), response.content) == (204, {}, b"")


def test_answer_is_written_as_it_is() -> None:
    reply = Answer(200, "application/json", '{"reply":"好"}'.encode())
    with listening(Door(accept=lambda body, respond: respond(reply))) as door:
        response = posted(door)
    assert response.json() == {"reply": "好"}
    assert response.headers["content-type"] == "application/json"


def test_body_in_pieces_arrives_whole() -> None:
    with listening(Door()) as door:
        pieces = iter([b'{"a":', b"1", b"}"])
        response = httpx.post(door.url, content=pieces, headers=JSON, trust_env=False)
    assert (response.status_code, door.bodies) == (204, [b'{"a":1}'])


def test_post_may_be_answered_later_from_the_loop() -> None:
    held = Held()
    with listening(Door(accept=held)) as door, door.connected() as peer:
        peer.says(post())
        held.wait()
        assert door.thread.call(lambda: held.responds[0](NOTHING_TO_SAY))
        assert peer.answer() == b"HTTP/1.1 204 No Content\r\n\r\n"


def test_sender_that_goes_away_is_no_post_and_no_error() -> None:
    with listening(Door()) as door:
        with door.connected() as peer:
            peer.says(HEAD + b"Content-Length: 100\r\n\r\n{")
        assert door.alive()
        assert (door.bodies, door.reasons, door.errors) == ([b'{"alive":1}'], [], [])


def test_sender_that_does_not_wait_for_the_answer_is_no_error() -> None:
    held = Held()
    with listening(Door(accept=held)) as door:
        with door.connected() as peer:
            peer.says(post())
            held.wait()
        with door.connected() as peer:
            peer.says(post())
            held.wait()
            for respond in held.responds:
                door.thread.call(lambda respond=respond: respond(NOTHING_TO_SAY))  # type: ignore[misc]
            assert peer.answer().startswith(b"HTTP/1.1 204 ")
    assert door.errors == []


def test_nothing_is_printed_or_logged_whatever_comes(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    def accept(body: bytes, respond: Respond) -> None:
        raise LookupError("a secret of ours")

    with listening(Door(accept=accept)) as door:
        for said in (b"\x16\x03\x01 not HTTP\r\n\r\n", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", post()):
            with door.connected() as peer:
                peer.says(said).heard()
        assert posted(door).status_code == 500
    assert capfd.readouterr() == ("", "") and caplog.records == []


@pytest.fixture(params=["uvloop", "asyncio"])
def loop(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "asyncio":
        # As where it is not installed.
        monkeypatch.setitem(sys.modules, "uvloop", None)
    return str(request.param)


def test_it_listens_with_and_without_uvloop(loop: str) -> None:
    with listening(Door()) as door:
        assert door.alive()


def test_who_breaks_off_with_much_to_answer_is_not_logged(
    loop: str, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    with listening(Door()) as door:
        for _ in range(5):
            with door.connected() as peer:
                peer.says(post(), post() * 2000)
                # A reset instead of an end.
                peer.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        assert door.alive() and door.errors == []
    assert capfd.readouterr() == ("", "") and caplog.records == []


def test_taken_port_says_who_may_hold_it_and_what_to_do() -> None:
    with listening(Door()) as first, pytest.raises(ListenerFailed) as raised:
        Door(port=first.listener.port).start()
    words = (str(first.listener.port), "another notebook", "0 picks a free one")
    assert all(word in str(raised.value) for word in words)


@pytest.mark.parametrize(
    ("host", "port"),
    [("192.0.2.1", 0), ("no.such.host.invalid", 0), ("127.0.0.1", 70_000), ("127.0.0.1", -1)],
)
def test_impossible_address_is_an_error(host: str, port: int) -> None:
    with pytest.raises(ListenerFailed, match="Nothing can listen"):
        Door(host, port).start()


def test_ipv6_loopback_can_be_listened_on() -> None:
    with listening(Door(host="::1")) as door:
        url = f"http://[::1]:{door.listener.port}/openqq/abc"
        assert httpx.post(url, content=b"{}", headers=JSON, trust_env=False).status_code == 204


def test_who_connects_before_the_start_is_answered_after_it() -> None:
    door = Door()
    door.listener.bind()
    with door.connected() as peer:
        peer.says(post())
        door.thread.start()
        door.thread.run(door.listener.start())
        assert peer.answer().startswith(b"HTTP/1.1 204 ")
        door.stop()


def test_stop_frees_the_port_and_may_be_called_twice() -> None:
    with listening(Door()) as door:
        assert door.alive()
        door.thread.run(door.listener.stop())
        door.thread.run(door.listener.stop())
        with listening(Door(port=door.listener.port)) as again:
            assert again.alive()


def test_stop_of_what_was_bound_and_never_started_frees_the_port() -> None:
    door = Door()
    door.listener.bind()
    door.thread.start()
    door.thread.run(door.listener.stop())
    door.thread.stop()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", door.listener.port), PATIENCE_S)


def test_stop_lets_an_answer_under_way_be_finished_and_says_that_it_is_the_last() -> None:
    held = Held()
    with listening(Door(accept=held)) as door, door.connected() as peer:
        peer.says(post())
        held.wait()

        async def stop() -> None:
            ending = asyncio.create_task(door.listener.stop())
            await asyncio.sleep(0)
            held.responds[0](NOTHING_TO_SAY)
            await ending

        door.thread.run(stop())
        assert peer.all() == b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n"


def test_stop_lets_a_post_under_way_come_to_its_end() -> None:
    with listening(Door()) as door, door.connected() as peer:
        peer.says(HEAD + b"Content-Length: 2\r\nExpect: 100-continue\r\n\r\n")
        assert peer.answer() == b"HTTP/1.1 100 Continue\r\n\r\n"
        ending = door.thread.begin(door.listener.stop())
        assert peer.says(b"{}").heard() == [204]
        ending.result(PATIENCE_S)
    assert door.bodies == [b"{}"]


def test_stop_does_not_wait_for_strangers_and_silence() -> None:
    with (
        listening(Door()) as door,
        door.connected() as silent,
        door.connected() as slow,
        door.connected() as told,
    ):
        assert told.says(b"nonsense\r\n\r\n").answer().startswith(b"HTTP/1.1 400 ")
        slow.says(b"POST /op")
        assert silent.says(post()).answer().startswith(b"HTTP/1.1 204 ")
        ending = door.thread.begin(door.listener.stop())
        assert (silent.all(), slow.all()) == (b"", b"")
        ending.result(1.0)


def test_stop_ends_even_when_nobody_answers() -> None:
    held = Held()
    with listening(Door(accept=held)) as door, door.connected() as peer:
        peer.says(post())
        held.wait()
        door.thread.run(door.listener.stop())
        assert peer.all() == b""


def test_each_head_is_judged_once_as_long_as_it_stays_the_same() -> None:
    with listening(Door()) as door, door.connected() as peer:
        for request in (post(), post(b'{"longer":1}'), post().replace(b"localhost", b"127.0.0.1"), post()):
            assert peer.says(request).answer().startswith(b"HTTP/1.1 204 ")
    assert [head.values(b"host") for head in door.heads] == [["localhost"], ["127.0.0.1"]]


def test_a_refused_head_is_judged_each_time() -> None:
    with listening(Door()) as door:
        for _ in range(2):
            with door.connected() as peer:
                assert peer.says(post().replace(b"abc", b"abd")).heard() == [404]
    assert len(door.heads) == 2 and door.reasons == ["path", "path"]


def test_answers_come_while_another_thread_computes() -> None:
    stop = threading.Event()

    def compute() -> None:
        while not stop.is_set():
            sum(range(1000))

    busy = threading.Thread(target=compute)
    busy.start()
    with listening(Door()) as door:
        assert door.alive()
    stop.set()
    busy.join(PATIENCE_S)
