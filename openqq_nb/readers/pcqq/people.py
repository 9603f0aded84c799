"""Who wrote: what the part of a header after the time says."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from openqq_nb.readers.tables import Place

_SYSTEM = re.compile(r"系统消息\((?:10000|1000000)\)")
_NUMBER = re.compile(r"(.*)\(([0-9]{4,13})\)\Z", re.DOTALL)
_EMAIL = re.compile(r"(.*)<([^<>\s@]+@[^<>\s@]+)>\Z", re.DOTALL)
_TITLE = re.compile(r"【([^】]*)】")
_USUAL_TITLES = frozenset(("群主", "管理员", "潜水", "冒泡", "吐槽", "活跃", "话唠", "传说"))


@dataclass(frozen=True, slots=True)
class Person:
    """The writer of a message.

    Attributes:
        name: as the header shows it at that message; missing for a system line.
        qq: the number in the last bracket, in groups.
        email: the address that stands instead of it where the account has one.
        is_system: whether it is no person.
    """

    name: str | None
    qq: str | None = None
    email: str | None = None
    is_system: bool = False


def person(written: str, place: Place, *, titled: bool = False) -> Person:
    """Read the part of a header after the time.

    Args:
        written: name, and in groups a number or e-mail address in the last bracket; a name may end in a bracket too.
        place: where it was written.
        titled: whether any word in `【】` in front is a title of the group; else only the usual ones are.

    Example:
        >>> person("【管理员】圆圆(12345)(4200000013)", "group")
        Person(name='圆圆(12345)', qq='4200000013', email=None, is_system=False)
        >>> person("圆圆(12345)", "friend").name
        '圆圆(12345)'
    """
    if _SYSTEM.fullmatch(written):
        return Person(None, is_system=True)
    if place != "group":
        return Person(written)
    name, qq, email = _bracket(written)
    title = _TITLE.match(name)
    if title and (titled or title[1] in _USUAL_TITLES) and title.end() < len(name):
        name = name[title.end() :]
    return Person(name, qq, email)


def looks_like_a_group(written: Collection[str]) -> bool:
    """Tell from the writers whether they write in a group: there nearly all have a number or an e-mail address."""
    people = [one for one in written if not _SYSTEM.fullmatch(one)]
    numbered = sum(_bracket(one)[0] is not one for one in people)
    return numbered * 10 > len(people) * 9


def are_titled(written: Collection[str]) -> bool:
    """Tell from the writers whether the group shows titles: then nearly all bear one."""
    people = [one for one in written if not _SYSTEM.fullmatch(one)]
    return sum(_TITLE.match(one) is not None for one in people) * 10 > len(people) * 9


def _bracket(written: str) -> tuple[str, str | None, str | None]:
    if match := _NUMBER.match(written):
        return match[1], match[2], None
    if match := _EMAIL.match(written):
        return match[1], None, match[2]
    return written, None, None
