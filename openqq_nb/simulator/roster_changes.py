"""Newcomers: a message of somebody the server does not know makes it load the list anew and tell what changed."""

from typing import TypeVar

from openqq_nb.simulator.login import Login
from openqq_nb.simulator.messages import Arrival, find_friend, find_member
from openqq_nb.simulator.openqq2 import Openqq2, Thing
from openqq_nb.simulator.things import Friend, Group, Membership

Listed = TypeVar("Listed", Friend, Group, Membership)


def newcomers(login: Login, words: Openqq2, arrival: Arrival) -> list[Thing]:
    """Reload what a message shows to be out of date.

    Args:
        login: What the server knows.
        words: Writes the events.
        arrival: The message.

    Returns:
        The events of 2.x about what changed. The server takes new ones in first, so a lost one still shows
        in the group that comes with a new one.
    """
    group = arrival.group
    if group is None:
        is_new = arrival.kind == "friend" and find_friend(login, arrival.sender.qq) is None
        return _friend_events(login, words) if is_new else []
    if group.number not in login.groups:
        return _group_events(login, words)
    return [] if find_member(login, group, arrival.sender.qq) else _member_events(login, words, group)


def _event(name: str, *params: Thing) -> Thing:
    return {"event": name, "params": list(params), "post_type": "event"}


def _key(one: Friend | Group | Membership) -> int:
    return one.number if isinstance(one, Group) else one.person.qq


def _missing_in(those: list[Listed], these: list[Listed]) -> list[Listed]:
    known = {_key(one) for one in those}
    return [one for one in these if _key(one) not in known]


def _without(these: list[Listed], gone: Listed) -> list[Listed]:
    return [one for one in these if one is not gone]


def _friend_events(login: Login, words: Openqq2) -> list[Thing]:
    truth, events = login.world.friends, []
    lost = _missing_in(truth, login.friends)
    for one in _missing_in(login.friends, truth):
        login.set_friends([*login.friends, one])
        events.append(_event("new_friend", words.friend(one)))
    for one in lost:
        events.append(_event("lose_friend", words.friend(one)))
        login.set_friends(_without(login.friends, one))
    login.set_friends(list(truth))
    return events


def _group_events(login: Login, words: Openqq2) -> list[Thing]:
    truth, known, events = login.world.groups, list(login.groups.values()), []
    lost = _missing_in(truth, known)
    for one in _missing_in(known, truth):
        login.set_groups([*login.groups.values(), one])
        events.append(_event("new_group", words.group(one)))
    events += [_event("lose_group", words.group(one)) for one in lost]
    login.set_groups(list(truth))
    return events


def _member_events(login: Login, words: Openqq2, group: Group) -> list[Thing]:
    truth, number, events = list(group.members), group.number, []
    lost = _missing_in(truth, login.members[number])
    for one in _missing_in(login.members[number], truth):
        login.set_members(number, [*login.members[number], one])
        events.append(_event("new_group_member", words.member(group, one), words.group(group)))
    for one in lost:
        shown = words.member(group, one)
        login.set_members(number, _without(login.members[number], one))
        events.append(_event("lose_group_member", shown, words.group(group)))
    login.set_members(number, truth)
    return events
