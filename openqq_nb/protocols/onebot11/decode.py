"""Answers of info calls, in our columns.

Ends write 0 for what they do not know: no age, no owner and no time of 1970 is made of it.

Source:
    OneBot 11, public API; recorded answers of NapCat, LLBot and onebots; the sources of go-cqhttp and Lagrange.OneBot.
"""

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from openqq_nb import schema
from openqq_nb.errors import NotUnderstood, first_bytes
from openqq_nb.models import Row
from openqq_nb.protocols.base import Listing
from openqq_nb.protocols.onebot11 import fields
from openqq_nb.protocols.reading import text, value
from openqq_nb.protocols.rows import Table, objects, read, texts
from openqq_nb.protocols.shown import first_shown

_NOTHING = pa.scalar(None, pa.string())
_NO_AGES = pa.array(["0", "255"])
_ZERO = pa.array(["0"])
# More digits than seconds have: NapCat falls back to milliseconds.
_MILLISECONDS = r"^([0-9]{9,11})([0-9]{3})$"
_FROM_THE_GROUP = ("gnumber", "gname", "gmarkname")


def me(account: bytes, status: bytes | None, program: bytes | None) -> pa.Table:
    """Read `get_login_info`, `get_status` and `get_version_info`; one row.

    Raises:
        NotUnderstood: no account is told.
    """
    found = _object(account)
    if found.get("user_id") in (None, "", "0"):
        raise NotUnderstood(f"The server told no account: {first_bytes(account)}. Is QQ logged in there?")
    table = _one(found, fields.ME)
    about = _object(program)
    return _with(
        table,
        state=_state(status),
        app_name=text(about.get("app_name")),
        app_version=text(about.get("app_version")),
    )


def app_name(program: bytes | None) -> str | None:
    """Take from `get_version_info` which program it is."""
    return text(_object(program).get("app_name"))


def server(name: str, status: bytes | None, program: bytes | None) -> pa.Table:
    """Read `get_version_info` and `get_status`; one row."""
    return _with(_one(_object(program), fields.SERVER), dialect=name, state=_state(status))


def friends(body: bytes) -> pa.Table:
    """Read `get_friend_list`; one row a friend."""
    return _friends([_categorised(one) for one in objects(body)])


def friends_by_category(body: bytes) -> pa.Table | None:
    """Read `get_friends_with_category`; one row a friend; `None` if it is no such list."""
    found = value(body)
    listed: list[dict[str, Any]] = []
    for category in found if isinstance(found, list) else [found]:
        about = category if isinstance(category, dict) else {}
        friends = about.get("buddyList")
        if not isinstance(friends, list) or not all(map(_is_friend, friends)):
            return None
        listed += [{**friend, "category": about.get("categoryName")} for friend in friends]
    return _friends(listed)


def groups(body: bytes) -> Listing:
    """Read `get_group_list`; groups, none of whose members it tells."""
    places = _named(read(body, fields.GROUPS).outer, fields.GROUPS)
    remark = pc.coalesce(places.column("gmarkname"), places.column("remark_name"))
    places = _set(places, "gmarkname", remark).drop_columns(["remark_name"])
    places = _set(places, "gcreatetime", _seconds(places.column("gcreatetime")))
    places = _set(places, "gowner_qq", _without(places.column("gowner_qq"), _ZERO))
    places = places.append_column("displayname", first_shown(places, "gmarkname", "gname", "gnumber"))
    unloaded = pa.array([False] * places.num_rows, pa.bool_())
    return Listing(places.append_column("members_loaded", unloaded), schema.MEMBERS.table([]))


def members(body: bytes, group: Row) -> Listing:
    """Read `get_group_member_list` of one group; the group with its members, or no rows if there are none."""
    found = _last_of_each(_named(read(body, fields.MEMBERS).outer, fields.MEMBERS))
    for column in ("join_time", "last_speak_time"):
        found = _set(found, column, _seconds(found.column(column)))
    found = _set(found, "gender", _gender(found.column("gender")))
    found = _set(found, "age", _without(found.column("age"), _NO_AGES))
    for column in _FROM_THE_GROUP:
        found = _set(found, column, _repeated(group.get(column), found.num_rows))
    found = found.append_column("displayname", first_shown(found, "card", "nick", "qq"))
    return Listing(_place(group, found), found)


