"""Finding people and groups by a part of any of their names or numbers, or by the pinyin initials of a name."""

import unicodedata
from collections.abc import Hashable
from functools import lru_cache
from itertools import product

import pandas as pd

from openqq_nb.errors import InvalidInput

_FRIEND_NAMES = ("displayname", "markname", "nick")
_GROUP_NAMES = ("displayname", "gmarkname", "gname")
# A character read in several ways doubles the initials of its name; beyond this only the usual readings count.
_SPELLINGS = 64


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
    return _search(friends, text, _FRIEND_NAMES, "qq", "id", 'my.search_friends("小灰")')


def search_groups(groups: pd.DataFrame, text: object) -> pd.DataFrame:
    """Keep the groups whose name or number has a text in it; arguments, result and errors as in `search_friends`."""
    return _search(groups, text, _GROUP_NAMES, "gnumber", "gid", 'my.search_groups("PERL")')


def _search(
    frame: pd.DataFrame, text: object, names: tuple[str, ...], number: str, temporary: str, example: str
) -> pd.DataFrame:
    wanted = _wanted(text, example)
    hits = pd.Series(False, index=frame.index)
    for column in (*names, number):
        hits |= frame[column].map(lambda cell: _contains(cell, wanted)).astype(bool)
    # A part of a temporary id says nothing.
    hits |= frame[temporary].eq(wanted).fillna(False)
    if wanted.isascii() and wanted.isalpha():
        for column in names:
            hits |= frame[column].map(lambda cell: _sounds(cell, wanted)).astype(bool)
    return frame[hits].reset_index(drop=True)


def _wanted(text: object, example: str) -> str:
    if isinstance(text, bool) or not isinstance(text, str | int):
        raise InvalidInput(
            f"A search looks for a text or a number, not for {text!r}. Write for instance {example}."
        )
    wanted = _plain(str(text)).strip()
    if not wanted:
        raise InvalidInput(
            f"There is nothing to look for in {text!r}. Write a part of a name or number, for instance {example}; "
            "all of them are in my.friends() and my.groups()."
        )
    return wanted


def _contains(cell: Hashable, wanted: str) -> bool:
    return isinstance(cell, str) and wanted in _plain(cell)


def _sounds(cell: Hashable, wanted: str) -> bool:
    return isinstance(cell, str) and not cell.isascii() and any(wanted in one for one in initials(cell))


def _plain(text: str) -> str:
    """Take away what two writings of one name may differ in: width, case, composition."""
    return unicodedata.normalize("NFKC", text).casefold()


@lru_cache(maxsize=65_536)
def initials(name: str) -> tuple[str, ...]:
    """Spell a name by the first letters of its characters, in each way that they may be read.

    Example:
        >>> initials("解PERL")
        ('jperl', 'xperl')
    """
    from pypinyin import Style, pinyin  # noqa: PLC0415 - its dictionaries take 0.2 s, and few sessions search

    readings = pinyin(
        _plain(name),
        style=Style.FIRST_LETTER,
        heteronym=True,
        errors=list,  # type: ignore[arg-type]  # a list is taken for several characters, though not declared
        strict=False,
    )
    usual = [list(dict.fromkeys(letters)) for letters in readings]
    count = 1
    for position, letters in enumerate(usual):
        count *= len(letters)
        if count > _SPELLINGS:
            usual[position:] = [one[:1] for one in usual[position:]]
            break
    return tuple("".join(one) for one in product(*usual))
