"""What the account itself sent, so that each send is one row, also where the server posts it back.

A send is known from two sides: the client records it with the receipt, and a 2.x server posts it after the
attempt. Whichever comes first makes the row, the other fills it.
"""

import json
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from openqq_nb import messages
from openqq_nb.inbox.frames import Line
from openqq_nb.inbox.shelf import Change
from openqq_nb.models import Arrival, Cell, Delivery, Receipt, Recipient, Row
from openqq_nb.plaintext import stated
from openqq_nb.segments import Content, Parts, Segment

_KEPT = 1000
# A send without a number can only be told by its text. A post may come just before the receipt is recorded.
_NEAR_S = 10.0
# A send whose outcome is open may wait long in the server's queue of one message per 3 s.
_OPEN_S = 3600.0
_ADDRESSES = ("receiver_qq", "receiver_id", "gnumber", "group_id", "discuss_id")
_SAID = ("content", "kind", "reply_to", "segments")
_OUTCOME = ("msg_id", "code", "status", "info", "delivery", "msg_time", *_SAID)
_OPEN = (Delivery.ACCEPTED, Delivery.UNKNOWN)


@dataclass(slots=True, eq=False)
class Sent:
    """A row of our own.

    Attributes:
        line: where it is shown and stored.
        at_s: when it was made, by the monotonic clock.
        whole: whether both sides are known.
        before: what the line was before a post was joined to it by nothing but its text.
    """

    line: Line
    at_s: float
    whole: bool = False
    before: Arrival | None = None

    @property
    def row(self) -> Row:
        """Its columns."""
        return self.line.row

    def give_back(self) -> Change:
        """Undo a join by text, because the post belongs to another send."""
        assert self.before is not None  # noqa: S101 - `Sends.mistaken` found it
        earlier, self.before, self.whole = self.before, None, False
        return Change(self.line, {name: earlier.row.get(name) for name in _OUTCOME}, earlier)


class Sends:
    """The last sends of the account.

    Args:
        now: the monotonic clock.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._recorded: deque[Sent] = deque(maxlen=_KEPT)
        self._posted: deque[Sent] = deque(maxlen=_KEPT)

    def remember(self, line: Line, *, posted: bool, whole: bool = False) -> None:
        """Remember a row that was made, by a post of the server or by our own record."""
        (self._posted if posted else self._recorded).append(Sent(line, self._now(), whole))

    def recorded(self, row: Row) -> Sent | None:
        """Find the record that a post of the server belongs to."""
        return self._numbered(self._recorded, row) or self._unnumbered(row)

    def posted(self, row: Row) -> Sent | None:
        """Find the post that a record of ours belongs to; of a send that failed for certain there is none."""
        if row.get("msg_id") is not None:
            return self._numbered(self._posted, row)
        if row.get("delivery") not in _OPEN:
            return None
        fresh = self._now() - _NEAR_S
        return next(
            (
                sent
                for sent in self._posted
                if not sent.whole and sent.at_s >= fresh and _same_text(sent.row, row)
            ),
            None,
        )

    def mistaken(self, row: Row) -> Sent | None:
        """Find the send that was given, for its text, the post of the send that this record is of.

        The post of a send comes before its receipt is recorded, and until then it looks like that of an earlier
        send of the same text whose outcome is open.
        """
        number = row.get("msg_id")
        taken = (
            sent for sent in self._recorded if sent.before is not None and sent.row.get("msg_id") == number
        )
        return next((sent for sent in taken if _same_text(sent.row, row)), None)

    def _numbered(self, among: deque[Sent], row: Row) -> Sent | None:
        number = row.get("msg_id")
        if number is None:
            return None
        found = (sent for sent in reversed(among) if not sent.whole and sent.row.get("msg_id") == number)
        return next((sent for sent in found if _same_place(sent.row, row)), None)

    def _unnumbered(self, row: Row) -> Sent | None:
        since = self._now() - _OPEN_S
        for sent in self._recorded:
            if sent.whole or sent.at_s < since or sent.row.get("msg_id") is not None:
                continue
            if sent.row.get("delivery") in _OPEN and _same_text(sent.row, row):
                return sent
        return None


def posted_to(sent: Sent, post: Arrival) -> Change:
    """Fill the row of a record with what the server's post of it tells, whose word on the outcome counts."""
    full = merged(sent.row, post.row)
    return Change(sent.line, _changed(sent.row, full), post)


def recorded_to(sent: Sent, record: Row) -> Change:
    """Fill the row of a post with what our own record of it tells."""
    full = messages.complete(
        {**record, **{name: cell for name, cell in sent.row.items() if cell is not None}}
    )
    return Change(sent.line, _changed(sent.row, full))


