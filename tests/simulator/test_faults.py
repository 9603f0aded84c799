"""The faults of the simulator themselves: how they begin, are counted and end."""

import threading
from typing import Any

import pytest

from openqq_nb.simulator import FAULTS, Fault, Simulator
from tests.simulator.asking import PROTOCOLS, SMALL, friends, get

pytestmark = pytest.mark.slow


def test_a_fault_ends_with_its_block_and_is_listed_until_then(server: Simulator) -> None:
    with server.fault("error_page") as fault:
        assert server.faults == [fault]
        assert get(server, "get_user_info").status_code == 500
    assert server.faults == [] and fault.hits == 1
    assert get(server, "get_user_info").status_code == 200
    fault.end()
    assert "error_page, ended, 1 hits" in repr(fault)


def test_a_fault_strikes_as_often_as_it_was_told(server: Simulator) -> None:
    fault = server.fault("error_page", times=2)
    statuses = [get(server, "get_user_info").status_code for _ in range(3)]
    assert statuses == [500, 500, 200]
    assert fault.hits == 2 and server.faults == []


@pytest.mark.parametrize("calls", ["get_user_info", ["get_user_info", "get_discuss_info"]])
def test_a_fault_strikes_only_the_calls_it_is_for(server: Simulator, calls: Any) -> None:
    with server.fault("error_page", calls=calls):
        assert get(server, "get_user_info").status_code == 500
        assert get(server, "get_friend_info").status_code == 200


def test_several_faults_may_be_active(server: Simulator) -> None:
    with (
        server.fault("error_page", calls="get_user_info"),
        server.fault("html_page", calls="get_friend_info"),
    ):
        assert len(server.faults) == 2
        assert get(server, "get_user_info").status_code == 500
        assert get(server, "get_friend_info").text.startswith("<!DOCTYPE html>")


def test_faults_may_be_switched_from_many_threads_while_calls_run(server: Simulator) -> None:
    def switch() -> None:
        for _ in range(20):
            server.fault("slow", seconds=0).end()

    threads = [threading.Thread(target=switch) for _ in range(4)]
    for thread in threads:
        thread.start()
    assert {get(server, "get_user_info").status_code for _ in range(10)} == {200}
    for thread in threads:
        thread.join()
    assert server.faults == []


def test_a_fault_may_be_there_before_the_start_and_ends_at_the_stop() -> None:
    simulator = Simulator("openqq2", **SMALL)
    fault = simulator.fault("no_extended")
    with simulator:
        assert all("uid" not in one for one in friends(simulator))
    assert fault.over.done() and simulator.world.extended
    with simulator:
        assert any("uid" in one for one in friends(simulator))


@pytest.mark.parametrize("name", FAULTS)
def test_every_fault_can_be_on_while_the_simulator_stops(name: str) -> None:
    with Simulator(FAULTS[name].dialects[-1], **SMALL) as simulator:
        simulator.fault(name)
    assert not simulator.running and simulator.faults == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"name": "slwo"}, "slow, hang, busy"),
        ({"name": "no_extended"}, "in openqq1.*error_page"),
        ({"name": "down", "times": 2}, "no times=.*It takes: seconds"),
        ({"name": "unloaded", "seconds": 2}, "no further argument"),
        ({"name": "slow", "times": 0}, "from 1, not 0"),
        ({"name": "slow", "times": True}, "from 1, not True"),
        ({"name": "slow", "seconds": -1}, "from 0, not -1"),
        ({"name": "slow", "seconds": float("inf")}, "not inf"),
        ({"name": "slow", "calls": "get_client_info"}, "get_recent_info"),
        ({"name": "failing_sends", "code": 3}, "-1, -2, -3, -4, -5"),
    ],
)
def test_what_makes_no_sense_is_refused_with_the_choices(arguments: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Simulator(**SMALL).fault(**arguments)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_the_names_of_a_dialect_are_told_with_what_they_mean(protocol: Any) -> None:
    names = Simulator(protocol, **SMALL).fault_names
    assert ("no_extended" in names) == (protocol == "openqq2")
    assert all(meaning.endswith(".") and meaning.count(". ") == 0 for meaning in names.values())


def test_a_fault_is_what_simulator_fault_gives() -> None:
    assert isinstance(Simulator(**SMALL).fault("slow"), Fault)
