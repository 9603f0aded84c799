"""A WebSocket to each simulated end: its calls, its events, its refusals, and what happens when it goes away."""

import json
from collections.abc import Iterator

import pytest

from openqq_nb.errors import NoAnswer, NotOpenqq, Refused, Unreachable
from openqq_nb.models import Flow, Request, Response
from openqq_nb.simulator import Simulator
from tests.client.socket_server import Ears, client_of

TOKEN = "t0ken"


@pytest.fixture(params=["napcat", "llbot", "lagrange"])
def simulator(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    with Simulator("onebot11", end=request.param, groups=2, friends=3, members=4, token=TOKEN) as running:
        yield running


def asking(
    action: str, bearer: str | None = TOKEN, repeatable: bool = True, **content: object
) -> Flow[Response]:
    return (yield Request("POST", action, content=content, bearer=bearer, repeatable=repeatable))


def test_calls_and_events_share_the_connection(simulator: Simulator) -> None:
    ears = Ears()
    with client_of(simulator.ws_url) as client:
        assert client.stream is not None
        friends = json.loads(client.run(asking("get_friend_list")).body)["data"]
        client.stream.subscribe(ears.on_event, ears.on_gap)
        said = [simulator.say(friends[0]["nickname"], f"第{number}句") for number in range(5)]
        sent = json.loads(
            client.run(
                asking("send_private_msg", repeatable=False, user_id=friends[0]["user_id"], message="在")
            ).body
        )
        ears.wait(lambda: len(ears.numbers) == 5)
    assert (sent["status"], simulator.received[-1].content) == ("ok", "在")
    assert ears.numbers == [one["message_id"] for one in said]


@pytest.mark.parametrize("bearer", [None, "another"])
def test_a_bad_token_is_refused(simulator: Simulator, bearer: str | None) -> None:
    with client_of(simulator.ws_url) as client, pytest.raises(Refused, match="token"):
        client.run(asking("get_status", bearer))


def test_a_path_for_calls_brings_no_events(simulator: Simulator) -> None:
    with client_of(f"{simulator.ws_url}/api") as client:
        assert json.loads(client.run(asking("get_status")).body)["data"]["online"]


def test_after_the_connections_were_cut_the_gap_is_told_and_calls_go_on(simulator: Simulator) -> None:
    ears = Ears()
    with client_of(simulator.ws_url) as client:
        assert client.stream is not None
        client.stream.subscribe(ears.on_event, ears.on_gap, TOKEN)
        simulator.wait_sockets(1)
        with simulator.fault("no_sockets", seconds=0):
            ears.wait(lambda: len(ears.gaps) == 1)
            assert json.loads(client.run(asking("get_status")).body)["status"] == "ok"


def test_a_server_that_accepts_no_sockets_for_a_while_takes_no_sends() -> None:
    with (
        Simulator("onebot11", end="napcat", groups=1, friends=1, members=2) as simulator,
        client_of(simulator.ws_url, timeout_s=1) as client,
    ):
        client.run(asking("get_status", None))
        with simulator.fault("no_sockets"), pytest.raises((Unreachable, NoAnswer, NotOpenqq)):
            client.run(asking("send_private_msg", None, False, user_id=1, message="x"))
        assert json.loads(client.run(asking("get_status", None)).body)["status"] == "ok"


def test_a_connection_that_is_frozen_is_noticed_by_its_heartbeats() -> None:
    ears = Ears()
    with (
        Simulator("onebot11", end="napcat", groups=1, friends=1, members=2, heartbeat=0.1) as simulator,
        client_of(simulator.ws_url) as client,
    ):
        assert client.stream is not None
        client.stream.subscribe(ears.on_event, ears.on_gap)
        ears.wait(lambda: any(one.get("meta_event_type") == "heartbeat" for _, one in ears.heard))
        simulator.fault("frozen_sockets", seconds=0.6)
        ears.wait(lambda: len(ears.gaps) == 1)
