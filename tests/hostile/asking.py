"""Every question of both dialects, driven over answers that a test makes up; as the client drives, without its HTTP.

A flow is handed status, content type and body, and nothing else of HTTP: so this is all that a server can say to it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from numbers import Integral
from typing import Any, Literal
from urllib.parse import urlencode

import pandas as pd

from openqq_nb import schema
from openqq_nb.columns import Schema
from openqq_nb.flows import Flows
from openqq_nb.models import Delivery, Flow, Outcome, Receipt, Recipient, Request, Response
from openqq_nb.protocols import registry
from openqq_nb.roster import Roster
from tests import recordings

Name = Literal["openqq1", "openqq2"]
NAMES: tuple[Name, ...] = ("openqq1", "openqq2")
Answers = Callable[[str, int], Response]
"""Gives the answer to a call, by its path without `openqq/`, and by how often it was asked before."""

MOST_STEPS = 2000
FRIEND = {"id": "2457053901", "nick": "橙子"}
MEMBER = {"gnumber": "9910000201", "qq": "9900000203"}


@dataclass(frozen=True)
class Ask:
    """One question.

    Attributes:
        start: begins it.
        paths: the calls that it makes over the usual answers.
        first: by path, the recorded answer to its first asking, where that is not the usual one.
        token: with one, a 2.x server is not asked to load what it has not loaded.
    """

    start: Callable[[Flows], Flow[Any]]
    paths: tuple[str, ...]
    first: Mapping[str, str] = field(default_factory=dict)
    token: str | None = "s3cret"


def _send(kind: Any, to: Any = None, wait: bool = True, **keys: str) -> Callable[[Flows], Flow[Receipt]]:
    return lambda flows: flows.sending.send(kind, "你好", to, keys, wait=wait)


def _in_login(flows: Flows) -> Flow[Receipt]:
    return flows.sending.send_in_login(
        Recipient("group", gid="2617047201"), {"group": "PERL学习角"}, "你好", 0
    )


_FRIENDS = "get_friend_info"
_GROUPS = "get_group_info"
_DISCUSSES = "get_discuss_info"
_MINE = "get_user_info"
_LISTS = (_MINE, _FRIENDS, _GROUPS, _DISCUSSES)

_UNLOADED = {_GROUPS: "get_group_info before any member list was loaded"}
_QUEUED = {"send_group_message": "send_group_message async"}

_BOTH: Mapping[str, Ask] = {
    "me": Ask(lambda flows: flows.reading.me(), (_MINE,)),
    "friends": Ask(lambda flows: flows.reading.friends(), (_FRIENDS,)),
    "search_friends": Ask(lambda flows: flows.reading.search_friends("0"), (_FRIENDS,)),
    "groups": Ask(lambda flows: flows.reading.groups(), (_GROUPS,)),
    "search_groups": Ask(lambda flows: flows.reading.search_groups("0"), (_GROUPS,)),
    "members": Ask(lambda flows: flows.reading.members(), (_GROUPS,)),
    "discusses": Ask(lambda flows: flows.reading.discusses(), (_DISCUSSES,)),
    "discuss_members": Ask(lambda flows: flows.reading.discuss_members(), (_DISCUSSES,)),
    "roster": Ask(lambda flows: flows.reading.roster(), _LISTS),
    "send_group": Ask(_send("group", gnumber="9910000201"), ("send_group_message",)),
    "send_discuss": Ask(_send("discuss", did="4118239301"), ("send_discuss_message",)),
    "send_in_login": Ask(_in_login, (_GROUPS, "send_group_message")),
}
ASKS: Mapping[Name, Mapping[str, Ask]] = {
    "openqq1": {
        **_BOTH,
        "server": Ask(lambda flows: flows.reading.server(), (_MINE,)),
        "recent": Ask(lambda flows: flows.reading.recent(), ("get_recent_info",)),
        "send_friend": Ask(_send("friend", qq="9900000101"), ("send_message",)),
        "send_row": Ask(_send("friend", FRIEND), (_FRIENDS, "send_message")),
        "send_session": Ask(_send("session", gnumber="9910000201", qq="1"), ("send_sess_message",)),
    },
    "openqq2": {
        **_BOTH,
        "server": Ask(lambda flows: flows.reading.server(), (_MINE, "get_client_info")),
        "load": Ask(lambda flows: flows.reading.members(), (_GROUPS, "search_group"), _UNLOADED, None),
        "send_friend": Ask(_send("friend", qq="9900000101"), ("send_friend_message",)),
        "send_row": Ask(_send("friend", FRIEND), (_FRIENDS, "send_friend_message")),
        "queue": Ask(_send("group", wait=False, gnumber="9910000201"), ("send_group_message",), _QUEUED),
        "mute": Ask(lambda flows: flows.managing.mute(90, to=None, **MEMBER), ("shutup_group_member",)),
        "kick": Ask(lambda flows: flows.managing.kick(to=None, **MEMBER), ("kick_group_member", _GROUPS)),
        "relogin": Ask(lambda flows: flows.managing.relogin(), ("relogin",)),
    },
}
_LOADED = "after member lists were loaded"
USUAL: Mapping[Name, Mapping[str, str]] = {
    "openqq1": {
        "get_user_info": "get_user_info",
        "get_friend_info": "get_friend_info after messages",
        "get_group_info": f"get_group_info {_LOADED}",
        "get_discuss_info": "get_discuss_info after members were loaded",
        "get_recent_info": "get_recent_info after messages",
        "send_message": "send_message by qq",
        "send_group_message": "send_group_message by gnumber",
        "send_discuss_message": "send_discuss_message",
        "send_sess_message": "send_sess_message gnumber and qq",
    },
    "openqq2": {
        "get_user_info": "get_user_info",
        "get_client_info": "get_client_info",
        "get_friend_info": "get_friend_info after messages",
        "get_group_info": f"get_group_info {_LOADED}",
        "get_discuss_info": "get_discuss_info after members were loaded",
        "search_group": "search_group by uid",
        "send_friend_message": "send_friend_message by uid",
        "send_group_message": "send_group_message by uid",
        "send_discuss_message": "send_discuss_message",
        "shutup_group_member": "shutup_group_member by ids",
        "kick_group_member": "kick_group_member",
        "relogin": "relogin",
    },
}
"""Which recorded answer is the usual one to a call."""


@dataclass(frozen=True)
class Asked:
    """How a question ended, and by path the bodies that its calls were answered, the last one first."""

    result: object
    bodies: Mapping[str, Sequence[bytes]]


def ask(dialect: Name, name: str, answers: Answers) -> Asked:
    """Drive one question to its end; what it raises goes on."""
    one = ASKS[dialect][name]
    flows = Flows(registry.dialect(dialect, one.token), lambda *_: None, lambda: None)
    return drive(one.start(flows), answers)


def drive(flow: Flow[Any], answers: Answers) -> Asked:
    bodies: dict[str, list[bytes]] = {}
    try:
        request = next(flow)
        for _ in range(MOST_STEPS):
            path = checked(request).path.removeprefix("openqq/")
            earlier = bodies.setdefault(path, [])
            response = answers(path, len(earlier))
            earlier.insert(0, response.body)
            request = flow.send(response)
    except StopIteration as done:
        return Asked(done.value, bodies)
    raise AssertionError(f"after {MOST_STEPS} answers the question still asks on, for {request}")


def checked(request: Request) -> Request:
    """Make sure that no answer has turned the next question into one that no HTTP can carry."""
    assert all(isinstance(value, str) for pair in request.params for value in pair), request
    urlencode(request.params, errors="strict")
    return request


def usual(dialect: Name, name: str) -> Answers:
    """Give the recorded answers to a question when all is well."""
    first = ASKS[dialect][name].first

    def answer(path: str, asked_before: int) -> Response:
        recorded = first[path] if path in first and not asked_before else USUAL[dialect][path]
        return response_of(dialect, recorded)

    return answer


@cache
def response_of(dialect: Name, recorded: str) -> Response:
    """Look a recorded answer up by its name."""
    response = recordings.call(dialect, recorded).response
    assert response is not None
    return response


FRAMES: Mapping[str, Schema] = {
    "friends": schema.FRIENDS,
    "search_friends": schema.FRIENDS,
    "groups": schema.GROUPS,
    "search_groups": schema.GROUPS,
    "members": schema.MEMBERS,
    "load": schema.MEMBERS,
    "discusses": schema.DISCUSSES,
    "discuss_members": schema.DISCUSS_MEMBERS,
    "recent": schema.RECENT,
}
ROWS: Mapping[str, Schema] = {"me": schema.ME, "server": schema.SERVER}


def check_shape(name: str, result: object) -> None:
    """Check that a result is of the declared form: columns, dtypes, types of fields."""
    if name in FRAMES:
        check_frame(result, FRAMES[name])
    elif name in ROWS:
        check_row(result, ROWS[name])
    elif name == "roster":
        check_roster(result)
    elif name in ("mute", "kick", "relogin"):
        check_outcome(result)
    else:
        check_receipt(result)


def check_frame(frame: object, declared: Schema) -> None:
    assert isinstance(frame, pd.DataFrame)
    assert tuple(frame.columns[: len(declared.names)]) == declared.names
    assert [frame[c.name].dtype for c in declared.columns] == [c.dtype for c in declared.columns]
    assert frame.columns.is_unique
    assert isinstance(frame.index, pd.RangeIndex)
    assert declared in (schema.ME, schema.SERVER) or frame["displayname"].notna().all()


def check_row(row: object, declared: Schema) -> None:
    assert isinstance(row, pd.Series)
    assert tuple(row.index[: len(declared.names)]) == declared.names
    assert row.index.is_unique
    for column in declared.columns:
        value: Any = row[column.name]
        fits = {"text": str, "time": pd.Timestamp, "count": Integral, "flag": bool}[column.kind]
        assert pd.isna(value) or isinstance(value, fits), (column.name, value)


def check_roster(roster: object) -> None:
    assert isinstance(roster, Roster)
    check_row(roster.me, schema.ME)
    for name in ("friends", "groups", "members", "discusses", "discuss_members"):
        check_frame(getattr(roster, name), FRAMES[name])
    assert repr(roster)


def check_receipt(receipt: object) -> None:
    assert isinstance(receipt, Receipt)
    check_told(receipt)
    assert {type(receipt.msg_id), type(receipt.info)} <= {str, type(None)}
    assert type(receipt.delivery) is Delivery


def check_outcome(outcome: object) -> None:
    assert isinstance(outcome, Outcome)
    check_told(outcome)


def check_told(told: Receipt | Outcome) -> None:
    assert [type(told.ok), type(told.code), type(told.status), type(told.meaning)] == [bool, int, str, str]
    assert bool(told) == told.ok
    # 1: an end of OneBot will do it later. 500: a kick that was told by who is left.
    assert not told.ok or told.code in (0, 1, 500)
    # OneBot says both that it is ok and 0.
    assert told.ok or told.code != 0 or told.status != "ok"
    repr(told).encode()
