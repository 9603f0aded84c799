import json
from typing import Any

from openqq_nb.simulator import Membership, Person, Simulator
from tests.simulator.listener import Listener, Reply
from tests.simulator.recorded_world import friend, group, member, recorded_world
from tests.simulator.recordings import entries, exchange
from tests.simulator.said import recorded_post

POSTS = entries("openqq2-post")
LOGIN = (
    "event input_qrcode",
    "event state_change loading-scaning",
    "event state_change scaning-confirming",
    "event state_change confirming-updating",
    "event login",
    "event state_change updating-running",
)
AGAIN = (
    "after relogin: event input_qrcode",
    "after relogin: event state_change running-scaning",
    "after relogin: event state_change scaning-confirming",
    "after relogin: event state_change confirming-updating",
    "after relogin: event login",
    "event state_change updating-running",
)
PICTURE_PATH = "<where the picture is>"


def recorded(names: tuple[str, ...]) -> list[Any]:
    return [without_path(recorded_post(POSTS[name])) for name in names]


def without_path(event: dict[str, Any]) -> dict[str, Any]:
    if event["event"] == "input_qrcode":
        # The recorded picture is none, the simulated one can be scanned; both have line feeds.
        assert event["params"][1].endswith("\n")
        event["params"] = [PICTURE_PATH]
    return event


def posted(listener: Listener) -> list[Any]:
    return [without_path(one) for one in posted_things(listener)]


def test_the_first_login_posts_the_recorded_events_in_order() -> None:
    with Listener() as listener, Simulator("openqq2", world=recorded_world(), post_api=listener.url):
        listener.wait(len(LOGIN))
        assert posted(listener) == recorded(LOGIN)


def test_a_new_login_posts_the_recorded_events_in_order() -> None:
    with Listener() as listener, Simulator("openqq2", world=recorded_world()) as simulator:
        simulator.post_to(listener.url)
        simulator.relogin()
        assert posted(listener) == recorded(AGAIN)


def test_an_answer_to_an_event_does_nothing_even_if_it_is_no_json() -> None:
    answer = Reply(200, {"Content-Type": "application/json"}, b"oops")
    with Listener(lambda _: answer) as listener, Simulator("openqq2", world=recorded_world()) as simulator:
        simulator.post_to(listener.url)
        simulator.relogin()
        assert len(listener.requests) == len(AGAIN)
        assert simulator.ended is None


def test_1x_posts_no_events() -> None:
    with Listener() as listener, Simulator("openqq1", groups=1, friends=1, members=3) as simulator:
        simulator.post_to(listener.url)
        simulator.relogin()
        assert simulator.posts == []


def test_the_call_relogin_changes_every_temporary_id_and_no_number() -> None:
    with Simulator("openqq2", world=recorded_world(), restart_delay=0.0) as simulator, Listener() as listener:
        before = friends(simulator)
        simulator.post_to(listener.url)
        exchange(simulator.url, b"GET /openqq/relogin HTTP/1.1\r\nHost: x\r\n\r\n")
        listener.wait(len(AGAIN))
        after = friends(simulator)
    assert [one.get("uid") for one in before] == [one.get("uid") for one in after]
    assert not {one["id"] for one in before} & {one["id"] for one in after}


def friends(simulator: Simulator) -> list[dict[str, Any]]:
    answer = exchange(simulator.url, b"GET /openqq/get_friend_info HTTP/1.1\r\nHost: x\r\n\r\n")
    listed: list[dict[str, Any]] = json.loads(answer.body)
    return listed


def test_the_call_stop_client_posts_its_events_and_ends_the_server() -> None:
    with Listener() as listener, Simulator("openqq2", world=recorded_world(), restart_delay=0.0) as simulator:
        simulator.post_to(listener.url)
        exchange(simulator.url, b"GET /openqq/stop_client HTTP/1.1\r\nHost: x\r\n\r\n")
        listener.wait(2)
        simulator.wait_ended()
        events = posted(listener)
        assert [(one["event"], one["params"][-1:]) for one in events] == [
            ("state_change", ["stop"]),
            ("stop", []),
        ]
        assert "stop_client" in (simulator.ended or "")


