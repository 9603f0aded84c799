"""The inbox and a simulated server, as they talk to each other over the loopback."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from openqq_nb.inbox import Message
from openqq_nb.models import Reply
from openqq_nb.simulator import Simulator
from openqq_nb.simulator.login import Protocol
from tests.inbox.desk import PATIENCE_S, Desk, listening

PROTOCOLS: tuple[Protocol, ...] = ("openqq1", "openqq2")


@contextmanager
def both(protocol: Protocol) -> Iterator[tuple[Desk, Simulator]]:
    with listening(protocol) as desk, Simulator(protocol, groups=2, friends=3, members=5) as simulator:
        simulator.post_to(desk.inbox.url)
        yield desk, simulator
        simulator.wait_posted()
        assert simulator.errors == [] and simulator.ended is None


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_what_is_said_arrives_and_the_reply_reaches_the_friend(protocol: Protocol) -> None:
    with both(protocol) as (desk, simulator):
        friend = simulator.world.friends[0]

        @desk.inbox.on_message(type="message")
        def answer(message: Message) -> str:
            return f"收到：{message.content}"

        simulator.say(friend.person.nick, "在吗？")
        assert desk.inbox.wait(1, timeout=PATIENCE_S)["content"].tolist() == ["在吗？"]
        assert [one.content for one in simulator.wait_received(1)] == ["收到：在吗？"]
    rows = desk.inbox.df
    assert rows["content"].tolist() == ["在吗？", "收到：在吗？"] and rows["own"].tolist() == [False, True]
    assert rows["chat_key"].nunique() == 1


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_listener_that_answers_everything_does_not_talk_to_itself(protocol: Protocol) -> None:
    with both(protocol) as (desk, simulator):
        desk.inbox.on_message(lambda message: Reply("always"))
        for text in ("a", "b", "c"):
            simulator.say(simulator.world.friends[0].person.nick, text)
        desk.inbox.wait(3, timeout=PATIENCE_S)
        simulator.wait_received(3)
        simulator.wait_posted()
        assert len(simulator.received) == 3 and desk.inbox.stats.received == 3


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_many_at_once_arrive_once_each(protocol: Protocol) -> None:
    with both(protocol) as (desk, simulator):
        simulator.chatter(100)
        simulator.wait_posted()
        assert len(desk.inbox.df) == desk.inbox.stats.received == 100


def test_relogin_of_a_2x_server_begins_a_new_login() -> None:
    with both("openqq2") as (desk, simulator):
        simulator.say(simulator.world.friends[0].person.nick, "a")
        simulator.relogin()
        simulator.wait_posted()
        simulator.say(simulator.world.friends[0].person.nick, "b")
        desk.inbox.wait(2, timeout=PATIENCE_S)
        simulator.wait_posted()
        assert "login" in desk.inbox.events["event"].tolist()
        assert desk.inbox.df["login"].nunique() == 2
