"""Messages whose outcome is open, settled by the server's posts of what the account sent."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import pandas as pd
import pyarrow as pa

from openqq_nb.broadcast.ledger import Ledger
from openqq_nb.broadcast.states import Change
from openqq_nb.models import Delivery

# A message has the kind of its recipient, and is at the address of him; the number says more than the id.
_PLACES = {
    "friend": ("message", (("qq", "receiver_qq"), ("id", "receiver_id"))),
    "group": ("group_message", (("gnumber", "gnumber"), ("gid", "group_id"))),
    "discuss": ("discuss_message", (("did", "discuss_id"),)),
    "session": ("sess_message", (("qq", "receiver_qq"), ("id", "receiver_id"))),
}
_ADDRESSES = dict(_PLACES.values())
_TELLING = ("received_at", "code", "status", "info", "msg_id", "delivery")

Row: TypeAlias = Mapping[str, Any]
Index: TypeAlias = Mapping[tuple[str, str, str, str], list[int]]


def rivals(ledger: Ledger, key: str) -> list[Row]:
    """Give the messages of other broadcasts of which a post may be, rather than of an open one of this broadcast.

    Only those that left since the first of these: a server that starts anew gives its numbers once more.
    """
    names = (
        "recipient_type",
        "arrives",
        "text",
        "qq",
        "id",
        "gnumber",
        "gid",
        "did",
        "attempted_at",
        "msg_id",
    )
    with ledger.database.looking() as connection:
        found = connection.execute(
            f"SELECT {', '.join(names)} FROM deliveries WHERE attempted_at >= "  # noqa: S608 - our names
            "(SELECT min(attempted_at) FROM deliveries JOIN broadcasts ON broadcasts.seq = broadcast "
            "WHERE key = :key AND delivery IN ('accepted', 'unknown')) "
            "AND broadcast != (SELECT seq FROM broadcasts WHERE key = :key) "
            "AND (msg_id IS NOT NULL OR delivery = 'unknown')",
            {"key": key},
        ).fetchall()
    return [dict(zip(names, row, strict=True)) for row in found]


def settled(rows: pa.Table, messages: pd.DataFrame, rivals: Sequence[Row]) -> list[Change]:
    """Find what became of messages, where exactly one post can be of each of them, and of no other message.

    Args:
        rows: those of the ledger whose outcome is open.
        messages: the rows of an inbox.
        rivals: messages of other broadcasts, as the function `rivals` gives them.
    """
    opened = rows.to_pylist()
    posts = _posts(messages, {_text(row) for row in opened}, {row["msg_id"] for row in rivals} - {None})
    index = _index(posts)
    found = [(row, [*_of(row, posts, index)]) for row in opened]
    claimed = Counter(place for _, places in found for place in places)
    claimed.update(place for row in rivals if row["msg_id"] is None for place in _of(row, posts, index))
    changes = [
        _change(row, posts[places[0]])
        for row, places in found
        if len(places) == 1 and claimed[places[0]] == 1
    ]
    return [change for change in changes if change is not None]


def _text(row: Row) -> str:
    return folded(str(row["arrives"] or row["text"]))


def _posts(messages: pd.DataFrame, texts: Collection[str], taken: Collection[str]) -> list[Row]:
    """Give the posts of our own messages that have one of some texts, with `text` as it is compared."""
    is_told = messages["code"].notna() & messages["received_at"].notna()
    own = messages[(messages["msg_class"] == "send") & is_told & ~messages["msg_id"].isin(taken)]
    own = own.assign(text=own["content"].fillna("").map(folded))
    places = {theirs for addresses in _ADDRESSES.values() for _, theirs in addresses}
    names = ["type", "text", *sorted(places), *_TELLING]
    alike = own.loc[own["text"].isin(texts), names].astype(object)
    cells = alike.where(alike.notna(), None).itertuples(index=False, name=None)
    return [dict(zip(names, row, strict=True)) for row in cells]


def _index(posts: list[Row]) -> Index:
    """Tell which posts are of a kind, a text and an address."""
    index: defaultdict[tuple[str, str, str, str], list[int]] = defaultdict(list)
    for place, post in enumerate(posts):
        for _, theirs in _ADDRESSES.get(post["type"], ()):
            if post[theirs] is not None:
                index[post["type"], post["text"], theirs, post[theirs]].append(place)
    return index


def _of(row: Row, posts: list[Row], index: Index) -> Iterator[int]:
    """Find the posts that may be of a message: one address of it is theirs, and none is that of somebody else."""
    kind, addresses = _PLACES[row["recipient_type"]]
    since = pd.Timestamp(row["attempted_at"], unit="s", tz="UTC")
    text = _text(row)
    given = [(row[ours], theirs) for ours, theirs in addresses if row[ours] is not None]
    near = {place for value, theirs in given for place in index.get((kind, text, theirs, value), ())}
    for place in sorted(near):
        post = posts[place]
        is_his = all(post[theirs] in (None, value) for value, theirs in given)
        if is_his and post["received_at"] >= since:
            yield place


def _change(row: Row, post: Row) -> Change | None:
    """Say what a post tells of a message; None if nothing that was not known."""
    delivery, code = Delivery(post["delivery"]), int(post["code"])
    if delivery not in (Delivery.SENT, Delivery.FAILED, Delivery.UNKNOWN):
        return None
    if delivery is Delivery.UNKNOWN and row["delivery"] == "unknown" and row["code"] == code:
        return None
    status, info, msg_id = (
        None if post[name] is None else str(post[name]) for name in ("status", "info", "msg_id")
    )
    return Change(row["seq"], delivery, code=code, status=status, info=info, msg_id=msg_id)


def folded(text: str) -> str:
    """Write signs as a 2.x server posts them back."""
    return text.replace("<", "＜").replace(">", "＞")
