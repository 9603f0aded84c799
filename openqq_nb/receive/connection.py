"""One connection to the listener: requests in, answers out, in order.

One request is answered at a time; those that came behind it wait. Whoever is refused is answered and closed.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Protocol, cast

from openqq_nb.models import Answer
from openqq_nb.receive import intake
from openqq_nb.receive.intake import Headers, Refusal
from openqq_nb.receive.reading import Reader
from openqq_nb.receive.writing import GO_AHEAD, written

Respond = Callable[[Answer], None]

_MAX_WAITING = 16
_MAX_DRAINED_BYTES = 1 << 20


class Door(Protocol):
    """What a connection asks about what it reads."""

    def judge(self, method: bytes, target: bytes, headers: Headers) -> Refusal | None:
        """Judge the head of a request."""

    def verify(self, body: bytes, signatures: Sequence[bytes]) -> Refusal | None:
        """Judge a whole post by its signatures."""

    def upgraded(self, headers: Headers, company: "Company") -> "Successor | Refusal":
        """Give what takes a connection over that goes on as a WebSocket."""

    def accept(self, body: bytes, respond: Respond) -> None:
        """Take a whole post; `respond` is called once, on the same loop."""

    def refused(self, refusal: Refusal) -> None:
        """Count a refusal."""

    def failed(self, doing: str, error: Exception) -> None:
        """Take note of an error of ours."""


class Guest(Protocol):
    """A connection, whatever is spoken there."""

    @property
    def since_s(self) -> float:
        """When what it does at present began."""

    @property
    def clogged(self) -> bool:
        """Whether the other side does not read what is written."""

    @property
    def answering(self) -> bool:
        """Whether something is being stored or answered."""

    @property
    def reading(self) -> bool:
        """Whether the rest of something is awaited."""

    @property
    def idle(self) -> bool:
        """Whether it may be closed, because nothing is under way and the other side can open another."""

    def give_up(self, reason: str) -> None:
        """Refuse what is still awaited."""

    def finish(self) -> None:
        """Close as soon as what is under way is done."""

    def abort(self) -> None:
        """Close at once."""


class Company(Protocol):
    """Who is told where a connection stands."""

    def entered(self, connection: "Connection") -> None:
        """It is new: a stranger."""

    def trusted(self, connection: "Connection") -> None:
        """It knows where to post."""

    def replaced(self, connection: "Connection", successor: Guest) -> None:
        """Something else has taken it over."""

    def ended(self, connection: Guest, lingers: bool) -> None:
        """All is said; it is closed as soon as that is written, or lingers until the other side closes."""

    def left(self, connection: Guest) -> None:
        """It is gone."""

    def now_s(self) -> float:
        """The time of the loop."""


class Successor(Guest, Protocol):
    """What takes over a connection that goes on as a WebSocket."""

    def take_over(self, transport: asyncio.Transport, rest: bytes) -> None:
        """Begin, with what was read already."""


class Connection(asyncio.Protocol):
    """One connection.

    Attributes:
        since_s: when what it does at present began: to be a stranger, a request, silence, the end.
        trusted: whether a request on it was ever let in.
        clogged: whether the other side does not read what is written.
    """

    __slots__ = (
        "_answering",
        "_company",
        "_deaf",
        "_door",
        "_drained_bytes",
        "_ended",
        "_finishing",
        "_going",
        "_heard_all",
        "_held",
        "_keep",
        "_last_words",
        "_reader",
        "_transport",
        "_waiting",
        "clogged",
        "since_s",
        "trusted",
    )

    def __init__(self, door: Door, company: Company) -> None:
        self._door = door
        self._company = company
        self._reader = Reader(self._judge, door.verify)
        self._waiting = self._reader.complete
        self._answering = self._going = self._held = self._keep = False
        self._deaf = self._ended = self._finishing = self._heard_all = False
        self._last_words: bytes | None = None
        self._drained_bytes = 0
        self.clogged = self.trusted = False
        self.since_s = company.now_s()

    @property
    def answering(self) -> bool:
        """Whether an answer is being made."""
        return self._answering

    @property
    def reading(self) -> bool:
        """Whether the rest of a request is awaited."""
        return self._reader.begun

    @property
    def idle(self) -> bool:
        """Whether nothing is under way."""
        return not (self._answering or self._waiting or self._reader.begun or self._deaf)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin; called by the loop."""
        self._transport = cast(asyncio.Transport, transport)
        self._company.entered(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """End; called by the loop."""
        self._ended = self._deaf = True
        self._reader.close()
        self._waiting.clear()
        self._company.left(self)

    def eof_received(self) -> bool:
        """Stay open while answers are due to somebody who has written all."""
        self._heard_all = True
        return self._answering or bool(self._waiting)

    def pause_writing(self) -> None:
        """Take nothing more from somebody who does not read the answers; called by the loop."""
        self.clogged = True
        self.since_s = self._company.now_s()
        self._mind_the_flow()

    def resume_writing(self) -> None:
        """Go on; called by the loop."""
        self.clogged = False
        self.since_s = self._company.now_s()
        self._go_on()

    def data_received(self, data: bytes) -> None:
        """Read what came; called by the loop."""
        if self._deaf:
            self._drain(len(data))
            return
        begins = not self._reader.begun
        try:
            refusal = self._reader.feed(data)
        except Exception as error:  # noqa: BLE001 - code of another layer; kept and shown
            self._door.failed("judging a request", error)
            self._part(intake.BROKEN)
        else:
            if refusal is not None:
                self._refuse(refusal)
        if self.trusted and (begins or self._waiting):
            self.since_s = self._company.now_s()
        self._go_on()

    def give_up(self, reason: str) -> None:
        """Refuse what is still awaited, because it takes too long or others need the place."""
        if not self._deaf:
            self._refuse(intake.refusal(reason))
            self._go_on()

    def finish(self) -> None:
        """Close as soon as what is under way is done; strangers and those who only linger, at once."""
        self._finishing = True
        if self._ended:
            self.abort()
        elif self.idle or not self.trusted:
            self._end()

    def abort(self) -> None:
        """Close at once, whatever is under way."""
        self._transport.abort()

    def _judge(self, method: bytes, target: bytes, headers: Headers) -> Refusal | None:
        refusal = self._door.judge(method, target, headers)
        if refusal is None and not self.trusted:
            self.trusted = True
            self._company.trusted(self)
        return refusal

    def _refuse(self, refusal: Refusal) -> None:
        """Take nothing more from here; what came before is still answered."""
        self._door.refused(refusal)
        self._part(refusal.answer)

    def _part(self, answer: Answer) -> None:
        self._deaf = True
        self._last_words = written(answer, keep=False, to_head=self._reader.method == b"HEAD")

    def _go_on(self) -> None:
        """Take the next requests, unless one is being answered."""
        if self._going:
            return
        self._going = True
        while self._waiting and not (self._answering or self.clogged or self._ended):
            body, self._keep = self._waiting.popleft()
            self._take(body)
        self._going = False
        if not (self._answering or self._waiting or self._over()):
            self._rest()
        self._mind_the_flow()

    def _take(self, body: bytes) -> None:
        self._answering = True
        try:
            self._door.accept(body, self._answered)
        except Exception as error:  # noqa: BLE001 - code of another layer; kept and shown
            self._door.failed("taking a post", error)
            if self._answering:
                self._keep = False
                self._answered(intake.BROKEN)

    def _answered(self, answer: Answer) -> None:
        """Write an answer; called once for each request that was accepted."""
        self._answering = False
        if self._over():
            return
        last = self._finishing or self._heard_all
        keep = self._keep and not (last and not self._waiting)
        self._transport.write(written(answer, keep))
        if not keep:
            self._end()
            return
        # Also of a request that has begun meanwhile: while we are slow, nobody else is.
        self.since_s = self._company.now_s()
        self._go_on()

    def _rest(self) -> None:
        """All requests are answered."""
        if self._last_words is not None:
            self._transport.write(self._last_words)
            self._end()
        elif self._reader.upgrade is not None:
            if not self.clogged:
                self._go_over(self._reader.upgrade)
        elif self._reader.asks:
            self._reader.asks = False
            self._transport.write(GO_AHEAD)

    def _go_over(self, headers: Headers) -> None:
        """Let a WebSocket take the connection over, with all that came behind the request for it."""
        if self._finishing:
            self._end()
            return
        successor = self._door.upgraded(headers, self._company)
        if isinstance(successor, Refusal):
            self._refuse(successor)
            self._rest()
            return
        self._ended = self._deaf = True
        if self._held:
            self._held = False
            self._transport.resume_reading()
        rest = self._reader.rest
        self._reader.close()
        self._company.replaced(self, successor)
        successor.take_over(self._transport, rest)

    def _over(self) -> bool:
        # The loop tells later of a connection that broke, and would log what is written to it until then.
        return self._ended or self._transport.is_closing()

    def _end(self) -> None:
        """Close, but let who was refused read the answer: what is still written is read and thrown away."""
        lingers = self._deaf and not self._heard_all and self._transport.can_write_eof()
        self._ended = self._deaf = True
        self._waiting.clear()
        self.since_s = self._company.now_s()
        self._company.ended(self, lingers)
        if lingers:
            self._mind_the_flow()
            self._transport.write_eof()
        else:
            self._transport.close()

    def _mind_the_flow(self) -> None:
        full = len(self._waiting) >= _MAX_WAITING or self._reader.upgrade is not None
        hold = not self._ended and (self.clogged or full)
        if hold == self._held or self._transport.is_closing():
            return
        self._held = hold
        if hold:
            self._transport.pause_reading()
        else:
            self._transport.resume_reading()

    def _drain(self, size_bytes: int) -> None:
        self._drained_bytes += size_bytes
        if self._drained_bytes > _MAX_DRAINED_BYTES:
            self.abort()
