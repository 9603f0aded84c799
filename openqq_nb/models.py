"""The plain values that travel between the layers: requests, responses, receipts, arrivals, replies."""

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from reprlib import repr as shown
from typing import Any, Final, Literal, TypeVar

from openqq_nb.errors import InvalidInput
from openqq_nb.segments import Content, Parts

T = TypeVar("T")

Cell = str | int | float | bool | None
"""One value of a row before it becomes part of a frame; times are UTC seconds."""

Row = Mapping[str, Cell]


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request that a flow wants to have made.

    Attributes:
        path: relative to the base address of the server, without a leading slash; over a WebSocket the action.
        params: sent in the query of a GET and as a form in a POST.
        content: sent as JSON in a POST, in place of a form.
        bearer: sent in the header `Authorization`.
        repeatable: whether asking again after a lost connection is harmless; never so for sends.
        held_s: for how long the server may hold its answer back on purpose; 0 where it does not. Such a call waits
            at least that long, on a connection of its own, and nothing waits for it.
        patience: how many times the usual time-out to wait for the answer.
        within_s: how long to wait at most, however long the time-out is.
        pause_s: how long to wait before it is asked; a flow cannot wait itself.
    """

    method: Literal["GET", "POST"]
    path: str
    # A token stands among them.
    params: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    repeatable: bool = True
    held_s: float = 0.0
    content: Mapping[str, Any] | None = None
    bearer: str | None = field(default=None, repr=False)
    patience: float = 1.0
    within_s: float | None = None
    pause_s: float = 0.0

    def wait_s(self, timeout_s: float) -> float:
        """Tell how long to wait for the answer where so many seconds are usual."""
        usual_s = max(timeout_s * self.patience, self.held_s)
        return usual_s if self.within_s is None else min(usual_s, self.within_s)


@dataclass(frozen=True, slots=True)
class Response:
    """What came back: status and content type of HTTP, and the whole body."""

    http_status: int
    content_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Polled:
    """What one poll brought; the server has it no more.

    Attributes:
        bodies: each thing that came, oldest first, as a post of it would have it.
        missed: how many things another program got while this poll waited for them.
    """

    bodies: tuple[bytes, ...] = ()
    missed: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    """A piece of the history of one chat.

    Attributes:
        bodies: each message as a post of it would have it, oldest first; empty when there is nothing older.
        oldest: what names the oldest message, for the next page, where no body can be read: `msg_id`, `msg_time` and
            whatever else the dialect goes by.
    """

    bodies: tuple[bytes, ...] = ()
    oldest: Row | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What the listener writes back to a push; without a body it has no content type either."""

    http_status: int
    content_type: str | None = None
    body: bytes = b""


RecipientType = Literal["friend", "group", "discuss", "session"]


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom one message goes to; a key that is `None` is not sent.

    Attributes:
        recipient_type: `friend`, `group`, `discuss` or `session` (a temporary one through a group or discuss).
        qq: permanent number of the person.
        id: id of the person, good within one login.
        gnumber: permanent number of the group.
        gid: id of the group, good within one login.
        did: id of the discuss, good within one login.
    """

    recipient_type: RecipientType
    qq: str | None = None
    id: str | None = None
    gnumber: str | None = None
    gid: str | None = None
    did: str | None = None


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What the other side gets of a text.

    Attributes:
        text: what arrives; a face stands in it as its name in square brackets.
        replaced: each sign that the server replaces and that occurs, with what it becomes.
        faces: the names in square brackets that are shown as faces, in order, as often as they occur; other names in
            brackets stay text.
        longest: beyond about how many characters the provider may refuse or cut it; `None` where that is not known.
    """

    text: str
    replaced: tuple[tuple[str, str], ...] = ()
    faces: tuple[str, ...] = ()
    longest: int | None = None


Flow = Generator[Request, Response, T]
"""A call: it yields what to ask, receives what was answered, and returns the result."""


