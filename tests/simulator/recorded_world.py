"""The people of the recordings: whom the real servers were shown, read from their own answers where possible."""

import html
import json
from dataclasses import replace
from typing import Any

from openqq_nb.simulator import Account, Discuss, Friend, Group, Membership, Person, World
from tests.simulator.recordings import entries

MY_QQ = 9900000100
# Temporary id in the first login -> permanent number.
PEOPLE = {
    2457053901: 9900000101,
    2475249502: 9900000102,
    2475249503: 9900000103,
    1193840504: 9900000104,
    3308216505: 9900000105,
    4012345606: 9900000106,
    4012345607: 9900000107,
    4012345608: 9900000108,
    2457053978: 9900000178,
    2832277601: 9900000201,
    2832277602: 9900000202,
    2832277604: 9900000204,
    2832277605: 9900000205,
    2832277606: 9900000206,
    2832277607: 9900000207,
    2832277608: 9900000208,
    2832277703: 9900000303,
    2832277801: 9900000401,
    2832277802: 9900000402,
    3900000902: 9900000502,
    3900000903: 9900000503,
    3900000904: 9900000504,
    # Strangers: the recordings show their ids only, so these numbers are made up.
    987654321: 9900000601,
    123456789: 9900000602,
}
# Temporary id in the first login -> permanent number, owner, standing of the account.
GROUPS = {
    2617047201: (9910000201, 9900000201, "manage"),
    2617047202: (9910000202, 9900000104, "attend"),
    2617047203: (9910000203, 9900000999, "attend"),
    2617047204: (9910000204, MY_QQ, "create"),
    2617047259: (9910000259, MY_QQ, "attend"),
}
DISCUSSES = {4118239301: (1, 9900000101), 4118239302: (2, MY_QQ)}
CODE_OF_ID = 3155460201 - 2617047201
# Their numbers are not told when the provider is asked for them alone.
SECRETIVE = {9900000106, 9900000208, 9900000502, 9900000503, 9900000601, 9900000602}
# They are missing in the provider's list with numbers.
UNLISTED = {9900000106, 9900000208}
STEP_PER_LOGIN = 1111
MEMO = "公告：\n1. 别发广告 <script>\n2. 友善"

Json = dict[str, Any]


def _ids() -> dict[tuple[str, int], int]:
    ids = {("person", number): one for one, number in PEOPLE.items()}
    ids |= {("group", group[0]): one for one, group in GROUPS.items()}
    ids |= {("code", group[0]): one + CODE_OF_ID for one, group in GROUPS.items()}
    return ids | {("discuss", discuss[0]): one for one, discuss in DISCUSSES.items()}


IDS = _ids()


def recorded_id(kind: str, number: int, nth_login: int) -> int:
    first = IDS.get((kind, number), number % 1_000_000)
    return first + STEP_PER_LOGIN * nth_login


def answer(file: str, name: str) -> Any:
    return json.loads(entries(file)[name]["response"]["body"])


def _person(shown: Json, name: str) -> Person:
    number = PEOPLE.get(int(shown["id"]), MY_QQ)
    places = (shown.get("country", ""), shown.get("province", ""), shown.get("city", ""))
    sex = shown.get("sex", "unknown")
    return Person(number, name, sex, *places, shown["state"], shown["client_type"], number not in SECRETIVE)


def friend(shown: Json) -> Friend:
    person = _person(shown, shown["name"])
    return Friend(
        person,
        shown["markname"],
        shown["category"],
        shown["face"],
        shown["flag"],
        bool(shown["is_vip"]),
        shown["vip_level"],
        person.qq not in UNLISTED,
    )


def member(shown: Json, card: str | None = None) -> Membership:
    person = _person(shown, shown["name"])
    is_owner = person.qq == 9900000201
    role: str = "admin" if person.qq == 9900000202 else shown.get("role", "member")
    return Membership(
        person,
        shown["card"] if card is None else card,
        role,
        shown.get("join_time", 1380000000),
        shown.get("last_speak_time", 1453449884),
        16 if is_owner else 6,
        "活跃" if is_owner else "潜水",
        listed=person.qq not in UNLISTED,
    )


def group(shown: Json, cards: dict[int, str]) -> Group:
    number, owner, role = GROUPS[shown["id"]]
    members = [member(one, cards.get(one["id"])) for one in shown["member"]]
    return Group(
        number,
        shown["name"],
        shown["markname"],
        role,
        owner,
        html.unescape(shown.get("memo", "")),
        shown.get("level", 0),
        shown.get("createtime", 0),
        tuple(members),
    )


def _full_cards() -> dict[int, str]:
    """2.x shows cards cut, so they are read from 1.x."""
    groups = answer("openqq1", "get_group_info after member lists were loaded")
    members = [one for group in groups for one in group.get("member", [])]
    return {int(one["id"]): html.unescape(one["card"]) for one in members if "card" in one}


def _discuss(shown: Json) -> Discuss:
    number, owner = DISCUSSES[shown["id"]]
    people = [_person(one, html.unescape(one["name"])) for one in shown["member"]]
    return Discuss(number, shown["name"], owner, tuple(people))


def _account() -> Account:
    shown = answer("openqq2", "get_user_info")
    person = replace(_person(shown, shown["name"]), client_type="web")
    fields = ("birthday", "college", "email", "homepage", "mobile", "occupation", "personal", "phone")
    texts = {key: shown[key] for key in (*fields, "signature", "token")}
    return Account(
        person, shown["allow"], blood=shown["blood"], constel=shown["constel"], face=shown["face"], **texts
    )


def recorded_world() -> World:
    groups = answer("openqq2", "get_group_info after member lists were loaded")
    discusses = answer("openqq2", "get_discuss_info after members were loaded")
    cards = _full_cards()
    return World(
        me=_account(),
        friends=[friend(one) for one in answer("openqq2", "get_friend_info after login")],
        groups=[group(one, cards) for one in groups],
        discusses=[_discuss(one) for one in discusses],
        lists_loaded=False,
        session_id=recorded_id,
    )


def person_with_id(world: World, session_id: int) -> Person:
    """Give the person of a recorded sender, a stranger if nobody knows him."""
    number = PEOPLE.get(session_id, MY_QQ)
    return Person(number, "someone unknown", findable=number not in SECRETIVE)
