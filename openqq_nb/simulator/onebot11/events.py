"""Where events go: posted to an address, and over every WebSocket that is open."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

from openqq_nb.simulator.faults import Faults
from openqq_nb.simulator.onebot11.links import Links
from openqq_nb.simulator.onebot11.poster import Poster
from openqq_nb.simulator.onebot11.writing import dumps
from openqq_nb.simulator.records import History, Posted, now

Json = dict[str, Any]
Task = asyncio.Task[None]
# Does what the answer to a post says; gives what the end complains about.
Obey = Callable[[Posted], Coroutine[object, object, str | None]]


class Events:
    r"""Sends what happens, in the background.

    Args:
        history: Where to note it.
        faults: What goes wrong.
        poster: Posts.
        links: The WebSockets.
        spawn: Starts something in the background.
        is_escaped: Whether the end writes everything beyond ASCII as `\u`.
    """

    def __init__(
        self,
        history: History,
        faults: Faults,
        poster: Poster,
        links: Links,
        spawn: Callable[[Coroutine[object, object, None]], Task],
        is_escaped: bool,
    ) -> None:
        self.url: str | None = None
        self._history = history
        self._faults = faults
        self._poster = poster
        self._links = links
        self._spawn = spawn
        self._is_escaped = is_escaped
        self._is_silent = False

    def silence(self) -> None:
        """Send nothing any more."""
        self._is_silent = True

    async def close(self) -> None:
        """Close all connections to the listener."""
        await self._poster.close()

    @property
    def posts_to(self) -> str | None:
        """The address that gets posts over HTTP."""
        return self.url if self.url and self.url.startswith(("http://", "https://")) else None

    def emit(self, payload: Json, obey: Obey | None = None, by_post: bool = True) -> Task | None:
        """Send an event.

        Args:
            payload: The event.
            obey: Does what the answer to its post says.
            by_post: Whether it is posted as well; else it goes over WebSockets only.

        Returns:
            The post.
        """
        if self._is_silent:
            return None
        late = self._faults.strike("late_posts")
        lost = self._faults.strike("lost_posts") is not None
        late_s = late.seconds or 0.0 if late else 0.0
        if not lost and late_s == 0:
            self._links.send(dumps(payload, self._is_escaped).decode())
        elif not lost:
            self._spawn(self._send_late(payload, late_s))
        url = self.posts_to if by_post else None
        if url is None:
            return None
        self._history.begin()
        return self._spawn(self._post(url, payload, obey, late_s, lost))

    def emit_all(self, outgoing: list[tuple[Json, Obey | None]]) -> list[Task]:
        """Send what happens at the same moment; over separate connections, unless a fault orders it."""
        if len(outgoing) > 1 and self._faults.strike("out_of_order"):
            self._history.begin()
            return [self._spawn(self._emit_in_turn(outgoing[::-1]))]
        posts = [self.emit(payload, obey) for payload, obey in outgoing]
        return [post for post in posts if post]

    async def _emit_in_turn(self, outgoing: list[tuple[Json, Obey | None]]) -> None:
        try:
            for payload, obey in outgoing:
                post = self.emit(payload, obey)
                if post:
                    await asyncio.wait([post])
        finally:
            self._history.end()

    async def _send_late(self, payload: Json, late_s: float) -> None:
        self._history.begin()
        try:
            await asyncio.sleep(late_s)
            self._links.send(dumps(payload, self._is_escaped).decode())
        finally:
            self._history.end()

    async def _post(self, url: str, payload: Json, obey: Obey | None, late_s: float, lost: bool) -> None:
        try:
            await asyncio.sleep(late_s)
            if self._is_silent:
                return
            if lost:
                posted = Posted(payload, None, "", b"", "lost by the fault lost_posts", now())
            else:
                posted = await self._poster.post(url, payload)
            complaint = await obey(posted) if obey and posted.status is not None else None
            self._history.add(replace(posted, complaint=complaint))
        finally:
            self._history.end()
