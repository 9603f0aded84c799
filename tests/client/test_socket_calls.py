"""Calls over a WebSocket: written as OneBot 11 has them, answered by echo, one connection for all."""

import asyncio
import gc
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from openqq_nb.client import Client
from openqq_nb.errors import InvalidInput, NoAnswer, NotUnderstood, Unreachable, may_have_gone_out
from openqq_nb.models import Flow, Request, Response
from tests.client.driving import Drive, both
from tests.client.socket_server import (
    GREETING,
    PATIENCE_S,
    UNREADABLE,
    Ears,
    Guest,
    answer,
    ask_as,
    call,
    client_of,
    event,
    recorded,
    say,
    serving,
)
from tests.client.test_sending import interrupt_main


@both
def test_a_call_is_its_action_its_parameters_and_an_echo(drive: Drive) -> None:
    with serving() as server, client_of(server.url) as client:
        assert (
            drive(client, call("send_group_msg", group_id=42, message="你好😀"))["data"]["message"]
            == "你好😀"
        )
        (asked,) = server.asked
    assert asked == {
        "action": "send_group_msg",
        "params": {"group_id": 42, "message": "你好😀"},
        "echo": asked["echo"],
    }
    assert isinstance(asked["echo"], str)


@both
def test_a_call_without_content_has_empty_parameters_and_no_form(drive: Drive) -> None:
    def asking() -> Flow[Response]:
        return (yield Request("GET", "get_status", (("token", "secret"),)))

    with serving() as server, client_of(server.url) as client:
        response = drive(client, asking())
        assert server.asked[0]["params"] == {}
    assert (response.http_status, response.content_type) == (200, "application/json")


@both
def test_a_recorded_answer_comes_back_byte_for_byte(drive: Drive) -> None:
    _, login, groups = recorded("napcat.ws.session")
    said: list[str] = []

    async def napcat(guest: Guest) -> None:
        await guest.say(GREETING)
        for frame in (login, groups):
            asked = await guest.call()
            said.append(
                frame.replace(
                    json.dumps(json.loads(frame)["echo"], separators=(",", ":")), f'"{asked["echo"]}"'
                )
            )
            await guest.say(said[-1])

    with serving(napcat) as server, client_of(server.url) as client:
        got = [drive(client, ask_as(None)).body.decode() for _ in range(2)]
    assert got == said
    assert json.loads(got[0])["data"]["nickname"] == "小灰"


def test_all_calls_go_over_one_connection() -> None:
    with serving() as server, client_of(server.url) as client:
        for _ in range(3):
            client.run(call())
            asyncio.run(client.run_async(call()))
        client.run(say("x"))
        assert len(server.guests) == 1


def test_answers_in_any_order_find_the_threads_that_asked() -> None:
    many = 12

    async def backwards(guest: Guest) -> None:
        await guest.say(GREETING)
        calls = [await guest.call() for _ in range(many)]
        for one in reversed(calls):
            await guest.say(event(one["params"]["n"]))
            await guest.answer(one, one["params"]["n"])
        await guest.connection.wait_closed()

    def asking(client: Client, n: int) -> int:
        drive = client.run if n % 2 else lambda flow: asyncio.run(client.run_async(flow))
        answered: dict[str, Any] = drive(call(n=n))
        data: int = answered["data"]
        return data

    with serving(backwards) as server, client_of(server.url) as client, ThreadPoolExecutor(many) as pool:
        assert list(pool.map(lambda n: asking(client, n), range(many))) == list(range(many))


def test_sends_wait_for_each_other_and_reads_do_not_wait_for_sends() -> None:
    async def holding(guest: Guest) -> None:
        await guest.say(GREETING)
        first = await guest.call()
        read = await guest.call()
        await guest.answer(read, "read")
        guest.server.note({"action": "answered"})
        await guest.answer(first, "first")
        await guest.answer(await guest.call(), "second")
        await guest.connection.wait_closed()

    with serving(holding) as server, client_of(server.url) as client, ThreadPoolExecutor(2) as pool:
        one = pool.submit(client.run, say("one"))
        server.wait_asked(1)
        two = pool.submit(client.run, say("two"))
        assert client.run(call("get_status"))["data"] == "read"
        assert (one.result(PATIENCE_S)["data"], two.result(PATIENCE_S)["data"]) == ("first", "second")
        order = [asked["action"] for asked in server.asked]
    assert order == ["send_private_msg", "get_status", "answered", "send_private_msg"]


async def silent(guest: Guest) -> None:
    await guest.say(GREETING)
    while True:
        await guest.call()


@both
def test_a_server_that_is_silent_is_no_answer(drive: Drive) -> None:
    with serving(silent) as server, client_of(server.url, timeout_s=0.3) as client:
        with pytest.raises(NoAnswer, match=r"get_login_info came within 0\.3 s.*try again later") as read:
            drive(client, call())
        with pytest.raises(NoAnswer, match=r"within 0\.3 s\. The message may have gone out") as sent:
            drive(client, say("x"))
        assert len(server.guests) == 1, "a server that is slow is no reason to connect anew"
    assert (read.value.how, sent.value.how) == ("silent", "silent")


def test_a_request_with_more_patience_waits_longer() -> None:
    with (
        serving(silent) as server,
        client_of(server.url, timeout_s=0.1) as client,
        pytest.raises(NoAnswer, match=r"within 0\.3 s"),
    ):
        client.run(ask_as(None, patience=3))


