"""The WebSockets that are open, whoever opened them: each sends what it is given in order."""

import asyncio
from collections.abc import Awaitable, Callable

from openqq_nb.simulator.faults import Faults
from openqq_nb.simulator.records import History

Send = Callable[[str], Awaitable[None]]


class Link:
    """One open WebSocket.

    Args:
        send: Sends a text.
        cut: Breaks it off, without a word.
        has_events: Whether events go over it.
    """

    def __init__(self, send: Send, cut: Callable[[], None], has_events: bool) -> None:
        self._send = send
        self.cut = cut
        self.has_events = has_events
        self._waiting: asyncio.Queue[tuple[str, Callable[[], None]]] = asyncio.Queue()

    def put(self, frame: str, sent: Callable[[], None] = lambda: None) -> None:
        """Queue a frame.

        Args:
            frame: What.
            sent: Is called when it is sent, or never will be.
        """
        self._waiting.put_nowait((frame, sent))

    async def run(self, is_frozen: Callable[[], bool]) -> None:
        """Send what is queued until the connection ends.

        Args:
            is_frozen: Tells whether nothing gets through at the moment; what is sent then is lost.
        """
        try:
            while True:
                frame, sent = await self._waiting.get()
                try:
                    if not is_frozen():
                        await self._send(frame)
                finally:
                    sent()
        finally:
            while not self._waiting.empty():
                self._waiting.get_nowait()[1]()


class Links:
    """All open WebSockets of an end.

    Args:
        history: Where to note how many there are, and what is on its way.
        faults: What goes wrong.
    """

    def __init__(self, history: History, faults: Faults) -> None:
        self._history = history
        self._faults = faults
        self._all: list[Link] = []

    def add(self, link: Link) -> None:
        """Take one in, from now on it gets events."""
        self._all.append(link)
        if link.has_events:
            self._history.count_sockets(1)

    def remove(self, link: Link) -> None:
        """Take one out."""
        if link in self._all:
            self._all.remove(link)
            if link.has_events:
                self._history.count_sockets(-1)

    def send(self, event: str) -> None:
        """Send an event over all that get events."""
        for link in self._all:
            if link.has_events:
                self._history.begin()
                link.put(event, self._history.end)

    def cut(self) -> None:
        """Break all off."""
        for link in list(self._all):
            link.cut()

    def is_frozen(self) -> bool:
        """Tell whether they are open and nothing comes."""
        return self._faults.has("frozen_sockets")

    def is_shut(self) -> bool:
        """Tell whether none is accepted or opened."""
        return self._faults.has("no_sockets")
