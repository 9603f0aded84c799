"""What the tests of listening stand on: a simulated server, accounts that connect to it, collectors beside them."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import openqq_nb as oq
from openqq_nb.simulator import Simulator
from tests.inbox.desk import SECRET
from tests.torture.children import Child, collector, free_port

PATIENCE_S = 15.0
SMALL: dict[str, Any] = {"friends": 6, "groups": 3, "members": 5, "discusses": 2}

Protocol = Literal["openqq1", "openqq2", "onebot11"]


@contextmanager
def serving(protocol: Protocol = "openqq1", **settings: Any) -> Iterator[Simulator]:
    """Run a server, and see that it made no mistake itself."""
    # An end of OneBot signs its posts with it; others do not know it.
    with Simulator(protocol, **SMALL, **{"secret": SECRET, **settings}) as server:
        yield server
    assert server.errors == []


@contextmanager
def connected(server: Simulator) -> Iterator[oq.Account]:
    my = oq.connect(server.url, protocol=server.protocol)
    yield my
    my.close()


@contextmanager
def collecting(server: Simulator, journal: Path, *more: str) -> Iterator[tuple[Child, int]]:
    """Run `openqq-nb collect` with the settings of this test, and have the server post to it; gives its port."""
    port = free_port()
    with collector(server, journal, port, Path(os.environ["OPENQQ_NB_HOME"]), *more) as child:
        server.post_to(child.ready())
        yield child, port
        server.post_to(None)


def until(condition: Callable[[], object]) -> None:
    """Wait for what nothing tells of, in another process for example."""
    ends_s, pause = time.monotonic() + PATIENCE_S, threading.Event()
    while not condition():
        assert time.monotonic() < ends_s, "it never came to be"
        pause.wait(0.02)


def friend_qq(server: Simulator, number: int = 0) -> int:
    return int(server.truth.friends[number].person.qq)


def say(server: Simulator, text: str, number: int = 0) -> None:
    """Let a friend write, and wait until it was posted."""
    server.say(friend_qq(server, number), text)
    server.wait_posted(PATIENCE_S)
