"""Events come in their order and beside the calls; a connection that breaks is opened anew, and the gap is told."""

import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection
from websockets.http11 import Request, Response

from openqq_nb.client import Client
from openqq_nb.errors import NoAnswer, Refused, Unreachable, may_have_gone_out
from openqq_nb.sockets import Stream, frames
from openqq_nb.sockets.keeping import READ_TRIES
from openqq_nb.sockets.line import MAX_EVENT_BYTES
from openqq_nb.sockets.opening import Door
from tests.client.driving import Drive, both
from tests.client.raw import hanging
from tests.client.socket_server import (
    GREETING,
    PATIENCE_S,
    UNREADABLE,
    Ears,
    Guest,
    call,
    client_of,
    event,
    heartbeat,
    say,
    serving,
)

MANY = 3000


def stream_of(client: Client) -> Stream:
    assert client.stream is not None
    return client.stream


def listening(client: Client) -> Ears:
    ears = Ears()
    stream_of(client).subscribe(ears.on_event, ears.on_gap)
    return ears


def test_events_come_in_order_and_byte_for_byte_between_answers() -> None:
    async def talking(guest: Guest) -> None:
        await guest.say(GREETING)
        for number in range(MANY):
            await guest.say(event(number))
            if number % 300 == 0:
                await guest.answer(await guest.call(), number)
        await guest.connection.wait_closed()

    with serving(talking) as server, client_of(server.url) as client:
        ears = listening(client)
        for number in range(0, MANY, 300):
            assert client.run(call())["data"] == number
        ears.wait(lambda: len(ears.heard) == MANY + 1)
    assert ears.numbers == list(range(MANY))
    assert [body.decode() for body in ears.bodies] == [GREETING, *map(event, range(MANY))]


def test_an_event_that_carries_an_echo_is_an_event() -> None:
    with serving() as server, client_of(server.url) as client:
        ears = listening(client)
        client.run(call())
        server.say(event(7, echo=server.asked[0]["echo"]))
        ears.wait(lambda: ears.numbers == [7])


def test_a_subscription_alone_opens_the_connection() -> None:
    with serving() as server, client_of(server.url) as client:
        before_s = time.time()
        ears = listening(client)
        ears.wait(lambda: [one["sub_type"] for _, one in ears.heard] == ["connect"])
        assert (stream_of(client).connected, stream_of(client).failure) == (True, None)
        assert (stream_of(client).last_seen_s or 0) >= before_s


def test_whoever_unsubscribed_hears_no_more_and_the_others_do() -> None:
    with serving() as server, client_of(server.url) as client:
        gone, stays = Ears(), listening(client)
        unsubscribe = stream_of(client).subscribe(gone.on_event, gone.on_gap)
        stays.wait(lambda: len(stays.heard) == 1)
        unsubscribe()
        unsubscribe()
        server.say(event(1))
        stays.wait(lambda: stays.numbers == [1])
        assert gone.numbers == []


def test_a_subscriber_that_fails_keeps_nothing_from_the_others_and_is_counted() -> None:
    def failing(_: object) -> None:
        raise KeyError("mine")

    with serving() as server, client_of(server.url) as client:
        ears = listening(client)
        ears.wait(lambda: len(ears.heard) == 1)
        stream_of(client).subscribe(failing, failing)
        server.say(event(1))
        ears.wait(lambda: ears.numbers == [1])
        server.cut()
        ears.wait(lambda: len(ears.heard) == 4)
        client.run(call())  # answered after both were told of the greeting
        assert stream_of(client).problem_count == 3
        assert "KeyError: 'mine'" in stream_of(client).problems[0]


def test_an_event_that_is_too_large_is_left_out_and_counted() -> None:
    with serving() as server, client_of(server.url) as client:
        ears = listening(client)
        ears.wait(lambda: len(ears.heard) == 1)
        server.say(event(1, text="x" * MAX_EVENT_BYTES), event(2))
        ears.wait(lambda: 2 in ears.numbers)
        assert ears.numbers == [2]
        assert "more than 32 MiB" in stream_of(client).problems[0]


def test_after_a_break_the_gap_is_told_once_before_the_first_event() -> None:
    with serving() as server, client_of(server.url) as client:
        ears = listening(client)
        ears.wait(lambda: len(ears.heard) == 1)
        before_s = time.time()
        server.say(event(1))
        ears.wait(lambda: ears.numbers == [1])
        until_s = stream_of(client).last_seen_s
        server.cut()
        server.wait_guests(2)
        server.say(event(2))
        ears.wait(lambda: ears.numbers == [1, 2])
    assert [kind for kind, _ in ears.heard] == ["event", "event", "gap", "event", "event"]
    assert until_s is not None and until_s >= before_s
    # The greeting is an old recording, of a clock that cannot be meant.
    assert ears.gaps == [until_s]


