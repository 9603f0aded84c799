"""Calls that ask: who the account is, who is there."""

from typing import TYPE_CHECKING, Any

from openqq_nb.simulator.onebot11 import rows
from openqq_nb.simulator.onebot11.envelopes import RefusedError
from openqq_nb.simulator.onebot11.given import Params, number
from openqq_nb.simulator.things import Group

if TYPE_CHECKING:
    from openqq_nb.simulator.onebot11.engine import Engine

Json = dict[str, Any]


async def login_info(engine: "Engine", _params: Params) -> Json:
    """Who the account is."""
    return {"user_id": engine.known.me.qq, "nickname": engine.known.me.nick}


async def version_info(engine: "Engine", _params: Params) -> Json:
    """Which program this is."""
    return dict(engine.end.version)


async def status(engine: "Engine", _params: Params) -> Json:
    """Whether QQ has the account logged in."""
    return {**engine.end.status, **engine.notices.online(), **engine.end.status_after}


async def yes(_engine: "Engine", _params: Params) -> Json:
    """Whether something can be sent: it can."""
    return {"yes": True}


async def friends(engine: "Engine", _params: Params) -> list[Json]:
    """All friends."""
    return [rows.friend(engine.end.name, one) for one in engine.known.friends]


async def categories(engine: "Engine", _params: Params) -> list[Json]:
    """All friends in their categories."""
    return rows.categories(engine.end.name, engine.known.friends)


async def groups(engine: "Engine", _params: Params) -> list[Json]:
    """All groups."""
    return [rows.group(engine.end.name, one) for one in engine.known.groups]


async def group(engine: "Engine", params: Params) -> Json:
    """One group."""
    return rows.group(engine.end.name, _group(engine, params, "群不存在"))


async def members(engine: "Engine", params: Params) -> list[Json]:
    """The members of a group."""
    wanted = number(params, "group_id")
    words = f"Failed to get group member list for group {wanted}"
    found = _group(engine, params, words if engine.end.name == "napcat" else f"群{wanted}不存在")
    if engine.faults.strike("failing_members", place=wanted):
        raise RefusedError(words)
    return [rows.member(engine.end.name, found, one) for one in found.members]


async def member(engine: "Engine", params: Params) -> Json:
    """One member of a group."""
    found = _group(engine, params, "群不存在")
    one = found.member(number(params, "user_id"))
    if one is None:
        raise RefusedError(f"群({found.number})成员{params['user_id']}不存在")
    return rows.member(engine.end.name, found, one)


async def stranger(engine: "Engine", params: Params) -> Json:
    """Anybody."""
    person = engine.known.person(number(params, "user_id"))
    if person is None:
        raise RefusedError("无法获取用户信息")
    return {"user_id": person.qq, "nickname": person.nick, "sex": person.gender, "age": person.age}


def _group(engine: "Engine", params: Params, words: str) -> Group:
    found = engine.known.group(number(params, "group_id"))
    if found is None:
        raise RefusedError(words)
    return found
