"""Searching the lists of friends and groups once, by a part of any of their names or numbers."""

import pandas as pd

from openqq_nb.errors import InvalidInput
from openqq_nb.searching.index import Index
from openqq_nb.searching.plain import plain

_FRIEND_COLUMNS = ("displayname", "markname", "nick", "qq", "id")
_GROUP_COLUMNS = ("displayname", "gmarkname", "gname", "gnumber", "gid")


def search_friends(friends: pd.DataFrame, text: object) -> pd.DataFrame:
    """Keep the friends whose name or number has a text in it.

    Args:
        friends: rows of `schema.FRIENDS`.
        text: a part of a name or number, or of the pinyin initials of a name, or a whole `id`; case and width do
            not matter.

    Returns:
        The rows that match, in their order, with a new RangeIndex.

    Raises:
        InvalidInput: there is nothing to look for.
    """
    return _search(friends, text, _FRIEND_COLUMNS, 'my.search_friends("小灰")')


def search_groups(groups: pd.DataFrame, text: object) -> pd.DataFrame:
    """Keep the groups whose name or number has a text in it; arguments, result and errors as in `search_friends`."""
    return _search(groups, text, _GROUP_COLUMNS, 'my.search_groups("PERL")')


def _search(frame: pd.DataFrame, text: object, columns: tuple[str, ...], example: str) -> pd.DataFrame:
    wanted = _wanted(text, example)
    return frame.iloc[Index(frame, columns).find_phrase(wanted)].reset_index(drop=True)


def _wanted(text: object, example: str) -> str:
    if isinstance(text, bool) or not isinstance(text, str | int):
        raise InvalidInput(
            f"A search looks for a text or a number, not for {text!r}. Write for instance {example}."
        )
    wanted = str(text)
    if not plain(wanted).strip():
        raise InvalidInput(
            f"There is nothing to look for in {text!r}. Write a part of a name or number, for instance {example}; "
            "all of them are in my.friends() and my.groups()."
        )
    return wanted
