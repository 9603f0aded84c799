"""The world behind the server: who exists, with their permanent numbers; a world of one's own or a seeded one."""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from openqq_nb.simulator.seeding import SeededParts
from openqq_nb.simulator.things import Account, Discuss, Friend, Group, Membership, Person

# 3 * 2**30 + 1 is a prime, so multiplying by a fixed factor gives every number another id.
_ID_PRIME = 3_221_225_473
_FIRST_ID = 1_000_000_007
_ID_FACTOR = {"person": 1_664_525, "group": 22_695_477, "code": 1_103_515_245, "discuss": 69_069}
_LOGIN_STEP = 1_220_703_125

Listed = TypeVar("Listed", Account, Friend, Membership)
SessionIds = Callable[[str, int, int], int]


def session_id(kind: str, number: int, nth_login: int) -> int:
    """Give the temporary id of a person, group or discuss in the nth login (from 0).

    Args:
        kind: `person`, `group`, `code` (of a group) or `discuss`.
        number: The permanent number.
        nth_login: How many logins came before.

    Returns:
        A number of ten digits at most; no two of a kind are equal within a login, and none stays at the next one.
    """
    return _FIRST_ID + (number * _ID_FACTOR[kind] + nth_login * _LOGIN_STEP) % _ID_PRIME


@dataclass(slots=True)
class World:
    """Everybody the account knows. The truth, which the server copies when it logs in or loads a list.

    Args:
        me: The account itself.
        friends: In the provider's order.
        groups: In the provider's order.
        discusses: In the provider's order.
        lists_loaded: Whether the server has the member lists from the start; if not it loads one when a message,
            a search or a send wants it.
        session_id: Gives temporary ids, see `session_id`.
        extended: Whether the server can load numbers and roles (2.x: its optional password module is there).

    `lists_loaded` and `extended` may be changed at any time; the next login goes by them.
    """

    me: Account
    friends: list[Friend] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    discusses: list[Discuss] = field(default_factory=list)
    lists_loaded: bool = True
    session_id: SessionIds = session_id
    extended: bool = True

    @classmethod
    def seeded(
        cls,
        seed: int = 0,
        *,
        friends: int = 40,
        groups: int = 12,
        members: int = 30,
        discusses: int = 3,
        now: datetime | None = None,
    ) -> "World":
        """Make a believable world; the same arguments give the same world.

        Args:
            seed: Any whole number.
            friends: How many friends.
            groups: How many groups.
            members: How many members a group has on average, the account included.
            discusses: How many discusses.
            now: The moment that joining and last speaking are counted back from; a fixed one if not given.

        Returns:
            A world with member lists loaded.

        Example:
            >>> world = World.seeded(1, friends=5, groups=2, members=10, discusses=1)
            >>> len(world.friends), len(world.groups), sum(len(group.members) for group in world.groups)
            (5, 2, 20)
        """
        parts = SeededParts(seed, now)
        friend_list = parts.friends(friends)
        group_list = parts.groups(groups, members, friend_list)
        return cls(parts.me, friend_list, group_list, parts.discusses(discusses, friend_list))

    def friend(self, qq: int) -> Friend | None:
        """Find a friend by number."""
        return next((friend for friend in self.friends if friend.person.qq == qq), None)

    def group(self, number: int) -> Group | None:
        """Find a group by number."""
        return next((group for group in self.groups if group.number == number), None)

    def remove_member(self, number: int, qq: int) -> None:
        """Take a member out of a group."""
        self._change_members(number, lambda members: tuple(one for one in members if one.person.qq != qq))

    def add_member(self, number: int, member: Membership) -> None:
        """Put a new member at the end of a group."""
        self._change_members(number, lambda members: (*members, member))

    def change_member(self, number: int, qq: int, change: Callable[[Membership], Membership]) -> None:
        """Change how somebody stands in a group."""
        self._change_members(
            number, lambda members: tuple(change(one) if one.person.qq == qq else one for one in members)
        )

    def change_group(self, number: int, change: Callable[[Group], Group]) -> None:
        """Change a group."""
        self.groups = [change(one) if one.number == number else one for one in self.groups]

    def change_person(self, qq: int, change: Callable[[Person], Person]) -> None:
        """Change somebody wherever he is listed."""

        def changed(one: Listed) -> Listed:
            return dataclasses.replace(one, person=change(one.person)) if one.person.qq == qq else one

        self.me = changed(self.me)
        self.friends = [changed(one) for one in self.friends]
        self.groups = [
            dataclasses.replace(one, members=tuple(changed(member) for member in one.members))
            for one in self.groups
        ]
        self.discusses = [
            dataclasses.replace(
                one, members=tuple(change(who) if who.qq == qq else who for who in one.members)
            )
            for one in self.discusses
        ]

    def _change_members(
        self, number: int, change: Callable[[tuple[Membership, ...]], tuple[Membership, ...]]
    ) -> None:
        self.change_group(number, lambda group: dataclasses.replace(group, members=change(group.members)))

    def __repr__(self) -> str:
        members = sum(len(group.members) for group in self.groups)
        return (
            f"<World of {self.me.person.nick}: {len(self.friends)} friends, {len(self.groups)} groups with "
            f"{members} members, {len(self.discusses)} discusses>"
        )


__all__ = [
    "Account",
    "Discuss",
    "Friend",
    "Group",
    "Membership",
    "Person",
    "SessionIds",
    "World",
    "session_id",
]
