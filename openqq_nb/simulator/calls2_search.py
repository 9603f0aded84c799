"""Searching in 2.x: every parameter is the name of a field, and a wrong one is an internal error."""

from collections.abc import Callable

from openqq_nb.simulator.calls import Answer, ServerMistakeError, as_json
from openqq_nb.simulator.engine import Engine
from openqq_nb.simulator.openqq2 import Thing
from openqq_nb.simulator.params import Params

NOBODY: Thing = {"code": 100, "status": "object not found"}
_FRIEND_FIELDS = frozenset(
    (
        "category",
        "client_type",
        "face",
        "flag",
        "id",
        "is_vip",
        "markname",
        "name",
        "state",
        "vip_level",
        "uid",
        "displayname",
        "qq",
        "nick",
    )
)
_GROUP_FIELDS = frozenset(
    (
        "code",
        "id",
        "markname",
        "name",
        "owner_id",
        "owner_uid",
        "role",
        "uid",
        "createtime",
        "level",
        "memo",
        "max_admin",
        "max_member",
        "displayname",
        "gnumber",
    )
)
_OLD_NAMES = {"qq": "uid", "gnumber": "uid", "nick": "name"}


def _wanted(params: Params, fields: frozenset[str]) -> dict[str, str]:
    wanted = params.last()
    unknown = [name for name in wanted if name not in fields]
    if unknown:
        raise ServerMistakeError(f"a search for the field {unknown[0]}")
    return {_OLD_NAMES.get(name, name): value for name, value in wanted.items()}


def _is_match(thing: Thing, wanted: dict[str, str]) -> bool:
    # An empty value matches empty and null alike.
    return all(("" if thing.get(name) is None else str(thing.get(name))) == wanted[name] for name in wanted)


def _result(things: list[Thing]) -> Answer:
    return as_json(things or NOBODY)


async def search_friend(engine: Engine, params: Params) -> Answer:
    """Friends whose fields have exactly the given values."""
    wanted = _wanted(params, _FRIEND_FIELDS)
    friends = engine.login.friends if wanted else []
    if "uid" in wanted:
        for friend in friends:
            engine.login.learn_friend(friend)
    write = engine.words2.friend
    return _result(
        [write(one) for one in friends if _is_match(write(one) | {"displayname": one.displayname}, wanted)]
    )


async def search_group(engine: Engine, params: Params) -> Answer:
    """Groups whose fields have exactly the given values; their members are loaded."""
    wanted = _wanted(params, _GROUP_FIELDS)
    basic: Callable[..., Thing] = engine.words2.group_basic
    groups = list(engine.login.groups.values()) if wanted else []
    found = [one for one in groups if _is_match(basic(one) | {"displayname": one.displayname}, wanted)]
    for group in found:
        engine.login.load(group.number)
    return _result([engine.words2.group(one) for one in found])
