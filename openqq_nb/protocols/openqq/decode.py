"""Answers of info and send calls, in our columns.

Source:
    API document §1 to §9; what the real servers do differently is said where it matters.
"""

import html
import re
from collections.abc import Mapping
from functools import partial
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from openqq_nb.errors import NotUnderstood, first_bytes
from openqq_nb.models import Delivery, Receipt
from openqq_nb.protocols.base import Listing
from openqq_nb.protocols.openqq.fields import Table, Tables, check_release
from openqq_nb.protocols.reading import text, value
from openqq_nb.protocols.rows import PLACE, Check, read, texts
from openqq_nb.protocols.shown import first_shown, shown

_NOBODY = pa.scalar(None, pa.string())

_NOT_FOUND = range(100, 106)

MEANINGS: Mapping[int, str] = {
    0: "the server says the message was sent",
    -1: "the provider gave no usable answer; after several tries the message may have gone out all the same",
    -2: "the provider's answer was not understood; the message may have gone out",
    -3: "the provider reported an error; the message may have gone out",
    -4: "the provider refused with a code that the server does not know; the message may have gone out",
    -5: "the provider refused, or the tries were used up; the message may have gone out",
    100: "no such friend; nothing was sent",
    101: "no such group; nothing was sent",
    102: "no such discuss; nothing was sent",
    103: "no such group or no such member in it; nothing was sent",
    104: "no such discuss or no such member in it; nothing was sent",
    105: "neither a group nor a discuss was named; nothing was sent",
}


QUEUED = "the server queued the message; what becomes of it shows in the inbox of my.listen()"


def me(body: bytes, tables: Tables) -> pa.Table:
    """Read `get_user_info`; one row."""
    found = _object(body, "account")
    if "id" not in found:
        raise NotUnderstood(
            f"The server told no account: {first_bytes(body)}. Is it logged in, and is protocol= right?"
        )
    check_release([found], tables.me)
    return _named(texts([found], tables.me), tables.me, ())


def friends(body: bytes, tables: Tables, *, escaped: bool) -> pa.Table:
    """Read `get_friend_info`; one row a friend."""
    raw = read(body, tables.friends, check=_release(tables.friends)).outer
    named = _named(raw, tables.friends, _names(escaped, "nick", "markname", "category"))
    return named.append_column("displayname", first_shown(named, "markname", "nick", "qq", "id"))


def groups(body: bytes, tables: Tables, *, escaped: bool) -> Listing:
    """Read `get_group_info`; groups, and one row per (group, member)."""
    raw = read(body, tables.groups, tables.members, _release(tables.groups))
    # Both dialects pass the notice on as the provider escaped it.
    places = _named(raw.outer, tables.groups, ("gmemo", *_names(escaped, "gname", "gmarkname")))
    places = places.append_column("displayname", first_shown(places, "gmarkname", "gname", "gnumber", "gid"))
    members = _named(raw.inner, tables.members, _names(escaped, "nick", "card"))
    members = _of_their_place(members, places, ("gname", "gmarkname", "gnumber", "gid"))
    members = members.append_column("displayname", first_shown(members, "card", "nick", "qq", "id"))
    places = _counted(_own_number(places, members), members)
    return Listing(_owned(places, members, "gowner"), members.drop_columns([PLACE]))


def discusses(body: bytes, tables: Tables) -> Listing:
    """Read `get_discuss_info`; discusses and their members. Both dialects escape the members' nicks."""
    raw = read(body, tables.discusses, tables.discuss_members, _release(tables.discusses))
    places = _named(raw.outer, tables.discusses, ("dname",))
    members = _named(raw.inner, tables.discuss_members, ("nick",))
    members = _of_their_place(members, places, ("dname", "did"))
    members = members.append_column("displayname", first_shown(members, "nick", "qq", "id"))
    places = _counted(places, members)
    places = places.append_column("displayname", _discuss_names(places, members))
    return Listing(_owned(places, members, "downer"), members.drop_columns([PLACE]))


