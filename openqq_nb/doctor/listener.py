"""Findings about the listener: whether posts arrive, and what kept them from being taken."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from openqq_nb.doctor.report import Finding
from openqq_nb.errors import (
    InvalidInput,
    JournalFailed,
    ListenerFailed,
    NoAnswer,
    NotLoaded,
    OpenqqError,
    Unreachable,
)
from openqq_nb.loopback import is_loopback
from openqq_nb.models import Delivery
from openqq_nb.protocols.base import Dialect
from openqq_nb.receive.address import MASK, Address

if TYPE_CHECKING:
    from openqq_nb.inbox import Inbox

_REASONS: Mapping[str, str] = {
    "path": "posts came to another path: the `post_api` of the server has another secret, or none",
    "host": "posts came under a host name that is not this listener's",
    "origin": "a web page tried to post",
    "method": "something asked for the address in place of posting to it, such as a browser",
    "type": "something posted that is no JSON",
    "size": "something posted more than 32 MiB",
    "http": "something spoke another language than HTTP",
    "head": "a request had an endless head",
    "slow": "something connected and said nothing, or took too long",
    "crowd": "too many connections were open at once",
}
_ASK_AGAIN = "Look at the other findings; where none of them is a problem, ask the doctor once more."
# The texts of the errors themselves have paths, numbers and names in them.
_NOT_STARTED: Mapping[type[Exception], tuple[str, str]] = {
    ListenerFailed: (
        "the remembered port of this account cannot be had: most likely another kernel or program listens there",
        "Stop that one (inbox.stop()), or ask the doctor there: my.doctor(wait=60).",
    ),
    JournalFailed: (
        "the journal of this account cannot be opened, read or written",
        "my.listen() says which file it is, and what to do. my.listen(journal=False) listens without one.",
    ),
    InvalidInput: (
        "the port and the secret that are remembered for this account cannot be read",
        "my.listen() says which file it is. Delete that; the listener then gets a new address.",
    ),
    OSError: (
        "the folder where journals and ports are kept cannot be made, or not be written to",
        "Look at its permissions, or name another folder in OPENQQ_NB_HOME.",
    ),
    NotLoaded: (
        "the server logged in anew each time it was asked who is there",
        "Ask the doctor again once the server stays logged in.",
    ),
    Unreachable: ("the server could not be reached when it was asked who is there", _ASK_AGAIN),
    NoAnswer: ("no answer came when the server was asked who is there", _ASK_AGAIN),
}
_LATE_S = 30.0
_PASTE = "Put what inbox.setup() shows into the server's start script, and start the server again."


@dataclass(frozen=True, slots=True)
class Heard:
    """What is known of a listener.

    Attributes:
        host: what it is bound to.
        port: its port.
        secret: whether its address has a secret.
        public: whether the server is told another address than host and port.
        posts_own: whether the server posts what the account sends.
        listens: whether the server posts to it; else it is polled, or another program receives.
        arrived: how many messages and events came.
        doubles: how many came twice.
        refused: how many posts were not taken, by reason.
        malformed: how many posts could not be read.
        last: when the last one came.
        unordered: how many messages came after one that was written later.
        late_s: how long after it was written the latest one came, by two clocks.
        unknown: messages whose sender has no number.
        property_events: events about single changed properties.
        open_sends: sends of which nothing certain is known.
        failed_sends: sends that failed for certain, or were tried and not taken.
        waited_s: for how long a message was waited for; 0 if none was.
    """

    host: str
    port: int
    secret: bool
    public: bool
    posts_own: bool
    listens: bool = True
    arrived: int = 0
    doubles: int = 0
    refused: Mapping[str, int] = field(default_factory=dict)
    malformed: int = 0
    last: pd.Timestamp | None = None
    unordered: int = 0
    late_s: float = 0.0
    unknown: int = 0
    property_events: int = 0
    open_sends: int = 0
    failed_sends: int = 0
    waited_s: float = 0.0


def heard(inbox: "Inbox", dialect: Dialect, waited_s: float) -> Heard:
    """Sum up what an inbox knows."""
    way, stats, messages = inbox.way, inbox.stats, inbox.df
    # Where nothing is listened at, nobody else can post either.
    address = way if isinstance(way, Address) else Address(secret=MASK)
    is_own = messages["own"].fillna(False)
    own, came = messages[is_own], messages[~is_own]
    late = (
        (came["received_at"] - came["msg_time"]).fillna(pd.Timedelta(0)).max()
        if len(came)
        else pd.Timedelta(0)
    )
    return Heard(
        host=address.host,
        port=address.port,
        secret=bool(address.secret),
        public=address.public_url is not None,
        listens=isinstance(way, Address),
        posts_own=dialect.posts_own,
        arrived=stats.received + stats.events,
        doubles=stats.doubles,
        refused=stats.refused,
        malformed=stats.malformed,
        last=stats.last_arrival,
        late_s=late.total_seconds(),
        unknown=int(came["sender_qq"].isna().sum()),
        property_events=int(inbox.events["event"].str.endswith("_property_change").sum()),
        unordered=_unordered(came),
        open_sends=int(own["delivery"].isin([Delivery.UNKNOWN, Delivery.ACCEPTED]).sum()),
        failed_sends=int((own["code"].fillna(0) != 0).sum()),
        waited_s=waited_s,
    )


def _unordered(came: pd.DataFrame) -> int:
    """Count messages before which a later one came; within a second their numbers tell which is later."""
    time, number = came["msg_time"], pd.to_numeric(came["msg_id"], errors="coerce")
    earlier = (time < time.shift()) | ((time == time.shift()) & (number < number.shift()))
    return int(earlier.sum())


def listener(heard: Heard | None) -> Iterator[Finding]:
    """Look at the listener, if there is one."""
    if heard is None:
        yield Finding(
            "listener",
            "not looked at",
            "it does not run",
            "my.listen() starts it; inbox.setup() says what to configure.",
        )
        return
    yield _address(heard)
    yield _arrivals(heard)
    yield from _refused(heard)
    yield from _order(heard)
    yield from _senders(heard)
    yield from _sends(heard)


def not_started(error: OpenqqError | OSError) -> Finding:
    """Say why a listener could not be started, by the kind of the error alone."""
    found, advice = next(
        (words for kind, words in _NOT_STARTED.items() if isinstance(error, kind)),
        ("what the server answered when it was asked who is there was not understood", _ASK_AGAIN),
    )
    return Finding("listener", "problem", f"it could not be started: {found}", advice)


def _address(heard: Heard) -> Finding:
    if not heard.listens:
        return Finding("listener", "ok", "the server is polled, or another program receives for this inbox")
    secret = "with a secret in its path" if heard.secret else "without a secret in its path"
    where = f"it runs at port {heard.port}, {secret}"
    if not heard.secret:
        return Finding(
            "listener",
            "problem",
            f"{where}: every user and program of this machine can post messages",
            "Leave out secret= in my.listen(), and one is made.",
        )
    if not is_loopback(heard.host):
        return Finding(
            "listener",
            "note",
            f"{where}, open to other machines",
            "Prefer host='127.0.0.1' where the server is here.",
        )
    return Finding("listener", "ok", where + (", reached through a public_url" if heard.public else ""))


def _arrivals(heard: Heard) -> Finding:
    if heard.arrived:
        last = f", the last at {heard.last:%Y-%m-%d %H:%M:%S}" if heard.last is not None else ""
        return Finding("post_api", "ok", f"{heard.arrived} messages and events arrived{last}")
    waited = f" in {heard.waited_s:g} s" if heard.waited_s else " so far"
    return Finding(
        "post_api",
        "problem" if heard.waited_s else "note",
        f"nothing has arrived{waited}: nobody wrote, posts come late or are lost, or the server does not post here",
        f"Have somebody write to the account. If nothing comes: {_PASTE}",
    )


def _refused(heard: Heard) -> Iterator[Finding]:
    for reason, count in heard.refused.items():
        yield Finding(
            "refused posts",
            "problem",
            f"{count} refused: {_REASONS.get(reason, f'reason: {reason}')}",
            _PASTE,
        )
    if heard.malformed:
        yield Finding(
            "refused posts",
            "problem",
            f"{heard.malformed} posts were garbage: no JSON, or not what an Openqq server posts",
            "inbox.stats counts them; the journal keeps them aside: oq.open_log(path).problems.",
        )


def _order(heard: Heard) -> Iterator[Finding]:
    if heard.doubles:
        yield Finding(
            "doubles",
            "note",
            f"{heard.doubles} posts came twice (duplicate); each is one row",
            "Nothing is to be done, unless two servers post here.",
        )
    if heard.unordered:
        yield Finding(
            "order",
            "note",
            f"{heard.unordered} messages came out of order, after one that was written later",
            "inbox.df is in order of arrival; inbox.df.sort_values('msg_time') is in order of time.",
        )


def _senders(heard: Heard) -> Iterator[Finding]:
    if heard.unknown:
        yield Finding(
            "senders",
            "note",
            f"{heard.unknown} messages are of senders without a number: the server does not know them, or not it",
            "They are told apart by sender_id, within one login of the server.",
        )
    if heard.late_s > _LATE_S:
        yield Finding(
            "late posts",
            "note",
            f"a message came {heard.late_s:.0f} s after it was written, by the provider's clock",
            "The server was standing still, or this machine's clock is wrong.",
        )
    if heard.property_events:
        yield Finding(
            "events",
            "note",
            f"{heard.property_events} posts about single changed properties came, each with the whole group in it",
            "The owner of the server asked for *_property_change; let it leave them out of its post_event_list.",
        )


def _sends(heard: Heard) -> Iterator[Finding]:
    if heard.failed_sends:
        yield Finding(
            "sends",
            "note",
            f"{heard.failed_sends} messages of the account failed: the provider or the server did not take them",
            "See code, status and info of inbox.df[inbox.df['own']].",
        )
    if heard.open_sends:
        yield Finding(
            "sends",
            "note",
            f"of {heard.open_sends} messages of the account it is not known whether they went out",
            "Look before you send one again."
            + ("" if heard.posts_own else " A 1.x server never tells what became of a reply."),
        )
