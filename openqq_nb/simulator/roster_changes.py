"""What changes in the lists between two loadings of them, and the events in which 2.x tells it."""

from collections.abc import Callable, Iterable
from typing import Literal, TypeVar

from openqq_nb.simulator.login import Login
from openqq_nb.simulator.messages import Arrival, find_friend, find_member
from openqq_nb.simulator.openqq2 import Openqq2, Thing
from openqq_nb.simulator.things import Friend, Group, Membership

Listed = TypeVar("Listed", Friend, Group, Membership)
List = Literal["friends", "groups", "discusses"] | int
"""A list that can be loaded anew: the members of a group by its number."""

_PROPERTY_CHANGE = "_property_change"


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
    return [] if find_member(login, group, arrival.sender.qq) else _member_events(login, words, group.number)


def reload(login: Login, words: Openqq2, lists: Iterable[List] | None = None) -> list[Thing]:
    """Load lists anew from the provider.

    Args:
        login: What the server knows.
        words: Writes the events.
        lists: Which; of a group that is not loaded yet nothing happens. All, and those too, if not given.

    Returns:
        The events of 2.x about what changed.
    """
    if lists is None:
        return _reload_all(login, words)
    events: list[Thing] = []
    for one in lists:
        match one:
            case "friends":
                events += _friend_events(login, words)
            case "groups":
                events += _group_events(login, words)
            case "discusses":
                login.set_discusses(login.world.discusses)
            case _:
                events += _member_events(login, words, one)
    return events


def loading(login: Login, words: Openqq2, group: Group) -> list[Thing]:
    """Tell of the first loading of a group: each value that became known is a change from nothing."""
    known = login.groups.get(group.number)
    if known is None:
        return []
    shown = words.group(known)
    changes = [(key, shown[key]) for key in ("memo", "level", "createtime", "owner_id") if key in shown]
    events = [_event(f"group{_PROPERTY_CHANGE}", shown, key, None, value) for key, value in changes]
    for member in login.members[group.number]:
        thing = words.member(known, member)
        learnt = [key for key in ("join_time", "last_speak_time", "role", "uid") if key in thing]
        events += [_event(f"group_member{_PROPERTY_CHANGE}", thing, key, None, thing[key]) for key in learnt]
    return events


def is_property_change(payload: Thing) -> bool:
    """Tell whether this is one of the events that are not posted unless the server's owner asks for them."""
    return str(payload.get("event")).endswith(_PROPERTY_CHANGE)


def _reload_all(login: Login, words: Openqq2) -> list[Thing]:
    unloaded = [group for group in login.world.groups if login.load(group.number)]
    events = reload(login, words, ["friends", "groups", "discusses", *login.members])
    login.load_all()
    return events + [event for group in unloaded for event in loading(login, words, group)]


def _event(name: str, *params: object) -> Thing:
    return {"event": name, "params": list(params), "post_type": "event"}


def _key(one: Friend | Group | Membership) -> int:
    return one.number if isinstance(one, Group) else one.person.qq


def _missing_in(those: list[Listed], these: list[Listed]) -> list[Listed]:
    known = {_key(one) for one in those}
    return [one for one in these if _key(one) not in known]


def _without(these: list[Listed], gone: Listed) -> list[Listed]:
    return [one for one in these if one is not gone]


def _written(things: list[Listed], write: Callable[[Listed], Thing]) -> dict[int, tuple[Listed, Thing]]:
    return {_key(one): (one, write(one)) for one in things}


def _changes(
    kind: str, before: dict[int, tuple[Listed, Thing]], now: list[Listed], write: Callable[[Listed], Thing]
) -> list[Thing]:
    """Tell of each key that another value stands under, of those who were there before."""
    events = []
    for one in now:
        old, was = before.get(_key(one), (one, {}))
        if old != one:
            thing = write(one)
            events += [
                _event(f"{kind}{_PROPERTY_CHANGE}", thing, key, was.get(key), value)
                for key, value in thing.items()
                if key != "member" and was.get(key) != value
            ]
    return events


def _friend_events(login: Login, words: Openqq2) -> list[Thing]:
    truth, events = login.world.friends, []
    lost, before = _missing_in(truth, login.friends), _written(login.friends, words.friend)
    for one in _missing_in(login.friends, truth):
        login.set_friends([*login.friends, one])
        events.append(_event("new_friend", words.friend(one)))
    for one in lost:
        events.append(_event("lose_friend", words.friend(one)))
        login.set_friends(_without(login.friends, one))
    login.set_friends(list(truth))
    return events + _changes("friend", before, login.friends, words.friend)


def _group_events(login: Login, words: Openqq2) -> list[Thing]:
    truth, known, events = login.world.groups, list(login.groups.values()), []
    lost, before = _missing_in(truth, known), _written(known, words.group_basic)
    for one in _missing_in(known, truth):
        login.set_groups([*login.groups.values(), one])
        events.append(_event("new_group", words.group(one)))
    events += [_event("lose_group", words.group(one)) for one in lost]
    login.set_groups(list(truth))
    for one in lost:
        login.members.pop(one.number, None)
    return events + _changes("group", before, list(truth), words.group)


def _member_events(login: Login, words: Openqq2, number: int) -> list[Thing]:
    group, true_group = login.groups.get(number), login.world.group(number)
    if group is None or true_group is None or number not in login.members:
        return []
    truth, events = list(true_group.members), []
    lost = _missing_in(truth, login.members[number])
    before = _written(login.members[number], lambda one: words.member(group, one))
    for one in _missing_in(login.members[number], truth):
        login.set_members(number, [*login.members[number], one])
        events.append(_event("new_group_member", words.member(group, one), words.group(group)))
    for one in lost:
        shown = words.member(group, one)
        login.set_members(number, _without(login.members[number], one))
        events.append(_event("lose_group_member", shown, words.group(group)))
    login.set_members(number, truth)
    return events + _changes("group_member", before, truth, lambda one: words.member(group, one))
