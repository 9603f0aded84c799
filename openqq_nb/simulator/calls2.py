"""The calls of 2.x, apart from searching and managing."""

import asyncio
import os
from collections.abc import Callable

from openqq_nb.simulator.addressing import Addresses
from openqq_nb.simulator.calls import (
    DISCUSS_NOT_FOUND,
    FRIEND_NOT_FOUND,
    GROUP_NOT_FOUND,
    Answer,
    Call,
    Found,
    ServerMistakeError,
    Target,
    as_json,
    find_session,
    sending,
    silence,
    wait_for,
)
from openqq_nb.simulator.calls2_manage import kick_group_member, shutup_group_member
from openqq_nb.simulator.calls2_search import search_friend, search_group
from openqq_nb.simulator.engine import Engine
from openqq_nb.simulator.params import Params
from openqq_nb.simulator.perl import is_true
from openqq_nb.simulator.records import Kind, unix_now

Finder = Callable[[Addresses, Params], Found]
CLIENT_NAME = "default"
VERSION = "2.2.7"


async def get_user_info(engine: Engine, _: Params) -> Answer:
    """The account."""
    return as_json(engine.words2.me())


async def get_friend_info(engine: Engine, _: Params) -> Answer:
    """Friends."""
    return as_json([engine.words2.friend(one) for one in engine.login.friends])


async def get_group_info(engine: Engine, _: Params) -> Answer:
    """Groups with their members."""
    return Answer(engine.group_texts.all(engine.words2.group), (engine.login.nth, engine.group_texts.version))


async def get_group_basic_info(engine: Engine, _: Params) -> Answer:
    """Groups without their members."""
    return as_json([engine.words2.group_basic(one) for one in engine.login.groups.values()])


async def get_discuss_info(engine: Engine, _: Params) -> Answer:
    """Discusses with their members."""
    return as_json([engine.words2.discuss(one) for one in engine.discusses()])


async def get_client_info(engine: Engine, _: Params) -> Answer:
    """The server program."""
    return as_json(
        {
            "account": CLIENT_NAME,
            "code": 0,
            "http_debug": 0,
            "log_encoding": None,
            "log_level": "info",
            "log_path": "",
            "os": "linux",
            "pid": os.getpid(),
            "runtime": unix_now() - engine.started,
            "starttime": engine.started,
            "status": "success",
            "version": VERSION,
        }
    )


async def check_event(engine: Engine, _: Params) -> Answer:
    """What nobody has asked for yet."""
    return as_json(await engine.events.take())


async def relogin(engine: Engine, _: Params) -> Answer:
    """Log in anew, after three seconds."""

    async def later() -> None:
        await asyncio.sleep(engine.delay_s)
        await engine.log_in_again()

    engine.spawn(later())
    status = f"success, client({os.getpid()}) will relogin in 3 seconds"
    return as_json({"account": CLIENT_NAME, "code": 0, "status": status})


async def stop_client(engine: Engine, _: Params) -> Answer:
    """End the server, after three seconds."""
    engine.spawn(engine.stop_client())
    return as_json(
        {
            "account": CLIENT_NAME,
            "code": 0,
            "pid": os.getpid(),
            "runtime": unix_now() - engine.started,
            "starttime": engine.started,
            "status": f"success, client({os.getpid()}) will stop in 3 seconds",
        }
    )


def _friend(addresses: Addresses, params: Params) -> Found:
    friend = addresses.friend(params.chosen("id", "uid:number", "name", "displayname"))
    return Target(friend=friend) if friend else FRIEND_NOT_FOUND


def _group(addresses: Addresses, params: Params) -> Found:
    group = addresses.group(params.chosen("id", "uid:number", "name", "displayname"))
    return Target(group=group) if group else GROUP_NOT_FOUND


def _discuss(addresses: Addresses, params: Params) -> Found:
    discuss = addresses.discuss(params.chosen("id"))
    return Target(discuss=discuss) if discuss else DISCUSS_NOT_FOUND


def _refusal(code: int, status: str) -> Answer:
    return as_json({"code": code, "id": None, "status": status})


def _is_async(params: Params) -> bool:
    return is_true(params.get("async") or "")


def _sender(kind: Kind, find: Finder) -> Call:
    async def send(engine: Engine, params: Params) -> Answer | None:
        target = find(Addresses(engine.login), params)
        if not isinstance(target, Target):
            return _refusal(*target)
        if kind == "discuss" and _is_async(params):
            raise ServerMistakeError("send_discuss_message with async=1")
        return await _send(engine, kind, target, params)

    return send


async def _send(engine: Engine, kind: Kind, target: Target, params: Params) -> Answer | None:
    content = params.get("content")
    message = sending(engine, kind, target, content) if content else None
    done = engine.send(message) if message else None
    if _is_async(params):
        return as_json({"code": 0, "status": "request already in execution"})
    if message is None or done is None:
        await silence(engine)
        return None
    outcome = await wait_for(engine, done)
    if outcome is None:
        return None
    report = {"code": outcome.code, "id": message.number, "info": outcome.info, "status": outcome.status}
    return as_json(report)


async def send_sess_message(engine: Engine, params: Params) -> Answer | None:
    """The temporary message that 2.x never sends: it looks a group up by the member's id and finds none."""
    where = ("group_id:id", "group_uid:number")
    target = find_session(Addresses(engine.login), params, where, "discuss_id", "uid")
    if not isinstance(target, Target):
        return _refusal(*target)
    await silence(engine)
    return None


INFO_CALLS: dict[str, Call] = {
    "get_user_info": get_user_info,
    "get_friend_info": get_friend_info,
    "get_group_info": get_group_info,
    "get_group_basic_info": get_group_basic_info,
    "get_discuss_info": get_discuss_info,
    "get_client_info": get_client_info,
    "relogin": relogin,
}
CALLS: dict[str, Call] = {
    "search_friend": search_friend,
    "search_group": search_group,
    "send_friend_message": _sender("friend", _friend),
    "send_group_message": _sender("group", _group),
    "send_discuss_message": _sender("discuss", _discuss),
    "send_sess_message": send_sess_message,
    "kick_group_member": kick_group_member,
    "shutup_group_member": shutup_group_member,
    "check_event": check_event,
    "stop_client": stop_client,
}
