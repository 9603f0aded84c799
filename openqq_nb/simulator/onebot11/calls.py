"""The calls: what each needs and what it does."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from openqq_nb.simulator.dialects import END_NAMES, EndName
from openqq_nb.simulator.onebot11 import calls_about, calls_doing, calls_history
from openqq_nb.simulator.onebot11.envelopes import RefusedError
from openqq_nb.simulator.onebot11.given import Params

if TYPE_CHECKING:
    from openqq_nb.simulator.onebot11.engine import Engine

Do = Callable[["Engine", Params], Awaitable[Any]]
BOTH_NODE: tuple[EndName, ...] = ("napcat", "llbot")


@dataclass(frozen=True, slots=True)
class Call:
    """One action.

    Args:
        do: Does it, and gives its data.
        needs: The parameters without which it fails.
        ends: Which ends have it.
    """

    do: Do
    needs: tuple[str, ...] = ()
    ends: tuple[EndName, ...] = END_NAMES


CALLS: dict[str, Call] = {
    "get_login_info": Call(calls_about.login_info),
    "get_version_info": Call(calls_about.version_info),
    "get_status": Call(calls_about.status),
    "get_friend_list": Call(calls_about.friends),
    "get_friends_with_category": Call(calls_about.categories, ends=BOTH_NODE),
    "get_group_list": Call(calls_about.groups),
    "get_group_info": Call(calls_about.group, ("group_id",)),
    "get_group_member_list": Call(calls_about.members, ("group_id",)),
    "get_group_member_info": Call(calls_about.member, ("group_id", "user_id")),
    "get_stranger_info": Call(calls_about.stranger, ("user_id",)),
    "can_send_image": Call(calls_about.yes),
    "can_send_record": Call(calls_about.yes),
    "send_private_msg": Call(calls_doing.send_private, ("message",)),
    "send_group_msg": Call(calls_doing.send_group, ("message",)),
    "send_msg": Call(calls_doing.send, ("message",)),
    "send_private_msg_async": Call(calls_doing.send_private, ("message",)),
    "send_group_msg_async": Call(calls_doing.send_group, ("message",)),
    "send_msg_async": Call(calls_doing.send, ("message",)),
    "delete_msg": Call(calls_doing.delete, ("message_id",)),
    "set_group_ban": Call(calls_doing.ban, ("group_id", "user_id")),
    "set_group_whole_ban": Call(calls_doing.ban_all, ("group_id",)),
    "set_group_kick": Call(calls_doing.kick, ("group_id", "user_id")),
    "set_friend_add_request": Call(calls_doing.decide, ("flag",)),
    "set_group_add_request": Call(calls_doing.decide, ("flag",)),
    "get_msg": Call(calls_history.message, ("message_id",)),
    "get_group_msg_history": Call(calls_history.of_group, ("group_id",)),
    "get_friend_msg_history": Call(calls_history.of_friend, ("user_id",)),
}


async def do(engine: "Engine", name: str, params: Params) -> object:
    """Do a call, and give its data.

    Raises:
        RefusedError: It fails.
    """
    call = CALLS.get(name)
    if call is None or engine.end.name not in call.ends:
        raise RefusedError(_unknown(engine.end.name, name), kind="action")
    missing = next((one for one in call.needs if one not in params), None)
    if missing:
        raise RefusedError(_missing(engine.end.name, missing), kind="parameter")
    return await call.do(engine, params)


def _unknown(end: EndName, name: str) -> str:
    return f"不支持的Api {name}" if end == "napcat" else f"{name} API 不存在"


def _missing(end: EndName, name: str) -> str:
    return "Schema compilation error: Expected required property" if end == "napcat" else f"missing {name}"
