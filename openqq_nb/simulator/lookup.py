"""Finding the people and places a test names, in words that a person uses."""

from collections.abc import Iterable
from typing import TypeVar

from openqq_nb.simulator.things import Discuss, Friend, Group, Membership, Person
from openqq_nb.simulator.world import World

SHOWN = 8
Who = Person | Friend | Membership | str | int
Thing = TypeVar("Thing")


class NotExactlyOneError(LookupError):
    """A name fits nobody, or several: the message lists the choices."""


def _choose(kind: str, wanted: object, found: dict[int, Thing], all_of_them: Iterable[str]) -> Thing:
    if len(found) == 1:
        return next(iter(found.values()))
    if found:
        numbers = ", ".join(str(number) for number in found)
        raise NotExactlyOneError(f"{kind} {wanted!r} fits {len(found)}: {numbers}. Give the number.")
    names = list(all_of_them)
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    raise NotExactlyOneError(f"No {kind} {wanted!r}. There are: {', '.join(names[:SHOWN])}{more}.")


def find_group(world: World, wanted: Group | str | int) -> Group:
    """Find a group by name, remark or number.

    Raises:
        NotExactlyOneError: With the choices.
    """
    if isinstance(wanted, Group):
        return world.group(wanted.number) or wanted
    text = str(wanted)
    found = {one.number: one for one in world.groups if text in (str(one.number), one.name, one.markname)}
    return _choose("group", wanted, found, (f"{one.displayname} ({one.number})" for one in world.groups))


def find_discuss(world: World, wanted: Discuss | str | int) -> Discuss:
    """Find a discuss by name or hidden number.

    Raises:
        NotExactlyOneError: With the choices.
    """
    if isinstance(wanted, Discuss):
        return wanted
    text = str(wanted)
    found = {one.number: one for one in world.discusses if text in (str(one.number), one.name)}
    return _choose("discuss", wanted, found, (f"{one.name!r} ({one.number})" for one in world.discusses))


def find_person(
    world: World, wanted: Who, group: Group | None = None, discuss: Discuss | None = None
) -> Person:
    """Find somebody among the friends, or in a group or discuss, by any of his names or his number.

    Args:
        world: Where to look.
        wanted: A name, a number, or an object, which is taken as it is: it may be a stranger.
        group: Look among its members.
        discuss: Look among its members.

    Raises:
        NotExactlyOneError: With the choices.
    """
    if isinstance(wanted, Person):
        return wanted
    if isinstance(wanted, (Friend, Membership)):
        return wanted.person
    people = _names(world, group, discuss)
    text = str(wanted)
    found = {person.qq: person for person, names in people if text in names or text == str(person.qq)}
    kind = "member" if group or discuss else "friend"
    return _choose(kind, wanted, found, (f"{names[0]} ({person.qq})" for person, names in people))


def _names(world: World, group: Group | None, discuss: Discuss | None) -> list[tuple[Person, list[str]]]:
    friends = {one.person.qq: one for one in world.friends}
    if group:
        people = [(one.person, [one.card, one.person.nick]) for one in group.members]
    elif discuss:
        people = [(one, [one.nick]) for one in discuss.members]
    else:
        people = [(one.person, [one.markname, one.person.nick]) for one in world.friends]
    return [(person, _known(names, friends.get(person.qq))) for person, names in people]


def _known(names: list[str | None], friend: Friend | None) -> list[str]:
    remarks = [friend.markname] if friend else []
    return [name for name in [*names, *remarks] if name]
