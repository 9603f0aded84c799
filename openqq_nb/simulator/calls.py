"""What calls of both dialects have in common: the shape of an answer, and how a send is answered."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from openqq_nb.simulator.addressing import Addresses
from openqq_nb.simulator.engine import Engine
from openqq_nb.simulator.messages import Outcome, Sending
from openqq_nb.simulator.params import Params
from openqq_nb.simulator.perl import dumps
from openqq_nb.simulator.records import Kind
from openqq_nb.simulator.things import Discuss, Friend, Group, Person

FRIEND_NOT_FOUND = (100, "friend not found")
GROUP_NOT_FOUND = (101, "group not found")
DISCUSS_NOT_FOUND = (102, "discuss not found")
MEMBER_NOT_FOUND = (103, "group member not found")
DISCUSS_MEMBER_NOT_FOUND = (104, "discuss member not found")
# Two blanks, as the real server has them.
NOWHERE = (105, "discuss member or group member  not found")


class ServerMistakeError(Exception):
    """The real server fails at this call with a page of status 500."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of the server.

    Args:
        body: Its bytes.
        key: Names the body if it may be kept for the next caller, e.g. compressed.
    """

    body: bytes
    key: object = None


@dataclass(frozen=True, slots=True)
class Target:
    """Whom a call means."""

    friend: Friend | None = None
    group: Group | None = None
    discuss: Discuss | None = None
    person: Person | None = None


Found = Target | tuple[int, str]
Call = Callable[[Engine, Params], Awaitable[Answer | None]]


def as_json(value: object) -> Answer:
    """Answer with JSON."""
    return Answer(dumps(value).encode(errors="replace"))


async def silence(engine: Engine) -> None:
    """Let the idle time pass; after it the connection is closed without an answer."""
    await asyncio.sleep(engine.idle_s)


async def wait_for(engine: Engine, done: "asyncio.Future[Outcome]") -> Outcome | None:
    """Wait until a message was sent, at most the idle time; it is sent all the same."""
    await asyncio.wait([done], timeout=engine.idle_s)
    return done.result() if done.done() else None


def find_session(
    addresses: Addresses, params: Params, group: tuple[str, ...], discuss: str, person: str
) -> Found:
    """Find the member that a temporary message goes to; the group wins over the discuss.

    Args:
        addresses: The finder.
        params: Of the call.
        group: Names of the parameters that address a group, as `Params.chosen` takes them.
        discuss: Name of the parameter that addresses a discuss.
        person: Name of the parameter with a person's number.
    """
    where = params.chosen(*group)
    who = params.chosen("id", f"{person}:number")
    if where:
        place = addresses.group(where)
        member = addresses.member(place, who) if place else None
        return Target(group=place, person=member.person) if member else MEMBER_NOT_FOUND
    where = params.chosen(f"{discuss}:id")
    if where:
        talk = addresses.discuss(where)
        one = addresses.discuss_member(talk, who) if talk else None
        return Target(discuss=talk, person=one) if one else DISCUSS_MEMBER_NOT_FOUND
    return NOWHERE


def sending(engine: Engine, kind: Kind, target: Target, content: object) -> Sending:
    """Make a message that a call asked for."""
    return Sending(
        kind,
        content,
        engine.next_number(),
        "api",
        target.friend,
        target.group,
        target.discuss,
        target.person,
    )
