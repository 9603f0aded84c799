"""A broadcast without a server: the account's side is played by functions, and time passes when somebody waits."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import pandas as pd

from openqq_nb.broadcast.broadcasts import Broadcasts, Order
from openqq_nb.broadcast.clock import Clock
from openqq_nb.broadcast.ledger import Ledger
from openqq_nb.broadcast.links import Links
from openqq_nb.broadcast.pace import Pace
from openqq_nb.broadcast.plan import Plan
from openqq_nb.broadcast.planning import Snapshot
from openqq_nb.errors import InvalidInput
from openqq_nb.models import Delivery, Receipt
from tests.broadcast.people import EVERYBODY, Present, friends

NOON = pd.Timestamp("2026-11-25 12:00", tz="Asia/Shanghai").timestamp()
PATIENCE_S = 30.0
INSTANT = Pace.instant()
SENT = Receipt(True, 0, "发送成功", "1", None, Delivery.SENT, "the server says the message was sent")


def refused(code: int = 100, delivery: Delivery = Delivery.FAILED) -> Receipt:
    return Receipt(False, code, "发送失败", None, None, delivery, f"code {code}")


@dataclass(frozen=True)
class Message:
    """What reached somebody, and when."""

    at_s: float
    kind: str
    number: str
    text: str


@dataclass
class Stage:
    """The account's side of broadcasts, and the time.

    Attributes:
        roster: who is there.
        login: the label of the present login.
        answer: what comes of a send, or what it raises; called before the message counts as sent.
        checked: called when ids are to be compared.
        sent: what went out.
        now_s: the time.
        on_wait: called whenever somebody waits, with the time until which.
        on_now: called whenever somebody asks for the time.
        inbox: the messages of the running inbox.
        on_messages: called whenever somebody asks for them.
        stated: who is there as the server itself gives it; `None` where it gives all that `roster` has.
    """

    roster: Present
    path: Path | None = None
    login: str = "L1"
    answer: Callable[[Mapping[str, Any], str], Receipt] = lambda row, text: SENT
    checked: Callable[[Mapping[str, Any]], None] = lambda row: None
    sent: list[Message] = field(default_factory=list)
    now_s: float = NOON
    on_wait: Callable[[float], None] = lambda until_s: None
    on_now: Callable[[], None] = lambda: None
    inbox: pd.DataFrame | None = None
    on_messages: Callable[[], None] = lambda: None
    reaches: frozenset[Any] = EVERYBODY
    logins_asked: int = 0
    stated: Present | None = None

    def __post_init__(self) -> None:
        self.broadcasts = self.opened()

    def opened(self) -> Broadcasts:
        """Open the ledger, as another session does."""
        links = Links(
            reaches=self.reaches,
            outgoing=_outgoing,
            login=self._login,
            check=lambda kind, row: self.checked(row),
            send=self._send,
            messages=self._messages,
            heard=lambda since_s: self.inbox,
        )
        clock = Clock(now=self._now, wait=self._wait)
        return Broadcasts(Ledger(self.path), links, clock, Random(1))  # noqa: S311 - waits are no secret

    def plan(
        self,
        template: str | None,
        to: Any = None,
        key: str = "k",
        pace: Pace | None = INSTANT,
        unless: Any = None,
        broadcasts: Broadcasts | None = None,
    ) -> Plan:
        """Plan as `my.broadcast` does."""
        order = Order.of(template, to, key, pace, unless)
        chosen = broadcasts or self.broadcasts
        return chosen.open(order) if to is None else chosen.plan(order, self.snapshot)

    @property
    def snapshot(self) -> Snapshot:
        """Who is there, as an account tells it."""
        return Snapshot(self.roster, self.login, self.stated or self.roster)

    @property
    def texts(self) -> list[str]:
        """The texts that went out, in order."""
        return [one.text for one in self.sent]

    def _send(self, kind: str, row: Mapping[str, Any], text: str) -> Receipt:
        receipt = self.answer(row, text)
        number = row["qq"] or row["gnumber"] or row["did"] or row["id"] or row["gid"]
        if receipt.delivery is not Delivery.FAILED:
            self.sent.append(Message(self.now_s, kind, str(number), text))
        return receipt

    def _messages(self) -> pd.DataFrame | None:
        self.on_messages()
        return self.inbox

    def _login(self) -> str:
        self.logins_asked += 1
        return self.login

    def _now(self) -> float:
        self.on_now()
        return self.now_s

    def _wait(self, changed: threading.Condition, seconds: float) -> None:
        self.on_wait(self.now_s + seconds)
        self.now_s += seconds


def _outgoing(text: str) -> str:
    if len(text) > 100:
        raise InvalidInput("The text is too long; nothing was sent.")
    return text.replace("<", "＜")


@contextmanager
def stage(**settings: Any) -> Iterator[Stage]:
    """Set the stage, and clear it up afterwards."""
    one = Stage(**{"roster": Present(friends=people(5)), **settings})
    try:
        yield one
    finally:
        one.broadcasts.stop(PATIENCE_S)
        one.broadcasts.close()


def people(count: int, first: int = 1) -> pd.DataFrame:
    """Make friends with the numbers 101, 102 and so on."""
    return friends(
        *(
            {
                "displayname": f"人{n}",
                "nick": f"人{n}",
                "markname": "",
                "qq": str(100 + n),
                "id": str(9000 + n),
            }
            for n in range(first, first + count)
        )
    )
