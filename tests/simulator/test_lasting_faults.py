"""Faults that last, several at once: none ends while one of its name is active, and the last leaves nothing behind."""

import threading
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openqq_nb.simulator import FAULTS, Fault, Simulator
from tests.simulator.asking import SMALL, friend_qq, friends, get, groups, member

pytestmark = pytest.mark.slow

PLACES = {"down", "restart", "scan_code"}
LASTING = (
    "down",
    "restart",
    "unloaded",
    "no_members",
    "no_extended",
    "same_names",
    "scan_code",
    "other_poller",
)


def is_refused(server: Simulator) -> bool:
    try:
        get(server, "get_user_info")
    except httpx.ConnectError:
        return True
    return False


def is_standing_still(server: Simulator) -> bool:
    try:
        httpx.get(f"{server.url}/openqq/get_user_info", timeout=0.2)
    except httpx.ReadTimeout:
        return True
    return False


def has_no_members(server: Simulator) -> bool:
    group = server.world.groups[1]
    server.say(member(server, group), "hi", group)
    return not any("member" in one for one in groups(server))


def has_no_numbers(server: Simulator) -> bool:
    return not any("uid" in one for one in friends(server))


def has_one_name(server: Simulator) -> bool:
    return len({one["name"] for one in groups(server)}) == 1


SHOWN: dict[str, Callable[[Simulator], bool]] = {
    "down": is_refused,
    "restart": is_refused,
    "scan_code": is_standing_still,
    "no_members": has_no_members,
    "no_extended": has_no_numbers,
    "same_names": has_one_name,
}


def state(server: Simulator) -> Any:
    """Give what a caller sees, apart from temporary ids and from what one login alone has."""
    people = {(one["name"], one.get("uid")) for one in friends(server)}
    places = {(one["name"], one.get("uid")) for one in groups(server)}
    return people, places, server.world.extended, [one.name for one in server.world.groups]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["first first", "last first"])
@pytest.mark.parametrize("name", SHOWN)
def test_two_faults_of_a_name_last_until_both_have_ended(
    second: Simulator, name: str, order: tuple[int, int]
) -> None:
    before = state(second)
    two = [second.fault(name), second.fault(name)]
    assert [one.hits for one in two] == [1, 1] and SHOWN[name](second)
    two[order[0]].end()
    assert second.faults == [two[order[1]]] and SHOWN[name](second)
    two[order[1]].end()
    assert not SHOWN[name](second) and state(second) == before


def test_a_restart_of_two_faults_is_one_restart(second: Simulator) -> None:
    before = friends(second)
    with second.fault("restart"), second.fault("restart"):
        assert is_refused(second)
    assert friends(second)[0]["id"] != before[0]["id"]
    assert "member" not in groups(second)[0]


def test_one_that_ends_by_itself_leaves_the_other_of_its_name(second: Simulator) -> None:
    with second.fault("down"):
        short = second.fault("down", seconds=0.05)
        short.over.result(timeout=5)
        # What it did is looked at after this one.
        second.fault("down").end()
        assert is_refused(second)
    assert not is_refused(second)


@pytest.mark.parametrize(
    ("active", "name"),
    [("down", "restart"), ("restart", "down"), ("scan_code", "restart"), ("restart", "scan_code")],
)
def test_what_cannot_go_together_is_refused_until_the_other_has_ended(
    server: Simulator, active: str, name: str
) -> None:
    with server.fault(active) as fault:
        with pytest.raises(
            ValueError, match=f"'{name}' cannot begin while '{active}' is active. End that one"
        ):
            server.fault(name)
        assert server.faults == [fault]
    server.fault(name).end()
    assert get(server, "get_user_info").status_code == 200


def test_what_cannot_go_together_is_refused_before_the_start_too() -> None:
    simulator = Simulator(**SMALL)
    simulator.fault("down")
    with pytest.raises(ValueError, match="cannot begin while 'down'"):
        simulator.fault("restart")


