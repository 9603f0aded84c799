"""What stands in the way of a WebSocket is said: a token, another port, nobody there."""

import logging
import socket
import threading
from http import HTTPStatus

import pytest
from websockets.asyncio.server import ServerConnection
from websockets.frames import CloseCode
from websockets.http11 import Request, Response

from openqq_nb.client import Client
from openqq_nb.errors import (
    InvalidInput,
    NoAnswer,
    NotOpenqq,
    OpenqqError,
    Refused,
    Unreachable,
    may_have_gone_out,
)
from tests.client.driving import Drive, both
from tests.client.raw import NOTHING, Said, answering, closed_port, said
from tests.client.socket_server import (
    GREETING,
    REFUSAL,
    Ears,
    Gate,
    Guest,
    Talk,
    ask_as,
    call,
    client_of,
    say,
    serving,
)

TOKEN = "s3cret-t0ken"


async def refuses_as_napcat(guest: Guest) -> None:
    await guest.say(REFUSAL)


async def refuses_as_onebots(guest: Guest) -> None:
    await guest.connection.close(CloseCode.POLICY_VIOLATION)


def status(code: int, body: str = "") -> Gate:
    def gate(connection: ServerConnection, _: Request) -> Response:
        return connection.respond(HTTPStatus(code), body)

    return gate


def wants(token: str) -> Gate:
    def gate(connection: ServerConnection, request: Request) -> Response | None:
        if request.headers.get("Authorization") == f"Bearer {token}":
            return None
        return connection.respond(HTTPStatus.UNAUTHORIZED, "")

    return gate


@both
@pytest.mark.parametrize("bearer", [None, TOKEN])
@pytest.mark.parametrize("path", ["", "/api"])
@pytest.mark.parametrize(
    ("talk", "gate"),
    [
        (refuses_as_napcat, None),
        (refuses_as_onebots, None),
        (Guest.serve, status(401)),
        (Guest.serve, status(403, '{"message":"Token verification failed!"}')),
    ],
)
def test_a_bad_token_is_refused_however_the_server_says_so(
    drive: Drive, talk: Talk, gate: Gate | None, path: str, bearer: str | None
) -> None:
    words = "wants a token, and none was given" if bearer is None else "wants another token"
    # A send that was written before the server closes is another matter.
    ways = (True,) if path and talk is refuses_as_onebots else (True, False)
    with serving(talk, gate) as server, client_of(server.url + path) as client:
        for flow in (ask_as(bearer, repeatable=repeatable) for repeatable in ways):
            with pytest.raises(Refused, match=words) as caught:
                drive(client, flow)
            assert TOKEN not in str(caught.value) and not may_have_gone_out(caught.value)
        assert client.stream is not None and not client.stream.connected
        assert isinstance(client.stream.failure, Refused)


@both
@pytest.mark.parametrize("path", ["", "/api"])
def test_a_send_that_was_written_before_the_server_closed_may_have_gone_out(drive: Drive, path: str) -> None:
    async def limiting(guest: Guest) -> None:
        if not path:
            await guest.say(GREETING)
        await guest.call()
        await guest.connection.close(CloseCode.POLICY_VIOLATION, "rate limit")

    with serving(limiting) as server, client_of(server.url + path) as client:
        with pytest.raises(NoAnswer, match=r"code 1008 'rate limit'.*may have gone out") as caught:
            drive(client, say("x"))
        assert may_have_gone_out(caught.value)
        assert len(server.asked) == 1


@both
def test_a_refusal_after_the_greeting_is_no_refusal_of_what_was_sent(drive: Drive) -> None:
    async def refusing(guest: Guest) -> None:
        await guest.say(GREETING)
        await guest.call()
        await guest.say(REFUSAL)
        await guest.connection.close()

    with serving(refusing) as server, client_of(server.url) as client:
        with pytest.raises(NoAnswer, match="may have gone out"):
            drive(client, say("x"))
        assert client.stream is not None and "complains of a frame" in client.stream.problems[0]


def test_closing_in_the_midst_of_a_goodbye_leaves_nothing_open() -> None:
    with serving(refuses_as_napcat) as server:
        for _ in range(25):
            with client_of(f"{server.url}/api") as client, pytest.raises(Refused):
                client.run(ask_as(None))


@both
def test_the_token_goes_in_the_header_alone(drive: Drive) -> None:
    with serving(gate=wants(TOKEN)) as server, client_of(server.url) as client:
        drive(client, ask_as(f" {TOKEN}\n"))
        (guest,) = server.guests
        assert guest.headers["authorization"] == f"Bearer {TOKEN}"
        assert guest.connection.request is not None and guest.connection.request.path == "/"
        assert TOKEN not in str(server.asked)


