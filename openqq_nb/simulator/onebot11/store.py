"""What was said, as QQ keeps it: every message with its place, its sequence and the id that the end gives it."""

import hashlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from openqq_nb.simulator.dialects import EndName
from openqq_nb.simulator.onebot11.cq import Segment
from openqq_nb.simulator.things import Person

FIRST_SEQ = 1001
SEQ_RANGE = 8000
TRIES = 10
Chat = tuple[Literal["group", "private"], int]


@dataclass(frozen=True, slots=True)
class Said:
    """A message that was said or sent.

    Args:
        chat: Where: the group, or the other person.
        sender: Who.
        segments: What.
        at: When, in seconds since 1970.
        is_own: Whether the account said it.
        through: The group that a temporary session goes through.
        seq: Which of its chat it is.
        message_id: What the end calls it.
    """

    chat: Chat
    sender: Person
    segments: tuple[Segment, ...]
    at: int
    is_own: bool = False
    through: int | None = None
    seq: int = 0
    message_id: int = 0

    @property
    def is_group(self) -> bool:
        """Whether it stands in a group."""
        return self.chat[0] == "group"


class Store:
    """All messages of a world, over restarts of its server.

    Args:
        end: Whose ids they have.
    """

    def __init__(self, end: EndName) -> None:
        self._end: EndName = end
        self._salt = time.time_ns()
        self._chats: dict[Chat, list[Said]] = {}
        self._next: dict[Chat, int] = {}
        self._recalled: set[int] = set()
        self._given: set[int] = set()

    def add(self, said: Said) -> Said:
        """Keep a message; gives it with sequence and id."""
        seq = self._next.get(said.chat, FIRST_SEQ + self._hash(said.chat) % SEQ_RANGE)
        self._next[said.chat] = seq + 1
        kept = replace(said, seq=seq, message_id=self._free_id(said.chat, seq))
        self._chats.setdefault(said.chat, []).append(kept)
        return kept

    def recall(self, said: Said) -> None:
        """Take a message back; the history shows it no more."""
        self._recalled.add(said.message_id)

    def is_recalled(self, said: Said) -> bool:
        """Tell whether a message was taken back."""
        return said.message_id in self._recalled

    def history(self, chat: Chat) -> list[Said]:
        """Give what is left of a chat, oldest first."""
        return [said for said in self._chats.get(chat, ()) if said.message_id not in self._recalled]

    def find(self, message_id: int) -> Said | None:
        """Find the newest message of an id, also one that was taken back."""
        return next((said for said in reversed(list(self.all())) if said.message_id == message_id), None)

    def all(self) -> Iterator[Said]:
        """Give every message."""
        for chat in self._chats.values():
            yield from chat

    def _hash(self, *of: object) -> int:
        text = f"{self._salt}/{of}"
        return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big")

    def _free_id(self, chat: Chat, seq: int) -> int:
        """Give an id that no message has, for as long as that can be."""
        tries = (self._message_id(chat, seq, nth) for nth in range(TRIES))
        found = next((one for one in tries if one not in self._given), self._message_id(chat, seq, TRIES))
        self._given.add(found)
        return found

    def _message_id(self, chat: Chat, seq: int, nth: int) -> int:
        number = self._hash(chat, seq, nth)
        if self._end == "napcat":
            return number % (2**31 - 1) + 1
        if self._end == "lagrange":
            # The low halves of the sequence and of a random number, so that it may come again after 65536 messages.
            number = (seq & 0xFFFF) << 16 | number & 0xFFFF
        return number - 2**32 if number >= 2**31 else number
