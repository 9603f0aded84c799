"""Faults: what can be made to go wrong, and which of it does at the moment.

`FAULTS` lists them all. `Simulator.fault` switches one on, from any thread, at any time.
"""

import math
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Self

from openqq_nb.simulator.dialects import DIALECTS, Dialect

CODES = (-1, -2, -3, -4, -5)
_OPENQQ: tuple[Dialect, ...] = ("openqq1", "openqq2")
_SECOND: tuple[Dialect, ...] = ("openqq2",)
_ONEBOT: tuple[Dialect, ...] = ("onebot11",)
_CALL = ("calls", "times")
_TIMED = ("calls", "times", "seconds")


@dataclass(frozen=True, slots=True)
class FaultKind:
    """One thing that can go wrong.

    Args:
        meaning: What happens, in one sentence.
        takes: Which arguments of `Simulator.fault` count, besides the name.
        dialects: Which dialects have it.
        seconds: What `seconds` is if it counts and is not given; `None` lasts until the fault is ended.
        code: What `code` is if it counts and is not given.
        never_with: The faults that cannot be active at the same time.
    """

    meaning: str
    takes: tuple[str, ...] = ()
    dialects: tuple[Dialect, ...] = DIALECTS
    seconds: float | None = None
    code: int | None = None
    never_with: tuple[str, ...] = ()


FAULTS: dict[str, FaultKind] = {
    # Calls
    "slow": FaultKind(
        "The call takes effect, and its answer comes `seconds` late; later than the idle time it never comes.",
        _TIMED,
        seconds=1.0,
    ),
    "hang": FaultKind(
        "Nothing happens, and after the idle time the connection is closed without an answer.", _CALL
    ),
    "busy": FaultKind(
        "The server stands still, as while it loads lists: it takes connections and answers once this has ended.",
        _TIMED,
    ),
    "drop_before": FaultKind(
        "The connection is closed without an answer before the call takes effect.", _CALL
    ),
    "drop_after": FaultKind("The call takes effect, then the connection is closed without an answer.", _CALL),
    "cut_short": FaultKind(
        "The call takes effect, and the connection breaks off in the middle of the answer.", _CALL
    ),
    "error_page": FaultKind("Nothing happens, and a page of status 500 is answered.", _CALL),
    "forbidden": FaultKind(
        "Nothing happens, and status 403 is answered, as for a path that the server does not know.",
        _CALL,
        _OPENQQ,
    ),
    "wrong_token": FaultKind(
        "The token does not count any more: 1.x answers 403 `auth failure`, 2.x status 200 with code -6, "
        "an end of OneBot as it refuses a token.",
        _CALL,
    ),
    "no_json": FaultKind("The call takes effect, and its answer of a JSON type is no JSON.", _CALL),
    "html_page": FaultKind("The call takes effect, and a web page of status 200 is answered.", _CALL),
    "new_login": FaultKind(
        "Between the arrival of a call and the work on it the server logs in anew, so that all ids change.",
        _CALL,
        _OPENQQ,
    ),
    # The whole server
    "down": FaultKind(
        "All connections are cut and nobody listens at the port; when this has ended all is as before.",
        ("seconds",),
        never_with=("restart",),
    ),
    "restart": FaultKind(
        "All connections are cut and nobody listens at the port; when this has ended the server has started "
        "anew: all ids are others, member lists are not loaded; NapCat knows no message by its id any more.",
        ("seconds",),
        never_with=("down", "scan_code"),
    ),
    "scan_code": FaultKind(
        "A new login waits for its code to be scanned: calls wait; it goes on when this has ended.",
        ("seconds",),
        _OPENQQ,
        never_with=("restart",),
    ),
    # Sends
    "full_queue": FaultKind(
        "Messages wait `seconds` behind those of others; after the idle time the connection is closed without "
        "an answer, and they are sent all the same.",
        _TIMED,
        _OPENQQ,
        seconds=1.0,
    ),
    "failing_sends": FaultKind(
        "The provider refuses each try with `code`; all tries are used up before the call is answered (OneBot: QQ "
        "refuses with that number, 120 if not given, as for a muted account).",
        ("calls", "times", "code"),
        code=-4,
    ),
    "false_failures": FaultKind(
        "The provider delivers, and says `code` all the same, so that every try arrives; in OneBot the end says "
        "that nobody answered it in time.",
        ("calls", "times", "code"),
        code=-4,
    ),
    "lost_sends": FaultKind(
        "The provider does not deliver, and the end says that nobody answered it in time, as in `false_failures`.",
        _CALL,
        _ONEBOT,
    ),
    # Lists
    "unloaded": FaultKind(
        "The member lists are gone, and each is loaded when something wants it.", dialects=_OPENQQ
    ),
    "no_members": FaultKind(
        "The provider gives no member list: none is loaded, whatever wants it.", dialects=_OPENQQ
    ),
    "failing_members": FaultKind(
        "The call for the members of a group fails; with `group` that of this one only.",
        ("times", "group"),
        _ONEBOT,
    ),
    "no_extended": FaultKind("There is no extended information: no `uid` and no `role`.", dialects=_SECOND),
    "same_names": FaultKind(
        "All groups are called like the first, so that none has a number.", dialects=_OPENQQ
    ),
    "shuffled": FaultKind("The members of discusses come in another order each time.", dialects=_OPENQQ),
    # Posts
    "lost_posts": FaultKind("Posts are lost on the way to the listener.", ("times",)),
    "late_posts": FaultKind("Posts come `seconds` late.", ("times", "seconds"), seconds=1.0),
    "duplicate": FaultKind("What arrives is posted twice, under the same id.", ("times",)),
    "out_of_order": FaultKind(
        "What arrives at the same moment is posted in the reverse order, a message before the event about its "
        "sender.",
        ("times",),
    ),
    "unknown_sender": FaultKind(
        "Messages come as from somebody whom the server does not know: `昵称未知`, without a number.",
        ("times",),
        _OPENQQ,
    ),
    "poor_posts": FaultKind(
        "Messages come without the name of the group, and without card and role of who wrote.",
        ("times",),
        _ONEBOT,
    ),
    "property_events": FaultKind(
        "The owner asked for `*_property_change` events: one post for each changed key, with the whole group.",
        dialects=_SECOND,
    ),
    "other_poller": FaultKind(
        "Another program polls `check_event` and takes everything away; whoever waits gets `[null]`.",
        ("times",),
        dialects=_SECOND,
    ),
    # The account and its WebSockets
    "offline": FaultKind(
        "QQ has thrown the account out: `get_status` says so, NapCat posts `bot_offline`, nothing arrives, and no "
        "send is answered in time.",
        ("seconds",),
        _ONEBOT,
    ),
    "no_sockets": FaultKind(
        "All WebSockets are cut without a word, and until this has ended none is opened; `seconds=0` only cuts.",
        ("seconds",),
        _ONEBOT,
    ),
    "frozen_sockets": FaultKind(
        "WebSockets stay open, and nothing comes over them: no events, no answers, no heartbeats.",
        ("seconds",),
        _ONEBOT,
    ),
}


