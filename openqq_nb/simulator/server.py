"""The simulator as people use it: a server of their own, with a world of invented people behind it."""

import socket
import weakref
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count
from random import Random
from threading import Lock
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit

from openqq_nb.simulator.changing import Changing
from openqq_nb.simulator.engine import Times
from openqq_nb.simulator.faults import FAULTS, Fault, Faults, checked
from openqq_nb.simulator.happened import Happened
from openqq_nb.simulator.login import Protocol
from openqq_nb.simulator.lookup import Who, find_discuss, find_group, find_person
from openqq_nb.simulator.messages import Arrival
from openqq_nb.simulator.records import History, Kind, now, unix_now
from openqq_nb.simulator.roster_changes import List
from openqq_nb.simulator.running import BACKLOG, Plan, Running
from openqq_nb.simulator.talk import Line, conversation
from openqq_nb.simulator.things import Discuss, Group
from openqq_nb.simulator.web import call_names
from openqq_nb.simulator.world import World

T = TypeVar("T")
FIRST_MSG_ID = 10_857
Message = dict[str, object]


class NotRunningError(RuntimeError):
    """The simulator is stopped, or has ended itself as the real server would have."""


@dataclass(frozen=True, slots=True)
class Saying:
    """What somebody says; the fields are the arguments of `Simulator.say`."""

    who: Who
    text: str | None
    group: Group | str | int | None = None
    discuss: Discuss | str | int | None = None
    session: bool = False


