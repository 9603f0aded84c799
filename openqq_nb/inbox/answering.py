"""Has handlers answer a message within the budget, and sends what comes too late."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from openqq_nb.columns import ZONE
from openqq_nb.errors import NotSupported, OpenqqError
from openqq_nb.inbox.brakes import Brakes, in_words
from openqq_nb.inbox.handlers import Handler, Handlers
from openqq_nb.inbox.late import LateReplies
from openqq_nb.inbox.message import Message
from openqq_nb.inbox.replies import as_reply
from openqq_nb.inbox.rounds import Round, Said
from openqq_nb.inbox.stats import Counters
from openqq_nb.models import Answer, Arrival, Outcome, Receipt, Reply, Row
from openqq_nb.protocols.base import Posting
from openqq_nb.receive import intake
from openqq_nb.segments import Content

BUDGET_S = 3.0

Later = Callable[[Row], Callable[[Content], Receipt]]
Replied = Callable[[Arrival, Content], None]
MuteLater = Callable[[Row, int], Outcome]


class Answering:
    """Runs the handlers of messages.

    Args:
        handlers: what is registered.
        dialect: how the server speaks; where it obeys nothing that is written back to a push, all goes out by `later`.
        later: gives the way to send a late reply to a message.
        replied: told of each text that went out as the answer to a push.
        counters: counts.
        budget_s: the time that all handlers of one message have together.
        mute_later: mutes the sender of a message for so many seconds, after its push was answered; raises
            `NotSupported` where the server mutes in an answer only.
        brakes: decides whether a reply may go out.
    """

    def __init__(
        self,
        handlers: Handlers,
        dialect: Posting,
        later: Later,
        replied: Replied,
        counters: Counters,
        budget_s: float = BUDGET_S,
        *,
        mute_later: MuteLater,
        brakes: Brakes | None = None,
    ) -> None:
        self._handlers = handlers
        self._dialect = dialect
        self._later = later
        self._replied = replied
        self._counters = counters
        self._budget_s = budget_s
        self._mute_later = mute_later
        self._brakes = brakes or Brakes()
        self._late = LateReplies()
        self._lock = threading.Lock()
        self._rounds: set[Round] = set()
        self._stopping = False

    def begin(self, arrival: Arrival, *, late: bool) -> Round | None:
        """Give a message to its handlers; None when none wants it, or when nobody waits for the answer.

        Args:
            arrival: a new received message.
            late: whether its push was answered already, so that a reply can only be sent as a message.
        """
        if not self._handlers.registered:
            return None
        with self._handlers.wanting(arrival.row) as wanting:
            if not wanting:
                return None
            send = self._later(arrival.row)
            new = Round(arrival, len(wanting), self._brakes.now(), partial(self._too_late, send))
            if not self._dialect.answers:
                self._send_when_decided(new, send)
            elif late:
                new.expire()
            message = Message(arrival.row, arrival.extra)
            for index, handler in enumerate(wanting):
                handler.call(message, partial(self._returned, new, index, handler))
        return new if self._dialect.answers else None

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
        return intake.NOTHING_TO_SAY if said is None else self._said(found, said)

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

    def stop(self) -> int:
        """Let handlers see what has come, for as long as a message has, and send what is late by then.

        Returns:
            How many replies were not sent.
        """
        for name, count in self._handlers.close(self._budget_s).items():
            many = "1 message" if count == 1 else f"{count} messages"
            self._counters.lose(
                f"The handler {name!r} had not finished with {many} when the inbox was stopped. It has "
                f"{self._budget_s:g} s for what came before. All messages are in inbox.df."
            )
        return self._late.stop()

    def _send_when_decided(self, found: Round, send: Callable[[Content], Receipt]) -> None:
        """Send what is said within the budget; the push is answered already, and no thread waits."""
        self._enter(found)
        asyncio.get_running_loop().call_later(self._budget_s, self._end_budget, found)

        def decided(future: "Future[Said | None]") -> None:
            said = future.result()
            if said is not None:
                self._too_late(send, found, said)
            self._leave(found)

        found.decided.add_done_callback(decided)

    def _end_budget(self, found: Round) -> None:
        if not found.decided.done():
            found.expire()
            self._handlers.relieve()

    def _enter(self, found: Round) -> None:
        with self._lock:
            self._rounds.add(found)
            hurry = self._stopping
        if hurry:
            found.expire()

    def _leave(self, found: Round) -> None:
        with self._lock:
            self._rounds.discard(found)

    def _said(self, found: Round, said: Said) -> Answer:
        """Give what is written back, and count it; what the brakes hold back is not written."""
        reply = self._braked(found, said)
        answer = said.answer
        if reply is not said.reply:
            answer = self._dialect.answer(found.arrival, reply) if reply.shutup else intake.NOTHING_TO_SAY
        if answer.body:
            said.handler.replied()
        if reply.shutup and found.arrival.row.get("type") == "group_message":
            self._counters.muted(said.handler.name, found.arrival.row, reply.shutup_time)
        if reply.text:
            self._replied(found.arrival, reply.text)
        return answer

    def _braked(self, found: Round, said: Said) -> Reply:
        """Take the text out of a reply that must not go out.

        A mute goes out all the same: it takes no place in the queue of sends, and ends what the brakes are for.
        """
        if not said.reply.text:
            return said.reply
        row = found.arrival.row
        sender = row.get("sender_qq") or row.get("sender_id") or row.get("sender")
        held = self._brakes.check(str(row.get("chat_key")), str(sender), found.came_s)
        if held is None:
            return said.reply
        if held.new:
            said.handler.hold_back(in_words(held, row, datetime.now(ZoneInfo(ZONE))))
        self._counters.add("held_back")
        return Reply(shutup=said.reply.shutup, shutup_time=said.reply.shutup_time)

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
            except BaseException as failure:  # noqa: BLE001 - what the user's function returned; kept and shown
                handler.fail(failure)
        found.finish(index, said)

    def _as_said(self, arrival: Arrival, handler: Handler, result: object) -> Said | None:
        reply = as_reply(result)
        if reply is None:
            return None
        answer = self._dialect.answer(arrival, reply)
        if not self._dialect.answers:
            _check_calls(arrival.row, reply)
        elif not answer.body:
            raise NotSupported(
                f"The server takes no reply to a message of this kind ({arrival.row.get('type')}). "
                "Nothing was written back. Return None here, and send with my.send_... where that is possible."
            )
        return Said(handler, reply, answer)

    def _too_late(self, send: Callable[[Content], Receipt], found: Round, said: Said) -> None:
        """Have a reply sent by calls, because it cannot be the answer, or not any longer."""
        said = replace(said, reply=self._braked(found, said))
        jobs: list[Callable[[], None]] = []
        if said.reply.shutup:
            jobs.append(partial(self._mute_late, found.arrival.row, said))
        if said.reply.text:
            jobs.append(partial(self._send_late, send, said))
        if not all([self._late.put(job) for job in jobs]):
            said.handler.fail(NotSupported("A reply came after the inbox was stopped, so it was not sent."))

    def _mute_late(self, row: Row, said: Said) -> None:
        try:
            outcome = self._mute_later(row, said.reply.shutup_time)
        except NotSupported as error:
            said.handler.fail(
                error
                if not self._dialect.answers
                else NotSupported(
                    f"A reply that mutes came too late to be the answer to the message: handlers have "
                    f"{self._budget_s:g} s. This server mutes in an answer only. Nobody was muted; a text is sent as a "
                    "message. Return the reply first, and do slow work elsewhere."
                )
            )
        except Exception as error:  # noqa: BLE001 - the border of a thread; kept and shown
            said.handler.fail(error)
        else:
            self._muted_late(row, said, outcome)

    def _muted_late(self, row: Row, said: Said, outcome: Outcome) -> None:
        if not outcome:
            said.handler.fail(
                OpenqqError(f"A {self._late_word}mute was not done by the server: {outcome.meaning}.")
            )
            return
        self._counters.muted(said.handler.name, row, said.reply.shutup_time)
        if not said.reply.text:
            said.handler.replied()

    def _send_late(self, send: Callable[[Content], Receipt], said: Said) -> None:
        try:
            receipt = send(said.reply.text)
        except Exception as error:  # noqa: BLE001 - the border of a thread; kept and shown
            said.handler.fail(error)
            return
        if not receipt:
            said.handler.fail(
                OpenqqError(f"A {self._late_word}reply was not taken by the server: {receipt.meaning}.")
            )
            return
        said.handler.replied()
        if self._dialect.answers:
            self._counters.add("late_replies")

    @property
    def _late_word(self) -> str:
        """What is said of a reply that goes out by calls: where they all do, none is late."""
        return "late " if self._dialect.answers else ""


def _check_calls(row: Row, reply: Reply) -> None:
    """Refuse a reply that calls cannot bring; raises `NotSupported`."""
    if reply.shutup and row.get("type") != "group_message":
        raise NotSupported(
            f"A reply can mute in a group only; this message is of the kind {row.get('type')}. Nothing was sent. Leave "
            "shutup away here."
        )
    # Lagrange does not tell it.
    if row.get("type") == "sess_message" and row.get("gnumber") is None:
        raise NotSupported(
            "A temporary message can be answered only through the group by which it came, which the server does not "
            "tell for this one. Nothing was sent. Return None here, or write to the person in the group."
        )
