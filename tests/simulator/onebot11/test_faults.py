"""What can go wrong with an end, over HTTP, in posts, and over WebSockets."""

import json
import threading
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidMessage

from openqq_nb.simulator import FAULTS, Simulator
from tests.simulator.listener import Listener
from tests.simulator.onebot11.asking import (
    PATIENCE_S,
    ask,
    call,
    data,
    frame,
    friend,
    managed,
    post,
    socket_to,
)

MINE = [name for name, kind in FAULTS.items() if "onebot11" in kind.dialects]


@pytest.mark.parametrize("name", ["drop_before", "drop_after", "hang", "cut_short"])
def test_a_call_that_is_not_answered_in_full(server: Simulator, name: str) -> None:
    asked: dict[str, Any] = {"user_id": friend(server).qq, "message": "x"}
    with server.fault(name, calls="send_private_msg", times=1) as fault, pytest.raises(httpx.TransportError):
        post(server, "send_private_msg", **asked)
    assert fault.hits == 1
    assert len(server.received) == (name in ("drop_after", "cut_short"))
    data(server, "send_private_msg", **asked)


def test_answers_that_are_none(server: Simulator) -> None:
    with server.fault("error_page", times=1):
        assert post(server, "get_login_info").status_code == 500
    with server.fault("html_page", times=1):
        assert post(server, "get_login_info").text.startswith("<!DOCTYPE html>")
    with server.fault("no_json", times=1):
        answer = post(server, "get_login_info")
        assert answer.headers["content-type"].startswith("application/json")
        with pytest.raises(json.JSONDecodeError):
            answer.json()
    with server.fault("wrong_token", times=1):
        assert post(server, "get_login_info").status_code == 403
    assert post(server, "get_login_info").json()["status"] == "ok"


def test_a_slow_answer_comes_late_and_a_busy_end_answers_when_that_is_over(server: Simulator) -> None:
    with server.fault("slow", seconds=0.1):
        assert post(server, "get_login_info").elapsed.total_seconds() > 0.1
    with server.fault("busy") as fault:
        threading.Timer(0.05, fault.end).start()
        assert post(server, "get_login_info").json()["status"] == "ok"


def test_qq_refuses_with_its_number(server: Simulator) -> None:
    asked: dict[str, Any] = {"group_id": managed(server).number, "message": "x"}
    for code, number in ((None, 120), (34, 34)):
        with server.fault("failing_sends", code=code):
            answer = call(server, "send_group_msg", **asked)
        assert answer["retcode"] == number or f"result: {number}" in answer["wording"]
    with pytest.raises(ValueError, match="from 1, not -3"):
        server.fault("failing_sends", code=-3)
    assert server.received == []


@pytest.mark.parametrize(("name", "arrived"), [("false_failures", 1), ("lost_sends", 0)])
def test_a_send_that_was_not_answered_in_time_may_have_arrived_or_not(
    server: Simulator, name: str, arrived: int
) -> None:
    with server.fault(name):
        answer = call(server, "send_group_msg", group_id=managed(server).number, message="x")
    words = answer.get("wording", "")
    assert words.startswith("Timeout") or "超时" in words or answer["retcode"] == 9000
    assert len(server.received) == arrived


def test_the_members_of_one_group_are_not_given(server: Simulator) -> None:
    first, second = server.truth.groups[:2]
    with server.fault("failing_members", group=first) as fault:
        assert call(server, "get_group_member_list", group_id=first.number)["status"] == "failed"
        data(server, "get_group_member_list", group_id=second.number)
    assert fault.hits == 1
    data(server, "get_group_member_list", group_id=first.number)


def test_lost_posts_are_in_the_history_and_doubles_have_one_id(server: Simulator) -> None:
    with Listener() as listener, socket_to(server) as ws:
        frame(ws)
        server.post_to(listener.url)
        with server.fault("lost_posts", times=1):
            server.say(friend(server), "丢了")
        with server.fault("duplicate", times=1):
            twice = server.say(friend(server), "两次")
        server.wait_posted()
        assert [json.loads(one.body)["message_id"] for one in listener.requests] == [twice["message_id"]] * 2
        assert [frame(ws)["raw_message"] for _ in range(2)] == ["两次", "两次"]
        found = data(server, "get_friend_msg_history", user_id=friend(server).qq)["messages"]
        assert [one["raw_message"] for one in found] == ["丢了", "两次"]


