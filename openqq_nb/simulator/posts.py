"""What the server posts: to the listener, one try each, and to `check_event`."""

import asyncio
from collections.abc import Callable, Coroutine

from openqq_nb.simulator.check_event import EventList
from openqq_nb.simulator.faults import Faults
from openqq_nb.simulator.messages import Arrival, Sending
from openqq_nb.simulator.openqq1 import Thing
from openqq_nb.simulator.posting import Poster
from openqq_nb.simulator.records import History, Posted, now
from openqq_nb.simulator.roster_changes import is_property_change

EVENT_PATIENCE_S = 5.0
Cause = Arrival | Sending
Task = asyncio.Task[None]


class Posts:
    """Posts what happens, in the background.

    Args:
        history: Where to note it.
        faults: What goes wrong.
        events: Keeps it for `check_event`; `None` in 1.x.
        running: Nothing but the events of a login is posted unless this is set.
        spawn: Starts something in the background.
        obey: Does what the answer to the post of a message says.
    """

    def __init__(
        self,
        history: History,
        faults: Faults,
        events: EventList | None,
        running: asyncio.Event,
        spawn: Callable[[Coroutine[object, object, None]], Task],
        obey: Callable[[Posted, Cause], None],
    ) -> None:
        self.url: str | None = None
        self._history = history
        self._faults = faults
        self._events = events
        self._running = running
        self._spawn = spawn
        self._obey = obey
        self._poster = Poster()
        self._is_silent = False

    def silence(self) -> None:
        """Post nothing any more."""
        self._is_silent = True

    async def close(self) -> None:
        """Close all connections."""
        await self._poster.close()

    async def event_and_wait(self, name: str, *params: object) -> None:
        """Post an event of the server's life, and stand still until it is answered."""
        if self.url:
            payload: Thing = {"event": name, "params": list(params), "post_type": "event"}
            self._history.begin()
            await self._post(payload, EVENT_PATIENCE_S)
            self._history.end()

    def emit(self, payload: Thing, cause: Cause | None = None) -> Task | None:
        """Hand a message or a roster event to `check_event` and to the listener; gives the post."""
        if self._is_silent:
            return None
        if self._events:
            taken = self._faults.strike("other_poller")
            (self._events.take_away if taken else self._events.add)(payload)
        unwanted = is_property_change(payload) and not self._faults.strike("property_events")
        if self.url is None or unwanted:
            return None
        self._history.begin()
        return self._spawn(self._post_and_obey(payload, cause))

    def emit_all(self, outgoing: list[tuple[Thing, Cause | None]]) -> list[Task]:
        """Hand on what comes at the same moment; over separate connections, unless a fault orders it."""
        if len(outgoing) > 1 and self._faults.strike("out_of_order"):
            self._history.begin()
            return [self._spawn(self._emit_in_turn(outgoing[::-1]))]
        posts = [self.emit(payload, cause) for payload, cause in outgoing]
        return [post for post in posts if post]

    async def _emit_in_turn(self, outgoing: list[tuple[Thing, Cause | None]]) -> None:
        try:
            for payload, cause in outgoing:
                post = self.emit(payload, cause)
                if post:
                    await asyncio.wait([post])
        finally:
            self._history.end()

    async def _post_and_obey(self, payload: Thing, cause: Cause | None) -> None:
        try:
            await self._running.wait()
            late = self._faults.strike("late_posts")
            if late:
                await asyncio.sleep(late.seconds or 0)
            posted = await self._post(payload)
            if posted and cause and posted.status is not None:
                self._obey(posted, cause)
        finally:
            self._history.end()

    async def _post(self, payload: Thing, patience_s: float | None = None) -> Posted | None:
        if self.url is None or self._is_silent:
            return None
        if self._faults.strike("lost_posts"):
            posted = Posted(payload, None, "", b"", "lost by the fault lost_posts", now())
        else:
            posted = await self._poster.post(self.url, payload, patience_s)
        self._history.add(posted)
        return posted