class Simulator(Changing, Happened):
    """A simulated Openqq server.

    Args:
        protocol: `openqq1` (release 1.7.6) or `openqq2` (release 2.2.7).
        seed: Of the world; the same seed gives the same world.
        pace: Seconds between two sends; the real server takes 3.
        groups: How many groups the world has.
        friends: How many friends.
        members: How many members a group has on average.
        discusses: How many discusses.
        world: A world of one's own instead of a seeded one.
        host: Address to listen on.
        port: Port to listen on; 0 takes a free one, which is kept over restarts.
        post_api: Where to post what arrives; see `post_to`.
        token: Switches authentication on: what the parameter `token_name` must be.
        token_name: Name of that parameter.
        idle_timeout: Seconds until a connection whose answer does not come is closed; the real server: 15.
        poll_timeout: Seconds that `check_event` waits; the real server: 30.
        restart_delay: Seconds between a call of `relogin` or `stop_client` and what it does; the real server: 3.

    Example:
        >>> with Simulator("openqq1", groups=2, friends=3, members=5) as simulator:
        ...     message = simulator.say("小灰", "在吗？")
        >>> message["type"], message["content"]
        ('message', '在吗？')
    """

    def __init__(  # noqa: PLR0913 - each is one thing to set, and has a default
        self,
        protocol: Protocol = "openqq1",
        seed: int = 0,
        *,
        pace: float = 0.0,
        groups: int = 12,
        friends: int = 40,
        members: int = 30,
        discusses: int = 3,
        world: World | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        post_api: str | None = None,
        token: str | None = None,
        token_name: str = "token",  # noqa: S107 - a name, not a secret
        idle_timeout: float = 15.0,
        poll_timeout: float = 30.0,
        restart_delay: float = 3.0,
    ) -> None:
        if protocol not in ("openqq1", "openqq2"):
            raise ValueError(f"There is no protocol {protocol!r}. Choose 'openqq1' or 'openqq2'.")
        self.protocol: Protocol = protocol
        self.world = world or World.seeded(
            seed, friends=friends, groups=groups, members=members, discusses=discusses
        )
        self._history = History()
        self._host = host
        self._port = port
        self._post_api = post_api
        self._auth = (token, token_name)
        self._times = Times(pace, idle_timeout, poll_timeout, restart_delay)
        self._msg_ids = count(FIRST_MSG_ID)
        self._rng = Random(seed)  # noqa: S311 - not for secrets
        self._next_login = 0
        self._faults = Faults()
        self._changes = Lock()
        self._running: Running | None = None
        self._finalizer: weakref.finalize[[], Simulator] | None = None

    # Life

    def start(self) -> Self:
        """Start the server, also again after it was stopped or has ended itself.

        Returns:
            The simulator.
        """
        if self._running and self._running.engine.ended is None:
            return self
        self.stop()
        listener = socket.create_server((self._host, self._port), backlog=BACKLOG)
        self._port = listener.getsockname()[1]
        self._running = Running.start(self._plan(), listener)
        # Also at the end of the program: a loop that is still running would keep it from ending.
        self._finalizer = weakref.finalize(self, self._running.close)
        return self

    def stop(self) -> None:
        """Stop the server and end its faults; what it knows of this login is lost, world and records stay."""
        if self._running:
            self._next_login = self._running.engine.login.nth + 1
        if self._finalizer:
            self._finalizer()
        self._running = None
        self._finalizer = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _plan(self) -> Plan:
        return Plan(
            self.world,
            self.protocol,
            self._history,
            self._times,
            self._next_login,
            self._post_api,
            *self._auth,
            self._faults,
            self.world.lists_loaded,
        )

    def _now_running(self) -> Running:
        if self._running is None:
            raise NotRunningError("The simulator is not running. Call start() first.")
        if self.ended:
            raise NotRunningError(f"The simulated server has ended itself: {self.ended}. Call start() again.")
        if self._running.engine.closed:
            raise NotRunningError("The simulated server restarts. End the fault 'restart' first.")
        return self._running

    @property
    def running(self) -> bool:
        """Whether the server answers: it was started, and has neither been stopped nor ended itself."""
        return self._running is not None and self.ended is None

    @property
    def url(self) -> str:
        """The address of the server, without a path."""
        return f"http://{self._host}:{self._port}"

    @property
    def ended(self) -> str | None:
        """Why the real server would have ended itself, in words; `None` while it goes on."""
        return self._running.engine.ended if self._running else None

    @property
    def pace(self) -> float:
        """Seconds between two sends; may be set at any time."""
        return self._times.pace_s

    @pace.setter
    def pace(self, pace: float) -> None:
        self._times = replace(self._times, pace_s=pace)
        if self._running:
            self._running.engine.queue.pace_s = pace

    def post_to(self, url: str | None) -> None:
        """Say where to post what arrives; `None` posts nothing."""
        self._post_api = url
        if self._running:
            self._running.engine.posts.url = url

    def relogin(self, *, keep_lists: bool | None = None) -> None:
        """Log in anew: every temporary id changes, calls wait meanwhile, 2.x posts its events.

        Args:
            keep_lists: Whether the member lists are loaded at once; the real server loses them for a while.
                As `world.lists_loaded` says if not given.
        """
        running = self._now_running()
        if self._faults.has("scan_code"):
            raise NotRunningError("A login waits for its code already. End the fault 'scan_code' first.")
        running.portal.call(running.engine.log_in_again, keep_lists)

    # Faults

    def fault(
        self,
        name: str,
        *,
        calls: str | Iterable[str] | None = None,
        times: int | None = None,
        seconds: float | None = None,
        code: int | None = None,
    ) -> Fault:
        """Let something go wrong from now on; may be called from any thread, also before `start`.

        Args:
            name: What, a key of `FAULTS`, where each is explained.
            calls: Only at calls of this name or these names, such as `send_message`.
            times: How often; then the fault ends. Without it until it is ended.
            seconds: How late something comes, or how long something lasts; what lasts otherwise lasts until it is
                ended.
            code: What the provider says to a send, from -1 to -5.

        Returns:
            The fault, to be ended by its `end()` or by a `with` block; its `hits` tells how often it struck.

        Raises:
            ValueError: There is no such fault in this dialect, or an argument makes no sense; the message lists
                the choices. Or one is active that it cannot go together with (`FaultKind.never_with`).

        Example:
            >>> import httpx
            >>> with Simulator(groups=1, friends=2, members=3) as simulator:
            ...     with simulator.fault("error_page", calls="get_user_info", times=1) as fault:
            ...         httpx.get(f"{simulator.url}/openqq/get_user_info").status_code, fault.hits
            (500, 1)
        """
        fault = checked(
            self.protocol, call_names(self.protocol), name, calls, times, seconds, code, self._fault_ended
        )
        self._faults.add(fault)
        if self._running:
            self._running.begin(fault)
        return fault

    @property
    def faults(self) -> list[Fault]:
        """The faults that are active, oldest first."""
        return self._faults.active

    @property
    def fault_names(self) -> dict[str, str]:
        """What `fault` takes in this dialect, each with its meaning."""
        return {name: kind.meaning for name, kind in FAULTS.items() if self.protocol in kind.dialects}

    def _fault_ended(self, fault: Fault) -> None:
        if self._running:
            self._running.end(fault)

    def _change(self, change: Callable[[], T], *lists: List) -> T:
        with self._changes:
            if self._running:
                return self._running.change(change, lists)
            return change()

    def reload(self) -> None:
        """Let the server load all its lists anew, as it does every ten minutes; 2.x tells what changed."""
        running = self._now_running()
        running.portal.call(running.engine.notice)

    # Talk

    def say(
        self,
        who: Who,
        text: str | None,
        group: Group | str | int | None = None,
        discuss: Discuss | str | int | None = None,
        session: bool = False,
    ) -> Message:
        """Let somebody say something. It is posted in the background.

        Args:
            who: A nick, remark, card or number, or an object of the world; a `Person` may be a stranger.
            text: What he says; `None` for a message with nothing but formatting.
            group: In which group: name, remark, number or object; without group and discuss he writes to the account.
            discuss: In which discuss: name or object.
            session: With `group` or `discuss`: a temporary message of that member to the account.

        Returns:
            The message as posted; empty if the dialect drops it.

        Raises:
            NotExactlyOneError: A name fits nobody or several; the message lists the choices.
            NotRunningError: The simulator is not running.
        """
        return self.say_together([Saying(who, text, group, discuss, session)])[0]

    def say_together(self, sayings: Iterable[Saying | Mapping[str, Any] | tuple[Any, ...]]) -> list[Message]:
        """Let several people speak at the same moment; their messages are posted over separate connections.

        Args:
            sayings: Each the arguments of `say`, as a `Saying`, a mapping or a tuple.

        Returns:
            The messages as posted.
        """
        running = self._now_running()
        arrivals = [self._arrival(_saying(one)) for one in sayings]
        return [dict(one) for one in running.portal.call(running.engine.arrive_together, arrivals)]

    def chatter(self, n: int) -> list[Message]:
        """Let people talk believably: bunches of messages, one bunch posted after the other.

        Args:
            n: How many messages.

        Returns:
            The messages as posted.
        """
        running = self._now_running()
        messages: list[Message] = []
        for bunch in _bunches(conversation(self.world, n, now(), self._rng)):
            arrivals = [self._line(line) for line in bunch]
            messages += running.portal.call(running.engine.arrive_in_turn, arrivals)
        return messages

    def _arrival(self, saying: Saying) -> Arrival:
        group = find_group(self.world, saying.group) if saying.group is not None else None
        discuss = find_discuss(self.world, saying.discuss) if saying.discuss is not None else None
        who = find_person(self.world, saying.who, group, discuss)
        kind: Kind = "group" if group else "discuss" if discuss else "friend"
        if saying.session and kind == "friend":
            raise ValueError(
                "A temporary message comes through a group or a discuss. Give group= or discuss=."
            )
        number = next(self._msg_ids)
        return Arrival(
            "session" if saying.session else kind, who, saying.text, number, unix_now(), group, discuss
        )

    def _line(self, line: Line) -> Arrival:
        return Arrival(
            line.kind, line.who, line.text, next(self._msg_ids), unix_now(), line.group, line.discuss
        )

    @property
    def truth(self) -> World:
        """The world itself."""
        return self.world

    def __repr__(self) -> str:
        state = "stopped"
        if self._running:
            state = f"ended itself: {self.ended}" if self.ended else self.url
        return (
            f"<Simulator {self.protocol} {state}, posts to {_without_path(self._post_api)}, {self.world!r}>"
        )


def _without_path(post_api: str | None) -> str:
    """Show whom one posts to; who knows the path can post there, too."""
    parts = urlsplit(post_api or "")
    return f"{parts.scheme}://{parts.netloc}/…" if post_api else "nobody"


def _saying(one: Saying | Mapping[str, Any] | tuple[Any, ...]) -> Saying:
    if isinstance(one, Saying):
        return one
    return Saying(**one) if isinstance(one, Mapping) else Saying(*one)


def _bunches(lines: Iterable[Line]) -> Iterable[list[Line]]:
    """Split talk where more than a minute passes."""
    bunch: list[Line] = []
    last: datetime | None = None
    for line in lines:
        if last is not None and (line.at - last).total_seconds() > 60:  # noqa: PLR2004
            yield bunch
            bunch = []
        bunch.append(line)
        last = line.at
    if bunch:
        yield bunch
