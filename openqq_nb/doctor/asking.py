"""Asks the server what can be asked without changing anything, and notes how each answer came."""

import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar
from urllib.parse import urlsplit

import pandas as pd

from openqq_nb.columns import Series
from openqq_nb.errors import NoAnswer, NotOpenqq, OpenqqError, Refused
from openqq_nb.flows.reading import Reading
from openqq_nb.flows.seen import Seen
from openqq_nb.models import Flow, Request, Response
from openqq_nb.protocols import registry
from openqq_nb.protocols.base import Dialect
from openqq_nb.protocols.hints import UNKNOWN, Hints

T = TypeVar("T")

HTTP_OK = 200
_SOCKETS = ("ws", "wss")
_CALLS = ("me", "server", "friends", "groups", "members", "discuss_members", "discuss_members_again")


@dataclass(frozen=True, slots=True)
class Asked:
    """One request and what came of it.

    Attributes:
        path: what was asked.
        seconds: how long it took.
        response: what was answered; `None` when nothing was.
    """

    path: str
    seconds: float
    response: Response | None = None


@dataclass(slots=True)
class Looked:
    """All that was seen of a server.

    Attributes:
        asked: every request.
        foreign: what showed best that no known protocol is spoken, where that is so.
        spoken: the dialect that it speaks; `None` when none is known.
        hints: what people are told of such a server.
        failure: what kept us from finding that out.
        failures: by call, what kept it from being answered.
        me: the account.
        server: the server program.
        friends: one row a friend.
        groups: one row a group.
        members: one row per (group, member), as far as loaded; of one group where each has to be asked for.
        discuss_members: one row per (discuss, member).
        discuss_members_again: the same, asked for once more.
        logins: how many new logins showed, since an earlier look and while we looked.
    """

    asked: list[Asked] = field(default_factory=list)
    foreign: Asked | None = None
    spoken: Dialect | None = None
    hints: Hints = UNKNOWN
    failure: OpenqqError | None = None
    failures: dict[str, OpenqqError] = field(default_factory=dict)
    me: Series | None = None
    server: Series | None = None
    friends: pd.DataFrame | None = None
    groups: pd.DataFrame | None = None
    members: pd.DataFrame | None = None
    discuss_members: pd.DataFrame | None = None
    discuss_members_again: pd.DataFrame | None = None
    logins: int = 0


def look(url: str, token: str | None, protocol: str | None, seen: Seen) -> Flow[Looked]:
    """Find out which dialect is spoken, and ask who is there; a call that fails is noted, the others go on.

    Args:
        url: the base address.
        token: what authorises the calls.
        protocol: what the server was taken for, if it was.
        seen: what earlier looks saw, so that a login in between is noticed.
    """
    looked = Looked(hints=_hints_for(protocol))
    try:
        yield from _find(looked, token, sockets=urlsplit(url).scheme in _SOCKETS)
    except OpenqqError as error:
        looked.failure = error
    if looked.spoken is not None:
        looked.hints = looked.spoken.hints
        yield from _look_around(looked, Reading(looked.spoken, seen), seen)
    return looked


def _hints_for(protocol: str | None) -> Hints:
    known = registry.dialects()
    return known[protocol](None).hints if protocol in known else UNKNOWN


def _look_around(looked: Looked, reading: Reading, seen: Seen) -> Flow[None]:
    before = seen.logins
    calls: dict[str, Callable[[], Flow[object]]] = {
        "me": reading.me,
        "server": reading.server,
        "friends": reading.friends,
        "groups": reading.groups,
        "members": lambda: _members(looked, reading),
        "discuss_members": reading.discuss_members,
        "discuss_members_again": reading.discuss_members,
    }
    for name in _CALLS:
        try:
            setattr(looked, name, (yield from _noted(calls[name](), looked.asked)))
        except OpenqqError as error:
            looked.failures[name] = error
    looked.logins = seen.logins - before


def _members(looked: Looked, reading: Reading) -> Flow[pd.DataFrame | None]:
    """Ask for the members that come with the groups; where none do, for those of the smallest group."""
    assert looked.spoken is not None  # noqa: S101 - else nothing is asked
    if looked.spoken.keeps_members:
        return (yield from reading.of_kind("members"))
    if looked.groups is None or not len(looked.groups):
        return None
    smallest = looked.groups.sort_values("member_count").iloc[0]
    # What the account has seen of all groups stays as it is.
    return (yield from Reading(looked.spoken, Seen(lambda: None)).members(smallest))


def _find(looked: Looked, token: str | None, *, sockets: bool) -> Flow[None]:
    """Ask each protocol's own question; one that gets no answer leaves it to the others."""
    silence: NoAnswer | None = None
    for probe in registry.probes(sockets=sockets):
        asked: list[Asked] = []
        try:
            looked.spoken = yield from _noted(probe(token), asked)
        except NoAnswer as error:
            silence = error
        except (Refused, NotOpenqq):
            looked.hints = registry.hints_of(probe)
            raise
        finally:
            looked.asked += asked
        if looked.spoken is not None:
            return
        looked.foreign = _telling(looked, asked, registry.hints_of(probe))
    if silence is not None and looked.foreign is None:
        raise silence


def _telling(looked: Looked, asked: list[Asked], family: Hints) -> Asked | None:
    """Choose the answer that tells most of what stands there: a web page, else what such a server would answer."""
    first = next((one for one in asked if one.response is not None), None)
    before = looked.foreign
    if before is None or first is None:
        return first or before
    if before.response is not None and _is_page(before.response):
        return before
    return first if family.server == looked.hints.server else before


def _is_page(response: Response) -> bool:
    return response.http_status == HTTP_OK and response.body.lstrip()[:1] == b"<"


def _noted(flow: Flow[T], asked: list[Asked]) -> Generator[Request, Response, T]:
    """Run a flow and note each request, also one that fails."""
    step: Callable[[], Request] = partial(next, flow)
    while True:
        try:
            request = step()
        except StopIteration as done:
            result: T = done.value
            return result
        step = yield from _asked(flow, request, asked)


def _asked(
    flow: Flow[T], request: Request, asked: list[Asked]
) -> Generator[Request, Response, Callable[[], Request]]:
    begun_s = time.monotonic()
    try:
        response = yield request
    except OpenqqError as error:
        asked.append(Asked(request.path, time.monotonic() - begun_s))
        failure = error
        return lambda: flow.throw(failure)
    asked.append(Asked(request.path, time.monotonic() - begun_s, response))
    return lambda: flow.send(response)