def test_what_comes_before_the_greeting_makes_no_gap_smaller() -> None:
    async def mumbling(guest: Guest) -> None:
        if len(guest.server.guests) > 1:
            await guest.say("x", UNREADABLE)
            await guest.pause(0.1)
        await guest.serve()

    with serving(mumbling) as server, client_of(server.url) as client:
        ears = listening(client)
        ears.wait(lambda: len(ears.heard) == 1)
        server.say(event(1))
        ears.wait(lambda: ears.numbers == [1])
        until_s = stream_of(client).last_seen_s
        server.cut()
        ears.wait(lambda: len(ears.heard) == 4)
        assert (ears.gaps, stream_of(client).problem_count) == ([until_s], 2)


@pytest.mark.parametrize("at", ["read", "open"])
def test_an_error_that_nobody_foresaw_is_counted_and_the_connection_is_made_anew(
    at: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing = [True]

    def unforeseen(given: Callable[..., Any]) -> Callable[..., Any]:
        def called(*arguments: Any) -> Any:
            if failing and (at != "read" or b"poison" in arguments[0]):
                failing.pop()
                raise ZeroDivisionError("not foreseen")
            return given(*arguments)

        return called

    where: tuple[Any, str] = (frames, "read") if at == "read" else (Door, "open")
    monkeypatch.setattr(*where, unforeseen(getattr(*where)))
    with serving() as server, client_of(server.url) as client:
        ears = listening(client)
        if at == "read":
            ears.wait(lambda: len(ears.heard) == 1)
            server.say('{"poison": 1}')
            ears.wait(lambda: len(ears.gaps) == 1)
        assert client.run(call(n=1))["data"] == {"n": 1}
        server.say(event(1))
        ears.wait(lambda: ears.numbers == [1])
        (problem,) = stream_of(client).problems
        assert "ZeroDivisionError: not foreseen" in problem and stream_of(client).failure is None


def test_a_send_that_waits_when_an_unforeseen_error_comes_may_have_gone_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def poisoned(guest: Guest) -> None:
        await guest.say(GREETING)
        await guest.call()
        await guest.say("poison")
        await guest.connection.wait_closed()

    def failing(body: bytes, read: Callable[[bytes], frames.Frame] = frames.read) -> frames.Frame:
        if body == b"poison":
            raise KeyError("not foreseen")
        return read(body)

    monkeypatch.setattr(frames, "read", failing)
    with serving(poisoned) as server, client_of(server.url) as client:
        with pytest.raises(NoAnswer, match=r"KeyError.*may have gone out"):
            client.run(say("x"))
        assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("off_s", "earlier_s"), [(-3600, 3600), (3600, 0), (-10_000_000, 0)], ids=["behind", "ahead", "nonsense"]
)
def test_a_gap_is_told_by_the_clock_of_the_server(off_s: float, earlier_s: float) -> None:
    with serving() as server, client_of(server.url) as client:
        ears = listening(client)
        ears.wait(lambda: len(ears.heard) == 1)
        server.say(heartbeat(30_000, time.time() + off_s))
        ears.wait(lambda: len(ears.heard) == 2)
        until_s = stream_of(client).last_seen_s
        server.cut()
        ears.wait(lambda: len(ears.gaps) == 1)
    assert until_s is not None
    assert ears.gaps[0] == pytest.approx(until_s - earlier_s, abs=5)
    assert ears.gaps[0] <= until_s


def test_a_connection_opened_anew_after_closing_tells_the_gap() -> None:
    with serving() as server, client_of(server.url) as client:
        ears = listening(client)
        ears.wait(lambda: len(ears.heard) == 1)
        client.close()
        client.run(call())
        assert [kind for kind, _ in ears.heard] == ["event", "gap", "event"]
        server.say(event(1))
        ears.wait(lambda: ears.numbers == [1])


@both
def test_a_read_whose_connection_broke_is_asked_again(drive: Drive) -> None:
    async def first_time_never(guest: Guest) -> None:
        if len(guest.server.guests) > 1:
            await guest.serve()
        await guest.say(GREETING)
        await guest.call()
        guest.cut()

    with serving(first_time_never) as server, client_of(server.url) as client:
        assert drive(client, call(n=1))["data"] == {"n": 1}
        assert len(server.asked) == 2


async def breaking(guest: Guest) -> None:
    await guest.say(GREETING)
    await guest.call()
    guest.cut()


@both
def test_a_read_that_breaks_every_connection_is_given_up(drive: Drive) -> None:
    with serving(breaking) as server, client_of(server.url) as client:
        with pytest.raises(NoAnswer, match=r"broke.*try again later") as caught:
            drive(client, call())
        assert (caught.value.how, len(server.asked)) == ("closed", 3)


