"""The server behind the HTTP calls: login, send queue, posts. Everything in here runs in the server's loop."""

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace

from openqq_nb.simulator.answers import Order, read_answer
from openqq_nb.simulator.check_event import EventList
from openqq_nb.simulator.group_texts import GroupTexts
from openqq_nb.simulator.login import Login, Protocol
from openqq_nb.simulator.messages import Arrival, Outcome, Sending, received1, received2, sent2
from openqq_nb.simulator.openqq1 import Openqq1, Thing
from openqq_nb.simulator.openqq2 import Openqq2
from openqq_nb.simulator.perl import widen
from openqq_nb.simulator.posting import Poster
from openqq_nb.simulator.records import History, Muted, Posted, Received, now, unix_now
from openqq_nb.simulator.roster_changes import newcomers
from openqq_nb.simulator.send_queue import SendQueue
from openqq_nb.simulator.things import Friend, Group, Membership
from openqq_nb.simulator.world import World

log = logging.getLogger(__name__)
EVENT_PATIENCE_S = 5.0
BUNCH_PATIENCE_S = 2.0
TRIES: dict[Protocol, int] = {"openqq1": 5, "openqq2": 3}
QRCODE_PATH = "/tmp/mojo_webqq_qrcode_default.png"  # noqa: S108 - only a text in an event
QRCODE_PICTURE = "iVBORw0KGgpub3QtYS1yZWFsLXBpY3R1cmU=\n"


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
    """

    def __init__(
        self, world: World, protocol: Protocol, history: History, times: Times, nth_login: int
    ) -> None:
        self.world = world
        self.protocol = protocol
        self.history = history
        self.idle_s = times.idle_s
        self.delay_s = times.delay_s
        self.post_api: str | None = None
        self.ended: str | None = None
        self.on_end: Callable[[], None] = lambda: None
        self.started = unix_now()
        self.queue = SendQueue(times.pace_s, TRIES[protocol], self._attempt, self._settled)
        self.events = EventList(times.poll_s)
        self.poster = Poster()
        self.running = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._counter = int(time.time()) % 10_000 * 10_000
        self._log_in(nth_login, self._all_lists() if world.lists_loaded else ())

    # Life

    def open(self) -> None:
        """Begin to work; 2.x posts the events of a first login before it answers any call."""
        self.spawn(self.queue.run())
        if self.protocol == "openqq2" and self.post_api:
            self.spawn(self._first_login())
        else:
            self.running.set()

    async def close(self) -> None:
        """Stop working."""
        others = [task for task in self._tasks if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        # Each notes its own end; what is left then are sends that nobody makes any more.
        await asyncio.gather(*others, return_exceptions=True)
        self.history.give_up()
        await self.poster.close()

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

    # Logins

    def _all_lists(self) -> tuple[int, ...]:
        return (*(one.number for one in self.world.groups), *(one.number for one in self.world.discusses))

    def _log_in(self, nth: int, loaded: tuple[int, ...]) -> None:
        self.login = Login(self.world, self.protocol, nth, loaded)
        self.words1 = Openqq1(self.login)
        self.words2 = Openqq2(self.login)
        self.group_texts = GroupTexts(self.login)

    async def _first_login(self) -> None:
        await self._scan("loading")
        await self._event_and_wait("login", 1)
        self.running.set()
        await self._event_and_wait("state_change", "updating", "running")

    async def log_in_again(self, keep_lists: bool = True) -> None:
        """Log in anew: calls wait, all temporary ids change, 2.x posts its events one after the other."""
        self.running.clear()
        if self.protocol == "openqq2":
            await self._scan("running")
        self._log_in(self.login.nth + 1, self._all_lists() if keep_lists else ())
        if self.protocol == "openqq2":
            await self._event_and_wait("login", 1)
        self.running.set()
        if self.protocol == "openqq2":
            await self._event_and_wait("state_change", "updating", "running")

    async def _scan(self, before: str) -> None:
        await self._event_and_wait("input_qrcode", QRCODE_PATH, QRCODE_PICTURE)
        for old, new in ((before, "scaning"), ("scaning", "confirming"), ("confirming", "updating")):
            await self._event_and_wait("state_change", old, new)

    async def stop_client(self) -> None:
        """Stop as the call of that name makes it."""
        await asyncio.sleep(self.delay_s)
        await self._event_and_wait("state_change", "running", "stop")
        await self._event_and_wait("stop")
        self.end("the call stop_client ended it")

    # Events and posts

    async def _event_and_wait(self, name: str, *params: object) -> None:
        if self.post_api:
            payload: Thing = {"event": name, "params": list(params), "post_type": "event"}
            self.history.begin()
            await self._post(payload, EVENT_PATIENCE_S)
            self.history.end()

    def emit(self, payload: Thing, cause: Arrival | Sending | None = None) -> "asyncio.Task[None] | None":
        """Hand a message or a roster event to `check_event` and to the listener."""
        if self.protocol == "openqq2":
            self.events.add(payload)
        if self.post_api is None:
            return None
        self.history.begin()
        return self.spawn(self._post_and_obey(payload, cause))

    async def _post_and_obey(self, payload: Thing, cause: Arrival | Sending | None) -> None:
        try:
            await self.running.wait()
            posted = await self._post(payload)
            if posted and cause:
                self._obey(posted, cause)
        finally:
            self.history.end()

    async def _post(self, payload: Thing, patience_s: float | None = None) -> Posted | None:
        if self.post_api is None or self.ended:
            return None
        posted = await self.poster.post(self.post_api, payload, patience_s)
        self.history.add(posted)
        return posted

    def _obey(self, posted: Posted, cause: Arrival | Sending) -> None:
        own = isinstance(cause, Sending)
        if posted.status is None:
            return
        order = read_answer(self.protocol, posted.status, posted.content_type, posted.body, own)
        if order.ended:
            self.end(order.ended)
            return
        self._mute(order, cause)
        if order.reply is not None:
            self._reply(order.reply, cause)

    def _mute(self, order: Order, cause: Arrival | Sending) -> None:
        if order.mute_s is None or isinstance(cause, Sending) or cause.kind != "group" or cause.group is None:
            return
        member = self.find_member(cause.group, cause.sender.qq)
        if member and self.may_manage(cause.group, member):
            self.mute(cause.group, member, order.mute_s, "reply")

    def _reply(self, reply: object, cause: Arrival | Sending) -> None:
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
        return [self._arrive(arrival)[0] for arrival in arrivals]

    async def arrive_in_turn(self, arrivals: list[Arrival]) -> list[Thing]:
        """Take several messages, and wait until their posts are answered, though not for ever."""
        taken = [self._arrive(arrival) for arrival in arrivals]
        posts = [post for _, post in taken if post]
        if posts:
            await asyncio.wait(posts, timeout=BUNCH_PATIENCE_S)
        return [payload for payload, _ in taken]

    def _arrive(self, arrival: Arrival) -> "tuple[Thing, asyncio.Task[None] | None]":
        """Take a message and post it. Gives the message, empty if the dialect drops it, and the post."""
        for event in self._load_for(arrival):
            self.emit(event)
        payload = self._write(arrival)
        self._remember(arrival)
        return (payload, self.emit(payload, arrival)) if payload else ({}, None)

    def _load_for(self, arrival: Arrival) -> list[Thing]:
        for place in (arrival.group, arrival.discuss):
            if place:
                self.login.load(place.number)
        events = newcomers(self.login, self.words2, arrival)
        return events if self.protocol == "openqq2" else []

    def _write(self, arrival: Arrival) -> Thing | None:
        if arrival.group and arrival.group.number not in self.login.groups:
            return None
        write = received1 if self.protocol == "openqq1" else received2
        return write(self.login, arrival)

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

    def _attempt(self, sending: Sending) -> Outcome:
        """Hand a message to the provider, who takes everything."""
        self.history.add(self._received(sending))
        return Outcome()

    def _settled(self, sending: Sending, outcome: Outcome) -> None:
        if sending.friend and sending.friend.person.qq not in self.login.strangers:
            self.login.remember((0, sending.friend.person.qq), sending.friend)
        if self.protocol == "openqq2":
            self.emit(sent2(self.login, sending, outcome, unix_now()), sending)
        self.history.end()

    def _received(self, sending: Sending) -> Received:
        identity, number, name = self._recipient(sending)
        content, via, msg_id = sending.content, sending.via, sending.number
        return Received(sending.kind, str(identity), number, name, content, via, msg_id, now())

    def _recipient(self, sending: Sending) -> tuple[int, str | None, str]:
        if sending.friend:
            qq = sending.friend.person.qq
            return self.login.person_id(qq), str(qq), sending.friend.displayname or sending.friend.person.nick
        if sending.kind == "session" and sending.person:
            return self.login.person_id(sending.person.qq), str(sending.person.qq), sending.person.nick
        if sending.group:
            return self.login.group_id(sending.group), str(sending.group.number), sending.group.displayname
        if sending.discuss:
            return self.login.discuss_id(sending.discuss), None, sending.discuss.name
        raise AssertionError(f"a message to nobody: {sending}")

    # Groups

    def find_member(self, group: Group, qq: int) -> Membership | None:
        """Find a member in the server's list."""
        return next((one for one in self.login.members.get(group.number, ()) if one.person.qq == qq), None)

    def may_manage(self, group: Group, *members: Membership) -> bool:
        """Tell whether the server lets the account mute or kick; a role it does not know does not hinder it."""
        if self.login.group_number(group) is None or group.role == "attend":
            return False
        extended = self.login.extended(group)
        return all(one.role == "member" for one in members if one.person.qq in extended)

    def mute(self, group: Group, member: Membership, seconds: int, via: str) -> None:
        """Ask the provider for a mute."""
        number = self.login.learn_member(group, member)
        self.history.add(
            Muted(
                gnumber=str(group.number),
                number=None if number is None else str(number),
                name=member.displayname or member.person.nick,
                seconds=seconds,
                via="reply" if via == "reply" else "api",
                at=now(),
            )
        )
