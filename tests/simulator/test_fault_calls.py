"""The faults of single calls, seen by a bare HTTP client."""

import threading
import time
from typing import Any

import httpx
import pytest

from openqq_nb.simulator import Simulator
from tests.simulator.asking import IDLE_S, NUMBER, SEND, friend_qq, friends, get, send, texts

pytestmark = pytest.mark.slow


def test_a_slow_answer_comes_late_and_what_was_sent_is_sent_once(server: Simulator) -> None:
    with server.fault("slow", seconds=0.1):
        started = time.monotonic()
        assert get(server, "get_user_info").status_code == 200
        assert time.monotonic() - started >= 0.1
        assert send(server).json()["code"] == 0
    assert texts(server) == ["hi"]


@pytest.mark.parametrize(
    ("fault", "took_effect"),
    [
        ({"name": "hang"}, False),
        ({"name": "drop_before"}, False),
        ({"name": "drop_after"}, True),
        ({"name": "cut_short"}, True),
        ({"name": "slow", "seconds": 10}, True),
        ({"name": "full_queue", "seconds": 0.4}, True),
    ],
)
def test_a_send_without_an_answer_has_or_has_not_gone_out(
    server: Simulator, fault: dict[str, Any], took_effect: bool
) -> None:
    address = {"id": friends(server)[0]["id"]}
    with server.fault(**fault) as struck, pytest.raises(httpx.RemoteProtocolError):
        send(server, **address)
    if took_effect:
        server.wait_received()
    server.wait_posted()
    assert texts(server) == ["hi"] * took_effect
    assert struck.hits == 1
    assert send(server, "again").json()["code"] == 0


def test_a_hanging_call_is_closed_after_the_idle_time(server: Simulator) -> None:
    with server.fault("hang"):
        started = time.monotonic()
        with pytest.raises(httpx.RemoteProtocolError):
            get(server, "get_user_info")
        assert time.monotonic() - started >= IDLE_S


@pytest.mark.parametrize("name", ["busy", "scan_code"])
def test_a_server_that_stands_still_answers_when_it_goes_on(server: Simulator, name: str) -> None:
    with server.fault(name) as fault:
        with pytest.raises(httpx.ReadTimeout):
            httpx.get(f"{server.url}/openqq/get_user_info", timeout=IDLE_S + 0.1)
        threading.Timer(0.1, fault.end).start()
        assert get(server, "get_user_info").status_code == 200
        assert fault.over.done()


@pytest.mark.parametrize("name", ["busy", "scan_code"])
def test_what_was_asked_of_a_server_that_stands_still_is_done_though_the_caller_has_gone(
    server: Simulator, name: str
) -> None:
    call, address = SEND[server.protocol], {NUMBER[server.protocol]: friend_qq(server)}
    with server.fault(name), pytest.raises(httpx.ReadTimeout):
        httpx.post(f"{server.url}/openqq/{call}", data={"content": "hi", **address}, timeout=IDLE_S)
    assert [one.content for one in server.wait_received()] == ["hi"]


@pytest.mark.parametrize("name", ["busy", "scan_code", "down", "restart"])
def test_what_lasts_for_seconds_ends_by_itself(server: Simulator, name: str) -> None:
    fault = server.fault(name, seconds=0.1)
    fault.over.result(timeout=5)
    # Listening anew takes a moment.
    transport = httpx.HTTPTransport(retries=5)
    with httpx.Client(transport=transport) as http:
        assert http.get(f"{server.url}/openqq/get_user_info").status_code == 200
    assert server.faults == []


@pytest.mark.parametrize(
    ("name", "first", "second"),
    [
        ("error_page", (500, "<!DOCTYPE html>"), (500, "<!DOCTYPE html>")),
        ("forbidden", (403, "request error"), (403, "api not found")),
        ("wrong_token", (403, "auth failure"), (200, '{"code":-6,"status":"auth failure"}')),
    ],
)
def test_a_call_that_is_refused_has_no_effect(server: Simulator, name: str, first: Any, second: Any) -> None:
    address = {"id": friends(server)[0]["id"]}
    with server.fault(name):
        answer = send(server, **address)
    status, text = first if server.protocol == "openqq1" else second
    assert answer.status_code == status and answer.text.startswith(text)
    assert texts(server) == []


@pytest.mark.parametrize(("name", "kind"), [("no_json", "application/json"), ("html_page", "text/html")])
def test_an_answer_that_is_no_json_hides_that_the_message_went_out(
    server: Simulator, name: str, kind: str
) -> None:
    address = {"id": friends(server)[0]["id"]}
    with server.fault(name):
        answer = send(server, **address)
    assert answer.status_code == 200 and answer.headers["content-type"].startswith(kind)
    with pytest.raises(ValueError, match="Expecting value"):
        answer.json()
    assert texts(server) == ["hi"]


def test_an_answer_that_is_cut_short_promises_more_than_comes(server: Simulator) -> None:
    with (
        server.fault("cut_short"),
        pytest.raises(httpx.RemoteProtocolError, match="without sending complete message body"),
    ):
        get(server, "get_group_info")


def test_ids_change_between_the_arrival_of_a_call_and_the_work_on_it(server: Simulator) -> None:
    friend = friends(server)[0]
    with server.fault("new_login", calls=SEND[server.protocol], times=1):
        assert send(server, id=friend["id"]).json()["code"] == 100
    assert friends(server)[0]["id"] != friend["id"]
    assert texts(server) == []
