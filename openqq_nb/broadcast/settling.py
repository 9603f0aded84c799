"""Messages whose outcome is open, settled by the server's posts of what the account sent."""

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import pandas as pd
import pyarrow as pa

from openqq_nb.broadcast.states import Change
from openqq_nb.models import Delivery

# A message has the kind of its recipient, and is at the address of him.
_PLACES = {
    "friend": ("message", (("qq", "receiver_qq"), ("id", "receiver_id"))),
    "group": ("group_message", (("gnumber", "gnumber"), ("gid", "group_id"))),
    "discuss": ("discuss_message", (("did", "discuss_id"),)),
    "session": ("sess_message", (("qq", "receiver_qq"), ("id", "receiver_id"))),
}


def settled(rows: pa.Table, messages: pd.DataFrame) -> list[Change]:
    """Find what became of messages, where exactly one post can be of each of them.

    Args:
        rows: those of the ledger whose outcome is open.
        messages: the rows of an inbox.
    """
    own = messages[(messages["msg_class"] == "send") & messages["code"].notna()]
    if not len(own) or not rows.num_rows:
        return []
    found = [(row, _posts(row, own)) for row in rows.to_pylist()]
    claimed = Counter(post for _, posts in found for post in posts)
    posts_of = {label: own.loc[[label]].to_dict("records")[0] for label in claimed}
    changes = [
        _change(row, posts_of[posts[0]]) for row, posts in found if len(posts) == 1 and claimed[posts[0]] == 1
    ]
    return [change for change in changes if change is not None]


def _posts(row: dict[str, object], own: pd.DataFrame) -> Sequence[int]:
    """Give the labels of the posts that may be of a message."""
    kind, addresses = _PLACES[str(row["recipient_type"])]
    since = pd.Timestamp(float(str(row["attempted_at"])), unit="s", tz="UTC")
    near = own[(own["type"] == kind) & (own["received_at"] >= since)]
    for ours, theirs in addresses:
        if row[ours] is not None:
            near = near[(near[theirs] == row[ours]) | near[theirs].isna()]
    known = near[[theirs for _, theirs in addresses]].notna().any(axis=1)
    text = folded(str(row["arrives"] or row["text"]))
    alike = near["content"].fillna("").map(folded) == text
    return [int(label) for label in near.index[known & alike]]


def _change(row: dict[str, object], post: Mapping[Hashable, Any]) -> Change | None:
    """Say what a post tells of a message; None if nothing that was not known."""
    delivery, code = Delivery(post["delivery"]), int(post["code"])
    if delivery not in (Delivery.SENT, Delivery.FAILED, Delivery.UNKNOWN):
        return None
    if delivery is Delivery.UNKNOWN and row["delivery"] == "unknown" and row["code"] == code:
        return None
    status, info, msg_id = (
        None if pd.isna(post[name]) else str(post[name]) for name in ("status", "info", "msg_id")
    )
    return Change(int(str(row["seq"])), delivery, code=code, status=status, info=info, msg_id=msg_id)


def folded(text: str) -> str:
    """Write signs as a 2.x server posts them back."""
    return text.replace("<", "＜").replace(">", "＞")
