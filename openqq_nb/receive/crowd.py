"""Who is connected to a listener, who has to go when there are too many, and who takes too long."""

import asyncio
from dataclasses import dataclass
from itertools import takewhile

from openqq_nb.receive.connection import Connection, Guest


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a listener puts up with.

    Attributes:
        connections: how many may be open, not counting those that are only told why they are closed; when there are
            more, one of those that never brought a post is closed, the oldest first, and only where there is none of
            them, the one that has been quiet longest.
        first_s: how long a new connection may take to bring the head of a request.
        request_s: how long a request may take to come to its end, and answers to be read.
        idle_s: how long a connection that brought a post may be quiet. The servers give up an idle one after 15 to
            20 s; if we did it first, a post that is just under way would be lost: they never post twice.
        linger_s: how long one who was refused may take to read that.
        ping_s: how often the other side of a WebSocket is asked whether it is still there; who has said nothing at all
            from one time to the next is gone.
        look_s: how often it is looked who takes too long.
    """

    connections: int = 512
    first_s: float = 10.0
    request_s: float = 60.0
    idle_s: float = 120.0
    linger_s: float = 2.0
    ping_s: float = 30.0
    look_s: float = 1.0


LIMITS = Limits()

_MAX_LINGERING = 64


class Crowd:
    """All connections of a listener; used on its loop alone.

    Args:
        limits: how much is put up with.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._loop = asyncio.get_running_loop()
        # Each in the order in which they came there.
        self._strangers: dict[Guest, None] = {}
        self._guests: dict[Guest, None] = {}
        self._lingering: dict[Guest, None] = {}
        self._closing: dict[Guest, None] = {}
        self._empty = asyncio.Event()
        self._empty.set()
        self._finishing = False
        self._look = self._loop.call_later(limits.look_s, self._look_around)

    def entered(self, connection: Connection) -> None:
        """Take note of a new connection, and make room for it."""
        self._strangers[connection] = None
        self._empty.clear()
        if self._finishing:
            connection.abort()
        elif len(self._strangers) + len(self._guests) > self._limits.connections:
            self._make_room(connection)

    def trusted(self, connection: Connection) -> None:
        """Take note that it knows where to post."""
        self._strangers.pop(connection, None)
        self._guests[connection] = None

    def replaced(self, connection: Connection, successor: Guest) -> None:
        """Take note that something else has taken it over, at the same place."""
        self._forget(connection)
        self._guests[successor] = None

    def ended(self, connection: Guest, lingers: bool) -> None:
        """Take note that all is said; whoever lingers is only waited for."""
        self._forget(connection)
        if not lingers:
            self._closing[connection] = None
            return
        self._lingering[connection] = None
        if len(self._lingering) > _MAX_LINGERING:
            # The loop tells of its end later, and it must not be chosen again until then.
            oldest = next(iter(self._lingering))
            self._forget(oldest)
            oldest.abort()

    def left(self, connection: Guest) -> None:
        """Take note that it is gone."""
        self._forget(connection)
        if not any(self._places()):
            self._empty.set()

    def now_s(self) -> float:
        """The time of the loop."""
        return self._loop.time()

    async def finish(self, grace_s: float) -> None:
        """Have all connections finish what is under way, and close them."""
        self._finishing = True
        self._look.cancel()
        for connection in self._all():
            connection.finish()
        try:
            await asyncio.wait_for(self._empty.wait(), grace_s)
        except TimeoutError:
            for connection in self._all():
                connection.abort()

    def _all(self) -> list[Guest]:
        return [one for place in self._places() for one in place]

    def _places(self) -> tuple[dict[Guest, None], ...]:
        return self._strangers, self._guests, self._lingering, self._closing

    def _forget(self, connection: Guest) -> None:
        for place in self._places():
            place.pop(connection, None)

    def _make_room(self, newest: Guest) -> None:
        """Close one: the oldest stranger, else who has been quiet longest, else the newest."""
        oldest = next(iter(self._strangers))
        quiet = [one for one in self._guests if one.idle] if oldest is newest else []
        if quiet:
            min(quiet, key=lambda one: one.since_s).finish()
        else:
            oldest.give_up("crowd")

    def _look_around(self) -> None:
        """Give up whoever takes too long."""
        now_s, limits = self.now_s(), self._limits
        self._look = self._loop.call_later(limits.look_s, self._look_around)
        for connection in _older(self._lingering, now_s - limits.linger_s):
            connection.abort()
        for connection in _older(self._closing, now_s - limits.request_s):
            connection.abort()
        for connection in _older(self._strangers, now_s - limits.first_s):
            connection.give_up("slow")
        for connection in list(self._guests):
            self._look_at(connection, now_s - connection.since_s)

    def _look_at(self, connection: Guest, since_s: float) -> None:
        limits = self._limits
        if connection.clogged:
            if since_s > limits.request_s:
                connection.abort()
        elif connection.idle:
            if since_s > limits.idle_s:
                connection.finish()
        elif connection.reading and not connection.answering and since_s > limits.request_s:
            connection.give_up("slow")


def _older(connections: dict[Guest, None], than_s: float) -> list[Guest]:
    return list(takewhile(lambda one: one.since_s < than_s, connections))
