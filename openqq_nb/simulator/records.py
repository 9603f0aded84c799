"""What happened: messages that reached people, mutes, kicks, posts; readable while the simulator runs."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any, Literal

CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")
Kind = Literal["friend", "group", "discuss", "session"]
Via = Literal["api", "reply"]


def now() -> datetime:
    """Tell the time in China."""
    return datetime.now(CHINA)


@dataclass(frozen=True, slots=True)
class Received:
    """A message that reached a simulated friend, group or discuss.

    Args:
        kind: `friend`, `group`, `discuss` or `session` (a temporary message to a member).
        id: Temporary id of who got it.
        number: Permanent number of who got it; `None` for a discuss.
        name: What the account calls him.
        content: What was sent, after what the server does to it.
        via: `api` for a call, `reply` for the answer to a post.
        msg_id: Id that the server gave it.
        at: When.
        segments: In OneBot: what arrived, piece by piece; `content` is then the plain text of it.
        reply_to: In OneBot: id of the message it quotes.
    """

    kind: Kind
    id: str
    number: str | None
    name: str
    content: object
    via: Via
    msg_id: int
    at: datetime
    segments: tuple[dict[str, Any], ...] = ()
    reply_to: int | None = None

    @property
    def mentions(self) -> list[str]:
        """The numbers that were mentioned by a segment, and so rung; `all` for everybody."""
        return [str(one["data"].get("qq", "")) for one in self.segments if one["type"] == "at"]

    @property
    def rang_all(self) -> bool:
        """Whether it mentioned everybody."""
        return "all" in self.mentions


@dataclass(frozen=True, slots=True)
class Decided:
    """What the account said to a request (OneBot).

    Args:
        flag: Which request.
        is_approved: Whether it was granted.
        reason: Why not, or the remark for a new friend.
        via: `api` for a call, `reply` for the answer to a post.
        at: When.
    """

    flag: str
    is_approved: bool
    reason: str
    via: Via
    at: datetime


@dataclass(frozen=True, slots=True)
class Muted:
    """A mute that the server asked the provider for.

    Args:
        gnumber: Number of the group.
        number: Number of the member; `None` if the server did not know it and so muted nobody.
        name: What the group calls him.
        seconds: For how long.
        via: `api` for a call, `reply` for the answer to a post.
        at: When.
    """

    gnumber: str
    number: str | None
    name: str
    seconds: int
    via: Via
    at: datetime


@dataclass(frozen=True, slots=True)
class Kicked:
    """A member that the server asked the provider to remove; fields as in `Muted`."""

    gnumber: str
    number: str | None
    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Posted:
    """Something the server posted, and what was answered.

    Args:
        payload: The JSON object, as it went out.
        status: HTTP status of the answer; `None` if there was none.
        content_type: Content type of the answer; `""` if it had none.
        body: Body of the answer.
        error: Why there was no answer, in words; `None` if there was one.
        at: When the answer was there.
        complaint: What the server logs as an error about the answer (OneBot); `None` if nothing.
    """

    payload: dict[str, object]
    status: int | None
    content_type: str
    body: bytes
    error: str | None
    at: datetime
    complaint: str | None = None


class History:
    """Collects records from the server's thread and lets others read them and wait for them."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._received: list[Received] = []
        self._muted: list[Muted] = []
        self._kicked: list[Kicked] = []
        self._posts: list[Posted] = []
        self._decided: list[Decided] = []
        self._errors: list[Exception] = []
        self.sockets = 0
        self._busy = 0

    def add(self, record: Received | Muted | Kicked | Posted | Decided | Exception) -> None:
        """Note something."""
        with self._changed:
            match record:
                case Received():
                    self._received.append(record)
                case Muted():
                    self._muted.append(record)
                case Kicked():
                    self._kicked.append(record)
                case Posted():
                    self._posts.append(record)
                case Decided():
                    self._decided.append(record)
                case _:
                    self._errors.append(record)
            self._changed.notify_all()

    def begin(self) -> None:
        """Note that one more thing is on its way."""
        with self._changed:
            self._busy += 1

    def end(self) -> None:
        """Note that it has arrived, or never will."""
        with self._changed:
            self._busy -= 1
            self._changed.notify_all()

    def give_up(self) -> None:
        """Forget what is on its way: the server has ended."""
        with self._changed:
            self._busy = 0
            self._changed.notify_all()

    @property
    def busy(self) -> int:
        """How many things are on their way."""
        return self._busy

    @property
    def received(self) -> list[Received]:
        """A copy of what reached people."""
        with self._changed:
            return list(self._received)

    @property
    def muted(self) -> list[Muted]:
        """A copy of the mutes."""
        with self._changed:
            return list(self._muted)

    @property
    def kicked(self) -> list[Kicked]:
        """A copy of the kicks."""
        with self._changed:
            return list(self._kicked)

    @property
    def posts(self) -> list[Posted]:
        """A copy of the posts."""
        with self._changed:
            return list(self._posts)

    @property
    def decided(self) -> list[Decided]:
        """A copy of the decisions about requests."""
        with self._changed:
            return list(self._decided)

    def count_sockets(self, more: int) -> None:
        """Note that a WebSocket that gets events was opened, or has closed."""
        with self._changed:
            self.sockets += more
            self._changed.notify_all()

    @property
    def errors(self) -> list[Exception]:
        """A copy of the simulator's own failures; empty unless it has a mistake."""
        with self._changed:
            return list(self._errors)

    def wait_until(self, is_so: Callable[[], bool], timeout_s: float) -> bool:
        """Wait until something is so, which is looked at whenever something was noted."""
        with self._changed:
            return self._changed.wait_for(is_so, timeout_s)


def unix_now() -> int:
    """Tell the time in seconds since 1970, as messages carry it."""
    return int(time.time())
