"""The calls of 1.x."""

from collections.abc import Callable

from openqq_nb.simulator.addressing import Addresses
from openqq_nb.simulator.calls import (
    DISCUSS_NOT_FOUND,
    FRIEND_NOT_FOUND,
    GROUP_NOT_FOUND,
    Answer,
    Call,
    Found,
    Target,
    as_json,
    find_session,
    sending,
    silence,
    wait_for,
)
from openqq_nb.simulator.engine import Engine
from openqq_nb.simulator.messages import Outcome, Sending
from openqq_nb.simulator.params import Params
from openqq_nb.simulator.records import Kind

Finder = Callable[[Addresses, Params], Found]


async def get_user_info(engine: Engine, _: Params) -> Answer:
    """The account."""
    return as_json(engine.words1.me())


async def get_friend_info(engine: Engine, _: Params) -> Answer:
    """Friends, and strangers who wrote."""
    friends = [engine.words1.friend(one) for one in engine.login.friends]
    return as_json(friends + [engine.words1.stranger(one) for one in engine.login.strangers.values()])


async def get_group_info(engine: Engine, _: Params) -> Answer:
    """Groups with their members."""
    return Answer(engine.group_texts.all(engine.words1.group), (engine.login.nth, engine.group_texts.version))


async def get_discuss_info(engine: Engine, _: Params) -> Answer:
    """Discusses with their members."""
    return as_json([engine.words1.discuss(one) for one in engine.discusses()])


async def get_recent_info(engine: Engine, _: Params) -> Answer:
    """Those the account wrote with since the login."""
    return as_json([engine.words1.recent(one) for one in engine.login.recent.values()])


def _friend(addresses: Addresses, params: Params) -> Found:
    friend = addresses.friend(params.chosen("id", "qq:number"))
    return Target(friend=friend) if friend else FRIEND_NOT_FOUND


def _group(addresses: Addresses, params: Params) -> Found:
    group = addresses.group(params.chosen("gid:id", "gnumber:number"))
    return Target(group=group) if group else GROUP_NOT_FOUND


def _discuss(addresses: Addresses, params: Params) -> Found:
    discuss = addresses.discuss(params.chosen("did:id"))
    return Target(discuss=discuss) if discuss else DISCUSS_NOT_FOUND


def _session(addresses: Addresses, params: Params) -> Found:
    return find_session(addresses, params, ("gid:id", "gnumber:number"), "did", "qq")


def _answer(code: int, status: str, msg_id: int | None) -> Answer:
    return as_json({"code": code, "msg_id": msg_id, "status": status})


def _sender(kind: Kind, find: Finder) -> Call:
    async def send(engine: Engine, params: Params) -> Answer | None:
        target = find(Addresses(engine.login), params)
        if not isinstance(target, Target):
            return _answer(*target, None)
        content = params.get("content")
        if not content:
            await silence(engine)
            return None
        message = sending(engine, kind, target, content)
        outcome = await wait_for(engine, engine.send(message))
        return _report(outcome, message)

    return send


def _report(outcome: Outcome | None, message: Sending) -> Answer | None:
    return _answer(outcome.code, outcome.status, message.number) if outcome else None


INFO_CALLS: dict[str, Call] = {
    "get_user_info": get_user_info,
    "get_friend_info": get_friend_info,
    "get_group_info": get_group_info,
    "get_discuss_info": get_discuss_info,
    "get_recent_info": get_recent_info,
}
CALLS: dict[str, Call] = {
    "send_message": _sender("friend", _friend),
    "send_group_message": _sender("group", _group),
    "send_discuss_message": _sender("discuss", _discuss),
    "send_sess_message": _sender("session", _session),
}
