"""Changes of the world while a simulator runs: people join, leave, and call themselves otherwise."""

from collections.abc import Callable
from dataclasses import replace
from threading import Lock
from typing import TypeVar

from openqq_nb.simulator.lookup import Who, find_group, find_person
from openqq_nb.simulator.roster_changes import List
from openqq_nb.simulator.things import Friend, Group, Membership, Person
from openqq_nb.simulator.world import World

T = TypeVar("T")
ROLES = ("owner", "admin", "member")
Where = Group | str | int
_FIRST_NUMBER = 9_940_000_001


class Changing:
    """Changes the truth of a simulator.

    Each change is seen by the running server at once, as if it loaded the list concerned anew at this moment; 2.x
    then posts its events. With `seen=False` the server sees it at the next login, at `reload`, or when somebody
    unknown writes. All may be called from any thread.
    """

    world: World
    _changes: Lock

    def _change(self, change: Callable[[], T], *lists: List) -> T:
        raise NotImplementedError

    def join(self, group: Where, who: Person | Friend | Membership, *, seen: bool = True) -> Membership:
        """Let somebody join a group.

        Args:
            group: Name, remark, number or object.
            who: A person, known or new, or a whole membership.
            seen: Whether the server loads the member list anew at once.

        Returns:
            The membership.

        Raises:
            ValueError: He is in the group already, or the account is not.
            NotExactlyOneError: The group fits none or several.

        Example:
            >>> from openqq_nb.simulator import Person, Simulator
            >>> simulator = Simulator(groups=1, friends=2, members=3)
            >>> simulator.join(simulator.truth.groups[0], Person(9900000900, "新来的")).person.nick
            '新来的'
            >>> len(simulator.truth.groups[0].members)
            4
        """
        found = _group(self.world, group)
        member = who if isinstance(who, Membership) else Membership(_person(who))

        def change() -> Membership:
            if _group(self.world, found).member(member.person.qq):
                raise ValueError(f"{member.person.nick!r} ({member.person.qq}) is in {found.name!r} already.")
            self.world.add_member(found.number, member)
            return member

        return self._change(change, *_if(seen, found.number))

    def leave(self, group: Where, who: Who, *, seen: bool = True) -> Person:
        """Let somebody leave a group, or be removed from it; not the account itself, see `leave_group`.

        Returns:
            Who.

        Raises:
            ValueError: It is the account itself, or he is no member.
            NotExactlyOneError: A name fits none or several.
        """
        found = _group(self.world, group)
        person = find_person(self.world, who, found)
        if person.qq == self.world.me.person.qq:
            raise ValueError("The account itself leaves a group by leave_group(group).")

        def change() -> Person:
            _member(self.world, found, person)
            self.world.remove_member(found.number, person.qq)
            return person

        return self._change(change, *_if(seen, found.number))

    def rename(self, who: Who, nick: str, *, seen: bool = True) -> Person:
        """Give somebody another nick, wherever he is listed.

        Args:
            who: A friend by any name or number; a member or the account itself as an object or a number.
            nick: The new nick.
            seen: Whether the server loads the lists he is in anew at once.

        Returns:
            The person under the new nick.

        Raises:
            NotExactlyOneError: A name fits none or several.
        """
        person = self._anybody(who)

        def change() -> Person:
            self.world.change_person(person.qq, lambda one: replace(one, nick=nick))
            return replace(person, nick=nick)

        places = [one.number for one in self.world.groups if one.member(person.qq)]
        return self._change(change, *_if(seen, "friends", "discusses", *places))

    def set_markname(self, who: Who, markname: str | None, *, seen: bool = True) -> Friend:
        """Give a friend another remark; `None` takes it away.

        Raises:
            ValueError: He is no friend.
            NotExactlyOneError: A name fits none or several.
        """
        return self._change_friend(who, lambda one: replace(one, markname=markname), seen)

    def set_state(self, who: Who, state: str, *, seen: bool = True) -> Friend:
        """Let a friend come online, go offline and so on; no post tells it in either dialect.

        Raises:
            ValueError: He is no friend.
            NotExactlyOneError: A name fits none or several.
        """
        return self._change_friend(
            who, lambda one: replace(one, person=replace(one.person, state=state)), seen
        )

    def set_card(self, group: Where, who: Who, card: str | None, *, seen: bool = True) -> Membership:
        """Give a member another card; `None` takes it away.

        Raises:
            ValueError: He is no member.
            NotExactlyOneError: A name fits none or several.
        """
        return self._change_member(group, who, lambda one: replace(one, card=card), seen)

    def set_role(self, group: Where, who: Who, role: str, *, seen: bool = True) -> Membership:
        """Make somebody `admin` or `member` of a group, or its `owner`; the former owner is a member then.

        Raises:
            ValueError: There is no such role, he is no member, or he is the owner: somebody else must be it first.
            NotExactlyOneError: A name fits none or several.
        """
        if role not in ROLES:
            raise ValueError(f"There is no role {role!r}. Choose one of: {', '.join(ROLES)}.")
        found = _group(self.world, group)
        person = find_person(self.world, who, found)

        def change() -> Membership:
            return _give_role(self.world, found, person, role)

        return self._change(change, *_if(seen, "groups", found.number))

    def rename_group(self, group: Where, name: str, *, seen: bool = True) -> Group:
        """Give a group another name; two of the same name both lose their number at the server.

        Raises:
            ValueError: The account is not in it.
            NotExactlyOneError: The group fits none or several.
        """
        found = _group(self.world, group)

        def change() -> Group:
            self.world.change_group(found.number, lambda one: replace(one, name=name))
            return _group(self.world, found)

        return self._change(change, *_if(seen, "groups"))

    def add_friend(self, who: Person | Friend | Membership, *, seen: bool = True) -> Friend:
        """Make somebody a friend of the account.

        Raises:
            ValueError: He is one already.
        """
        friend = who if isinstance(who, Friend) else Friend(_person(who))

        def change() -> Friend:
            if self.world.friend(friend.person.qq):
                raise ValueError(f"{friend.person.nick!r} ({friend.person.qq}) is a friend already.")
            self.world.friends = [*self.world.friends, friend]
            return friend

        return self._change(change, *_if(seen, "friends"))

    def remove_friend(self, who: Who, *, seen: bool = True) -> Person:
        """Take somebody off the friend list.

        Raises:
            ValueError: He is not on it.
            NotExactlyOneError: A name fits none or several.
        """
        person = find_person(self.world, who)

        def change() -> Person:
            _friend(self.world, person)
            self.world.friends = [one for one in self.world.friends if one.person.qq != person.qq]
            return person

        return self._change(change, *_if(seen, "friends"))

    def add_group(self, group: Group | str, *, seen: bool = True) -> Group:
        """Let the account join a group.

        Args:
            group: A group, or the name of a new one with nobody but the account in it.
            seen: Whether the server loads the group list anew at once.

        Returns:
            The group.

        Raises:
            ValueError: The account is in it already.
        """

        def change() -> Group:
            new = group if isinstance(group, Group) else self._new_group(group)
            if self.world.group(new.number):
                raise ValueError(f"The account is in {new.name!r} ({new.number}) already.")
            self.world.groups = [*self.world.groups, new]
            return new

        return self._change(change, *_if(seen, "groups"))

    def leave_group(self, group: Where, *, seen: bool = True) -> Group:
        """Let the account leave a group, or be removed from it.

        Raises:
            ValueError: The account is not in it.
            NotExactlyOneError: The group fits none or several.
        """
        found = _group(self.world, group)

        def change() -> Group:
            group = _group(self.world, found)
            self.world.groups = [one for one in self.world.groups if one.number != found.number]
            return group

        return self._change(change, *_if(seen, "groups"))

    def _new_group(self, name: str) -> Group:
        number = max([_FIRST_NUMBER, *(one.number + 1 for one in self.world.groups)])
        return Group(number, name, members=(Membership(self.world.me.person),))

    def _anybody(self, who: Who) -> Person:
        if isinstance(who, (Person, Friend, Membership)):
            return _person(who)
        listed = [one.person for group in self.world.groups for one in group.members]
        listed += [person for discuss in self.world.discusses for person in discuss.members]
        by_number = {str(one.qq): one for one in [*listed, self.world.me.person]}
        return by_number.get(str(who)) or find_person(self.world, who)

    def _change_friend(self, who: Who, change: Callable[[Friend], Friend], seen: bool) -> Friend:
        person = find_person(self.world, who)

        def do() -> Friend:
            new = change(_friend(self.world, person))
            self.world.friends = [new if one.person.qq == person.qq else one for one in self.world.friends]
            return new

        return self._change(do, *_if(seen, "friends"))

    def _change_member(
        self, group: Where, who: Who, change: Callable[[Membership], Membership], seen: bool
    ) -> Membership:
        found = _group(self.world, group)
        person = find_person(self.world, who, found)

        def do() -> Membership:
            self.world.change_member(found.number, person.qq, change)
            return _member(self.world, found, person)

        return self._change(do, *_if(seen, found.number))


