"""A person's account behind a simulated server that goes wrong, with an inbox that listens."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

import openqq_nb as oq
from openqq_nb.simulator import FAULTS, Friend, Simulator

Dialect = Literal["openqq1", "openqq2", "onebot11"]
DIALECTS: tuple[Dialect, ...] = ("openqq1", "openqq2", "onebot11")

# Who has ids of a login beside the permanent numbers, and discusses; who posts what the account itself sends.
OPENQQ: tuple[Dialect, ...] = ("openqq1", "openqq2")
POSTS_OWN: tuple[Dialect, ...] = ("openqq2",)
# Whose replies go out by calls of their own, after the push was answered.
CALLS_BACK: tuple[Dialect, ...] = ("onebot11",)

# The server hangs up long before the client gives up, as with real ones (15 s and 30 s).
IDLE_S = 0.2
TIMEOUT_S = 5.0
# Where the server says nothing at all: the client is the first to give up.
IMPATIENT_S = 0.7
WORLD: dict[str, Any] = {"friends": 6, "groups": 4, "members": 5, "discusses": 2}


@dataclass(frozen=True, slots=True)
class Stage:
    """What a test plays with.

    Attributes:
        simulator: the server, and everybody behind it.
        my: the account of the person.
        inbox: what listens for it.
    """

    simulator: Simulator
    my: oq.Account
    inbox: oq.Inbox

    @property
    def friend(self) -> Friend:
        """A friend whose number every server knows."""
        return self.simulator.truth.friends[0]

    @property
    def qq(self) -> str:
        """The number of that friend."""
        return str(self.friend.person.qq)

    @property
    def arrived(self) -> list[object]:
        """The texts that reached people."""
        return [one.content for one in self.simulator.received]

    def rows(self, text: str) -> pd.DataFrame:
        """The rows of the inbox with a text."""
        messages = self.inbox.df
        return messages[messages["content"] == text].reset_index(drop=True)

    def say(self, text: str) -> None:
        """Let the friend write, and wait until that was posted."""
        self.simulator.say(self.friend.person, text)
        self.simulator.wait_posted()

    def row_comes(self, text: str) -> pd.DataFrame:
        """Wait for a row of our own, such as of a reply that goes out by a call, and give it."""
        until(lambda: len(self.rows(text)))
        return self.rows(text)

    def settle(self) -> None:
        """Wait until nothing is on its way any more, no send, reply or post, and the inbox has its row.

        A handler that is still at work when its budget is over is not waited for.
        """
        self.simulator.wait_posted()
        if self.inbox.running:
            self._wait_replied()
            self.simulator.wait_posted()
            done = threading.Event()
            self.inbox._receiver._writer.call(done.set)
            assert done.wait(TIMEOUT_S)

    def _wait_replied(self) -> None:
        """Wait for replies that go out by calls of their own, after the push was answered."""
        answering, sent = self.inbox._receiver._answering, threading.Event()
        until(lambda: not answering._rounds)
        if answering._late.put(sent.set):
            assert sent.wait(TIMEOUT_S)

    def check_all_is_well(self) -> None:
        """See that a call, a send and a message come through again, each once."""
        assert len(self.my.friends()) == len(self.simulator.truth.friends)
        assert self.my.send_friend("还在吗？", qq=self.qq).delivery == "sent"
        self.say("在的")
        assert self.inbox.wait(1, timeout=TIMEOUT_S, content="在的")["sender_qq"].tolist() == [self.qq]
        self.settle()
        assert self.arrived.count("还在吗？") == 1
        assert self.rows("还在吗？")["delivery"].tolist() == ["sent"]
        assert len(self.rows("在的")) == 1


def until(condition: Callable[[], object]) -> None:
    """Wait for what nothing tells of, such as what a handler does after its push was answered."""
    ends_s, pause = time.monotonic() + TIMEOUT_S, threading.Event()
    while not condition():
        assert time.monotonic() < ends_s, "it never came to be"
        pause.wait(0.01)


@contextmanager
def stage(dialect: Dialect, timeout: float = TIMEOUT_S, **settings: Any) -> Iterator[Stage]:
    """Start a server, connect and listen; ends all of it, and sees that the simulator itself made no mistake."""
    with Simulator(dialect, **WORLD, idle_timeout=IDLE_S, **settings) as simulator, ExitStack() as stack:
        my = oq.connect(simulator.url, protocol=dialect, timeout=timeout, token=settings.get("token"))
        stack.callback(my.close)
        inbox = my.listen(journal=False)
        simulator.post_to(inbox.url)
        # The server first: a listener waits a moment for those who still hold a connection.
        stack.callback(simulator.stop)
        yield Stage(simulator, my, inbox)
    assert simulator.errors == []


def cases(names: Any, among: tuple[Dialect, ...] = DIALECTS) -> list[tuple[str, Dialect]]:
    """Pair the names of faults with the dialects that have them."""
    return [(name, dialect) for name in names for dialect in among if dialect in FAULTS[name].dialects]
