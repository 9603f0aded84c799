"""Named odd answers of servers, in all dialects, that drive every frame function."""

import json
from collections.abc import Callable
from typing import Any, cast

from openqq_nb.flows import Flows
from openqq_nb.models import Flow, Response
from openqq_nb.protocols.onebot11 import fields as onebot
from openqq_nb.protocols.openqq.fields import TABLES, Name, Table
from openqq_nb.protocols.registry import dialect

DIALECTS: tuple[Name, ...] = ("openqq1", "openqq2")
ALL = (*DIALECTS, "onebot11")
MARKUP = "<b>粗</b> &amp; <script>alert(1)</script>"
RIGHT_TO_LEFT = "\u202eabc\u202c مرحبا"
EMOJI = "👩‍👩‍👧‍👦🎉"
LONG_ID = "12345678901234567"

Object = dict[str, Any]

ZOO: dict[str, list[Object]] = {
    "empty": [],
    "one row": [{"id": "1", "nick": "小灰", "qq": "123456"}],
    "no keys at all": [{}, {}],
    "some keys missing": [{"id": "1"}, {"nick": "只有名字"}, {"qq": "5"}],
    "null everywhere": [dict.fromkeys(("id", "nick", "qq", "markname", "card", "state"))],
    "empty texts": [dict.fromkeys(("nick", "markname", "card", "state"), "") | {"id": "1"}],
    "17 digits": [{"id": LONG_ID, "qq": LONG_ID, "nick": LONG_ID}, {"id": "1"}],
    "numbers for texts": [{"id": int(LONG_ID), "qq": int(LONG_ID), "nick": 7}],
    "beyond 64 bits": [{"id": 10**30, "qq": -(2**63) - 1, "nick": "大"}],
    "leading zeros": [{"id": "007", "qq": "00", "nick": "0"}],
    "emoji": [{"id": "1", "nick": EMOJI, "qq": "2"}],
    "markup": [{"id": "1", "nick": MARKUP, "markname": MARKUP, "card": MARKUP}],
    "right to left": [{"id": "1", "nick": RIGHT_TO_LEFT}],
    "blank names": [{"id": "1", "nick": " \u3000\u200d", "qq": "9"}],
    "unknown keys": [{"id": "1", "nick": "a", "新键": "值", "nested": {"a": [1]}}, {"id": "2", "late": 1}],
    "unseen words": [
        {"id": "1", "state": "dancing", "category": "没见过", "role": "emperor", "client_type": "watch"}
    ],
    "the same twice": [{"id": "1", "nick": "重名", "qq": "2"}] * 2,
}


_OF_A_PLACE = {"id": ("gid", "did"), "nick": ("gname", "dname"), "qq": ("gnumber",)}


def keyed(found: Object, table: Table) -> Object:
    """Write a person with the keys that a dialect has for our columns; unknown ones stay."""
    keys = {column: key for key, column in table.columns.items()}
    return {keys.get(column, column): value for column, value in found.items()}


def keyed_place(found: Object, table: Table) -> Object:
    """Write the same as a group or discuss: what is the nick of a person is its name."""
    there = set(table.columns.values())
    named = {column: [one for one in _OF_A_PLACE.get(column, ()) if one in there] for column in found}
    return keyed({(named[column] or [column])[0]: value for column, value in found.items()}, table)


def answer_to(path: str, found: list[Object], protocol: str) -> bytes:
    """Write the objects of a zoo entry as the answer of an info call; places hold them as members, too."""
    if protocol == "onebot11":
        return of_onebot(path, found)
    tables = TABLES[cast(Name, protocol)]
    if "user" in path:
        return written(keyed({"id": "1", **(found[0] if found else {})}, tables.me))
    if "friend" in path:
        return written([keyed(one, tables.friends) for one in found])
    places, people = (
        (tables.groups, tables.members) if "group" in path else (tables.discusses, tables.discuss_members)
    )
    members = [keyed(one, people) for one in found]
    outer = [keyed_place(one, places) | {"member": members} for one in found]
    return written(outer)


def of_onebot(path: str, found: list[Object]) -> bytes:
    """Write the same as the answer of an end of OneBot, which tells the members of one group only."""
    data: dict[str, object] = {
        "get_login_info": keyed(found[0] if found else {}, onebot.ME) | {"user_id": 9_900_000_100},
        "get_friend_list": [keyed(one, onebot.FRIENDS) for one in found],
        "get_group_list": [keyed_place(one, onebot.GROUPS) for one in found],
        "get_group_member_list": [keyed(one, onebot.MEMBERS) for one in found],
    }
    if path not in data:
        return written({"status": "failed", "retcode": 200, "data": None, "message": "不支持的Api"})
    return written({"status": "ok", "retcode": 0, "data": data[path]})


def written(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def result(flow: Flow[Any], answer: Callable[[str], bytes]) -> Any:
    """Drive a flow with canned answers by path."""
    try:
        request = next(flow)
        while True:
            # That a server is to load members is answered with nothing: it then has none.
            body = b"[]" if request.path.endswith("search_group") else answer(request.path)
            request = flow.send(Response(200, "application/json", body))
    except StopIteration as done:
        return done.value


def flows(protocol: str) -> Flows:
    return Flows(dialect(protocol, None), lambda recipient, content, receipt: None, lambda: None)
