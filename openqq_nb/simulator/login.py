"""What the server knows between one login and the next: its lists, temporary ids and the numbers it has learnt."""

from collections import Counter
from enum import Enum
from typing import Literal

from openqq_nb.simulator.perl import is_plain
from openqq_nb.simulator.things import Discuss, Friend, Group, Membership, Person
from openqq_nb.simulator.world import World

Protocol = Literal["openqq1", "openqq2"]
_RECENT_SIZE = 20


class Unasked(Enum):
    """The server never wanted to know this number, so the key is missing."""

    UNASKED = "unasked"


UNASKED = Unasked.UNASKED
Number = int | None | Unasked
Recent = Friend | tuple[Group, Membership] | Person


class Login:
    """One login. Everything in here is lost at the next one.

    Args:
        world: The truth.
        protocol: The dialect, because the two learn numbers in different ways.
        nth: How many logins came before.
        gives_members: Whether the provider gives member lists.
    """

    def __init__(self, world: World, protocol: Protocol, nth: int, gives_members: bool = True) -> None:
        self.world = world
        self.gives_members = gives_members
        self.nth = nth
        self.is_first = protocol == "openqq1"
        self.friends = list(world.friends)
        self.groups = {group.number: group for group in world.groups}
        self.discusses = {discuss.number: discuss for discuss in world.discusses}
        self.members: dict[int, list[Membership]] = {}
        self.loaded_discusses: set[int] = set()
        self.strangers: dict[int, Person] = {}
        self.recent: dict[tuple[int, int], Recent] = {}
        self.version: Counter[object] = Counter()
        self._asked: set[tuple[str, int, int]] = set()
        self._extended_friends: frozenset[int] | None = None
        self._extended_members: dict[int, frozenset[int]] = {}
        self._known_groups = self._groups_with_number()

    # Temporary ids

    def person_id(self, qq: int) -> int:
        """Give somebody's id; the account's own is its number, in every login."""
        return qq if qq == self.world.me.person.qq else self.world.session_id("person", qq, self.nth)

    def group_id(self, group: Group) -> int:
        """Give a group's id."""
        return self.world.session_id("group", group.number, self.nth)

    def group_code(self, group: Group) -> int:
        """Give a group's internal code."""
        return self.world.session_id("code", group.number, self.nth)

    def discuss_id(self, discuss: Discuss) -> int:
        """Give a discuss's id."""
        return self.world.session_id("discuss", discuss.number, self.nth)

    # Lists

    def load(self, number: int) -> bool:
        """Load the members of a group or discuss from the provider, if it is not done yet; tells whether it did."""
        if not self.gives_members:
            return False
        group = self.world.group(number)
        if group is not None and number not in self.members:
            self.set_members(number, list(group.members))
            return True
        if group is None and number in self.discusses:
            self.loaded_discusses.add(number)
        return False

    def load_all(self) -> None:
        """Load the members of all groups and discusses."""
        for number in (*self.groups, *self.discusses):
            self.load(number)

    def unload_all(self) -> None:
        """Forget the members of all groups and discusses."""
        self.members.clear()
        self._extended_members.clear()
        self.loaded_discusses.clear()
        self.version.update(self.groups.keys())

    def forget_extended(self) -> None:
        """Join numbers and roles to the lists anew."""
        self._known_groups = self._groups_with_number()
        self._extended_friends = None
        self._extended_members.clear()
        self.version.update([0, *self.groups.keys()])

    def set_friends(self, friends: list[Friend]) -> None:
        """Change the server's friend list; strangers are gone from it."""
        self.friends = friends
        self.strangers.clear()
        self._extended_friends = None
        self.version[0] += 1

    def set_groups(self, groups: list[Group]) -> None:
        """Change the server's group list."""
        self.groups = {group.number: group for group in groups}
        self._known_groups = self._groups_with_number()
        self._extended_members.clear()
        self.version.update(self.groups.keys())

    def set_discusses(self, discusses: list[Discuss]) -> None:
        """Change the server's list of discusses."""
        self.discusses = {discuss.number: discuss for discuss in discusses}

    def set_members(self, number: int, members: list[Membership]) -> None:
        """Change the server's list of the members of a group; those it had keep what it knows of them."""
        before = self.members.get(number)
        if before is not None:
            had = {one.person.qq for one in before}
            kept = self.extended(self.groups[number])
            self.members[number] = members
            self._extended_members[number] = kept | (self._join(self.groups[number]) - had)
        self.members[number] = members
        self.version[number] += 1

    def remember(self, key: tuple[int, int], who: Recent) -> None:
        """Note whom the account wrote with; the oldest of more than 20 are forgotten."""
        self.recent.setdefault(key, who)
        while len(self.recent) > _RECENT_SIZE:
            self.recent.pop(next(iter(self.recent)))

    # Permanent numbers

    def group_number(self, group: Group) -> int | None:
        """Give a group's number, if the server could learn it."""
        return group.number if group.number in self._known_groups else None

    def friend_number(self, friend: Friend) -> Number:
        """Give a friend's number as far as the server knows it now."""
        if friend.person.qq in self._listed_friends():
            return friend.person.qq
        return self._answer("friend", 0, friend.person)

    def member_number(self, group: Group, member: Membership) -> Number:
        """Give a member's number as far as the server knows it now."""
        if member.person.qq in self.extended(group):
            return member.person.qq
        return self._answer("member", group.number, member.person)

    def discuss_member_number(self, discuss: Discuss, person: Person) -> Number:
        """Give the number of a discuss member as far as the server knows it now; 2.x always does."""
        return self._answer("discuss", discuss.number, person) if self.is_first else person.qq

    def learn_friend(self, friend: Friend) -> int | None:
        """Want a friend's number: 1.x asks the provider, 2.x notes that there is none."""
        return self._learn("friend", 0, friend.person, self.friend_number(friend))

    def learn_member(self, group: Group, member: Membership) -> int | None:
        """Want a member's number, as `learn_friend`."""
        return self._learn("member", group.number, member.person, self.member_number(group, member))

    def learn_discuss_member(self, discuss: Discuss, person: Person) -> int | None:
        """Want the number of a discuss member, as `learn_friend`."""
        return self._learn("discuss", discuss.number, person, self.discuss_member_number(discuss, person))

    def learn_stranger(self, person: Person) -> int | None:
        """Want the number of somebody who is no friend."""
        return self._learn("stranger", 0, person, self._answer("stranger", 0, person))

    def stranger_number(self, person: Person) -> Number:
        """Give a stranger's number as far as the server knows it now."""
        return self._answer("stranger", 0, person)

    def extended(self, group: Group) -> frozenset[int]:
        """Give the members with extended information: the provider's two lists are joined by nick and card."""
        if group.number not in self._extended_members:
            self._extended_members[group.number] = self._join(group)
        return self._extended_members[group.number]

    def _answer(self, kind: str, place: int, person: Person) -> Number:
        if (kind, place, person.qq) not in self._asked:
            return UNASKED
        return person.qq if self.is_first and person.findable else None

    def _learn(self, kind: str, place: int, person: Person, known: Number) -> int | None:
        if not isinstance(known, Unasked):
            return known
        self._asked.add((kind, place, person.qq))
        self.version[place] += 1
        return person.qq if self.is_first and person.findable else None

    def _readable(self, *names: str) -> bool:
        """Tell whether names survive the join: 1.x compares escaped with unescaped text."""
        return not self.is_first or all(is_plain(name) for name in names)

    def _groups_with_number(self) -> frozenset[int]:
        seen = Counter(group.name for group in self.groups.values())
        return frozenset(
            group.number
            for group in self.groups.values()
            if self.world.extended and seen[group.name] == 1 and self._readable(group.name)
        )

    def _listed_friends(self) -> frozenset[int]:
        if self._extended_friends is None:
            seen = Counter((one.category, one.displayname) for one in self.friends)
            self._extended_friends = frozenset(
                one.person.qq
                for one in self.friends
                if self.world.extended
                and one.listed
                and seen[one.category, one.displayname] == 1
                and self._readable(one.displayname)
            )
        return self._extended_friends

    def _join(self, group: Group) -> frozenset[int]:
        if group.number not in self._known_groups:
            return frozenset()
        members = self.members.get(group.number, [])
        seen = Counter((one.person.nick, one.card) for one in members)
        return frozenset(
            one.person.qq
            for one in members
            if one.listed
            and seen[one.person.nick, one.card] == 1
            and self._readable(one.person.nick, one.card or "")
        )
