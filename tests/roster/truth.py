"""What really changed in a simulated world between two moments, told by permanent numbers."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from openqq_nb.roster import Roster
from openqq_nb.simulator import Friend, Group, Membership, World

CARD_BYTES = 21
Change = tuple[str, str | None, str | None, str | None, str | None]
"""What, gnumber, qq, before, after."""


@dataclass(frozen=True)
class Moment:
    """A roster, and the truth of the same moment.

    Attributes:
        roster: what was fetched.
        friends: the friends by number.
        groups: the groups by number.
        logins: the logins that it was fetched in, counted from 0; several if one came in between.
        qqs: numbers of people by their ids of these logins.
        gnumbers: numbers of groups by their ids of these logins.
        dnumbers: the hidden numbers of discusses, the same.
        cuts: whether the dialect cuts cards.
    """

    roster: Roster
    friends: Mapping[str, Friend]
    groups: Mapping[str, Group]
    logins: range
    qqs: Mapping[str, str]
    gnumbers: Mapping[str, str]
    dnumbers: Mapping[str, str]
    cuts: bool

    @classmethod
    def now(cls, roster: Roster, world: World, logins: range, *, cuts: bool) -> "Moment":
        """Note the truth beside a roster; what a world is made of never changes, so that it need not be copied."""

        def by_ids(kind: str, numbers: Iterable[int]) -> dict[str, str]:
            pairs = [(number, nth) for number in numbers for nth in logins]
            return {str(world.session_id(kind, number, nth)): str(number) for number, nth in pairs}

        people = {one.person.qq for one in world.friends}
        people |= {one.person.qq for group in world.groups for one in group.members}
        people |= {one.qq for discuss in world.discusses for one in discuss.members}
        me = str(world.me.person.qq)
        return cls(
            roster,
            {str(one.person.qq): one for one in world.friends},
            {str(one.number): one for one in world.groups},
            logins,
            by_ids("person", people) | {me: me},
            by_ids("group", [one.number for one in world.groups]),
            by_ids("discuss", [one.number for one in world.discusses]),
            cuts,
        )

    @property
    def loaded(self) -> frozenset[str]:
        """Numbers of the groups whose members the roster has."""
        return frozenset(self.gnumbers[gid] for gid in self.roster.members["gid"].unique())

    @property
    def roles(self) -> frozenset[tuple[str, str]]:
        """Group and person of those whose role the roster has."""
        known = self.roster.members.dropna(subset="role")
        return frozenset(
            (self.gnumbers[gid], self.qqs[one]) for gid, one in zip(known["gid"], known["id"], strict=True)
        )

    @property
    def knows_all_numbers(self) -> bool:
        """Whether every row of the roster has its permanent number."""
        roster = self.roster
        known = (roster.friends["qq"], roster.groups["gnumber"], roster.members["qq"])
        return all(bool(numbers.notna().all()) for numbers in known)


def changes(older: Moment, newer: Moment) -> list[Change]:
    """Tell what changed, as far as both rosters can know: of groups with members in both, and of roles in both."""
    return [*_of_friends(older, newer), *_of_groups(older, newer), *_of_members(older, newer)]


def _of_friends(older: Moment, newer: Moment) -> Iterator[Change]:
    yield from _one_sided(newer.friends, older.friends, "added", None)
    yield from _one_sided(older.friends, newer.friends, "removed", None)
    for qq in older.friends.keys() & newer.friends.keys():
        before, after = older.friends[qq], newer.friends[qq]
        yield from _changed("nick", before.person.nick, after.person.nick, None, qq)
        yield from _changed("markname", before.markname, after.markname, None, qq)
        yield from _changed("category", before.category, after.category, None, qq)


def _of_groups(older: Moment, newer: Moment) -> Iterator[Change]:
    for what, these, those in (("added", newer, older), ("removed", older, newer)):
        for number in these.groups.keys() - those.groups.keys():
            yield what, number, None, None, None
    for number in older.groups.keys() & newer.groups.keys():
        yield from _changed("gname", older.groups[number].name, newer.groups[number].name, number, None)


def _of_members(older: Moment, newer: Moment) -> Iterator[Change]:
    roles = older.roles & newer.roles
    for number in older.loaded & newer.loaded:
        before, after = _members(older.groups[number]), _members(newer.groups[number])
        yield from _one_sided(after, before, "joined", number)
        yield from _one_sided(before, after, "left", number)
        for qq in before.keys() & after.keys():
            one, other = before[qq], after[qq]
            yield from _changed("nick", one.person.nick, other.person.nick, number, qq)
            yield from _changed("card", _card(one, older), _card(other, newer), number, qq)
            if (number, qq) in roles:
                yield from _changed("role", one.role, other.role, number, qq)


def _card(member: Membership, moment: Moment) -> str | None:
    """Give a card as the dialect shows it."""
    if member.card is None or not moment.cuts:
        return member.card
    return member.card.encode()[:CARD_BYTES].decode(errors="ignore")


def _members(group: Group) -> dict[str, Membership]:
    return {str(one.person.qq): one for one in group.members}


def _one_sided(
    these: Mapping[str, Any], those: Mapping[str, Any], what: str, number: str | None
) -> Iterator[Change]:
    for qq in these.keys() - those.keys():
        yield what, number, qq, None, None


def _changed(
    what: str, before: str | None, after: str | None, number: str | None, qq: str | None
) -> Iterator[Change]:
    if (before or "") != (after or ""):  # nobody sees whether an empty name is there
        yield what, number, qq, before, after
