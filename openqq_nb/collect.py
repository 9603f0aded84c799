"""What `openqq-nb collect` does: waits for the server, collects until it is told to stop, and says what went wrong."""

import importlib
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from openqq_nb.connecting import connected
from openqq_nb.errors import InvalidInput, NoAnswer, NotLoaded, Unreachable
from openqq_nb.listening import Wanted, collecting
from openqq_nb.listening.collecting import Collector
from openqq_nb.receive.address import Address

_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 1.0, 30.0
_LOOK_S = 1.0
_AGAIN_S = 60.0

Say = Callable[[str], None]
Register = Callable[[Collector], object]


def collect(
    connect: Callable[[], Collector], register: Register | None, say: Say, stop: threading.Event
) -> None:
    """Collect until `stop` is set.

    Args:
        connect: makes the collector; raises while the server cannot be asked who is there.
        register: registers handlers.
        say: told what happens, a line each.
        stop: set from outside, by a signal for example.
    """
    collector = _met(connect, say, stop)
    if collector is None:
        return
    try:
        if register is not None:
            register(collector)
        collector.start()
        say(f"Collecting into {collector.journal}, {_way(collector)}. Ctrl-C stops it.")
        refused = _Refused()
        while not stop.wait(_LOOK_S):
            for line in [*collector.news(), *refused.news(collector.stats.refused)]:
                say(line)
    finally:
        collector.stop()
    for line in collector.news():
        say(line)
    say(repr(collector.stats))


class _Refused:
    """Tells of refused posts, and of more of them at most once a minute."""

    def __init__(self) -> None:
        self._told: Mapping[str, int] = {}
        self._next_s = 0.0

    def news(self, refused: Mapping[str, int]) -> list[str]:
        """Give a line if there are more than were told of."""
        if refused == self._told or time.monotonic() < self._next_s:
            return []
        self._told, self._next_s = refused, time.monotonic() + _AGAIN_S
        counts = ", ".join(f"{reason} {count}" for reason, count in sorted(refused.items()))
        return [
            f"Refused so far: {counts}. The guide tells what that means: Listening, What came, what was refused."
        ]


def collector_of(url: str, token: str | None, protocol: str, timeout_s: float, wanted: Wanted) -> Collector:
    """Make a collector of the account behind a server."""
    client, dialect = connected(url, protocol, timeout_s, token)
    try:
        return Collector(client, dialect, wanted)
    except BaseException:
        client.close()
        raise


def setup(url: str, token: str | None, protocol: str, timeout_s: float, wanted: Wanted) -> str:
    """Give what to put into the server's configuration, and remember it; also while a collector runs."""
    client, dialect = connected(url, protocol, timeout_s, token)
    try:
        return collecting.setup(client, dialect, wanted)
    finally:
        client.close()


def loaded(name: str) -> Register:
    """Load the function that registers handlers.

    Args:
        name: `module:function`; the module is looked for in the present folder, too.

    Raises:
        InvalidInput: it cannot be loaded, or is no function.
    """
    module, _, attribute = name.partition(":")
    if not module or not attribute:
        raise InvalidInput(
            f"--handlers wants module:function, as in --handlers my_bot:register; found {name!r}."
        )
    folder = str(Path.cwd())
    if folder not in sys.path:
        sys.path.insert(0, folder)
    try:
        found = getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        raise InvalidInput(
            f"The handlers {name!r} cannot be loaded. Found: {error}. Name a module in {folder}, or one that is "
            "installed, and a function in it."
        ) from error
    if not callable(found):
        raise InvalidInput(
            f"{name!r} is no function but a {type(found).__name__}. Write a function that takes the collector and "
            "registers with @collector.on_message what is to answer."
        )
    register: Register = found
    return register


def _met(connect: Callable[[], Collector], say: Say, stop: threading.Event) -> Collector | None:
    """Wait until the server can be asked who is there; None when told to stop before that."""
    pause_s, told = _FIRST_PAUSE_S, ""
    while not stop.is_set():
        try:
            return connect()
        except (Unreachable, NoAnswer, NotLoaded) as error:
            if str(error) != told:
                told = str(error)
                say(f"{told} Trying again until it answers.")
        stop.wait(pause_s)
        pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
    return None


def _way(collector: Collector) -> str:
    way = collector.way
    return f"listening at {way.masked}" if isinstance(way, Address) else "polling the server"