class Fault:
    """A fault that was switched on; `end` or the end of a `with` block switches it off.

    Attributes:
        name: Which one; a key of `FAULTS`.
        calls: The calls it is restricted to; empty for all.
        times: How often it strikes at most.
        seconds: How late or how long.
        code: What the provider says.
        place: Number of the group it is restricted to.
        over: Is done when the fault has ended.
    """

    def __init__(
        self,
        name: str,
        calls: frozenset[str],
        times: int | None,
        seconds: float | None,
        code: int | None,
        place: int | None,
        on_end: "Callable[[Fault], None]",
    ) -> None:
        self.name = name
        self.calls = calls
        self.times = times
        self.seconds = seconds
        self.code = code
        self.place = place
        self.over: Future[None] = Future()
        self._on_end = on_end
        self._hits = 0
        self._lock = threading.Lock()

    @property
    def hits(self) -> int:
        """How often it has struck; what lasts, such as `down`, strikes once when it begins."""
        return self._hits

    def end(self) -> None:
        """Switch it off; harmless when it has ended."""
        if self.finish():
            self._on_end(self)

    def finish(self) -> bool:
        """Mark it as ended; tells whether it was not yet."""
        with self._lock:
            is_first = not self.over.done()
            if is_first:
                self.over.set_result(None)
        return is_first

    def strike(self, call: str | None, place: int | None = None) -> bool:
        """Count a hit, unless it has ended or is about other calls or groups; the last of `times` ends it."""
        with self._lock:
            if self.over.done() or (self.calls and call not in self.calls):
                return False
            if self.place is not None and self.place != place:
                return False
            self._hits += 1
            if self._hits == self.times:
                self.over.set_result(None)
        return True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def __repr__(self) -> str:
        state = "ended" if self.over.done() else "active"
        return f"<Fault {self.name}, {state}, {self.hits} hits: {FAULTS[self.name].meaning}>"


