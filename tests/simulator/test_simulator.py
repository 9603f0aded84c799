import gc
import json
import threading
import weakref
from typing import Any

import httpx
import pytest

from openqq_nb.simulator import NotExactlyOneError, NotRunningError, Simulator
from tests.simulator.listener import Listener, Reply, Request

PROTOCOLS = ("openqq1", "openqq2")
SMALL: dict[str, Any] = {"groups": 3, "friends": 6, "members": 8, "discusses": 2}


def small(protocol: Any = "openqq1", **more: Any) -> Simulator:
    return Simulator(protocol, **(SMALL | more))


def replying(reply: object) -> Reply:
    return Reply(200, {"Content-Type": "application/json"}, json.dumps({"reply": reply}).encode())


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_what_somebody_says_is_what_is_posted(protocol: str) -> None:
    with Listener() as listener, small(protocol) as simulator:
        simulator.post_to(listener.url)
        message = simulator.say("小灰", "在吗？")
        posts = simulator.wait_posted()
        assert json.loads(listener.requests[0].body) == message == posts[0].payload
        assert (posts[0].status, posts[0].error) == (204, None)


def test_the_body_is_written_as_perl_writes_it() -> None:
    with Listener() as listener, small() as simulator:
        simulator.post_to(listener.url)
        simulator.say("小灰", 'a/b "c" \u2028 好')
        simulator.wait_posted()
        body = listener.requests[0].body
    assert '"content":"a\\/b \\"c\\" \\u2028 好"' in body
    assert list(json.loads(body)) == sorted(json.loads(body))


def test_messages_said_together_are_posted_over_several_connections_at_once() -> None:
    together = threading.Barrier(5, timeout=10)

    def answer(_: Request) -> Reply:
        together.wait()
        return Reply()

    with Listener(answer) as listener, small() as simulator:
        simulator.post_to(listener.url)
        simulator.say_together(
            [("小灰", f"{n}") for n in range(3)] + [{"who": "小灰", "text": t} for t in "ab"]
        )
        assert {one.status for one in simulator.wait_posted()} == {204}


def test_a_post_that_nobody_takes_is_lost_and_noted() -> None:
    with small(post_api="http://127.0.0.1:9/nobody") as simulator:
        simulator.say("小灰", "hi")
        (post,) = simulator.wait_posted()
    assert post.status is None
    assert "ConnectError" in (post.error or "")


def test_without_an_address_nothing_is_posted() -> None:
    with small() as simulator:
        assert simulator.say("小灰", "hi")["content"] == "hi"
        assert simulator.wait_posted() == []


def test_a_message_without_content_is_null_in_1x_and_a_picture_in_2x() -> None:
    with small("openqq1") as first, small("openqq2") as second:
        assert first.say("小灰", None)["content"] is None
        assert second.say("小灰", None)["content"] == "[图片]"


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_reply_reaches_the_one_who_wrote(protocol: str) -> None:
    def answer(request: Request) -> Reply:
        return Reply() if '"send"' in request.body else replying("<b>好</b>")

    with Listener(answer) as listener, small(protocol) as simulator:
        simulator.post_to(listener.url)
        simulator.say("小灰", "hi")
        (received,) = simulator.wait_received(1)
        simulator.wait_posted()
    assert (received.kind, received.name, received.via) == ("friend", "小灰", "reply")
    assert received.content == ("<b>好</b>" if protocol == "openqq1" else "＜b＞好＜/b＞")


def test_a_listener_that_answers_everything_answers_itself_in_2x() -> None:
    with Listener(lambda _: replying("again")) as listener, small("openqq2") as simulator:
        simulator.post_to(listener.url)
        simulator.say("小灰", "hi")
        assert len(simulator.wait_received(5)) >= 5


def test_a_mute_lasts_the_asked_seconds() -> None:
    answer = Reply(200, {"Content-Type": "application/json"}, b'{"shutup": 1, "shutup_time": 61}')
    with Listener(lambda _: answer) as listener, small() as simulator:
        group = next(one for one in simulator.world.groups if one.role == "create" and one.number)
        who = next(one for one in group.members if one.role == "member" and one.person.findable)
        simulator.post_to(listener.url)
        simulator.say(who, "spam", group)
        simulator.wait_posted()
        (muted,) = simulator.muted
    assert (muted.seconds, muted.gnumber, muted.number) == (61, str(group.number), str(who.person.qq))


def test_an_ended_server_answers_nothing_until_it_is_started_again() -> None:
    bad = Reply(200, {"Content-Type": "application/json"}, b"")
    with Listener(lambda _: bad) as listener, small("openqq2") as simulator:
        simulator.post_to(listener.url)
        simulator.say("小灰", "hi")
        simulator.wait_ended()
        assert not simulator.running
        assert "ended itself" in repr(simulator)
        with pytest.raises(httpx.TransportError):
            httpx.get(f"{simulator.url}/openqq/get_user_info")
        with pytest.raises(NotRunningError, match="JSON"):
            simulator.say("小灰", "still there?")
        listener.answering = lambda _: Reply()
        assert simulator.start().ended is None
        assert httpx.get(f"{simulator.url}/openqq/get_user_info").status_code == 200