def _place(group: Row, found: pa.Table) -> pa.Table:
    owners = found.filter(pc.equal(found.column("role"), "owner")).column("qq").to_pylist()
    row = {
        **{column: group.get(column) for column in ("displayname", *_FROM_THE_GROUP)},
        "member_count": found.num_rows,
        "members_loaded": True,
        "gowner_qq": owners[0] if len(owners) == 1 else group.get("gowner_qq"),
    }
    return schema.GROUPS.table([row] if found.num_rows else [])


def _is_friend(found: object) -> bool:
    return isinstance(found, dict) and "user_id" in found


def _friends(found: list[dict[str, Any]]) -> pa.Table:
    named = _named(texts(found, fields.FRIENDS), fields.FRIENDS)
    named = _set(named, "gender", _gender(named.column("gender")))
    named = _set(named, "age", _without(named.column("age"), _NO_AGES))
    for column in named.column_names:
        if column == "level" or column.startswith("birthday_"):
            named = _set(named, column, _without(named.column(column), _ZERO))
    return named.append_column("displayname", first_shown(named, "markname", "nick", "qq"))


def _categorised(friend: Mapping[str, Any]) -> dict[str, Any]:
    """Take the category out of the object in which Lagrange has it."""
    group = friend.get("group")
    if not isinstance(group, dict) or "group_name" not in group:
        return dict(friend)
    rest = {key: friend[key] for key in friend if key != "group"}
    return {**rest, "category": group["group_name"]}


def _last_of_each(found: pa.Table) -> pa.Table:
    """Keep the last row of each person; who has no number is nobody's double."""
    qq = found.column("qq")
    if pc.count_distinct(qq).as_py() == len(qq) - qq.null_count:
        return found
    placed = found.select(["qq"]).append_column("_at", pa.array(range(len(qq)), pa.int64()))
    last = placed.group_by("qq").aggregate([("_at", "max")]).column("_at_max")
    kept = pc.or_(pc.is_in(placed.column("_at"), last), pc.is_null(qq))
    return found.filter(kept)


def _gender(sex: pa.ChunkedArray) -> pa.ChunkedArray:
    """Say unknown where an end writes nothing."""
    return pc.if_else(pc.equal(sex, ""), pa.scalar("unknown"), sex)


def _without(values: pa.ChunkedArray, nothing: pa.Array) -> pa.ChunkedArray:
    return pc.if_else(pc.is_in(values, nothing), _NOTHING, values)


def _seconds(values: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.replace_substring_regex(values, _MILLISECONDS, r"\1.\2")


def _state(status: bytes | None) -> str | None:
    online = _object(status).get("online")
    return None if not isinstance(online, bool) else "online" if online else "offline"


def _object(body: bytes | None) -> dict[str, Any]:
    found = {} if body is None else value(body)
    return found if isinstance(found, dict) else {}


def _one(found: Mapping[str, Any], table: Table) -> pa.Table:
    return _named(texts([found], table), table)


def _named(raw: pa.Table, table: Table) -> pa.Table:
    return raw.rename_columns([table.columns.get(key, key) for key in raw.column_names])


def _with(table: pa.Table, **cells: str | None) -> pa.Table:
    for column, cell in cells.items():
        table = _set(table, column, pa.array([cell], pa.string()))
    return table


def _set(table: pa.Table, column: str, values: pa.Array | pa.ChunkedArray) -> pa.Table:
    if column not in table.column_names:
        return table.append_column(column, values)
    return table.set_column(table.column_names.index(column), column, values)


def _repeated(cell: object, times: int) -> pa.Array:
    return pa.repeat(pa.scalar(text(cell), pa.string()), times)