def merged(record: Row, post: Row) -> dict[str, Cell]:
    """Join what the two sides tell: the post's word counts on the outcome, and where the record says nothing."""
    told: dict[str, Cell] = {name: cell for name, cell in post.items() if cell is not None}
    if "segments" in told:
        # A quote of a message that the end does not know is dropped.
        told["reply_to"] = post.get("reply_to")
    wins = {name: cell for name, cell in told.items() if name in _OUTCOME or record.get(name) is None}
    return messages.complete({**record, **wins})


def _changed(row: Row, full: Row) -> dict[str, Cell]:
    return {name: cell for name, cell in full.items() if cell != row.get(name)}


def outcome(receipt: Receipt) -> dict[str, Cell]:
    """The columns that a receipt fills."""
    return {
        "msg_id": receipt.msg_id,
        "code": receipt.code,
        "status": receipt.status,
        "info": receipt.info,
        "delivery": receipt.delivery.value,
    }


def sent_row(recipient: Recipient, content: Content, receipt: Receipt | None) -> dict[str, Cell]:
    """Make the row of a send; without a receipt nobody knows what became of it."""
    return {
        **_addressed(recipient),
        **_said(content),
        "msg_class": "send",
        **(outcome(receipt) if receipt is not None else {"delivery": Delivery.UNKNOWN.value}),
    }


def _said(content: Content) -> dict[str, Cell]:
    """Fill the columns that what was sent fills, as the end's own post of it does."""
    if isinstance(content, str):
        return {"content": content}
    return {
        "content": content.text,
        "kind": _kind(content),
        "reply_to": content.reply_to,
        "segments": content.json(),
    }


def _kind(content: Parts) -> str:
    """Say what kind of thing it is: the first of these that is in it."""
    kinds = {_kind_of(one) for one in content.segments}
    return next((kind for kind in ("reply", "image", "text", "face") if kind in kinds), _rest(kinds))


def _kind_of(one: Segment) -> str:
    if one.type == "at":
        return "text"
    if one.type == "text":
        written = stated(one.data, "text")
        return "text" if written.strip() else "blank" if written else "other"
    return one.type


def _rest(kinds: set[str]) -> str:
    return "text" if "blank" in kinds else "other"


def _addressed(recipient: Recipient) -> dict[str, Cell]:
    place: dict[str, Cell] = {"gnumber": recipient.gnumber, "group_id": recipient.gid}
    if recipient.recipient_type == "group":
        return {"type": "group_message", **place}
    if recipient.recipient_type == "discuss":
        return {"type": "discuss_message", "discuss_id": recipient.did}
    person: dict[str, Cell] = {"receiver_qq": recipient.qq, "receiver_id": recipient.id}
    if recipient.recipient_type == "friend":
        return {"type": "message", **person}
    via = "discuss" if recipient.did else "group"
    return {"type": "sess_message", "via": via, **place, "discuss_id": recipient.did, **person}


def reply_row(row: Row, content: Content, now_s: float) -> dict[str, Cell]:
    """Make the row of a reply that the server sends for us without telling what became of it."""
    place = {
        name: row.get(name)
        for name in ("type", "via", "group", "gnumber", "group_id", "discuss", "discuss_id")
    }
    us = {f"sender{suffix}": row.get(f"receiver{suffix}") for suffix in ("", "_qq", "_id")}
    partner = {f"receiver{suffix}": row.get(f"sender{suffix}") for suffix in ("", "_qq", "_id")}
    if row.get("type") not in ("message", "sess_message"):
        partner = {}
    return {
        **place,
        **us,
        **partner,
        **_said(content),
        "msg_class": "send",
        "msg_time": float(int(now_s)),
        "delivery": Delivery.ACCEPTED.value,
    }


def _same_place(one: Row, other: Row) -> bool:
    """Tell whether two rows may have gone to the same place: what both know must be equal."""
    if one.get("type") != other.get("type"):
        return False
    both = [(one[name], other[name]) for name in _ADDRESSES if one.get(name) and other.get(name)]
    return all(left == right for left, right in both)


def _same_text(one: Row, other: Row) -> bool:
    return _same_place(one, other) and _folded(one) == _folded(other)


def _folded(row: Row) -> str:
    written = row.get("segments")
    if isinstance(written, str):
        return "".join(_bare(one) for one in json.loads(written))
    # 2.x servers post back full-width signs where they were given < and >.
    return str(row.get("content") or "").replace("<", "＜").replace(">", "＞")


def _bare(one: dict[str, Any]) -> str:
    """Write a segment without what an end adds: names beside numbers, addresses of pictures, and a quote or not."""
    kind, data = one["type"], one["data"]
    if kind == "text":
        return stated(data, "text")
    return "" if kind == "reply" else f"[{kind}:{stated(data, 'qq') or stated(data, 'id')}]"
