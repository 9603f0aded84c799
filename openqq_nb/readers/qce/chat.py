"""Whom the talk of an export is with, and whose account it was exported from."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from openqq_nb.readers.base import Options
from openqq_nb.readers.qce.content import as_text
from openqq_nb.readers.tables import Place, chat_key

_PLACES: Mapping[str, Place] = {
    "group": "group", "2": "group", "private": "friend", "friend": "friend", "1": "friend", "temp": "session",
    "100": "session",
}  # fmt: skip
TYPES: Mapping[Place, str] = {
    "group": "group_message",
    "friend": "message",
    "session": "sess_message",
    "discuss": "discuss_message",
}
_PAIR = 2


@dataclass(frozen=True, slots=True)
class Chat:
    """What holds for every message of an export.

    Attributes:
        name: of the group or friend.
        place: what it is.
        key: its identity.
        gnumber: number of the group, where the file has it.
        peer_qq: number of the friend.
        me: number and id of the account; empty if they are not known.
        me_called: what the account is called, where nothing but that is known.
        me_qq: number of the account.
        me_name: name of the account.
    """

    name: str
    place: Place
    key: str
    gnumber: str | None
    peer_qq: str | None
    me: frozenset[str]
    me_called: str | None
    me_qq: str | None
    me_name: str | None

    @property
    def peer_name(self) -> str | None:
        """Name of the friend; nobody alone in a group."""
        return None if self.place == "group" else self.name

    def wrote(self, name: str | None, number: str | None, uid: str | None) -> bool | None:
        """Tell whether the account itself writes under these; `None` if it is not known who that is."""
        if self.me_called is not None:
            return name == self.me_called
        return number in self.me or uid in self.me if self.me else None


def chat_of(
    info: Mapping[str, Any], fallback: str, people: Collection[tuple[str, str]], options: Options
) -> Chat:
    """Tell whom the talk is with.

    Args:
        info: the `chatInfo` of the file; empty if it has none.
        fallback: what to call a talk without a name.
        people: who writes in it, as (id, number).
        options: who "me" is, where the file does not tell.
    """
    told = {key: as_text(found) for key, found in info.items()}
    me, called = _me(told, options.me)
    name = told.get("name") or fallback
    place = _place(told.get("type", ""), len(people))
    others = {number for uid, number in people if number and not me & {uid, number}}
    number = told.get("peerUin", "").removeprefix("0")
    if not number and place != "group" and me and len(others) == 1:
        number = next(iter(others))
    return Chat(
        name,
        place,
        chat_key(place, number or name),
        number or None if place == "group" else None,
        None if place == "group" else number or None,
        me,
        called,
        told.get("selfUin") or None,
        told.get("selfName") or None,
    )


def _place(stated: str, writers: int) -> Place:
    place = _PLACES.get(stated)
    if writers > _PAIR and place in (None, "friend"):
        return "group"  # some versions call every talk private
    return place or "friend"


def _me(told: Mapping[str, str], asked: str | None) -> tuple[frozenset[str], str | None]:
    stated = frozenset(filter(None, (told.get("selfUid"), told.get("selfUin"))))
    if stated or not asked:
        return stated, None
    # A name is anybody's to choose: one that looks like the number of the account is not the account.
    return (frozenset((asked,)), None) if asked.isdigit() else (frozenset(), asked)
