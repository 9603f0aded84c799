"""The server behind the HTTP calls: login, send queue, posts. Everything in here runs in the server's loop."""

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace

from openqq_nb.simulator.answers import Order, read_answer
from openqq_nb.simulator.check_event import EventList
from openqq_nb.simulator.faults import Fault, Faults
from openqq_nb.simulator.group_texts import GroupTexts
from openqq_nb.simulator.login import Login, Protocol
from openqq_nb.simulator.messages import Arrival, Outcome, Sending, received1, received2, sent2
from openqq_nb.simulator.openqq1 import Openqq1, Thing
from openqq_nb.simulator.openqq2 import Openqq2
from openqq_nb.simulator.perl import widen
from openqq_nb.simulator.posts import Cause, Posts
from openqq_nb.simulator.provider import Provider, send_call
from openqq_nb.simulator.records import History, Posted, unix_now
from openqq_nb.simulator.roster_changes import List, loading, newcomers, reload
from openqq_nb.simulator.send_queue import SendQueue
from openqq_nb.simulator.things import Discuss, Friend, Group, Membership
from openqq_nb.simulator.world import World

log = logging.getLogger(__name__)
BUNCH_PATIENCE_S = 2.0
TRIES: dict[Protocol, int] = {"openqq1": 5, "openqq2": 3}
QRCODE_PATH = "/tmp/mojo_webqq_qrcode_default.png"  # noqa: S108 - only a text in an event
# A real picture, with line feeds as the servers write it; who scans it reads that it is a simulated one.
QRCODE_PICTURE = (
    "iVBORw0KGgoAAAANSUhEUgAAAJQAAACUAQAAAABdRz15AAABAElEQVR42u2WMXIDMQwDMf4A//9L/EDB0te5SSKUpm98tAoMSJCQ\n"
    "dT7C+p795UzSkIzmnb70Gb89C97sI/lJr/E0k6+T16YNPDsF6/Tw0jhNCQ9Ie+DX6B+iPlHRd+cmtRp65Lf1plbgwswNPFo2dC+V\n"
    "n0a9iAovR2YX+IWg4PdsyDUeswJmyia9xUvzfLZWyN3zk1mQrVtyQw/canM1+EEQjn4M8rp/ieNHj4YfeFHPgNWYZwgah5n3z3t+\n"
    "6Lsm2NkPJNY6wqjjfwgiOljgx7LFoPPOp7C/e3+gBU/pviQyhStw535DZqyhc78ZRUBu+Mt2jg15W2pj/r7/E/959gNHvZsRkMML\n"
    "BQAAAABJRU5ErkJggg==\n"
)


@dataclass(frozen=True, slots=True)
class Times:
    """How long things take.

    Args:
        pace_s: Seconds between two sends.
        idle_s: Seconds after which a connection without an answer is closed.
        poll_s: Seconds that `check_event` waits.
        delay_s: Seconds between the call of `relogin` or `stop_client` and what it does.
    """

    pace_s: float = 0.0
    idle_s: float = 15.0
    poll_s: float = 30.0
    delay_s: float = 3.0


