"""A running inbox with what stands around it: a server that posts, and an account that notes what it is asked."""

import json
import threading
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import httpx

from openqq_nb.errors import NotFound, NotSupported
from openqq_nb.inbox import Inbox, Links
from openqq_nb.inbox.links import Chat, Meant
from openqq_nb.inbox.settings import Settings
from openqq_nb.journal import Journal
from openqq_nb.messages import reply_address
from openqq_nb.models import Cell, Delivery, Outcome, Receipt, Recipient, Row
from openqq_nb.protocols.base import Dialect
from openqq_nb.protocols.registry import dialect
from openqq_nb.receive.address import Address
from openqq_nb.segments import Content

PATIENCE_S = 10.0
JSON = {"Content-Type": "application/json"}
SECRET = "s3cret-of-the-path"

_numbers = count(20_000)


@dataclass
class Account:
    """What an inbox is linked to; `numbers` is what its roster knows."""

    numbers: dict[str, str] = field(default_factory=dict)
    named: dict[str, set[Meant]] = field(default_factory=dict)
    sent: list[tuple[Recipient, Content]] = field(default_factory=list)
    was_sent: threading.Event = field(default_factory=threading.Event)
    was_muted: threading.Event = field(default_factory=threading.Event)
    refreshed: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    learns: dict[str, str] = field(default_factory=dict)
    doubtful: set[Cell] = field(default_factory=set)
    forgotten: int = 0
    me: Row = field(default_factory=lambda: {"sender": "小机", "sender_qq": "9900000100", "sender_id": "77"})
    outcome: Receipt | Exception | None = None
    mutes: list[tuple[Row, int]] | None = None
    muted: Outcome = field(default_factory=lambda: Outcome(True, 0, "ok", "done"))

    def number(self, row: Row) -> Row:
        pairs = (("sender_id", "sender_qq"), ("receiver_id", "receiver_qq"), ("group_id", "gnumber"))
        known = {qq: self.numbers.get(str(row.get(key))) for key, qq in pairs if not row.get(qq)}
        return {**row, **{key: value for key, value in known.items() if value}}

    def knows(self, row: Row) -> bool:
        return row.get("sender_id") in self.numbers

    def doubts(self, row: Row) -> bool:
        return row.get("sender_id") in self.doubtful

    def refresh(self) -> None:
        self.numbers.update(self.learns)
        self.refreshed.release()

    def forget(self, told: bool) -> None:
        self.forgotten += 1
        self.numbers.clear()

    def send(self, recipient: Recipient, content: Content) -> Receipt:
        self.sent.append((recipient, content))
        self.was_sent.set()
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return receipt() if self.outcome is None else self.outcome

    def mute_later(self, row: Row, seconds: int) -> Outcome:
        if self.mutes is not None:
            self.mutes.append((row, seconds))
            self.was_muted.set()
            return self.muted
        raise NotSupported("A 1.x server cannot mute later. Nothing was done.")

    def resolve(self, name: object) -> Collection[Meant]:
        if str(name) not in self.named:
            raise NotFound(f"Nobody is called {name}.")
        return self.named[str(name)]

    async def chats(self, *_: object) -> list[Chat]:
        """Give no chats, of which the history could be asked for."""
        return []

    def links(self) -> Links:
        return Links(
            number=self.number,
            knows=self.knows,
            doubts=self.doubts,
            refresh=self.refresh,
            forget=self.forget,
            me=lambda: self.me,
            later=lambda row: lambda text: self.send(reply_address(row), text),
            mute_later=self.mute_later,
            chats=self.chats,
            resolve_group=self.resolve,
            resolve_sender=self.resolve,
            known_group=lambda name: self.named.get(str(name), ()),
            known_sender=lambda name: self.named.get(str(name), ()),
        )


@dataclass
class Desk:
    inbox: Inbox
    account: Account
    http: httpx.Client

    def post(self, body: bytes | Mapping[str, Any], **headers: str) -> httpx.Response:
        content = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        return self.http.post(self.inbox.url, content=content, headers={**JSON, **headers})

    def contents(self) -> list[str]:
        return [str(text) for text in self.inbox.df["content"]]


@contextmanager
def listening(
    protocol: str | Dialect = "openqq1",
    journal: Path | Journal | None = None,
    budget_s: float = 3.0,
    **address: Any,
) -> Iterator[Desk]:
    account = Account()
    inbox = Inbox(
        dialect(protocol, None) if isinstance(protocol, str) else protocol,
        journal if isinstance(journal, Journal) else Journal.open(journal),
        account.links(),
        Address(**{"secret": SECRET, **address}),
        Settings(budget_s=budget_s),
    )
    with inbox.start(), httpx.Client(trust_env=False, timeout=PATIENCE_S) as http:
        yield Desk(inbox, account, http)


def replied(desk: Desk, text: str = "hi") -> Any:
    """Post a message; gives the reply, or the HTTP status when there is none."""
    response = desk.post(message(text))
    return response.json()["reply"] if response.status_code == 200 else response.status_code


def receipt(msg_id: str | None = "42410001", delivery: Delivery = Delivery.SENT, code: int = 0) -> Receipt:
    return Receipt(code == 0, code, "发送成功", msg_id, None, delivery, "the message was taken")


def message(content: str | None = "你好", **changes: Any) -> dict[str, Any]:
    """A friend's message as a 1.x server posts it."""
    return {
        "type": "message",
        "msg_class": "recv",
        "msg_id": str(next(_numbers)),
        "msg_time": "1448010862",
        "content": content,
        "sender": "橙子",
        "sender_id": "2457053901",
        "sender_qq": 9900000101,
        "receiver": "小机",
        "receiver_id": "9900000100",
        "receiver_qq": 9900000100,
        **changes,
    }


def group_message(content: str = "你好", **changes: Any) -> dict[str, Any]:
    place = {"type": "group_message", "group": "PERL学习角", "group_id": "2617047201", "gnumber": 9910000201}
    return message(content, **{**place, **changes})


def message2(content: str = "你好", **changes: Any) -> dict[str, Any]:
    """A friend's message as a 2.x server posts it."""
    return {
        "post_type": "receive_message",
        "type": "friend_message",
        "class": "recv",
        "id": next(_numbers),
        "time": 1448010862,
        "content": content,
        "sender": "橙子",
        "sender_id": 2457053901,
        "sender_uid": 9900000101,
        "receiver": "小机",
        "receiver_id": 9900000100,
        "receiver_uid": 9900000100,
        **changes,
    }


def own2(content: str = "hi", **changes: Any) -> dict[str, Any]:
    """What a 2.x server posts of a message that the account sent to a friend."""
    return {
        "post_type": "send_message",
        "type": "friend_message",
        "class": "send",
        "id": 42410001,
        "time": 1448010900,
        "content": content,
        "sender": "小机",
        "sender_id": 9900000100,
        "sender_uid": 9900000100,
        "receiver": "橙子",
        "receiver_id": 2457053901,
        "receiver_uid": 9900000101,
        "code": 0,
        "msg": "发送成功",
        "info": "发送正常",
        "from": "api",
        "source": "local",
        "ttl": 2,
        **changes,
    }
