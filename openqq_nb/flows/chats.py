"""Which chat, or which chats, are meant: by numbers, by rows, by names."""

from collections.abc import Collection, Mapping
from typing import Any

import pandas as pd

from openqq_nb.errors import InvalidInput, NotSupported
from openqq_nb.models import Recipient
from openqq_nb.recipients import Number, RowLike, is_missing, number, one_row
from openqq_nb.roster import Who, pick_groups, pick_person

Chat = tuple[Recipient, str]
"""A chat with its name."""

_ONCE = (
    "Say once which chat is meant: by gnumber= (a group), by qq= (a friend), or by to=<one row of my.groups() or "
    "my.friends()>. Nothing was asked."
)


def chat_of(gnumber: Number, qq: Number, to: RowLike | None) -> Recipient:
    """Find the one chat that is meant.

    Raises:
        InvalidInput: none is, or more than one, or the row names none.
        NotSupported: it is a discuss.
    """
    if sum(one is not None for one in (gnumber, qq, to)) != 1:
        raise InvalidInput(_ONCE)
    if to is None:
        return _chat(gnumber, qq)
    row = one_row(to, "done")
    _refuse_messages(row)
    kind = row.get("recipient_type")
    if kind == "discuss" or (_lacks(row, "qq") and _lacks(row, "gnumber") and not _lacks(row, "did")):
        raise NotSupported("Servers keep no history of discusses; nothing was asked.")
    in_group = kind == "group" or _lacks(row, "qq")
    key = "gnumber" if in_group else "qq"
    if _lacks(row, key):
        raise InvalidInput(
            f"This row names no chat: it has neither qq nor gnumber. {_ONCE}"
            if in_group
            else f"This row names no friend: qq is missing. {_ONCE}"
        )
    return _chat(row[key], None) if in_group else _chat(None, row[key])


def group_chats(groups: pd.DataFrame, named: Who | None) -> list[Chat]:
    """Give the chats of all groups, or of those that are named.

    Raises:
        NotFound, Ambiguous: a name does not mean exactly one.
    """
    chosen = groups if named is None else pick_groups(groups, named)
    found = zip(chosen["gnumber"], chosen["displayname"], strict=True)
    return [(_chat(one, None), str(name)) for one, name in found if isinstance(one, str)]


def friend_chats(friends: pd.DataFrame, named: Who | None, known: Collection[str] | None) -> list[Chat]:
    """Give the chats with those who are named, else with those who are known, be they friends or not any more.

    Args:
        friends: all of them.
        named: some of them; None where nobody is named.
        known: numbers; None for all friends.

    Raises:
        NotFound, Ambiguous: a name does not mean exactly one.
    """
    names = dict(zip(friends["qq"], friends["displayname"], strict=True))
    if named is not None:
        chosen = [pick_person(friends, one)["qq"] for one in _each(named)]
    else:
        chosen = list(names) if known is None else sorted(known)
    return [
        (_chat(None, one), str(names.get(one, one))) for one in dict.fromkeys(chosen) if isinstance(one, str)
    ]


def _each(named: Who) -> list[Any]:
    if isinstance(named, pd.DataFrame):
        return [row for _, row in named.iterrows()]
    return list(named) if isinstance(named, list | tuple | set | frozenset | pd.Index) else [named]


def _chat(gnumber: Number, qq: Number) -> Recipient:
    found = number("gnumber", gnumber, "done"), number("qq", qq, "done")
    if "" in found:
        raise InvalidInput(f"The number of a chat must not be empty. {_ONCE}")
    return Recipient("friend" if found[0] is None else "group", gnumber=found[0], qq=found[1])


def _refuse_messages(row: Mapping[str, Any]) -> None:
    if "msg_class" in row or "sender" in row:
        raise InvalidInput(
            "This is a row of messages, and which chat is meant by it is not said; nothing was asked. Say it: "
            "to=row[['gnumber']], or to=row.rename({'sender_qq': 'qq'})[['qq']]."
        )


def _lacks(row: Mapping[str, Any], key: str) -> bool:
    return bool(is_missing(row.get(key)))
