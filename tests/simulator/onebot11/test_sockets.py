"""WebSockets: others connect to the end, and the end connects to a listener."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from queue import Queue

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.server import ServerConnection, serve

from openqq_nb.simulator import Simulator
from tests.simulator.onebot11.asking import (
    ENDS,
    PATIENCE_S,
    Json,
    ask,
    data,
    frame,
    friend,
    simulated,
    socket_to,
    text,
)

SOON_S = 0.05


def test_the_first_frame_tells_of_the_connection_and_events_follow(server: Simulator) -> None:
    with socket_to(server) as ws:
        hello = frame(ws)
        assert (hello["meta_event_type"], hello["sub_type"]) == ("lifecycle", "connect")
        assert server.say(friend(server), "在吗") == frame(ws)


def test_calls_and_events_share_a_connection_and_echo_comes_back_as_it_was(server: Simulator) -> None:
    with socket_to(server) as ws:
        frame(ws)
        server.say(friend(server), "在吗")
        assert frame(ws)["raw_message"] == "在吗"
        for echo in ("a", 1, {"k": [1, None]}, ["x"]):
            answer = ask(ws, "send_private_msg", echo, user_id=friend(server).qq, message=text("在"))
            assert (answer["status"], answer["echo"]) == ("ok", echo)
        assert len(server.received) == 4


def test_a_path_may_be_for_calls_or_for_events_alone(server: Simulator) -> None:
    with socket_to(server, "/api") as calls, socket_to(server, "/event") as events:
        assert frame(events)["sub_type"] == "connect"
        server.wait_sockets(1)
        server.say(friend(server), "在吗")
        assert ask(calls, "get_login_info")["data"]["user_id"] == server.truth.me.person.qq
        assert frame(events)["raw_message"] == "在吗"


@pytest.mark.parametrize("end", ["llbot", "lagrange"])
def test_a_call_over_the_path_for_events_is_not_heard(end: str) -> None:
    with simulated(end) as server, socket_to(server, "/event") as ws:
        frame(ws)
        ws.send(json.dumps({"action": "send_private_msg", "params": _hello(server), "echo": 1}))
        server.say(friend(server), "后面")
        assert frame(ws)["raw_message"] == "后面"
        assert server.received == []


def test_what_is_said_while_nobody_is_connected_is_lost_and_in_the_history(server: Simulator) -> None:
    server.say(friend(server), "没人听")
    with socket_to(server) as ws:
        frame(ws)
        server.say(friend(server), "有人听")
        assert frame(ws)["raw_message"] == "有人听"
        found = ask(ws, "get_friend_msg_history", user_id=friend(server).qq)["data"]["messages"]
        assert [one["raw_message"] for one in found] == ["没人听", "有人听"]


@pytest.mark.parametrize("end", ["napcat", "llbot"])
@pytest.mark.parametrize("header", [None, "Bearer wrong", "bearer t"])
def test_a_bad_token_gets_a_connection_one_frame_and_its_end(end: str, header: str | None) -> None:
    headers = {"Authorization": header} if header else {}
    with simulated(end, token="t") as server, socket_to(server, additional_headers=headers) as ws:
        assert frame(ws)["retcode"] == 1403
        with pytest.raises(ConnectionClosed):
            ws.recv(PATIENCE_S)


@pytest.mark.parametrize(("header", "status"), [(None, 401), ("Bearer wrong", 403)])
def test_lagrange_refuses_a_bad_token_before_it_opens_one(header: str | None, status: int) -> None:
    headers = {"Authorization": header} if header else {}
    with simulated("lagrange", token="t") as server, pytest.raises(InvalidStatus) as refused:
        socket_to(server, additional_headers=headers)
    assert refused.value.response.status_code == status


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("how", ["header", "address"])
def test_the_token_is_taken_from_the_header_and_from_the_address(end: str, how: str) -> None:
    with simulated(end, token="t") as other:
        headers = {"Authorization": "Bearer t"} if how == "header" else {}
        path = "/?access_token=t" if how == "address" else "/"
        with socket_to(other, path, additional_headers=headers) as ws:
            assert frame(ws)["sub_type"] == "connect"


@pytest.mark.parametrize("end", ENDS)
def test_heartbeats_tell_their_interval_in_milliseconds(end: str) -> None:
    with simulated(end, heartbeat=SOON_S) as other, socket_to(other) as ws:
        beats = [one for one in (frame(ws) for _ in range(3)) if one["meta_event_type"] == "heartbeat"]
        assert len(beats) == 2
        assert (beats[0]["interval"], beats[0]["status"]["online"]) == (50, True)


@pytest.mark.parametrize("end", ["napcat", "llbot"])
def test_a_frame_that_is_no_json_is_answered_without_an_echo(end: str) -> None:
    with simulated(end) as server, socket_to(server, "/api") as ws:
        ws.send("no json")
        answer = frame(ws)
        assert (answer["retcode"], answer.get("echo")) == (1400, None)
        assert ask(ws, "get_status", "after")["echo"] == "after"


def test_lagrange_does_not_answer_a_frame_that_is_no_json() -> None:
    with simulated("lagrange") as server, socket_to(server, "/api") as ws:
        ws.send("no json")
        assert ask(ws, "get_status", "after")["echo"] == "after"


class Hearer:
    """A listener that the end opens a WebSocket to."""

    def __init__(self) -> None:
        self.requests: list[dict[str, str]] = []
        self.opened: Queue[ServerConnection] = Queue()
        self.frames: Queue[Json] = Queue()

    def take(self, ws: ServerConnection) -> None:
        assert ws.request
        self.requests.append({name.lower(): value for name, value in ws.request.headers.raw_items()})
        self.opened.put(ws)
        for one in ws:
            self.frames.put(json.loads(one))


@contextmanager
def hearing() -> Iterator[tuple[Hearer, str]]:
    hearer = Hearer()
    with serve(hearer.take, "127.0.0.1", 0) as listening:
        thread = threading.Thread(target=listening.serve_forever, daemon=True)
        thread.start()
        yield hearer, f"ws://127.0.0.1:{listening.socket.getsockname()[1]}/openqq/s"
    thread.join()


@pytest.mark.parametrize("end", ENDS)
def test_the_end_opens_a_socket_sends_events_and_answers_calls(end: str) -> None:
    with simulated(end, secret="s") as other, hearing() as (hearer, url):
        other.post_to(url)
        ws = hearer.opened.get(timeout=PATIENCE_S)
        assert hearer.frames.get(timeout=PATIENCE_S)["sub_type"] == "connect"
        headers = hearer.requests[0]
        assert headers["authorization"] == "Bearer s"
        assert headers["x-self-id"] == str(other.truth.me.person.qq)
        assert headers["x-client-role"] == "Universal"
        other.say(friend(other), "在吗")
        assert hearer.frames.get(timeout=PATIENCE_S)["raw_message"] == "在吗"
        ws.send(json.dumps({"action": "send_private_msg", "echo": 1, "params": _hello(other)}))
        assert hearer.frames.get(timeout=PATIENCE_S)["echo"] == 1
        assert other.received[-1].content == "你好"
        assert other.posts == []
        other.post_to(None)
        other.wait_sockets(0)


def _hello(server: Simulator) -> Json:
    return {"user_id": friend(server).qq, "message": text("你好")}


def test_a_socket_that_breaks_off_is_opened_again() -> None:
    with simulated(reconnect=SOON_S) as server, hearing() as (hearer, url):
        server.post_to(url)
        for _ in range(3):
            hearer.opened.get(timeout=PATIENCE_S).close()
        server.say(friend(server), "还在")
        assert server.errors == []


def test_a_socket_that_is_cut_is_opened_again_when_that_is_over() -> None:
    with simulated(reconnect=SOON_S) as server, hearing() as (hearer, url):
        server.post_to(url)
        server.wait_sockets(1)
        with server.fault("no_sockets"):
            server.wait_sockets(0)
            server.say(friend(server), "没人听")
        server.fault("no_sockets", seconds=0).over.result(PATIENCE_S)
        server.wait_sockets(1)
        server.say(friend(server), "有人听")
        while (heard := hearer.frames.get(timeout=PATIENCE_S)).get("sub_type") == "connect":
            pass
        assert heard["raw_message"] == "有人听"


def test_a_listener_that_is_not_there_yet_is_found_when_it_comes() -> None:
    with hearing() as (_, url):
        pass
    port = int(url.rpartition(":")[2].partition("/")[0])
    with simulated(reconnect=SOON_S) as server:
        server.post_to(url)
        hearer = Hearer()
        with serve(hearer.take, "127.0.0.1", port) as listening:
            thread = threading.Thread(target=listening.serve_forever, daemon=True)
            thread.start()
            assert hearer.frames.get(timeout=PATIENCE_S)["sub_type"] == "connect"
        thread.join()
        assert server.errors == []


def test_a_socket_gets_all_of_a_bunch_in_order(napcat: Simulator) -> None:
    with socket_to(napcat) as ws:
        frame(ws)
        napcat.say_together([(friend(napcat), f"{nth}") for nth in range(200)])
        assert [frame(ws)["raw_message"] for _ in range(200)] == [f"{nth}" for nth in range(200)]
        assert data(napcat, "get_status")["online"]