def test_an_answer_that_comes_too_late_disturbs_nobody() -> None:
    async def late(guest: Guest) -> None:
        await guest.say(GREETING)
        first, second = await guest.call(), await guest.call()
        await guest.say(answer(first, "late"), answer(second, "second"))
        await guest.connection.wait_closed()

    with serving(late) as server, client_of(server.url, timeout_s=0.2) as client:
        with pytest.raises(NoAnswer):
            client.run(call())
        assert client.run(call())["data"] == "second"
        assert client.stream is not None and client.stream.problem_count == 0


def test_an_interrupt_says_that_a_send_may_have_gone_out_and_the_next_one_goes() -> None:
    async def first_never(guest: Guest) -> None:
        await guest.say(GREETING)
        await guest.call()
        await guest.answer(await guest.call(), "next")
        await guest.connection.wait_closed()

    with serving(first_never) as server, client_of(server.url) as client:

        def interrupt() -> None:
            server.wait_asked(1)
            interrupt_main()

        interrupting = threading.Thread(target=interrupt)
        interrupting.start()
        with pytest.raises(KeyboardInterrupt) as caught:
            client.run(say("x"))
        interrupting.join(PATIENCE_S)
        assert may_have_gone_out(caught.value)
        assert client.run(say("y"))["data"] == "next"


def test_a_cancelled_coroutine_blocks_nobody() -> None:
    async def give_up(client: Client) -> None:
        async with asyncio.timeout(0.2):
            await client.run_async(say("x"))

    async def first_never(guest: Guest) -> None:
        await guest.say(GREETING)
        await guest.call()
        await guest.answer(await guest.call(), "next")
        await guest.connection.wait_closed()

    with serving(first_never) as server, client_of(server.url) as client:
        with pytest.raises(TimeoutError):
            asyncio.run(give_up(client))
        assert client.run(say("y"))["data"] == "next"


@pytest.mark.parametrize("drive", [Client.run, lambda client, flow: asyncio.run(client.run_async(flow))])
def test_closing_tells_who_waits(drive: Drive) -> None:
    with serving(silent) as server, client_of(server.url) as client, ThreadPoolExecutor(2) as pool:
        read, sent = pool.submit(drive, client, call()), pool.submit(drive, client, say("x"))
        server.wait_asked(2)
        client.close()
        with pytest.raises(Unreachable, match="closed here"):
            read.result(PATIENCE_S)
        with pytest.raises(NoAnswer, match="may have gone out"):
            sent.result(PATIENCE_S)


def test_after_closing_a_call_opens_a_new_connection() -> None:
    with serving() as server, client_of(server.url) as client:
        client.run(call())
        client.close()
        client.close()
        client.run(call())
        assert len(server.guests) == 2


def test_whoever_forgets_the_client_leaves_neither_thread_nor_socket() -> None:
    async def until_closed(guest: Guest) -> None:
        try:
            await guest.serve()
        finally:
            guest.server.note({"action": "closed"})

    with serving(until_closed) as server:
        client = Client(server.url)
        client.run(call())
        del client
        gc.collect()
        server.wait_asked(2)
        assert server.asked[-1]["action"] == "closed"
        assert not [one for one in threading.enumerate() if one.name == "openqq-nb-socket"]


@both
def test_an_answer_over_the_limit_is_not_read_to_its_end(drive: Drive) -> None:
    async def large(guest: Guest) -> None:
        await guest.say(GREETING)
        while True:
            await guest.answer(await guest.call(), "长" * 1_000_000)

    with serving(large) as server, client_of(server.url, max_body_bytes=1 << 20) as client:
        with pytest.raises(NotUnderstood, match="larger than 1 MiB"):
            drive(client, call())
        with pytest.raises(NotUnderstood, match="larger than 1 MiB"):
            drive(client, say("x"))


@both
def test_a_large_answer_under_the_limit_is_read(drive: Drive) -> None:
    size = 3_000_000

    async def large(guest: Guest) -> None:
        await guest.say(GREETING)
        await guest.answer(await guest.call(), "长" * size)
        await guest.connection.wait_closed()

    with serving(large) as server, client_of(server.url) as client:
        assert len(drive(client, call())["data"]) == size


def test_garbage_and_complaints_are_counted_and_disturb_nobody() -> None:
    garbage: list[str | bytes] = [
        "", "x", "[1]", "null", "{}", '{"a":', '{"echo": 7}', '{"echo": "nobody"}', '{"post_type": 1}', b"\xff\xfe",
        "[" * 100_000, b'{"post_type": "meta\xff"}', f'{{"post_type": "meta_event", "time": 1{"0" * 400}}}', UNREADABLE,
    ]  # fmt: skip

    async def noisy(guest: Guest) -> None:
        await guest.say(GREETING)
        asked = await guest.call()
        await guest.say(*garbage, event(1), answer(asked, "there"))
        await guest.connection.wait_closed()

    ears = Ears()
    with serving(noisy) as server, client_of(server.url) as client:
        assert client.stream is not None
        client.stream.subscribe(ears.on_event, ears.on_gap)
        assert client.run(call())["data"] == "there"
        assert client.stream.problem_count == len(garbage)
        assert "complains of a frame" in client.stream.problems[-1]
    assert ears.numbers == [1]


@both
def test_half_a_character_is_refused_before_anything_is_sent(drive: Drive) -> None:
    with serving() as server, client_of(server.url) as client:
        with pytest.raises(InvalidInput, match="half a character"):
            drive(client, say("\ud83d"))
        assert server.asked == []
        assert drive(client, say("\U0001f600"))


def test_on_a_path_for_calls_only_nobody_waits_for_a_greeting() -> None:
    async def api(guest: Guest) -> None:
        while True:
            await guest.answer(await guest.call(), guest.connection.request and guest.connection.request.path)

    with serving(api) as server, client_of(f"{server.url}/api/") as client:
        assert client.run(say("first"))["data"] == "/api"
        assert client.stream is not None and client.stream.connected
