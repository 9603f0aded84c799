"""The faults of the whole server, seen by a bare HTTP client and a bare listener."""

import httpx
import pytest

from openqq_nb.simulator import NotRunningError, Simulator
from tests.simulator.asking import SMALL, friend_qq, friends, get, groups, payloads
from tests.simulator.listener import Listener

pytestmark = pytest.mark.slow


def test_nobody_listens_while_the_server_is_down_and_then_all_is_as_before(server: Simulator) -> None:
    before = friends(server)
    with server.fault("down"):
        for _ in range(2):
            with pytest.raises(httpx.ConnectError):
                get(server, "get_user_info")
        assert server.running
    assert friends(server) == before


def test_a_connection_that_stands_is_cut_when_the_server_goes_down(server: Simulator) -> None:
    with httpx.Client() as http:
        http.get(f"{server.url}/openqq/get_user_info")
        with server.fault("down"), pytest.raises(httpx.ConnectError):
            http.get(f"{server.url}/openqq/get_user_info")


def test_a_restart_changes_ids_and_loses_the_member_lists(server: Simulator) -> None:
    before, address = groups(server)[0], server.url
    with server.fault("restart"):
        with pytest.raises(httpx.ConnectError):
            get(server, "get_user_info")
        with pytest.raises(NotRunningError, match="restart"):
            server.say(friend_qq(server), "hi")
    after, key = groups(server)[0], "gid" if server.protocol == "openqq1" else "id"
    assert server.url == address and after[key] != before[key]
    assert before["member"] and "member" not in after


def test_a_login_that_waits_for_its_code_posts_the_code_and_goes_on(
    second: Simulator, listener: Listener
) -> None:
    second.post_to(listener.url)
    with second.fault("scan_code"):
        listener.wait(2)
        assert [one["event"] for one in payloads(listener)] == ["input_qrcode", "state_change"]
    listener.wait(6)
    last = [(one["event"], one["params"]) for one in payloads(listener)][-2:]
    assert last == [("login", [1]), ("state_change", ["updating", "running"])]


def test_no_other_login_begins_while_one_waits_for_its_code(server: Simulator) -> None:
    with server.fault("scan_code"), pytest.raises(NotRunningError, match="scan_code"):
        server.relogin()


def test_every_login_has_ids_of_its_own_over_logins_and_starts() -> None:
    simulator, seen = Simulator(**SMALL), set()
    for _ in range(2):
        with simulator:
            seen.add(friends(simulator)[0]["id"])
            simulator.relogin()
            seen.add(friends(simulator)[0]["id"])
    assert len(seen) == 4
