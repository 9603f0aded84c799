"""The simulator as people use it: a server of their own, with a world of invented people behind it."""

import socket
import weakref
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import count
from random import Random
from threading import Lock
from typing import Self, TypeVar
from urllib.parse import urlsplit

from openqq_nb.simulator.changing import Changing
from openqq_nb.simulator.dialects import DIALECTS, Dialect, EndName, Format, check_choice
from openqq_nb.simulator.engine import Times
from openqq_nb.simulator.faults import FAULTS, Fault, Faults, checked
from openqq_nb.simulator.happened import Happened
from openqq_nb.simulator.lookup import find_group
from openqq_nb.simulator.onebot11.doing import Doing
from openqq_nb.simulator.onebot11.settings import settings_of
from openqq_nb.simulator.onebot11.store import Store
from openqq_nb.simulator.past import Remembering
from openqq_nb.simulator.protocols import CALL_NAMES, Plan
from openqq_nb.simulator.records import History
from openqq_nb.simulator.roster_changes import List
from openqq_nb.simulator.running import BACKLOG, Running
from openqq_nb.simulator.talking import Message, Saying, Talking
from openqq_nb.simulator.things import Group
from openqq_nb.simulator.world import World

T = TypeVar("T")
FIRST_MSG_ID = 10_857
__all__ = ["Message", "NotRunningError", "Saying", "Simulator"]


class NotRunningError(RuntimeError):
    """The simulator is stopped, or has ended itself as the real server would have."""


class Simulator(Talking, Changing, Doing, Happened, Remembering):
    """A simulated API server of a QQ account.

    Args:
        protocol: `openqq1` (release 1.7.6), `openqq2` (release 2.2.7) or `onebot11`.
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
        token: Switches authentication on: what the parameter `token_name` must be; in OneBot the bearer's token.
        token_name: Name of that parameter.
        idle_timeout: Seconds until a connection whose answer does not come is closed; the real server: 15.
        poll_timeout: Seconds that `check_event` waits; the real server: 30.
        restart_delay: Seconds between a call of `relogin` or `stop_client` and what it does; the real server: 3.
        end: The program that speaks OneBot: `napcat` (if not given), `llbot` or `lagrange`. This and what follows is
            for OneBot only.
        secret: Signs what is posted, and is the token of a reverse WebSocket.
        report_own: Whether one's own messages are posted.
        message_format: Whether a message is an `array` of segments or a `string` of CQ code.
        heartbeat: Seconds between heartbeats; 0 for none, as the end has it if not given.
        reconnect: Seconds until a reverse WebSocket that broke off is opened anew.

    Example:
        >>> with Simulator("openqq1", groups=2, friends=3, members=5) as simulator:
        ...     message = simulator.say("小灰", "在吗？")
        >>> message["type"], message["content"]
        ('message', '在吗？')
    """

    def __init__(  # noqa: PLR0913 - each is one thing to set, and has a default
        self,
        protocol: Dialect = "openqq1",
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
        end: EndName | None = None,
        secret: str | None = None,
        report_own: bool = False,
        message_format: Format = "array",
        heartbeat: float | None = None,
        reconnect: float = 3.0,
    ) -> None:
        check_choice("protocol", protocol, DIALECTS)
        self.protocol: Dialect = protocol
        if end is not None and protocol != "onebot11":
            raise ValueError(
                f"end={end!r} is for the protocol 'onebot11'; this is {protocol!r}. Leave one of them away."
            )
        end = end or "napcat"
        self._settings = settings_of(end, token, secret, report_own, message_format, heartbeat, reconnect)
        self._store = Store(end)
        self.world = world or World.seeded(
            seed,
            friends=friends,
            groups=groups,
            members=members,
            discusses=0 if protocol == "onebot11" else discusses,
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
            self._next_login = self._running.engine.nth_login + 1
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
            self._settings,
            self._store,
        )

    def _next_msg_id(self) -> int:
        return next(self._msg_ids)

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
            self._running.engine.pace_s = pace

    def post_to(self, url: str | None) -> None:
        """Say where to post what arrives; `None` posts nothing.

        Args:
            url: The address of a listener; in OneBot also of a WebSocket (`ws://`), which is then opened from here.
        """
        self._post_api = url
        if self._running:
            self._running.portal.call(self._running.engine.post_to, url)

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
        group: Group | str | int | None = None,
    ) -> Fault:
        """Let something go wrong from now on; may be called from any thread, also before `start`.

        Args:
            name: What, a key of `FAULTS`, where each is explained.
            calls: Only at calls of this name or these names, such as `send_message`.
            times: How often; then the fault ends. Without it until it is ended.
            seconds: How late something comes, or how long something lasts; what lasts otherwise lasts until it is
                ended.
            code: What the provider says to a send, from -1 to -5; in OneBot the number of QQ, such as 120.
            group: Only at this group, a name, remark, number or object (OneBot).

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
        place = None if group is None else find_group(self.world, group).number
        given = (calls, times, seconds, code, place)
        fault = checked(self.protocol, CALL_NAMES[self.protocol], name, *given, self._fault_ended)
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

    @property
    def truth(self) -> World:
        """The world itself."""
        return self.world

    def __repr__(self) -> str:
        state = "stopped"
        if self._running:
            state = f"ended itself: {self.ended}" if self.ended else self.url
        spoken = (
            f"{self.protocol} ({self._settings.end.name})" if self.protocol == "onebot11" else self.protocol
        )
        return f"<Simulator {spoken} {state}, posts to {_without_path(self._post_api)}, {self.world!r}>"


def _without_path(post_api: str | None) -> str:
    """Show whom one posts to; who knows the path can post there, too."""
    parts = urlsplit(post_api or "")
    return f"{parts.scheme}://{parts.netloc}/…" if post_api else "nobody"
