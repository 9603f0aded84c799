"""What is known of a listener, summed up for the doctor."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from openqq_nb.columns import ZONE
from openqq_nb.models import Delivery
from openqq_nb.protocols.base import Dialect
from openqq_nb.protocols.hints import UNKNOWN, Hints
from openqq_nb.receive.address import MASK, Address

if TYPE_CHECKING:
    from openqq_nb.inbox import Inbox
    from openqq_nb.inbox.stats import Stats

# A server may post a send a moment after it has answered it.
_POSTED_WITHIN_S = 1.0


@dataclass(frozen=True, slots=True)
class Heard:
    """What is known of a listener.

    Attributes:
        host: what it is bound to.
        port: its port.
        secret: whether its address has a secret.
        public: whether the server is told another address than host and port.
        hints: what people are told of such a server.
        listens: whether the server posts to it; else events are fetched, or another program receives.
        streams: whether the WebSocket over which events come is connected; `None` where they do not come over one.
        sockets: how many ends are connected to the listener by WebSocket.
        online: whether posts say that the account is online; `None` where they do not tell.
        arrived: how many messages and events came.
        doubles: how many came twice.
        refused: how many posts were not taken, by reason.
        malformed: how many posts could not be read.
        last: when the last one came.
        unordered: how many messages came after one that was written later.
        late_s: how long after it was written the latest one came, by two clocks.
        early_s: how long before it was written the earliest one came, by the same clocks.
        unknown: messages whose sender has no number.
        property_events: events about single changed properties.
        open_sends: sends of which nothing certain is known.
        failed_sends: sends that failed for certain.
        unposted_sends: sends that went out and came back in no post, while none at all did.
        waited_s: for how long a message was waited for; 0 if none was.
    """

    host: str
    port: int
    secret: bool
    public: bool
    hints: Hints = UNKNOWN
    listens: bool = True
    streams: bool | None = None
    sockets: int = 0
    online: bool | None = None
    arrived: int = 0
    doubles: int = 0
    refused: Mapping[str, int] = field(default_factory=dict)
    malformed: int = 0
    last: pd.Timestamp | None = None
    unordered: int = 0
    late_s: float = 0.0
    early_s: float = 0.0
    unknown: int = 0
    property_events: int = 0
    open_sends: int = 0
    failed_sends: int = 0
    unposted_sends: int = 0
    waited_s: float = 0.0


def heard(inbox: "Inbox", dialect: Dialect, waited_s: float) -> Heard:
    """Sum up what an inbox knows."""
    # The HTTP server and SQLite are loaded when they are used, as this inbox shows they are.
    from openqq_nb.inbox.ways import Followed, Stream  # noqa: PLC0415

    way, stats, messages = inbox.way, inbox.stats, inbox.df
    # Where nothing is listened at, nobody else can post either.
    address = way if isinstance(way, Address) else Address(secret=MASK)
    is_own = messages["own"].fillna(False)
    own, came = messages[is_own], messages[~is_own]
    told_of_own = bool(stats.posted_back) or isinstance(way, Followed)
    live = came_live(came, stats) if dialect.remembers else came
    after = (live["received_at"] - live["msg_time"]).dropna().dt.total_seconds()
    return Heard(
        host=address.host,
        port=address.port,
        secret=bool(address.secret),
        public=address.public_url is not None,
        listens=isinstance(way, Address),
        streams=way.connected() if isinstance(way, Stream) else None,
        sockets=stats.connected,
        online=stats.online,
        hints=dialect.hints,
        arrived=stats.received + stats.events,
        doubles=stats.doubles,
        refused=stats.refused,
        malformed=stats.malformed,
        last=stats.last_arrival,
        late_s=max(after.max(), 0.0) if len(after) else 0.0,
        early_s=max(-after.min(), 0.0) if len(after) else 0.0,
        unknown=int(came["sender_qq"].isna().sum()),
        property_events=int(inbox.events["event"].str.endswith("_property_change").sum()),
        unordered=_unordered(live, dialect.hints.counts_up),
        open_sends=int(own["delivery"].isin([Delivery.UNKNOWN, Delivery.ACCEPTED]).sum()),
        failed_sends=int((own["delivery"] == Delivery.FAILED).sum()),
        unposted_sends=_unposted(own.tail(0 if told_of_own else stats.own)),
        waited_s=waited_s,
    )


def came_live(came: pd.DataFrame, stats: "Stats") -> pd.DataFrame:
    """Give what came since the inbox began; nothing if any of it is out of a history, and so came late."""
    return came.tail(0 if stats.filled else stats.received)


def _unposted(own: pd.DataFrame) -> int:
    """Count sends that went out long enough ago to have been posted back."""
    before = pd.Timestamp.now(ZONE) - pd.Timedelta(seconds=_POSTED_WITHIN_S)
    return int(((own["delivery"] == Delivery.SENT) & (own["received_at"] < before)).sum())


def _unordered(came: pd.DataFrame, counts_up: bool) -> int:
    """Count messages before which a later one came; within a second their numbers may tell which is later."""
    time, number = came["msg_time"], pd.to_numeric(came["msg_id"], errors="coerce")
    earlier = time < time.shift()
    if counts_up:
        earlier |= (time == time.shift()) & (number < number.shift())
    return int(earlier.sum())
