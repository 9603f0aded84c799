"""The faults of the simulator, seen by a bare HTTP client and a bare listener."""

import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from openqq_nb.simulator import FAULTS, Fault, Group, NotRunningError, Person, Simulator
from tests.simulator.listener import Listener, Reply, Request

pytestmark = pytest.mark.slow

PROTOCOLS = ("openqq1", "openqq2")
IDLE_S = 0.3
SMALL: dict[str, Any] = {"groups": 3, "friends": 5, "members": 5, "discusses": 1, "idle_timeout": IDLE_S}
SEND = {"openqq1": "send_message", "openqq2": "send_friend_message"}
NUMBER = {"openqq1": "qq", "openqq2": "uid"}


@pytest.fixture(params=PROTOCOLS)
def server(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    with Simulator(request.param, **SMALL) as simulator:
        yield simulator
        assert simulator.errors == []


@pytest.fixture
def second() -> Iterator[Simulator]:
    with Simulator("openqq2", **SMALL) as simulator:
        yield simulator
        assert simulator.errors == []


@pytest.fixture
def listener() -> Iterator[Listener]:
    with Listener() as one:
        yield one


def get(server: Simulator, call: str, **params: Any) -> httpx.Response:
    return httpx.get(f"{server.url}/openqq/{call}", params=params, timeout=5)


def friends(server: Simulator) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = get(server, "get_friend_info").json()
    return found


def groups(server: Simulator) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = get(server, "get_group_info").json()
    return found


def send(server: Simulator, content: str = "hi", **address: Any) -> httpx.Response:
    address = address or {"id": friends(server)[0]["id"]}
    return get(server, SEND[server.protocol], content=content, **address)


def texts(server: Simulator) -> list[object]:
    return [one.content for one in server.received]


def payloads(listener: Listener) -> list[dict[str, Any]]:
    return [json.loads(one.body) for one in listener.requests]


def friend_qq(server: Simulator) -> int:
    return server.world.friends[0].person.qq


def member(server: Simulator, group: Group) -> Person:
    """Give somebody else in a group."""
    return next(one.person for one in group.members if one.person.qq != server.world.me.person.qq)


# The faults themselves


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
    with Simulator("openqq2", **SMALL) as simulator:
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


# Calls


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


# The whole server


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


# Sends


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


# Lists


def test_member_lists_are_gone_until_something_wants_them(server: Simulator) -> None:
    group = server.world.groups[1]
    with server.fault("unloaded"):
        assert all("member" not in one for one in groups(server))
        server.say(member(server, group), "hi", group)
        assert [bool(one.get("member")) for one in groups(server)] == [False, True, False]
    assert all(one["member"] for one in groups(server))


def test_a_provider_may_give_no_member_list_at_all(server: Simulator) -> None:
    group = server.world.groups[1]
    with server.fault("no_members"):
        server.say(member(server, group), "hi", group)
        server.reload()
        assert all("member" not in one for one in groups(server))
        server.relogin()
        assert all("member" not in one for one in groups(server))
    assert all(one["member"] for one in groups(server))


def test_without_extended_information_there_is_neither_number_nor_role(second: Simulator) -> None:
    group = second.world.groups[0]
    with second.fault("no_extended"):
        things = [*friends(second), *groups(second), *groups(second)[0]["member"]]
        assert not any({"uid", "role"} & set(one) for one in things)
        assert send(second, uid=friend_qq(second)).json()["code"] == 100
        post = second.say(member(second, group), "x", group)
        assert (post["sender_uid"], post["group_uid"], post["receiver_uid"]) == (None, None, None)
        assert get(second, "get_user_info").json()["uid"] == second.world.me.person.qq
        second.relogin()
        assert "uid" not in groups(second)[0]
    assert send(second, uid=friend_qq(second)).json()["code"] == 0


def test_a_world_may_be_without_extended_information_from_the_next_login(second: Simulator) -> None:
    second.world.extended = second.world.lists_loaded = False
    second.relogin()
    assert not any("uid" in one or "member" in one for one in groups(second))


def test_groups_of_one_name_have_no_number_and_get_their_names_back(server: Simulator) -> None:
    key = "gnumber" if server.protocol == "openqq1" else "uid"
    before = groups(server)
    with server.fault("same_names"):
        assert len({one.get("gname", one.get("name")) for one in groups(server)}) == 1
        assert not any(key in one for one in groups(server))
        post = server.say(member(server, server.world.groups[0]), "x", server.world.groups[0])
        assert post.get("gnumber", post.get("group_uid")) is None
    assert [one.get(key) for one in groups(server)] == [one.get(key) for one in before]


def test_members_of_a_discuss_come_in_another_order_each_time(server: Simulator) -> None:
    def order() -> list[str]:
        return [str(one["id"]) for one in get(server, "get_discuss_info").json()[0]["member"]]

    assert order() == order()
    with server.fault("shuffled"):
        first, other = order(), order()
    assert first != other and sorted(first) == sorted(other)


# Posts


def test_a_lost_post_never_comes_and_the_next_does(server: Simulator, listener: Listener) -> None:
    server.post_to(listener.url)
    server.fault("lost_posts", times=1)
    server.say(friend_qq(server), "1")
    server.wait_posted()
    server.say(friend_qq(server), "2")
    lost, _ = server.wait_posted()
    assert lost.status is None and "lost_posts" in (lost.error or "")
    assert [one["content"] for one in payloads(listener)] == ["2"]


def test_a_late_post_comes_after_a_later_one(server: Simulator, listener: Listener) -> None:
    server.post_to(listener.url)
    with server.fault("late_posts", times=1, seconds=0.2):
        server.say(friend_qq(server), "1")
        listener_first = server.say(friend_qq(server), "2")
        server.wait_posted()
    assert listener_first["content"] == "2"
    assert [one["content"] for one in payloads(listener)] == ["2", "1"]


def test_a_message_is_posted_twice_under_one_id_and_both_answers_are_obeyed(server: Simulator) -> None:
    def answer(request: Request) -> Reply:
        own = json.loads(request.body).get("post_type") == "send_message"
        return Reply() if own else Reply(200, {"Content-Type": "application/json"}, b'{"reply":"x"}')

    with Listener(answer) as listener:
        server.post_to(listener.url)
        with server.fault("duplicate", times=1) as fault:
            server.say(friend_qq(server), "hi")
            server.wait_received(2)
            server.wait_posted()
        received = [one for one in payloads(listener) if one["content"] == "hi"]
    assert len(received) == 2 and received[0] == received[1] and fault.hits == 1


def test_what_arrives_together_is_posted_in_reverse(server: Simulator, listener: Listener) -> None:
    server.post_to(listener.url)
    with server.fault("out_of_order"):
        server.say_together([(friend_qq(server), text) for text in "abc"])
        server.wait_posted()
    assert [one["content"] for one in payloads(listener)] == ["c", "b", "a"]


def test_a_message_comes_before_the_event_about_its_sender(second: Simulator, listener: Listener) -> None:
    group, new = second.world.groups[0], Person(9900000900, "新来的")
    second.post_to(listener.url)
    second.join(group, new, seen=False)
    with second.fault("out_of_order"):
        second.say(new, "大家好", group)
        second.wait_posted()
    assert [one.get("event", one["post_type"]) for one in payloads(listener)] == [
        "receive_message",
        "new_group_member",
    ]


def test_somebody_unknown_has_no_name_and_no_number(server: Simulator) -> None:
    with server.fault("unknown_sender", times=1):
        post = server.say(friend_qq(server), "hi")
    assert post["sender"] == "昵称未知" and post[f"sender_{NUMBER[server.protocol]}"] is None
    assert server.say(friend_qq(server), "hi")["sender"] != "昵称未知"


def test_property_changes_are_posted_only_to_an_owner_who_asked(
    second: Simulator, listener: Listener
) -> None:
    second.post_to(listener.url)
    group = second.world.groups[0]
    second.set_card(group, member(second, group), "新名片")
    assert second.wait_posted() == []
    with second.fault("property_events"):
        second.set_card(group, member(second, group), "又一个")
        second.wait_posted()
    (post,) = payloads(listener)
    assert post["event"] == "group_member_property_change"
    assert post["params"][1:] == ["card", "新名片", "又一个"]


def test_loading_a_group_is_a_flood_of_property_changes(second: Simulator, listener: Listener) -> None:
    group = second.world.groups[0]
    second.post_to(listener.url)
    with second.fault("unloaded"), second.fault("property_events"):
        second.say(member(second, group), "hi", group)
        names = [one.payload.get("event") for one in second.wait_posted()]
    assert names.count("group_member_property_change") >= 2 * len(group.members)
    assert names.count("group_property_change") == 4


def test_another_program_takes_events_away(second: Simulator) -> None:
    def check() -> Any:
        return get(second, "check_event").json()

    second.say(friend_qq(second), "before")
    with second.fault("other_poller") as fault:
        found: list[Any] = []
        caller = threading.Thread(target=lambda: found.append(check()))
        caller.start()
        while not found:
            second.say(friend_qq(second), "taken")
            caller.join(0.02)
        assert found == [[None]] and fault.hits >= 1
    second.say(friend_qq(second), "after")
    assert [one["content"] for one in check()] == ["after"]


def test_a_fault_is_what_simulator_fault_gives() -> None:
    assert isinstance(Simulator(**SMALL).fault("slow"), Fault)
