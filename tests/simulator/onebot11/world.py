"""The people of the recordings of each end, and all messages that the recordings show."""

import json
from collections.abc import Iterator
from typing import Any

from openqq_nb.simulator import Account, Friend, Group, Membership, Person, World
from tests.simulator.recordings import entries

Json = dict[str, Any]
ME, CHE, MAI, YUAN, SENIOR, PASSER = 1234567, 4200000011, 4200000012, 4200000013, 45678, 4200000099
PERL, HILL = 552603, 4200000777
STARS = Person(PASSER, "临时会话")


def rows(name: str) -> list[Json]:
    """Give the rows of a recorded list."""
    found: list[Json] = json.loads(entries("onebot11")[name]["response"]["body"])["data"]
    return found


def _friend(row: Json) -> Friend:
    born = (row["birthday_year"], row["birthday_month"], row["birthday_day"])
    more = {"age": row["age"], "born": born, "qid": row.get("qid", ""), "long_nick": row.get("long_nick", "")}
    person = Person(row["user_id"], row["nickname"], row["sex"], **more)
    remark = row["remark"] or None
    return Friend(person, remark, flag=row.get("category_id", 0), phone=row.get("phone_num", ""))


def _member(row: Json) -> Membership:
    times = (row["join_time"], row["last_sent_time"])
    return Membership(
        Person(row["user_id"], row["nickname"]),
        row["card"] or None,
        row["role"],
        *times,
        title=row["title"] or "",
        grade=int(row["level"]),
        muted_until=row.get("shut_up_timestamp", 0),
    )


def _group(row: Json, members: list[Membership]) -> Group:
    owner = next((one.person.qq for one in members if one.role == "owner"), MAI)
    mine = next((one.role for one in members if one.person.qq == ME), "member")
    return Group(
        row["group_id"],
        row["group_name"],
        row.get("group_remark", row.get("remark_name")) or None,
        {"owner": "create", "admin": "manage"}.get(mine, "attend"),
        owner,
        row.get("group_memo", ""),
        created=row.get("group_create_time", 0),
        members=tuple(members),
        is_muted=row.get("group_all_shut", 0) == -1 or row.get("shut_up_all_timestamp", 0) > 0,
        max_members=row["max_member_count"],
        is_top=row.get("is_top", False),
    )


def recorded_world(end: str) -> World:
    """Make the world that an end was shown."""
    me = Account(Person(ME, "小灰"))
    if end == "lagrange":
        members = [_member(row) for row in rows("lagrange.get_group_member_list")]
        perl = Group(PERL, "PERL学习交流", owner=SENIOR, members=(*members, Membership(me.person)))
        return World(me, [Friend(members[0].person)], [perl])
    members = [_member(row) for row in rows(f"{end}.get_group_member_list")]
    hikers = [Membership(me.person), Membership(Person(MAI, "李大麦"), role="owner")]
    groups = [
        _group(row, members if row["group_id"] == PERL else hikers) for row in rows(f"{end}.get_group_list")
    ]
    return World(me, [_friend(row) for row in rows(f"{end}.get_friend_list")], groups)


def messages(end: str) -> list[Json]:
    """Give every message that the recordings of an end show in the array format, in order of time."""
    found = {one["message_id"]: one for one in _messages(end) if isinstance(one["message"], list)}
    return sorted(found.values(), key=lambda one: int(one["time"]))


def _messages(end: str) -> Iterator[Json]:
    for entry in entries("onebot11-post").values():
        if entry["name"].startswith(f"{end}.") and '"raw_message"' in entry["request"]["body"]:
            yield json.loads(entry["request"]["body"])
    for entry in entries("onebot11").values():
        if entry["name"].startswith((f"{end}.get_msg", f"{end}.history")):
            data = json.loads(entry["response"]["body"])["data"] or {}
            yield from data.get("messages", [data] if data else [])
