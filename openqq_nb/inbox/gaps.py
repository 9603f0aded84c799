"""Fills what was missed while the connection of a stream was broken, in the background, until nothing is missing."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from openqq_nb.errors import NoAnswer, OpenqqError, Unreachable
from openqq_nb.inbox.backfill import OVERLAP_S, Backfill, key_of
from openqq_nb.inbox.links import Chat, Chats

SHORTEST_S: Final = 1.0
LONGEST_S: Final = 60.0
# A chat that the server cannot tell of is given up after so many tries; one for which it could not be asked never.
_TRIES: Final = 3

_PASSING = (Unreachable, NoAnswer)


class Gaps:
    """Remembers of which chats something may be missing, and fills them one after the other. On one loop only.

    Args:
        backfill: fills a chat.
        chats: tells which chats there are.
        failed: told of errors.
        lose: told in words what could not be filled.
        shortest_s: how long to wait after a failure, at first; it doubles from one to the next.
        longest_s: the longest such wait.
    """

    def __init__(
        self,
        backfill: Backfill,
        chats: Chats,
        failed: Callable[[str, Exception], None],
        lose: Callable[[str], None],
        shortest_s: float = SHORTEST_S,
        longest_s: float = LONGEST_S,
    ) -> None:
        self._backfill = backfill
        self._chats = chats
        self._failed = failed
        self._lose = lose
        self._shortest_s = shortest_s
        self._longest_s = longest_s
        self._since_s: float | None = None
        self._left: dict[str, tuple[Chat, float]] = {}
        self._tries: dict[str, int] = {}
        self._news = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @property
    def open(self) -> bool:
        """Whether something may still be missing."""
        return self._since_s is not None or bool(self._left)

    def begin(self, since_s: float) -> None:
        """Take note that anything that was written since a moment may be missing."""
        since_s -= OVERLAP_S
        self._since_s = since_s if self._since_s is None else min(self._since_s, since_s)
        self._news.set()
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._run())
            self._task.add_done_callback(self._ended)

    async def stop(self) -> None:
        """Fill no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _run(self) -> None:
        pause_s = self._shortest_s
        while self.open:
            self._news.clear()
            if await self._went_well():
                pause_s = self._shortest_s
                continue
            # The connection that comes back says so.
            with suppress(TimeoutError):
                async with asyncio.timeout(pause_s):
                    await self._news.wait()
            pause_s = min(2 * pause_s, self._longest_s)

    async def _went_well(self) -> bool:
        """Fill what is left, up to the next gap; False where something failed."""
        try:
            await self._spread()
        except OpenqqError:
            return False
        failed = False
        for key, (chat, since_s) in list(self._left.items()):
            if self._since_s is not None:
                return True  # one more gap: each chat is asked for both at once
            filled = await self._backfill.chat(chat, since_s)
            if filled.problem is None:
                del self._left[key]
                self._tries.pop(key, None)
            else:
                failed = True
                self._put_off(key, chat, filled.problem)
            if isinstance(filled.problem, _PASSING):
                break
        return not failed

    async def _spread(self) -> None:
        """Make a gap one of each chat that there is."""
        since_s = self._since_s
        if since_s is None:
            return
        chats = await self._backfill.latest_first(await self._chats(None, None, None))
        if self._since_s == since_s:
            self._since_s = None
        for chat in chats:
            key = key_of(chat[0])
            before_s = self._left.pop(key, (chat, since_s))[1]
            self._left[key] = chat, min(before_s, since_s)

    def _put_off(self, key: str, chat: Chat, problem: OpenqqError) -> None:
        if isinstance(problem, _PASSING):
            return
        self._tries[key] = self._tries.get(key, 0) + 1
        if self._tries[key] >= _TRIES:
            del self._tries[key], self._left[key]
            self._lose(
                f"Messages in {chat[1]!r} may be missing, from while the connection was broken: its history could not "
                f"be asked for. Found: {problem} inbox.backfill() tries again."
            )

    def _ended(self, task: "asyncio.Task[None]") -> None:
        error = None if task.cancelled() else task.exception()
        if isinstance(error, Exception):
            self._failed("filling a gap", error)