def _person(who: Person | Friend | Membership) -> Person:
    return who if isinstance(who, Person) else who.person


def _if(seen: bool, *lists: List) -> tuple[List, ...]:
    return lists if seen else ()


def _group(world: World, wanted: Where) -> Group:
    """Find a group of the account as it is now."""
    found = find_group(world, wanted)
    group = world.group(found.number)
    if group is None:
        raise ValueError(f"The account is not in {found.name!r} ({found.number}). See add_group(group).")
    return group


def _member(world: World, place: Group, person: Person) -> Membership:
    group = _group(world, place)
    member = group.member(person.qq)
    if member is None:
        raise ValueError(
            f"{person.nick!r} ({person.qq}) is not in {group.name!r} ({group.number}). See join(group, who)."
        )
    return member


def _friend(world: World, person: Person) -> Friend:
    friend = world.friend(person.qq)
    if friend is None:
        raise ValueError(f"{person.nick!r} ({person.qq}) is not a friend. See add_friend(who).")
    return friend


def _give_role(world: World, place: Group, person: Person, role: str) -> Membership:
    _member(world, place, person)
    owner = _group(world, place).owner
    if role == "owner":
        _stand(world, place.number, owner, "member")
        world.change_group(place.number, lambda one: replace(one, owner=person.qq))
    elif person.qq == owner:
        raise ValueError(
            f"{person.nick!r} ({person.qq}) is the owner of {place.name!r}. Give the ownership to somebody else "
            f"first: set_role(group, other, 'owner')."
        )
    _stand(world, place.number, person.qq, role)
    return _member(world, place, person)


def _stand(world: World, number: int, qq: int, role: str) -> None:
    world.change_member(number, qq, lambda one: replace(one, role=role))
    if qq == world.me.person.qq:
        standing = {"owner": "create", "admin": "manage", "member": "attend"}[role]
        world.change_group(number, lambda one: replace(one, role=standing))
