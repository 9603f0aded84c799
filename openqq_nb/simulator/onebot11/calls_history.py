"""Calls that look back: one message, and pages of the history as each end gives them."""

from typing import TYPE_CHECKING, Any

from openqq_nb.simulator.onebot11.envelopes import RefusedError
from openqq_nb.simulator.onebot11.given import Params, number, truth
from openqq_nb.simulator.onebot11.store import Chat, Said

if TYPE_CHECKING:
    from openqq_nb.simulator.onebot11.engine import Engine

Json = dict[str, Any]
PAGE = 20
_NEWEST = ("", "0", "None", "undefined")


async def message(engine: "Engine", params: Params) -> Json:
    """One message."""
    said = engine.find(number(params, "message_id"))
    if said is None:
        raise RefusedError("消息不存在")
    is_recalled = engine.store.is_recalled(said)
    if is_recalled and engine.end.name == "napcat":
        raise RefusedError("消息为空")
    return engine.messages.one(said, is_recalled)


async def of_group(engine: "Engine", params: Params) -> Json:
    """A page of a group."""
    group = number(params, "group_id")
    if engine.known.group(group) is None:
        raise RefusedError(f"群{group}不存在")
    return _page(engine, ("group", group), params)


async def of_friend(engine: "Engine", params: Params) -> Json:
    """A page of the talk with somebody."""
    qq = number(params, "user_id")
    if engine.known.person(qq) is None:
        raise RefusedError(f"记录{qq}不存在")
    return _page(engine, ("private", qq), params)


def _page(engine: "Engine", chat: Chat, params: Params) -> Json:
    all_of_it = engine.store.history(chat)
    count = max(1, number(params, "count", PAGE))
    if engine.end.name == "llbot":
        page = _up_to_sequence(all_of_it, params, count)
    else:
        page = _by_id(engine, all_of_it, params, count)
    for said in page:
        engine.remember(said)
    return {"messages": [engine.messages.post(said, is_pushed=False) for said in page]}


def _up_to_sequence(all_of_it: list[Said], params: Params, count: int) -> list[Said]:
    """Give the page that ends with a sequence; the flag only turns it around."""
    last = number(params, "message_seq", 0)
    page = [said for said in all_of_it if not last or said.seq <= last][-count:]
    return page[::-1] if truth(params, "reverseOrder") else page


def _by_id(engine: "Engine", all_of_it: list[Said], params: Params, count: int) -> list[Said]:
    """Give the page that has a message, named by id, at its end; in NapCat at its beginning unless it is turned."""
    is_napcat = engine.end.name == "napcat"
    named = str(params.get("message_seq" if is_napcat else "message_id", ""))
    if named in _NEWEST:
        if not all_of_it:
            raise RefusedError("消息undefined不存在")
        return all_of_it[-count:]
    at = _place(engine, all_of_it, named)
    if at is None:
        raise RefusedError(f"消息{named}不存在")
    is_older = not is_napcat or truth(params, "reverse_order") or truth(params, "reverseOrder")
    return all_of_it[max(0, at + 1 - count) : at + 1] if is_older else all_of_it[at : at + count]


def _place(engine: "Engine", all_of_it: list[Said], named: str) -> int | None:
    """Find the place of a message; one that was taken back has none, but the one before it."""
    try:
        said = engine.find(int(named))
    except ValueError:
        return None
    if said is None:
        return None
    older = [place for place, one in enumerate(all_of_it) if one.seq <= said.seq]
    return older[-1] if older else None
