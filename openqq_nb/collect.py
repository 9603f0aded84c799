"""What `openqq-nb collect` does: waits for the server, collects until it is told to stop, and says what went wrong."""

import importlib
import inspect
import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path

from openqq_nb.connecting import connected
from openqq_nb.errors import InvalidInput, NoAnswer, NotLoaded, Unreachable
from openqq_nb.listening import Wanted, collecting
from openqq_nb.listening.collecting import Collector

_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 1.0, 30.0
_LOOK_S = 1.0
_AGAIN_S = 60.0
_PACKAGE = str(Path(__file__).parent)

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

    Raises:
        InvalidInput: the handlers cannot be registered.
        JournalFailed: messages could not be stored until the end, and are lost.
    """
    collector = _met(connect, say, stop)
    if collector is None:
        return
    try:
        if register is not None:
            _registered(register, collector)
        collector.start()
        say(f"Collecting into {collector.journal}, {collector.in_words}. Ctrl-C stops it.")
        refused = _Refused()
        while not stop.wait(_LOOK_S):
            for line in [*collector.news(), *refused.news(collector.stats.refused)]:
                say(line)
    finally:
        collector.stop()
    for line in collector.news():
        say(line)
    say(repr(collector.stats))
    collector.check_stored()


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
            f"The handlers {name!r} cannot be loaded. Found: {_in_words(error)}. Name a module in {folder}, or one "
            "that is installed, and a function in it."
        ) from error
    except Exception as error:
        raise InvalidInput(
            f"The handlers {name!r} cannot be loaded, because their module fails. Found: {_in_words(error)}. Mend "
            "that first."
        ) from error
    if not callable(found):
        raise InvalidInput(
            f"{name!r} is no function but a {type(found).__name__}. Write a function that takes the collector and "
            "registers with @collector.on_message what is to answer."
        )
    if not _takes_one(found):
        raise InvalidInput(
            f"{name!r} does not take the collector. Found: {attribute}{inspect.signature(found)}. Write it with one "
            f"argument, as in def {attribute}(collector)."
        )
    register: Register = found
    return register


def _takes_one(function: Callable[..., object]) -> bool:
    try:
        inspect.signature(function).bind(None)
    except TypeError:
        return False
    except ValueError:  # it has no signature that Python could tell
        return True
    return True


def _registered(register: Register, collector: Collector) -> None:
    """Have handlers registered; whatever goes wrong there is said with the person's own lines."""
    try:
        register(collector)
    except Exception as error:
        name = f"{getattr(register, '__module__', '?')}:{getattr(register, '__name__', '?')}"
        raise InvalidInput(
            f"The handlers of {name} cannot be registered, so nothing was started. Found: {_in_words(error)}. Mend "
            "that first."
        ) from error


def _in_words(error: Exception) -> str:
    """Say what an error is and where it is met, as far as that is no place of ours or of Python's import."""
    cause = f"{type(error).__name__}: {error}".rstrip(".")
    own = [
        f"{one.filename}, line {one.lineno}, in {one.name}"
        for one in traceback.extract_tb(error.__traceback__)
        if not one.filename.startswith((_PACKAGE, "<frozen")) and one.filename != importlib.__file__
    ]
    return "\n  ".join([cause, *own])


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
