"""Finding whom a call means: every address that was given must match the same object."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from openqq_nb.simulator.login import Login
from openqq_nb.simulator.params import Value
from openqq_nb.simulator.things import Discuss, Friend, Group, Membership, Person

Thing = TypeVar("Thing")
Read = Callable[[Thing, str], object]


def first(things: Iterable[Thing], wanted: dict[str, Value], read: Read[Thing]) -> Thing | None:
    """Find the first object that matches; nobody matches no address, an empty one or a list."""
    if not wanted:
        return None
    return next((one for one in things if all(_same(read(one, key), wanted[key]) for key in wanted)), None)


def _same(known: object, wanted: Value) -> bool:
    return known is not None and str(known) == wanted


class Addresses:
    """Reads the fields by which each kind of object can be addressed: `id`, `number`, `name`, `displayname`."""

    def __init__(self, login: Login) -> None:
        self.login = login

    def friend(self, wanted: dict[str, Value]) -> Friend | None:
        """Find a friend."""
        return first(self.login.friends, wanted, self._read_friend) or self._stranger(wanted)

    def group(self, wanted: dict[str, Value]) -> Group | None:
        """Find a group."""
        return first(self.login.groups.values(), wanted, self._read_group)

    def discuss(self, wanted: dict[str, Value]) -> Discuss | None:
        """Find a discuss."""
        return first(self.login.discusses.values(), wanted, lambda one, _: self.login.discuss_id(one))

    def member(self, group: Group, wanted: dict[str, Value]) -> Membership | None:
        """Find a member, for which his group's list is loaded."""
        self.login.load(group.number)

        def read(one: Membership, key: str) -> int | None:
            if key == "id":
                return self.login.person_id(one.person.qq)
            return self.login.learn_member(group, one)

        return first(self.login.members.get(group.number, []), wanted, read)

    def discuss_member(self, discuss: Discuss, wanted: dict[str, Value]) -> Person | None:
        """Find a member of a discuss."""
        self.login.load(discuss.number)

        def read(one: Person, key: str) -> int | None:
            if key == "id":
                return self.login.person_id(one.qq)
            return self.login.learn_discuss_member(discuss, one)

        return first(discuss.members, wanted, read)

    def _stranger(self, wanted: dict[str, Value]) -> Friend | None:
        def read(one: Person, key: str) -> int | None:
            return self.login.person_id(one.qq) if key == "id" else self.login.learn_stranger(one)

        person = first(list(self.login.strangers.values()), wanted, read)
        return Friend(person, category="陌生人") if person else None

    def _read_friend(self, one: Friend, key: str) -> object:
        if key == "id":
            return self.login.person_id(one.person.qq)
        if key == "number":
            return self.login.learn_friend(one)
        return one.person.nick if key == "name" else one.displayname

    def _read_group(self, one: Group, key: str) -> object:
        if key == "id":
            return self.login.group_id(one)
        if key == "number":
            return self.login.group_number(one)
        return one.name if key == "name" else one.displayname
