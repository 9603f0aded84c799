"""What of friends, groups and members lasts, so that a change of it is told, and how they are told apart."""

from collections.abc import Sequence
from dataclasses import dataclass

FRIEND_COLUMNS = ("nick", "markname", "category")
"""Columns of a friend whose change is a row."""

GROUP_COLUMNS = ("gname", "gmarkname", "gmemo")
"""Columns of a group whose change is a row."""

MEMBER_COLUMNS = ("nick", "card", "role")
"""Columns of a member whose change is a row."""

MISSING_IS_NONE = frozenset({"markname", "gmarkname", "card"})
"""Columns that both dialects fill for everybody, with or without extended information: missing, there is none.

Any other column that is missing was not known to the server.
"""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of row.

    Attributes:
        id: the column of the temporary id.
        number: the column of the permanent number.
        names: the columns to match by where ids and numbers fail, one set after the other.
        columns: the columns whose change is a row.
        came: what it is called when somebody is new.
        went: what it is called when somebody is gone.
    """

    id: str
    number: str
    names: Sequence[Sequence[str]]
    columns: Sequence[str]
    came: str
    went: str


FRIENDS = Kind("id", "qq", [["nick", "markname"]], FRIEND_COLUMNS, "added", "removed")
GROUPS = Kind("gid", "gnumber", [["gname", "gmarkname"], ["gname"]], GROUP_COLUMNS, "added", "removed")
MEMBERS = Kind("id", "qq", [["nick", "card"]], MEMBER_COLUMNS, "joined", "left")