def test_what_cannot_go_together_is_told_from_both_sides() -> None:
    pairs = {(name, other) for name, kind in FAULTS.items() for other in kind.never_with}
    assert pairs == {(other, name) for name, other in pairs}


def test_lists_stay_away_while_the_provider_gives_none_though_another_fault_ends(second: Simulator) -> None:
    with second.fault("no_members"):
        second.fault("unloaded").end()
        assert has_no_members(second)
    assert all(one["member"] for one in groups(second))


def test_lists_stay_unloaded_when_the_provider_gives_them_again(second: Simulator) -> None:
    with second.fault("unloaded"):
        second.fault("no_members").end()
        assert not any("member" in one for one in groups(second))
    assert all(one["member"] for one in groups(second))


def test_a_second_unloading_unloads_what_was_loaded_meanwhile(second: Simulator) -> None:
    with second.fault("unloaded"):
        assert not has_no_members(second)
        with second.fault("unloaded"):
            assert not any("member" in one for one in groups(second))


def test_a_world_without_extended_information_has_none_after_the_fault_either(second: Simulator) -> None:
    second.world.extended = False
    second.fault("no_extended").end()
    assert second.world.extended is False


def test_a_group_that_was_renamed_while_all_had_one_name_keeps_its_new_name(server: Simulator) -> None:
    own = [one.name for one in server.world.groups]
    with server.fault("same_names"):
        server.rename_group(server.world.groups[1], "新群名")
    assert [one.name for one in server.world.groups] == [own[0], "新群名", own[2]]


def test_the_world_is_as_before_when_the_server_stops_under_two_faults() -> None:
    with Simulator("openqq2", **SMALL) as simulator:
        own = [one.name for one in simulator.world.groups]
        for name in ("same_names", "no_extended") * 2:
            simulator.fault(name)
    assert simulator.world.extended and [one.name for one in simulator.world.groups] == own


def test_faults_of_a_name_from_many_threads_leave_nothing_behind(second: Simulator) -> None:
    before = state(second)

    def switch(name: str) -> None:
        for _ in range(10):
            second.fault(name).end()

    threads = [
        threading.Thread(target=switch, args=(name,)) for name in ("same_names", "down", "no_extended") * 2
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert state(second) == before


@given(st.lists(st.tuples(st.sampled_from(LASTING), st.integers(0, 9)), max_size=12))
@settings(max_examples=40, deadline=None)
def test_any_faults_begun_and_ended_in_any_order_leave_nothing_behind(steps: list[tuple[str, int]]) -> None:
    with Simulator("openqq2", **SMALL) as simulator:
        before = state(simulator)
        for name, place in steps:
            step(simulator, name, place)
            assert simulator.world.extended != ("no_extended" in names(simulator))
            assert (len({one.name for one in simulator.world.groups}) == 1) == (
                "same_names" in names(simulator)
            )
            if not names(simulator) & PLACES:
                check(simulator)
        for fault in simulator.faults:
            fault.end()
        assert state(simulator) == before
        simulator.reload()
        assert all(one["member"] for one in groups(simulator))
        assert simulator.say(friend_qq(simulator), "hi")["content"] == "hi"
        assert simulator.errors == []


def names(simulator: Simulator) -> set[str]:
    return {fault.name for fault in simulator.faults}


def step(simulator: Simulator, name: str, place: int) -> None:
    """End the fault of this place in the list; if there is none, let one begin."""
    active: list[Fault] = simulator.faults
    if place < len(active):
        active[place].end()
    elif not names(simulator) & set(FAULTS[name].never_with):
        simulator.fault(name)


def check(simulator: Simulator) -> None:
    """See each fault that is active, and none that is not."""
    for name in ("no_extended", "same_names", "no_members"):
        if name == "no_members" or name in names(simulator):
            assert SHOWN[name](simulator) == (name in names(simulator))
