"""The end behind calls, posts and WebSockets. Everything in here runs in the server's loop."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

from openqq_nb.simulator.engine import Times
from openqq_nb.simulator.faults import Faults
from openqq_nb.simulator.messages import Arrival
from openqq_nb.simulator.onebot11 import cq
from openqq_nb.simulator.onebot11.acts import Acts
from openqq_nb.simulator.onebot11.events import Events, Obey
from openqq_nb.simulator.onebot11.frames import Frames
from openqq_nb.simulator.onebot11.known import Known
from openqq_nb.simulator.onebot11.links import Links
from openqq_nb.simulator.onebot11.notices import Notices
from openqq_nb.simulator.onebot11.obeying import Obeying
from openqq_nb.simulator.onebot11.posted import Messages, poorer
from openqq_nb.simulator.onebot11.poster import Poster
from openqq_nb.simulator.onebot11.settings import Settings
from openqq_nb.simulator.onebot11.shown import from_talk
from openqq_nb.simulator.onebot11.sockets import connect_for_ever
from openqq_nb.simulator.onebot11.store import Said, Store
from openqq_nb.simulator.onebot11.writing import dumps
from openqq_nb.simulator.records import History
from openqq_nb.simulator.roster_changes import List
from openqq_nb.simulator.world import World

log = logging.getLogger(__name__)
BUNCH_PATIENCE_S = 2.0
Json = dict[str, Any]


class Engine:
    """One running end.

    Args:
        world: The truth.
        history: Where to note what happens.
        times: How long things take.
        faults: What goes wrong.
        settings: How the end is set up.
        store: What was said, also before this run.
    """

    def __init__(
        self, world: World, history: History, times: Times, faults: Faults, settings: Settings, store: Store
    ) -> None:
        self.world = world
        self.history = history
        self.faults = faults
        self.settings = settings
        self.end = settings.end
        self.store = store
        self.idle_s = times.idle_s
        self.pace_s = times.pace_s
        self.ended: str | None = None
        self.closed = False
        self.on_end: Callable[[], None] = lambda: None
        self.nth_login = 0
        self.known = Known(world)
        self.messages = Messages(self.known, settings)
        self.notices = Notices(self.known, settings)
        self.acts = Acts(self)
        self.obeying = Obeying(self)
        self.frames = Frames(self)
        self.links = Links(history, faults)
        poster = Poster(settings, self.known.me.qq)
        self.events = Events(history, faults, poster, self.links, self.spawn, self.end.is_escaped)
        self._ids: dict[int, Said] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._reverse: asyncio.Task[None] | None = None

    # Life

    def open(self) -> None:
        """Begin to work."""
        if not self.end.forgets_ids:
            self._ids = {said.message_id: said for said in self.store.all()}
        self.spawn(self._beat())

    async def close(self) -> None:
        """Stop working."""
        self.closed = True
        self.events.silence()
        self.links.cut()
        others = [task for task in self._tasks if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        self.history.give_up()
        await self.events.close()

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
    def post_api(self) -> str | None:
        """Where events go: an address for posts, or a WebSocket to open."""
        return self.events.url

    def post_to(self, url: str | None) -> None:
        """Say where events go."""
        self.events.url = url
        if self._reverse:
            self._reverse.cancel()
        self._reverse = None
        if url and url.startswith(("ws://", "wss://")):
            self._reverse = self.spawn(connect_for_ever(self, url))

    async def log_in_again(self, keep_lists: bool | None = None) -> None:
        """Log in anew: lists are taken anew; numbers stay, and so do the ids that the end remembers."""
        self.nth_login += 1
        self.known.take_all()
        self.set_online(True)

    def set_online(self, online: bool) -> None:
        """Let QQ throw the account out, or let it in again."""
        was, self.settings.online = self.settings.online, online
        notice = self.notices.bot_offline() if was and not online else None
        if notice:
            self.events.emit(notice)

    # Meta events

    def hello(self) -> str:
        """Give the first frame of a WebSocket."""
        return self.write(self.notices.lifecycle())

    def write(self, thing: Json) -> str:
        """Write JSON as the end does."""
        return dumps(thing, self.end.is_escaped).decode()

    async def _beat(self) -> None:
        wanted = self.settings.heartbeat_s
        seconds = self.end.heartbeat_s if wanted is None else wanted
        if seconds <= 0:
            return
        by_post = self.end.beats_by_post
        while True:
            await asyncio.sleep(seconds)
            self.events.emit(
                self.notices.heartbeat(seconds), by_post=wanted is not None if by_post is None else by_post
            )

    # Messages

    def find(self, message_id: int) -> Said | None:
        """Find a message by id, if the end remembers it."""
        return self._ids.get(message_id)

    def remember(self, said: Said) -> None:
        """Let the end know a message by its id; the oldest are forgotten."""
        self._ids.pop(said.message_id, None)
        self._ids[said.message_id] = said
        while self.end.max_ids is not None and len(self._ids) > self.end.max_ids:
            self._ids.pop(next(iter(self._ids)))

    def keep(self, said: Said) -> Said:
        """Keep a message that was said or sent."""
        kept = self.store.add(said)
        self.remember(kept)
        return kept

    async def arrive_together(self, arrivals: list[Arrival]) -> list[Json]:
        """Take several messages from QQ at the same moment."""
        return self._arrive(arrivals)[0]

    async def arrive_in_turn(self, arrivals: list[Arrival]) -> list[Json]:
        """Take talk that was made up, and wait until its posts are answered, though not for ever."""
        things, posts = self._arrive(arrivals, is_talk=True)
        if posts:
            await asyncio.wait(posts, timeout=BUNCH_PATIENCE_S)
        return things

    def _arrive(
        self, arrivals: list[Arrival], is_talk: bool = False
    ) -> "tuple[list[Json], list[asyncio.Task[None]]]":
        things: list[Json] = []
        outgoing: list[tuple[Json, Obey | None]] = []
        for arrival in arrivals:
            said = self._said(arrival, is_talk)
            if said is None:
                things.append({})
                continue
            post = self.messages.post(said)
            post = poorer(post) if self.faults.strike("poor_posts") else post
            things.append(post)
            if not said.is_own or self.settings.report_own:
                times = 2 if self.faults.strike("duplicate") else 1
                outgoing += [(post, self.obeying.message(said))] * times
        return things, self.events.emit_all(outgoing)

    def _said(self, arrival: Arrival, is_talk: bool) -> Said | None:
        if arrival.kind == "discuss" or not self.settings.online:
            return None
        segments = arrival.segments
        if segments is None:
            text = arrival.text
            segments = () if text is None else from_talk(text) if is_talk else (cq.text(text),)
        self._see_sender(arrival)
        is_group = arrival.kind == "group" and arrival.group is not None
        return self.keep(
            Said(
                ("group", arrival.group.number)
                if is_group and arrival.group
                else ("private", arrival.sender.qq),
                arrival.sender,
                tuple(segments),
                arrival.at,
                arrival.sender.qq == self.known.me.qq,
                arrival.group.number if arrival.kind == "session" and arrival.group else None,
            )
        )

    def _see_sender(self, arrival: Arrival) -> None:
        qq, group = arrival.sender.qq, arrival.group
        if group and self.known.group(group.number) is None:
            self.notice(("groups",))
        if group and arrival.kind == "group":
            if self.known.member(group.number, qq) is None:
                self.notice((group.number,))
            if self.known.member(group.number, qq):
                return
        if self.known.person(qq) is None:
            self.known.strangers[qq] = arrival.sender

    # Changes of the world

    def notice(self, lists: tuple[List, ...] | None = None, but: int | None = None) -> None:
        """Take lists anew, and tell what changed.

        Args:
            lists: Which; all if not given.
            but: Whose change is told otherwise.
        """
        if self.closed:
            return
        for change in self.known.see(lists):
            notice = None if change.who.qq == but else self.notices.changed(change)
            if notice:
                self.events.emit(notice)

    def mute_group(self, number: int, is_muted: bool) -> None:
        """Let only owner and admins speak in a group, or all again."""
        self.world.change_group(number, lambda one: replace(one, is_muted=is_muted))
        self.notice(("groups",))

    def mute_member(self, number: int, qq: int, until: int) -> None:
        """Let a member speak only after a moment, in seconds since 1970."""
        self.world.change_member(number, qq, lambda one: replace(one, muted_until=until))
        self.notice((number,))
