"""Newcomers: a message of somebody the server does not know makes it load the list anew and tell what changed."""

from dataclasses import dataclass

from openqq_nb.simulator.login import Login
from openqq_nb.simulator.messages import Arrival, find_friend, find_member
from openqq_nb.simulator.openqq2 import Openqq2, Thing
from openqq_nb.simulator.things import Friend, Group, Membership


@dataclass(frozen=True, slots=True)
class Change:
    """One event about the roster.

    Args:
        event: `new_friend`, `lose_friend`, `new_group_member`, `lose_group_member`, `new_group` or `lose_group`.
        friend: Whom it is about, for friends.
        group: The group.
        member: Whom it is about, for members.
    """

    event: str
    friend: Friend | None = None
    group: Group | None = None
    member: Membership | None = None

    def payload(self, words: Openqq2) -> Thing:
        """Write the event as it is posted; one about a member carries the whole group."""
        params: list[object] = []
        if self.friend:
            params.append(words.friend(self.friend))
        if self.group and self.member:
            params.append(words.member(self.group, self.member))
        if self.group:
            params.append(words.group(self.group))
        return {"event": self.event, "params": params, "post_type": "event"}


def newcomers(login: Login, arrival: Arrival) -> list[Change]:
    """Reload what a message shows to be out of date.

    Returns:
        What changed, gone ones first.
    """
    if arrival.group:
        return _group_changes(login, arrival.group, arrival.sender.qq)
    if arrival.kind == "friend" and find_friend(login, arrival.sender.qq) is None:
        return _friend_changes(login)
    return []


def _friend_changes(login: Login) -> list[Change]:
    new, lost = login.reload_friends()
    return [Change("lose_friend", one) for one in lost] + [Change("new_friend", one) for one in new]


def _group_changes(login: Login, group: Group, qq: int) -> list[Change]:
    if group.number not in login.groups:
        new, lost = login.reload_groups()
        return [Change("lose_group", group=one) for one in lost] + [
            Change("new_group", group=one) for one in new
        ]
    if find_member(login, group, qq) is not None:
        return []
    joined, gone = login.reload_members(group.number)
    return [Change("lose_group_member", group=group, member=one) for one in gone] + [
        Change("new_group_member", group=group, member=one) for one in joined
    ]
