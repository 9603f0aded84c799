"""Calls that do something: send, take back, mute, remove, decide."""

from typing import TYPE_CHECKING, Any

from openqq_nb.simulator.onebot11.acts import NOBODY, Place
from openqq_nb.simulator.onebot11.envelopes import RefusedError
from openqq_nb.simulator.onebot11.given import Params, has, number, truth

if TYPE_CHECKING:
    from openqq_nb.simulator.onebot11.engine import Engine

Json = dict[str, Any]


async def send_private(engine: "Engine", params: Params) -> Json:
    """Write to a friend, or with a group to one of its members."""
    if not has(params, "user_id"):
        words = "当前私聊发送,请指定 user_id 而不是 group_id"
        raise RefusedError(words if has(params, "group_id") else "user_id: Expected required property")
    qq = number(params, "user_id")
    if engine.known.person(qq) is None:
        raise RefusedError(NOBODY)
    is_session = engine.end.has_sessions and has(params, "group_id") and engine.known.friend(qq) is None
    place = Place(("private", qq), number(params, "group_id") if is_session else None)
    return await _send(engine, "send_private_msg", place, params)


async def send_group(engine: "Engine", params: Params) -> Json:
    """Write to a group."""
    if not has(params, "group_id"):
        raise RefusedError("当前群聊发送,请指定 group_id 而不是 user_id")
    return await _send(engine, "send_group_msg", Place(("group", number(params, "group_id"))), params)


async def send(engine: "Engine", params: Params) -> Json:
    """Write to whom the parameters name."""
    kind = params.get("message_type") or ("private" if has(params, "user_id") else "group")
    return await (send_private if kind == "private" else send_group)(engine, params)


async def _send(engine: "Engine", call: str, place: Place, params: Params) -> Json:
    said = await engine.acts.send(call, place, params["message"], truth(params, "auto_escape"))
    return {"message_id": said.message_id}


async def delete(engine: "Engine", params: Params) -> None:
    """Take a message back."""
    engine.acts.recall(number(params, "message_id"))


async def ban(engine: "Engine", params: Params) -> None:
    """Mute a member."""
    seconds = number(params, "duration", engine.end.ban_s)
    engine.acts.ban(number(params, "group_id"), number(params, "user_id"), seconds)


async def ban_all(engine: "Engine", params: Params) -> None:
    """Mute everybody."""
    engine.acts.ban_all(number(params, "group_id"), truth(params, "enable", missing=True))


async def kick(engine: "Engine", params: Params) -> None:
    """Remove a member."""
    engine.acts.kick(number(params, "group_id"), number(params, "user_id"))


async def decide(engine: "Engine", params: Params) -> None:
    """Grant a request or refuse it."""
    reason = str(params.get("reason") or params.get("remark") or "")
    engine.acts.decide(str(params["flag"]), truth(params, "approve", missing=True), reason)