def told(listener: Listener, *names: str) -> tuple[list[str], list[str]]:
    """Give what was posted and what was recorded, both without what varies, in one order."""
    got = posted_things(listener)
    wanted = [recorded_post(POSTS[name]) for name in names]
    return sorted(map(as_text, got)), sorted(map(as_text, wanted))


def as_text(thing: dict[str, Any]) -> str:
    if thing["post_type"] != "event":
        thing |= {"id": 0, "time": 0}
    return json.dumps(thing, ensure_ascii=False, sort_keys=True)


def test_a_message_of_a_new_friend_tells_who_is_new_and_who_is_gone() -> None:
    name = "event new_friend and lose_friend"
    with Listener() as listener, Simulator("openqq2", world=recorded_world()) as simulator:
        simulator.post_to(listener.url)
        new = friend(recorded_post(POSTS[name])["params"][0])
        simulator.world.friends[:] = [one for one in simulator.world.friends if one.person.qq != 9900000105]
        simulator.world.friends.append(new)
        simulator.say(new, "hello, I am new")
        listener.wait(3)
        got, wanted = told(listener, name, f"{name} / following post 2", f"{name} / following post 3")
    assert got == wanted


def test_a_message_of_a_new_member_tells_who_is_new_and_who_is_gone() -> None:
    name = "event new_group_member and lose_group_member"
    joined, group_then = recorded_post(POSTS[f"{name} / following post 4"])["params"]
    gone, group_after = recorded_post(POSTS[name])["params"]
    with Listener() as listener, Simulator("openqq2", world=recorded_world()) as simulator:
        # A kick had taken this one out before.
        simulator.world.remove_member(9910000201, 9900000205)
        simulator.say("群主老王", "before", "PERL学习角")
        simulator.post_to(listener.url)
        simulator.world.remove_member(9910000201, 9900000206)
        simulator.world.add_member(9910000201, member(joined))
        simulator.say("新人", "hello group", "PERL学习角")
        listener.wait(3)
    events = {one["event"]: one["params"] for one in posted_things(listener) if "event" in one}
    assert events["new_group_member"] == [joined, without_stranger(group_then)]
    assert events["lose_group_member"] == [gone, without_stranger(group_after)]
    assert [one["sender"] for one in posted_things(listener) if "sender" in one] == ["新人"]


def posted_things(listener: Listener) -> list[dict[str, Any]]:
    return [json.loads(one.body) for one in listener.requests]


def without_stranger(shown: dict[str, Any]) -> dict[str, Any]:
    """The recorded server had made up a member for somebody unknown, which needs another option."""
    return shown | {"member": [one for one in shown["member"] if one["name"] != "昵称未知"]}


def test_a_message_in_a_new_group_tells_which_is_new_and_which_is_gone() -> None:
    name = "event new_group and lose_group"
    new = recorded_post(POSTS[f"{name} / following post 2"])["params"][0]
    with Listener() as listener, Simulator("openqq2", world=recorded_world()) as simulator:
        world = simulator.world
        exchange(simulator.url, b"GET /openqq/search_group?id=2617047203 HTTP/1.1\r\nHost: x\r\n\r\n")
        simulator.post_to(listener.url)
        world.groups[:] = [one for one in world.groups if one.number != 9910000203]
        world.groups.append(group(new, {}))
        simulator.say("   ", "hello from a new group", "新群 & 🎊")
        listener.wait(3)
        got, wanted = told(listener, name, f"{name} / following post 2", f"{name} / following post 3")
    assert got == wanted


def test_2x_says_nothing_of_a_stranger_who_is_in_no_list() -> None:
    with Listener() as listener, Simulator("openqq2", groups=1, friends=1, members=3) as simulator:
        simulator.post_to(listener.url)
        assert simulator.say(Person(9900000999, "nobody"), "hi") == {}
        assert simulator.say(Membership(Person(9900000999, "nobody")), "hi", simulator.world.groups[0]) == {}
        simulator.wait_posted()
        assert simulator.posts == []