def test_posts_come_late_and_in_another_order(server: Simulator) -> None:
    with Listener() as listener:
        server.post_to(listener.url)
        with server.fault("out_of_order"):
            server.say_together([(friend(server), "一"), (friend(server), "二")])
            server.wait_posted()
        assert [json.loads(one.body)["raw_message"] for one in listener.requests] == ["二", "一"]
        with server.fault("late_posts", seconds=0.05):
            server.say(friend(server), "晚")
            assert len(listener.requests) == 2
        assert json.loads(listener.wait(3)[2].body)["raw_message"] == "晚"


def test_poor_posts_lack_what_only_lists_have(server: Simulator) -> None:
    group = managed(server)
    with server.fault("poor_posts"):
        post = server.say(group.owner, "x", group=group)
    assert "group_name" not in post
    assert not {"card", "role"} & set(post["sender"])  # type: ignore[call-overload]


def test_an_account_is_offline_while_that_lasts(server: Simulator) -> None:
    with server.fault("offline"):
        assert data(server, "get_status")["online"] is False
        assert not server.online
    assert data(server, "get_status")["online"] is True


def test_sockets_are_cut_and_none_is_opened_until_that_is_over(server: Simulator) -> None:
    with socket_to(server) as ws:
        frame(ws)
        with server.fault("no_sockets"):
            with pytest.raises(ConnectionClosed):
                ws.recv(PATIENCE_S)
            with pytest.raises((OSError, InvalidMessage)):
                socket_to(server, open_timeout=1)
            server.wait_sockets(0)
            data(server, "get_login_info")
    with socket_to(server) as ws:
        assert frame(ws)["sub_type"] == "connect"


def test_frozen_sockets_stay_open_and_say_nothing(server: Simulator) -> None:
    with socket_to(server) as ws:
        frame(ws)
        with server.fault("frozen_sockets"):
            server.say(friend(server), "没到")
            server.wait_posted()
            with pytest.raises(TimeoutError):
                ws.recv(0.05)
        server.say(friend(server), "到了")
        assert frame(ws)["raw_message"] == "到了"


def test_a_call_over_a_socket_is_dropped_with_it_or_answered_by_garbage(server: Simulator) -> None:
    for name in ("drop_before", "drop_after"):
        with socket_to(server) as ws, server.fault(name, times=1), pytest.raises(ConnectionClosed):
            frame(ws)
            ask(ws, "send_private_msg", user_id=friend(server).qq, message="x")
    assert len(server.received) == 1
    with socket_to(server, "/api") as ws, server.fault("no_json", times=1):
        with pytest.raises(json.JSONDecodeError):
            ask(ws, "get_login_info")
        assert ask(ws, "get_login_info")["status"] == "ok"


@pytest.mark.parametrize("name", ["down", "restart"])
def test_an_end_that_goes_away_comes_back(server: Simulator, name: str) -> None:
    with socket_to(server) as ws:
        frame(ws)
        with server.fault(name):
            with pytest.raises(ConnectionClosed):
                ws.recv(PATIENCE_S)
            with pytest.raises(httpx.ConnectError):
                post(server, "get_login_info")
    assert post(server, "get_login_info").json()["status"] == "ok"
    with socket_to(server) as ws:
        assert frame(ws)["sub_type"] == "connect"


@pytest.mark.parametrize("name", MINE)
def test_every_fault_can_be_on_while_a_socket_is_open_and_the_simulator_stops(
    napcat: Simulator, name: str
) -> None:
    with socket_to(napcat) as ws:
        frame(ws)
        napcat.fault(name)
        napcat.stop()
    assert napcat.faults == []


@pytest.mark.parametrize("name", [name for name in FAULTS if name not in MINE])
def test_what_makes_no_sense_here_is_refused_with_the_choices(napcat: Simulator, name: str) -> None:
    with pytest.raises(ValueError, match=f"no fault '{name}' in onebot11.*frozen_sockets"):
        napcat.fault(name)