def recent(body: bytes, table: Table) -> pa.Table:
    """Read `get_recent_info` (1.x): friends, and members who sent a temporary message, which carry a group."""
    named = _named(
        read(body, table, check=_release(table)).outer,
        table,
        ("nick", "markname", "category", "card", "gname", "gmarkname"),
    )
    session = pc.is_valid(named.column("gid"))
    named = named.append_column("recipient_type", pc.if_else(session, "session", "friend"))
    return named.append_column("displayname", first_shown(named, "markname", "card", "nick", "qq", "id"))


def server(name: str, account: bytes, program: bytes | None, tables: Tables) -> pa.Table:
    """Read what tells how a server is: `get_user_info`, and `get_client_info` of 2.x."""
    state = text(_object(account, "account").get("state"))
    about = {} if program is None else _object(program, "server program")
    about = {key: found for key, found in about.items() if key not in ("code", "status")}
    named = _named(texts([about], tables.server), tables.server, ())
    stated = {"dialect": pa.array([name]), "state": pa.array([state], pa.string())}
    kept = {column: named.column(column) for column in named.column_names if column not in stated}
    return pa.table(stated | kept)


def _release(table: Table) -> Check:
    return partial(check_release, shape=table)


def _object(body: bytes, what: str) -> dict[str, Any]:
    found = value(body)
    if not isinstance(found, dict):
        raise NotUnderstood(f"The server told no {what}: {first_bytes(body)}. Is it logged in?")
    return found


def receipt(body: bytes, number_key: str, *, waited: bool = True) -> Receipt:
    """Read the answer of a send call.

    Args:
        body: the answer.
        number_key: `msg_id` (1.x) or `id` (2.x).
        waited: whether the server was to answer when the message was sent, not when it was queued.
    """
    found = value(body)
    code = stated_code(found)
    if not isinstance(found, dict) or code is None:
        raise NotUnderstood(
            f"The server answered a send with no code: {first_bytes(body)}. "
            "Whether the message went out is not known; look before you send it again."
        )
    return Receipt(
        ok=code == 0,
        code=code,
        status=text(found.get("status")) or "",
        msg_id=text(found.get(number_key)),
        info=text(found.get("info")),
        delivery=delivery(code) if waited or code else Delivery.ACCEPTED,
        meaning=MEANINGS.get(code, "the server gave a code that its document does not explain")
        if waited or code
        else QUEUED,
    )


def stated_code(found: object) -> int | None:
    """Read the `code` of an answer, a number or its digits; `None` if there is none."""
    stated = found.get("code") if isinstance(found, dict) else None
    written = None if isinstance(stated, bool) else text(stated)
    return int(written) if written and re.fullmatch(r"-?[0-9]{1,9}", written) else None


def delivery(code: int) -> Delivery:
    """Tell what a code says about one message: below 0 it was tried; only "not found" is certain not to arrive."""
    if code == 0:
        return Delivery.SENT
    return Delivery.FAILED if code in _NOT_FOUND else Delivery.UNKNOWN


def _names(escaped: bool, *columns: str) -> tuple[str, ...]:
    return columns if escaped else ()


def _named(raw: pa.Table, table: Table, escaped: tuple[str, ...]) -> pa.Table:
    named = raw.rename_columns([table.columns.get(key, key) for key in raw.column_names])
    for column in escaped:
        position = named.column_names.index(column)
        named = named.set_column(position, column, _unescaped(named.column(column)))
    return named


def _unescaped(names: pa.ChunkedArray) -> pa.ChunkedArray:
    touched = pc.fill_null(pc.match_substring(names, "&"), False)
    if not pc.any(touched).as_py():
        return names
    plain = [html.unescape(name) for name in names.filter(touched).to_pylist()]
    return pc.replace_with_mask(
        names.combine_chunks(), touched.combine_chunks(), pa.array(plain, pa.string())
    )