class Engine:
    """One running server.

    Args:
        world: The truth.
        protocol: The dialect.
        history: Where to note what happens.
        times: How long things take.
        nth_login: How many logins came before the first of this server.
        faults: What goes wrong.
        keep_lists: Whether the member lists are loaded from the start.
    """

    def __init__(
        self,
        world: World,
        protocol: Protocol,
        history: History,
        times: Times,
        nth_login: int,
        faults: Faults,
        keep_lists: bool,
    ) -> None:
        self.world = world
        self.protocol = protocol
        self.history = history
        self.idle_s = times.idle_s
        self.delay_s = times.delay_s
        self.ended: str | None = None
        self.closed = False
        self.faults = faults
        self.provider = Provider(history, faults)
        self.on_end: Callable[[], None] = lambda: None
        self.started = unix_now()
        self.queue = SendQueue(times.pace_s, TRIES[protocol], self._attempt, self._settled, self._delay_s)
        self.events = EventList(times.poll_s)
        self.running = asyncio.Event()
        second_events = self.events if protocol == "openqq2" else None
        self.posts = Posts(history, faults, second_events, self.running, self.spawn, self._obey)
        self._tasks: set[asyncio.Task[None]] = set()
        self._counter = int(time.time()) % 10_000 * 10_000
        self._logging_in = asyncio.Lock()
        self._log_in(nth_login, keep_lists)

    # Life

    def open(self) -> None:
        """Begin to work; 2.x posts the events of a first login before it answers any call."""
        self.spawn(self.queue.run())
        if self.protocol == "openqq2" and self.posts.url:
            self.spawn(self._first_login())
        else:
            self.running.set()

    async def close(self) -> None:
        """Stop working."""
        self.closed = True
        self.posts.silence()
        others = [task for task in self._tasks if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        # Each notes its own end; what is left then are sends that nobody makes any more.
        await asyncio.gather(*others, return_exceptions=True)
        self.history.give_up()
        await self.posts.close()

    def end(self, why: str) -> None:
        """End as the real process would: nothing is answered or posted any more."""
        if self.ended is None:
            self.ended = why
            self.on_end()
            self.spawn(self.close())

    def spawn(self, work: Coroutine[object, object, None]) -> "asyncio.Task[None]":
        """Start something in the background and keep what goes wrong in it."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)
        return task

    def _finished(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if isinstance(error, Exception):
            log.error("the simulator has failed", exc_info=error)
            self.history.add(error)

    @property
    def pace_s(self) -> float:
        """Seconds between two sends."""
        return self.queue.pace_s

    @pace_s.setter
    def pace_s(self, pace_s: float) -> None:
        self.queue.pace_s = pace_s

    @property
    def post_api(self) -> str | None:
        """Where posts go."""
        return self.posts.url

    def post_to(self, url: str | None) -> None:
        """Say where posts go."""
        self.posts.url = url

    @property
    def nth_login(self) -> int:
        """How many logins came before this one."""
        return self.login.nth

    # Logins

    def _log_in(self, nth: int, keep_lists: bool) -> None:
        self.login = Login(self.world, self.protocol, nth, not self.faults.has("no_members"))
        self.words1 = Openqq1(self.login)
        self.words2 = Openqq2(self.login)
        self.group_texts = GroupTexts(self.login)
        if keep_lists:
            self.login.load_all()

    async def _first_login(self) -> None:
        await self._scan("loading")
        await self.posts.event_and_wait("login", 1)
        self.running.set()
        await self.posts.event_and_wait("state_change", "updating", "running")

    async def log_in_again(self, keep_lists: bool | None = None, code_waits: bool = False) -> None:
        """Log in anew: calls wait, all temporary ids change, 2.x posts its events one after the other.

        Args:
            keep_lists: Whether the member lists are loaded at once; as the world says if not given.
            code_waits: Whether the code waits to be scanned until no fault `scan_code` is active.
        """
        self.running.clear()
        async with self._logging_in:
            self.running.clear()
            if self.protocol == "openqq2":
                await self._scan("running", code_waits)
            elif code_waits:
                await self._until_scanned()
            self._log_in(self.login.nth + 1, self.world.lists_loaded if keep_lists is None else keep_lists)
            if self.protocol == "openqq2":
                await self.posts.event_and_wait("login", 1)
            self.running.set()
        if self.protocol == "openqq2":
            await self.posts.event_and_wait("state_change", "updating", "running")

    async def _scan(self, before: str, code_waits: bool = False) -> None:
        await self.posts.event_and_wait("input_qrcode", QRCODE_PATH, QRCODE_PICTURE)
        await self.posts.event_and_wait("state_change", before, "scaning")
        if code_waits:
            await self._until_scanned()
        for old, new in (("scaning", "confirming"), ("confirming", "updating")):
            await self.posts.event_and_wait("state_change", old, new)

    async def _until_scanned(self) -> None:
        while fault := self.faults.oldest("scan_code"):
            await until_over(fault)

    async def stop_client(self) -> None:
        """Stop as the call of that name makes it."""
        await asyncio.sleep(self.delay_s)
        await self.posts.event_and_wait("state_change", "running", "stop")
        await self.posts.event_and_wait("stop")
        self.end("the call stop_client ended it")

    # Answers to posts

    def _obey(self, posted: Posted, cause: Cause) -> None:
        own = isinstance(cause, Sending)
        order = read_answer(self.protocol, posted.status or 0, posted.content_type, posted.body, own)
        if order.ended:
            self.end(order.ended)
            return
        self._mute(order, cause)
        if order.reply is not None:
            self._reply(order.reply, cause)

    def _mute(self, order: Order, cause: Cause) -> None:
        if order.mute_s is None or isinstance(cause, Sending) or cause.kind != "group" or cause.group is None:
            return
        member = self.find_member(cause.group, cause.sender.qq)
        if member and self.may_manage(cause.group, member):
            self.provider.mute(self.login, cause.group, member, order.mute_s, "reply")

    def _reply(self, reply: object, cause: Cause) -> None:
        # 2.x never manages to send a temporary message, replies included.
        if cause.kind == "session" and self.protocol == "openqq2":
            return
        if isinstance(cause, Sending):
            friend, person = cause.friend, cause.person
        else:
            friend, person = self._friend_of(cause), cause.sender
        self.send(
            Sending(
                cause.kind, reply, self.next_number(), "reply", friend, cause.group, cause.discuss, person
            )
        )

    def _friend_of(self, arrival: Arrival) -> Friend | None:
        if arrival.kind != "friend":
            return None
        known = (friend for friend in self.login.friends if friend.person.qq == arrival.sender.qq)
        return next(known, Friend(arrival.sender, category="陌生人"))

    # What arrives

    async def arrive_together(self, arrivals: list[Arrival]) -> list[Thing]:
        """Take several messages from the provider at the same moment."""
        return self._arrive(arrivals)[0]

    async def arrive_in_turn(self, arrivals: list[Arrival]) -> list[Thing]:
        """Take several messages, and wait until their posts are answered, though not for ever."""
        things, posts = self._arrive(arrivals)
        if posts:
            await asyncio.wait(posts, timeout=BUNCH_PATIENCE_S)
        return things

    def _arrive(self, arrivals: list[Arrival]) -> "tuple[list[Thing], list[asyncio.Task[None]]]":
        """Take messages and post them. Gives each, empty if the dialect drops it, and the posts."""
        things: list[Thing] = []
        outgoing: list[tuple[Thing, Cause | None]] = []
        for arrival in arrivals:
            outgoing += [(event, None) for event in self._load_for(arrival)]
            payload = self._write(arrival)
            self._remember(arrival)
            things.append(payload or {})
            if payload:
                outgoing += [(payload, arrival)] * (2 if self.faults.strike("duplicate") else 1)
        return things, self.posts.emit_all(outgoing)

    def _load_for(self, arrival: Arrival) -> list[Thing]:
        events: list[Thing] = []
        for place in (arrival.group, arrival.discuss):
            if place and self.login.load(place.number) and isinstance(place, Group):
                events += loading(self.login, self.words2, place)
        events += newcomers(self.login, self.words2, arrival)
        return events if self.protocol == "openqq2" else []

    def _write(self, arrival: Arrival) -> Thing | None:
        if arrival.group:
            known = self.login.groups.get(arrival.group.number)
            if known is None:
                return None
            arrival = replace(arrival, group=known)
        write = received1 if self.protocol == "openqq1" else received2
        return write(self.login, arrival, self.faults.strike("unknown_sender") is not None)

    def _remember(self, arrival: Arrival) -> None:
        qq = arrival.sender.qq
        if arrival.kind == "friend":
            friend = self._friend_of(arrival)
            if friend:
                self.login.remember((0, qq), arrival.sender if qq in self.login.strangers else friend)
        elif arrival.kind == "session" and arrival.group:
            member = self.find_member(arrival.group, qq)
            if member:
                self.login.remember((arrival.group.number, qq), (arrival.group, member))

    # What is sent

    def next_number(self) -> int:
        """Count the messages that are sent, from a start that depends on the time."""
        self._counter += 1
        return self._counter

    def send(self, sending: Sending) -> "asyncio.Future[Outcome]":
        """Queue a message."""
        self.history.begin()
        if self.protocol == "openqq2" and isinstance(sending.content, str):
            sending = replace(sending, content=widen(sending.content))
        return self.queue.put(sending)

    def _delay_s(self, sending: Sending) -> float:
        fault = self.faults.strike("full_queue", send_call(self.login, sending))
        return (fault.seconds or 0.0) if fault else 0.0

    def _attempt(self, sending: Sending) -> Outcome:
        """Hand a message to the provider."""
        outcome = self.provider.attempt(self.login, sending)
        if self.provider.wants_new_login():
            self.spawn(self.log_in_again())
        return outcome

    def _settled(self, sending: Sending, outcome: Outcome) -> None:
        if sending.friend and sending.friend.person.qq not in self.login.strangers:
            self.login.remember((0, sending.friend.person.qq), sending.friend)
        if self.protocol == "openqq2" and not outcome.is_silent:
            self.posts.emit(sent2(self.login, sending, outcome, unix_now()), sending)
        self.history.end()

    # Groups and discusses

    def discusses(self) -> list[Discuss]:
        """Give the discusses that the server knows; their members have no order of their own."""
        known = list(self.login.discusses.values())
        shuffled = self.faults.strike("shuffled")
        if shuffled is None:
            return known
        turns = [shuffled.hits % max(1, len(one.members)) for one in known]
        return [
            replace(one, members=one.members[turn:] + one.members[:turn])
            for one, turn in zip(known, turns, strict=True)
        ]

    def find_member(self, group: Group, qq: int) -> Membership | None:
        """Find a member in the server's list."""
        return next((one for one in self.login.members.get(group.number, ()) if one.person.qq == qq), None)

    def may_manage(self, group: Group, *members: Membership) -> bool:
        """Tell whether the server lets the account mute or kick; a role it does not know does not hinder it."""
        if self.login.group_number(group) is None or group.role == "attend":
            return False
        extended = self.login.extended(group)
        return all(one.role == "member" for one in members if one.person.qq in extended)

    # Changes of the world

    def notice(self, lists: tuple[List, ...] | None = None) -> None:
        """Load lists anew, as the server does every ten minutes, and tell what changed; all lists if none is named."""
        if self.closed:
            return
        for event in reload(self.login, self.words2, lists):
            if self.protocol == "openqq2":
                self.posts.emit(event)


async def until_over(fault: Fault) -> None:
    """Wait until a fault has ended."""
    await asyncio.shield(asyncio.wrap_future(fault.over))