def test_a_call_with_a_token_after_one_without_gets_through() -> None:
    with serving(gate=wants(TOKEN)) as server, client_of(server.url) as client:
        with pytest.raises(Refused):
            client.run(ask_as(None))
        client.run(ask_as(TOKEN))
        client.run(ask_as(None))
        assert len(server.guests) == 1


def test_a_subscription_may_bring_the_token() -> None:
    ears = Ears()
    with serving(gate=wants(TOKEN)) as server, client_of(server.url) as client:
        assert client.stream is not None
        client.stream.subscribe(ears.on_event, ears.on_gap, TOKEN)
        ears.wait(lambda: len(ears.heard) == 1)


def test_a_token_that_the_server_learnt_meanwhile_is_taken() -> None:
    learnt = threading.Event()

    def gate(connection: ServerConnection, request: Request) -> Response | None:
        return None if learnt.is_set() else status(401)(connection, request)

    with serving(gate=gate) as server, client_of(server.url) as client:
        with pytest.raises(Refused):
            client.run(ask_as(TOKEN))
        learnt.set()
        assert client.run(ask_as(TOKEN)).http_status == 200


@pytest.mark.parametrize("level", [logging.DEBUG, logging.INFO])
def test_the_token_is_in_no_log(level: int, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(level)
    with serving(gate=wants(TOKEN)) as server, client_of(server.url) as client:
        client.run(ask_as(TOKEN))
    ours = [record for record in caplog.records if record.name.startswith("openqq_nb")]
    assert bool(ours) is (level == logging.DEBUG)
    assert not [record for record in ours if TOKEN in record.getMessage()]


@both
@pytest.mark.parametrize("bearer", ["a\r\nX: y", "a\x00b", "\ud800"])
def test_a_token_that_no_header_can_hold_is_refused_without_showing_it(drive: Drive, bearer: str) -> None:
    with serving() as server, client_of(server.url) as client:
        with pytest.raises(InvalidInput, match="token") as caught:
            drive(client, ask_as(bearer))
        assert bearer not in str(caught.value)
        assert server.guests == []


@both
@pytest.mark.parametrize(
    ("code", "body"),
    [(200, "NapCat4 Is Running"), (400, "bad"), (404, ""), (405, ""), (426, "Upgrade Required")],
)
def test_what_is_no_websocket_port_is_shown_as_it_answers(drive: Drive, code: int, body: str) -> None:
    with serving(gate=status(code, body)) as server, client_of(server.url) as client:
        for flow in (call(), say("x")):
            with pytest.raises(
                NotOpenqq, match=rf"no WebSocket.*HTTP {code}, '{body}.*write http://"
            ) as caught:
                drive(client, flow)
            assert not may_have_gone_out(caught.value)


@both
def test_a_server_that_has_gone_wrong_is_out_of_reach(drive: Drive) -> None:
    with serving(gate=status(502, "Bad Gateway")) as server, client_of(server.url) as client:
        for flow in (call(), say("x")):
            with pytest.raises(Unreachable, match="HTTP 502"):
                drive(client, flow)


@both
def test_a_redirect_is_not_followed_with_the_token(drive: Drive) -> None:
    with serving() as other:

        def elsewhere(connection: ServerConnection, _: Request) -> Response:
            response = connection.respond(HTTPStatus.TEMPORARY_REDIRECT, "")
            response.headers["Location"] = other.url
            return response

        with (
            serving(gate=elsewhere) as server,
            client_of(server.url) as client,
            pytest.raises(NotOpenqq, match="HTTP 307"),
        ):
            drive(client, ask_as(TOKEN))
        assert other.guests == []


@both
@pytest.mark.parametrize(
    ("raw", "error", "words"),
    [
        (Said(b"SSH-2.0-OpenSSH\r\n\r\n"), NotOpenqq, "does not answer like one"),
        (Said(b"\x00\xff" * 40 + b"\r\n"), NotOpenqq, "does not answer like one"),
        (said("{}"), NotOpenqq, "HTTP 200"),
        (NOTHING, Unreachable, "closed the connection without a word"),
    ],
)
def test_any_other_server_is_told_apart(
    drive: Drive, raw: Said, error: type[OpenqqError], words: str
) -> None:
    with answering(raw) as server, client_of(server.url.replace("http", "ws")) as client:
        for flow in (call(), say("x")):
            with pytest.raises(error, match=words) as caught:
                drive(client, flow)
            assert not may_have_gone_out(caught.value)


@both
def test_nobody_there_is_out_of_reach_at_once(drive: Drive) -> None:
    with client_of(f"ws://127.0.0.1:{closed_port()}") as client:
        for flow in (call(), say("x")):
            with pytest.raises(Unreachable, match=r"Nobody answers at ws://127.*nothing was sent"):
                drive(client, flow)


@both
def test_a_port_that_takes_connections_and_says_nothing_is_out_of_reach(drive: Drive) -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        url = f"ws://127.0.0.1:{deaf.getsockname()[1]}"
        with client_of(url, timeout_s=0.2) as client:
            for flow in (call(), say("x")):
                with pytest.raises(Unreachable):
                    drive(client, flow)


@both
def test_a_websocket_that_never_greets_is_out_of_reach_and_is_sent_nothing(drive: Drive) -> None:
    async def mute(guest: Guest) -> None:
        await guest.call()

    with serving(mute) as server, client_of(server.url, timeout_s=0.2) as client:
        for flow in (call(), say("x")):
            with pytest.raises(Unreachable) as caught:
                drive(client, flow)
            assert not may_have_gone_out(caught.value)
        assert server.asked == []


@both
def test_a_websocket_that_closes_before_it_greets_is_out_of_reach(drive: Drive) -> None:
    async def closing(guest: Guest) -> None:
        await guest.connection.close(CloseCode.GOING_AWAY)

    with serving(closing) as server, client_of(server.url) as client:
        for flow in (call(), say("x")):
            with pytest.raises(Unreachable, match="with code 1001 before it had greeted; nothing was sent"):
                drive(client, flow)


@both
@pytest.mark.parametrize("variable", ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"])
def test_a_proxy_of_the_environment_is_not_for_loopback(
    drive: Drive, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving() as server, answering(said("proxy", status=502)) as proxy:
        monkeypatch.setenv(variable, proxy.url)
        for url in (server.url, server.url.replace("127.0.0.1", "localhost")):
            with client_of(url) as client:
                drive(client, call())
        assert proxy.asked == []


@both
@pytest.mark.parametrize("scheme", ["http", "socks5"])
def test_a_proxy_that_refuses_is_a_server_out_of_reach(
    drive: Drive, scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with answering(said("no", status=502)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url.replace("http", scheme))
        monkeypatch.delenv("NO_PROXY", raising=False)
        with client_of("ws://server.example:3001") as client:
            for flow in (call(), say("x")):
                with pytest.raises(Unreachable, match="proxy of the environment"):
                    drive(client, flow)


@both
def test_a_server_without_tls_is_out_of_reach_by_wss(drive: Drive) -> None:
    with (
        answering(NOTHING) as server,
        client_of(server.url.replace("http", "wss")) as client,
        pytest.raises(Unreachable, match="wss://127"),
    ):
        drive(client, say("x"))


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("ws://127.0.0.1:3001/", "ws://127.0.0.1:3001"),
        ("WSS://QQ.Example/onebot/v11/", "wss://qq.example/onebot/v11"),
        ("ws://[::1]:3001/api", "ws://[::1]:3001/api"),
        ("ws://event", "ws://event"),
        ("ws://127.0.0.1:3001/my-event", "ws://127.0.0.1:3001/my-event"),
    ],
)
def test_an_address_of_a_websocket_is_brought_to_one_form(given: str, taken: str) -> None:
    client = Client(given)
    assert (client.url, client.stream is not None) == (taken, True)
    client.close()


@pytest.mark.parametrize("base", ["ws://127.0.0.1:3001", "wss://qq.example/onebot"])
def test_an_address_of_events_alone_is_refused_before_anything_is_asked(base: str) -> None:
    with pytest.raises(InvalidInput, match=rf"no calls.*Leave /event away.*over {base}\."):
        Client(f"{base}/event/")


def test_a_token_in_the_address_is_refused_and_not_shown() -> None:
    with pytest.raises(InvalidInput, match="token=") as caught:
        Client(f"ws://127.0.0.1:3001/?access_token={TOKEN}")
    assert TOKEN not in str(caught.value)


def test_a_client_over_http_has_no_stream_and_one_over_a_websocket_has_no_thread_before_it_asks() -> None:
    threads = threading.active_count()
    clients = [Client("http://127.0.0.1:3000"), Client("ws://127.0.0.1:3001")]
    assert clients[0].stream is None and clients[1].stream is not None
    assert (clients[1].stream.connected, clients[1].stream.last_seen_s) == (False, None)
    assert threading.active_count() == threads
