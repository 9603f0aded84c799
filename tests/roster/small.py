"""Rosters of a few people, written out by hand."""

from typing import Any

import pandas as pd

from openqq_nb import schema
from openqq_nb.columns import ZONE, Schema
from openqq_nb.roster import Roster

MY_QQ = "9900000100"
NOW = pd.Timestamp("2026-11-17 12:00", tz=ZONE).as_unit("us")
Rows = list[dict[str, Any]]


def frame(declared: Schema, rows: Rows) -> pd.DataFrame:
    """Make a frame; `displayname` is the first of the given values if it is not given."""
    named = [{"displayname": next(iter(row.values()), "?"), **row} for row in rows]
    return declared.frame(declared.table(named))


def roster(
    friends: Rows = [],  # noqa: B006 - read only
    groups: Rows = [],  # noqa: B006
    members: Rows = [],  # noqa: B006
    discusses: Rows = [],  # noqa: B006
    discuss_members: Rows = [],  # noqa: B006
) -> Roster:
    """Make a roster."""
    account = frame(schema.ME, [{"nick": "小机", "qq": MY_QQ, "id": MY_QQ}]).iloc[0].rename("me")
    return Roster(
        account.drop("displayname"),
        frame(schema.FRIENDS, friends),
        frame(schema.GROUPS, groups),
        frame(schema.MEMBERS, members),
        frame(schema.DISCUSSES, discusses),
        frame(schema.DISCUSS_MEMBERS, discuss_members),
        fetched_at=NOW,
    )


def friend(nick: str | None, qq: int | None = None, id: int | None = None, **more: Any) -> dict[str, Any]:
    """Write a friend; numbers as ints."""
    return {"nick": nick, "qq": _text(qq), "id": _text(id), "state": "online", "category": "同学", **more}


def group(
    gname: str | None, gnumber: int | None = None, gid: int | None = None, **more: Any
) -> dict[str, Any]:
    """Write a group."""
    return {"gname": gname, "gnumber": _text(gnumber), "gid": _text(gid), **more}


def member(
    nick: str | None, qq: int | None = None, id: int | None = None, gid: int = 11, **more: Any
) -> dict[str, Any]:
    """Write a member of the group with id 11, if no other is named."""
    return {"nick": nick, "qq": _text(qq), "id": _text(id), "gid": str(gid), "state": "online", **more}


def _text(number: int | None) -> str | None:
    return None if number is None else str(number)
