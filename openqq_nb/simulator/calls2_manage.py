"""Kicking and muting in 2.x."""

from openqq_nb.simulator.addressing import Addresses
from openqq_nb.simulator.calls import Answer, ServerMistakeError, as_json
from openqq_nb.simulator.engine import Engine
from openqq_nb.simulator.params import Params
from openqq_nb.simulator.records import Kicked, now
from openqq_nb.simulator.things import Group, Membership

MINUTE_S = 60


class _RefusedError(Exception):
    def __init__(self, code: int, status: str) -> None:
        super().__init__(status)
        self.answer = as_json({"code": code, "status": status})


def _group(engine: Engine, params: Params) -> Group:
    group = Addresses(engine.login).group(params.chosen("group_id:id", "group_uid:number"))
    if group is None:
        raise _RefusedError(100, "object not found")
    return group


def _members(engine: Engine, params: Params, group: Group) -> list[Membership]:
    wanted = params.chosen("member_id:id", "member_uid:number")
    texts = [(field, text) for field, value in wanted.items() for text in str(value).split(",") if value]
    if not texts:
        raise _RefusedError(200, "member id empty")
    return [_member(engine, group, field, text) for field, text in texts]


def _member(engine: Engine, group: Group, field: str, text: str) -> Membership:
    member = Addresses(engine.login).member(group, {field: text})
    if member is None:
        raise _RefusedError(100, f"member {text} not found")
    return member


def _minutes(params: Params) -> int:
    text = params.get("time")
    if not isinstance(text, str) or not (text.isascii() and text.isdecimal()):
        raise _RefusedError(400, "shutup time missing or error")
    return int(text)


async def shutup_group_member(engine: Engine, params: Params) -> Answer:
    """Mute members; the time is in minutes."""
    try:
        group = _group(engine, params)
        minutes = _minutes(params)
        members = _members(engine, params, group)
    except _RefusedError as refused:
        return refused.answer
    if not minutes or not engine.may_manage(group, *members):
        return as_json({"code": 201, "status": "failure"})
    for member in members:
        engine.provider.mute(engine.login, group, member, minutes * MINUTE_S, "api")
    return as_json({"code": 0, "status": "success"})


async def kick_group_member(engine: Engine, params: Params) -> Answer:
    """Remove members. The server trips over its own success and answers with an internal error."""
    try:
        group = _group(engine, params)
        members = _members(engine, params, group)
    except _RefusedError as refused:
        return refused.answer
    if not engine.may_manage(group, *members):
        return as_json({"code": 201, "status": "failure"})
    for member in members:
        _kick(engine, group, member)
    # It fails after the first, so the others stay in its list.
    left = [one for one in engine.login.members[group.number] if one is not members[0]]
    engine.login.set_members(group.number, left)
    raise ServerMistakeError("a kick that the provider carried out")


def _kick(engine: Engine, group: Group, member: Membership) -> None:
    number = engine.login.learn_member(group, member)
    if number is not None:
        engine.world.remove_member(group.number, number)
    name = member.displayname or member.person.nick
    engine.history.add(Kicked(str(group.number), None if number is None else str(number), name, now()))
