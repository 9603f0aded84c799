"""Finding people and groups by a part of any of their names or numbers, or by the pinyin initials of a name."""

from openqq_nb.searching.index import Index
from openqq_nb.searching.initials import initials
from openqq_nb.searching.lists import search_friends, search_groups

__all__ = ["Index", "initials", "search_friends", "search_groups"]
