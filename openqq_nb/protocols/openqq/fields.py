"""What the two dialects call things: one table of keys each, read off the declared columns.

Source:
    API document §1 to §4 and recorded answers of both releases.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from openqq_nb import schema
from openqq_nb.columns import Schema
from openqq_nb.errors import NotUnderstood
from openqq_nb.protocols.rows import Table

Name = Literal["openqq1", "openqq2"]


@dataclass(frozen=True, slots=True)
class Tables:
    """All kinds of objects of one dialect."""

    me: Table
    friends: Table
    groups: Table
    members: Table
    discusses: Table
    discuss_members: Table
    recent: Table
    server: Table


_KEYS_OF_1 = {"nick": {"nick", "qq"}, "gname": {"gname", "gid"}, "dname": {"dname", "did"}}
_OF_THE_GROUP = frozenset({"gname", "gmarkname", "gnumber", "gid"})
_OF_THE_DISCUSS = frozenset({"dname", "did"})
# The session token of the account has no place in a notebook.
_SECRET = frozenset({"token"})
_COPIES_OF_GROUP_1 = frozenset(
    {"gid", "gcode", "gname", "gmarkname", "gcreatetime", "glevel", "gowner", "gnumber", "gtype", "gmemo"}
)
# 1.x repeats the remark of a group as `markname`.
_MARKNAME_1 = frozenset({"markname"})
_NUMBERS_2 = frozenset(
    {
        "id", "uid", "code", "face", "flag", "is_vip", "vip_level", "level", "createtime", "max_admin", "max_member",
        "owner_uid", "owner_id", "join_time", "last_speak_time", "account", "allow", "blood", "constel",
        "shengxiao", "stat",
    }
)  # fmt: skip


def _keys(of: Schema, dialect: Name, without: frozenset[str] = frozenset()) -> dict[str, str]:
    named = {column.name: getattr(column, dialect) for column in of.columns if column.name not in without}
    return {key: name for name, key in named.items() if key}


def _openqq1() -> Tables:
    plain: frozenset[str] = frozenset()
    groups = _keys(schema.GROUPS, "openqq1", frozenset({"gowner_qq"}))
    members = _keys(schema.MEMBERS, "openqq1", _OF_THE_GROUP)
    people = _keys(schema.DISCUSS_MEMBERS, "openqq1", _OF_THE_DISCUSS)
    return Tables(
        me=Table(_keys(schema.ME, "openqq1"), _SECRET, plain),
        friends=Table(_keys(schema.FRIENDS, "openqq1"), plain, plain),
        groups=Table(groups, _MARKNAME_1, plain),
        members=Table(members | {"gnumber": "gnumber"}, _COPIES_OF_GROUP_1 - {"gnumber"}, plain),
        discusses=Table(_keys(schema.DISCUSSES, "openqq1"), plain, plain),
        discuss_members=Table(people, frozenset({"did", "dname", "downer", "qq"}), plain),
        recent=Table(_keys(schema.RECENT, "openqq1"), _COPIES_OF_GROUP_1 - _OF_THE_GROUP, plain),
        server=Table(_keys(schema.SERVER, "openqq1"), plain, plain),
    )


def _openqq2() -> Tables:
    def table(of: Schema, without: frozenset[str] = frozenset(), drop: frozenset[str] = frozenset()) -> Table:
        columns = _keys(of, "openqq2", without)
        # `level` of a member is a word, of a group a number; the `id` of a discuss member is a string.
        words = {"level"} if of is schema.MEMBERS else {"id"} if of is schema.DISCUSS_MEMBERS else set()
        return Table(columns, drop, frozenset(columns) & _NUMBERS_2 - words)

    return Tables(
        me=table(schema.ME, drop=_SECRET),
        friends=table(schema.FRIENDS),
        groups=table(schema.GROUPS),
        members=table(schema.MEMBERS, _OF_THE_GROUP),
        discusses=table(schema.DISCUSSES),
        discuss_members=table(schema.DISCUSS_MEMBERS, _OF_THE_DISCUSS),
        recent=table(schema.RECENT, _OF_THE_GROUP),
        server=table(schema.SERVER),
    )


TABLES: Mapping[Name, Tables] = {"openqq1": _openqq1(), "openqq2": _openqq2()}


def check_release(found: Sequence[Mapping[str, object]], shape: Table) -> None:
    """Refuse objects that another release than the expected one has written.

    Raises:
        NotUnderstood: they have the names of another release.
    """
    if _are_of_other_release(found, shape):
        raise NotUnderstood(
            "The server speaks another release of the API than this account was connected with: its objects have the "
            f"keys {', '.join(sorted(found[0])[:8])}. Connect again, with protocol='auto'."
        )


def _are_of_other_release(found: Sequence[Mapping[str, object]], shape: Table) -> bool:
    """Tell objects that the other release wrote: none has a key that only ours writes, and some has theirs."""
    own, column = next((key, column) for key, column in shape.columns.items() if column in _KEYS_OF_1)
    first, second = _KEYS_OF_1[column], {"name", "uid"}
    ours, theirs = (first, {"name", "id"}) if own == column else (second, first)
    return not any(ours & item.keys() for item in found) and any(theirs <= item.keys() for item in found)


__all__ = ["TABLES", "Name", "Table", "Tables", "check_release"]
