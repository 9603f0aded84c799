"""Fills what was missed while the connection of a stream was broken, in the background, until nothing is missing."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Final

import pandas as pd

from openqq_nb.columns import ZONE
from openqq_nb.errors import JournalFailed, NoAnswer, NotSupported, OpenqqError, Unreachable, listed
from openqq_nb.inbox.backfill import OVERLAP_S, SILENT, Backfill, key_of
from openqq_nb.inbox.links import Chat, Chats

SHORTEST_S: Final = 1.0
LONGEST_S: Final = 60.0
# A chat that the server cannot tell of is given up after so many tries; one for which it could not be asked never.
_TRIES: Final = 3

# Whatever fails like this fails for all chats, until it passes. One that gets no answer may be the only one.
_FOR_ALL = (Unreachable, JournalFailed)
_PASSING = (*_FOR_ALL, NoAnswer)


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
        self._silent: set[str] = set()
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
        """Fill no more, and tell of what is not filled: the next inbox begins after it."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        if self.open:
            self._lose(self._unfilled())
        self._since_s = None
        self._left.clear()

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
        except NotSupported as error:
            self._since_s = None
            self._lose(f"Messages may be missing, from while the connection was broken. Found: {error}")
            return True
        except OpenqqError:
            return False
        failed, silent = False, 0
        for key, (chat, since_s) in list(self._left.items()):
            if self._since_s is not None:
                return True  # one more gap: each chat is asked for both at once
            problem = (await self._backfill.chat(chat, since_s)).problem
            if problem is None:
                self._done(key)
            else:
                failed = True
                self._put_off(key, chat, problem)
            silent = silent + 1 if isinstance(problem, NoAnswer) else 0
            if isinstance(problem, _FOR_ALL) or silent >= SILENT:
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
        for chat in sorted(chats, key=lambda chat: key_of(chat[0]) in self._silent):
            key = key_of(chat[0])
            before_s = self._left.pop(key, (chat, since_s))[1]
            self._left[key] = chat, min(before_s, since_s)

    def _done(self, key: str) -> None:
        del self._left[key]
        self._tries.pop(key, None)
        self._silent.discard(key)

    def _put_off(self, key: str, chat: Chat, problem: OpenqqError) -> None:
        if isinstance(problem, NoAnswer):
            # All others come first, now and when there is one more gap: each such try costs a whole time-out.
            self._left[key] = self._left.pop(key)
            self._silent.add(key)
        if isinstance(problem, _PASSING):
            return
        self._tries[key] = self._tries.get(key, 0) + 1
        if self._tries[key] >= _TRIES:
            self._done(key)
            self._lose(
                f"Messages in {chat[1]!r} may be missing, from while the connection was broken: its history could not "
                f"be asked for. Found: {problem} inbox.backfill() tries again."
            )

    def _unfilled(self) -> str:
        moments = [since_s for _, since_s in self._left.values()]
        where = f" Found, not asked for yet:{listed([name for (_, name), _ in self._left.values()])}"
        if self._since_s is not None:
            moments.append(self._since_s)
            where = ""
        since = f"{pd.Timestamp(min(moments), unit='s', tz=ZONE):%Y-%m-%d %H:%M}"
        return (
            f"Messages since {since} may be missing, from while the connection was broken: the inbox was stopped "
            f"before they were filled in. Listen again, then call inbox.backfill(since={since!r}).{where}"
        )

    def _ended(self, task: "asyncio.Task[None]") -> None:
        error = None if task.cancelled() else task.exception()
        if isinstance(error, Exception):
            self._failed("filling a gap", error)