def test_an_open_connection_is_cut_when_the_server_ends() -> None:
    with small("openqq1", token="t") as simulator, httpx.Client() as client:
        assert client.get(f"{simulator.url}/openqq/get_user_info?token=t").status_code == 200
        with pytest.raises(httpx.TransportError):
            client.get(f"{simulator.url}/openqq/get_user_info?token=t&x=1&x=2")
        assert "repeated parameter" in (simulator.ended or "")


def test_stop_and_start_keep_the_address_and_change_the_ids() -> None:
    with small() as simulator:
        url = simulator.url
        ids = [one["id"] for one in httpx.get(f"{url}/openqq/get_friend_info").json()]
        simulator.stop()
        assert not simulator.running
        simulator.start()
        assert simulator.url == url
        assert not set(ids) & {one["id"] for one in httpx.get(f"{url}/openqq/get_friend_info").json()}


def test_a_stopped_simulator_says_what_to_do() -> None:
    with pytest.raises(NotRunningError, match=r"start\(\)"):
        small().say("小灰", "hi")


def test_a_forgotten_simulator_stops() -> None:
    simulator = small().start()
    url, gone = simulator.url, weakref.ref(simulator)
    del simulator
    gc.collect()
    assert gone() is None
    with pytest.raises(httpx.TransportError):
        httpx.get(url)


def test_a_large_body_is_compressed_only_for_those_who_ask() -> None:
    with small() as simulator:
        url = f"{simulator.url}/openqq/get_group_info"
        plain = httpx.get(url, headers={"Accept-Encoding": "identity"})
        packed = httpx.get(url, headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.content == plain.content


def test_the_body_of_an_answer_comes_with_its_head() -> None:
    with small() as simulator, httpx.Client() as http:
        took = [http.get(f"{simulator.url}/openqq/get_user_info").elapsed.total_seconds() for _ in range(10)]
    # Held back until the head was acknowledged it would come 40 ms later.
    assert min(took[5:]) < 0.035


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_waiting_post_makes_wait_posted_tell(protocol: str) -> None:
    release = threading.Event()

    def answer(_: Request) -> Reply:
        release.wait(10)
        return Reply()

    with Listener(answer) as listener, small(protocol) as simulator:
        simulator.post_to(listener.url)
        simulator.say("小灰", "hi")
        with pytest.raises(TimeoutError, match="1 posts or sends"):
            simulator.wait_posted(timeout=0.05)
        release.set()
        assert len(simulator.wait_posted()) == 1


def test_waiting_for_more_messages_than_come_tells_how_many_came() -> None:
    with small() as simulator, pytest.raises(TimeoutError, match="only 0 of 1"):
        simulator.wait_received(1, timeout=0.01)


def test_chatter_is_posted_and_believable() -> None:
    with Listener() as listener, small(friends=20) as simulator:
        simulator.post_to(listener.url)
        messages = simulator.chatter(60)
        posts = simulator.wait_posted()
        assert simulator.errors == []
    assert len(messages) == len(posts) == 60
    assert {one["type"] for one in messages} >= {"message", "group_message"}
    assert len({one["msg_id"] for one in messages}) == 60


def test_a_name_of_nobody_lists_the_choices() -> None:
    with small() as simulator, pytest.raises(NotExactlyOneError, match="小灰") as caught:
        simulator.say("没有这个人", "hi")
    assert isinstance(caught.value, LookupError)


def test_a_name_of_several_lists_their_numbers() -> None:
    with Simulator() as simulator:
        numbers = [str(one.number) for one in simulator.world.groups if one.name == "老同学"]
        with pytest.raises(NotExactlyOneError) as caught:
            simulator.say("小灰", "hi", "老同学")
    assert len(numbers) == 2
    assert all(number in str(caught.value) for number in numbers)


def test_people_are_found_by_remark_card_nick_and_number() -> None:
    with Simulator() as simulator:
        remarked = next(one for one in simulator.world.friends if one.markname)
        group = simulator.world.groups[0]
        carded = next(one for one in group.members if one.card)
        assert simulator.say(remarked.markname or "", "hi")["sender"] == remarked.markname
        assert simulator.say(remarked.person.qq, "hi")["sender"] == remarked.markname
        assert simulator.say(str(carded.person.qq), "hi", group.number)["sender_qq"] == carded.person.qq
        assert simulator.say(carded.card or "", "hi", group.name)["sender_qq"] == carded.person.qq


def test_a_temporary_message_needs_a_place() -> None:
    with small() as simulator, pytest.raises(ValueError, match="group="):
        simulator.say("小灰", "hi", session=True)


def test_an_unknown_protocol_is_refused_with_the_choices() -> None:
    with pytest.raises(ValueError, match="openqq2"):
        Simulator("onebot")  # type: ignore[arg-type]


def test_the_repr_tells_where_it_is_and_who_is_in_it() -> None:
    with small() as simulator:
        assert simulator.url in repr(simulator)
        assert "6 friends, 3 groups with 24 members" in repr(simulator)
    assert "stopped" in repr(simulator)
