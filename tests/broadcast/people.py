"""Small rosters and recipients for tests, written by hand."""

from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from openqq_nb import schema
from openqq_nb.columns import Schema, Series


def frame(kind: Schema, *rows: dict[str, Any]) -> pd.DataFrame:
    return kind.frame(kind.table(rows))


def friends(*rows: dict[str, Any]) -> pd.DataFrame:
    return frame(schema.FRIENDS, *rows)


def groups(*rows: dict[str, Any]) -> pd.DataFrame:
    return frame(schema.GROUPS, *rows)


def members(*rows: dict[str, Any]) -> pd.DataFrame:
    return frame(schema.MEMBERS, *rows)


def discusses(*rows: dict[str, Any]) -> pd.DataFrame:
    return frame(schema.DISCUSSES, *rows)


def _me() -> Series:
    return frame(schema.ME, {"qq": "100", "id": "100", "nick": "小机"}).iloc[0]


@dataclass
class Present:
    """Who is there."""

    friends: pd.DataFrame = field(default_factory=friends)
    groups: pd.DataFrame = field(default_factory=groups)
    members: pd.DataFrame = field(default_factory=members)
    discusses: pd.DataFrame = field(default_factory=discusses)
    discuss_members: pd.DataFrame = field(default_factory=lambda: frame(schema.DISCUSS_MEMBERS))
    me: Series = field(default_factory=_me)


_EATERS = {"gname": "吃饭", "gnumber": "55", "gid": "955"}

ROSTER = Present(
    friends=friends(
        {"displayname": "老王", "nick": "王", "markname": "老王", "qq": "11", "id": "911"},
        {"displayname": "小灰", "nick": "小灰", "markname": "", "id": "912"},
    ),
    groups=groups(
        {"displayname": "饭友", "gname": "吃饭", "gnumber": "55", "gid": "955"},
        {"displayname": "老同学", "gname": "老同学", "gid": "956"},
    ),
    members=members(
        {"displayname": "王总", "nick": "王", "qq": "11", "id": "911", **_EATERS},
        {"displayname": "丙", "nick": "丙", "qq": "13", "id": "913", **_EATERS},
        {"displayname": "丁", "nick": "丁", "id": "914", **_EATERS},
        {"displayname": "小机", "nick": "小机", "qq": "100", "id": "100", **_EATERS},
    ),
    discusses=discusses({"displayname": "午饭", "dname": "", "did": "977"}),
)
EVERYBODY: frozenset[Any] = frozenset({"friend", "group", "discuss", "session"})
