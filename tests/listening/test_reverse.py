"""An end that connects to the listener by WebSocket: what it missed meanwhile is filled in from the history."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from openqq_nb.account import Account
from openqq_nb.connecting import connected
from openqq_nb.flows import Pages
from openqq_nb.inbox import Inbox
from openqq_nb.simulator import Simulator
from openqq_nb.simulator.dialects import END_NAMES
from tests.inbox.desk import SECRET
from tests.listening.site import PATIENCE_S, until

PAGES = Pages(every_s=0.0, count=10, first=4)


@pytest.fixture(params=END_NAMES)
def server(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    with Simulator(
        "onebot11", end=request.param, groups=2, friends=3, members=5, secret=SECRET, reconnect=0.05
    ) as server:
        yield server
    assert server.errors == []


@contextmanager
def listening(server: Simulator) -> Iterator[Inbox]:
    my = Account(*connected(server.url, "onebot11", PATIENCE_S, None), pages=PAGES)
    with my.listen(journal=False, secret=SECRET) as inbox:
        server.post_to(inbox.url.replace("http", "ws", 1))
        server.wait_sockets(1)
        yield inbox
    my.close()


def qq(server: Simulator, number: int = 0) -> int:
    return server.truth.friends[number].person.qq


def say_in_group(server: Simulator, text: str) -> None:
    group = server.truth.groups[0]
    server.say(group.members[-1].person.qq, text, group=group.number)


def test_what_was_missed_while_the_end_was_away_is_filled_in_once_and_reaches_handlers(
    server: Simulator,
) -> None:
    with listening(server) as inbox:
        seen: list[str] = []
        inbox.on_message(lambda message: seen.append(message.content))
        server.say(qq(server), "before")
        inbox.wait(1, timeout=PATIENCE_S)
        assert inbox.stats.filled == 0
        with server.fault("no_sockets"):
            until(lambda: inbox.stats.connected == 0)
            for number in range(12):
                say_in_group(server, f"第 {number} 条")
            server.say(qq(server, 2), "for the first time ever")
        missed = [*(f"第 {number} 条" for number in range(12)), "for the first time ever"]
        until(lambda: set(missed) <= set(inbox.df["content"]))
        server.say(qq(server), "after")
        until(lambda: "after" in seen)
        assert sorted(inbox.df["content"]) == sorted(seen) == sorted(["before", *missed, "after"])
        assert inbox.stats.filled == len(missed)
        until(lambda: not inbox._receiver.filling)


def test_nothing_is_asked_for_when_an_end_connects_for_the_first_time(server: Simulator) -> None:
    server.say(qq(server), "long ago")
    with listening(server) as inbox:
        server.say(qq(server), "now")
        assert inbox.wait(1, timeout=PATIENCE_S)["content"].tolist() == ["now"]
        assert not inbox._receiver.filling and inbox.df["content"].tolist() == ["now"]
