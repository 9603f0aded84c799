"""How each end writes the account, friends, groups and members."""

from collections.abc import Callable
from typing import Any

from openqq_nb.simulator.dialects import EndName
from openqq_nb.simulator.things import Friend, Group, Membership

Json = dict[str, Any]
ALL_MUTED_UNTIL = 2**32 - 1


def friend(end: EndName, one: Friend) -> Json:
    """Write a friend."""
    return _FRIEND[end](one)


def group(end: EndName, one: Group) -> Json:
    """Write a group."""
    return _GROUP[end](one)


def member(end: EndName, place: Group, one: Membership) -> Json:
    """Write a member."""
    return _MEMBER[end](place, one)


def categories(end: EndName, friends: list[Friend]) -> list[Json]:
    """Write the friends in their categories."""
    names = dict.fromkeys((one.flag, one.category) for one in friends)
    return [
        {
            "categoryId": flag,
            "categorySortId": place,
            "categoryName": name,
            "categoryMbCount": sum((one.flag, one.category) == (flag, name) for one in friends),
            "onlineCount": 0,
            "buddyList": [friend(end, one) for one in friends if (one.flag, one.category) == (flag, name)],
        }
        for place, (flag, name) in enumerate(sorted(names))
    ]


def _born(one: Friend) -> Json:
    year, month, day = one.person.born
    return {"birthday_year": year, "birthday_month": month, "birthday_day": day}


def _friend_napcat(one: Friend) -> Json:
    person = one.person
    return _born(one) | {
        "user_id": person.qq,
        "age": person.age,
        "phone_num": one.phone,
        "email": "",
        "category_id": one.flag,
        "nickname": person.nick,
        "remark": one.markname or "",
        "sex": person.gender,
        "level": 0,
    }


def _friend_llbot(one: Friend) -> Json:
    person = one.person
    head: Json = {
        "user_id": person.qq,
        "nickname": person.nick,
        "remark": one.markname or "",
        "sex": person.gender,
    }
    return head | _born(one) | {"age": person.age, "qid": person.qid, "long_nick": person.long_nick}


def _friend_lagrange(one: Friend) -> Json:
    return {
        "user_id": one.person.qq,
        "q_id": one.person.qid,
        "nickname": one.person.nick,
        "remark": one.markname or "",
        "group": {"group_id": one.flag, "group_name": one.category},
    }


def _group_napcat(one: Group) -> Json:
    return {
        "group_all_shut": -1 if one.is_muted else 0,
        "group_remark": one.markname or "",
        **_group_lagrange(one),
    }


def _group_llbot(one: Group) -> Json:
    return {
        "group_id": one.number,
        "group_name": one.name,
        "group_memo": one.memo,
        "group_create_time": one.created,
        "member_count": len(one.members),
        "max_member_count": one.max_members,
        "remark_name": one.markname or "",
        "avatar_url": f"https://img.example.invalid/gh/{one.number}/{one.number}/0",
        # The end never fills it.
        "owner_id": 0,
        "is_top": one.is_top,
        "shut_up_all_timestamp": ALL_MUTED_UNTIL if one.is_muted else 0,
        "shut_up_me_timestamp": 0,
    }


def _group_lagrange(one: Group) -> Json:
    return {
        "group_id": one.number,
        "group_name": one.name,
        "member_count": len(one.members),
        "max_member_count": one.max_members,
    }


def _member_napcat(place: Group, one: Membership) -> Json:
    return _head(place, one) | _body(one)


def _member_llbot(place: Group, one: Membership) -> Json:
    return _head(place, one) | {"card_or_nickname": one.card or one.person.nick} | _body(one)


def _head(place: Group, one: Membership) -> Json:
    return {
        "group_id": place.number,
        "user_id": one.person.qq,
        "nickname": one.person.nick,
        "card": one.card or "",
    }


def _body(one: Membership) -> Json:
    return {
        # Neither end fills sex, age and place of members.
        "sex": "unknown",
        "age": 0,
        "area": "",
        "level": str(one.grade),
        "qq_level": 0,
        "join_time": one.join_time,
        "last_sent_time": one.last_speak_time,
        "title_expire_time": 0,
        "unfriendly": False,
        "card_changeable": True,
        "is_robot": False,
        "shut_up_timestamp": one.muted_until,
        "role": one.role,
        "title": one.title,
    }


def _member_lagrange(place: Group, one: Membership) -> Json:
    return {
        "group_id": place.number,
        "user_id": one.person.qq,
        "nickname": one.person.nick,
        "card": one.card or None,
        "sex": "",
        "age": 0,
        "area": "",
        "join_time": one.join_time,
        "last_sent_time": one.last_speak_time,
        "level": str(one.grade),
        "role": one.role,
        "unfriendly": False,
        "title": one.title or None,
        "title_expire_time": 0,
        "card_changeable": False,
    }


_FRIEND: dict[EndName, Callable[[Friend], Json]] = {
    "napcat": _friend_napcat,
    "llbot": _friend_llbot,
    "lagrange": _friend_lagrange,
}
_GROUP: dict[EndName, Callable[[Group], Json]] = {
    "napcat": _group_napcat,
    "llbot": _group_llbot,
    "lagrange": _group_lagrange,
}
_MEMBER: dict[EndName, Callable[[Group, Membership], Json]] = {
    "napcat": _member_napcat,
    "llbot": _member_llbot,
    "lagrange": _member_lagrange,
}
