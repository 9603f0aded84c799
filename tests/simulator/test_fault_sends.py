"""The faults of sends, seen by a bare HTTP client and a bare listener."""

import time

import httpx
import pytest

from openqq_nb.simulator import Simulator
from tests.simulator.asking import friends, get, groups, send, texts
from tests.simulator.listener import Listener

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("code", [-1, -2, -3, -4, -5])
def test_a_refused_send_is_tried_until_the_tries_are_used_up(server: Simulator, code: int) -> None:
    address = {"id": friends(server)[0]["id"]}
    with server.fault("failing_sends", code=code) as fault:
        if code == -2 and server.protocol == "openqq2":
            with pytest.raises(httpx.RemoteProtocolError):
                send(server, **address)
            assert fault.hits == 1
        else:
            answer = send(server, **address).json()
            assert (answer["code"], answer["status"]) == (code, "发送失败")
            assert fault.hits == (5 if server.protocol == "openqq1" else 3)
    assert texts(server) == []


def test_the_tries_keep_the_pace(server: Simulator) -> None:
    server.pace = 0.02
    with server.fault("failing_sends") as fault:
        started = time.monotonic()
        send(server)
        assert time.monotonic() - started >= 0.02 * (fault.hits - 1)


def test_a_send_that_fails_once_is_delivered_by_the_next_try(server: Simulator) -> None:
    with server.fault("failing_sends", times=1):
        assert send(server).json()["code"] == 0
    assert texts(server) == ["hi"]


def test_every_try_arrives_that_the_provider_calls_failed(server: Simulator) -> None:
    with server.fault("false_failures", code=-1) as fault:
        assert send(server).json()["code"] == -1
    assert texts(server) == ["hi"] * fault.hits and fault.hits >= 3


def test_five_errors_in_a_row_make_the_server_log_in_anew(server: Simulator) -> None:
    before = friends(server)[0]["id"]
    with server.fault("failing_sends", code=-3, times=5):
        send(server)
        send(server)
    server.wait_posted()
    assert friends(server)[0]["id"] != before


def test_a_failing_send_may_be_that_of_one_call_only(server: Simulator) -> None:
    with server.fault("failing_sends", calls="send_group_message"):
        assert send(server).json()["code"] == 0
        group = groups(server)[0]
        key = "gid" if server.protocol == "openqq1" else "id"
        assert get(server, "send_group_message", content="x", **{key: group[key]}).json()["code"] == -4


def test_a_failed_send_is_posted_with_its_code(second: Simulator, listener: Listener) -> None:
    second.post_to(listener.url)
    with second.fault("failing_sends", code=-5):
        send(second)
    (post,) = [one.payload for one in second.wait_posted()]
    assert (post["code"], post["ttl"], post["info"]) == (-5, 0, "未识别返回值:100001")