class Faults:
    """The faults of one simulator; may be asked from any thread."""

    def __init__(self) -> None:
        self._all: tuple[Fault, ...] = ()
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> None:
        """Switch one on.

        Raises:
            ValueError: One is active that it cannot go together with.
        """
        with self._lock:
            active = self.active
            for other in active:
                if other.name in FAULTS[fault.name].never_with:
                    raise ValueError(
                        f"The fault {fault.name!r} cannot begin while {other.name!r} is active. End that one first."
                    )
            self._all = (*active, fault)

    @property
    def active(self) -> list[Fault]:
        """Those that have not ended, oldest first."""
        return [fault for fault in self._all if not fault.over.done()]

    def strike(self, name: str, call: str | None = None, place: int | None = None) -> Fault | None:
        """Let a fault strike if it is active; gives the one that did."""
        return next((fault for fault in self._all if fault.name == name and fault.strike(call, place)), None)

    def has(self, name: str) -> bool:
        """Tell whether a fault is active, without counting it."""
        return self.oldest(name) is not None

    def oldest(self, name: str) -> Fault | None:
        """Give the one that has been active longest, without counting it."""
        return next((fault for fault in self.active if fault.name == name), None)


def checked(  # noqa: PLR0913, PLR0917 - each is one thing that was typed
    protocol: Dialect,
    known_calls: Iterable[str],
    name: str,
    calls: str | Iterable[str] | None,
    times: int | None,
    seconds: float | None,
    code: int | None,
    group: int | None,
    on_end: Callable[[Fault], None],
) -> Fault:
    """Make a fault of arguments as they were typed.

    Raises:
        ValueError: One of them makes no sense; the message lists the choices.
    """
    kind = _kind(protocol, name)
    given = {"calls": calls, "times": times, "seconds": seconds, "code": code, "group": group}
    for argument, value in given.items():
        if value is not None and argument not in kind.takes:
            takes = ", ".join(kind.takes) or "no further argument"
            raise ValueError(f"The fault {name!r} has no {argument}=. It takes: {takes}. {kind.meaning}")
    if group is not None and protocol != "onebot11":
        raise ValueError(f"Only OneBot has faults of one group, not {protocol}.")
    _check_numbers(times, seconds)
    _check_code(protocol, code)
    # Where the numbers are those of QQ, whoever strikes knows the usual one.
    usual_code = kind.code if protocol in _OPENQQ else None
    return Fault(
        name,
        _calls(calls, sorted(known_calls)),
        times,
        kind.seconds if seconds is None else seconds,
        usual_code if code is None else code,
        group,
        on_end,
    )


def _kind(protocol: Dialect, name: str) -> FaultKind:
    kind = FAULTS.get(name)
    if kind is None or protocol not in kind.dialects:
        choices = ", ".join(one for one, known in FAULTS.items() if protocol in known.dialects)
        raise ValueError(f"There is no fault {name!r} in {protocol}. Choose one of: {choices}.")
    return kind


def _check_numbers(times: object, seconds: object) -> None:
    if times is not None and (not isinstance(times, int) or isinstance(times, bool) or times < 1):
        raise ValueError(f"times must be a whole number from 1, not {times!r}: how often the fault strikes.")
    if seconds is not None and (not isinstance(seconds, (int, float)) or not 0 <= seconds < math.inf):
        raise ValueError(f"seconds must be a number from 0, not {seconds!r}.")


def _check_code(protocol: Dialect, code: object) -> None:
    if code is None:
        return
    if protocol == "onebot11":
        if not isinstance(code, int) or isinstance(code, bool) or code < 1:
            raise ValueError(f"code must be a whole number from 1, not {code!r}: what QQ says, such as 120.")
    elif code not in CODES:
        raise ValueError(f"code must be one of {', '.join(map(str, CODES))}, not {code!r}.")


def _calls(calls: str | Iterable[str] | None, known: list[str]) -> frozenset[str]:
    wanted = frozenset([calls] if isinstance(calls, str) else calls or ())
    for one in sorted(wanted, key=str):
        if one not in known:
            raise ValueError(f"There is no call {one!r}. Choose of: {', '.join(known)}.")
    return wanted
