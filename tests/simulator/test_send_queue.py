import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import httpx
import pytest

from openqq_nb.simulator import Simulator

PACE_S = 0.05
SMALL: dict[str, Any] = {"groups": 1, "friends": 3, "members": 4, "discusses": 1}
CALL = {"openqq1": "send_message?qq=", "openqq2": "send_friend_message?uid="}


def send(simulator: Simulator, text: str) -> int | None:
    """Send to the first friend; gives the code, None if the connection was closed without an answer."""
    qq = simulator.world.friends[0].person.qq
    try:
        answer = httpx.get(f"{simulator.url}/openqq/{CALL[simulator.protocol]}{qq}&content={text}")
    except httpx.RemoteProtocolError:
        return None
    code: int = answer.json()["code"]
    return code


def burst(simulator: Simulator, count: int) -> list[int | None]:
    start = threading.Barrier(count)

    def one(n: int) -> int | None:
        start.wait(10)
        return send(simulator, f"burst-{n}")

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


@pytest.mark.parametrize("protocol", ["openqq1", "openqq2"])
def test_simultaneous_sends_go_out_one_by_one_at_the_pace(protocol: Any) -> None:
    with Simulator(protocol, pace=PACE_S, **SMALL) as simulator:
        assert burst(simulator, 4) == [0, 0, 0, 0]
        times = [one.at for one in simulator.received]
    assert all((later - earlier).total_seconds() >= PACE_S * 0.9 for earlier, later in pairwise(times))


def test_what_waits_longer_than_the_idle_time_gets_no_answer_and_is_sent_all_the_same() -> None:
    with Simulator("openqq1", pace=0.2, idle_timeout=0.1, **SMALL) as simulator:
        codes = burst(simulator, 3)
        assert sorted(map(str, codes)) == ["0", "None", "None"]
        received = simulator.wait_received(3)
    assert {one.content for one in received} == {"burst-0", "burst-1", "burst-2"}


def test_replies_wait_in_the_same_queue() -> None:
    with Simulator("openqq1", pace=PACE_S, **SMALL) as simulator:
        for n in range(3):
            assert send(simulator, str(n)) == 0
        assert [one.content for one in simulator.received] == ["0", "1", "2"]
        assert [one.msg_id for one in simulator.received] == sorted(one.msg_id for one in simulator.received)


def test_the_pace_can_be_changed_while_it_runs() -> None:
    with Simulator("openqq1", pace=60, **SMALL) as simulator:
        assert send(simulator, "first") == 0
        simulator.pace = 0.0
        assert send(simulator, "second") == 0
        assert simulator.pace == 0.0


@pytest.mark.parametrize("protocol", ["openqq1", "openqq2"])
def test_ids_of_sent_messages_count_up(protocol: Any) -> None:
    with Simulator(protocol, **SMALL) as simulator:
        for n in range(3):
            send(simulator, str(n))
        first, second, third = (one.msg_id for one in simulator.received)
    assert (second, third) == (first + 1, first + 2)
    assert first % 10_000 == 1


def test_what_still_waits_when_the_server_stops_is_never_sent_and_not_waited_for() -> None:
    with Simulator("openqq1", pace=60, idle_timeout=0.05, **SMALL) as simulator:
        assert send(simulator, "first") == 0
        assert send(simulator, "second") is None
        simulator.stop()
        assert simulator.wait_posted(timeout=0.1) == []
    assert [one.content for one in simulator.received] == ["first"]
