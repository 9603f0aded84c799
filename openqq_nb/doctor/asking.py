"""Asks the server what can be asked without changing anything, and notes how each answer came."""

import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

import pandas as pd

from openqq_nb.columns import Series
from openqq_nb.errors import OpenqqError
from openqq_nb.flows.reading import Reading
from openqq_nb.flows.seen import Seen
from openqq_nb.models import Flow, Request, Response
from openqq_nb.protocols import registry
from openqq_nb.protocols.base import Dialect

T = TypeVar("T")

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
        spoken: the dialect that it speaks; `None` when none is known.
        failure: what kept us from finding that out.
        failures: by call, what kept it from being answered.
        me: the account.
        server: the server program.
        friends: one row a friend.
        groups: one row a group.
        members: one row per (group, member), as far as loaded.
        discuss_members: one row per (discuss, member).
        discuss_members_again: the same, asked for once more.
        logins: how many new logins showed, since an earlier look and while we looked.
    """

    asked: list[Asked] = field(default_factory=list)
    spoken: Dialect | None = None
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


def look(token: str | None, seen: Seen) -> Flow[Looked]:
    """Find out which dialect is spoken, and ask who is there; a call that fails is noted, the others go on.

    Args:
        token: what authorises the calls.
        seen: what earlier looks saw, so that a login in between is noticed.
    """
    looked = Looked()
    try:
        looked.spoken = yield from _noted(_probed(token), looked.asked)
    except OpenqqError as error:
        looked.failure = error
    if looked.spoken is not None:
        yield from _look_around(looked, Reading(looked.spoken, seen), seen)
    return looked


def _look_around(looked: Looked, reading: Reading, seen: Seen) -> Flow[None]:
    before = seen.logins
    calls: dict[str, Callable[[], Flow[object]]] = {
        "me": reading.me,
        "server": reading.server,
        "friends": reading.friends,
        "groups": reading.groups,
        "members": lambda: reading.of_kind("members"),
        "discuss_members": reading.discuss_members,
        "discuss_members_again": reading.discuss_members,
    }
    for name in _CALLS:
        try:
            setattr(looked, name, (yield from _noted(calls[name](), looked.asked)))
        except OpenqqError as error:
            looked.failures[name] = error
    looked.logins = seen.logins - before


def _probed(token: str | None) -> Flow[Dialect | None]:
    for probe in registry.probes():
        found = yield from probe(token)
        if found is not None:
            return found
    return None


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