@both
def test_a_send_whose_connection_broke_may_have_gone_out_and_is_never_repeated(drive: Drive) -> None:
    with serving(breaking) as server, client_of(server.url) as client:
        ears = listening(client)
        with pytest.raises(NoAnswer, match=r"broke.*may have gone out") as caught:
            drive(client, say("x"))
        assert caught.value.how == "closed"
        ears.wait(lambda: len(ears.gaps) == 1)
        assert len(server.asked) == 1


@both
def test_a_send_while_the_server_is_away_fails_at_once_and_went_nowhere(drive: Drive) -> None:
    with serving() as server, client_of(server.url, timeout_s=0.5) as client:
        drive(client, call())
        server.stop()
        with pytest.raises(Unreachable, match=r"within 0\.5 s, for want of a connection"):
            drive(client, call())
        began = time.monotonic()
        with pytest.raises(Unreachable, match="nothing was sent") as caught:
            drive(client, say("x"))
        assert time.monotonic() - began < 0.4
        assert not may_have_gone_out(caught.value)
        server.start()
        assert drive(client, say("y")), "a send tries the door itself, however long the pause is by now"
        assert [asked["params"]["message"] for asked in server.asked[1:]] == ["y"]


@both
def test_a_read_waits_for_a_server_that_comes_back(drive: Drive) -> None:
    with serving() as server, client_of(server.url) as client, ThreadPoolExecutor(1) as pool:
        drive(client, call())
        server.stop()
        waiting = pool.submit(drive, client, call(n=2))
        server.start()
        assert waiting.result(PATIENCE_S)["data"] == {"n": 2}


def test_a_read_outwaits_more_failures_of_a_server_that_was_there_than_of_one_that_never_was() -> None:
    ways: list[Response | None] = []

    def gate(connection: ServerConnection, _: Request) -> Response | None:
        opens = len(ways) in {0, READ_TRIES + 1}
        ways.append(None if opens else connection.respond(HTTPStatus.SERVICE_UNAVAILABLE, ""))
        return ways[-1]

    with serving(gate=gate) as server, client_of(server.url) as client:
        client.run(call())
        server.cut()
        assert client.run(call(n=2))["data"] == {"n": 2}
        assert len(ways) == READ_TRIES + 2


def test_three_missed_heartbeats_are_the_end_of_a_connection() -> None:
    async def dying(guest: Guest) -> None:
        await guest.say(GREETING)
        if len(guest.server.guests) == 1:
            await guest.say(heartbeat(100))
        await guest.connection.wait_closed()

    with serving(dying) as server, client_of(server.url) as client:
        began = time.monotonic()
        ears = listening(client)
        ears.wait(lambda: len(ears.gaps) == 1)
        assert time.monotonic() - began >= 0.3
        assert len(server.guests) == 2


def test_a_large_frame_on_its_way_is_a_sign_of_life() -> None:
    async def slowly(guest: Guest) -> None:
        await guest.say(GREETING, heartbeat(100))
        text = event(1, text="x" * 100)

        async def pieces() -> object:
            for start in range(0, len(text), 20):
                yield text[start : start + 20]
                await guest.pause(0.1)

        await guest.connection.send(pieces())  # type: ignore[arg-type]  # an asynchronous generator
        await guest.connection.wait_closed()

    with serving(slowly) as server, client_of(server.url) as client:
        ears = listening(client)
        ears.wait(lambda: ears.numbers == [1])
        assert (len(server.guests), ears.gaps) == (1, [])


def test_a_refusal_is_not_tried_again_and_again() -> None:
    async def refusing(guest: Guest) -> None:
        await guest.connection.close(1008)

    with serving(refusing) as server, client_of(server.url) as client:
        for _ in range(2):
            with pytest.raises(Refused):
                client.run(call())
        assert len(server.guests) == 2


def test_closing_does_not_wait_for_a_server_that_says_nothing() -> None:
    with hanging() as server, ThreadPoolExecutor(1) as pool:
        client = Client(server.url.replace("http", "ws"))
        waiting = pool.submit(client.run, call())
        server.wait_asked(1)
        began = time.monotonic()
        client.close()
        with pytest.raises(Unreachable, match="closed here"):
            waiting.result(PATIENCE_S)
        assert time.monotonic() - began < 3


def test_a_program_that_closes_nothing_ends_at_once_and_quietly() -> None:
    program = (
        "import sys\n"
        "from openqq_nb.client import Client\n"
        "from tests.client.socket_server import call\n"
        "client = Client(sys.argv[1])\n"
        "client.stream.subscribe(lambda body: None, lambda since: None)\n"
        "print(client.run(call())['status'])\n"
    )
    with serving() as server:
        ended = subprocess.run(
            [sys.executable, "-X", "dev", "-c", program, server.url],
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        assert (ended.stdout, ended.stderr) == ("ok\n", "")
        server.run(server.guests[0].connection.wait_closed())
        assert server.guests[0].connection.close_code in (1000, 1001)
