"""What the end knows of people and groups: lists as they were when it took them, and what changed since."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from openqq_nb.simulator.roster_changes import List
from openqq_nb.simulator.things import Friend, Group, Membership, Person
from openqq_nb.simulator.world import World


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that changed in the lists.

    Args:
        what: `joined`, `left`, `card`, `admin`, `befriended` or `gone` (the account left the group).
        group: Where.
        who: Whom it is about.
        before: The membership as it was.
        now: The membership as it is.
    """

    what: str
    who: Person
    group: Group | None = None
    before: Membership | None = None
    now: Membership | None = None


class Known:
    """The lists of an end.

    Args:
        world: The truth.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.friends: list[Friend] = []
        self.groups: list[Group] = []
        # People that are in no list: who wrote through a group, or asks to be let in.
        self.strangers: dict[int, Person] = {}
        self._by_number: dict[int, tuple[Group, dict[int, Membership]]] = {}
        self.take_all()

    @property
    def me(self) -> Person:
        """The account itself."""
        return self.world.me.person

    def take_all(self) -> None:
        """Take all lists anew, as at a login."""
        self.friends = list(self.world.friends)
        self.groups = list(self.world.groups)

    def friend(self, qq: int) -> Friend | None:
        """Find a friend."""
        return next((one for one in self.friends if one.person.qq == qq), None)

    def group(self, number: int | None) -> Group | None:
        """Find a group."""
        return next((one for one in self.groups if one.number == number), None)

    def member(self, number: int | None, qq: int) -> Membership | None:
        """Find a member."""
        group = self.group(number)
        if group is None:
            return None
        known, members = self._by_number.get(group.number, (None, {}))
        if known is not group:
            members = {one.person.qq: one for one in group.members}
            self._by_number[group.number] = (group, members)
        return members.get(qq)

    def person(self, qq: int) -> Person | None:
        """Find anybody."""
        if qq == self.me.qq:
            return self.me
        friend = self.friend(qq)
        members = (member for group in self.groups if (member := self.member(group.number, qq)))
        found = friend or next(members, None)
        return found.person if found else self.strangers.get(qq)

    def displayname(self, qq: int, number: int | None = None) -> str:
        """Give what people see of somebody in a group, or anywhere; the number of who is not known."""
        member = self.member(number, qq)
        if member and member.card:
            return member.card
        person = member.person if member else self.person(qq)
        return person.nick if person else str(qq)

    def see(self, lists: Iterable[List] | None) -> list[Change]:
        """Take lists anew.

        Args:
            lists: Which: `friends`, `groups`, or the number of a group; all if not given.

        Returns:
            What changed.
        """
        every: list[List] = ["friends", "groups", *(one.number for one in self.world.groups)]
        return [change for one in (every if lists is None else lists) for change in self._see(one)]

    def _see(self, wanted: List) -> Iterator[Change]:
        if wanted == "friends":
            yield from self._see_friends()
        elif wanted == "groups":
            yield from self._see_groups()
        elif isinstance(wanted, int):
            yield from self._see_members(wanted)

    def _see_friends(self) -> Iterator[Change]:
        had = {one.person.qq for one in self.friends}
        self.friends = list(self.world.friends)
        for one in self.friends:
            if one.person.qq not in had:
                yield Change("befriended", one.person)

    def _see_groups(self) -> Iterator[Change]:
        had = {one.number: one for one in self.groups}
        truth = self.world.groups
        # Their members are a list of its own, which is taken when somebody asks for it.
        self.groups = [_with_members(one, had.get(one.number)) for one in truth]
        for one in truth:
            if one.number not in had:
                yield Change("joined", self.me, one)
        left = had.keys() - {one.number for one in truth}
        for number, group in had.items():
            if number in left:
                yield Change("gone", self.me, group)

    def _see_members(self, number: int) -> Iterator[Change]:
        known, group = self.group(number), self.world.group(number)
        if known is None or group is None:
            return
        self.groups = [group if one.number == number else one for one in self.groups]
        before = {one.person.qq: one for one in known.members}
        now = {one.person.qq: one for one in group.members}
        for qq, member in now.items():
            if qq not in before:
                yield Change("joined", member.person, group, None, member)
            else:
                yield from _changes(group, before[qq], member)
        for qq, member in before.items():
            if qq not in now:
                yield Change("left", member.person, group, member, None)


def _with_members(group: Group, known: Group | None) -> Group:
    return group if known is None else replace(group, members=known.members)


def _changes(group: Group, before: Membership, now: Membership) -> Iterator[Change]:
    if (before.card or "") != (now.card or ""):
        yield Change("card", now.person, group, before, now)
    if (before.role == "admin") != (now.role == "admin"):
        yield Change("admin", now.person, group, before, now)