class Delivery(StrEnum):
    """What is known about one message that was to be sent."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    SENT = "sent"
    FAILED = "failed"
    SKIPPED = "skipped"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Receipt:
    """The server's word on one send; falsy unless it says that the message was taken.

    Attributes:
        ok: whether `code` is 0.
        code: the server's number; 0 is success, 100 to 105 "not found" (nothing was sent), below 0 "tried and failed".
        status: the server's words for it.
        msg_id: the number the server gave the message, as text; `None` where nothing was queued.
        info: the reason in the server's words, 2.x only.
        delivery: `sent`, `accepted` (queued), `failed` (certainly not sent) or `unknown`.
        meaning: the code in a sentence.

    Source:
        API document §5 to §9; codes from recorded answers.

    Example:
        >>> import openqq_nb as oq
        >>> receipt = oq.demo().send_group("大家好", gnumber="1")
        >>> bool(receipt), receipt.code, receipt.delivery.value
        (False, 101, 'failed')
    """

    ok: bool
    code: int
    status: str
    msg_id: str | None
    info: str | None
    delivery: Delivery
    meaning: str

    def __bool__(self) -> bool:
        """Tell whether the server took the message."""
        return self.ok

    def __repr__(self) -> str:
        """Say in one line what became of the message."""
        number = f", msg_id={self.msg_id}" if self.msg_id else ""
        return f"<Receipt {self.delivery.value}: {self.meaning} (code {self.code}{number})>"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The server's word on a mute, a kick or a login; falsy unless it says that it was done.

    Attributes:
        ok: whether it was done.
        code: the server's number; 0 is success.
        status: the server's words for it.
        meaning: what that is, in a sentence.

    Source:
        recorded answers of 2.x; the API document has no such calls.

    Example:
        >>> import openqq_nb as oq
        >>> bool(oq.demo("openqq2").kick(gnumber="1", qq="2"))
        False
    """

    ok: bool
    code: int
    status: str
    meaning: str

    def __bool__(self) -> bool:
        """Tell whether it was done."""
        return self.ok

    def __repr__(self) -> str:
        """Say in one line what became of it."""
        return f"<Outcome {'ok' if self.ok else 'failed'}: {self.meaning} (code {self.code})>"


@dataclass(frozen=True, slots=True)
class Reply:
    """What a handler wants to be answered to a message.

    Attributes:
        text: what to write back to where the message came from: a text, or parts such as
            `oq.reply_to(message) + "收到"`, which only a server of OneBot sends; empty means nothing.
        shutup: whether to mute the sender, in a group.
        shutup_time: for how many seconds; less than 60 is refused by servers of Openqq, and rounded up with OneBot.

    Raises:
        InvalidInput: the text is neither str nor parts, `shutup` no bool, or `shutup_time` no whole number from 1.

    Source:
        API document §10.

    Example:
        >>> import openqq_nb as oq
        >>> oq.Reply("请勿刷屏", shutup=True, shutup_time=600).shutup_time
        600
    """

    text: Content = ""
    shutup: bool = False
    shutup_time: int = 60

    def __post_init__(self) -> None:
        """Refuse what a server would take for something else."""
        if not isinstance(self.text, str | Parts):
            raise InvalidInput(
                "The text of a Reply must be a str, or parts that oq.at, oq.image, oq.face and oq.reply_to make; found "
                f"{shown(self.text)}. Write str(...) around it."
            )
        if not isinstance(self.shutup, bool):
            raise InvalidInput(f"shutup of a Reply must be True or False; found {shown(self.shutup)}.")
        seconds: object = self.shutup_time
        if isinstance(seconds, bool) or not isinstance(seconds, int) or seconds < 1:
            raise InvalidInput(
                f"shutup_time of a Reply must be whole seconds from 1, as in shutup_time=600; found {shown(seconds)}."
            )


@dataclass(frozen=True, slots=True)
class Recalled:
    """A message that its writer, or an admin, took back.

    Attributes:
        gnumber: number of the group; `None` between friends.
        qq: number of whoever wrote it, if that was told.
        msg_id: number of the message.
        at_s: when it was taken back, in UTC seconds, if that was told.
    """

    gnumber: str | None
    qq: str | None
    msg_id: str
    at_s: float | None


@dataclass(frozen=True, slots=True)
class Arrival:
    """One thing that a server posted or that was polled from it: a message or an event.

    Attributes:
        kind: `message` or `event`; or `state`, which tells how the server is and becomes no row.
        row: its columns as `schema.MESSAGES` or `schema.EVENTS` name them; what was not there is missing. Of a `state`
            its `state` in a word, `online` and `interval_s`, as far as they were told.
        fingerprint: its identity: equal for the same message however it came, different for two messages.
        raw: the bytes as they came.
        extra: keys of the server that have no column, as they came.
        answerable: whether the server would obey a reply; never so for our own messages and for events.
        account: number of the account that it came to; `None` where posts do not tell.
        recalls: of an event, which message it takes back.
    """

    kind: Literal["message", "event", "state"]
    row: Row
    fingerprint: str
    raw: bytes = b""
    extra: Mapping[str, Cell] = field(default_factory=dict)
    answerable: bool = False
    account: str | None = None
    recalls: Recalled | None = None


@dataclass(frozen=True, slots=True)
class Past:
    """What was written in one chat, as far as the history of the server gave it.

    Attributes:
        messages: what could be read, oldest first, each once.
        unread: the bodies that could not be read, with why.
        pages: how many pieces of the history were asked for.
        cut: whether older messages could not be asked for, because nothing of a piece could be read.
    """

    messages: tuple[Arrival, ...] = ()
    unread: tuple[tuple[bytes, str], ...] = ()
    pages: int = 0
    cut: bool = False


OLDER_NOT_ASKED: Final = (
    "Nothing of a page of the history could be read, nor what to ask for next, so older messages were not asked for. "
    "Those are missing here; the server still has them."
)