def _of_their_place(members: pa.Table, places: pa.Table, columns: tuple[str, ...]) -> pa.Table:
    position = members.column(PLACE)
    for column in columns:
        values = places.column(column).take(position)
        if column in members.column_names:
            values = pc.coalesce(values, members.column(column))
            members = members.drop_columns([column])
        members = members.append_column(column, values)
    return members


def _own_number(places: pa.Table, members: pa.Table) -> pa.Table:
    """Take the number of a group from its members, if they agree, where the group itself does not carry it."""
    copies = members.select([PLACE, "gnumber"]).group_by(PLACE)
    known = copies.aggregate([("gnumber", "min"), ("gnumber", "max")])
    least, most = known.column("gnumber_min"), known.column("gnumber_max")
    agreed = pc.if_else(pc.equal(least, most), least, _NOBODY)
    found = pc.index_in(_positions(places), known.column(PLACE))
    numbers = pc.coalesce(places.column("gnumber"), agreed.take(found))
    return places.set_column(places.column_names.index("gnumber"), "gnumber", numbers)


def _counted(places: pa.Table, members: pa.Table) -> pa.Table:
    """Add how many members are loaded; no list and an empty list both mean "not loaded"."""
    counts = members.group_by(PLACE).aggregate([([], "count_all")])
    found = pc.index_in(_positions(places), counts.column(PLACE))
    number = counts.column("count_all").take(found)
    return places.append_column("member_count", number).append_column("members_loaded", pc.is_valid(number))


def _owned(places: pa.Table, members: pa.Table, owner: str) -> pa.Table:
    """Tell the owner's number and id apart.

    The `gowner` of 1.x is the number before the members are loaded and the id afterwards; both dialects
    give the id of a discuss's owner. A number that is not told is looked up among the members.
    """
    names = places.column_names
    told = places.column(f"{owner}_id")
    loaded = places.column("members_loaded")
    if f"{owner}_qq" not in names:
        unloaded = told if owner == "gowner" else pa.chunked_array([pa.nulls(places.num_rows, pa.string())])
        places = places.append_column(f"{owner}_qq", pc.if_else(loaded, _NOBODY, unloaded))
        kept = pc.if_else(loaded, told, _NOBODY) if owner == "gowner" else told
        places = places.set_column(names.index(f"{owner}_id"), f"{owner}_id", kept)
    number = _numbers_of(places.column(f"{owner}_id"), members)
    position = places.column_names.index(f"{owner}_qq")
    return places.set_column(position, f"{owner}_qq", pc.coalesce(places.column(f"{owner}_qq"), number))


def _numbers_of(ids: pa.ChunkedArray, members: pa.Table) -> pa.ChunkedArray:
    """Look up the number of one member in each place, by the id; who has no id is nobody's owner."""
    wanted = _within(pa.array(range(len(ids)), pa.int64()), ids)
    known = _within(members.column(PLACE), members.column("id"))
    return members.column("qq").take(pc.index_in(wanted, known, skip_nulls=True))


def _within(positions: pa.Array | pa.ChunkedArray, ids: pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    """Tell ids of one place from the same ids of another; a missing one stays missing."""
    return pc.binary_join_element_wise(positions.cast(pa.string()), ids, "/")


def _discuss_names(places: pa.Table, members: pa.Table) -> pa.ChunkedArray:
    """Name a discuss without a name by those who are in it, as QQ does."""
    lists = members.group_by(PLACE, use_threads=False).aggregate([("displayname", "list")])
    joined = pc.binary_join(lists.column("displayname_list").cast(pa.list_(pa.string())), "、")
    found = joined.take(pc.index_in(_positions(places), lists.column(PLACE)))
    return pc.coalesce(shown(places.column("dname")), found, shown(places.column("did")), pa.scalar("?"))


def _positions(places: pa.Table) -> pa.Array:
    return pa.array(range(places.num_rows), pa.int64())
