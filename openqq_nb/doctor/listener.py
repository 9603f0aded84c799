"""Findings about the listener: whether posts arrive, and what kept them from being taken."""

from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from openqq_nb.doctor.hearing import Heard
from openqq_nb.doctor.report import Finding, Verdict
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

_REASONS: Mapping[str, str] = {
    "path": "posts came to another path: the server posts to another address than that of inbox.setup()",
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
_FETCHED = Finding(
    "listener", "ok", "events are fetched from the server, or another program receives for this inbox"
)
# OneBot 11, forward WebSocket: the place of the calls alone.
_CALLS_ONLY = "/api"
_NO_EVENTS = Finding(
    "listener",
    "problem",
    f"it does not run, and no events come at an address that ends in {_CALLS_ONLY}: there the server takes calls only",
    f"Leave {_CALLS_ONLY} away from the address; calls and events then go over one WebSocket.",
)
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
_ANY_HOST = ("0.0.0.0", "::")  # noqa: S104 - what is looked at
_LATE_S = 30.0


def listener(heard: Heard | None, url: str = "") -> Iterator[Finding]:
    """Look at the listener, if there is one, and else at whether events could come from the address of the server."""
    if heard is None and url.startswith(("ws:", "wss:")) and urlsplit(url).path.endswith(_CALLS_ONLY):
        yield _NO_EVENTS
        return
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
    yield from _times(heard)
    yield from _property_events(heard)
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
        return _over_socket(heard.streams) if heard.streams is not None else _FETCHED
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


def _over_socket(connected: bool) -> Finding:
    if connected:
        return Finding("listener", "ok", "events come over the WebSocket of the server, which is connected")
    return Finding(
        "listener",
        "problem",
        "the WebSocket of the server, over which events come, is broken; it is tried again",
        "See the finding on the server; what is written meanwhile is missing until inbox.backfill() brings it.",
    )


def _arrivals(heard: Heard) -> Finding:
    check = heard.hints.arrivals
    if heard.arrived:
        last = f", the last at {heard.last:%Y-%m-%d %H:%M:%S}" if heard.last is not None else ""
        return Finding(check, "ok", f"{heard.arrived} messages and events arrived{last}{_joined(heard)}")
    waited = f" in {heard.waited_s:g} s" if heard.waited_s else " so far"
    if heard.sockets or heard.streams or heard.online is not None:
        return Finding(
            check,
            "note",
            f"no message or event has arrived{waited}, but there is a connection{_joined(heard)}: nobody wrote",
            "Have somebody write to the account.",
        )
    return Finding(
        check,
        "problem" if heard.waited_s else "note",
        f"nothing has arrived{waited}: {heard.hints.no_arrivals}",
        f"Have somebody write to the account. If nothing comes: {heard.hints.enter}",
    )


def _joined(heard: Heard) -> str:
    return f" ({heard.sockets} connected by WebSocket)" if heard.sockets else ""


def reached(heard: Heard, url: str) -> Iterator[Finding]:
    """Look at whether a server at an address can reach the listener, where nothing has come from it yet.

    Args:
        heard: what the listener knows.
        url: where the server is.
    """
    came = heard.arrived or heard.sockets or heard.refused or heard.malformed or heard.online is not None
    if not heard.listens or heard.public or came:
        return
    elsewhere = not is_loopback(urlsplit(url).hostname or "")
    verdict: Verdict = "problem" if elsewhere else "note"
    if heard.host in _ANY_HOST and heard.hints.nameless is not None:
        yield Finding("way back", verdict, *heard.hints.nameless)
    elif is_loopback(heard.host) and heard.hints.elsewhere is not None and (elsewhere or heard.waited_s):
        yield Finding("way back", verdict, *heard.hints.elsewhere)


def _refused(heard: Heard) -> Iterator[Finding]:
    for reason, count in heard.refused.items():
        found, advice = heard.hints.refusals.get(reason) or (
            _REASONS.get(reason, f"reason: {reason}"),
            heard.hints.enter,
        )
        yield Finding("refused posts", "problem", f"{count} refused: {found}", advice)
    if heard.malformed:
        yield Finding(
            "refused posts",
            "problem",
            f"{heard.malformed} posts were garbage: no JSON, or not what {heard.hints.server} posts",
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
            f"{heard.unknown} messages are of senders without a number: {heard.hints.unknown_senders.found}",
            heard.hints.unknown_senders.advice,
        )


def _times(heard: Heard) -> Iterator[Finding]:
    if heard.late_s > _LATE_S:
        yield Finding(
            "late posts",
            "note",
            f"a message came {heard.late_s:.0f} s after it was written, by {heard.hints.clock} clock",
            "The server was standing still, or this machine's clock is wrong.",
        )
    if heard.early_s > _LATE_S:
        yield Finding(
            "clock",
            "note",
            f"a message came {heard.early_s:.0f} s before it was written, by {heard.hints.clock} clock",
            "One of the two clocks is wrong, most likely this machine's: set it, or have it set by NTP. Waits, filters "
            "by time and the filling of gaps go by both.",
        )


def _property_events(heard: Heard) -> Iterator[Finding]:
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
            "Look before you send one again." + heard.hints.open_sends,
        )
    if heard.unposted_sends and heard.hints.not_posted is not None:
        yield Finding("own messages", "note", *heard.hints.not_posted)
