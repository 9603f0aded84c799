"""Has handlers answer a message within the budget, and sends what comes too late."""

import asyncio
import threading
from collections.abc import Callable
from functools import partial

from openqq_nb.errors import NotSupported, OpenqqError
from openqq_nb.inbox.handlers import Handler, Handlers
from openqq_nb.inbox.late import LateReplies
from openqq_nb.inbox.message import Message
from openqq_nb.inbox.replies import as_reply
from openqq_nb.inbox.rounds import Round, Said
from openqq_nb.inbox.stats import Counters
from openqq_nb.models import Answer, Arrival, Receipt, Reply, Row
from openqq_nb.receive import intake

BUDGET_S = 3.0

AnswerOf = Callable[[Arrival, Reply | None], Answer]
Later = Callable[[Row], Callable[[str], Receipt]]
Replied = Callable[[Arrival, str], None]


class Answering:
    """Runs the handlers of messages.

    Args:
        handlers: what is registered.
        answer: of the dialect.
        later: gives the way to send a late reply to a message.
        replied: told of each text that went out as the answer to a push.
        counters: counts.
        budget_s: the time that all handlers of one message have together.
    """

    def __init__(
        self,
        handlers: Handlers,
        answer: AnswerOf,
        later: Later,
        replied: Replied,
        counters: Counters,
        budget_s: float = BUDGET_S,
    ) -> None:
        self._handlers = handlers
        self._answer = answer
        self._later = later
        self._replied = replied
        self._counters = counters
        self._budget_s = budget_s
        self._late = LateReplies()
        self._lock = threading.Lock()
        self._rounds: set[Round] = set()
        self._stopping = False

    def begin(self, arrival: Arrival, *, late: bool) -> Round | None:
        """Give a message to its handlers; None when none wants it.

        Args:
            arrival: a new received message.
            late: whether its push was answered already, so that a reply can only be sent as a message.
        """
        with self._handlers.wanting(arrival.row) as wanting:
            if not wanting:
                return None
            new = Round(arrival, len(wanting), partial(self._too_late, self._later(arrival.row)))
            if late:
                new.expire()
            message = Message(arrival.row, arrival.extra)
            for index, handler in enumerate(wanting):
                handler.call(message, partial(self._returned, new, index, handler))
        return new

    async def answer_of(self, found: Round, left_s: float) -> Answer:
        """Wait for the answer of the handlers, on the listener's loop.

        Args:
            found: the message with its handlers.
            left_s: what is left of the budget.
        """
        self._enter(found)
        await asyncio.wait({asyncio.wrap_future(found.decided)}, timeout=max(0.0, left_s))
        self._leave(found)
        in_time = found.decided.done()
        said = found.expire()
        if not in_time:
            self._handlers.relieve()
        return intake.NOTHING_TO_SAY if said is None else self._said(found.arrival, said)

    @property
    def budget_s(self) -> float:
        """The time that all handlers of one message have together."""
        return self._budget_s

    def hurry(self) -> None:
        """Answer all pushes that wait for handlers, with what is there; those that come later too."""
        with self._lock:
            self._stopping = True
            rounds = list(self._rounds)
        for found in rounds:
            found.expire()

    def stop(self) -> None:
        """End the handlers, and send what is late already."""
        self._handlers.close()
        self._late.stop()

    def _enter(self, found: Round) -> None:
        with self._lock:
            self._rounds.add(found)
            hurry = self._stopping
        if hurry:
            found.expire()

    def _leave(self, found: Round) -> None:
        with self._lock:
            self._rounds.discard(found)

    def _said(self, arrival: Arrival, said: Said) -> Answer:
        said.handler.replied()
        if said.reply.text:
            self._replied(arrival, said.reply.text)
        return said.answer

    def _returned(
        self, found: Round, index: int, handler: Handler, result: object, error: BaseException | None
    ) -> None:
        """Take what a handler returned; runs on its lane, which an exception would end."""
        said = None
        if error is not None:
            handler.fail(error)
        else:
            try:
                said = self._as_said(found.arrival, handler, result)
            except Exception as failure:  # noqa: BLE001 - what the user's function returned; kept and shown
                handler.fail(failure)
        found.finish(index, said)

    def _as_said(self, arrival: Arrival, handler: Handler, result: object) -> Said | None:
        reply = as_reply(result)
        if reply is None:
            return None
        answer = self._answer(arrival, reply)
        if not answer.body:
            raise NotSupported(
                f"The server takes no reply to a message of this kind ({arrival.row.get('type')}). "
                "Nothing was written back. Return None here, and send with my.send_... where that is possible."
            )
        return Said(handler, reply, answer)

    def _too_late(self, send: Callable[[str], Receipt], _: Arrival, said: Said) -> None:
        if said.reply.shutup:
            said.handler.fail(
                NotSupported(
                    f"The handler took longer than {self._budget_s:g} s, and only an answer in time can mute. "
                    "Nobody was muted; the text is sent as a message. Do slow work after returning the reply."
                )
            )
        if said.reply.text and not self._late.put(partial(self._send_late, send, said)):
            said.handler.fail(NotSupported("A reply came after the inbox was stopped, so it was not sent."))

    def _send_late(self, send: Callable[[str], Receipt], said: Said) -> None:
        try:
            receipt = send(said.reply.text)
        except Exception as error:  # noqa: BLE001 - the border of a thread; kept and shown
            said.handler.fail(error)
            return
        if not receipt:
            said.handler.fail(OpenqqError(f"A late reply was not taken by the server: {receipt.meaning}."))
            return
        said.handler.replied()
        self._counters.add("late_replies")
