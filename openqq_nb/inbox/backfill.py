"""Fills journal and frames with what was written while nobody received, from the history of the server.

Each message goes the way of one that has just come, so that what is there already is not there twice.
"""

import asyncio
import math
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pandas as pd

from openqq_nb.errors import NoAnswer, NotLoaded, OpenqqError, Refused, Unreachable
from openqq_nb.inbox.links import Chat, Links, Told
from openqq_nb.inbox.writer import Post
from openqq_nb.journal import Journal
from openqq_nb.models import OLDER_NOT_ASKED, Arrival, Past, Recipient, Row
from openqq_nb.schema import BACKFILL

FARTHEST_S: Final = 7 * 86400.0
"""How far back to go in a chat of which the journal has nothing, unless a person says otherwise."""

# What came just before the end may have been lost as well, and clocks differ.
OVERLAP_S: Final = 60.0

# So many at once, so that what comes meanwhile does not wait for long.
_PIECE: Final = 256
_FRIEND: Final = "friend:"

# Whatever fails like this fails for all chats.
_FOR_ALL = (Unreachable, Refused)
SILENT: Final = 2
"""So many chats in a row that get no answer, and no other is asked for: each costs a whole time-out."""


@dataclass(frozen=True, slots=True)
class Filled:
    """What became of one chat.

    Attributes:
        chat: the chat, with its name.
        since_s: how far back it was gone.
        messages: how many new messages came of it.
        pages: how many pages of its history were asked for.
        problem: why it was not filled.
    """

    chat: Chat
    since_s: float
    messages: int = 0
    pages: int = 0
    problem: OpenqqError | None = None

    @property
    def row(self) -> Row:
        """The same in columns."""
        recipient, name = self.chat
        return {
            "chat": name,
            "chat_key": key_of(recipient),
            "gnumber": recipient.gnumber,
            "qq": recipient.qq,
            "messages": self.messages,
            "pages": self.pages,
            "since": self.since_s,
            "problem": None if self.problem is None else str(self.problem),
        }


class Backfill:
    """Fills one chat after the other, on the receiving thread.

    Args:
        links: the ways to the account.
        journal: gives the journal.
        put: takes a post in.
        clock: tells the time in UTC seconds.
    """

    def __init__(
        self,
        links: Links,
        journal: Callable[[], Journal],
        put: Callable[[Post], object],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._links = links
        self._journal = journal
        self._put = put
        self._clock = clock
        # What came since then says nothing of what was missed before.
        self._began_s = clock()

    async def fill(
        self, since_s: float | None, groups: object, friends: object, told: Told = lambda *_: None
    ) -> list[Filled]:
        """Fill the chats that are meant.

        Args:
            since_s: how far back to go; None for the last message of the chat that is known from before.
            groups: the groups that are named, if any are.
            friends: the friends that are named, if any are.
            told: told how far it is, on the receiving thread.

        Raises:
            NotSupported: the server keeps no history.
            NotFound, Ambiguous: a name does not mean exactly one.
        """
        last = await asyncio.to_thread(self._journal().last_written, self._began_s)
        # With whom there was a first word since then there may be more.
        heard = await asyncio.to_thread(self._journal().last_written, math.inf)
        chats = await self._links.chats(groups, friends, _known_friends(heard))
        farthest_s = self._clock() - FARTHEST_S
        found: list[Filled] = []
        for chat in chats:
            told(len(found), len(chats), chat[1])
            known_s = last.get(key_of(chat[0]))
            begin_s = farthest_s if known_s is None else known_s - OVERLAP_S
            begin_s = begin_s if since_s is None else since_s
            failed = _for_all(found)
            found.append(
                await self.chat(chat, begin_s) if failed is None else Filled(chat, begin_s, problem=failed)
            )
        return found

    async def chat(self, chat: Chat, since_s: float) -> Filled:
        """Fill one chat; one that fails is left as it is, so that nothing hides that something is missing there."""
        try:
            past = await self._links.past(chat[0], since_s)
            sent = await asyncio.to_thread(self._journal().sent, key_of(chat[0]), since_s - OVERLAP_S)
        except OpenqqError as error:
            return Filled(chat, since_s, problem=error)
        problem = NotLoaded(OLDER_NOT_ASKED) if past.cut else None
        return Filled(chat, since_s, await self._stored(_bodies(past, sent)), past.pages, problem)

    async def latest_first(self, chats: Sequence[Chat]) -> list[Chat]:
        """Put chats in order: where somebody wrote last comes first, and last where nobody ever did."""
        last = await asyncio.to_thread(self._journal().last_written, self._clock())
        return sorted(chats, key=lambda chat: -last.get(key_of(chat[0]), 0.0))

    async def _stored(self, bodies: Sequence[bytes]) -> int:
        """Take bodies in, oldest first; gives how many were new."""
        new = 0
        for begin in range(0, len(bodies), _PIECE):
            piece = _Piece(bodies[begin : begin + _PIECE])
            for post in piece.posts:
                self._put(post)
            new += await piece.stored()
        return new


class _Piece:
    """Some posts that are stored together."""

    def __init__(self, bodies: Sequence[bytes]) -> None:
        self.posts = [Post(body, told=self._told) for body in bodies]
        self._left = len(bodies)
        self._done = asyncio.Event()

    async def stored(self) -> int:
        """Wait until all are; gives how many were new."""
        await self._done.wait()
        return sum(post.new for post in self.posts)

    def _told(self, _: Post) -> None:
        self._left -= 1
        if not self._left:
            self._done.set()


def key_of(recipient: Recipient) -> str:
    """Give the `chat_key` of a friend or group."""
    return f"group:{recipient.gnumber}" if recipient.recipient_type == "group" else f"{_FRIEND}{recipient.qq}"


def frame_of(found: Sequence[Filled]) -> pd.DataFrame:
    """Show what became of each chat."""
    return BACKFILL.frame(BACKFILL.table([one.row for one in found]))


def _for_all(found: Sequence[Filled]) -> OpenqqError | None:
    """Give what failed for the chats before, where it fails for all."""
    last = [one.problem for one in found[-SILENT:]]
    if last and isinstance(last[-1], _FOR_ALL):
        return last[-1]
    return last[-1] if len(last) == SILENT and all(isinstance(one, NoAnswer) for one in last) else None


def _known_friends(chats: Mapping[str, float]) -> Collection[str]:
    numbers = (key.removeprefix(_FRIEND) for key in chats if key.startswith(_FRIEND))
    return [number for number in numbers if number and not number.startswith("id=")]


def _bodies(past: Past, sent: Collection[str]) -> list[bytes]:
    """Leave out what the account is known to have sent: a row of its own record has another identity."""
    told = [one.raw for one in past.messages if not _is_known_send(one, sent)]
    return [body for body, _ in past.unread] + told


def _is_known_send(one: Arrival, sent: Collection[str]) -> bool:
    return one.row.get("msg_class") == "send" and one.row.get("msg_id") in sent
